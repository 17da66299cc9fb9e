import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * How long work that is ready has to wait. It is measured now and then by how late the event loop's own timer fires.
 */
export interface Pressure {
  /** The delay in milliseconds, averaged over the last stretch. */
  lateMs(): number;
  stop(): void;
}

const RESOLUTION_MS = 10;

/** Watches the event loop in stretches of `averagedMs` milliseconds. It never throws. */
export function watchPressure(averagedMs: number): Pressure {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let late = 0;
  const timer = setInterval(() => {
    // If the timer never fired in the whole stretch, there is no average: the delay was longer than the stretch.
    late = Number.isNaN(delay.mean) ? Infinity : Math.max(0, delay.mean / 1e6 - RESOLUTION_MS);
    delay.reset();
  }, averagedMs);
  timer.unref();
  return {
    lateMs: () => late,
    stop() {
      clearInterval(timer);
      delay.disable();
    },
  };
}
