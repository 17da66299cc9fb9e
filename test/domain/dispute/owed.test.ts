import t from 'tap';
import { owedOn } from '../../../src/domain/dispute/owed.js';
import { treatmentOf } from '../../../src/domain/dispute/accounting-class.js';
import type { Day } from '../../../src/domain/calendar.js';
import { moneyText } from '../../../src/domain/money.js';
import { acts, caseNamed, caseSums, DISPUTES, settle, share } from '../../support/disputes.js';
import { COUNTY, EAST, NORTH, SOUTH, type TestLedger } from '../../support/ledger.js';
import { disputing } from '../../support/rules-alone.js';

/** What is owed on a case, and in whose books it stands. */

const stateOf = ({ ledger }: TestLedger) => ledger.model.stream('dispute', DISPUTES).own;

const books = (ledger: TestLedger, on: string, name = 'one') =>
  treatmentOf(stateOf(ledger), caseNamed(name), on as Day)!.map(
    ({ partner, part, proposed, amount }) => `${partner} ${part} ${proposed} ${moneyText(amount)}`,
  );

const between = (ledger: TestLedger, on: string, name = 'one') =>
  owedOn(stateOf(ledger), caseNamed(name), on as Day)!.between.map((each) =>
    [each.claimant, each.respondent, moneyText(each.decidedToPay), moneyText(each.decidedToWriteOff)].join(' '),
  );

const ONE = { case: caseNamed('one') };
const refund = (payer: string, amount: string, more: object = {}) => ({
  effective: '2019-04-30',
  of: ONE,
  payer,
  amount,
  bankReference: 'BACS 1',
  ...more,
});
const writeOff = (creditor: string, amount: string, more: object = {}) => ({
  effective: '2019-04-30',
  of: ONE,
  creditor,
  amount,
  minute: 'C/1',
  ...more,
});
const withdrawn = { decidedOn: '2019-04-30', ground: 'not-worth-pursuing' };

t.test('what is settled stands in the books of the bodies that settled it, whoever comes after them', async (t) => {
  const ledger = await disputing(t);
  await acts(ledger).raise('one', {
    respondent: [
      { from: '2018-10-01', partner: NORTH },
      { from: '2019-05-01', partner: SOUTH },
    ],
  });
  ledger.now('2019-04-30T12:00:00Z');
  await settle(ledger, 'spring', '2019-04-30', [['one', '20000.00', '16400.00']]);
  t.same(books(ledger, '2019-05-31'), [
    'county settled debtor 20000.00',
    'north-ccg settled creditor 20000.00',
    'county abandoned write-off 16400.00',
    'north-ccg abandoned release 16400.00',
  ]);
});

t.test('what is decided stands in the books of the bodies of its days, and each pays for its own first', async (t) => {
  const ledger = await disputing(t);
  const { raise, refused } = acts(ledger);
  await raise('one', {
    respondent: [
      { from: '2018-10-01', partner: NORTH },
      { from: '2019-01-01', partner: SOUTH },
    ],
  });
  ledger.now('2019-04-30T12:00:00Z');
  t.same(
    books(ledger, '2019-04-30'),
    [
      'county open contingent-asset 36400.00',
      'north-ccg open contingent-liability 18400.00',
      'south-ccg open contingent-liability 18000.00',
    ],
    'as what is open does',
  );
  const split = { ...ONE, effective: '2018-10-01', decidedOn: '2019-04-30', split: share(6_000), by: 'panel' };
  await ledger.signed('county-finance', 'south-ccg-finance', 'SplitDecided', split, DISPUTES);
  t.same(books(ledger, '2019-04-30').slice(0, 3), [
    'county decided debtor 21840.00',
    'north-ccg decided provision 11040.00',
    'south-ccg decided provision 10800.00',
  ]);
  t.equal(await refused('north-ccg-finance', 'post', 'RefundPaid', refund(NORTH, '11040.01')), 'more_than_is_due_back');
  await ledger.post('south-ccg-finance', 'RefundPaid', refund(SOUTH, '15000.00'), DISPUTES);
  t.same(
    between(ledger, '2019-04-30'),
    ['county north-ccg 6840.00 7360.00', 'county south-ccg 0.00 7200.00'],
    'who stands on the case pays what is left of the days before it too',
  );
  t.equal(await refused('north-ccg-finance', 'post', 'RefundPaid', refund(NORTH, '6840.01')), 'more_than_is_due_back');
  const paid = await ledger.post('north-ccg-finance', 'RefundPaid', refund(NORTH, '6840.00'), DISPUTES);
  t.match(paid.outcome.events[0]!.sentence, 'north-ccg paid county £6,840.00 on case');
  t.equal(owedOn(stateOf(ledger), caseNamed('one'), '2019-04-30' as Day)!.decidedToPay, 0);
  t.equal(await refused('east-district-finance', 'post', 'RefundPaid', refund(EAST, '1.00')), 'wrong_partner');
});

t.test('a claimant writes off what it abandoned of its own days, and the one after it the rest', async (t) => {
  const ledger = await disputing(t);
  const { raise, refused } = acts(ledger);
  await raise('one', {
    claimant: [
      { from: '2018-10-01', partner: COUNTY },
      { from: '2019-01-01', partner: EAST },
    ],
  });
  ledger.now('2019-04-30T12:00:00Z');
  const data = { ...ONE, effective: '2018-10-01', ...withdrawn };
  await ledger.signed('east-district-finance', 'east-district-chief', 'ClaimWithdrawn', data, DISPUTES);
  const propose = (officer: string, sent: object) => refused(officer, 'propose', 'WriteOffApproved', sent);
  t.equal(await propose('county-finance', writeOff(COUNTY, '18400.01')), 'more_than_abandoned');
  t.equal(await propose('north-ccg-finance', writeOff(NORTH, '1.00')), 'wrong_partner');
  await ledger.signed('county-finance', 'county-chief', 'WriteOffApproved', writeOff(COUNTY, '10000.00'), DISPUTES);
  t.equal(await propose('east-district-finance', writeOff(EAST, '26400.01')), 'more_than_abandoned');
  const rest = writeOff(EAST, '26400.00');
  await ledger.signed('east-district-finance', 'east-district-chief', 'WriteOffApproved', rest, DISPUTES);
  t.same(between(ledger, '2019-04-30'), ['county north-ccg 0.00 0.00', 'east-district north-ccg 0.00 0.00']);
});

t.test('what was paid on days that no longer cost anything is owed back, by whoever stands on the case', async (t) => {
  const ledger = await disputing(t);
  const { raise, reduce } = acts(ledger);
  await raise('one', {
    costs: [],
    invoices: [{ on: '2018-10-20', amount: '5000.01' }],
    respondent: [
      { from: '2018-10-01', partner: NORTH },
      { from: '2018-11-01', partner: SOUTH },
    ],
  });
  const conceded = { ...ONE, effective: '2018-10-01', decidedOn: '2018-11-01' };
  await ledger.signed('south-ccg-finance', 'south-ccg-chief', 'ClaimConceded', conceded, DISPUTES);
  const paid = refund(NORTH, '5000.01', { effective: '2018-11-01' });
  await ledger.post('north-ccg-finance', 'RefundPaid', paid, DISPUTES);
  t.same(between(ledger, '2018-11-01'), ['county north-ccg 0.00 0.00', 'county south-ccg 0.00 0.00']);
  await reduce({ effective: '2018-10-15', invoices: [] });
  t.same(books(ledger, '2018-11-01'), ['south-ccg decided debtor 5000.01', 'county decided provision 5000.01']);
});

t.test('what has been written off stays abandoned, whatever is agreed, decided or settled after it', async (t) => {
  const ledger = await disputing(t);
  const { raise, refused, signed } = acts(ledger);
  await raise();
  ledger.now('2019-04-30T12:00:00Z');
  await signed('ClaimWithdrawn', withdrawn, 'county-finance', 'county-chief');
  const done = writeOff(COUNTY, '30000.00');
  await ledger.signed('county-finance', 'county-chief', 'WriteOffApproved', done, DISPUTES);
  const data = { ...ONE, effective: '2018-10-01' };
  const split = { ...data, decidedOn: '2019-04-30', by: 'parties' };
  const lower = { ...data, costs: [{ from: '2018-10-01', weekly: '1000.00' }] };
  for (const [type, sent] of [
    ['SplitDecided', { ...split, split: share(1_759) }],
    ['InterimFundingAgreed', { ...data, interim: share(1_759) }],
    ['ClaimReduced', lower],
  ] as const) {
    t.equal(await refused('county-finance', 'propose', type, sent), 'written_off_already', type);
  }
  await t.rejects(
    settle(ledger, 'spring', '2019-04-30', [['one', '6400.01', '29999.99']]),
    /written_off_already: £30,000.00 of case .* is written off by 30 April 2019: £0.01 more than would be abandoned/,
  );
  await signed('SplitDecided', { ...split, split: share(1_758) });
  t.equal(caseSums(ledger, 'one', '2019-04-30').abandoned, '30000.88');
  await settle(ledger, 'spring', '2019-04-30', [['one', '6400.00', '30000.00']]);
  t.equal(owedOn(stateOf(ledger), caseNamed('one'), '2019-04-30' as Day)!.toWriteOff, 0);
});

t.test('what was written off of days that a settlement leaves out stays counted for them', async (t) => {
  const ledger = await disputing(t);
  await acts(ledger).raise();
  ledger.now('2019-05-31T12:00:00Z');
  await acts(ledger).signed('ClaimWithdrawn', withdrawn, 'county-finance', 'county-chief');
  const done = writeOff(COUNTY, '30000.00', { effective: '2019-05-15' });
  await ledger.signed('county-finance', 'county-chief', 'WriteOffApproved', done, DISPUTES);
  const line = ['one', '0.00', '18400.00', { through: '2018-12-31', closes: false }] as const;
  await settle(ledger, 'spring', '2019-04-30', [line]);
  t.same(between(ledger, '2019-05-31'), ['county north-ccg 0.00 6400.00']);
  t.same(
    between(ledger, '2019-05-14'),
    ['county north-ccg 0.00 36400.00'],
    'before its day it is still to be written off',
  );
  const rest = writeOff(COUNTY, '6400.01', { effective: '2019-05-31' });
  t.equal(await acts(ledger).refused('county-finance', 'propose', 'WriteOffApproved', rest), 'more_than_abandoned');
});
