import { v5 as uuid } from 'uuid';
import type { Test } from 'tap';
import type { Day } from '../../src/domain/calendar.js';
import { asAt, cellsOf, NO_CLAIM, sumsOf, type Sums } from '../../src/domain/dispute/claim.js';
import { termsAt } from '../../src/domain/dispute/state.js';
import type { FactData } from '../../src/domain/grammar/event.js';
import { moneyText } from '../../src/domain/money.js';
import { COUNTY, NORTH, openedLedger, SOUTH, EAST, type TestLedger } from './ledger.js';

/** Disputes of the test ledger: the county and two CCGs of Testshire, with the plain three-stage protocol. */
export const AREA = 'testshire';
export const DISPUTES = `disputes-${AREA}`;

/** A case reference for a test: version 4 in form, the same for the same name. */
export const caseNamed = (name: string): string => {
  const digits = uuid(name, '6f1d3a52-8f0e-5c1b-9d63-0b9c1f7a4e21');
  return `${digits.slice(0, 14)}4${digits.slice(15, 19)}a${digits.slice(20)}`;
};

export const share = (respondent: number) => ({ claimant: 10_000 - respondent, respondent });

/** A case of the county against the north CCG: £1,400 a week for 182 days, the county paying all and claiming none. */
export const raised = (name = 'one', more: Readonly<Record<string, unknown>> = {}) => {
  const effective = '2018-10-01';
  const data = {
    effective,
    until: '2019-03-31',
    case: caseNamed(name),
    kind: 'chc',
    ground: 'primary-health-need',
    raisedOn: '2018-11-01',
    interim: share(0),
    claimed: share(10_000),
    ...more,
  };
  return {
    claimant: [{ from: data.effective, partner: COUNTY }],
    respondent: [{ from: data.effective, partner: NORTH }],
    costs: [{ from: data.effective, weekly: '1400.00' }],
    ...data,
  };
};

/** Opens the test ledger with its disputes; the clock stands at 1 November 2018. */
export const disputing = async (t: Test, file?: string, demonstration = false): Promise<TestLedger> =>
  withDisputes(await openedLedger(t, file, demonstration));

/** Opens the disputes of a ledger. */
export async function withDisputes(ledger: TestLedger): Promise<TestLedger> {
  ledger.now('2018-11-01T09:00:00Z');
  await ledger.post(
    'pool-manager',
    'DisputesOpened',
    { effective: '2016-04-01', area: AREA, partners: [COUNTY, NORTH, SOUTH, EAST] },
    DISPUTES,
  );
  await ledger.signed(
    'county-finance',
    'north-ccg-finance',
    'DisputeProtocolAdopted',
    { effective: '2016-04-01', protocol: 'three-stage' },
    DISPUTES,
  );
  return ledger;
}

const sumsOn = (ledger: TestLedger, name: string, on: string, upTo: number): Sums => {
  const { own } = ledger.ledger.model.stream('dispute', DISPUTES);
  const terms = termsAt(own.cases.get(caseNamed(name))!, upTo);
  return terms ? sumsOf(cellsOf(terms, asAt(on as Day))) : NO_CLAIM;
};

/** What the claimant of a case gives back, beside its claim, on a day. */
export const repayable = (ledger: TestLedger, name: string, on: string): string =>
  moneyText(sumsOn(ledger, name, on, Infinity).repayable);

/** The claim of a case on a day, and its parts, as known up to a revision, in money text. */
export function caseSums(
  ledger: TestLedger,
  name: string,
  on: string,
  upTo = Infinity,
): Record<'claimed' | 'agreed' | 'abandoned' | 'open', string> {
  const { claimed, agreed, abandoned, open } = sumsOn(ledger, name, on, upTo);
  return {
    claimed: moneyText(claimed),
    agreed: moneyText(agreed),
    abandoned: moneyText(abandoned),
    open: moneyText(open),
  };
}

/** The same by financial year: the claim of each. */
export function claimedByYear(ledger: TestLedger, name: string, on: string): [year: string, claimed: string][] {
  const { own } = ledger.ledger.model.stream('dispute', DISPUTES);
  return cellsOf(termsAt(own.cases.get(caseNamed(name))!)!, asAt(on as Day)).map(({ year, claimed }) => [
    year,
    moneyText(claimed),
  ]);
}

/** The revision of the area's last event. */
export const head = ({ ledger }: TestLedger): number => ledger.model.stream('dispute', DISPUTES).revision;

/** Helpers that post and sign in the disputes, for the two sides of the test's cases. */
export const acts = (ledger: TestLedger) => ({
  raise: (name?: string, more?: Readonly<Record<string, unknown>>) =>
    ledger.post('county-finance', 'DisputeRaised', raised(name, more), DISPUTES),
  post: (officer: string, type: string, data: object) =>
    ledger.post(officer, type, { effective: '2018-10-01', case: caseNamed('one'), ...data }, DISPUTES),
  signed: (type: string, data: object, proposer = 'county-finance', signer = 'north-ccg-finance') =>
    ledger.signed(proposer, signer, type, { effective: '2018-10-01', case: caseNamed('one'), ...data }, DISPUTES),
  reduce: (data: object) =>
    ledger.signed(
      'county-finance',
      'county-chief',
      'ClaimReduced',
      { effective: '2018-10-01', case: caseNamed('one'), ...data },
      DISPUTES,
    ),
  refused: (officer: string, act: 'post' | 'propose', type: string, data: object) =>
    ledger.refused(officer, { act, fact: { type, data: data as FactData } }, { in: DISPUTES }),
  reverse: (revision: number, effective: string, proposer = 'county-finance', signer?: string) => {
    const data = { effective, reverses: String(revision), reason: 'recorded in error' };
    return signer
      ? ledger.signed(proposer, signer, 'FactReversed', data, DISPUTES)
      : ledger.post(proposer, 'FactReversed', data, DISPUTES);
  },
});

/** A settlement of the test's cases: each by its name, what is agreed and abandoned, and anything more. */
export const settle = (
  ledger: TestLedger,
  settlement: string,
  effective: string,
  lines: readonly (readonly [name: string, agreed: string, abandoned: string, more?: object])[],
) =>
  ledger.signed(
    'county-finance',
    'north-ccg-finance',
    'DisputeSettled',
    {
      effective,
      settlement,
      lines: lines.map(([name, agreed, abandoned, more]) => ({ case: caseNamed(name), agreed, abandoned, ...more })),
    },
    DISPUTES,
  );
