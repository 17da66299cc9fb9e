import type { Day } from '../src/domain/calendar.js';
import { OF_AGREEMENT, type MoneylessFact } from '../src/domain/fund/moneyless-facts.js';
import { TEST_WORDS } from '../src/domain/fund/plan/test-inputs.js';
import { asKnown, inForce, takeBack, type KeptAs } from '../src/domain/grammar/remembered.js';

/**
 * The words of a fund that are not balances: which gaps were stated, what the plan lines are called, which grants are to
 * be passed down, what was withdrawn with what notice. A list of each kind in ledger order; what was reversed is marked, so
 * that any earlier state of knowledge still shows it.
 */
export interface Kept extends MoneylessFact {
  readonly place: number;
  readonly evidence: readonly { readonly reference: string }[];
}

export interface FundFacts {
  readonly kept: ReadonlyMap<KeptAs, Kept[]>;
  /** The partners who signed each fact that is recorded next in the same act, in their order. */
  signers: readonly (readonly string[])[];
}

/** What questions ask for. The agreement’s facts are asked for by later years’ funds too. */
const ASKED_FOR: readonly KeptAs[] = [
  'gap',
  ...TEST_WORDS,
  'withdrawal',
  'forecast',
  'reserve',
  'balance',
  'balance-plan',
  'nothing',
  'pot',
  'measurement',
  'return',
  'return-approval',
  ...OF_AGREEMENT,
];

export const noFundFacts = (): FundFacts => ({ kept: new Map(ASKED_FOR.map((each) => [each, []])), signers: [] });

/** The same facts, to be added to apart from these: a fact that is taken back is marked in its list alone. */
export const factsAside = ({ kept, signers }: FundFacts): FundFacts => ({
  kept: new Map([...kept].map(([keptAs, list]) => [keptAs, [...list]])),
  signers,
});

/** An event as it comes to be known, with what its declaration says of it. */
export interface NewlyKnown extends Omit<Kept, 'reversed' | 'keptAs' | 'signers'> {
  readonly keptAs: KeptAs | undefined;
  /** The revision of the fact that it takes back. */
  readonly reverses: string | undefined;
  /** The partners who signed each fact that is recorded next, where it says that they did. */
  readonly agreed: readonly (readonly string[])[];
  /** Whether it is one more event of the act of the event before it. */
  readonly goesOn: boolean;
}

export function keep(facts: FundFacts, { keptAs, reverses, agreed, goesOn, ...said }: NewlyKnown): void {
  const { revision, place, recordedAt, data, evidence } = said;
  const [signers = [], ...rest] = goesOn ? facts.signers : [];
  const list = keptAs && facts.kept.get(keptAs);
  if (list) {
    const signed = signers.length > 0 && { signers };
    list.push({ revision, place, keptAs, recordedAt, data, evidence, ...signed });
  } else if (reverses !== undefined) {
    for (const each of facts.kept.values()) takeBack(each, Number(reverses), { revision, on: data.effective });
  }
  facts.signers = goesOn ? rest : agreed;
}

const listOf = ({ kept }: FundFacts, keptAs: KeptAs): readonly Kept[] => kept.get(keptAs)!;

/** The facts of one kind that are known at a revision, inclusive, in force or reversed. */
export const known = (facts: FundFacts, keptAs: KeptAs, upTo: number): Kept[] =>
  listOf(facts, keptAs).filter((each) => each.revision <= upTo);

/** The facts of one kind in force on a day, by what is known at a revision, both inclusive. */
export const keptInForce = (
  facts: FundFacts,
  keptAs: KeptAs,
  at: { readonly on: Day; readonly upTo: number },
): Kept[] => inForce(listOf(facts, keptAs), at);

/** The facts whose words the minimum tests go by, as they were known at a revision, inclusive; each kind in its order. */
export const testedFacts = (facts: FundFacts, upTo: number): Kept[] =>
  TEST_WORDS.flatMap((keptAs) => asKnown(listOf(facts, keptAs), upTo));

/** The facts of a fund’s agreements, with who signed them, as they were known at a revision, inclusive. */
export const agreementFacts = (facts: FundFacts, upTo: number): Kept[] =>
  OF_AGREEMENT.flatMap((keptAs) => asKnown(listOf(facts, keptAs), upTo));
