import type { Done } from '../../src/ledger/acts/submission.js';
import { COUNTY, EAST, NORTH, REGISTER_STREAM, SOUTH, WEST, type TestLedger } from './ledger.js';

/** Bodies that follow those of the test ledger: one group after two, and three councils after a county and two districts. */
export const MERGED = 'merged-ccg';
export const BOARD = 'board';
export const UPTON = 'upton-council';
export const MIDDLETON = 'middleton-council';
export const DOWNTON = 'downton-council';

export const DAY = '2016-10-01';

export const registerBody = (ledger: TestLedger, partner: string, kind: string): Promise<Done> =>
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

interface Bodies {
  readonly mode?: unknown;
  readonly predecessors?: unknown;
  readonly successors?: unknown;
  readonly shares?: unknown;
}

/** One record for each of several bodies that end, with the bodies that follow it. */
export function eachEnding(data: Bodies): Readonly<Record<string, unknown>>[] {
  const shares = (data.shares ?? []) as readonly { readonly predecessor: string; readonly successor: string }[];
  return (data.predecessors as readonly string[]).map((body) => {
    const own = shares.filter(({ predecessor }) => predecessor === body);
    const named = (data.successors as readonly string[]).filter((each) =>
      own.some(({ successor }) => successor === each),
    );
    const successors = own.length > 0 ? named : data.successors;
    const alone = (successors as readonly string[]).length === 1;
    return {
      ...data,
      ...(alone && data.mode === 'split' && { mode: 'merge' }),
      predecessors: [body],
      successors,
      shares: alone ? undefined : own,
    };
  });
}

/** Proposes a fact of the register for its keeper, and lets the first of those sign for whom it waits. */
async function signedAsAwaited(ledger: TestLedger, type: string, data: object): Promise<Done> {
  const fact = { type, data: data as never };
  const { outcome } = await ledger.done('registrar', { act: 'propose', fact }, { in: REGISTER_STREAM });
  const proposal = outcome.proposal!;
  const [signer] = ledger.ledger.model.stream('register', REGISTER_STREAM).open.get(proposal)!.awaiting;
  return ledger.done(`${signer!}-chief`, { act: 'agree', proposal }, { in: REGISTER_STREAM });
}

/** Takes a succession back, with the signature of a successor. */
export const takenBack = (ledger: TestLedger, effective: string, revision: number | string): Promise<Done> =>
  signedAsAwaited(ledger, 'FactReversed', { effective, reverses: String(revision), reason: 'not approved' });

/** Lets bodies end one by one, each with the signature that it needs. Returns the last agreement. */
export async function succeeded(ledger: TestLedger, data: Bodies): Promise<Done> {
  let done: Done | undefined;
  // The keeper comes last, because its successors keep the ledger afterwards.
  const [others, keeper] = [false, true].map((last) =>
    eachEnding(data).filter(({ predecessors }) => (predecessors as string[]).includes(COUNTY) === last),
  );
  for (const each of [...others!, ...keeper!]) done = await signedAsAwaited(ledger, 'PartnerSucceeded', each);
  return done!;
}

export async function registerAll(ledger: TestLedger): Promise<void> {
  await registerBody(ledger, MERGED, 'ccg');
  await registerBody(ledger, BOARD, 'icb');
  for (const council of [UPTON, MIDDLETON, DOWNTON]) await registerBody(ledger, council, 'unitary');
}

interface Row {
  readonly partner: string;
  readonly sources: readonly { readonly source: string; readonly figures: Readonly<Record<string, string>> }[];
}

/** One figure of a position by partner and source, as text: `county NHS_ADD 1.00`. Every row is included. */
export const figureOf = ({ partners }: { readonly partners: readonly Row[] }, figure: string): string[] =>
  partners.flatMap(({ partner, sources }) =>
    sources
      .filter(({ figures }) => figures[figure] !== '0.00')
      .map(({ source, figures }) => `${partner} ${source} ${figures[figure]!}`),
  );

export type PositionText = { readonly partners: readonly Row[]; readonly total: Readonly<Record<string, string>> } & {
  readonly successions: readonly unknown[];
};
