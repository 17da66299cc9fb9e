import type { Day } from '../../calendar.js';
import { append } from '../../grammar/change.js';
import type { FactData } from '../../grammar/event.js';
import { inForce, ofKind, takeBack, type KeptAs, type KeptFact } from '../../grammar/remembered.js';
import { exactly, NO_MONEY, plus, type Pence } from '../../money.js';
import { byText } from '../../order.js';
import { POOL, seriesOn, type Account, type Measure, type Posting } from '../../postings.js';
import type { Book } from '../books.js';
import type { Scheme } from './scheme.js';

/**
 * What a fund remembers for its minimum tests beside its books: the facts whose words they need. Kept with revisions, so
 * that decisions and questions, now and as known before, read the same.
 */
export interface TestInputs {
  readonly facts: readonly KeptFact[];
}

export const noTestInputs = (): TestInputs => ({ facts: [] });

/** The measures that the tests read. */
const MEASURES: ReadonlySet<Measure> = new Set(['requirement', 'agreed', 'share', 'passedDown', 'waived']);
/** The facts whose words they, or the shares of a variance, need beside their postings. */
export const TEST_WORDS = [
  'line',
  'description',
  'grant',
  'grant-cut',
  'grant-share',
  'pass-down',
  'carry-in',
] as const satisfies readonly KeptAs[];
const WORDED: ReadonlySet<KeptAs | undefined> = new Set(TEST_WORDS);

/** Whether the tests go by the words of facts that are kept so. */
export const isTestWords = (keptAs: KeptAs | undefined): boolean => WORDED.has(keptAs);

export const isTestInput = ({ measure, holder }: Account): boolean => holder !== POOL && MEASURES.has(measure);

/**
 * A fact that is recorded or would be recorded: the kind under which it is kept, and the revision of the fact that it
 * reverses.
 */
export interface NewFact {
  readonly revision: number;
  readonly data: FactData;
  readonly keptAs: KeptAs | undefined;
  readonly reverses: string | undefined;
}

/** Takes one more fact into a list of them, or marks the one that it reverses. Whether the list has changed. */
export function keepTestInput(facts: readonly KeptFact[], { revision, keptAs, data, reverses }: NewFact): boolean {
  if (reverses !== undefined) return takeBack(facts, Number(reverses), { revision, on: data.effective });
  if (!keptAs || !isTestWords(keptAs)) return false;
  append(facts, { revision, keptAs, data });
  return true;
}

/** The facts of one kind in force on a day, inclusive, as now known, in the order of recording. */
export const factsInForce = (facts: readonly KeptFact[], keptAs: KeptAs, on: Day): KeptFact[] =>
  inForce(ofKind(facts, keptAs), { on });

/** What an account stands at. */
export interface Holding {
  readonly account: Account;
  readonly pence: Pence;
}

/** The holdings on a day, inclusive, as now known, with movements that are not recorded yet beside them. */
export function holdingsOn(books: Iterable<Book>, on: Day, more: readonly Posting[]): Holding[] {
  const balances = [...books].map(({ account, series }) => ({ account, pence: seriesOn(series, on) }));
  return withPostings(balances, on, more);
}

/** Holdings with the movements that would come to them by a day, inclusive. */
export function withPostings(holdings: readonly Holding[], on: Day, more: readonly Posting[]): Holding[] {
  const coming = more.filter((posting) => posting.on <= on && isTestInput(posting));
  return [...holdings, ...coming.map((posting) => ({ account: posting, pence: posting.pence }))];
}

/** The sum of the holdings that satisfy a condition, in pence. */
export const sumOf = (holdings: readonly Holding[], counts: (account: Account) => boolean): Pence =>
  holdings.reduce((sum, { account, pence }) => (counts(account) ? plus(sum, pence) : sum), NO_MONEY);

/** Holdings gathered by a name, in pence, those that come to 0 left out; in the order of the names. */
export function gathered(
  holdings: readonly Holding[],
  nameOf: (account: Account) => string | undefined,
): { readonly name: string; readonly pence: Pence }[] {
  const sums = new Map<string, number>();
  for (const { account, pence } of holdings) {
    const name = nameOf(account);
    if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + pence);
  }
  return [...sums]
    .flatMap(([name, sum]) => (sum === 0 ? [] : [{ name, pence: exactly(sum) }]))
    .sort((a, b) => byText(a.name, b.name));
}

export interface Described {
  readonly scheme: Scheme | undefined;
  /** The revision of the fact that describes the line on that day. */
  readonly revision: number;
}

/**
 * How each plan line in force on a day is described: by the description in force that took effect last, the one recorded
 * last where two do on one day, or else as it was set.
 */
export function descriptionsOn(facts: readonly KeptFact[], on: Day): Map<string, Described> {
  const described = new Map<string, KeptFact>();
  const nameOf = ({ data }: KeptFact) => data['line'] as string;
  for (const set of factsInForce(facts, 'line', on)) described.set(nameOf(set), set);
  for (const each of inForce(ofKind(facts, 'description'), { on }, 'by-day')) {
    const last = described.get(nameOf(each));
    if (last && last.data.effective <= each.data.effective) described.set(nameOf(each), each);
  }
  return new Map(
    [...described].map(([line, { data, revision }]) => [
      line,
      { scheme: data['scheme'] as Scheme | undefined, revision },
    ]),
  );
}
