import { setTimeout } from 'node:timers/promises';
import { refuse, Refusal } from '../../domain/rules.js';
import { OutcomeUnknown, type EventStore } from '../../store/event-store.js';
import { REGISTER_STREAM, sha256 } from '../catalogue.js';
import type { Clock } from '../clock.js';
import { scopedKey } from '../memory/key-table.js';
import type { Projector } from '../memory/projector.js';
import type { ReadModel } from '../memory/read-model.js';
import type { StateOnDemand } from '../memory/state-on-demand.js';
import { decidedNow, recordedAlone } from './alone.js';
import { doneNow, wouldDo } from './answer.js';
import { createBatches, type Batches } from './batch.js';
import type { ClockWatch } from './clock-watch.js';
import { lookedUp } from './key-look-up.js';
import { createQueues } from './queues.js';
import { inCodesBy } from './request.js';
import { seen } from './seen.js';
import { serviceActs, type ServiceActs } from './service-acts.js';
import type { Decided, Done, Prepared, Submission } from './submission.js';
import type { Writing } from './writing.js';

/**
 * The only way into the ledger. An act is prepared; missing states are fetched; its key is looked up; it is decided by
 * mandate, four eyes and rules; appended to one stream; taken by the read model; and answered.
 */
export interface Submitter extends ServiceActs {
  submit(submission: Submission): Promise<Done | Refusal>;
  /** Why an act would be refused now; undefined where it would not be. Nothing is recorded, and no answer to it is made. */
  wouldRefuse(submission: Submission): Promise<Refusal | undefined>;
}

interface SubmitterParts {
  readonly store: EventStore;
  readonly model: ReadModel;
  readonly projector: Projector;
  readonly clock: Clock;
  readonly clockWatch: ClockWatch;
  readonly stateOf: StateOnDemand;
  readonly writing: Writing;
  /** How long it may take, in milliseconds, until an act is read back and stands; left out, {@link STANDS_MS_MAX}. */
  readonly standsMsMax?: number | undefined;
}

/** How one try to record an act ends: `again` if another act was recorded first, `void` if the act is void at its place. */
type Tried = Done | Refusal | 'again' | 'void';

const ATTEMPTS_MAX = 12;
/** The longest pause before another try. It is random, so that two services on one stream do not collide each time. */
const STEP_ASIDE_MS_MAX = 50;
/**
 * How long an act that is void each time is recorded again, before its poster is answered that the outcome is unknown.
 */
const STANDS_MS_MAX = 10_000;

/** An act in the codes of its year’s rules, with its key and itself as digests. */
export function prepared(sent: Submission, model: Pick<ReadModel, 'stream'>): Prepared {
  const register = model.stream('register', REGISTER_STREAM);
  return inCodesBy({ ...sent, sent: sent.command, key: sha256(sent.key) }, register);
}

export function createSubmitter(parts: SubmitterParts): Submitter {
  const { store, model, projector, clock, clockWatch, writing, standsMsMax = STANDS_MS_MAX } = parts;
  const { together } = store;
  const batches = together && createBatches({ store, together, model, projector, clock });
  const inTurn = createQueues();
  const inProgress = new Set<string>();

  const handled = (act: Prepared): Promise<Done | Refusal> => {
    if (act.dryRun) return inTurn(act.stream, () => tried(act, wouldDo));
    return batches
      ? untilKnown(act, () => recordedWithOthers(batches, act))
      : inTurn(act.stream, () => inTime(standsMsMax, act, (late) => recordedAlone(act, parts, late)));
  };

  async function tried<Told>(act: Prepared, told: (found: Decided) => Told): Promise<Told | Done | Refusal> {
    const seeing = seen(act, parts);
    if (seeing) await seeing;
    const before = await lookedUp(act, parts);
    if (before) return before;
    const found = await decidedNow(act, parts);
    return found instanceof Refusal ? found : told(found);
  }

  async function wouldRefuse(submission: Submission): Promise<Refusal | undefined> {
    const act = prepared(submission, model);
    const found = await inTurn(act.stream, () => tried(act, () => undefined));
    return found instanceof Refusal ? found : undefined;
  }

  async function recordedWithOthers(among: Batches, act: Prepared): Promise<Tried> {
    const found = await writing.watched(
      () => among.record(act),
      (recorded) => typeof recorded === 'object' && 'position' in recorded,
    );
    if (found === 'again' || found instanceof Refusal) return found;
    return doneNow(found.events, found.position, found.preview);
  }

  /** Tries for so long to have an act recorded. Rejects {@link OutcomeUnknown} where it takes longer. */
  async function inTime(
    msMax: number,
    act: Prepared,
    once: (late: Promise<never>) => Promise<Tried>,
  ): Promise<Done | Refusal> {
    const over = new AbortController();
    const late = setTimeout(msMax, undefined, { signal: over.signal }).then(() => {
      throw new OutcomeUnknown(
        `${act.stream}: after ${msMax} ms it is not known whether the act stands: it has not been read back, or what it rests on has moved each time.`,
      );
    });
    late.catch(() => undefined);
    try {
      return await untilKnown(act, () => once(late), [late]);
    } finally {
      over.abort();
    }
  }

  /** Tries until it is known how an act ends; others who post at the same time may be ahead of it a few times. */
  async function untilKnown(
    act: Prepared,
    once: () => Promise<Tried>,
    late: readonly Promise<never>[] = [],
  ): Promise<Done | Refusal> {
    const seeing = seen(act, parts);
    if (seeing) await seeing;
    for (let tries = 0; tries < ATTEMPTS_MAX;) {
      const outcome = (await lookedUp(act, parts)) ?? (await once());
      if (outcome !== 'again' && outcome !== 'void') return outcome;
      // A void act does not count as a failed try: other acts may come first until the time is over.
      if (outcome === 'again') tries++;
      await Promise.race([setTimeout(Math.random() * Math.min(STEP_ASIDE_MS_MAX, 2 ** tries)), ...late]);
    }
    return refuse('conflict', `Others posted to ${act.stream} ${ATTEMPTS_MAX} times in between.`);
  }

  async function submit(submission: Submission): Promise<Done | Refusal> {
    const comparing = submission.dryRun ? undefined : clockWatch.compared();
    if (comparing) await comparing;
    const key = scopedKey(submission.officer, submission.key);
    if (inProgress.has(key)) return refuse('key_in_progress', `The key "${submission.key}" is being handled.`);
    const doubt = submission.dryRun ? undefined : clockWatch.doubt();
    if (doubt !== undefined) return refuse('clock_in_doubt', doubt);
    inProgress.add(key);
    try {
      return await handled(prepared(submission, model));
    } finally {
      inProgress.delete(key);
    }
  }

  return { submit, wouldRefuse, ...serviceActs(submit, { model, clock }) };
}
