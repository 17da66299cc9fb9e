import type { Test } from 'tap';
import type { Day } from '../../src/domain/calendar.js';
import { z } from 'zod';
import { evolvePostings, planAccount, type Line } from '../../src/domain/fund/state.js';
import { signedPence } from '../../src/domain/money.js';
import { posted } from '../../src/domain/postings.js';
import { fundStream } from '../../src/ledger/catalogue.js';
import { Refusal } from '../../src/domain/rules.js';
import { QUERIES } from '../../src/ledger/queries/all.js';
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

/** Asks a question of the test fund, and gives its table too. */
export async function asked(ledger: TestLedger, name: string, given: Readonly<Record<string, string>> = {}) {
  const query = QUERIES.find((each) => each.name === name)!;
  const options = z.object({ ...query.params.shape, ...query.options.shape });
  const answer = await query.run(ledger.ledger, options.parse({ fund: FUND, ...given }));
  if (answer instanceof Refusal) throw new Error(`${answer.rule}: ${answer.detail}`);
  return { answer: query.answer.parse(answer), table: query.table(query.answer.parse(answer)).rows };
}

/** What a question of a fund that is not there is refused with. */
export async function askedOfNothing(ledger: TestLedger, name: string): Promise<string> {
  const query = QUERIES.find((each) => each.name === name)!;
  const answer = await query.run(ledger.ledger, { fund: 'nowhere-2016-17' });
  return answer instanceof Refusal ? answer.rule : 'answered';
}

export const day = (text: string): Day => text as Day;

/** Puts spending on a plan line straight into what the service remembers, as a fact of spending would post it. */
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

/** Whether every list of an answer is as long as the one wanted. */
function asLong(found: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null || wanted instanceof RegExp) return true;
  if (Array.isArray(wanted) && (found as unknown[]).length !== wanted.length) return false;
  return Object.entries(wanted).every(([name, each]) => asLong((found as Record<string, unknown>)[name], each));
}

/** That an answer matches, and that no list in it is longer than wanted, which `t.match` alone lets pass. */
export function told(t: Test, found: unknown, wanted: unknown, message = 'is told'): void {
  t.match(found, wanted, message);
  t.ok(asLong(found, wanted), `${message}, and no more`);
}
