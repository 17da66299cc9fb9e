import t, { type Test } from 'tap';
import { verify } from '../../../../src/ledger/audit/verify.js';
import { asked, tableOf } from '../../../support/asking.js';
import {
  contribution,
  COUNTY,
  FUND,
  grant,
  line,
  NORTH,
  openFund,
  refusals,
  type Refused,
  type TestLedger,
} from '../../../support/ledger.js';
import { openedLedger } from '../../../support/rules-alone.js';

const NEXT = 'testshire-2017-18';

/** A fund that holds £1,000.00 of NHS_ADD from the north CCG and £900,000.00 of the DFG, for adaptations or advice. */
async function holding(t: Test): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution({ amount: '1000.00' }));
  await ledger.post('county-finance', 'ContributionReceived', {
    effective: '2016-05-01',
    contribution: 'north-extra',
    amount: '1000.00',
    bankReference: 'BACS 1',
  });
  await ledger.post('county-finance', 'GrantDetermined', grant({ purposes: ['adaptations', 'advice'] }));
  await ledger.post('county-finance', 'GrantTrancheReceived', {
    effective: '2016-05-01',
    grant: 'dfg',
    amount: '900000.00',
    bankReference: 'DFG',
  });
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'homes', source: 'DFG' }));
  return ledger;
}

const spending = (net: string, more: object = {}) => ({
  effective: '2016-06-01',
  line: 'home-care',
  net,
  vat: '0.00',
  recoverable: '0.00',
  reference: 'INV',
  ...more,
});

const carry = (more: object = {}) => ({
  effective: '2017-03-31',
  reserve: 'kept',
  source: 'NHS_ADD',
  amount: '400.00',
  purpose: 'winter',
  toYear: '2017-18',
  minute: 'Cabinet 7',
  ...more,
});

const draw = (amount: string, effective = '2017-05-01') => ({
  effective,
  reserve: 'kept',
  amount,
  minute: 'Cabinet 9',
});

const taking = (more: object = {}) => ({
  effective: '2017-05-02',
  carryIn: 'from-last-year',
  from: FUND,
  reserve: 'kept',
  amount: '150.00',
  ...more,
});

const by = (officer: string, type: string, rule: Refused['rule']) => (name: string, data: object) =>
  ({ name, officer, act: 'propose', type, data: data as Refused['data'], rule }) as const;

t.test('unspent money is set aside by two officers of the host, never more than is held', async (t) => {
  const ledger = await holding(t);
  await ledger.post('county-finance', 'ExpenditureRecorded', spending('600.00'));
  const beyond = by('county-finance', 'CarryForwardApproved', 'more_than_held');
  await refusals(t, ledger, FUND, [
    beyond('what is spent is not there', carry({ amount: '400.01' })),
    beyond('nor what has not come yet', carry({ effective: '2016-04-30', amount: '0.01' })),
    {
      ...beyond('two officers of the host sign', carry()),
      officer: 'north-ccg-finance',
      rule: 'wrong_partner',
    },
    { ...beyond('one alone cannot', carry()), act: 'post', rule: 'signature_needed' },
    { ...beyond('it is kept for later', carry({ toYear: '2016-17' })), rule: 'year_not_later' },
    { ...beyond('of a source', carry({ source: 'GOLD' })), rule: 'source_unknown' },
    { ...beyond('in a year', carry({ toYear: '2016-17' })), rule: 'year_not_later' },
    { ...beyond('under a new name', carry({ reserve: 'home-care' })), rule: 'identifier_used' },
  ]);
  const approved = await ledger.signed('county-finance', 'county-chief', 'CarryForwardApproved', carry());
  t.match(
    approved.outcome.events[1]?.sentence,
    '£400.00 of NHS_ADD was set aside as "kept" for winter in 2017-18 (Cabinet 7).',
  );
  await ledger.signed(
    'county-finance',
    'county-chief',
    'CarryForwardApproved',
    carry({ reserve: 'homes-kept', source: 'DFG', amount: '900000.00', purpose: 'advice' }),
  );
  t.equal(
    await ledger.refused('county-finance', {
      act: 'post',
      fact: { type: 'ExpenditureRecorded', data: spending('0.01') as never },
    }),
    'more_than_held',
    'a late cost cannot take what was set aside on a later day',
  );
  await ledger.post('county-finance', 'ContributionReceived', {
    effective: '2017-03-31',
    contribution: 'north-extra',
    amount: '0.01',
    bankReference: 'BACS 2',
    reason: 'late',
  });
  await ledger.post('county-finance', 'ExpenditureRecorded', spending('0.01'));
  const receipt = (await ledger.ledger.entries(`fund-${FUND}`, Infinity)).find(
    ({ type }) => type === 'ContributionReceived',
  )!;
  t.equal(
    await ledger.refused('county-finance', {
      act: 'post',
      fact: {
        type: 'FactReversed',
        data: { effective: '2016-05-01', reverses: String(receipt.revision), reason: 'bounced' } as never,
      },
    }),
    'more_than_held',
    'nor can a reversal',
  );
  t.match((await asked(ledger, 'reserves', { on: '2017-03-31' }))['reserves'], [
    { reserve: 'kept', source: 'NHS_ADD', approved: '400.00', drawn: '0.00', left: '400.00' },
    { reserve: 'homes-kept', purpose: 'advice', toYear: '2017-18', minute: 'Cabinet 7' },
  ]);
  const position = await asked(ledger, 'partner-position', { partner: NORTH, on: '2017-03-31' });
  t.match(position['total'], { spent: '600.01', setAside: '400.00', held: '400.00' });
});

t.test('a source of which nothing is set aside may be overspent: what was spent is a fact', async (t) => {
  const ledger = await holding(t);
  await ledger.post('county-finance', 'ExpenditureRecorded', spending('2000.00'));
  await ledger.post('county-finance', 'ExpenditureRecorded', spending('1.00'));
  t.match((await asked(ledger, 'partner-position', { partner: NORTH, on: '2016-06-01' }))['total'], {
    held: '-1001.00',
  });
});

t.test('a reserve is drawn to nothing, and enters the fund of its year bound to its purpose', async (t) => {
  const ledger = await holding(t);
  await openFund(ledger, '2017-18');
  await openFund(ledger, '2018-19');
  await ledger.signed('county-finance', 'county-chief', 'CarryForwardApproved', carry());
  ledger.now('2017-05-03T09:00:00Z');
  const over = by('county-finance', 'ReserveDrawn', 'more_than_reserved');
  await refusals(t, ledger, FUND, [
    over('more than is in it', draw('400.01')),
    { ...over('before the year that it is for', draw('1.00', '2017-03-31')), rule: 'drawn_too_early' },
    {
      ...over('after it, when no fund could carry it in any more', draw('1.00', '2018-04-01')),
      rule: 'drawn_too_late',
    },
    { ...over('there is no such reserve', { ...draw('1.00'), reserve: 'none' }), rule: 'reference_unknown' },
  ]);
  const drawn = await ledger.signed('county-finance', 'county-chief', 'ReserveDrawn', draw('150.00'));
  t.match(
    drawn.outcome.events[1]?.sentence,
    '£150.00 was drawn from the reserve "kept" for winter in 2017-18 (Cabinet 9).',
  );

  const enter = (name: string, data: object, rule: Refused['rule']) =>
    ({
      name,
      officer: 'county-finance',
      act: 'post',
      type: 'CarriedForwardReceived',
      data: data as never,
      rule,
    }) as const;
  await refusals(t, ledger, NEXT, [
    enter('no more than was drawn', taking({ amount: '150.01' }), 'more_than_drawn'),
    enter('nor before it was drawn', taking({ effective: '2017-04-30', amount: '1.00' }), 'more_than_drawn'),
    enter('from a fund that is open', taking({ from: 'testshire-2015-16' }), 'reference_unknown'),
    enter('from a reserve that it has', taking({ reserve: 'other' }), 'reference_unknown'),
  ]);
  await refusals(t, ledger, 'testshire-2018-19', [
    enter('in the year that it was set aside for', taking({ effective: '2018-05-02' }), 'reserve_for_another'),
  ]);
  const taken = await ledger.post('county-finance', 'CarriedForwardReceived', taking({ amount: '100.00' }), NEXT);
  t.match(
    taken.outcome.events[0]?.sentence,
    '£100.00 was carried in from "kept" of testshire-2016-17 (NHS_ADD), for winter. It stands with north-ccg (£100.00).',
  );
  await refusals(t, ledger, NEXT, [
    enter('once only', taking({ carryIn: 'again', amount: '50.01' }), 'more_than_drawn'),
    enter('under a new name', taking({ amount: '50.00' }), 'identifier_used'),
  ]);
  const rest = await ledger.post(
    'county-finance',
    'CarriedForwardReceived',
    taking({ carryIn: 'rest', amount: '50.00' }),
    NEXT,
  );
  await ledger.done(
    'county-finance',
    {
      act: 'post',
      fact: {
        type: 'FactReversed',
        data: { effective: '2017-05-02', reverses: rest.outcome.revision, reason: 'twice' } as never,
      },
    },
    { in: NEXT },
  );
  await ledger.post('county-finance', 'CarriedForwardReceived', taking({ carryIn: 'rest-2', amount: '50.00' }), NEXT);

  await ledger.post('pool-manager', 'PlanLineSet', line({ effective: '2017-04-01', source: 'CARRY_IN' }), NEXT);
  await refusals(t, ledger, NEXT, [
    {
      name: 'it is spent on its purpose',
      officer: 'county-finance',
      act: 'post',
      type: 'ExpenditureRecorded',
      data: spending('10.00', { effective: '2017-06-01', purpose: 'summer' }),
      rule: 'purpose_not_allowed',
    },
    {
      name: 'and enters by no contribution',
      officer: 'county-finance',
      act: 'propose',
      type: 'ContributionAgreed',
      data: contribution({ effective: '2017-04-01', payer: COUNTY, source: 'CARRY_IN' }),
      rule: 'source_enters_otherwise',
    },
  ]);
  await ledger.post(
    'county-finance',
    'ExpenditureRecorded',
    spending('10.00', { effective: '2017-06-01', purpose: 'winter' }),
    NEXT,
  );
  t.match((await asked(ledger, 'grant-use', { fund: NEXT, on: '2017-06-30' }))['sources'], [
    {
      source: 'CARRY_IN',
      items: ['from-last-year', 'rest-2'],
      received: '150.00',
      spent: '10.00',
      unspent: '140.00',
      byPurpose: [{ purpose: 'winter', spent: '10.00' }],
      onlyForPurposes: true,
    },
  ]);
  t.match((await asked(ledger, 'partner-position', { fund: NEXT, partner: NORTH, on: '2017-06-30' }))['sources'], [
    { source: 'CARRY_IN', figures: { agreed: '150.00', received: '150.00', spent: '10.00', held: '140.00' } },
  ]);
  t.match(
    (await asked(ledger, 'partner-position', { partner: NORTH, on: '2017-06-30' }))['total'],
    { held: '850.00', setAside: '250.00' },
    'and the old fund holds it no more',
  );
  t.same((await tableOf(ledger, 'reserves', { on: '2017-06-30' })).rows, [
    ['kept', 'NHS_ADD', 'winter', '2017-18', 'Cabinet 7', '400.00', '150.00', '250.00'],
  ]);
});

t.test('unspent money goes back to who paid it, signed by both, never more than is held', async (t) => {
  const ledger = await holding(t);
  await ledger.post('county-finance', 'ExpenditureRecorded', spending('300.00'));
  const back = (more: object = {}) => ({
    effective: '2017-03-31',
    partner: NORTH,
    source: 'NHS_ADD',
    amount: '200.00',
    reason: 'year end',
    ...more,
  });
  const over = by('county-finance', 'UnderspendReturned', 'more_than_held');
  await refusals(t, ledger, FUND, [
    over('more than is held', back({ amount: '700.01' })),
    over('of what it did not pay', back({ source: 'LA_ADD' })),
    over('of what another paid', back({ partner: 'south-ccg' })),
    { ...over('to a partner', back({ partner: 'nobody' })), rule: 'not_in_fund' },
    { ...over('the other side signs', back()), officer: 'north-ccg-finance', act: 'post', rule: 'signature_needed' },
  ]);
  const { outcome } = await ledger.signed('county-finance', 'north-ccg-finance', 'UnderspendReturned', back());
  t.match(
    outcome.events[1]?.sentence,
    '£200.00 of NHS_ADD, unspent, went back to north-ccg, leaving £500.00: year end',
  );
  t.match((await asked(ledger, 'partner-position', { partner: NORTH, on: '2017-03-31' }))['total'], {
    received: '1000.00',
    spent: '300.00',
    returned: '200.00',
    held: '500.00',
  });
  await ledger.signed('county-finance', 'county-chief', 'CarryForwardApproved', carry());
  const later = by('north-ccg-finance', 'UnderspendReturned', 'more_than_held');
  await refusals(t, ledger, FUND, [later('what is set aside does not go back', back({ amount: '100.01' }))]);
  const offer = {
    act: 'propose',
    fact: { type: 'UnderspendReturned', data: back({ amount: '50.00' }) as never },
  } as const;
  const { outcome: made } = await ledger.done('county-finance', offer);
  const counter = (more: object) =>
    ({
      act: 'counter',
      proposal: made.proposal!,
      fact: { type: 'UnderspendReturned', data: back(more) as never },
    }) as const;
  t.equal(await ledger.refused('north-ccg-finance', counter({ source: 'LA_ADD' })), 'counter_differs');
  await ledger.done('north-ccg-finance', counter({ amount: '100.00' }));
  await ledger.done('county-finance', { act: 'agree', proposal: made.proposal! });
  t.match((await asked(ledger, 'partner-position', { partner: NORTH, on: '2017-03-31' }))['total'], {
    returned: '300.00',
    held: '400.00',
  });
});

t.test('where more of a partner’s money was used than has come in, the refusal says so', async (t) => {
  const ledger = await holding(t);
  await ledger.post('county-finance', 'ExpenditureRecorded', spending('1300.00'));
  const back = {
    effective: '2016-12-01',
    partner: NORTH,
    source: 'NHS_ADD',
    amount: '5.00',
    reason: 'year end',
  };
  t.match(
    await ledger.submit('county-finance', {
      act: 'propose',
      fact: { type: 'UnderspendReturned', data: back as never },
    }),
    {
      rule: 'more_than_held',
      detail:
        'On 1 December 2016, nothing of NHS_ADD is held of north-ccg’s: £300.00 more of it was used than has come in; £5.00 would go back.',
    },
  );
});

t.test('money that goes back, or is spent, on a later day does not go back before as well', async (t) => {
  const ledger = await holding(t);
  await ledger.signed(
    'south-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({ contribution: 'south', payer: 'south-ccg', amount: '1000.00' }),
  );
  await ledger.post('county-finance', 'ContributionReceived', {
    effective: '2016-05-01',
    contribution: 'south',
    amount: '1000.00',
    bankReference: 'BACS 2',
  });
  const back = (effective: string, amount: string) => ({
    effective,
    partner: NORTH,
    source: 'NHS_ADD',
    amount,
    reason: 'year end',
  });
  await ledger.signed('county-finance', 'north-ccg-finance', 'UnderspendReturned', back('2016-12-01', '700.00'));
  const over = by('county-finance', 'UnderspendReturned', 'more_than_held');
  await refusals(t, ledger, FUND, [
    over('the whole, a month before', back('2016-11-01', '1000.00')),
    over('a penny more than is left in December', back('2016-11-01', '300.01')),
    over('before it came in', back('2016-04-30', '0.01')),
  ]);
  await ledger.post('county-finance', 'ExpenditureRecorded', spending('200.00', { effective: '2017-01-10' }));
  await refusals(t, ledger, FUND, [over('more than is left in January', back('2016-11-01', '200.01'))]);
  await ledger.signed('county-finance', 'north-ccg-finance', 'UnderspendReturned', back('2016-11-01', '200.00'));
});

t.test('a reserve that is reversed leaves its money to be spent, unless some of it was drawn', async (t) => {
  const ledger = await holding(t);
  const { outcome } = await ledger.signed('county-finance', 'county-chief', 'CarryForwardApproved', carry());
  const drawn = await ledger.signed('county-finance', 'county-chief', 'ReserveDrawn', draw('150.00', '2017-04-01'));
  const reversal = (reverses: string, effective = '2017-03-31') => ({ effective, reverses, reason: 'not needed' });
  await refusals(t, ledger, FUND, [
    by('county-finance', 'FactReversed', 'others_rest_on_it')('what was drawn', reversal(outcome.revision)),
  ]);
  await ledger.signed('county-finance', 'county-chief', 'FactReversed', reversal(drawn.outcome.revision, '2017-04-01'));
  await ledger.signed('county-finance', 'county-chief', 'FactReversed', reversal(outcome.revision));
  await ledger.post('county-finance', 'ExpenditureRecorded', spending('1000.00'));
  t.same((await asked(ledger, 'reserves', { on: '2017-03-31' }))['reserves'], []);
});

t.test('what is drawn leaves the old fund, and stays drawn while a later fund has taken it in', async (t) => {
  const ledger = await holding(t);
  await openFund(ledger, '2017-18');
  const approved = await ledger.signed('county-finance', 'county-chief', 'CarryForwardApproved', carry());
  const closing = async (on: string, fund = FUND) => (await asked(ledger, 'memorandum', { fund, on }))['closing'];
  t.equal(await closing('2017-03-31'), '901000.00');
  ledger.now('2017-06-01T09:00:00Z');
  const sign = (type: string, data: object) =>
    ledger.signed('county-finance', 'county-chief', type, data as Refused['data']);
  const early = await sign('ReserveDrawn', draw('150.00', '2017-04-01'));
  const late = await sign('ReserveDrawn', draw('250.00', '2017-05-01'));
  t.equal(await closing('2017-05-01'), '900600.00', 'it is not in two funds');
  t.match((await asked(ledger, 'memorandum', { on: '2017-05-01' }))['drawn'], '400.00');
  t.match((await tableOf(ledger, 'memorandum', { on: '2017-05-01' })).rows.at(-4), [
    'Drawn for a later year',
    '',
    '',
    '400.00',
    '',
  ]);
  const figures = (await asked(ledger, 'return-figures', { on: '2017-05-01' }))['figures'] as { figure: string }[];
  t.match(
    figures.find(({ figure }) => figure === 'drawn'),
    { section: 'income', source: 'NHS_ADD', amount: '400.00' },
  );

  await ledger.post('county-finance', 'CarriedForwardReceived', taking({ effective: '2017-04-02' }), NEXT);
  const undo = (reverses: string, effective: string) => ({ effective, reverses, reason: 'not needed' });
  const reversal = by('county-finance', 'FactReversed', 'others_rest_on_it');
  await refusals(t, ledger, FUND, [
    reversal('what was drawn by the day that it was taken in', undo(early.outcome.revision, '2017-04-01')),
    reversal('nor the reserve that it was drawn from', undo(approved.outcome.revision, '2017-03-31')),
  ]);
  await sign('FactReversed', undo(late.outcome.revision, '2017-05-01'));
  t.equal(await closing('2017-05-01'), '900850.00', 'what nobody has taken in goes back into the reserve');
  t.equal(await closing('2017-05-01', NEXT), '150.00');
});

t.test('what was drawn is carried in once on every day, in whatever order and however it was taken back', async (t) => {
  const ledger = await holding(t);
  await openFund(ledger, '2017-18');
  await ledger.signed('county-finance', 'county-chief', 'CarryForwardApproved', carry());
  ledger.now('2017-12-01T09:00:00Z');
  const sign = (type: string, data: object) =>
    ledger.signed('county-finance', 'county-chief', type, data as Refused['data']);
  await sign('ReserveDrawn', draw('100.00', '2017-04-01'));
  await sign('ReserveDrawn', draw('50.00', '2017-06-01'));
  const take = (carryIn: string, effective: string, amount: string) =>
    ledger.post('county-finance', 'CarriedForwardReceived', taking({ carryIn, effective, amount }), NEXT);
  await take('june', '2017-06-01', '50.00');
  const april = await take('april', '2017-04-01', '100.00');
  const refused = (name: string, carryIn: string, effective: string): Refused => ({
    name,
    officer: 'county-finance',
    act: 'post',
    type: 'CarriedForwardReceived',
    data: taking({ carryIn, effective, amount: '0.01' }),
    rule: 'more_than_drawn',
  });
  await refusals(t, ledger, NEXT, [refused('no penny more', 'more', '2017-04-01')]);
  await ledger.post(
    'county-finance',
    'FactReversed',
    { effective: '2017-09-01', reverses: april.outcome.revision, reason: 'another purpose' },
    NEXT,
  );
  await refusals(t, ledger, NEXT, [
    refused('nor before it was taken back', 'more', '2017-04-01'),
    refused('on the last day of that either', 'more', '2017-08-31'),
  ]);
  await take('september', '2017-09-01', '100.00');
  for (const on of ['2017-06-30', '2017-10-01']) {
    t.match(await asked(ledger, 'memorandum', { fund: NEXT, on }), { grossFunding: '150.00', holds: true }, on);
  }
  t.same((await verify(ledger.store)).problems, []);
});
