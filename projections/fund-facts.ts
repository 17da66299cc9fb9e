import type { Day } from '../src/domain/calendar.js';
import type { FactData } from '../src/domain/grammar/event.js';

/**
 * The words of a fund that are not balances: which gaps were stated, what the plan lines are called, which grants are to
 * be passed down, what was withdrawn with what notice. A plain list in ledger order; what was reversed is marked with the place of its reversal, so that any
 * earlier state of knowledge still shows it.
 */
export interface Kept {
  readonly place: number;
  readonly revision: number;
  readonly type: string;
  readonly recordedAt: string;
  readonly data: FactData;
  readonly evidence: readonly { readonly reference: string }[];
  reversed?: { readonly place: number; readonly on: Day };
}

export interface FundFacts {
  readonly kept: Kept[];
  readonly byRevision: Map<string, Kept>;
}

const AGREEMENT: ReadonlySet<string> = new Set([
  'AgreementSigned',
  'AgreementVaried',
  'AgreementAccepted',
  'NoticeGiven',
  'AgreementTerminated',
]);

const KEPT: ReadonlySet<string> = new Set([
  'GapStated',
  'PlanLineSet',
  'PlanLineDescribed',
  'GrantDetermined',
  'DiscretionaryPaymentWithdrawn',
  // Spending, reserves, performance and returns.
  'ForecastRecorded',
  'CarryForwardApproved',
  'CarriedForwardReceived',
  'PerformancePotSet',
  'PerformanceMeasured',
  'ReturnSubmitted',
  // The section 75 agreement, which later years’ funds are asked about too.
  ...AGREEMENT,
]);

export const noFundFacts = (): FundFacts => ({ kept: [], byRevision: new Map() });

/** The two signatures under terms are kept as well: they were recorded just before what they are under. */
const signsTerms = ({ type, data }: Pick<Kept, 'type' | 'data'>): boolean =>
  type === 'ProposalAgreed' && AGREEMENT.has((data['fact'] as { readonly type: string }).type);

export function keep(facts: FundFacts, entry: Omit<Kept, 'reversed'>): void {
  if (KEPT.has(entry.type) || signsTerms(entry)) {
    const { place, revision, type, recordedAt, data, evidence } = entry;
    const kept = { place, revision, type, recordedAt, data, evidence };
    facts.kept.push(kept);
    facts.byRevision.set(String(revision), kept);
  } else if (entry.type === 'FactReversed') {
    const original = facts.byRevision.get(entry.data['reverses'] as string);
    if (original) original.reversed = { place: entry.place, on: entry.data.effective };
  }
}

/** The facts of one type that are known at a size of the ledger, in force or reversed. */
export const known = (facts: FundFacts, type: string, size: number): Kept[] =>
  facts.kept.filter((each) => each.type === type && each.place < size);

/** The facts of one type in force on a day, inclusive, by what is known at a size of the ledger. */
export const inForce = (facts: FundFacts, type: string, on: Day, size: number): Kept[] =>
  facts.kept.filter(
    (each) =>
      each.type === type &&
      each.place < size &&
      each.data.effective <= on &&
      !(each.reversed && each.reversed.place < size && each.reversed.on <= on),
  );

/** The partners whose officers signed a fact, where its signatures were kept. */
function signersOf({ byRevision }: FundFacts, { revision }: Kept): { signers?: readonly string[] } {
  const signatures = byRevision.get(String(revision - 1))?.data['signatures'] as
    readonly { readonly partner: string }[] | undefined;
  return signatures ? { signers: signatures.map(({ partner }) => partner) } : {};
}

/**
 * The facts of a fund’s agreements that stand, by what is known at a size of the ledger, with who signed them; they are
 * reversed whole.
 */
export const agreementFacts = (facts: FundFacts, size: number): (Kept & { readonly signers?: readonly string[] })[] =>
  facts.kept
    .filter((each) => AGREEMENT.has(each.type) && each.place < size && !(each.reversed && each.reversed.place < size))
    .map((each) => ({ ...each, ...signersOf(facts, each) }));
