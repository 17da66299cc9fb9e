import type { Done } from '../../src/ledger/submission.js';
import { COUNTY, EAST, NORTH, REGISTER_STREAM, SOUTH, WEST, type TestLedger } from './ledger.js';

/** Bodies that follow those of the test ledger: one group after two, and three councils after a county and two districts. */
export const MERGED = 'merged-ccg';
export const BOARD = 'board';
export const UPTON = 'upton-council';
export const MIDDLETON = 'middleton-council';
export const DOWNTON = 'downton-council';

export const DAY = '2016-10-01';

const registerBody = (ledger: TestLedger, partner: string, kind: string): Promise<Done> =>
  ledger.post(
    'registrar',
    'PartnerRegistered',
    {
      effective: '2016-01-01',
      partner,
      name: `${partner} by name`,
      kind,
      officers: [
        { officer: `${partner}-finance`, role: 'finance-officer' },
        { officer: `${partner}-chief`, role: 'chief-finance-officer' },
      ],
    },
    REGISTER_STREAM,
  );

export const merger = (more: Readonly<Record<string, unknown>> = {}) => ({
  effective: DAY,
  mode: 'merge',
  predecessors: [NORTH, SOUTH],
  successors: [MERGED],
  instrument: 'Merger order',
  ...more,
});

export const split = (more: Readonly<Record<string, unknown>> = {}) => ({
  effective: DAY,
  mode: 'split',
  predecessors: [COUNTY, EAST, WEST],
  successors: [UPTON, MIDDLETON, DOWNTON],
  shares: [
    { predecessor: COUNTY, successor: UPTON, share: '0.333333333333' },
    { predecessor: COUNTY, successor: MIDDLETON, share: '0.333333333333' },
    { predecessor: COUNTY, successor: DOWNTON, share: '0.333333333334' },
    { predecessor: COUNTY, successor: UPTON, source: 'DFG', share: '0.7' },
    { predecessor: COUNTY, successor: DOWNTON, source: 'DFG', share: '0.3' },
    { predecessor: EAST, successor: UPTON, share: '1' },
    { predecessor: WEST, successor: MIDDLETON, share: '0.25' },
    { predecessor: WEST, successor: DOWNTON, share: '0.75' },
  ],
  instrument: 'Structural changes order',
  ...more,
});

export const succeeded = (ledger: TestLedger, data: Readonly<Record<string, unknown>>): Promise<Done> =>
  ledger.signed('registrar', 'county-chief', 'PartnerSucceeded', data, REGISTER_STREAM);

export async function registerAll(ledger: TestLedger): Promise<void> {
  await registerBody(ledger, MERGED, 'ccg');
  await registerBody(ledger, BOARD, 'icb');
  for (const council of [UPTON, MIDDLETON, DOWNTON]) await registerBody(ledger, council, 'unitary');
}

interface Row {
  readonly partner: string;
  readonly sources: readonly { readonly source: string; readonly figures: Readonly<Record<string, string>> }[];
}

/** One figure of a position by partner and source, as text: `county NHS_ADD 1.00`. Nothing is left out. */
export const figureOf = ({ partners }: { readonly partners: readonly Row[] }, figure: string): string[] =>
  partners.flatMap(({ partner, sources }) =>
    sources
      .filter(({ figures }) => figures[figure] !== '0.00')
      .map(({ source, figures }) => `${partner} ${source} ${figures[figure]!}`),
  );

export type PositionText = { readonly partners: readonly Row[]; readonly total: Readonly<Record<string, string>> } & {
  readonly successions: readonly unknown[];
};
