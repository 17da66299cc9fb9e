import type { Day } from '../../src/domain/calendar.js';
import { z } from 'zod';
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
