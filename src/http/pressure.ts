import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How long what is ready to run has to wait: looked at now and then, from how late the event loop's own timer fires. */
export interface Pressure {
  /** In milliseconds, on average over the last stretch. */
  lateMs(): number;
  stop(): void;
}

const RESOLUTION_MS = 10;

/** Watches the loop in stretches of `averagedMs`. Nothing that it does can fail. */
export function watchPressure(averagedMs: number): Pressure {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let late = 0;
  const timer = setInterval(() => {
    // Where the loop's timer never fired in all that time, there is no average: it was later than any.
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
