import { instantText, londonDay, type Instant } from '../../domain/calendar.js';
import type { Metadata, SentFact } from '../../domain/grammar/event.js';
import type { StreamState } from '../../domain/grammar/kind.js';
import { NOTHING_PREVIEWED } from '../../domain/grammar/preview.js';
import { textsOf } from '../../domain/grammar/proposal.js';
import { RULES_NOW } from '../../domain/grammar/rule-versions.js';
import type { Command, Decision } from '../../domain/grammar/command.js';
import { decide } from '../../domain/grammar/stream.js';
import { asStored } from '../../domain/grammar/texts.js';
import { refuse, Refusal } from '../../domain/rules.js';
import type { RecordedEvent } from '../../store/event-store.js';
import { decode, encode, KINDS, REGISTER_STREAM } from '../catalogue.js';
import type { ReadModel } from '../memory/read-model.js';
import { decisionContext, type Streams } from './decision-context.js';
import { eventId } from './event-id.js';
import { inCodesBy } from './request.js';
import type { Decided, Prepared } from './submission.js';

/** Deciding: from an act and the state of the streams to the events that it would record. It changes nothing. */

/** The revisions of the events that the facts of an act name, where they stand, such as the one that is reversed. */
export function referredTo(
  { kind, stream, command }: Prepared,
  model: Pick<ReadModel, 'whyVoid'>,
  streams: Streams,
): bigint[] {
  const revisions = new Set(factsNamed(streams.stream(kind, stream), command).map(KINDS[kind].referredTo));
  return [...revisions].flatMap((each) =>
    each !== undefined && !model.whyVoid(stream, Number(each)) ? [BigInt(each)] : [],
  );
}

/** The facts that an act is about: those that it offers, or those of the proposal that it answers. */
export function factsNamed({ open }: Pick<StreamState<unknown>, 'open'>, command: Command): readonly SentFact[] {
  if ('fact' in command) return textsOf(command);
  const proposal = open.get(command.proposal);
  return proposal ? textsOf(proposal) : [];
}

/**
 * The events that an act would record at an instant, on the state of the streams; or the first rule that refuses it.
 * `originals` are the events that it names, read from the store.
 */
export function decided(
  sent: Prepared,
  now: Instant,
  originals: readonly RecordedEvent[],
  model: Pick<ReadModel, 'voidActs'>,
  streams: Streams,
): Decided | Refusal {
  // Rules may have been published since it was prepared, so its codes are read by the rules known at its place.
  const register = streams.stream('register', REGISTER_STREAM);
  const act = sent.codesOf === register.last ? sent : inCodesBy(sent, register);
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
    originals: originals.map((each) => decode(each)),
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
      ...(decision.adjustment && !decision.inOpenPeriods?.includes(index) && { adjustment: decision.adjustment }),
      ...(rests && { rests }),
    };
    return encode(index === 0 ? id : eventId(officer, key, index, voidActs), type, data, metadata);
  });
}
