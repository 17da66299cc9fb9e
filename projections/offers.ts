import { dayInWords, endOfLondonDay, instantOf, instantText, type Day, type Instant } from '../src/domain/calendar.js';
import { EXPIRY, type KnownTo, type Offer } from '../src/domain/grammar/offers.js';
import { negated, NO_MONEY, plus, type Pence } from '../src/domain/money.js';
import { accountKey, type Account } from '../src/domain/postings.js';
import type { Entry } from './entry.js';

/**
 * The effect of an offer’s expiry on figures. No event records it: it is computed from the offers that are kept
 * (src/domain/grammar/offers.ts) and the instant of the question.
 */

/** What expired offers would still count as in an account, in pence, on a day, inclusive. */
export function offeredIn(expired: readonly Offer[], on: Day): (account: Account) => Pence {
  const sums = new Map<string, Pence>();
  for (const { postings } of expired) {
    for (const posting of postings) {
      if (posting.on > on) continue;
      const key = accountKey(posting);
      sums.set(key, plus(sums.get(key) ?? NO_MONEY, posting.pence));
    }
  }
  return (account) => sums.get(accountKey(account)) ?? NO_MONEY;
}

/** The instant from which an offer has expired: the day after its last begins in London. */
const endOf = ({ expires }: Offer): Instant => (endOfLondonDay(expires) + 1) as Instant;

/**
 * The facts of a fund as they came to be known, with the expiry of each offer inserted at its instant, so that their
 * postings add up to the figures at any state of knowledge. A later step that takes an expired offer off the table then
 * posts nothing.
 * @param entries those that are known at `upTo`, in ledger order; those of other streams may be among them
 */
export function withExpiries(entries: readonly Entry[], offers: readonly Offer[], upTo: KnownTo): Entry[] {
  const waiting = new Set(offers.filter(({ from }) => from < upTo.size).sort((a, b) => endOf(a) - endOf(b)));
  if (waiting.size === 0) return [...entries];
  const expired: Offer[] = [];
  const all: Entry[] = [];
  let latest = 0;
  const pass = (instant: Instant, place: number): void => {
    const before = latest;
    latest = Math.max(before, instant);
    for (const offer of waiting) {
      if (offer.from >= place || endOf(offer) > latest) continue;
      waiting.delete(offer);
      if (offer.until < place) continue;
      expired.push(offer);
      // An offer that was put back on the table after its last day expires at once.
      all.push(expiryOf(offer, Math.max(endOf(offer), before) as Instant));
    }
  };
  for (const entry of entries) {
    pass(instantOf(entry.recordedAt)!, entry.place);
    const over = expired.filter(({ until }) => until === entry.place);
    all.push(over.length === 0 ? entry : withoutOffers(entry, over));
  }
  pass(upTo.instant, upTo.size);
  return all;
}

const withoutOffers = (entry: Entry, over: readonly Offer[]): Entry => ({
  ...entry,
  postings: entry.postings.filter(
    ({ measure, item }) => measure !== 'proposed' || over.every(({ proposal }) => proposal !== item),
  ),
});

/** The expiry of an offer, as an entry that is not recorded. It has the revision of the offer’s terms. */
const expiryOf = ({ proposal, by, revision, from, expires, said, postings }: Offer, instant: Instant): Entry => ({
  place: from,
  passes: instant,
  revision,
  id: proposal,
  recordedAt: instantText(instant),
  effective: postings[0]!.on,
  partner: by,
  ...EXPIRY,
  evidence: [],
  sentence: `Nobody signed until ${dayInWords(expires)}, and it is off the table: “${said}”`,
  data: { effective: postings[0]!.on },
  postings: postings.map((posting) => ({ ...posting, pence: negated(posting.pence) })),
});
