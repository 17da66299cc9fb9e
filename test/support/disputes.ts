import { v5 as uuid } from 'uuid';
import type { Test } from 'tap';
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
export async function disputing(t: Test, file?: string, demonstration = false): Promise<TestLedger> {
  const ledger = await openedLedger(t, file, demonstration);
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
