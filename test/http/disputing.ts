import type { LightMyRequestResponse } from 'fastify';
import type { Test } from 'tap';
import { AREA, caseNamed, disputing, raised, share } from '../support/disputes.js';
import { NORTH, SOUTH, type TestLedger } from '../support/ledger.js';
import { service, type Service } from './support.js';

/**
 * The service on a ledger with disputes. `county-program` is a program of the county: its one mandate is as api-client.
 * The keeper of the ledger is the county, which is in the disputes of Testshire and not in those of Otherland;
 * the west district is in the fund and in neither.
 */
export interface DisputeService extends Service {
  post: Service['post'];
  /** Posts a fact of the area's disputes, with `dry-run` and headers if given. */
  act(officer: string, type: string, data: object, more?: Act): Promise<LightMyRequestResponse>;
  /** Proposes as one officer and signs as another, with the ETag that the signer has read. Throws if it is refused. */
  signed(proposer: string, signer: string, type: string, data: object, area?: string): Promise<LightMyRequestResponse>;
  /** Posts a fact that must be recorded. */
  recorded(officer: string, type: string, data: object, area?: string): Promise<LightMyRequestResponse>;
  /** Asks a question about the area's disputes, `path` after /v1/areas/{area}/disputes. */
  ask(path: string, officer?: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
}

interface Act {
  readonly area?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
}

export const OTHER = 'otherland';
export const PROGRAM = 'county-program';

export const disputesOf = (area: string, path = ''): string => `/v1/areas/${area}/disputes${path}`;

/** Gives an officer a mandate of a partner for reading by program. */
export async function programOf(ledger: TestLedger, partner: string, signer: string): Promise<void> {
  const mandate = { effective: '2016-03-01', officer: `${partner}-program`, partner, role: 'api-client' };
  await ledger.signed(`${partner}-chief`, signer, 'OfficerMandated', mandate, 'register');
}

export async function disputeService(t: Test, given?: TestLedger): Promise<DisputeService> {
  const ledger = given ?? (await disputing(t));
  await programOf(ledger, 'county', 'registrar');
  await ledger.post(
    'pool-manager',
    'DisputesOpened',
    { effective: '2016-04-01', area: OTHER, partners: [NORTH, SOUTH] },
    `disputes-${OTHER}`,
  );
  const made = await service(t, {}, ledger);
  const act: DisputeService['act'] = (officer, type, data, { area = AREA, path = '/facts', headers = {} } = {}) =>
    made.post(disputesOf(area, path), { fact: { type, data } }, officer, headers);
  const must = (response: LightMyRequestResponse): LightMyRequestResponse => {
    if (response.statusCode !== 201) throw new Error(response.body);
    return response;
  };
  return {
    ...made,
    act,
    recorded: async (officer, type, data, area = AREA) => must(await act(officer, type, data, { area })),
    async signed(proposer, signer, type, data, area = AREA) {
      const proposed = must(await act(proposer, type, data, { area, path: '/proposals' }));
      const path = disputesOf(area, `/proposals/${proposed.json<{ proposal: string }>().proposal}`);
      const read = await made.get(path, signer);
      return must(await made.post(`${path}/agreement`, {}, signer, { 'if-match': String(read.headers['etag']) }));
    },
    ask: (path, officer = 'county-finance', headers = {}) => made.get(disputesOf(AREA, path), officer, headers),
  };
}

/** Raises so many cases of the county against the north CCG, or as given, directly in the ledger. */
export async function many(
  ledger: TestLedger,
  prefix: string,
  count: number,
  more: Readonly<Record<string, unknown>> = {},
  officer = 'county-finance',
): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  for (const name of names) await ledger.post(officer, 'DisputeRaised', raised(name, more), `disputes-${AREA}`);
  return names.map(caseNamed);
}

export const decided = (name: string, respondent: number, more: object = {}) => ({
  effective: '2018-10-01',
  case: caseNamed(name),
  decidedOn: '2018-11-01',
  split: share(respondent),
  by: 'panel',
  ...more,
});
