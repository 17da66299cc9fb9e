import fc from 'fast-check';
import t, { type Test } from 'tap';
import { moneyText, signedPence, type Pence } from '../../../../src/domain/money.js';
import { asked, tableOf } from '../../../support/asking.js';
import { COUNTY, NORTH, type TestLedger } from '../../../support/ledger.js';
import { asyncProperty } from '../../../support/property.js';
import { openedLedger } from '../../../support/rules-alone.js';

/** Reserves and provisions that a body had when the year began, from before this ledger. */

const opening = (more: Readonly<Record<string, unknown>> = {}) => ({
  effective: '2016-04-01',
  balance: 'unspent-grants',
  holder: COUNTY,
  kind: 'reserve',
  purpose: 'Unspent grants',
  amount: '1196000.00',
  plannedUse: '450000.00',
  origin: 'the accounts of 2015-16',
  ...more,
});

const open = (ledger: TestLedger, more: Readonly<Record<string, unknown>> = {}, holder = COUNTY) =>
  ledger.signed(`${holder}-finance`, `${holder}-chief`, 'BalanceOpened', opening({ holder, ...more }));

const using = (amount: string, more: Readonly<Record<string, unknown>> = {}) => ({
  effective: '2016-07-01',
  balance: 'unspent-grants',
  amount,
  minute: 'Committee, item 9',
  ...more,
});

const proposing = (type: string, data: object) => ({ act: 'propose', fact: { type, data: data as never } }) as const;
const posting = (type: string, data: object) => ({ act: 'post', fact: { type, data: data as never } }) as const;

t.test('a reserve opens, is planned to be used, is used and closes, with a provision beside it', async (t) => {
  const ledger = await openedLedger(t);
  await open(ledger);
  await open(ledger, {
    balance: 'doubtful-debts',
    kind: 'provision',
    purpose: 'Doubtful debts',
    amount: '4157000.00',
    plannedUse: undefined,
  });
  await open(ledger, { balance: 'market', purpose: 'Market development', amount: '20000.00', plannedUse: '20000.00' });
  await ledger.signed('county-finance', 'county-chief', 'BalanceUsed', using('300000.00'));
  t.match(await asked(ledger, 'balances', { on: '2017-03-31' }), {
    balances: [
      {
        balance: 'unspent-grants',
        type: 'reserve',
        name: 'Testshire County Council',
        origin: 'the accounts of 2015-16',
        opening: '1196000.00',
        plannedUse: '450000.00',
        used: '300000.00',
        closing: '896000.00',
        plannedClosing: '746000.00',
      },
      {
        balance: 'doubtful-debts',
        type: 'provision',
        opening: '4157000.00',
        plannedUse: '0.00',
        closing: '4157000.00',
      },
      { balance: 'market', plannedClosing: '0.00' },
    ],
    reserves: { opening: '1216000.00', plannedUse: '470000.00', used: '300000.00', plannedClosing: '746000.00' },
    provisions: { opening: '4157000.00', plannedUse: '0.00', plannedClosing: '4157000.00' },
    total: { opening: '5373000.00', closing: '5073000.00', plannedClosing: '4903000.00' },
  });
  t.match(await asked(ledger, 'balances', { on: '2016-06-30' }), {
    reserves: { used: '0.00', closing: '1216000.00' },
  });
  t.same((await tableOf(ledger, 'balances', { on: '2017-03-31' })).totals?.[0], [
    'All reserves',
    '',
    '',
    '',
    '1216000.00',
    '470000.00',
    '300000.00',
    '916000.00',
    '746000.00',
    '',
  ]);
  await ledger.post('county-finance', 'BalanceUsePlanned', {
    effective: '2016-09-01',
    balance: 'unspent-grants',
    now: '500000.00',
    reason: 'the committee of September',
  });
  t.match(await asked(ledger, 'balances', { on: '2016-08-31' }), { reserves: { plannedUse: '470000.00' } });
  t.match(await asked(ledger, 'balances', { on: '2016-09-01' }), {
    reserves: { plannedUse: '520000.00', plannedClosing: '696000.00' },
  });
  await ledger.post('county-finance', 'BalanceUsePlanned', {
    effective: '2016-08-01',
    balance: 'unspent-grants',
    now: '600000.00',
    reason: 'a minute of August that comes late',
  });
  t.match(await asked(ledger, 'balances', { on: '2016-08-31' }), { reserves: { plannedUse: '620000.00' } });
  t.match(
    await asked(ledger, 'balances', { on: '2016-09-01' }),
    { reserves: { plannedUse: '520000.00' } },
    'the plan of the later day stands, though it was recorded first',
  );
});

t.test('it is the body’s own: two of its officers sign, and no more is used than is left', async (t) => {
  const ledger = await openedLedger(t);
  t.equal(await ledger.refused('north-ccg-finance', proposing('BalanceOpened', opening())), 'wrong_partner');
  await open(ledger);
  await open(ledger, { balance: 'ccg-reserve' }, NORTH);
  for (const [name, more, rule] of [
    ['a name twice', {}, 'identifier_used'],
    ['a day within the year', { balance: 'late', effective: '2016-05-01' }, 'balance_opens_with_year'],
    ['more planned than there is', { balance: 'over', plannedUse: '1196000.01' }, 'more_than_reserved'],
  ] as const)
    t.equal(await ledger.refused('county-finance', proposing('BalanceOpened', opening(more))), rule, name);
  const plan = { effective: '2016-05-01', balance: 'unspent-grants', now: '1196000.01', reason: 'more' };
  t.equal(await ledger.refused('county-finance', posting('BalanceUsePlanned', plan)), 'more_than_reserved');
  t.equal(
    await ledger.refused('north-ccg-finance', posting('BalanceUsePlanned', { ...plan, now: '1.00' })),
    'wrong_partner',
  );
  for (const [name, officer, data, rule] of [
    ['more than is left', 'county-finance', using('1196000.01'), 'more_than_reserved'],
    ['another body’s', 'north-ccg-finance', using('1.00'), 'wrong_partner'],
    ['of none', 'county-finance', using('1.00', { balance: 'nothing' }), 'reference_unknown'],
  ] as const)
    t.equal(await ledger.refused(officer, proposing('BalanceUsed', data)), rule, name);
  await ledger.signed('county-finance', 'county-chief', 'BalanceUsed', using('1196000.00'));
  t.equal(
    await ledger.refused('county-finance', proposing('BalanceUsed', using('0.01', { effective: '2016-05-01' }))),
    'more_than_reserved',
    'what is used later cannot be used before as well',
  );
});

t.test('what was used is taken back before what it was used of', async (t) => {
  const ledger = await openedLedger(t);
  await open(ledger);
  const { model } = ledger.ledger;
  const last = () => String(model.stream('fund', 'fund-testshire-2016-17').revision);
  const opened = last();
  await ledger.signed('county-finance', 'county-chief', 'BalanceUsed', using('100.00'));
  const reversing = (reverses: string, effective: string) =>
    proposing('FactReversed', { effective, reverses, reason: 'wrong' });
  t.equal(await ledger.refused('county-finance', reversing(opened, '2016-04-01')), 'others_rest_on_it');
  await ledger.signed('county-finance', 'county-chief', 'FactReversed', {
    effective: '2016-07-01',
    reverses: last(),
    reason: 'wrong',
  });
  await ledger.signed('county-finance', 'county-chief', 'FactReversed', {
    effective: '2016-04-01',
    reverses: opened,
    reason: 'wrong',
  });
  t.match(await asked(ledger, 'balances', { on: '2017-03-31' }), { balances: [], total: { opening: '0.00' } });
});

t.test('opening less used is what is left, for any uses, and the pool has none of it', async (t: Test) => {
  await asyncProperty(
    t,
    fc.asyncProperty(
      fc.array(fc.record({ pence: fc.integer({ min: 1, max: 60_000_000 }), month: fc.integer({ min: 4, max: 12 }) }), {
        maxLength: 6,
      }),
      async (uses) => {
        const ledger = await openedLedger(t);
        const before = await asked<{ total: unknown }>(ledger, 'position', { on: '2017-03-31' });
        await open(ledger);
        ledger.now('2017-03-31T09:00:00Z');
        let left = signedPence(opening().amount);
        for (const { pence, month } of uses) {
          const data = using(moneyText(pence as Pence), { effective: `2016-${String(month).padStart(2, '0')}-10` });
          if (pence > left) {
            t.equal(await ledger.refused('county-finance', proposing('BalanceUsed', data)), 'more_than_reserved');
          } else {
            await ledger.signed('county-finance', 'county-chief', 'BalanceUsed', data);
            left = (left - pence) as Pence;
          }
        }
        const { total } = await asked<{ total: { closing: string; used: string } }>(ledger, 'balances', {
          on: '2017-03-31',
        });
        t.equal(signedPence(total.closing), left);
        t.equal(signedPence(total.used) + left, signedPence(opening().amount));
        t.same((await asked<{ total: unknown }>(ledger, 'position', { on: '2017-03-31' })).total, before.total);
        t.match(await asked(ledger, 'mirror', { on: '2017-03-31' }), { agrees: true });
        t.match(await asked(ledger, 'memorandum', { on: '2017-03-31' }), { closing: '0.00', holds: true });
      },
    ),
    8,
  );
});
