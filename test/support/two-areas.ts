import { ROLES, type Role } from '../../src/domain/roles.js';
import type { Test } from 'tap';
import type { Done } from '../../src/ledger/acts/submission.js';
import { caseNamed, raised, share } from './disputes.js';
import { contribution, emptyLedger, grant, line, REGISTER_STREAM, type TestLedger } from './ledger.js';

/**
 * Two areas side by side, each with a fund and disputes. Every name and sum in them is unique, so a leak from one area
 * into an answer about the other is found by searching for it.
 */

export const YEAR = '2018-19';
export const KEEPER = 'keeper-board';
export const officerOf = (body: string, role: Role): string => `${body}-${role}`;

/** An open proposal, and the revision that answers to it must name. */
export interface Proposed {
  readonly id: string;
  readonly revision: string;
}

const NONE: Proposed = { id: '', revision: '' };

const proposedBy = ({ outcome }: Done): Proposed => ({ id: outcome.proposal!, revision: outcome.revision });

export interface Area {
  readonly name: string;
  readonly fund: string;
  readonly disputes: string;
  /** The host, in the fund and in the disputes. */
  readonly council: string;
  /** In the fund and in the disputes. */
  readonly payer: string;
  /** In the fund, and not in the disputes. */
  readonly district: string;
  /** In the disputes, and not in the fund. */
  readonly neighbour: string;
  readonly settlement: string;
  readonly case: string;
  /** The open proposals of the fund and of the disputes, once there are any. */
  offer: Proposed;
  waits: Proposed;
  /** Texts that only askers who see the fund may read, and texts that only askers who see the cases may read. */
  readonly ofFund: string[];
  readonly ofCases: string[];
}

/** Money in pounds with this area’s own pence, so that no other area has the same sum. */
const sums = (pence: string) => (pounds: number) => `${pounds}.${pence}`;

const area = (name: string, letter: string): Area => ({
  name,
  fund: `${name}-${YEAR}`,
  disputes: `disputes-${name}`,
  council: `${letter}-council`,
  payer: `${letter}-payer`,
  district: `${letter}-district`,
  neighbour: `${letter}-neighbour`,
  settlement: `${name}-spring`,
  case: caseNamed(`${name}-0`),
  offer: NONE,
  waits: NONE,
  ofFund: [`${name}-${YEAR}`],
  ofCases: [],
});

const officers = (body: string) => ROLES.map((role) => ({ officer: officerOf(body, role), role }));

export interface TwoAreas {
  readonly ledger: TestLedger;
  readonly areas: readonly [Area, Area];
  /** A proposal of the register, which is open. */
  readonly registerProposal: Proposed;
}

export const GONE = 'officer-gone';
export const LATER = 'officer-later';
/** An officer who reads by program in the first area, and acts in person for a partner of the other. */
export const BETWEEN = 'officer-between';

export async function twoAreas(t: Test): Promise<TwoAreas> {
  const ledger = await emptyLedger(t);
  const areas = [area('alderholt', 'a'), area('birchwood', 'b')] as const;
  const registrar = officerOf(KEEPER, 'registrar');
  const body = { effective: '2016-01-01', partner: KEEPER, name: 'The Board', kind: 'nhs-england' };
  const opened = { ...body, ledger: 'Test ledger', demonstration: true, officers: officers(KEEPER) };
  await ledger.post(registrar, 'LedgerOpened', opened, REGISTER_STREAM);
  for (const { council, payer, district, neighbour } of areas) {
    for (const [partner, kind] of [
      [council, 'county'],
      [payer, 'ccg'],
      [district, 'district'],
      [neighbour, 'ccg'],
    ] as const) {
      const registered = {
        effective: '2016-01-01',
        partner,
        name: `Body ${partner}`,
        kind,
        officers: officers(partner),
      };
      await ledger.post(registrar, 'PartnerRegistered', registered, REGISTER_STREAM);
    }
  }
  const mandate = (officer: string, partner: string, role: string, effective: string, until?: string) =>
    [
      officerOf(partner, 'chief-finance-officer'),
      'OfficerMandated',
      { effective, officer, partner, role, ...(until && { until }) },
    ] as const;
  const [{ council }, { payer }] = areas;
  for (const [chief, type, data] of [
    mandate(GONE, council, 'finance-officer', '2016-01-01', '2018-03-31'),
    mandate(LATER, council, 'finance-officer', '2030-04-01'),
    mandate(BETWEEN, council, 'api-client', '2016-01-01'),
    mandate(BETWEEN, payer, 'finance-officer', '2016-01-01'),
  ])
    await ledger.signed(chief, chief.replace('chief-', ''), type, data, REGISTER_STREAM);
  ledger.now('2018-11-01T09:00:00Z');
  await fill(ledger, areas[0], sums('13'), 731);
  await fill(ledger, areas[1], sums('29'), 942);
  ledger.now('2019-04-10T09:00:00Z');
  for (const each of areas) await settle(ledger, each);
  const [chief, type, data] = mandate('officer-proposed', council, 'auditor', '2018-11-01');
  const proposed = await ledger.done(
    chief,
    { act: 'propose', fact: { type, data: data as never } },
    { in: REGISTER_STREAM },
  );
  return { ledger, areas, registerProposal: proposedBy(proposed) };
}

/** A fund with a line, agreed money, offered money and a stated gap; and six cases. */
async function fill(ledger: TestLedger, into: Area, money: (pounds: number) => string, seed: number): Promise<void> {
  const { name, fund, disputes, council, payer, district, neighbour, ofFund, ofCases } = into;
  const keeper = officerOf(KEEPER, 'pool-manager');
  const finance = officerOf(council, 'finance-officer');
  const other = officerOf(payer, 'finance-officer');
  const [line1, agreed, offered, granted, stated] = [7, 5, 3, 2, 9].map((times) =>
    money(times * 1_000_000 + seed * 11),
  );
  const effective = '2018-04-01';
  await ledger.post(
    keeper,
    'FundOpened',
    { effective, area: name, year: YEAR, host: council, partners: [council, payer, district] },
    fund,
  );
  const planned = line({ effective, line: `${name}-care`, description: `Care of ${name}`, amount: line1 });
  await ledger.post(finance, 'PlanLineSet', planned, fund);
  const dfg = grant({
    effective,
    grant: `${name}-dfg`,
    holder: council,
    amount: granted,
    determination: `${name} says`,
  });
  await ledger.post(finance, 'GrantDetermined', { ...dfg, tranches: [{ due: '2018-05-01', amount: granted }] }, fund);
  const paid = contribution({ effective, contribution: `${name}-agreed`, payer, amount: agreed });
  await ledger.signed(other, finance, 'ContributionAgreed', paid, fund);
  const claim = {
    effective,
    claimant: `Press of ${name}`,
    statedOn: effective,
    amount: stated,
    basis: `${name} basis`,
  };
  await ledger.post(finance, 'GapStated', claim, fund);
  const offer = contribution({ effective, contribution: `${name}-offered`, payer, amount: offered });
  const proposed = await ledger.done(
    other,
    { act: 'propose', fact: { type: 'ContributionAgreed', data: offer as never }, conditions: `${name} conditions` },
    { in: fund },
  );
  into.offer = proposedBy(proposed);
  ofFund.push(
    ...[line1, agreed, offered, granted, stated].map(String),
    ...['care', 'dfg', 'agreed', 'offered'].map((what) => `${name}-${what}`),
    ...[`Care of ${name}`, `${name} says`, `Press of ${name}`, `${name} basis`, `${name} conditions`],
    into.offer.id,
  );

  await ledger.post(
    keeper,
    'DisputesOpened',
    { effective: '2016-04-01', area: name, partners: [council, payer, neighbour] },
    disputes,
  );
  await ledger.signed(
    finance,
    other,
    'DisputeProtocolAdopted',
    { effective: '2016-04-01', protocol: 'three-stage' },
    disputes,
  );
  const between = (respondent: string) => ({
    claimant: [{ from: '2018-10-01', partner: council }],
    respondent: [{ from: '2018-10-01', partner: respondent }],
  });
  for (let index = 0; index < 12; index++) {
    const weekly = money(1_000 + seed + index);
    const against = between(index < 6 ? payer : neighbour);
    const data = raised(`${name}-${index}`, { ...against, costs: [{ from: '2018-10-01', weekly }] });
    await ledger.post(finance, 'DisputeRaised', data, disputes);
    ofCases.push(caseNamed(`${name}-${index}`), weekly, pence(WEEKS * Number(weekly.replace('.', ''))));
  }
}

/** The number of weeks of each case, and what is agreed in the settled one. */
const WEEKS = 26;
const AGREED = '20345.00';
const pence = (all: number): string => `${Math.floor(all / 100)}.${String(all % 100).padStart(2, '0')}`;

/** A settlement of one case, a return, and a split that waits to be agreed. */
async function settle(ledger: TestLedger, into: Area): Promise<void> {
  const { name, fund, disputes, council, payer, settlement, ofCases } = into;
  const [finance, other] = [officerOf(council, 'finance-officer'), officerOf(payer, 'chief-finance-officer')];
  const effective = '2019-04-10';
  const q3 = { effective, return: 'q3', kind: 'quarter-3', on: '2018-12-31', note: `Return of ${name}` };
  await ledger.post(officerOf(council, 'pool-manager'), 'ReturnSubmitted', q3, fund);
  into.ofFund.push(`Return of ${name}`);
  const abandoned = pence(WEEKS * Number(ofCases[1]!.replace('.', '')) - Number(AGREED.replace('.', '')));
  const lines = [{ case: into.case, agreed: AGREED, abandoned }];
  const note = `Settled in ${name}`;
  await ledger.signed(finance, other, 'DisputeSettled', { effective, settlement, lines, note }, disputes);
  ofCases.push(abandoned, note);
  const waits = await ledger.done(
    finance,
    {
      act: 'propose',
      fact: {
        type: 'SplitDecided',
        data: {
          effective: '2018-10-01',
          case: caseNamed(`${name}-1`),
          decidedOn: '2018-11-01',
          split: share(6_000),
          by: 'panel',
        } as never,
      },
    },
    { in: disputes },
  );
  into.waits = proposedBy(waits);
  ofCases.push(into.waits.id);
}
