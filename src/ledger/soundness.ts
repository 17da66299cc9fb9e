import { refuse, type Refusal } from '../domain/rules.js';
import type { EventStore } from '../store/event-store.js';
import type { Projector } from './memory/projector.js';

/**
 * Whether acts can be recorded and questions answered. A fault found while the service runs stays until the operator
 * has mended it and started the service again.
 */
export interface Unsound {
  /** Why acts are refused, in the words that whoever posts is told. */
  readonly refusal: Refusal;
  /** Whether questions are refused as well, because answers from a ledger known to be damaged could be wrong. */
  readonly questionsToo: boolean;
}

/** What has been found wrong; undefined where nothing has. The gravest first. */
export function unsound(store: EventStore, projector: Projector): Unsound | undefined {
  const damage = projector.damage() ?? store.damage?.();
  if (damage !== undefined) return { refusal: refuse('ledger_damaged', damage), questionsToo: true };
  const replaced = store.replaced?.();
  if (replaced !== undefined)
    return { refusal: refuse('ledger_replaced', `${replaced} Nothing more is recorded.`), questionsToo: false };
  const fault = projector.fault();
  return fault === undefined ? undefined : { refusal: refuse('read_model_faulted', fault), questionsToo: false };
}

/** Looks again and again, and says once what has been found wrong. Returns what ends it. */
export function watchSoundness(
  found: () => Unsound | undefined,
  everyMs: number,
  say: (refusal: Refusal) => void,
): () => void {
  const timer = setInterval(() => {
    const fault = found();
    if (!fault) return;
    clearInterval(timer);
    say(fault.refusal);
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
