import t from 'tap';
import { QUERIES } from '../../src/ledger/questions/all.js';
import { asked } from '../support/asking.js';
import { acts, caseNamed, DISPUTES, settle } from '../support/disputes.js';
import { contribution, grant, line, REGISTER_STREAM, WEST } from '../support/ledger.js';
import { disputing } from '../support/rules-alone.js';

/** The choices of a form's fields. */

interface Choices {
  readonly choices: readonly { readonly value: string; readonly words: string; readonly about: string | null }[];
}

/** Each question of choices, with the names of all lists. */
const QUESTIONS = ['choices', 'dispute-choices', 'register-choices'].map((name) => {
  const { params } = QUERIES.find((each) => each.name === name)!;
  return { name, lists: (params.shape['choices'] as unknown as { readonly options: readonly string[] }).options };
});

t.test(
  'every list is given in a fund, in disputes and in the register, and is empty where there is none',
  async (t) => {
    const ledger = await disputing(t);
    await ledger.post('pool-manager', 'PlanLineSet', line());
    await acts(ledger).raise();
    /** Lists that only one kind of stream has. */
    const only: Readonly<Record<string, string>> = {
      ...{ case: 'dispute-choices', settlement: 'dispute-choices', stage: 'dispute-choices' },
      ...{ line: 'choices', condition: 'choices', 'plan-of-the-fund': 'choices' },
    };
    for (const { name, lists } of QUESTIONS) {
      t.ok(lists.includes('partner') && lists.includes('settlement'));
      for (const choices of lists) {
        const found = await asked<Choices>(ledger, name, { choices });
        if ((only[choices] ?? name) !== name) t.same(found.choices, [], `${choices} of ${name}`);
        const few = await asked<Choices>(ledger, name, { choices, among: 'nothing-of-the-kind' });
        t.ok(Array.isArray(few.choices), `${choices} of ${name}, limited`);
      }
    }
  },
);

t.test('a settlement is chosen by its name, and a stage by the protocol of its case', async (t) => {
  const ledger = await disputing(t);
  await acts(ledger).raise();
  ledger.now('2019-04-30T12:00:00Z');
  const words = async () => (await asked<Choices>(ledger, 'dispute-choices', { choices: 'case' })).choices[0]!.words;
  t.match(await words(), /; £36,400\.00 in dispute$/, 'a case is chosen by what is in dispute');
  await settle(ledger, 'spring-2019', '2019-04-30', [['one', '20000.00', '16400.00']]);
  t.same((await asked<Choices>(ledger, 'dispute-choices', { choices: 'settlement' })).choices, [
    { value: 'spring-2019', words: 'spring 2019', about: null, wordings: [] },
  ]);
  const cases = async (more: Readonly<Record<string, string>> = {}) =>
    (await asked<Choices>(ledger, 'dispute-choices', { choices: 'case', ...more })).choices.map(({ value }) => value);
  t.same(await cases(), [caseNamed('one')]);
  t.match(await words(), /; settled$/);
  t.same(await cases({ among: 'open' }), [], 'a form that settles cases offers none that a settlement has closed');
  const stages = await asked<Choices>(ledger, 'dispute-choices', { choices: 'stage' });
  t.same(
    stages.choices.map(({ value }) => value),
    ['informal', 'panel', 'chief-executives'],
  );
});

t.test(
  'officers are those of today, protocols have their titles or names, and purposes are those of a line',
  async (t) => {
    const ledger = await disputing(t);
    await ledger.signed(
      'west-district-chief',
      'west-district-finance',
      'OfficerMandated',
      { effective: '2018-01-01', until: '2018-10-31', officer: 'gone', partner: WEST, role: 'finance-officer' },
      REGISTER_STREAM,
    );
    const officers = (await asked<Choices>(ledger, 'register-choices', { choices: 'officer' })).choices;
    t.match(
      officers.find(({ value }) => value === 'west-district-chief'),
      { words: 'west-district-chief, of West District Council' },
    );
    t.notOk(officers.some(({ value }) => value === 'gone'));

    for (const more of [
      { effective: '2018-10-01', protocol: 'of-our-own' },
      { effective: '2018-10-02', protocol: 'ours-too', title: 'Ours, as it was agreed' },
    ])
      await ledger.signed(
        'county-finance',
        'north-ccg-finance',
        'DisputeProtocolAdopted',
        { stages: [{ stage: 'talks', title: 'Talks', days: 5 }], ...more },
        DISPUTES,
      );
    t.match((await asked<Choices>(ledger, 'choices', { choices: 'protocol' })).choices, [
      { value: 'three-stage', words: 'Three plain stages' },
      { value: 'of-our-own', words: 'of our own' },
      { value: 'ours-too', words: 'Ours, as it was agreed' },
    ]);

    await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'ramps', source: 'DFG' }));
    await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
    await ledger.post('county-finance', 'GrantDetermined', grant({ purposes: ['adapting-homes'] }));
    const purposes = async (given: Readonly<Record<string, string>>) =>
      (await asked<Choices>(ledger, 'choices', { choices: 'purposes-of-the-source', ...given })).choices.map(
        ({ words }) => words,
      );
    t.same(await purposes({ line: 'ramps' }), ['adapting homes']);
    t.same(await purposes({ source: 'NHS_ADD' }), []);
    t.same(await purposes({ line: 'north-extra' }), ['adapting homes'], 'what is no line decides nothing');
    t.same(await purposes({ line: 'nothing' }), ['adapting homes']);
  },
);
