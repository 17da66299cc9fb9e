import type { LedgerEvent } from '../../domain/grammar/event.js';
import { refuse, type Refusal } from '../../domain/rules.js';
import { DEAL_FACTS_MAX } from '../../domain/grammar/proposal.js';
import { EventsHidden, type EventStore } from '../../store/event-store.js';
import { pageOfStream } from '../../store/pages.js';
import { decode, KINDS, REGISTER_STREAM } from '../catalogue.js';
import { scopedKey } from '../memory/key-table.js';
import type { Acted, ReadModel } from '../memory/read-model.js';
import { doneBefore } from './answer.js';
import { commandInCodes } from './in-codes.js';
import { requestsNow } from './recorded-act.js';
import { requestOf } from './request.js';
import type { Done, Prepared } from './submission.js';

/**
 * Looks up the key of an act. The same key of the same officer is the same act: it is recorded once, and a repeated
 * request gets the first answer. The event carries the key and the fingerprint of the request, so it proves the act.
 */

/** The answer of the act that this key stands for; a refusal where it stands for another; undefined where it is new. */
export async function lookedUp(
  act: Prepared,
  { store, model }: { readonly store: EventStore; readonly model: ReadModel },
): Promise<Done | Refusal | undefined> {
  const acted = model.acted(scopedKey(act.officer, act.key), act.stream);
  if (!acted) return undefined;
  const events = await eventsOf(acted, act, store);
  const [first] = events;
  return isSameRequest(first!, act, act.request) || isSameRequest(first!, act, requestThen(acted, act, model))
    ? doneBefore(events)
    : refuse('key_reused', `This key stands for ${first!.type}, recorded at ${first!.metadata.recordedAt}.`);
}

async function eventsOf(
  { stream, revision }: Acted,
  { officer, key }: Prepared,
  store: EventStore,
): Promise<LedgerEvent[]> {
  // No act records more than an agreement and the facts agreed.
  const page = await pageOfStream(store, stream, BigInt(revision) - 1n, 1 + DEAL_FACTS_MAX);
  if (page.length === 0) throw new EventsHidden(stream, BigInt(revision));
  return page
    .map((recorded) => decode(recorded))
    .filter(({ metadata }) => metadata.key === key && metadata.officer === officer);
}

/**
 * The fingerprint of a request by the rules that were known at the act's place, because its wordings may have another
 * meaning now, or none.
 */
function requestThen({ stream, revision }: Acted, act: Prepared, model: ReadModel): string {
  const known = model.knownRevision(REGISTER_STREAM, model.places(stream).at(revision)!);
  return requestOf({ ...act, command: commandInCodes(act, act.sent, model.register().reference, known) });
}

/** Whether a request is the one that an event records; of one of an older version, as it is asked in this program’s. */
const isSameRequest = (event: LedgerEvent, { kind }: Prepared, request: string): boolean =>
  event.metadata.request === request ||
  (event.stored !== undefined && requestsNow(KINDS[kind], event).includes(request));
