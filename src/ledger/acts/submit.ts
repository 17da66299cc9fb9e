import { setTimeout } from 'node:timers/promises';
import { parse, v5 as uuid } from 'uuid';
import { instantText, londonDay, type Instant } from '../../domain/calendar.js';
import type { LedgerEvent, Metadata, SentFact } from '../../domain/grammar/event.js';
import { NOTHING_PREVIEWED, type Preview } from '../../domain/grammar/preview.js';
import { SERVICE } from '../../domain/register/state.js';
import { RULES_NOW } from '../../domain/grammar/rule-versions.js';
import { refuse, Refusal } from '../../domain/rules.js';
import { decide, type Command, type Decision } from '../../domain/grammar/stream.js';
import { asStored } from '../../domain/grammar/texts.js';
import {
  ConcurrencyConflict,
  EventsHidden,
  OutcomeUnknown,
  RecordedBehind,
  type Appended,
  type EventStore,
  type Position,
  type RecordedEvent,
} from '../../store/event-store.js';
import { scopedKey } from '../memory/key-table.js';
import { decode, encode, KINDS, placed, REGISTER_STREAM, sentenceOf, sha256 } from '../catalogue.js';
import type { Clock } from '../clock.js';
import { stampNow, todayOf } from './stamp.js';
import type { ClockWatch } from './clock-watch.js';
import { decisionContext, type Streams } from './decision-context.js';
import { testText } from '../minimum-tests-text.js';
import type { Projector } from '../memory/projector.js';
import type { Folding } from '../memory/state-on-demand.js';
import type { Acted, ReadModel } from '../memory/read-model.js';
import { requestsNow } from './recorded-act.js';
import { requestOf } from './request.js';
import { StateMissing } from '../memory/streams.js';
import type { Decided, Done, Outcome, Prepared, Submission } from './submission.js';
import { createBatches, type Batches } from './batch.js';
import type { Writing } from './writing.js';

/**
 * The one way into the ledger: mandate, four eyes, rules, then one append to one stream. The same key is the same act:
 * it is recorded once, and asked again it answers as the first time. The proof that it was done is the event itself,
 * which carries the key and the fingerprint of the request, so nothing else has to be written with it.
 */
export interface Submitter {
  submit(submission: Submission): Promise<Done | Refusal>;
  /** Ends every proposal that nobody can sign any more. Returns how many lapsed. */
  lapseExpired(): Promise<number>;
  /** Records in the register what the service itself has to say; under the same key once. */
  note(fact: SentFact, key: string): Promise<Done | Refusal>;
}

interface SubmitterParts {
  readonly store: EventStore;
  readonly model: ReadModel;
  readonly projector: Projector;
  readonly clock: Clock;
  readonly clockWatch: ClockWatch;
  readonly folded: Folding;
  readonly writing: Writing;
  /** How long it may take, in milliseconds, until an act is read back and stands; left out, {@link STANDS_MS_MAX}. */
  readonly standsMsMax?: number | undefined;
}

const ATTEMPTS_MAX = 12;
/** Two services that meet on one stream step aside for a random while, or they would go on meeting. */
const STEP_ASIDE_MS_MAX = 50;
/** How long an act is recorded again, where it is void each time, before its poster is told that nothing is known of it. */
const STANDS_MS_MAX = 10_000;
/** The namespace of event identifiers: the same officer's same key makes the same event. */
const EVENT_IDS = parse('6f1d3a52-8f0e-5c1b-9d63-0b9c1f7a4e21');

/**
 * The identifier of an act's event: `key` is the digest that events carry, not the text that was sent. `voidActs` is how many
 * acts under the key were void before it: what is tried again is another event.
 */
export const eventId = (officer: string, key: string, index: number, voidActs = 0): string =>
  uuid(Buffer.from(`${scopedKey(officer, key)} ${index}${voidActs > 0 ? ` ${voidActs}` : ''}`), EVENT_IDS);

const prepared = (submission: Submission): Prepared => ({
  request: requestOf(submission),
  ...submission,
  key: sha256(submission.key),
});

export function createSubmitter(parts: SubmitterParts): Submitter {
  const { store, model, projector, clock, clockWatch, folded, writing, standsMsMax = STANDS_MS_MAX } = parts;
  const inProgress = new Set<string>();
  /** The last act under way in each stream: acts on one stream wait for each other, so they do not conflict. */
  const queues = new Map<string, Promise<unknown>>();
  const { together } = store;
  const batches = together && createBatches({ store, together, model, projector, clock, decided, referredTo });

  function inTurn<T>(stream: string, act: () => Promise<T>): Promise<T> {
    const turn = (queues.get(stream) ?? Promise.resolve()).then(act, act);
    queues.set(stream, turn);
    const leave = () => {
      if (queues.get(stream) === turn) queues.delete(stream);
    };
    turn.then(leave, leave);
    return turn;
  }

  /** The answer of the act that this key stands for, if it was done; a refusal if the key stood for something else. */
  async function earlier(submission: Prepared): Promise<Done | Refusal | undefined> {
    const acted = model.acted(scopedKey(submission.officer, submission.key), submission.stream);
    if (!acted) return undefined;
    const events = await eventsOf(acted, submission);
    const [first] = events;
    if (!isSameRequest(first!, submission)) {
      return refuse('key_reused', `This key stands for ${first!.type}, recorded at ${first!.metadata.recordedAt}.`);
    }
    return { outcome: { ...outcomeOf(events), ...recordedAs(events) }, replayed: true };
  }

  async function eventsOf({ stream, revision }: Acted, { officer, key }: Prepared): Promise<LedgerEvent[]> {
    // No act records more than an agreement and the fact agreed.
    const page = await store.readStream(stream, { after: BigInt(revision) - 1n, limit: 2 });
    if (page.length === 0) throw new EventsHidden(stream, BigInt(revision));
    return page
      .map((recorded) => decode(recorded))
      .filter(({ metadata }) => metadata.key === key && metadata.officer === officer);
  }

  /** The revision of the event that a command is about where it names one that stands, such as the one that it reverses. */
  function referredTo({ kind, stream, command }: Prepared, streams: Streams = model): bigint | undefined {
    const state = streams.stream(kind, stream);
    const named = 'fact' in command ? command.fact : 'proposal' in command && state.open.get(command.proposal)?.fact;
    const revision = named && KINDS[kind].referredTo(named);
    return revision && !model.whyVoid(stream, Number(revision)) ? BigInt(revision) : undefined;
  }

  /** The events that an act would record, on the state of the streams; or the first rule that refuses it. */
  function decided(
    submission: Prepared,
    now: Instant,
    original: RecordedEvent | undefined,
    streams: Streams = model,
  ): Decided | Refusal {
    const { kind: kindName, stream, command, officer, actingFor, key, ifMatch } = submission;
    const state = streams.stream(kindName, stream);
    if (ifMatch !== undefined) {
      const present = 'proposal' in command ? state.open.get(command.proposal)?.revision : state.revision;
      if (present !== undefined && present !== ifMatch) {
        return refuse('if_match_stale', `You have read revision ${ifMatch}; the present one is ${present}.`);
      }
    }
    const voidActs = model.voidActs(officer, key);
    const id = eventId(officer, key, 0, voidActs);
    const looking = decisionContext(streams, {
      stream,
      today: londonDay(now),
      rules: RULES_NOW,
      original: original && decode(original),
    });
    const decision = decide(KINDS[kindName], state, command, { officer, actingFor, newProposal: id }, looking.context);
    if (decision instanceof Refusal) return decision;
    const composed = compose(submission, decision, { id, voidActs, now, rests: looking.rests() });
    const preview = decision.preview ?? NOTHING_PREVIEWED;
    const encoded = composed.map(({ id, type, data, metadata }) => encode(id, type, data, metadata));
    // What is written for ever must be readable for ever: it is read back before it is written.
    const events = encoded.map((event, index) =>
      decode({ ...event, stream, revision: BigInt(state.last + 1 + index), position: '' }),
    );
    return { events, encoded, expected: state.last < 0 ? 'no_stream' : BigInt(state.last), preview };
  }

  /** Decides one act and appends it, on a store where acts cannot be decided inside a transaction; or decides it only. */
  async function attempt(submission: Prepared, late: Promise<never>): Promise<Done | Refusal | 'again' | 'void'> {
    const done = await earlier(submission);
    if (done) return done;
    const { stream } = submission;
    const revision = referredTo(submission);
    const [original] = revision === undefined ? [] : await store.readStream(stream, { after: revision - 1n, limit: 1 });
    const found = decided(submission, stampNow({ model, clock }, store.floor?.known()), original);
    if (found instanceof Refusal) return found;
    const { events, encoded, expected, preview } = found;
    if (submission.dryRun) {
      const tests = preview.tests && { tests: preview.tests().map(testText) };
      return { outcome: { ...outcomeOf(events), ...warned(preview), ...tests }, replayed: false };
    }
    // An act that was void is stamped after what had stood, which may be far ahead of this clock.
    const doubt = clockWatch.doubt();
    if (doubt !== undefined) return refuse('clock_in_doubt', doubt);
    let appended: Appended;
    try {
      appended = await writing.watched(() => store.append(stream, expected, encoded));
    } catch (error) {
      if (!(error instanceof ConcurrencyConflict) && !(error instanceof RecordedBehind)) throw error;
      const head = await store.head();
      if (head !== undefined) await Promise.race([projector.whenTaken(head), late]);
      return 'again';
    }
    await Promise.race([projector.whenTaken(appended.position), late]);
    // Another service, or an attempt whose answer was lost, recorded this key before: what it recorded is the answer.
    if (!appended.asSent) return 'again';
    // Only at its place can be seen whether what it was decided on still stood there.
    if (model.whyVoid(stream, events[0]!.revision)) return 'void';
    return { outcome: outcomeAt(events, appended.position, preview), replayed: false };
  }

  /** Has an act recorded with those that wait in the same moment. */
  async function batched(batches: Batches, submission: Prepared): Promise<Done | Refusal | 'again'> {
    const done = await earlier(submission);
    if (done) return done;
    const found = await writing.watched(
      () => batches.record(submission),
      (recorded) => typeof recorded === 'object' && 'position' in recorded,
    );
    if (found === 'again' || found instanceof Refusal) return found;
    const { events, position, preview } = found;
    return { outcome: outcomeAt(events, position, preview), replayed: false };
  }

  /** Has an act recorded by itself, and again where it is void. Rejects {@link OutcomeUnknown} where that takes too long. */
  async function alone(submission: Prepared): Promise<Done | Refusal> {
    const over = new AbortController();
    const late = setTimeout(standsMsMax, undefined, { signal: over.signal }).then(() => {
      throw new OutcomeUnknown(
        `${submission.stream}: after ${standsMsMax} ms it is not known whether the act stands: it has not been read back, or what it rests on has moved each time.`,
      );
    });
    late.catch(() => undefined);
    try {
      return await untilKnown(submission, () => attempt(submission, late), [late]);
    } finally {
      over.abort();
    }
  }

  /** Tries until it is known how an act ends; others who post at the same time may be ahead of it a few times. */
  async function untilKnown(
    { stream }: Prepared,
    act: () => Promise<Done | Refusal | 'again' | 'void'>,
    late: readonly Promise<never>[] = [],
  ): Promise<Done | Refusal> {
    for (let tries = 0; tries < ATTEMPTS_MAX;) {
      const outcome = await folding(act);
      if (outcome !== 'again' && outcome !== 'void') return outcome;
      // A void act says nothing of the next: others have moved on, which they may do until it is late.
      if (outcome === 'again') tries++;
      await Promise.race([setTimeout(Math.random() * Math.min(STEP_ASIDE_MS_MAX, 2 ** tries)), ...late]);
    }
    return refuse('conflict', `Others posted to ${stream} ${ATTEMPTS_MAX} times in between.`);
  }

  /** Does an act once the state of every stream that it looks at is at hand. */
  async function folding<T>(act: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof StateMissing)) throw error;
        await folded(placed(error.stream).kind, error.stream);
      }
    }
  }

  function compose(
    submission: Prepared,
    decision: Decision,
    { id, voidActs, now, rests }: { id: string; voidActs: number; now: Instant; rests: Metadata['rests'] },
  ) {
    const { officer, signedInBy, key, request, correlation, evidence } = submission;
    return decision.events.map((text, index) => {
      const { type, version, data } = asStored(KINDS[submission.kind], text);
      const metadata: Metadata = {
        schemaVersion: version,
        rules: RULES_NOW,
        recordedAt: instantText(now),
        officer,
        partner: decision.partner,
        role: decision.role,
        signedInBy,
        key,
        request,
        correlation,
        ...(index > 0 && { causation: id }),
        evidence,
        ...(decision.adjustment && { adjustment: decision.adjustment }),
        ...(rests && { rests }),
      };
      return { id: index === 0 ? id : eventId(officer, key, index, voidActs), type, data, metadata };
    });
  }

  /** What the service itself does, in nobody’s name. */
  const byService = (stream: string, command: Command, key: string, correlation: string): Submission => ({
    kind: placed(stream).kind,
    stream,
    command,
    officer: SERVICE,
    signedInBy: 'service',
    key,
    correlation,
    evidence: [],
  });

  return {
    async submit(submission) {
      const comparing = submission.dryRun ? undefined : clockWatch.compared();
      if (comparing) await comparing;
      const key = scopedKey(submission.officer, submission.key);
      if (inProgress.has(key)) return refuse('key_in_progress', `The key "${submission.key}" is being handled.`);
      const doubt = submission.dryRun ? undefined : clockWatch.doubt();
      if (doubt !== undefined) return refuse('clock_in_doubt', doubt);
      inProgress.add(key);
      const handled = prepared(submission);
      try {
        return await (batches && !submission.dryRun
          ? untilKnown(handled, () => batched(batches, handled))
          : inTurn(submission.stream, () => alone(handled)));
      } finally {
        inProgress.delete(key);
      }
    },
    async lapseExpired() {
      const today = todayOf({ model, clock });
      const due = model
        .openProposals()
        .filter(({ proposal }) => proposal.expires !== undefined && proposal.expires < today);
      let lapsed = 0;
      for (const { stream, proposal } of due) {
        const command = { act: 'lapse', proposal: proposal.id } as const;
        const key = `lapse ${proposal.id} ${proposal.revision}`;
        const outcome = await this.submit(byService(stream, command, key, proposal.id));
        if (!(outcome instanceof Refusal)) lapsed++;
      }
      return lapsed;
    },
    async note(fact, key) {
      return this.submit(byService(REGISTER_STREAM, { act: 'note', fact }, key, key));
    },
  };
}

/** Whether a request is the one that an event records; of one of an older version, as it is asked in this program’s. */
const isSameRequest = (event: LedgerEvent, { kind, request }: Prepared): boolean =>
  event.metadata.request === request ||
  (event.stored !== undefined && requestsNow(KINDS[kind], event).includes(request));

function outcomeOf(events: readonly LedgerEvent[]): Outcome {
  const last = events.at(-1)!;
  const proposal = events[0]!.data['proposal'];
  return {
    stream: last.stream,
    revision: String(last.revision),
    ...(typeof proposal === 'string' && { proposal }),
    events: events.map((event) => ({
      id: event.id,
      type: event.type,
      revision: String(event.revision),
      sentence: sentenceOf(event),
    })),
  };
}

const warned = ({ warnings }: Preview): Pick<Outcome, 'warnings'> => (warnings.length > 0 ? { warnings } : {});

/** The answer to an act that was recorded now. */
const outcomeAt = (events: readonly LedgerEvent[], position: Position, preview: Preview): Outcome => ({
  position,
  recordedAt: events.at(-1)!.metadata.recordedAt,
  ...warned(preview),
  ...outcomeOf(events),
});

const recordedAs = (events: readonly LedgerEvent[]): Required<Pick<Outcome, 'position' | 'recordedAt'>> => {
  const { position, metadata } = events.at(-1)!;
  return { position, recordedAt: metadata.recordedAt };
};
