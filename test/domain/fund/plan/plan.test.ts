import t from 'tap';
import { SEES_ALL } from '../../../../src/ledger/questions/question.js';
import { knownAtInstant } from '../../../../src/domain/calendar.js';
import { Refusal } from '../../../../src/domain/rules.js';
import { KINDS } from '../../../../src/ledger/catalogue.js';
import { plan } from '../../../../src/ledger/questions/fund/figures.js';
import { verify } from '../../../../src/ledger/audit/verify.js';
import { asked } from '../../../support/asking.js';
import { fact, gap } from '../../../support/figures.js';
import { FUND, line, refusals, REGISTER_STREAM, type TestLedger } from '../../../support/ledger.js';
import { scheme } from '../../../support/plan.js';
import { openedLedger } from '../../../support/rules-alone.js';

interface PlanAnswer {
  readonly requirement: string;
  readonly lines: readonly { readonly line: string; readonly amount: string; readonly scheme: object | null }[];
}

async function planOn({ ledger }: TestLedger, on: string, knownAt?: string): Promise<PlanAnswer> {
  const answer = await plan.run(
    ledger,
    {
      fund: FUND,
      on: on,
      ...(knownAt && { 'known-at': knownAtInstant(knownAt) }),
    },
    SEES_ALL,
  );
  if (answer instanceof Refusal) throw new Error(answer.detail);
  return answer as unknown as PlanAnswer;
}

const amounts = ({ lines }: PlanAnswer): Record<string, string> =>
  Object.fromEntries(lines.map((each) => [each.line, each.amount]));

const vire = (moves: Readonly<Record<string, string>>, more: object = {}) => ({
  effective: '2016-06-01',
  moves: Object.entries(moves).map(([name, change]) => ({ line: name, change })),
  reason: 'less is needed',
  ...more,
});

const vired = (ledger: TestLedger, moves: Readonly<Record<string, string>>, more: object = {}) =>
  ledger.signed('pool-manager', 'county-chief', 'BudgetVired', vire(moves, more));

t.test('a plan line holds every dimension of the template, and is described anew from a day on', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2016-04-04T09:00:00Z');
  const full = scheme({ subType: 'Rapid response', outputs: '400 packages' });
  await ledger.post('pool-manager', 'PlanLineSet', line({ scheme: full }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'plain' }));
  t.match(await planOn(ledger, '2016-04-01'), { lines: [{ scheme: full }, { line: 'plain', scheme: null }] });

  const described = (effective: string, more: Readonly<Record<string, unknown>>) => ({
    effective,
    line: 'home-care',
    scheme: scheme(more),
    reason: 'as reviewed',
  });
  ledger.now('2016-05-04T09:00:00Z');
  const joint = { commissioner: { nhs: 6_000, localGovernment: 4_000 } };
  const later = await ledger.post('pool-manager', 'PlanLineDescribed', described('2016-07-01', joint));
  t.match(
    later.outcome.events[0]!.sentence,
    'Plan line "home-care" is described as part of "reablement" (Reablement at home): home-care, area community-health, commissioned jointly, 60% NHS, provider nhs-community: as reviewed',
  );
  ledger.now('2016-05-05T09:00:00Z');
  const council = { commissioner: { nhs: 0, localGovernment: 10_000 }, areaOfSpend: 'social-care' };
  const earlier = await ledger.post('pool-manager', 'PlanLineDescribed', described('2016-06-01', council));
  t.match(earlier.outcome.events[0]!.sentence, /council-commissioned/);
  const same = await ledger.post('pool-manager', 'PlanLineDescribed', described('2016-06-01', { title: 'Renamed' }));
  t.match(same.outcome.events[0]!.sentence, /NHS-commissioned/);

  const schemeOn = async (on: string, knownAt?: string) => (await planOn(ledger, on, knownAt)).lines[0]!.scheme;
  t.match(await schemeOn('2016-05-31'), { title: 'Reablement at home', outputs: '400 packages' });
  t.match(await schemeOn('2016-06-01'), { title: 'Renamed' }, 'the last recorded of one day');
  t.match(await schemeOn('2016-07-01'), joint, 'the last to take effect, though it was recorded first');
  t.match(await schemeOn('2016-06-01', '2016-05-04'), { title: 'Reablement at home' }, 'as known before');
  t.equal((await planOn(ledger, '2016-07-01')).requirement, '2000000.00', 'sums stay');

  const reverse = (revision: string, effective: string) =>
    ledger.post('pool-manager', 'FactReversed', { effective, reverses: revision, reason: 'mistake' });
  await reverse(same.outcome.revision, '2016-06-01');
  t.match(await schemeOn('2016-06-15'), council);
  t.same((await verify(ledger.store)).problems, []);
});

t.test('the codes of a scheme are those of the year’s rules', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const of = (name: string, more: Readonly<Record<string, unknown>>) =>
    ({
      name,
      officer: 'pool-manager',
      act: 'post',
      type: 'PlanLineSet',
      data: line({ line: 'other', scheme: scheme(more) }),
      rule: 'scheme_not_in_rules',
    }) as never;
  const described = (data: object, rule: string, name: string) =>
    ({ name, officer: 'pool-manager', act: 'post', type: 'PlanLineDescribed', data, rule }) as never;
  const description = { effective: '2016-05-01', line: 'home-care', scheme: scheme(), reason: 'review' };
  await refusals(t, ledger, FUND, [
    of('a type', { type: 'alchemy' }),
    of('an area', { areaOfSpend: 'space' }),
    of('a provider', { provider: 'nobody' }),
    described({ ...description, scheme: scheme({ type: 'alchemy' }) }, 'scheme_not_in_rules', 'when described'),
    described({ ...description, line: 'none' }, 'reference_unknown', 'no such line'),
  ]);
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'late', effective: '2016-06-01' }));
  await refusals(t, ledger, FUND, [
    described({ ...description, line: 'late' }, 'before_it_began', 'before the line begins'),
  ]);
  // What the year's rules list is published, from a day on.
  const listed = [{ code: 'alchemy', name: 'Alchemy' }];
  await ledger.post(
    'registrar',
    'RuleSetPublished',
    {
      effective: '2016-05-01',
      year: '2016-17',
      planNeeded: true,
      uplifts: [],
      schemeTypes: listed,
      areasOfSpend: [{ code: 'community-health', name: 'Community health', counts: 'out-of-hospital' }],
      providers: [{ code: 'nhs-community', name: 'NHS community' }],
      dueDates: [],
      conditions: [],
      publication: 'Rules',
    },
    REGISTER_STREAM,
  );
  await refusals(t, ledger, FUND, [of('a type, before its day', { type: 'alchemy' })]);
  await ledger.post('pool-manager', 'PlanLineDescribed', { ...description, scheme: scheme({ type: 'alchemy' }) });
});

t.test('a virement counts for an officer’s limit by what moves, whatever the signs of its changes', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'one' }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'two' }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'less', category: 'saving' }));
  const mandate = { effective: '2016-01-01', officer: 'small', partner: 'county', role: 'finance-officer' };
  await ledger.signed('registrar', 'county-chief', 'OfficerMandated', { ...mandate, limit: '100.00' }, REGISTER_STREAM);
  const small = (name: string, moves: Readonly<Record<string, string>>, rule: string) =>
    ({ name, officer: 'small', act: 'propose', type: 'BudgetVired', data: vire(moves), rule }) as never;
  await refusals(t, ledger, FUND, [
    small('between two lines', { one: '-100.01', two: '100.01' }, 'over_limit'),
    small('from a line and a saving alike', { one: '-100.01', less: '-100.01' }, 'over_limit'),
    small('of an odd penny too much', { one: '-100.00', two: '100.01' }, 'over_limit'),
    small('within the limit, that does not balance', { one: '-100.00', two: '99.99' }, 'virement_not_balanced'),
  ]);
  const within = { act: 'propose', fact: { type: 'BudgetVired', data: vire({ one: '-100.00', less: '-100.00' }) } };
  const { outcome } = await ledger.done('small', within as never);
  await ledger.done('county-chief', { act: 'agree', proposal: outcome.proposal! });
});

t.test('a virement moves budget between lines, and leaves the requirement as it is', async (t) => {
  const ledger = await openedLedger(t);
  for (const name of ['one', 'two']) await ledger.post('pool-manager', 'PlanLineSet', line({ line: name }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'less', category: 'saving', amount: '300000.00' }));
  t.equal((await planOn(ledger, '2016-06-01')).requirement, '1700000.00');

  const done = await vired(ledger, { one: '-250000.00', two: '200000.00', less: '-50000.00' });
  t.match(
    done.outcome.events[1]!.sentence,
    'Budget was moved: "one" -£250,000.00, "two" +£200,000.00, "less" -£50,000.00: less is needed',
  );
  t.match(amounts(await planOn(ledger, '2016-05-31')), { one: '1000000.00', two: '1000000.00' });
  const after = await planOn(ledger, '2016-06-01');
  t.match(amounts(after), { one: '750000.00', two: '1200000.00', less: '250000.00' });
  t.equal(after.requirement, '1700000.00', 'a saving that falls adds as much as the line beside it loses');

  const propose = (name: string, rule: string, data: object) =>
    ({ name, officer: 'pool-manager', act: 'propose', type: 'BudgetVired', data, rule }) as never;
  await refusals(t, ledger, FUND, [
    propose('that does not balance', 'virement_not_balanced', vire({ one: '-1.00', two: '0.99' })),
    propose('of a line that is not there', 'reference_unknown', vire({ one: '-1.00', none: '1.00' })),
    propose('of more than there is', 'more_than_planned', vire({ one: '-750000.01', two: '750000.01' })),
    propose('of a saving below zero', 'more_than_planned', vire({ less: '-250000.01', one: '-250000.01' })),
    {
      name: 'by another partner',
      officer: 'north-ccg-chief',
      act: 'propose',
      type: 'BudgetVired',
      data: vire({ one: '-1.00', two: '1.00' }),
      rule: 'wrong_partner',
    },
  ]);
  const proposed = await ledger.done('pool-manager', {
    act: 'propose',
    fact: { type: 'BudgetVired', data: vire({ one: '-1.00', two: '1.00' }) as never },
  });
  const { proposal } = proposed.outcome;
  t.equal(await ledger.refused('pool-manager', { act: 'agree', proposal: proposal! }), 'same_officer');
  await vired(ledger, { one: '-2.00', two: '2.00' });
  t.equal(
    await ledger.refused('county-chief', { act: 'agree', proposal: proposal! }),
    'changed_since_proposed',
    'nobody signs sums that have moved',
  );
  t.same((await verify(ledger.store)).problems, []);
});

t.test('no line falls below zero on any day, whatever is moved, revised or taken back', async (t) => {
  const ledger = await openedLedger(t);
  for (const name of ['one', 'two', 'three']) await ledger.post('pool-manager', 'PlanLineSet', line({ line: name }));
  const autumn = { effective: '2016-09-01' };
  const moved = await vired(ledger, { one: '-800000.00', two: '800000.00' }, autumn);
  await vired(ledger, { two: '-1800000.00', three: '1800000.00' }, { effective: '2016-10-01' });
  const back = { effective: '2016-09-01', reverses: moved.outcome.revision, reason: 'not agreed after all' };
  const reversal = { officer: 'pool-manager', act: 'propose', type: 'FactReversed' } as const;
  await refusals(t, ledger, FUND, [
    { ...reversal, name: 'taking back what was moved on', data: back, rule: 'more_than_planned' },
  ]);
  await vired(ledger, { three: '-1000000.00', two: '1000000.00' }, { effective: '2016-10-01' });
  await ledger.signed('pool-manager', 'county-chief', 'FactReversed', back);
  t.match(amounts(await planOn(ledger, '2016-09-01')), { one: '1000000.00', two: '1000000.00' });

  await vired(ledger, { one: '-800000.00', two: '800000.00' }, autumn);
  const revise = (effective: string, now: string) => ({ effective, line: 'one', now, reason: 'less' });
  await refusals(t, ledger, FUND, [
    {
      name: 'a virement before one that stands',
      officer: 'pool-manager',
      act: 'propose',
      type: 'BudgetVired',
      data: vire({ one: '-200000.01', two: '200000.01' }),
      rule: 'more_than_planned',
    },
    {
      name: 'a revision before a virement that stands',
      officer: 'pool-manager',
      act: 'post',
      type: 'PlanLineRevised',
      data: revise('2016-06-01', '799999.99'),
      rule: 'more_than_planned',
    },
  ]);
  const early = await vired(ledger, { one: '-5.00', three: '5.00' }, { effective: '2016-05-15' });
  await ledger.post('pool-manager', 'PlanLineRevised', revise('2016-06-01', '900000.00'));
  await refusals(t, ledger, FUND, [
    {
      name: 'a virement before a revision that states what stands',
      officer: 'pool-manager',
      act: 'propose',
      type: 'BudgetVired',
      data: vire({ one: '-1.00', two: '1.00' }, { effective: '2016-05-01' }),
      rule: 'later_change_stands',
    },
    {
      ...reversal,
      name: 'taking a virement back from under a later revision of one of its lines',
      data: { effective: '2016-05-15', reverses: early.outcome.revision, reason: 'mistake' },
      rule: 'others_rest_on_it',
    },
  ]);
  const own = await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'four' }));
  await vired(ledger, { four: '-1.00', three: '1.00' });
  await refusals(t, ledger, FUND, [
    {
      name: 'taking back a line that others rest on',
      officer: 'pool-manager',
      act: 'post',
      type: 'FactReversed',
      data: { effective: '2016-04-01', reverses: own.outcome.revision, reason: 'mistake' },
      rule: 'others_rest_on_it',
    },
  ]);
  t.same((await verify(ledger.store)).problems, []);
});

t.test('a virement says what it moves, and a scheme who commissions it', async (t) => {
  const inputOf = (name: string) => KINDS.fund.byName.get(name)!.input;
  const parse = (data: object, name = 'BudgetVired') =>
    inputOf(name)
      .safeParse(data)
      .error?.issues.map((each) => each.message) ?? [];
  t.same(parse(vire({ one: '-1.00', two: '1.00' })), []);
  t.same(parse(vire({ one: '-1.00' })), ['must move money between two lines at least']);
  const bounds = 'must be pounds with exactly two places of pence, from -9999999999.99 to 9999999999.99';
  t.same(parse(vire({ one: '0.00', two: '-0.00' })), ['must not be 0.00', bounds]);
  t.same(parse(vire({ one: '9999999999.99', two: '-9999999999.99' })), []);
  t.same(parse(vire({ one: '1000000000000.00', two: '-10000000000.00' })), [bounds, bounds]);
  const twice = {
    ...vire({}),
    moves: [
      { line: 'one', change: '1.00' },
      { line: 'one', change: '-1.00' },
    ],
  };
  t.same(parse(twice), ['must name each line once']);
  const shares = line({ scheme: scheme({ commissioner: { nhs: 1, localGovernment: 1 } }) });
  t.same(parse(shares, 'PlanLineSet'), ['must add up to 10000 basis points, or to the whole in fractions']);
});

t.test('a saving lowers the requirement, and cannot save more than nothing', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.post(
    'pool-manager',
    'PlanLineSet',
    line({ line: 'efficiency', category: 'saving', amount: '300000.00', recurrent: false }),
  );
  t.match(gap(ledger, '2016-04-01'), { requirement: '700000.00', recurrentGap: '1000000.00' });
  await ledger.post('pool-manager', 'PlanLineRevised', {
    effective: '2016-05-01',
    line: 'efficiency',
    now: '100000.00',
    reason: 'less was found',
  });
  t.match(gap(ledger, '2016-05-01'), { requirement: '900000.00' });
  await ledger.post('pool-manager', 'PlanLineRevised', {
    effective: '2016-06-01',
    line: 'home-care',
    now: '0.00',
    reason: 'it ended',
  });
  t.match(gap(ledger, '2016-06-01'), { requirement: '-100000.00' });
  t.equal(
    await ledger.refused('pool-manager', {
      act: 'post',
      fact: fact('PlanLineRevised', { effective: '2016-05-15', line: 'home-care', now: '500000.00', reason: 'x' }),
    }),
    'later_change_stands',
    'a back-dated revision would make the later one untrue',
  );
  t.equal(
    await ledger.refused('pool-manager', {
      act: 'post',
      fact: fact('PlanLineRevised', { effective: '2016-04-15', line: 'efficiency', now: '0.00', reason: 'x' }),
    }),
    'later_change_stands',
    'and the same of a saving',
  );
});

t.test('a virement leaves capital capital and revenue revenue', async (t) => {
  const ledger = await openedLedger(t);
  const set = (name: string, source: string, more: object = {}) =>
    ledger.post('pool-manager', 'PlanLineSet', line({ line: name, source, amount: '1000.00', ...more }));
  await set('homes', 'DFG');
  await set('more-homes', 'DFG');
  await set('care', 'NHS_ADD');
  await set('council', 'LA_ADD');
  await set('saved', 'NHS_ADD', { category: 'saving' });
  const between = (name: string, moves: Readonly<Record<string, string>>) =>
    ({
      name,
      officer: 'pool-manager',
      act: 'propose',
      type: 'BudgetVired',
      data: vire(moves),
      rule: 'capital_and_revenue',
    }) as const;
  await refusals(t, ledger, FUND, [
    between('capital to revenue', { homes: '-200.00', care: '200.00' }),
    between('revenue to capital', { homes: '200.00', care: '-200.00' }),
    between('in part', { homes: '-200.00', care: '100.00', council: '100.00' }),
    between('nor by saving less', { homes: '-200.00', saved: '-200.00' }),
  ]);
  await vired(ledger, { homes: '-200.00', 'more-homes': '200.00' });
  await vired(ledger, { homes: '-200.00', council: '200.00' });
  await vired(ledger, { homes: '100.00', care: '100.00', council: '-200.00' });
  t.match(amounts(await planOn(ledger, '2016-06-01')), { homes: '700.00', 'more-homes': '1200.00', care: '1100.00' });
});

t.test('a line that was taken out of the plan is in it while something of it stands', async (t) => {
  const ledger = await openedLedger(t);
  const set = await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'one', amount: '1000.00' }));
  const revised = await ledger.post('pool-manager', 'PlanLineRevised', {
    effective: '2016-05-01',
    line: 'one',
    now: '1200.00',
    reason: 'need',
  });
  const reverse = (reverses: string, effective: string) =>
    ledger.post('pool-manager', 'FactReversed', { effective, reverses, reason: 'mistake' });
  await reverse(revised.outcome.revision, '2016-06-01');
  await reverse(set.outcome.revision, '2016-04-01');
  t.match(await planOn(ledger, '2016-04-30'), { requirement: '0.00', lines: [] });
  t.match(await planOn(ledger, '2016-05-31'), { requirement: '200.00', lines: [{ line: 'one', amount: '200.00' }] });
  t.match((await asked(ledger, 'monitoring', { period: '2' }))['total'], { budget: '200.00' });
  t.match(await planOn(ledger, '2016-06-01'), { requirement: '0.00', lines: [] });
});
