import t from 'tap';
import { SEES_ALL } from '../../../src/ledger/questions/question.js';
import { moneyText, pence } from '../../../src/domain/money.js';
import { Refusal } from '../../../src/domain/rules.js';
import { GRANT_SERIES } from '../../../src/domain/reference/grant-series.js';
import { NATIONAL_TOTALS } from '../../../src/domain/reference/national-totals.js';
import { RULE_SETS, shippedRuleSet } from '../../../src/domain/reference/rule-sets.js';
import { uplifted, upliftChecks } from '../../../src/domain/reference/uplift.js';
import { knownAtInstant } from '../../../src/domain/calendar.js';
import { QUERIES } from '../../../src/ledger/questions/all.js';
import { verify } from '../../../src/ledger/audit/verify.js';
import { COUNTY, NORTH, refusals, REGISTER_STREAM, type TestLedger } from '../../support/ledger.js';
import { allocation, publish } from '../../support/plan.js';
import { told } from '../../support/told.js';
import { openedLedger } from '../../support/rules-alone.js';

const ruleSet = (more: Readonly<Record<string, unknown>> = {}) => ({
  effective: '2016-03-01',
  year: '2016-17',
  planNeeded: true,
  uplifts: [{ of: 'nhs-minimum', percent: '2.5' }],
  schemeTypes: [{ code: 'home-care', name: 'Home care' }],
  areasOfSpend: [
    { code: 'social-care', name: 'Social care', counts: 'social-care' },
    { code: 'community-health', name: 'Community health', counts: 'out-of-hospital' },
  ],
  providers: [{ code: 'nhs-community', name: 'NHS community' }],
  dueDates: [{ what: 'Plan', day: '2016-05-03' }],
  conditions: ['A joint plan'],
  publication: 'Test rules',
  ...more,
});

async function ask(
  ledger: TestLedger,
  name: string,
  asked: Readonly<Record<string, unknown>> = {},
): Promise<Record<string, unknown>> {
  const answer = await QUERIES.find((each) => each.name === name)!.run(ledger.ledger, asked, SEES_ALL);
  if (answer instanceof Refusal) throw new Error(answer.detail);
  return answer;
}

t.test('an uplift is worked out exactly and rounded once, half to even', async (t) => {
  t.equal(moneyText(uplifted(pence('4263000000.00'), '5.66')), '4504285800.00', 'published as £4,504.3 million');
  t.equal(moneyText(uplifted(pence('0.50'), '1')), '0.50', 'half a penny goes to the even one: down');
  t.equal(moneyText(uplifted(pence('1.50'), '1')), '1.52', 'and up');
  t.equal(moneyText(uplifted(pence('100.00'), '-1.79')), '98.21');
  t.match(
    upliftChecks().map(({ year, amount, stated }) => [year, moneyText(amount), moneyText(stated)]),
    [
      ['2021-22', '4262544000.00', '4263000000.00'],
      ['2022-23', '4504285800.00', '4504000000.00'],
      ['2023-24', '4758926400.00', '4759000000.00'],
      ['2024-25', '5028359400.00', '5028000000.00'],
    ],
  );
});

t.test('what is shipped says where each figure is from, and what is not proven', async (t) => {
  const total = (year: string, figure: string) =>
    NATIONAL_TOTALS.find((each) => each.year === year && each.figure === figure);
  t.match(total('2020-21', 'nhs-minimum'), {
    amount: '4048000000.00',
    proven: true,
    evidence: /^GOV\.UK, Better Care Fund policy statement 2020-21$/,
  });
  t.match(total('2017-18', 'nhs-minimum'), {
    amount: '3582000000.00',
    proven: false,
    evidence: /not confirmed in a source/,
  });
  t.match(total('2026-27', 'nhs-minimum'), { amount: null, evidence: 'not found', proven: false });
  t.match(total('2016-17', 'ibcf'), { amount: null, evidence: /none in that year/, proven: true });
  t.equal(new Set(NATIONAL_TOTALS.map((each) => each.year)).size, 13, '2014-15 to 2026-27');
  for (const each of [...NATIONAL_TOTALS, ...GRANT_SERIES]) {
    t.match(each.evidence, /^[^[\]]+$/, each.year);
    t.notMatch(each.evidence, 'undefined', each.year);
  }

  const dfg = (of: string) => GRANT_SERIES.filter((each) => each.of === of);
  t.match(dfg('Norfolk')[2], { year: '2017-18', amount: '6923659.00' });
  t.match(dfg('King’s Lynn and West Norfolk')[2], { year: '2017-18', amount: '1352170.00' });
  t.match(dfg('Norfolk').at(-1), { year: '2024-25', amount: '11363321.00' });

  t.equal(shippedRuleSet('2020-21').planNeeded, false, 'the year without a plan');
  t.ok(RULE_SETS.filter((each) => each.year !== '2020-21').every((each) => each.planNeeded));
  t.match(shippedRuleSet('2016-17').dueDates[1], { what: 'Plan, final submission', day: '2016-05-03', proven: true });
  t.match(shippedRuleSet('2016-17').dueDates[2], { day: '2016-06-30', proven: false });
  t.equal(shippedRuleSet('2030-31').year, '2026-27', 'a year to come goes by the last that is known');
  t.equal(shippedRuleSet('2013-14').year, '2015-16');
  t.match(
    shippedRuleSet('2019-20').areasOfSpend.map(({ code, counts }) => `${code} ${counts}`),
    [
      'acute none',
      'mental-health out-of-hospital',
      'community-health out-of-hospital',
      'continuing-care out-of-hospital',
      'primary-care out-of-hospital',
      'social-care social-care',
      'other out-of-hospital',
    ],
  );
  t.ok(shippedRuleSet('2019-20').schemeTypes.some((each) => each.code === 'home-based-intermediate-care-reablement'));
});

t.test('an allocation is revised by one that names it, and earlier states of knowledge keep it', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2016-03-10T09:00:00Z');
  const first = await publish(ledger, allocation({ minima: undefined }));
  t.match(
    first.outcome.events[0]!.sentence,
    'For testshire in 2016-17, north-ccg is allocated £10,000,000.00 of NHS_MIN (Test allocations 2016-17).',
  );
  ledger.now('2016-07-01T09:00:00Z');
  const { revision } = first.outcome;
  const second = await publish(
    ledger,
    allocation({ effective: '2016-06-01', amount: '11000000.00', revises: revision }),
  );
  t.match(second.outcome.events[0]!.sentence, /at least £3,000,000.00 for social care and £2,000,000.00 for NHS/);
  t.match(second.outcome.events[0]!.sentence, `in place of revision ${revision}).`);

  const on = async (day: string, knownAt?: string) => {
    const { allocations } = await ask(ledger, 'allocations', {
      on: day,
      ...(knownAt && { 'known-at': knownAtInstant(knownAt) }),
    });
    return (allocations as { amount: string; revises: string | null }[]).map((each) => each.amount);
  };
  t.same(await on('2016-03-31'), [], 'not in force yet');
  t.same(await on('2016-05-31'), ['10000000.00'], 'until the day of the revision');
  t.same(await on('2016-06-01'), ['11000000.00']);
  t.same(await on('2016-06-01', '2016-06-30'), ['10000000.00'], 'as known before it was published');
  t.same(await on('2016-06-01', '2016-03-01'), []);

  const { allocations } = await ask(ledger, 'allocations', { area: 'testshire', year: '2016-17' });
  told(t, allocations, [
    {
      payer: NORTH,
      source: 'NHS_MIN',
      minima: { socialCare: '3000000.00' },
      revises: revision,
      revision: second.outcome.revision,
      evidence: [],
    },
  ]);
  await publish(ledger, allocation({ year: '2017-18', effective: '2017-04-01', minima: undefined }));
  const all = (await ask(ledger, 'allocations'))['allocations'] as { year: string }[];
  t.same(
    all.map((each) => each.year),
    ['2016-17', '2017-18'],
    'left out, the day is the nearest of each year',
  );
  const unknown = await ask(ledger, 'allocations', { 'known-at': knownAtInstant('2013-04-01') });
  told(t, unknown, { allocations: [], ledger: { size: 0, position: null } }, 'before the ledger was opened');
  await t.rejects(ask(ledger, 'allocations', { area: 'elsewhere' }), /The ledger has nothing of elsewhere/);
  t.same((await ask(ledger, 'allocations', { year: '2018-19' }))['allocations'], []);
  t.same((await verify(ledger.store)).problems, []);
});

t.test('allocations that do not fit are refused', async (t) => {
  const ledger = await openedLedger(t);
  const { revision } = (await publish(ledger, allocation())).outcome;
  const refused = (name: string, rule: string, data: object) =>
    ({ name, officer: 'registrar', act: 'post', type: 'AllocationPublished', data, rule }) as never;
  await refusals(t, ledger, REGISTER_STREAM, [
    refused('a second', 'publication_stands', allocation({ publication: 'again' })),
    refused('one that revises another', 'publication_stands', allocation({ revises: '0' })),
    refused('one that revises nothing', 'reference_unknown', allocation({ year: '2017-18', revises: '0' })),
    refused('an earlier revision', 'before_it_began', allocation({ effective: '2016-03-31', revises: revision })),
    refused('an unknown payer', 'partner_unknown', allocation({ payer: 'nobody' })),
    refused('an unknown source', 'source_unknown', allocation({ source: 'GOLD' })),
    refused('a source of other years', 'source_not_in_force', allocation({ payer: COUNTY, source: 'IBCF' })),
    refused('a payer of the other sector', 'source_wrong_sector', allocation({ payer: COUNTY })),
    refused('minima of a grant', 'minima_do_not_fit', allocation({ payer: COUNTY, source: 'DFG' })),
    refused(
      'a minimum above the allocation',
      'minima_do_not_fit',
      allocation({ year: '2017-18', minima: { socialCare: '0.00', outOfHospital: '10000000.01' } }),
    ),
    {
      name: 'another officer than the keeper’s',
      officer: 'north-ccg-chief',
      act: 'post',
      type: 'AllocationPublished',
      data: allocation({ year: '2017-18' }),
      rule: 'wrong_partner',
    },
  ]);
  await publish(ledger, allocation({ source: 'UNSTATED', minima: undefined }));
});

t.test('published rules take the place of those shipped, from their day and for those who know them', async (t) => {
  const ledger = await openedLedger(t);
  const shipped = await ask(ledger, 'rule-set', { year: '2016-17' });
  t.match(shipped['ruleSet'], { published: null, proven: false, rulesOf: '2016-17' });

  ledger.now('2016-03-15T09:00:00Z');
  const post = (data: object) => ledger.post('registrar', 'RuleSetPublished', data as never, REGISTER_STREAM);
  const first = await post(ruleSet());
  t.match(
    first.outcome.events[0]!.sentence,
    'The rules of 2016-17 were published (Test rules): a plan is needed; types of scheme: 1, areas of spend: 2, due dates: 1.',
  );
  const { revision } = first.outcome;
  const second = await post(ruleSet({ effective: '2016-09-01', planNeeded: false, revises: revision }));
  t.match(second.outcome.events[0]!.sentence, /in place of revision \d+\): no plan is needed/);
  t.equal(
    await ledger.refused(
      'registrar',
      { act: 'post', fact: { type: 'RuleSetPublished', data: ruleSet() as never } },
      { in: REGISTER_STREAM },
    ),
    'publication_stands',
  );
  await post(ruleSet({ year: '2040-41' }));

  const on = async (day: string, knownAt?: string) =>
    (
      await ask(ledger, 'rule-set', {
        year: '2016-17',
        on: day,
        ...(knownAt && { 'known-at': knownAtInstant(knownAt) }),
      })
    )['ruleSet'] as { planNeeded: boolean; published: string | null };
  t.match(await on('2016-02-29'), { published: null });
  t.match(await on('2016-08-31'), {
    published: revision,
    planNeeded: true,
    proven: true,
    evidence: 'Test rules',
    uplifts: [{ of: 'nhs-minimum', percent: '2.5', proven: true }],
    dueDates: [{ what: 'Plan', day: '2016-05-03', evidence: 'Test rules' }],
    conditions: [{ words: 'A joint plan' }],
  });
  t.match(await on('2016-09-01'), { planNeeded: false });
  t.match(await on('2016-09-01', '2016-03-01'), { published: null });

  const years = (await ask(ledger, 'rule-sets'))['ruleSets'] as { year: string }[];
  t.equal(years.at(-1)!.year, '2040-41');
  t.match((await ask(ledger, 'rule-set', { year: '2045-46' }))['ruleSet'], { year: '2045-46', rulesOf: '2026-27' });
  t.same((await verify(ledger.store)).problems, []);
});
