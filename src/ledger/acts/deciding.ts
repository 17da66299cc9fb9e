import { instantText, londonDay, type Instant } from '../../domain/calendar.js';
import type { Metadata } from '../../domain/grammar/event.js';
import { NOTHING_PREVIEWED } from '../../domain/grammar/preview.js';
import { RULES_NOW } from '../../domain/grammar/rule-versions.js';
import { decide, type Decision } from '../../domain/grammar/stream.js';
import { asStored } from '../../domain/grammar/texts.js';
import { refuse, Refusal } from '../../domain/rules.js';
import type { RecordedEvent } from '../../store/event-store.js';
import { decode, encode, KINDS } from '../catalogue.js';
import type { ReadModel } from '../memory/read-model.js';
import { decisionContext, type Streams } from './decision-context.js';
import { eventId } from './event-id.js';
import type { Decided, Prepared } from './submission.js';

/** Deciding: from an act and the state of the streams to the events that it would record. It changes nothing. */

/** The revision of the event that an act is about, where it names one that stands, such as the one that it reverses. */
export function referredTo(
  { kind, stream, command }: Prepared,
  model: Pick<ReadModel, 'whyVoid'>,
  streams: Streams,
): bigint | undefined {
  const state = streams.stream(kind, stream);
  const named = 'fact' in command ? command.fact : 'proposal' in command && state.open.get(command.proposal)?.fact;
  const revision = named && KINDS[kind].referredTo(named);
  return revision && !model.whyVoid(stream, Number(revision)) ? BigInt(revision) : undefined;
}

/**
 * The events that an act would record at an instant, on the state of the streams; or the first rule that refuses it.
 * `original` is the event that it is about, read from the store.
 */
export function decided(
  act: Prepared,
  now: Instant,
  original: RecordedEvent | undefined,
  model: Pick<ReadModel, 'voidActs'>,
  streams: Streams,
): Decided | Refusal {
  const { kind, stream, command, officer, actingFor, key } = act;
  const stale = readStale(act, streams);
  if (stale) return stale;
  const state = streams.stream(kind, stream);
  const voidActs = model.voidActs(officer, key);
  const id = eventId(officer, key, 0, voidActs);
  const looking = decisionContext(streams, {
    stream,
    today: londonDay(now),
    rules: RULES_NOW,
    original: original && decode(original),
  });
  const decision = decide(KINDS[kind], state, command, { officer, actingFor, newProposal: id }, looking.context);
  if (decision instanceof Refusal) return decision;
  const encoded = composed(act, decision, { id, voidActs, now, rests: looking.rests() });
  return {
    // An event is read back from its bytes before it is written: what cannot be read is never stored.
    events: encoded.map((event, index) =>
      decode({ ...event, stream, revision: BigInt(state.last + 1 + index), position: '' }),
    ),
    encoded,
    expected: state.last < 0 ? 'no_stream' : BigInt(state.last),
    preview: decision.preview ?? NOTHING_PREVIEWED,
  };
}

/** Refuses an act of an officer who has read another revision than the present one. */
function readStale({ kind, stream, command, ifMatch }: Prepared, streams: Streams): Refusal | undefined {
  if (ifMatch === undefined) return undefined;
  const state = streams.stream(kind, stream);
  const present = 'proposal' in command ? state.open.get(command.proposal)?.revision : state.revision;
  return present === undefined || present === ifMatch
    ? undefined
    : refuse('if_match_stale', `You have read revision ${ifMatch}; the present one is ${present}.`);
}

/** The events of a decision as they are stored. */
function composed(
  { kind, officer, signedInBy, key, request, correlation, evidence }: Prepared,
  decision: Decision,
  { id, voidActs, now, rests }: { id: string; voidActs: number; now: Instant; rests: Metadata['rests'] },
) {
  return decision.events.map((text, index) => {
    const { type, version, data } = asStored(KINDS[kind], text);
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
    return encode(index === 0 ? id : eventId(officer, key, index, voidActs), type, data, metadata);
  });
}
