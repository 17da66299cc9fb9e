import t from 'tap';
import { financialYear } from '../../../src/domain/calendar.js';
import { yearAfterThat } from '../../../src/domain/fund/roll-forward.js';
import type { RollForwardText } from '../../../src/ledger/questions/fund/roll-forward.js';
import { signAgreement, terms } from '../../support/agreements.js';
import { asked } from '../../support/asking.js';
import { DOWNTON, eachEnding, MERGED, MIDDLETON, registerAll, split, succeeded } from '../../support/bodies.js';
import { contribution, line, NORTH, openFund, SOUTH, WEST, type TestLedger } from '../../support/ledger.js';
import { scheme } from '../../support/plan.js';
import { openedLedger } from '../../support/rules-alone.js';

/** What goes on from a fund’s year to the next, and why the rest does not. */

const rolled = (ledger: TestLedger, given: Readonly<Record<string, string>> = {}) =>
  asked<RollForwardText>(ledger, 'roll-forward', given);

const YEAR_END = '2017-04-01';

/** North is followed by one body on the first day of the next year, and West by two. */
async function bodiesEnd(ledger: TestLedger): Promise<void> {
  await registerAll(ledger);
  await succeeded(ledger, {
    ...{ effective: YEAR_END, mode: 'merge', predecessors: [NORTH, SOUTH], successors: [MERGED], instrument: 'Order' },
  });
  const west = eachEnding(split({ effective: YEAR_END })).find(({ predecessors }) =>
    (predecessors as string[]).includes(WEST),
  )!;
  await succeeded(ledger, west);
}

const beside = (more: Readonly<Record<string, unknown>>) => ({
  effective: '2016-04-01',
  funding: 'council-tax',
  holder: WEST,
  source: 'COUNCIL_TAX',
  recurrent: true,
  amount: '5000.00',
  basis: 'Budget',
  ...more,
});

t.test('the ledger speaks of no year after its last', (t) => {
  const after = (label: string) => yearAfterThat(financialYear(label)!)?.label;
  t.equal(after('2016-17'), '2017-18');
  t.equal(after('2097-98'), '2098-99');
  t.equal(after('2098-99'), undefined);
  t.end();
});

t.test('what a body had that several follow is left to them, and what one follows goes on in its name', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.signed(
    `${NORTH}-finance`,
    'county-finance',
    'ContributionAgreed',
    contribution({ schedule: 'Schedule 3' }),
  );
  await ledger.signed(
    `${WEST}-finance`,
    'county-finance',
    'ContributionAgreed',
    contribution({ contribution: 'west', payer: WEST, source: 'LA_ADD', amount: '90.00' }),
  );
  await ledger.signed(`${WEST}-finance`, `${WEST}-chief`, 'FundingBesideStated', beside({}));
  await ledger.signed(
    `${WEST}-finance`,
    `${WEST}-chief`,
    'FundingBesideStated',
    beside({ funding: 'once', recurrent: false }),
  );
  await ledger.post('pool-manager', 'PlanLineSet', line({ lead: NORTH }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'housing', amount: '10.00', lead: WEST }));
  await bodiesEnd(ledger);
  const { items, leftOut, steps } = await rolled(ledger);
  const several = `${DOWNTON}, ${MIDDLETON}`;
  t.strictSame(
    items.map(({ from, notes }) => [from, notes]),
    [
      ['north-extra', [`${NORTH} has ended: ${MERGED} stands for it.`]],
      ['home-care', [`${NORTH} has ended: ${MERGED} stands for it.`]],
      ['housing', [`Say who leads it: ${WEST} has ended, and ${several} follow it.`]],
    ],
  );
  t.strictSame(
    leftOut.map(({ why }) => why),
    [
      `${NORTH} has ended: ${MERGED} stands for it.`,
      `${SOUTH} has ended: ${MERGED} stands for it.`,
      `${WEST} has ended: ${several} stand for it.`,
      ...[1, 2].map(() => `${WEST} has ended, and ${several} follow it: agree with each of them what is theirs.`),
      'It is one-off: it is of this year alone.',
    ],
  );
  const facts = steps.flatMap((step) => step.facts.map(({ data }) => data));
  t.match(
    facts.find((each) => each['line'] === 'home-care'),
    { lead: MERGED },
  );
  t.notHas(
    facts.find((each) => each['line'] === 'housing'),
    { lead: WEST },
  );
  t.match(
    facts.find((each) => each['contribution'] === 'north-extra'),
    { payer: MERGED, schedule: 'Schedule 3' },
  );
});

t.test('a line goes on as it was last described, or is to be described again', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2018-05-01T09:00:00Z');
  await openFund(ledger, '2018-19');
  const fund = 'testshire-2018-19';
  const set = (more: Readonly<Record<string, unknown>>) =>
    ledger.post('pool-manager', 'PlanLineSet', line({ effective: '2018-04-01', ...more }), fund);
  await set({ scheme: scheme({ type: 'intermediate-care' }) });
  await set({ line: 'adapted', amount: '5.00', department: 'housing' });
  const described = await ledger.post(
    'pool-manager',
    'PlanLineDescribed',
    {
      effective: '2018-06-01',
      line: 'adapted',
      scheme: scheme({ commissioner: { nhs: '1/3', localGovernment: '2/3' } }),
      department: 'public-health',
      reason: 'review',
    },
    fund,
  );
  t.match(described.outcome.events[0]?.sentence, /commissioned jointly, 1\/3 NHS, .* department public-health: review/);
  const { items, steps } = await rolled(ledger, { fund });
  t.match(items, [
    { from: 'home-care', notes: [/^Describe it again: "intermediate-care" is no type of scheme of 2019-20/] },
    { from: 'adapted', notes: [] },
  ]);
  const [first, second] = steps.slice(1).map(({ facts }) => facts[0]!.data);
  t.notOk('scheme' in first!);
  t.match(second, { department: 'public-health', scheme: { commissioner: { nhs: '1/3' }, new: false } });
});

t.test('what was paid from money that was carried in is planned anew', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line({ source: 'CARRY_IN' }));
  t.match((await rolled(ledger)).leftOut, [
    { why: 'It is paid from money that was carried in: plan it once there is some again.' },
  ]);
});

t.test(
  'an agreement that ended before the year did, or of a body that ended with it, is not offered again',
  async (t) => {
    const ledger = await openedLedger(t);
    await signAgreement(ledger, terms({ to: '2016-12-31' }));
    await signAgreement(ledger, terms({ to: '2017-03-31' }), { effective: '2017-01-01', agreement: 'later' });
    await bodiesEnd(ledger);
    t.strictSame(
      (await rolled(ledger)).leftOut.slice(3).map(({ why }) => why),
      ['It ended on 31 December 2016.', `${NORTH} has ended, and ${MERGED} follows it: state its terms anew.`],
    );
  },
);

t.test('where a name that would be taken is another’s own, and its own is taken too, it is left out', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2018-05-01T09:00:00Z');
  await openFund(ledger, '2018-19');
  const fund = 'testshire-2018-19';
  // The label of the year stands in the first only once the label of the next stands for it.
  for (const name of ['x-2018-1918-19', 'x-2019-2018-19', 'x-2019-2019-20'])
    await ledger.signed(
      `${NORTH}-finance`,
      'county-finance',
      'ContributionAgreed',
      contribution({ effective: '2018-04-01', contribution: name, amount: '1.00' }),
      fund,
    );
  const { items, leftOut } = await rolled(ledger, { fund });
  t.strictSame(
    items.map(({ from, name }) => [from, name]),
    [
      ['x-2018-1918-19', 'x-2019-2018-19'],
      ['x-2019-2019-20', 'x-2019-2019-20'],
    ],
  );
  t.match(leftOut, [
    {
      why: 'Something else that goes on is called "x-2019-2019-20", and its own name is taken too: record it in 2019-20 under another name.',
    },
  ]);
});
