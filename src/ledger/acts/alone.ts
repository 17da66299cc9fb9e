import { Refusal, refuse } from '../../domain/rules.js';
import {
  ConcurrencyConflict,
  RecordedBehind,
  type Appended,
  type EventStore,
  type RecordedEvent,
} from '../../store/event-store.js';
import type { ClockWatch } from './clock-watch.js';
import type { Clock } from '../clock.js';
import type { Projector } from '../memory/projector.js';
import type { ReadModel } from '../memory/read-model.js';
import { doneNow } from './answer.js';
import { decided, referredTo } from './deciding.js';
import { stampNow } from './stamp.js';
import type { Decided, Done, Prepared } from './submission.js';
import type { Writing } from './writing.js';

/** Decides and records one act by itself: for a store without transactions across streams, and for dry runs. */

interface AloneParts {
  readonly store: EventStore;
  readonly model: ReadModel;
  readonly projector: Projector;
  readonly clock: Clock;
  readonly clockWatch: ClockWatch;
  readonly writing: Writing;
}

/** What an act would record now, or the first rule that refuses it. */
export async function decidedNow(
  act: Prepared,
  { store, model, clock }: Pick<AloneParts, 'store' | 'model' | 'clock'>,
): Promise<Decided | Refusal> {
  const originals: RecordedEvent[] = [];
  for (const revision of referredTo(act, model, model))
    originals.push(...(await store.readStream(act.stream, { after: revision - 1n, limit: 1 })));
  return decided(act, stampNow({ model, clock }, store.floor?.known()), originals, model, model);
}

/**
 * Tries once to record an act: decides it, appends it, and reads it back at its place. Answers `again` if another act was
 * recorded first, and `void` if what the act was decided on had changed by its place. Rejects as `late` does, once `late`
 * has.
 */
export async function recordedAlone(
  act: Prepared,
  parts: AloneParts,
  late: Promise<never>,
): Promise<Done | Refusal | 'again' | 'void'> {
  const { store, model, projector, clockWatch, writing } = parts;
  const found = await decidedNow(act, parts);
  if (found instanceof Refusal) return found;
  // An act that was void is stamped after the acts that stood before it, and their stamps may be far ahead of this
  // clock.
  const doubt = clockWatch.doubt();
  if (doubt !== undefined) return refuse('clock_in_doubt', doubt);
  const { events, encoded, expected, preview } = found;
  let appended: Appended;
  try {
    appended = await writing.watched(() => store.append(act.stream, expected, encoded));
  } catch (error) {
    if (!(error instanceof ConcurrencyConflict) && !(error instanceof RecordedBehind)) throw error;
    const head = await store.head();
    if (head !== undefined) await Promise.race([projector.whenTaken(head), late]);
    return 'again';
  }
  await Promise.race([projector.whenTaken(appended.position), late]);
  // Another service, or an attempt whose answer was lost, recorded this key before. Its act is the answer.
  if (!appended.asSent) return 'again';
  // Whether the act is void is known once it has its place.
  if (model.whyVoid(act.stream, events[0]!.revision)) return 'void';
  return doneNow(events, appended.position, preview);
}
