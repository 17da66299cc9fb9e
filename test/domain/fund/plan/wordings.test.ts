import t from 'tap';
import type { ListName } from '../../../../src/domain/grammar/asked.js';
import { RULE_SETS, shippedRuleSet, type Coded } from '../../../../src/domain/reference/rule-sets.js';
import { calledIn, codeByRules, plain } from '../../../../src/domain/register/wordings.js';
import { decode } from '../../../../src/ledger/catalogue.js';
import { verify } from '../../../../src/ledger/audit/verify.js';
import { FUND_CHOICES } from '../../../../src/ledger/questions/choices.js';
import { SEES_ALL } from '../../../../src/ledger/questions/question.js';
import { FUND, line, openFund, REGISTER_STREAM, type TestLedger } from '../../../support/ledger.js';
import { scheme } from '../../../support/plan.js';
import { openedLedger } from '../../../support/rules-alone.js';

const LISTS = {
  schemeTypes: 'scheme types of the year',
  areasOfSpend: 'areas of spend of the year',
  providers: 'kinds of provider of the year',
} as const satisfies Record<string, ListName>;

type List = keyof typeof LISTS;

/** A text with other capitals and spaces. */
const otherwise = (text: string): string => `  ${text.toUpperCase().split('').join(' ')} `;

interface Sent {
  readonly year: string;
  readonly list: List;
  readonly each: Coded;
  readonly text: string;
}

const EVERY: readonly Sent[] = RULE_SETS.flatMap((rules) =>
  (Object.keys(LISTS) as List[]).flatMap((list) =>
    (rules[list] as readonly Coded[]).flatMap((each) =>
      calledIn(each).map((text): Sent => ({ year: rules.year, list, each, text })),
    ),
  ),
);

t.test('what a year’s templates call a code stands for it, whatever its capitals and blanks', (t) => {
  for (const { year, list, each, text } of EVERY) {
    const rules = shippedRuleSet(year);
    const sent = [text, otherwise(text), each.code, each.code.toUpperCase()];
    t.same(
      sent.map((one) => codeByRules(rules, LISTS[list], one)),
      sent.map(() => each.code),
      `${year}: ${text}`,
    );
  }
  t.equal(codeByRules(shippedRuleSet('2016-17'), 'line categories', 'Base'), 'Base', 'a list without wordings');
  t.end();
});

t.test('a wording stands for the same code in every year that knows it', (t) => {
  const codes = new Map<string, Set<string>>();
  for (const { list, each, text } of EVERY) {
    const key = `${list} ${plain(text)}`;
    codes.set(key, (codes.get(key) ?? new Set()).add(each.code));
  }
  t.same(
    [...codes].filter(([, all]) => all.size > 1),
    [],
  );
  t.end();
});

t.test('every wording says where it is from, and none is taken for proven', (t) => {
  const all = EVERY.flatMap(({ each }) => each.wordings ?? []);
  t.ok(all.length > 0);
  t.same(
    all.filter(({ evidence, proven }) => evidence === '' || proven),
    [],
  );
  t.match(
    shippedRuleSet('2016-17').providers.find(({ code }) => code === 'voluntary-sector')?.wordings,
    [{ wording: 'Charity / Voluntary Sector', evidence: /^the words: public papers, 2026/ }],
    'the words are in papers, of whatever year’s template',
  );
  t.end();
});

/** The scheme of the last event of the fund, as it is stored. */
const schemeOf = async ({ store }: TestLedger): Promise<unknown> =>
  decode((await store.readStream(`fund-${FUND}`, { after: -1n, limit: 100 })).at(-1)!).data['scheme'];

const IN_WORDS = { type: 'support  FOR Carers', areaOfSpend: 'SOCIAL care', provider: 'charity/voluntary sector' };
const IN_CODES = { type: 'carers-services', areaOfSpend: 'social-care', provider: 'voluntary-sector' };

t.test('a line that is described in a template’s words is recorded in codes', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line({ scheme: scheme(IN_WORDS) }));
  t.match(await schemeOf(ledger), IN_CODES);
  const other = { effective: '2016-05-01', line: 'home-care', reason: 'review' };
  const described = await ledger.post('pool-manager', 'PlanLineDescribed', {
    ...other,
    scheme: scheme({ ...IN_WORDS, type: 'Reablement services' }),
  });
  t.match(await schemeOf(ledger), { ...IN_CODES, type: 'home-based-intermediate-care-reablement' });
  t.match(described.outcome.events[0]!.sentence, 'home-based-intermediate-care-reablement, area social-care');
  t.same((await verify(ledger.store)).problems, []);
});

t.test('the choices of a field say what the year’s template calls each', async (t) => {
  const ledger = await openedLedger(t);
  const chosenFrom = async (choices: string): Promise<readonly object[]> => {
    const found = await FUND_CHOICES.run(ledger.ledger, { fund: FUND, choices }, SEES_ALL);
    return (found as { choices: readonly { readonly value: string }[] }).choices;
  };
  t.match(
    (await chosenFrom('scheme-types-of-the-year')).find((each) => 'value' in each && each.value === 'carers-services'),
    { words: 'Carers Services', about: null, wordings: ['Support for carers'] },
  );
  t.match((await chosenFrom('areas-of-spend-of-the-year'))[0], { value: 'acute', wordings: [] });
  t.match((await chosenFrom('line-categories'))[0], { value: 'base', wordings: [] });
});

t.test('what another year’s template says is refused in the words of this year’s', async (t) => {
  const ledger = await openedLedger(t);
  const refusedAs = async (fund: string, effective: string, more: Readonly<Record<string, unknown>>) =>
    (await ledger.submit(
      'pool-manager',
      { act: 'post', fact: { type: 'PlanLineSet', data: line({ effective, scheme: scheme(more) }) as never } },
      { in: fund },
    )) as unknown as { readonly rule: string; readonly detail: string };
  t.match(await refusedAs(FUND, '2016-04-01', { type: 'Support to carers, including unpaid carers' }), {
    rule: 'scheme_not_in_rules',
    detail:
      '"Support to carers, including unpaid carers" is no type of scheme of 2016-17. The templates of other years say so; in 2016-17 it is “Carers Services” or “Support for carers” (carers-services).',
  });
  t.match(
    await refusedAs(FUND, '2016-04-01', { type: 'Discharge support and infrastructure' }),
    {
      rule: 'scheme_not_in_rules',
      detail: /is no type of scheme of 2016-17\. Use .*“Carers Services” or “Support for carers” \(carers-services\)/,
    },
    'a type that the year has not',
  );
  t.match(await refusedAs(FUND, '2016-04-01', { areaOfSpend: 'Outer space' }), {
    rule: 'scheme_not_in_rules',
    detail: /^"Outer space" is no area of spend of 2016-17\. Use “Acute” \(acute\), “Mental Health” \(mental-health\)/,
  });
  await openFund(ledger, '2019-20');
  t.match(await refusedAs('testshire-2019-20', '2019-04-01', { type: '7 day working' }), {
    detail: /^"7 day working" is no type of scheme of 2019-20\. Use /,
  });
});

t.test('a publication says what its codes are called, and its wordings hold from its day on', async (t) => {
  const ledger = await openedLedger(t);
  const rules = {
    effective: '2016-05-01',
    year: '2016-17',
    planNeeded: true,
    uplifts: [],
    schemeTypes: [{ code: 'carers', name: 'Carers', wordings: ['Help for those who care'] }],
    areasOfSpend: [{ code: 'community-health', name: 'Community health', counts: 'out-of-hospital' }],
    providers: [{ code: 'trusts', name: 'Trusts' }],
    dueDates: [],
    conditions: [],
    publication: 'The template of 2016-17',
  };
  for (const [list, more] of [
    ['schemeTypes', {}],
    ['areasOfSpend', { counts: 'none' }],
    ['providers', {}],
  ] as const) {
    for (const other of [
      { code: 'same', name: 'Another' },
      { code: 'other', name: 'SA me' },
    ]) {
      const data = {
        ...rules,
        [list]: [
          { code: 'one', name: 'Same', ...more },
          { ...other, ...more },
        ],
      } as never;
      const published = ledger.refused(
        'registrar',
        { act: 'post', fact: { type: 'RuleSetPublished', data } },
        { in: REGISTER_STREAM },
      );
      t.equal(await published, 'called_the_same', `${list}: “Same” would be ${other.code} too`);
    }
  }
  await ledger.post('registrar', 'RuleSetPublished', rules, REGISTER_STREAM);
  const sent = { type: 'HELP for those who care', areaOfSpend: 'community health', provider: 'trusts' };
  const post = (effective: string, more: object) =>
    ledger.submit('pool-manager', {
      act: 'post',
      fact: { type: 'PlanLineSet', data: line({ effective, scheme: scheme({ ...sent, ...more }) }) as never },
    });
  t.match(await post('2016-04-30', {}), { rule: 'scheme_not_in_rules' }, 'the day before');
  t.match(await post('2016-05-01', { type: 'Support for carers' }), {
    rule: 'scheme_not_in_rules',
    detail: '"Support for carers" is no type of scheme of 2016-17. Use “Carers” or “Help for those who care” (carers).',
  });
  t.match(await post('2016-05-01', {}), { replayed: false });
  t.match(await schemeOf(ledger), { type: 'carers', areaOfSpend: 'community-health', provider: 'trusts' });
});
