import fc from 'fast-check';
import t from 'tap';
import { financialYear, type Day } from '../../../src/domain/calendar.js';
import { moneyText, pence, total } from '../../../src/domain/money.js';
import { Refusal } from '../../../src/domain/rules.js';
import { OPERATOR } from '../../../src/ledger/access.js';
import { openNextYear, OpenNextYearAsked, type OpenNextYearText } from '../../../src/ledger/acts/open-next-year.js';
import { load, planLoad } from '../../../src/ledger/acts/load.js';
import type { RollForwardText } from '../../../src/ledger/questions/fund/roll-forward.js';
import { terms as termsOfAgreement } from '../../support/agreements.js';
import { asked, ask } from '../../support/asking.js';
import {
  contribution,
  COUNTY,
  EAST,
  FUND,
  grant,
  line,
  NORTH,
  openedLedger,
  REGISTER_STREAM,
  SOUTH,
  WEST,
  type TestLedger,
} from '../../support/ledger.js';
import { openedLedger as rulesAlone } from '../../support/rules-alone.js';
import { asyncProperty } from '../../support/property.js';
import { scheme } from '../../support/plan.js';

/** Opening next year's fund from this one: what continues, what does not, who does it, and that it is done once. */

const NEXT = 'testshire-2017-18';

const rolled = (ledger: TestLedger, given: Readonly<Record<string, string>> = {}) =>
  asked<RollForwardText>(ledger, 'roll-forward', given);

async function opens(
  { ledger }: TestLedger,
  officer: string,
  more: Readonly<Record<string, string>> = {},
  key = officer,
): Promise<OpenNextYearText> {
  const by = { officer, signedInBy: 'test', sight: OPERATOR, key, correlation: 'test' };
  const found = await openNextYear(ledger, FUND, OpenNextYearAsked.parse(more), by);
  if (found instanceof Refusal) throw new Error(`${found.rule}: ${found.detail}`);
  return found;
}

const outcomes = ({ done }: OpenNextYearText) => done.map(({ outcome, rule, proposal }) => rule ?? proposal ?? outcome);

const agreed = (ledger: TestLedger, more: Readonly<Record<string, unknown>>) =>
  ledger.signed(
    `${(more['payer'] as string | undefined) ?? NORTH}-finance`,
    more['payer'] === COUNTY ? `${NORTH}-finance` : 'county-finance',
    'ContributionAgreed',
    contribution(more),
  );

t.test('what recurs goes on a year later, and what does not is told with why', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post(
    'pool-manager',
    'PlanLineSet',
    line({ scheme: scheme({ new: true }), department: 'adult-social-care' }),
  );
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'pilot', recurrent: false, amount: '5000.00' }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'ended', amount: '700.00' }));
  await ledger.post('pool-manager', 'PlanLineRevised', {
    effective: '2016-10-01',
    line: 'ended',
    now: '0.00',
    reason: 'It closed.',
  });
  await agreed(ledger, {
    contribution: 'north-2016-17',
    amount: '100.01',
    instalments: [
      { due: '2016-04-30', amount: '33.34' },
      { due: '2016-06-15', amount: '33.33' },
      { due: '2017-02-28', amount: '33.34' },
    ],
  });
  await agreed(ledger, { contribution: 'once', recurrent: false });
  await agreed(ledger, { contribution: 'minimum', source: 'NHS_MIN' });
  await ledger.post('county-finance', 'GrantDetermined', grant());

  const answer = await rolled(ledger);
  t.match(answer, { next: NEXT, isOpen: false, host: COUNTY, settled: false });
  t.strictSame(
    answer.items.map(({ name, was, amount, state }) => [name, was, amount, state]),
    [
      ['home-care', '1000000.00', '1000000.00', 'to-do'],
      ['north-2017-18', '100.01', '100.01', 'to-do'],
    ],
  );
  t.strictSame(
    answer.leftOut.map(({ why }) => why),
    [
      'It is one-off: it is of this year alone.',
      'Nothing of it stands on 31 March 2017.',
      'It is one-off: it is of this year alone.',
      'NHS_MIN is compulsory: its sum is set by the rules and allocations of 2017-18. Agree it in that year’s fund once they are published.',
      'DFG is a grant: it is determined for 2017-18 by a determination of its own.',
    ],
  );
  const [open, record, propose] = answer.steps;
  t.match(open, {
    act: 'open',
    bodies: [COUNTY],
    signs: [],
    facts: [{ data: { effective: '2017-04-01', year: '2017-18' } }],
  });
  t.match(record, {
    act: 'record',
    bodies: [COUNTY],
    signs: [],
    facts: [{ data: { line: 'home-care', department: 'adult-social-care', scheme: { new: false } } }],
  });
  t.match(propose, { act: 'propose', bodies: [NORTH, COUNTY], signs: [NORTH, COUNTY] });
  t.strictSame(propose!.facts[0]!.data['instalments'], [
    { due: '2017-04-30', amount: '33.34' },
    { due: '2017-06-15', amount: '33.33' },
    { due: '2018-02-28', amount: '33.34' },
  ]);
  t.strictSame(answer.totals, { requirement: '1000000.00', contributions: '100.01', beside: '0.00' });
});

t.test('one officer opens, records and proposes; others sign; and sent again it is done once', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await agreed(ledger, {});
  await agreed(ledger, { contribution: 'north-more', amount: '500.00' });
  await agreed(ledger, { contribution: 'south', payer: SOUTH, amount: '250.00' });

  const first = await opens(ledger, 'county-chief');
  t.strictSame(
    first.done.map(({ outcome, sentences }) => [outcome, sentences.length]),
    [
      ['opened', 1],
      ['recorded', 1],
      ['proposed', 2],
      ['proposed', 1],
    ],
    'what one body signs is one deal',
  );
  t.strictSame(first.steps, [], 'nothing is left to do');
  t.strictSame(
    first.waiting.map(({ awaiting, by }) => [by, awaiting]),
    [
      [COUNTY, [NORTH]],
      [COUNTY, [SOUTH]],
    ],
  );
  const size = ledger.ledger.model.size();
  const again = await opens(ledger, 'county-chief');
  t.strictSame(again.done, []);
  await opens(ledger, 'county-finance', {}, 'another key');
  t.equal(ledger.ledger.model.size(), size, 'and nothing is recorded twice');

  for (const { proposal, awaiting } of first.waiting)
    await ledger.done(`${awaiting[0]!}-finance`, { act: 'agree', proposal }, { in: NEXT });
  const signed = await rolled(ledger);
  t.strictSame(new Set(signed.items.map(({ state }) => state)), new Set(['recorded']));
  const { funded, gap } = await asked<Record<string, string>>(ledger, 'gap', { fund: NEXT, on: '2017-04-01' });
  t.strictSame([funded, gap], ['1000750.00', '-750.00']);
});

t.test('what is another’s to do is told, and stays until they do it', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await agreed(ledger, {});
  await agreed(ledger, { contribution: 'south', payer: SOUTH, amount: '250.00' });

  const before = await opens(ledger, 'north-ccg-finance');
  t.strictSame(outcomes(before), ['wrong_partner'], 'nothing is tried in a fund that is not open');
  const opened = await opens(ledger, 'pool-manager');
  t.strictSame(outcomes(opened), ['opened', 'recorded', 'role_not_allowed', 'role_not_allowed']);
  t.match(opened.done[2]!.why, /pool-manager/);
  const own = await opens(ledger, 'north-ccg-finance', {}, 'again');
  t.strictSame(
    own.done.map(({ outcome }) => outcome),
    ['proposed', 'refused'],
  );
  t.strictSame(
    own.waiting.map(({ by, awaiting }) => [by, awaiting]),
    [[NORTH, [COUNTY]]],
  );
  t.strictSame(
    own.steps.map(({ bodies }) => bodies),
    [[SOUTH, COUNTY]],
  );
  await t.rejects(opens(ledger, 'auditor'), /role_not_allowed: auditor reads/);
  await t.rejects(opens(ledger, 'nobody'), /not_mandated/);
});

t.test('a declined offer is to do again, and what was taken back is not', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await agreed(ledger, {});
  const { waiting } = await opens(ledger, 'county-chief');
  await ledger.done(
    'north-ccg-finance',
    { act: 'decline', proposal: waiting[0]!.proposal, reason: 'Too much.' },
    { in: NEXT },
  );
  const revision = ledger.ledger.model.stream('fund', `fund-${NEXT}`).own.named.get('home-care')!;
  await ledger.post(
    'pool-manager',
    'FactReversed',
    { effective: '2017-04-01', reverses: String(revision), reason: 'A slip.' },
    NEXT,
  );
  const { items, steps } = await rolled(ledger);
  t.strictSame(
    items.map(({ state }) => state),
    ['taken-back', 'to-do'],
  );
  t.strictSame(steps.length, 1);
  const same = await opens(ledger, 'county-chief');
  t.strictSame(same.waiting, [], 'under the key of the first time it is the act of the first time');
  t.match(
    same.done,
    [{ outcome: 'ended', why: /under this key before, and it was declined\. Send another key/ }],
    'and it says so',
  );
  t.match(items[0], {
    amount: '0.00',
    notes: ['It is taken back in testshire-2017-18, with £0.00. This year it is £1,000,000.00.'],
  });
  t.equal((await opens(ledger, 'county-chief', {}, 'anew')).waiting.length, 1);
});

t.test('contributions rise by the per cent that is asked for, to the penny, and others are left out', async (t) => {
  const ledger = await openedLedger(t);
  await agreed(ledger, {
    amount: '100.25',
    instalments: [
      { due: '2016-04-01', amount: '50.13' },
      { due: '2016-10-31', amount: '50.12' },
    ],
  });
  await agreed(ledger, { contribution: 'south', payer: SOUTH, amount: '250.00' });
  const answer = await rolled(ledger, { uplift: 'north-extra=2', without: 'south' });
  t.match(answer.items, [{ was: '100.25', amount: '102.26', uplift: '2' }], '102.255 is rounded half to even');
  t.strictSame(answer.steps[1]!.facts[0]!.data['instalments'], [
    { due: '2017-04-01', amount: '51.14' },
    { due: '2017-10-31', amount: '51.12' },
  ]);
  t.match(answer.leftOut, [{ name: 'south', why: 'You chose to leave it out.' }]);
  const refusal = async (given: Readonly<Record<string, string>>) =>
    (await ask(ledger, 'roll-forward', given)) as Refusal;
  t.match(await refusal({ uplift: 'nobody=2' }), { rule: 'name_unknown' });
  t.match(await refusal({ without: 'nobody' }), { rule: 'name_unknown' });
  await t.rejects(rolled(ledger, { uplift: 'north-extra=-100' }), /above -100/);
  await t.rejects(rolled(ledger, { uplift: 'north-extra' }), /such as/);
  await t.rejects(rolled(ledger, { uplift: 'north-extra=1=2' }), /such as/);
  await t.rejects(rolled(ledger, { uplift: 'north-extra=1,north-extra=90' }), /is named twice/);
});

t.test('no two that go on have one name: whose name is taken keeps its own', async (t) => {
  const ledger = await openedLedger(t);
  await agreed(ledger, { contribution: 'north-2016-17', amount: '100000.00' });
  await agreed(ledger, { contribution: 'north-2017-18', amount: '250000.00' });
  const { items, totals } = await rolled(ledger);
  t.match(items, [
    {
      from: 'north-2016-17',
      name: 'north-2016-17',
      amount: '100000.00',
      notes: ['It keeps its name: something else that goes on is called "north-2017-18".'],
    },
    { from: 'north-2017-18', name: 'north-2017-18', amount: '250000.00' },
  ]);
  t.equal(totals.contributions, '350000.00');
  const { waiting } = await opens(ledger, 'county-chief');
  await ledger.done('north-ccg-finance', { act: 'agree', proposal: waiting[0]!.proposal }, { in: NEXT });
  const after = await rolled(ledger);
  t.match(after, { totals: { contributions: '350000.00' }, items: [{ state: 'recorded' }, { state: 'recorded' }] });
});

const opensNext = (ledger: TestLedger) =>
  ledger.post(
    'pool-manager',
    'FundOpened',
    {
      effective: '2017-04-01',
      area: 'testshire',
      year: '2017-18',
      host: COUNTY,
      partners: [COUNTY, NORTH, SOUTH, EAST, WEST],
    },
    NEXT,
  );

t.test('what the next fund has already is shown with its own sum, and is no longer asked to rise', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line({ category: 'saving', amount: '900.00' }));
  await agreed(ledger, { amount: '100.00' });
  const first = await opens(ledger, 'county-chief', { uplift: 'north-extra=50' });
  const note = 'It is proposed in testshire-2017-18, with £150.00. This year it is £100.00.';
  t.match(first.items[1], { state: 'offered', amount: '150.00', notes: [note] });
  const again = await rolled(ledger);
  t.match(again, { totals: { contributions: '150.00', requirement: '-900.00' } });
  t.match(again.items[1], { state: 'offered', amount: '150.00', was: '100.00', sentence: /£150\.00/ });
  const refusal = async (given: Readonly<Record<string, string>>) =>
    (await ask(ledger, 'roll-forward', given)) as Refusal;
  const told = '"north-extra" is proposed in testshire-2017-18 already';
  t.match(await refusal({ uplift: 'north-extra=20' }), {
    rule: 'name_unknown',
    detail: `${told} with £150.00, so its rise cannot be changed here.`,
  });
  t.match(await refusal({ without: 'north-extra' }), { detail: `${told}, so it cannot be left out here.` });
  await ledger.done('north-ccg-finance', { act: 'agree', proposal: first.waiting[0]!.proposal }, { in: NEXT });
  await ledger.post(
    'pool-manager',
    'PlanLineRevised',
    { effective: '2017-10-01', line: 'home-care', now: '400.00', reason: 'Less is saved.' },
    NEXT,
  );
  const after = await rolled(ledger);
  t.match(after, { totals: { contributions: '150.00', requirement: '-400.00' } });
  t.strictSame(
    after.items.map(({ state, amount, notes }) => [state, amount, notes]),
    [
      ['recorded', '400.00', ['It is recorded in testshire-2017-18, with £400.00. This year it is £900.00.']],
      ['recorded', '150.00', ['It is recorded in testshire-2017-18, with £150.00. This year it is £100.00.']],
    ],
  );
});

t.test('a name that another kind of thing has in the next fund is told as taken', async (t) => {
  const ledger = await openedLedger(t);
  await agreed(ledger, {});
  await agreed(ledger, { contribution: 'more' });
  await opensNext(ledger);
  const five = { effective: '2017-04-01' as Day, amount: '5.00', recurrent: true };
  await ledger.post('pool-manager', 'PlanLineSet', line({ ...five, line: 'north-extra' }), NEXT);
  await ledger.done(
    'county-finance',
    {
      act: 'propose',
      fact: {
        type: 'FundingBesideStated',
        data: { ...five, funding: 'more', holder: COUNTY, source: 'COUNCIL_TAX', basis: 'Budget' },
      },
    },
    { in: NEXT },
  );
  const { items, steps, leftOut } = await rolled(ledger);
  t.strictSame([items, steps], [[], []]);
  t.match(leftOut, [
    { why: /^The name "north-extra" is taken in testshire-2017-18: Plan line "north-extra" .* under another name\.$/ },
    { why: /^The name "more" is taken in testshire-2017-18: county has £5\.00 more/ },
  ]);
});

t.test('officers who do it at once propose everything once', async (t) => {
  const ledger = await openedLedger(t);
  await agreed(ledger, {});
  await opensNext(ledger);
  const all = await Promise.all(
    ['county-chief', 'county-finance', 'north-ccg-finance'].map((officer) => opens(ledger, officer)),
  );
  t.strictSame(
    all.map(({ done }) => done.length),
    [1, 0, 0],
  );
  t.equal((await rolled(ledger)).waiting.length, 1);

  const [fact] = (await rolled(ledger)).waiting.flatMap(({ proposal }) => [
    ledger.ledger.model.stream('fund', `fund-${NEXT}`).open.get(proposal)!.fact,
  ]);
  await ledger.done(
    'county-finance',
    {
      act: 'propose',
      fact: {
        type: fact!.type,
        data: { ...fact!.data, amount: '7.00', instalments: [{ due: '2017-04-01', amount: '7.00' }] },
      },
    },
    { in: NEXT },
  );
  const { items, waiting, totals } = await rolled(ledger);
  t.equal(waiting.length, 2, 'what was proposed by hand beside it is shown too');
  t.match(items, [{ notes: [/^It is proposed 2 times. Sign one/] }]);
  t.equal(totals.contributions, '1000000.00', 'and counts once');
});

t.test('while it is done, what another officer proposes with another sum is not asked to rise any more', async (t) => {
  const ledger = await openedLedger(t);
  await agreed(ledger, { amount: '100.00' });
  await agreed(ledger, { contribution: 'south', payer: SOUTH, amount: '50.00' });
  await opensNext(ledger);
  const south = (await rolled(ledger)).steps[1]!.facts[0]!;
  let byHand: Promise<unknown> = Promise.resolve();
  const offersSouth = () => {
    const data = {
      ...south.data,
      effective: '2017-04-01' as Day,
      amount: '7.00',
      instalments: [{ due: '2017-04-01', amount: '7.00' }],
    };
    byHand = ledger.done('county-finance', { act: 'propose', fact: { type: south.type, data } }, { in: NEXT });
  };
  const { stateOf } = ledger.ledger;
  const waits = Object.create(ledger.ledger, {
    stateOf: { value: async (...of: Parameters<typeof stateOf>) => byHand.then(() => stateOf(...of)) },
  }) as typeof ledger.ledger;
  const found = await openNextYear(waits, FUND, OpenNextYearAsked.parse({ uplift: 'north-extra=10,south=10' }), {
    officer: 'county-chief',
    signedInBy: 'test',
    sight: OPERATOR,
    key: 'at once',
    correlation: 'test',
    onRecorded: offersSouth,
  });
  t.match(found, {
    done: [{ outcome: 'proposed' }],
    items: [
      { amount: '110.00', state: 'offered' },
      { amount: '7.00', state: 'offered' },
    ],
    steps: [],
    totals: { contributions: '117.00' },
  });
});

t.test('once the next fund is open, nothing more of it is done for whoever may not see it', async (t) => {
  const ledger = await openedLedger(t);
  await agreed(ledger, {});
  const found = await openNextYear(ledger.ledger, FUND, OpenNextYearAsked.parse({}), {
    officer: 'county-chief',
    signedInBy: 'test',
    sight: { ...OPERATOR, sees: (fund) => fund !== NEXT },
    key: 'unseen',
    correlation: 'test',
  });
  t.match(found, { rule: 'not_your_fund' });
  t.equal(ledger.ledger.model.fund(NEXT)?.outline.opened?.host, COUNTY, 'what was done stands');
});

t.test('partners that left are not in it, and who follows a body stands for it', async (t) => {
  const ledger = await openedLedger(t);
  await agreed(ledger, {});
  await agreed(ledger, { contribution: 'south', payer: SOUTH, amount: '250.00' });
  await ledger.signed('county-finance', 'west-district-finance', 'FundPartnerLeft', {
    effective: '2016-09-30',
    partner: WEST,
    reason: 'It leaves the pool.',
  });
  const icb = 'icb';
  await ledger.post(
    'registrar',
    'PartnerRegistered',
    {
      effective: '2016-01-01',
      partner: icb,
      name: 'NHS Board',
      kind: 'icb',
      officers: [
        { officer: 'icb-finance', role: 'finance-officer' },
        { officer: 'icb-chief', role: 'chief-finance-officer' },
      ],
    },
    REGISTER_STREAM,
  );
  await ledger.signed(
    'registrar',
    'north-ccg-chief',
    'PartnerSucceeded',
    { effective: '2017-04-01', mode: 'merge', predecessors: [NORTH], successors: [icb], instrument: 'Order' },
    REGISTER_STREAM,
  );
  const { partners, leftOut, items } = await rolled(ledger);
  t.strictSame(
    partners.map(({ partner }) => partner),
    [COUNTY, icb, SOUTH, EAST],
  );
  t.strictSame(
    leftOut.map(({ why }) => why),
    ['west-district is no partner on 31 March 2017.', 'north-ccg has ended: icb stands for it.'],
  );
  t.match(items[0], { notes: ['north-ccg has ended: icb stands for it.'], sentence: /^icb contributes/ });
});

t.test('what changed during the year is to be looked at', async (t) => {
  const ledger = await openedLedger(t);
  await agreed(ledger, { effective: '2016-10-01', amount: '600.00' });
  await ledger.post('pool-manager', 'PlanLineSet', line({ category: 'saving', amount: '900.00' }));
  await ledger.post('pool-manager', 'PlanLineRevised', {
    effective: '2016-12-01',
    line: 'home-care',
    now: '400.00',
    reason: 'Less is saved.',
  });
  const { items, totals } = await rolled(ledger);
  t.strictSame(
    items.flatMap(({ notes }) => notes),
    [
      'It began on 1 October 2016: check whether £600.00 is for a whole year.',
      'It changed during the year, from £900.00 to £400.00: check what a whole year comes to.',
    ],
  );
  t.strictSame(totals.requirement, '-400.00');
});

t.test('an agreement that ends with the year is offered again, and one that runs on holds', async (t) => {
  const ledger = await openedLedger(t);
  const terms = (to: string) =>
    termsOfAgreement({
      reference: 'S75 2016-17',
      from: '2016-04-01',
      to,
      riskShares: [{ scheme: 'reablement', rule: { kind: 'own-risk' } }],
    });
  const sign = (agreement: string, to: string) =>
    ledger.signed('county-finance', 'north-ccg-finance', 'AgreementSigned', {
      effective: '2016-04-01',
      agreement,
      parties: [COUNTY, NORTH],
      terms: terms(to),
    });
  const { outcome } = await sign('s75', '2018-03-31');
  t.match((await rolled(ledger)).leftOut, [{ why: 'It runs to 31 March 2018, and holds in 2017-18 as it stands.' }]);
  const { revision } = outcome;
  await ledger.signed('county-finance', 'north-ccg-finance', 'FactReversed', {
    effective: '2016-04-01',
    reverses: revision,
    reason: 'Another term was agreed.',
  });
  await sign('s75-2016-17', '2017-03-31');
  const { items, steps } = await rolled(ledger);
  t.match(items, [{ name: 's75-2017-18', notes: [/^Its term ends on 31 March 2017/] }]);
  t.match(steps[1]!.facts[0]!.data, {
    agreement: 's75-2017-18',
    terms: { reference: 'S75 2017-18', from: '2017-04-01', to: '2018-03-31', riskShares: [{ scheme: 'reablement' }] },
  });
  const { waiting } = await opens(ledger, 'county-chief');
  await ledger.done('north-ccg-finance', { act: 'agree', proposal: waiting[0]!.proposal }, { in: NEXT });
  t.match((await rolled(ledger)).items, [{ state: 'recorded' }]);
});

t.test('funding beside the pool goes on with the signature of a second officer', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.signed('county-finance', 'county-chief', 'FundingBesideStated', {
    effective: '2016-04-01',
    funding: 'precept',
    holder: COUNTY,
    source: 'COUNCIL_TAX',
    recurrent: true,
    amount: '5700000.00',
    basis: 'Budget',
  });
  t.match((await rolled(ledger)).steps, [{ act: 'open' }, { act: 'propose', bodies: [COUNTY], signs: [COUNTY] }]);
  const { waiting, items } = await opens(ledger, 'pool-manager');
  t.match(waiting, [{ by: COUNTY, awaiting: [COUNTY] }]);
  t.match(items, [{ state: 'offered', amount: '5700000.00' }]);
});

t.test('the acts that are left are a file, which an officer can load', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await agreed(ledger, {});
  await agreed(ledger, { contribution: 'north-more', amount: '500.00' });
  t.equal((await rolled(ledger)).file, null);
  const { file } = await rolled(ledger, { officer: 'county-chief' });
  const planned = planLoad([{ name: 'next.json', content: JSON.parse(JSON.stringify(file)) }]);
  const { recorded } = await load(planned, { ledger: ledger.ledger, clock: ledger.clock, signedInBy: 'file' });
  t.equal(recorded, 3);
  const { steps, items, file: none } = await rolled(ledger, { officer: 'county-chief' });
  t.strictSame(steps, []);
  t.equal(none, null);
  t.strictSame(
    items.map(({ state }) => state),
    ['recorded', 'offered', 'offered'],
  );
});

let runs = 0;
const opensAlone = (ledger: TestLedger) => opens(ledger, 'county-chief', {}, `run ${++runs}`);

t.test('rolled forward, what recurs is the same to the penny, and falls due in the next year', async (t) => {
  const day = fc
    .integer({ min: 0, max: 364 })
    .map((days) => new Date(Date.UTC(2016, 3, 1 + days)).toISOString().slice(0, 10));
  const parts = fc.array(fc.record({ due: day, amount: fc.integer({ min: 1, max: 1_000_000_00 }) }), {
    minLength: 1,
    maxLength: 12,
  });
  const year = fc.array(
    fc.record({ recurrent: fc.boolean(), parts, varied: fc.option(fc.integer({ min: 1, max: 1_000_000_00 })) }),
    {
      minLength: 1,
      maxLength: 6,
    },
  );
  const next = financialYear('2017-18')!;
  await asyncProperty(
    t,
    fc.asyncProperty(year, async (all) => {
      const ledger = await rulesAlone(t);
      for (const [index, { recurrent, parts: given, varied }] of all.entries()) {
        const sum = total(given.map(({ amount }) => pence(moneyText(amount as never))));
        const name = `c${index}`;
        await agreed(ledger, {
          contribution: name,
          recurrent,
          amount: moneyText(sum),
          instalments: given.map(({ due, amount }) => ({ due, amount: moneyText(amount as never) })),
        });
        await ledger.post(
          'pool-manager',
          'PlanLineSet',
          line({ line: `l${index}`, recurrent, amount: moneyText(sum) }),
        );
        if (varied !== null && varied !== sum)
          await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionVaried', {
            effective: '2016-10-01',
            contribution: name,
            now: moneyText(varied as never),
            reason: 'Another sum.',
          });
      }
      const stands = await asked<{ undertakings?: unknown } & Record<string, never>>(ledger, 'position', {
        on: '2017-03-31',
      });
      const figures = (stands as unknown as { total: { agreedRecurrent: string } }).total;
      const { totals, items, steps } = await rolled(ledger);
      const planned = await asked<{ lines: { recurrent: boolean; amount: string }[] }>(ledger, 'plan', {
        on: '2017-03-31',
      });
      const recurrent = planned.lines.filter((each) => each.recurrent);
      if (totals.contributions !== figures.agreedRecurrent)
        throw new Error(`${totals.contributions} is not ${figures.agreedRecurrent}`);
      if (totals.requirement !== moneyText(total(recurrent.map(({ amount }) => pence(amount)))))
        throw new Error('lines');
      for (const { facts } of steps.filter(({ act }) => act === 'propose'))
        for (const { data } of facts) {
          const due = data['instalments'] as { due: Day; amount: string }[];
          if (due.some((each) => each.due < next.first || each.due > next.last)) throw new Error('outside the year');
          if (moneyText(total(due.map(({ amount }) => pence(amount)))) !== data['amount']) throw new Error('parts');
        }
      const { waiting } = await opensAlone(ledger);
      for (const { proposal } of waiting)
        await ledger.done('north-ccg-finance', { act: 'agree', proposal }, { in: NEXT });
      const after = await asked(ledger, 'position', { fund: NEXT, on: '2018-03-31' });
      const all2 = (after as unknown as { total: Record<string, string> }).total;
      if (all2['agreed'] !== totals.contributions || all2['due'] !== totals.contributions)
        throw new Error(`${all2['agreed']} agreed of ${totals.contributions}, ${items.length} items`);
    }),
    25,
  );
});

t.test('rolled forward and signed, the totals that are shown are those of the next fund', async (t) => {
  const name = fc.constantFrom(
    'a',
    '2016-17',
    '2017-18',
    'a-2016-17',
    'a-2017-18',
    '2016-17-2016-17',
    '2016-17-2017-18',
  );
  const one = fc.record({
    name,
    isLine: fc.boolean(),
    amount: fc.integer({ min: 1, max: 1_000_000_00 }),
    rise: fc.option(fc.integer({ min: -90, max: 200 })),
    isOut: fc.boolean(),
  });
  const year = fc.uniqueArray(one, { selector: (each) => each.name, minLength: 1, maxLength: 7 });
  await asyncProperty(
    t,
    fc.asyncProperty(year, async (all) => {
      const ledger = await rulesAlone(t);
      for (const { name, isLine, amount } of all)
        await (isLine
          ? ledger.post('pool-manager', 'PlanLineSet', line({ line: name, amount: moneyText(amount as never) }))
          : agreed(ledger, { contribution: name, amount: moneyText(amount as never) }));
      const out = all.filter(({ isOut }) => isOut).map((each) => each.name);
      const rises = all.flatMap(({ name, isLine, isOut, rise, amount }) =>
        isLine || isOut || rise === null || amount < 100 ? [] : [`${name}=${rise}`],
      );
      const choices = {
        ...(out.length > 0 && { without: out.join(',') }),
        ...(rises.length > 0 && { uplift: rises.join(',') }),
      };
      const before = await rolled(ledger, choices);
      if (before.items.length + out.length !== all.length) throw new Error('something is lost');
      const { waiting, steps, totals } = await opens(ledger, 'county-chief', choices, `run ${++runs}`);
      if (steps.length > 0) throw new Error('something is left to do');
      for (const { proposal } of waiting)
        await ledger.done('north-ccg-finance', { act: 'agree', proposal }, { in: NEXT });
      const signed = await rolled(ledger, out.length > 0 ? { without: out.join(',') } : {});
      const { total: own } = (await asked(ledger, 'position', { fund: NEXT, on: '2018-03-31' })) as unknown as {
        total: Record<string, string>;
      };
      const { requirement: required } = (await asked(ledger, 'gap', { fund: NEXT, on: '2018-03-31' })) as unknown as {
        requirement: string;
      };
      const { contributions, requirement } = signed.totals;
      t.strictSame([totals, before.totals], [signed.totals, signed.totals]);
      if (contributions !== own['agreed'] || requirement !== required)
        throw new Error(`${contributions} and ${requirement} are shown of ${own['agreed']} and ${required}`);
    }),
    25,
  );
});
