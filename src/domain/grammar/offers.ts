import { londonDay, type Day, type Instant } from '../calendar.js';
import type { Posting } from '../postings.js';
import type { LedgerEvent } from './event.js';
import { factOf, type Kind } from './kind.js';
import { SERVICE } from './mandate.js';
import { isProposalEvent, lastDayOf, offeredInWords, textsOf } from './proposal.js';
import { rulesOf } from './rule-versions.js';
import { answeredBy, proposedBy } from './evolve.js';

/**
 * Offers of money that have a last day. From the day after it they are off the table in every answer as known from then
 * on. No event records this, and a lapse recorded later changes no figure.
 */
export interface Offer {
  readonly proposal: string;
  readonly by: string;
  /** The revision at which its terms last changed, and its place in the ledger: it is on the table from there on. */
  readonly revision: number;
  readonly from: number;
  /** The place of the event that changed its terms or took it off the table; infinite while there is none. */
  until: number;
  /** Its last day, inclusive, in London. */
  readonly expires: Day;
  /** What it offers, in a sentence. */
  readonly said: string;
  /** What it puts on the table. */
  readonly postings: readonly Posting[];
}

/** Keeps the offers of a stream, event by event. */
export function keepOffers<State>(offers: Offer[], kind: Kind<State>, event: LedgerEvent, place: number): void {
  const answered = answeredBy(kind, event);
  const before = answered === undefined ? undefined : offers.findLast(({ proposal }) => proposal === answered);
  if (before?.until === Infinity) before.until = place;
  if (isProposalEvent(event)) {
    if (event.type !== 'ProposalMade' && event.type !== 'ProposalCountered') return;
    const { revision, metadata } = event;
    const { proposal } = event.data;
    const texts = textsOf(event.data);
    const expires = lastDayOf({ expires: event.data.expires, rules: rulesOf(metadata) });
    const postings = expires === undefined ? [] : texts.flatMap((text) => proposedBy(kind, text, proposal));
    if (expires === undefined || postings.length === 0) return;
    offers.push({
      proposal,
      by: metadata.partner,
      revision,
      from: place,
      until: Infinity,
      expires,
      said: offeredInWords(texts.map(({ type, data }) => factOf(kind, type).sentence(data))),
      postings,
    });
    return;
  }
  const restored = kind.restoresProposal(event);
  const was = restored === undefined ? undefined : offers.findLast(({ proposal }) => proposal === restored);
  if (was) offers.push({ ...was, revision: event.revision, from: place, until: Infinity });
}

/** A state of knowledge: how many events of the ledger are known, at which instant. */
export interface KnownTo {
  readonly size: number;
  readonly instant: Instant;
}

/** The offers that nobody has taken off the table, as known, and that have expired by then. */
export function expiredBy(offers: readonly Offer[], { size, instant }: KnownTo): Offer[] {
  const today = londonDay(instant);
  return offers.filter((offer) => offer.from < size && offer.until >= size && offer.expires < today);
}

/** How the passing of a last day is told among events: nobody records it, and the service says so. */
export const EXPIRY = { type: 'ProposalExpired', officer: SERVICE, role: 'service' } as const;
