import t from 'tap';
import { verify } from '../../../src/ledger/audit/verify.js';
import { asked } from '../../support/asking.js';
import {
  DOWNTON,
  figureOf,
  MERGED,
  MIDDLETON,
  merger,
  registerAll,
  split,
  succeeded,
  UPTON,
  type PositionText,
} from '../../support/bodies.js';
import {
  contribution,
  COUNTY,
  EAST,
  FUND,
  grant,
  line,
  NORTH,
  openFund,
  refusals,
  SOUTH,
  WEST,
  type Refused,
  type TestLedger,
} from '../../support/ledger.js';
import { openedLedger } from '../../support/rules-alone.js';

/** Money of bodies that have ended: waived, kept for a later year, or given back, under any of the names. */

const paidIn = async (ledger: TestLedger, payer: string, amount: string): Promise<void> => {
  const own = contribution({ contribution: `${payer}-extra`, payer, amount });
  await ledger.signed(`${payer}-finance`, 'county-finance', 'ContributionAgreed', own);
  await ledger.post('county-finance', 'ContributionReceived', {
    effective: '2016-04-01',
    contribution: `${payer}-extra`,
    amount,
    bankReference: 'BACS',
  });
};

t.test('a district that has ended waives its share under the name in which it stands', async (t) => {
  const ledger = await openedLedger(t);
  await registerAll(ledger);
  const shares = [
    { district: EAST, amount: '400000.00' },
    { district: WEST, amount: '500000.00' },
  ];
  await ledger.post('county-finance', 'GrantDetermined', grant({ passDown: { by: '2016-12-31', shares } }));
  await succeeded(ledger, merger({ predecessors: [EAST, WEST], successors: [UPTON] }));
  ledger.now('2016-11-01T09:00:00Z');
  await ledger.signed('county-finance', `${UPTON}-finance`, 'PassDownWaived', {
    effective: '2016-11-01',
    grant: 'dfg',
    district: EAST,
    amount: '400000.00',
    consent: 'letter',
  });
  t.match((await asked(ledger, 'pass-down', { on: '2016-11-01' }))['grants'], [
    { waived: '400000.00', districts: [{ district: UPTON, share: '900000.00', waived: '400000.00' }] },
  ]);
});

t.test(
  'what is given back to a successor is what it holds of those that it follows, under any of their names',
  async (t) => {
    const ledger = await openedLedger(t);
    await registerAll(ledger);
    await paidIn(ledger, NORTH, '600.00');
    await paidIn(ledger, SOUTH, '400.00');
    await succeeded(ledger, merger());
    ledger.now('2017-05-01T09:00:00Z');
    const back = (partner: string, amount: string, effective = '2017-03-31') => ({
      effective,
      partner,
      source: 'NHS_ADD',
      amount,
      reason: 'year end',
    });
    const refused = (name: string, data: object): Refused => ({
      name,
      officer: 'county-finance',
      act: 'propose',
      type: 'UnderspendReturned',
      data: data as Refused['data'],
      rule: 'more_than_held',
    });
    await refusals(t, ledger, FUND, [
      refused('no more than both had', back(MERGED, '1000.01')),
      refused('nor than one of them had, under its name', back(NORTH, '600.01')),
    ]);
    const give = (data: object) =>
      ledger.signed('county-finance', `${MERGED}-finance`, 'UnderspendReturned', data as Refused['data']);
    await give(back(MERGED, '900.00'));
    await refusals(t, ledger, FUND, [refused('nor what the successor has had back', back(NORTH, '100.01'))]);
    await give(back(NORTH, '100.00'));
    t.match((await asked(ledger, 'partner-position', { partner: MERGED, on: '2017-03-31' }))['total'], {
      received: '1000.00',
      returned: '1000.00',
      held: '0.00',
    });
    t.same((await verify(ledger.store)).problems, []);
  },
);

t.test(
  'the reserve of a body that was split enters the funds of its successors in parts, together the whole',
  async (t) => {
    const ledger = await openedLedger(t);
    await registerAll(ledger);
    await paidIn(ledger, NORTH, '1000.00');
    await ledger.signed('pool-manager', 'county-chief', 'CarryForwardApproved', {
      effective: '2016-12-31',
      reserve: 'kept',
      source: 'NHS_ADD',
      amount: '900.00',
      purpose: 'care',
      toYear: '2017-18',
      minute: 'Cabinet 7',
    });
    await openFund(ledger, '2017-18');
    await succeeded(ledger, split({ effective: '2017-04-01' }));
    const open = (area: string, year: string, host: string) =>
      ledger.post(
        'pool-manager',
        'FundOpened',
        { effective: `${year.slice(0, 4)}-04-01`, area, year, host, partners: [host, SOUTH] },
        `${area}-${year}`,
      );
    await open('upton', '2017-18', UPTON);
    await open('upton', '2018-19', UPTON);
    await open('downton', '2017-18', DOWNTON);
    await open('northland', '2017-18', NORTH);
    ledger.now('2017-05-01T09:00:00Z');

    const draw = (amount: string, into?: string) => ({
      effective: '2017-04-01',
      reserve: 'kept',
      amount,
      minute: 'Cabinet 9',
      ...(into && { into }),
    });
    const refusedDraw = (name: string, into: string, rule: Refused['rule']): Refused => ({
      name,
      officer: `${UPTON}-finance`,
      act: 'propose',
      type: 'ReserveDrawn',
      data: draw('1.00', into),
      rule,
    });
    await refusals(t, ledger, FUND, [
      refusedDraw('into a fund that is open', 'nowhere-2017-18', 'reference_unknown'),
      refusedDraw('of a body that follows the host', 'northland-2017-18', 'reserve_for_another'),
      refusedDraw('in the year that it is for', 'upton-2018-19', 'reserve_for_another'),
      refusedDraw('and another than its own', 'testshire-2017-18', 'reserve_for_another'),
    ]);
    const drawn = (amount: string, into?: string) =>
      ledger.signed(`${UPTON}-finance`, `${UPTON}-chief`, 'ReserveDrawn', draw(amount, into));
    const first = await drawn('300.00', 'upton-2017-18');
    t.match(
      first.outcome.events[1]?.sentence,
      '£300.00 was drawn from the reserve "kept" for care in 2017-18, into upton-2017-18 (Cabinet 9).',
    );
    await drawn('500.00', 'downton-2017-18');
    await drawn('100.00');
    await refusals(t, ledger, FUND, [refusedDraw('together at most the whole', 'upton-2017-18', 'more_than_reserved')]);

    const taking = (amount: string, more: object = {}) => ({
      effective: '2017-04-01',
      carryIn: 'from-the-county',
      from: FUND,
      reserve: 'kept',
      amount,
      ...more,
    });
    const refusedTaking = (name: string, officer: string, data: object, rule: Refused['rule']): Refused => ({
      name,
      officer,
      act: 'post',
      type: 'CarriedForwardReceived',
      data: data as Refused['data'],
      rule,
    });
    await refusals(t, ledger, 'upton-2017-18', [
      refusedTaking('each takes its own part', `${UPTON}-finance`, taking('300.01'), 'more_than_drawn'),
    ]);
    await refusals(t, ledger, 'northland-2017-18', [
      refusedTaking('and who has none takes none', `${NORTH}-finance`, taking('0.01'), 'reserve_for_another'),
    ]);
    const take = (officer: string, amount: string, fund: string) =>
      ledger.post(officer, 'CarriedForwardReceived', taking(amount), fund);
    await take(`${UPTON}-finance`, '300.00', 'upton-2017-18');
    await take(`${DOWNTON}-finance`, '500.00', 'downton-2017-18');
    await take(`${MIDDLETON}-finance`, '100.00', 'testshire-2017-18');
    for (const [fund, holder, amount] of [
      ['upton-2017-18', UPTON, '300.00'],
      ['testshire-2017-18', NORTH, '100.00'],
    ] as const) {
      const position = await asked<PositionText>(ledger, 'position', { fund, on: '2017-04-01' });
      t.same(
        figureOf(position, 'held'),
        [`${holder} CARRY_IN ${amount}`],
        'whose money it is, or the host’s where that is no partner',
      );
    }
    await refusals(t, ledger, FUND, [
      {
        name: 'a draw stays while its fund has taken it in',
        officer: `${UPTON}-finance`,
        act: 'propose',
        type: 'FactReversed',
        data: { effective: '2017-04-01', reverses: first.outcome.revision, reason: 'mistake' },
        rule: 'others_rest_on_it',
      },
    ]);
    t.match((await asked(ledger, 'reserves', { on: '2017-04-01' }))['reserves'], [{ drawn: '900.00', left: '0.00' }]);
    t.match(await asked(ledger, 'memorandum', { on: '2017-04-01' }), {
      drawn: '900.00',
      closing: '100.00',
      holds: true,
    });
    t.same((await verify(ledger.store)).problems, []);
  },
);

t.test(
  'what nobody agrees to pay any more falls on all who follow the host, for decisions as for questions',
  async (t) => {
    const ledger = await openedLedger(t);
    await registerAll(ledger);
    ledger.now('2017-05-10T09:00:00Z');
    const own = contribution({ contribution: 'own', payer: COUNTY, source: 'LA_ADD', amount: '900.00' });
    await ledger.signed('county-finance', 'north-ccg-finance', 'ContributionAgreed', own);
    await ledger.post('county-finance', 'ContributionReceived', {
      effective: '2016-04-02',
      contribution: 'own',
      amount: '900.00',
      bankReference: 'BACS',
    });
    await ledger.post('pool-manager', 'PlanLineSet', line({ source: 'LA_ADD' }));
    const withdrawn = { effective: '2016-06-01', contribution: 'own', now: '0.00', reason: 'cuts' };
    await ledger.signed('county-finance', 'north-ccg-finance', 'ContributionVaried', withdrawn);
    const cost = { effective: '2016-07-01', line: 'home-care', net: '600.00', vat: '0.00', recoverable: '0.00' };
    await ledger.post('county-finance', 'ExpenditureRecorded', { ...cost, reference: 'INV' });
    await succeeded(ledger, split());

    const held = async () => figureOf(await asked<PositionText>(ledger, 'position', { on: '2017-03-31' }), 'held');
    t.same(await held(), [
      'downton-council LA_ADD 100.00',
      'middleton-council LA_ADD 100.00',
      'upton-council LA_ADD 100.00',
    ]);
    const back = (partner: string, amount: string) => ({
      effective: '2017-03-31',
      partner,
      source: 'LA_ADD',
      amount,
      reason: 'year end',
    });
    for (const council of [UPTON, MIDDLETON, DOWNTON]) {
      await refusals(t, ledger, FUND, [
        {
          name: `${council} holds a third of what is left, and no more goes back`,
          officer: `${council}-finance`,
          act: 'propose',
          type: 'UnderspendReturned',
          data: back(council, '100.01'),
          rule: 'more_than_held',
        },
      ]);
      await ledger.signed(`${council}-finance`, 'north-ccg-finance', 'UnderspendReturned', back(council, '100.00'));
    }
    t.same(await held(), [], 'and all of it has gone back');
    t.same((await verify(ledger.store)).problems, []);
  },
);

t.test(
  'what is held of each who follows the host is what came in less its parts of what went out, to the penny',
  async (t) => {
    const ledger = await openedLedger(t);
    await registerAll(ledger);
    ledger.now('2017-04-10T09:00:00Z');
    await ledger.post('pool-manager', 'PlanLineSet', line({ source: 'LA_ADD' }));
    const cost = { effective: '2016-06-01', line: 'home-care', net: '0.02', vat: '0.00', recoverable: '0.00' };
    await ledger.post('county-finance', 'ExpenditureRecorded', { ...cost, reference: 'INV' });
    const owed = { effective: '2017-03-31', period: 12, line: 'home-care', amount: '0.02', reason: 'late invoice' };
    await ledger.post('county-finance', 'AccrualPosted', owed);
    await succeeded(ledger, split());
    const position = await asked<PositionText>(ledger, 'position', { on: '2017-03-31' });
    const figures = (figure: string) => figureOf(position, figure);
    t.same(figures('spent'), ['downton-council LA_ADD 0.01', 'middleton-council LA_ADD 0.01']);
    t.same(figures('accrued'), ['downton-council LA_ADD 0.01', 'middleton-council LA_ADD 0.01']);
    t.same(figures('held'), ['downton-council LA_ADD -0.02', 'middleton-council LA_ADD -0.02']);
    t.match(position.total, { spent: '0.02', accrued: '0.02', held: '-0.04' });
  },
);
