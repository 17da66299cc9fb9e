import t from 'tap';
import type { FactData } from '../../../src/domain/grammar/event.js';
import { nameWasReversed } from '../../../src/domain/fund/checks.js';
import { Refusal } from '../../../src/domain/rules.js';
import { agreement } from '../../support/agreements.js';
import { contribution, COUNTY, grant, line, NORTH, type TestLedger } from '../../support/ledger.js';
import { openedLedger } from '../../support/rules-alone.js';

/** A name whose fact was reversed is not used again, whatever it names; the refusal says which name is free. */

interface Named {
  readonly type: string;
  readonly by: string;
  readonly signs?: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** The field of the name. */
  readonly field: string;
}

const NAMED: readonly Named[] = [
  { type: 'PlanLineSet', by: 'pool-manager', data: line(), field: 'line' },
  {
    type: 'ContributionAgreed',
    by: 'north-ccg-finance',
    signs: 'county-finance',
    data: contribution(),
    field: 'contribution',
  },
  { type: 'GrantDetermined', by: 'county-finance', data: grant(), field: 'grant' },
  {
    type: 'FundingBesideStated',
    by: 'county-finance',
    signs: 'county-chief',
    data: {
      effective: '2016-04-01',
      funding: 'precept',
      holder: COUNTY,
      source: 'COUNCIL_TAX',
      recurrent: true,
      amount: '100.00',
      basis: 'Budget',
    },
    field: 'funding',
  },
  {
    type: 'AssumptionStated',
    by: 'county-finance',
    data: {
      effective: '2016-04-01',
      assumption: 'savings',
      partner: COUNTY,
      source: 'LA_ADD',
      recurrent: false,
      amount: '100.00',
      basis: 'Hope',
    },
    field: 'assumption',
  },
  {
    type: 'AgreementSigned',
    by: 'county-finance',
    signs: 'north-ccg-finance',
    data: agreement({ parties: [COUNTY, NORTH] }),
    field: 'agreement',
  },
];

const said = (ledger: TestLedger, { by, signs, type }: Named, data: Readonly<Record<string, unknown>>) =>
  signs === undefined ? ledger.post(by, type, data) : ledger.signed(by, signs, type, data);

for (const named of NAMED) {
  t.test(`the name of a reversed ${named.type} is told, with one that is free`, async (t) => {
    const ledger = await openedLedger(t);
    const { type, by, signs, data, field } = named;
    const name = data[field] as string;
    const { outcome } = await said(ledger, named, data);
    const reversal = { effective: data['effective'], reverses: outcome.revision, reason: 'A slip.' };
    await said(ledger, { ...named, type: 'FactReversed' }, reversal);
    const again = () =>
      ledger.submit(by, {
        act: signs === undefined ? 'post' : 'propose',
        fact: { type, data: data as unknown as FactData },
      });
    const found = (await again()) as Refusal;
    t.equal(found.rule, 'identifier_used');
    t.match(found.detail, `"${name}" is the name of what was reversed at revision`);
    t.match(found.detail, `such as "${name}-2".`);
    await said(ledger, named, { ...data, [field]: `${name}-2` });
    t.match(((await again()) as Refusal).detail, `such as "${name}-3".`);
  });
}

t.test('a free name has a number that counts on, and a year is no number', async (t) => {
  const told = (name: string, ...used: readonly string[]) =>
    /such as "([^"]*)"/.exec(nameWasReversed(name, 7, (other) => used.includes(other)).detail)![1];
  t.equal(told('north'), 'north-2');
  t.equal(told('north-2', 'north-3'), 'north-4');
  t.equal(told('north-2016-17'), 'north-2016-17-2');
  t.equal(told('north', 'north-2', 'north-3'), 'north-4');
  t.ok(told('n'.repeat(64))!.length <= 64);
});
