import { Refusal } from '../../src/domain/rules.js';
import { SEES_ALL } from '../../src/ledger/questions/question.js';
import { knownAtInstant } from '../../src/domain/calendar.js';
import { minimumTestsQuery } from '../../src/ledger/questions/fund/minimum-tests.js';
import { FUND, NORTH, REGISTER_STREAM, type TestLedger } from './ledger.js';

/** A scheme as a plan line has it: commissioned by the NHS, outside hospital, unless told otherwise. */
export const scheme = (more: Readonly<Record<string, unknown>> = {}) => ({
  scheme: 'reablement',
  title: 'Reablement at home',
  type: 'home-care',
  areaOfSpend: 'community-health',
  commissioner: { nhs: 10_000, localGovernment: 0 },
  provider: 'nhs-community',
  new: false,
  ...more,
});

export const SOCIAL_CARE = { areaOfSpend: 'social-care', commissioner: { nhs: 0, localGovernment: 10_000 } };

export const allocation = (more: Readonly<Record<string, unknown>> = {}) => ({
  effective: '2016-04-01',
  area: 'testshire',
  year: '2016-17',
  payer: NORTH,
  source: 'NHS_MIN',
  amount: '10000000.00',
  minima: { socialCare: '3000000.00', outOfHospital: '2000000.00' },
  publication: 'Test allocations 2016-17',
  ...more,
});

export const publish = (ledger: TestLedger, data: Readonly<Record<string, unknown>>) =>
  ledger.post('registrar', 'AllocationPublished', data, REGISTER_STREAM);

export interface AskedTest {
  readonly test: string;
  readonly verdict: string;
  readonly why: string;
  readonly margin: string | null;
  readonly rows: readonly {
    readonly of: string;
    readonly required: string;
    readonly actual: string;
    readonly margin: string;
    readonly verdict: string;
    readonly why: string;
  }[];
  readonly unclassified: readonly string[];
  readonly facts?: readonly { readonly stream: string; readonly revision: string; readonly sentence: string }[];
}

interface Asked {
  readonly tests: readonly AskedTest[];
  readonly whatIf: { readonly proposals: readonly unknown[]; readonly tests: readonly AskedTest[] } | null;
}

/** The minimum tests of a fund on a day, as known at an instant, with proposals signed. */
export async function testsOf(
  { ledger }: TestLedger,
  on: string,
  more: { readonly knownAt?: string; readonly with?: readonly string[]; readonly fund?: string } = {},
): Promise<Asked> {
  const answer = await minimumTestsQuery.run(
    ledger,
    {
      fund: more.fund ?? FUND,
      on: on,
      ...(more.knownAt && { 'known-at': knownAtInstant(more.knownAt) }),
      ...(more.with && { with: more.with }),
    },
    SEES_ALL,
  );
  if (answer instanceof Refusal) throw new Error(answer.detail);
  return answer as unknown as Asked;
}

/** Verdicts by test. */
export const verdicts = ({ tests }: Pick<Asked, 'tests'>): Record<string, string> =>
  Object.fromEntries(tests.map(({ test, verdict }) => [test, verdict]));
