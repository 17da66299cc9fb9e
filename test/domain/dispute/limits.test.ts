import t from 'tap';
import { acts, caseNamed, caseSums, DISPUTES, head, settle, share } from '../../support/disputes.js';
import { COUNTY, NORTH, REGISTER_STREAM, SOUTH, type TestLedger } from '../../support/ledger.js';
import { disputing } from '../../support/rules-alone.js';

/**
 * What one officer, or one side, can do alone in a dispute, and limits that cannot be avoided by choosing a day or by
 * splitting an act.
 */

const ONE = { effective: '2018-10-01', case: caseNamed('one') };

const junior = (ledger: TestLedger, partner: string, limit: string, signer: string) =>
  ledger.signed(
    `${partner}-chief`,
    signer,
    'OfficerMandated',
    { effective: '2018-10-01', officer: `${partner}-junior`, partner, role: 'finance-officer', limit },
    REGISTER_STREAM,
  );

const split = (decidedOn: string, respondent = 6_000) => ({
  ...ONE,
  decidedOn,
  split: share(respondent),
  by: 'parties',
});

t.test('an officer’s limit is held to what a decision comes to by today, whatever day it names', async (t) => {
  const ledger = await disputing(t);
  await junior(ledger, COUNTY, '10000.00', 'registrar');
  await junior(ledger, NORTH, '10000.00', 'north-ccg-finance');
  const { raise, refused } = acts(ledger);
  await raise();
  const fact = { type: 'SplitDecided', data: split('2018-11-01') as never };
  const proposed = await ledger.done('county-junior', { act: 'propose', fact }, { in: DISPUTES });
  const { proposal } = proposed.outcome;
  ledger.now('2019-03-31T12:00:00Z');
  const agree = { act: 'agree', proposal: proposal! } as const;
  t.equal(await ledger.refused('north-ccg-junior', agree, { in: DISPUTES }), 'over_limit', 'to sign it now is more');
  const declined = { act: 'decline', proposal: proposal!, reason: 'Too late' } as const;
  await ledger.done('north-ccg-junior', declined, { in: DISPUTES });
  t.equal(await refused('county-junior', 'propose', 'SplitDecided', split('2018-11-01')), 'over_limit');
  t.equal(
    await refused('county-junior', 'propose', 'SplitDecided', split('2018-11-01', 0)),
    'over_limit',
    'to give up',
  );
  await ledger.signed('county-finance', 'north-ccg-finance', 'SplitDecided', split('2018-11-01'), DISPUTES);
});

t.test('a limit holds also for what the claimant gives back', async (t) => {
  const ledger = await disputing(t);
  await junior(ledger, COUNTY, '4000.00', 'registrar');
  const { raise, refused } = acts(ledger);
  await raise('one', { interim: share(9_000) });
  ledger.now('2019-03-31T12:00:00Z');
  t.equal(await refused('county-junior', 'propose', 'SplitDecided', split('2019-03-31', 7_000)), 'over_limit');
});

t.test('what is done about a case is dated from its raising on', async (t) => {
  const ledger = await disputing(t);
  const { raise, refused, signed } = acts(ledger);
  await raise();
  await raise('two');
  const early = '2018-10-31';
  const decision = { ...ONE, decidedOn: early };
  const cases: readonly (readonly [type: string, data: object, officer?: string])[] = [
    ['SplitDecided', split(early)],
    ['ClaimWithdrawn', { ...decision, ground: 'no-case' }],
    ['ClaimConceded', decision, 'north-ccg-finance'],
  ];
  for (const [type, data, officer = 'county-finance'] of cases) {
    t.equal(await refused(officer, 'propose', type, data), 'before_it_began', type);
  }
  await t.rejects(settle(ledger, 'spring', early, [['one', '6200.00', '0.00']]), /before_it_began/);
  await signed('SplitDecided', split('2018-11-01'));
  const of = { case: ONE.case };
  const paid = { effective: early, of, payer: NORTH, amount: '1.00', bankReference: 'BACS 1' };
  t.equal(await refused('north-ccg-finance', 'post', 'RefundPaid', paid), 'before_it_began');
  const writtenOff = { effective: early, of, creditor: COUNTY, amount: '1.00', minute: 'C/1' };
  t.equal(await refused('county-finance', 'propose', 'WriteOffApproved', writtenOff), 'before_it_began');
});

t.test('interest counts towards the limit of who pays it', async (t) => {
  const ledger = await disputing(t);
  await junior(ledger, NORTH, '100.00', 'north-ccg-finance');
  const { raise, refused, signed } = acts(ledger);
  await raise();
  await signed('SplitDecided', split('2018-11-01'));
  const paid = {
    effective: '2018-11-01',
    of: { case: ONE.case },
    payer: NORTH,
    amount: '100.00',
    bankReference: 'BACS 1',
  };
  const interest = { amount: '0.01', basis: 'RPI' };
  t.equal(await refused('north-ccg-junior', 'post', 'RefundPaid', { ...paid, interest }), 'over_limit');
  await ledger.post('north-ccg-junior', 'RefundPaid', paid, DISPUTES);
});

t.test('the delegated limit is the stricter of two days, counts all of a case, and is not taken away', async (t) => {
  const ledger = await disputing(t);
  const { raise, refused, signed, reverse } = acts(ledger);
  await raise();
  await raise('two');
  const limit = (effective: string, sum: string) =>
    ledger.signed(
      'county-finance',
      'county-chief',
      'WriteOffLimitSet',
      { effective, partner: COUNTY, limit: sum, minute: 'Constitution 4.2' },
      DISPUTES,
    );
  await limit('2018-11-01', '5000.00');
  const set = head(ledger);
  await limit('2019-04-01', '1000.00');
  ledger.now('2019-04-30T12:00:00Z');
  for (const name of ['one', 'two']) {
    const withdrawn = { case: caseNamed(name), decidedOn: '2019-04-30', ground: 'not-worth-pursuing' };
    await signed('ClaimWithdrawn', withdrawn, 'county-finance', 'county-chief');
  }
  const writeOff = (amount: string, more: object = {}) => ({
    effective: '2019-04-30',
    of: { case: ONE.case },
    creditor: COUNTY,
    amount,
    ...more,
  });
  const propose = (data: object) => refused('county-finance', 'propose', 'WriteOffApproved', data);
  const early = { effective: '2019-03-31' };
  t.equal(await propose(writeOff('1000.01', early)), 'minute_needed', 'the limit of today is lower');
  await ledger.signed('county-finance', 'county-chief', 'WriteOffApproved', writeOff('600.00', early), DISPUTES);
  t.equal(await propose(writeOff('400.01')), 'minute_needed', 'in all it would be more');
  await ledger.signed('county-finance', 'county-chief', 'WriteOffApproved', writeOff('400.00'), DISPUTES);
  const lines = [
    ['one', '0.00', '36400.00'],
    ['two', '0.00', '36400.00'],
  ] as const;
  await settle(ledger, 'spring', '2019-04-30', lines);
  const ofSettlement = { of: { settlement: 'spring' } };
  t.equal(await propose(writeOff('0.01', ofSettlement)), 'minute_needed', 'what was written off before counts');
  const back = { effective: '2018-11-01', reverses: String(set), reason: 'in error' };
  t.equal(await refused('county-finance', 'propose', 'FactReversed', back), 'others_rest_on_it');
  await limit('2019-04-02', '2000.00');
  await reverse(head(ledger), '2019-04-02', 'county-finance', 'county-chief');
});

t.test('a cost that nobody else has signed is claimed and open, not agreed', async (t) => {
  const ledger = await disputing(t);
  const { raise, post, reduce, signed, refused } = acts(ledger);
  await raise('one', {
    costs: [
      { from: '2018-10-01', weekly: '1400.00' },
      { from: '2019-02-01', weekly: '2100.00' },
    ],
  });
  await signed('SplitDecided', split('2018-11-01'));
  await post('county-finance', 'ClaimRevised', {
    effective: '2018-12-01',
    costs: [
      { from: '2018-12-01', weekly: '1750.00' },
      { from: '2019-02-01', weekly: '2100.00' },
    ],
    invoices: [{ on: '2018-12-01', amount: '99.99' }],
  });
  t.same(
    caseSums(ledger, 'one', '2018-12-07'),
    { claimed: '14049.99', agreed: '8160.00', abandoned: '5440.00', open: '449.99' },
    '68 days at 200.00 are split; 50.00 more for 7 days, and an invoice, are open',
  );
  await reduce({ effective: '2019-01-01', costs: [{ from: '2019-01-01', weekly: '1750.00' }] });
  t.same(
    caseSums(ledger, 'one', '2019-02-07'),
    { claimed: '29549.99', agreed: '15810.00', abandoned: '10540.00', open: '3199.99' },
    'from February on 2,100.00 were signed, and 1,750.00 is all that there is',
  );
  await post('county-finance', 'ClaimRevised', { effective: '2019-02-08', until: '2019-04-07' });
  const before = caseSums(ledger, 'one', '2019-03-31');
  const after = caseSums(ledger, 'one', '2019-04-07');
  t.same([after.agreed, after.abandoned], [before.agreed, before.abandoned], 'nor is care beyond the day signed');
  t.equal(Number(after.open) - Number(before.open), 1_750);
  const more = { ...ONE, effective: '2019-02-09', claimed: share(9_999) };
  t.equal(await refused('county-finance', 'post', 'ClaimRevised', more), 'reduction_signed');
});

t.test('a concession is of the claim as it stood, and no share is raised on days that are decided', async (t) => {
  const ledger = await disputing(t);
  const { raise, post, refused } = acts(ledger);
  await raise('one', { claimed: share(5_000) });
  const conceded = { ...ONE, decidedOn: '2018-11-01' };
  await ledger.signed('north-ccg-finance', 'north-ccg-chief', 'ClaimConceded', conceded, DISPUTES);
  const raisedShare = { ...ONE, claimed: share(10_000) };
  t.equal(await refused('county-finance', 'post', 'ClaimRevised', raisedShare), 'decided_already');
  await post('county-finance', 'ClaimRevised', { costs: [{ from: '2018-10-01', weekly: '2800.00' }] });
  t.same(caseSums(ledger, 'one', '2018-10-07'), {
    claimed: '1400.00',
    agreed: '700.00',
    abandoned: '0.00',
    open: '700.00',
  });
});

t.test('one split of a case is on the table at a time, and can be countered there', async (t) => {
  const ledger = await disputing(t);
  const { raise, refused } = acts(ledger);
  await raise();
  await raise('two');
  const propose = (data: object) => ({ act: 'propose', fact: { type: 'SplitDecided', data: data as never } }) as const;
  const first = await ledger.done('county-finance', propose(split('2018-11-01')), { in: DISPUTES });
  const second = split('2018-11-01', 5_000);
  t.equal(await refused('county-finance', 'propose', 'SplitDecided', second), 'proposal_open');
  t.equal(await refused('north-ccg-finance', 'propose', 'SplitDecided', second), 'proposal_open');
  await ledger.done('county-finance', propose({ ...second, case: caseNamed('two') }), { in: DISPUTES });
  const interim = { ...ONE, interim: share(100) };
  const other = { act: 'propose', fact: { type: 'InterimFundingAgreed', data: interim as never } } as const;
  await ledger.done('county-finance', other, { in: DISPUTES });
  t.equal(await refused('county-finance', 'propose', 'InterimFundingAgreed', interim), 'proposal_open');
  const proposal = first.outcome.proposal!;
  const counter = { act: 'counter', proposal, fact: { type: 'SplitDecided', data: second as never } } as const;
  await ledger.done('north-ccg-finance', counter, { in: DISPUTES });
  await ledger.done('county-finance', { act: 'agree', proposal }, { in: DISPUTES });
  t.equal(caseSums(ledger, 'one', '2018-10-07').agreed, '700.00');
});

t.test('what was claimed by a fact that is taken back no longer counts towards the bound of an area', async (t) => {
  const ledger = await disputing(t);
  const { raise, refused, reverse } = acts(ledger);
  const invoices = Array.from({ length: 60 }, () => ({ on: '2018-10-02', amount: '9999999.99' }));
  const volume = () => ledger.ledger.model.stream('dispute', DISPUTES).own.volume;
  await raise('large', { invoices });
  const largest = head(ledger);
  const second = { ...ONE, case: caseNamed('large'), invoices };
  t.equal(await refused('county-finance', 'post', 'ClaimRevised', second), 'more_than_an_area_disputes');
  await reverse(largest, '2018-10-01');
  t.equal(volume(), 0);
  await raise('again', { invoices, respondent: [{ from: '2018-10-01', partner: SOUTH }] });
});

t.test('a decision on a case that was taken back is nobody’s to take back again', async (t) => {
  const ledger = await disputing(t);
  const { raise, signed, reverse, refused } = acts(ledger);
  await raise();
  const first = head(ledger);
  await signed('SplitDecided', split('2018-11-01'));
  const decided = head(ledger);
  await reverse(decided, '2018-10-01', 'county-finance', 'north-ccg-finance');
  await reverse(first, '2018-10-01');
  const again = { effective: '2018-10-01', reverses: String(decided), reason: 'in error' };
  t.equal(await refused('county-finance', 'propose', 'FactReversed', again), 'wrong_partner');
});

t.test('a weekly cost that comes to a claim of invoices after it was conceded is open', async (t) => {
  const ledger = await disputing(t);
  const { raise, post } = acts(ledger);
  await raise('one', { costs: [], invoices: [{ on: '2018-10-20', amount: '5000.00' }] });
  const conceded = { ...ONE, decidedOn: '2018-11-01' };
  await ledger.signed('north-ccg-finance', 'north-ccg-chief', 'ClaimConceded', conceded, DISPUTES);
  await post('county-finance', 'ClaimRevised', {
    effective: '2018-10-25',
    costs: [{ from: '2018-10-25', weekly: '700.00' }],
  });
  const { agreed, open } = caseSums(ledger, 'one', '2018-10-31');
  t.same([agreed, open], ['5000.00', '700.00']);
});
