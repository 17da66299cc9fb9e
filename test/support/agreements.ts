import type { Day } from '../../src/domain/calendar.js';
import { evolvePostings, planAccount, type Line } from '../../src/domain/fund/state.js';
import { signedPence } from '../../src/domain/money.js';
import { posted } from '../../src/domain/postings.js';
import { fundStream } from '../../src/ledger/catalogue.js';
import { Refusal } from '../../src/domain/rules.js';
import { ask, askedWhole } from './asking.js';
import { COUNTY, FUND, NORTH, SOUTH, type TestLedger } from './ledger.js';

/** The terms of an agreement for the test fund: half a year's notice, pro rata to recurrent contributions. */
export const terms = (more: Readonly<Record<string, unknown>> = {}) => ({
  reference: 'Testshire s75/2016',
  from: '2016-04-01',
  to: '2018-03-31',
  noticeMonths: 6,
  contributionBasis: 'gross',
  vatRegime: 'as-who-delivers',
  underspend: { kind: 'kept-in-pool' },
  riskShares: [],
  defaultRule: { kind: 'pro-rata' },
  ...more,
});

export const agreement = (more: Readonly<Record<string, unknown>> = {}, ofTerms = terms()) => ({
  effective: '2016-04-01',
  agreement: 's75',
  parties: [COUNTY, NORTH, SOUTH],
  terms: ofTerms,
  ...more,
});

export const signAgreement = (ledger: TestLedger, ofTerms = terms(), more: Readonly<Record<string, unknown>> = {}) =>
  ledger.signed('county-finance', 'north-ccg-finance', 'AgreementSigned', agreement(more, ofTerms));

/** South, which does not sign the agreement of the test fund, accepts it. */
export const southAccepts = (ledger: TestLedger, effective = '2016-04-01') =>
  ledger.post('south-ccg-chief', 'AgreementAccepted', { effective, agreement: 's75', partner: SOUTH });

/** Asks a question of the test fund, and gives its table too. */
export async function asked(ledger: TestLedger, name: string, given: Readonly<Record<string, string>> = {}) {
  const { answer, table } = await askedWhole(ledger, name, given);
  return { answer, table: table.rows };
}

/** The refusal of a question about a fund that does not exist. */
export async function askedOfNothing(ledger: TestLedger, name: string): Promise<string> {
  const answer = await ask(ledger, name, { fund: 'nowhere-2016-17' });
  return answer instanceof Refusal ? answer.rule : 'answered';
}

export const day = (text: string): Day => text as Day;

/** Puts spending on a plan line directly into the service’s memory, as a fact of spending would post it. */
export function spend(
  { ledger }: TestLedger,
  line: string,
  on: string,
  amount: string,
  measure: 'spent' | 'accrued' | 'committed' = 'spent',
): void {
  const { own } = ledger.model.stream('fund', fundStream(FUND));
  const { source, recurrent } = own.items.get(line) as Line;
  const postings = posted({
    ...planAccount(line, { source, recurrent }),
    measure,
    item: line,
    on: day(on),
    pence: signedPence(amount),
  });
  evolvePostings(own, postings, COUNTY);
  ledger.model.fund(FUND)!.balances.add(ledger.model.size() - 1, postings);
}
