import t from 'tap';
import type { Day } from '../../../src/domain/calendar.js';
import type { FactData } from '../../../src/domain/grammar/event.js';
import { mandatesOn } from '../../../src/domain/grammar/mandate.js';
import type { Command } from '../../../src/domain/grammar/command.js';
import {
  contribution,
  COUNTY,
  FUND,
  LEDGER_OPENED,
  line,
  NORTH,
  REGISTER_STREAM,
  SOUTH,
} from '../../support/ledger.js';
import { emptyLedger, openedLedger } from '../../support/rules-alone.js';

const post = (type: string, data: object): Command => ({ act: 'post', fact: { type, data: data as FactData } });
const propose = (type: string, data: object): Command => ({ act: 'propose', fact: { type, data: data as FactData } });
const here = { in: REGISTER_STREAM };

t.test('a ledger is opened once, by one of the officers that it names', async (t) => {
  const ledger = await emptyLedger(t);
  t.equal(await ledger.refused('somebody', post('LedgerOpened', LEDGER_OPENED), here), 'not_mandated');
  t.equal(await ledger.refused('auditor', post('LedgerOpened', LEDGER_OPENED), here), 'role_not_allowed');
  t.equal(
    await ledger.refused('registrar', post('LedgerOpened', { ...LEDGER_OPENED, effective: '2016-04-01' }), here),
    'not_mandated',
    'not before its first day',
  );
  const { outcome } = await ledger.done('registrar', post('LedgerOpened', LEDGER_OPENED), here);
  t.match(outcome.events[0]?.sentence, 'Testshire County Council opened the ledger "Test ledger", which it keeps.');
  t.equal(await ledger.refused('registrar', post('LedgerOpened', LEDGER_OPENED), here), 'ledger_open');
});

t.test('partners are registered by the keeper, once', async (t) => {
  const ledger = await openedLedger(t);
  const data = {
    effective: '2016-01-01',
    partner: NORTH,
    name: 'NHS North CCG',
    kind: 'ccg',
    officers: [
      { officer: 'a', role: 'finance-officer' },
      { officer: 'b', role: 'finance-officer' },
    ],
  };
  t.equal(await ledger.refused('registrar', post('PartnerRegistered', data), here), 'partner_exists');
  t.equal(
    await ledger.refused('north-ccg-chief', post('PartnerRegistered', { ...data, partner: 'other' }), here),
    'wrong_partner',
  );
});

t.test('a mandate is given by two officers of the partner, and holds from its first day to its last', async (t) => {
  const ledger = await openedLedger(t);
  const mandate = {
    effective: '2016-04-01',
    until: '2016-04-30',
    officer: 'temp',
    partner: NORTH,
    role: 'finance-officer',
    limit: '1000000.00',
  };
  t.equal(await ledger.refused('north-ccg-chief', post('OfficerMandated', mandate), here), 'signature_needed');
  t.equal(await ledger.refused('north-ccg-finance', propose('OfficerMandated', mandate), here), 'role_not_allowed');
  t.equal(
    await ledger.refused('registrar', propose('OfficerMandated', mandate), here),
    'wrong_partner',
    'not even the registrar of the keeper',
  );
  const second = {
    ...mandate,
    officer: 'north-ccg-deputy',
    role: 'chief-finance-officer',
    effective: '2016-01-01',
    until: undefined,
    limit: undefined,
  };
  const alone = await ledger.done('north-ccg-chief', propose('OfficerMandated', second), here);
  t.equal(
    await ledger.refused('north-ccg-chief', { act: 'agree', proposal: alone.outcome.proposal! }, here),
    'same_officer',
  );
  t.equal(
    await ledger.refused(
      'north-ccg-chief',
      {
        act: 'counter',
        proposal: alone.outcome.proposal!,
        fact: { type: 'OfficerMandated', data: second as unknown as FactData },
      },
      here,
    ),
    'same_officer',
  );

  // With only one chief officer there is no second one, so the keeper registers partners with two officers who can act.
  const county = { ...mandate, partner: COUNTY };
  const made = await ledger.done('county-chief', propose('OfficerMandated', county), here);
  const { outcome } = await ledger.done('registrar', { act: 'agree', proposal: made.outcome.proposal! }, here);
  t.match(
    outcome.events[1]?.sentence,
    'temp was mandated as finance-officer of county from 1 April 2016 to 30 April 2016, up to £1,000,000.00 at a time.',
  );
  t.equal(
    await ledger.refused('county-chief', propose('OfficerMandated', { ...county, effective: '2016-04-10' }), here),
    'officer_mandated',
  );

  const set = (name: string, amount = '1000000.00') => post('PlanLineSet', line({ line: name, amount }));
  t.equal(await ledger.refused('temp', set('early')), 'not_mandated', 'not before the first day');
  ledger.now('2016-04-01T00:00:00Z');
  await ledger.done('temp', set('first-day'));
  t.equal(await ledger.refused('temp', set('large', '1000000.01')), 'over_limit');
  ledger.now('2016-04-30T22:59:59Z');
  await ledger.done('temp', set('last-day'));
  ledger.now('2016-04-30T23:00:00Z');
  t.equal(await ledger.refused('temp', set('late')), 'not_mandated', 'in London it is 1 May');
});

t.test('a mandate is ended from a day on by its own partner', async (t) => {
  const ledger = await openedLedger(t);
  const ending = {
    effective: '2016-03-15',
    officer: 'pool-manager',
    partner: COUNTY,
    role: 'pool-manager',
    reason: 'left',
  };
  t.equal(
    await ledger.refused('registrar', post('MandateEnded', { ...ending, officer: 'nobody' }), here),
    'mandate_unknown',
  );
  t.equal(await ledger.refused('north-ccg-chief', post('MandateEnded', ending), here), 'wrong_partner');
  const { outcome } = await ledger.done('registrar', post('MandateEnded', ending), here);
  t.match(outcome.events[0]?.sentence, /ended on 15 March 2016: left/);
  ledger.now('2016-03-15T12:00:00Z');
  await ledger.post('pool-manager', 'PlanLineSet', line());
  ledger.now('2016-03-16T12:00:00Z');
  t.equal(await ledger.refused('pool-manager', post('PlanLineSet', line({ line: 'other' }))), 'not_mandated');
});

t.test('an officer of several partners says for which they act', async (t) => {
  const ledger = await openedLedger(t);
  for (const [partner, chief, second] of [
    [NORTH, 'north-ccg-chief', 'north-second'],
    [SOUTH, 'south-ccg-chief', 'south-second'],
  ] as const) {
    await ledger.post(
      'registrar',
      'PartnerRegistered',
      {
        effective: '2016-01-01',
        partner: `${partner}-two`,
        name: `${partner} two`,
        kind: 'ccg',
        officers: [
          { officer: chief, role: 'chief-finance-officer' },
          { officer: second, role: 'chief-finance-officer' },
          { officer: 'joint', role: 'finance-officer' },
          { officer: 'joint', role: 'auditor' },
        ],
      },
      REGISTER_STREAM,
    );
  }
  const where = 'testshire-2017-18';
  await ledger.post(
    'pool-manager',
    'FundOpened',
    {
      effective: '2017-04-01',
      area: 'testshire',
      year: '2017-18',
      host: COUNTY,
      partners: [COUNTY, 'north-ccg-two', 'south-ccg-two'],
    },
    where,
  );
  const state = post('GapStated', {
    effective: '2017-04-01',
    claimant: 'Press',
    statedOn: '2017-04-01',
    amount: '1.00',
    basis: 'a report',
  });
  t.equal(await ledger.refused('joint', state, { in: where }), 'partner_unclear');
  t.equal(await ledger.refused('joint', state, { in: where, actingFor: COUNTY }), 'wrong_partner');
  await ledger.done('joint', state, { in: where, actingFor: 'north-ccg-two' });
  t.equal(await ledger.refused('joint', state), 'wrong_partner', 'neither partner is in that fund');
  const offer = propose('ContributionAgreed', contribution({ payer: 'north-ccg-two', effective: '2017-04-01' }));
  await ledger.done('joint', offer, { in: where });
  t.same(ledger.ledger.model.funds(), [FUND, where]);
});

t.test('the first officers of a partner may have limits, which facts without a sum do not touch', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post(
    'registrar',
    'PartnerRegistered',
    {
      effective: '2016-01-01',
      partner: 'unnamed',
      name: 'Not named',
      kind: 'unnamed',
      officers: [
        { officer: 'limited', role: 'finance-officer', limit: '100.00' },
        { officer: 'other', role: 'finance-officer' },
      ],
    },
    REGISTER_STREAM,
  );
  const where = 'testshire-2017-18';
  await ledger.post(
    'pool-manager',
    'FundOpened',
    { effective: '2017-04-01', area: 'testshire', year: '2017-18', host: COUNTY, partners: [COUNTY, NORTH, 'unnamed'] },
    where,
  );
  const offer = (amount: string) =>
    propose(
      'ContributionAgreed',
      contribution({ payer: 'unnamed', source: 'UNSTATED', effective: '2017-04-01', amount }),
    );
  t.equal(await ledger.refused('limited', offer('100.01'), { in: where }), 'over_limit');
  await ledger.done('limited', offer('100.00'), { in: where });
  const stated = {
    effective: '2017-04-01',
    claimant: 'Press',
    statedOn: '2017-04-01',
    amount: '7000000.00',
    basis: 'a report',
  };
  await ledger.done('limited', post('GapStated', stated), { in: where });
  const hosted = propose(
    'ContributionAgreed',
    contribution({ payer: COUNTY, source: 'LA_ADD', effective: '2017-04-01', contribution: 'hosted' }),
  );
  const { outcome } = await ledger.done('county-finance', hosted, { in: where });
  t.equal(
    await ledger.refused('limited', { act: 'agree', proposal: outcome.proposal! }, { in: where }),
    'wrong_partner',
    'a body that is not named is on neither side',
  );
});

t.test('a mandate that nobody signs in time lapses', async (t) => {
  const ledger = await openedLedger(t);
  const mandate = { effective: '2016-01-01', officer: 'new', partner: COUNTY, role: 'auditor' };
  await ledger.done(
    'county-chief',
    { act: 'propose', fact: { type: 'OfficerMandated', data: mandate as never }, expires: '2016-03-02' as never },
    here,
  );
  ledger.now('2016-03-03T12:00:00Z');
  t.equal(await ledger.ledger.lapseExpired(), 1);
});

t.test('an auditor’s mandate can end, whoever is left', async (t) => {
  const ledger = await openedLedger(t);
  const ending = { effective: '2016-03-15', officer: 'auditor', partner: COUNTY, role: 'auditor', reason: 'left' };
  await ledger.done('registrar', post('MandateEnded', ending), here);
  ledger.now('2016-03-16T12:00:00Z');
  const second = { effective: '2016-03-16', officer: 'north-deputy', partner: NORTH, role: 'chief-finance-officer' };
  const made = await ledger.done('north-ccg-chief', propose('OfficerMandated', second), here);
  await ledger.done('north-ccg-finance', { act: 'agree', proposal: made.outcome.proposal! }, here);
});

t.test('a partner is never left with fewer than two officers who can act', async (t) => {
  const ledger = await openedLedger(t);
  const ending = {
    effective: '2016-03-15',
    officer: 'north-ccg-chief',
    partner: NORTH,
    role: 'chief-finance-officer',
    reason: 'left',
  };
  t.equal(await ledger.refused('north-ccg-chief', post('MandateEnded', ending), here), 'officers_too_few');
  t.equal(
    await ledger.refused('north-ccg-chief', post('MandateEnded', { ...ending, officer: 'nobody' }), here),
    'mandate_unknown',
  );
});

t.test('an ending ends every mandate of the role that is in force, and none that begins later', async (t) => {
  const ledger = await openedLedger(t);
  const deputy = { officer: 'north-deputy', partner: NORTH, role: 'finance-officer' };
  for (const [effective, until] of [
    ['2016-04-01', '2017-03-31'],
    // Proposed later, for an earlier day, so it overlaps the first.
    ['2016-03-01', '2016-12-31'],
    ['2018-01-01', '2018-12-31'],
  ] as const) {
    const mandate = { ...deputy, effective, until };
    await ledger.signed('north-ccg-chief', 'north-ccg-finance', 'OfficerMandated', mandate, 'register');
  }
  const inForce = (day = '2016-06-01') => mandatesOn(ledger.ledger.model.register(), 'north-deputy', day as Day).length;
  t.equal(inForce(), 2);
  await ledger.post(
    'north-ccg-chief',
    'MandateEnded',
    { ...deputy, effective: '2016-05-31', reason: 'left' },
    'register',
  );
  t.equal(inForce(), 0);
  t.equal(inForce('2018-06-01'), 1);
  await ledger.signed(
    'north-ccg-chief',
    'north-ccg-finance',
    'OfficerMandated',
    {
      ...deputy,
      effective: '2016-06-01',
    },
    'register',
  );
  t.equal(inForce(), 1, 'who comes back is mandated anew');
});

t.test('an officer of the ledger’s keeper is not among the first officers of another body', async (t) => {
  const ledger = await openedLedger(t);
  const body = {
    effective: '2016-01-01',
    partner: 'new-ccg',
    name: 'New CCG',
    kind: 'ccg',
    officers: [
      { officer: 'new-chief', role: 'chief-finance-officer' },
      { officer: 'pool-manager', role: 'finance-officer' },
    ],
  };
  t.equal(await ledger.refused('registrar', post('PartnerRegistered', body), here), 'keeper_officer');
  const own = [body.officers[0]!, { officer: 'new-second', role: 'finance-officer' }];
  await ledger.done('registrar', post('PartnerRegistered', { ...body, officers: own }), here);
});

t.test('what the service itself notes is posted by nobody, and it notes nothing else', async (t) => {
  const ledger = await openedLedger(t);
  const root = 'a'.repeat(64);
  const loss = { effective: '2016-03-01', lost: { size: 9, root }, found: { size: 6, root } };
  t.equal(await ledger.refused('registrar', post('LossAccepted', loss), here), 'wrong_partner');
  const fact = { type: 'LossAccepted', data: loss as never };
  t.match(await ledger.ledger.note(fact, 'loss'), { outcome: { events: [{ type: 'LossAccepted' }] } });
  const body = { type: 'PartnerRegistered', data: { effective: '2016-03-01' } as never };
  await t.rejects(ledger.ledger.note(body, 'body'), { message: /posted by officers/ });
  const empty = await emptyLedger(t);
  t.match(await empty.ledger.note(fact, 'loss'), { rule: 'ledger_not_open' });
});

t.test('nobody proposes or signs a mandate of their own', async (t) => {
  const ledger = await openedLedger(t);
  const own = { effective: '2016-04-01', officer: 'north-ccg-chief', partner: 'north-ccg', role: 'finance-officer' };
  t.equal(await ledger.refused('north-ccg-chief', propose('OfficerMandated', own), here), 'own_mandate');
  const others = { ...own, officer: 'north-ccg-finance', role: 'pool-manager' };
  const { outcome } = await ledger.done('north-ccg-chief', propose('OfficerMandated', others), here);
  const sign = { act: 'agree', proposal: outcome.proposal! } as const;
  t.equal(await ledger.refused('north-ccg-finance', sign, here), 'own_mandate');
});
