import t from 'tap';
import type { z } from 'zod';
import { allFacts } from '../../../src/ledger/catalogue.js';
import { namingsIn } from '../../../src/domain/grammar/naming.js';
import { refuse, type Refusal } from '../../../src/domain/rules.js';
import { verify } from '../../../src/ledger/audit/verify.js';
import { load, LoadStopped, planLoad } from '../../../src/ledger/acts/load.js';
import type { Done, Submission } from '../../../src/ledger/acts/submission.js';
import { OutcomeUnknown, StoreBusy, StoreUnavailable } from '../../../src/store/event-store.js';
import {
  contribution,
  COUNTY,
  emptyLedger,
  FUND,
  LEDGER_OPENED,
  line,
  openedLedger,
  REGISTER_STREAM,
  type TestLedger,
} from '../../support/ledger.js';
import { scheme } from '../../support/plan.js';

let files = 0;
const file = (steps: readonly object[], name = `acts-${++files}.json`) => ({
  name,
  content: { title: 'Acts', about: 'A test.', steps },
});
const into = ({ ledger, clock }: TestLedger) => ({ ledger, clock, signedInBy: 'file' });
const set = (name: string, more: object = {}) => ({
  officer: 'pool-manager',
  in: FUND,
  post: { type: 'PlanLineSet', data: line({ line: name }) },
  ...more,
});

async function stops(
  t: Parameters<typeof openedLedger>[0],
  ledger: TestLedger,
  steps: readonly object[],
  message: RegExp,
): Promise<void> {
  const head = await ledger.store.head();
  await t.rejects(async () => load(planLoad([file(steps)]), into(ledger)), { name: 'LoadStopped', message });
  t.equal(await ledger.store.head(), head);
}

t.test('a file of acts is loaded step by step, by the officers it names, and once', async (t) => {
  const ledger = await openedLedger(t);
  const offer = {
    officer: 'north-ccg-finance',
    in: FUND,
    propose: { type: 'ContributionAgreed', data: contribution() },
  };
  const steps = [
    set('first'),
    { ...offer, as: 'offer', conditions: 'the plan is approved', expires: '2016-04-30' },
    {
      officer: 'county-finance',
      in: FUND,
      counter: 'offer',
      with: { type: 'ContributionAgreed', data: contribution({ amount: '2.00' }) },
    },
    {
      officer: 'north-ccg-chief',
      in: FUND,
      agree: 'offer',
      as: 'agreed',
      evidence: [{ reference: 'minutes' }],
      synthetic: 'the day',
    },
    {
      officer: 'north-ccg-finance',
      in: FUND,
      propose: { type: 'FactReversed', data: { effective: '2016-04-01', reverses: '@agreed', reason: 'x' } },
      as: 'reversal',
    },
    { officer: 'county-finance', in: FUND, decline: 'reversal', reason: 'no' },
    { ...offer, propose: { type: 'ContributionAgreed', data: contribution({ contribution: 'second' }) }, as: 'second' },
    { officer: 'north-ccg-finance', in: FUND, withdraw: 'second', reason: 'no' },
  ];
  const seen: number[] = [];
  const planned = planLoad([file(steps)]);
  t.same(await load(planned, { ...into(ledger), onStep: (done) => seen.push(done) }), {
    recorded: 8,
    replayed: 0,
    warnings: [],
  });
  t.same(seen, [1, 2, 3, 4, 5, 6, 7, 8]);
  t.same(await load(planned, into(ledger)), { recorded: 0, replayed: 8, warnings: [] });
  const entries = await ledger.ledger.entries(`fund-${FUND}`, ledger.ledger.model.size());
  t.same(entries.find((each) => each.type === 'ContributionAgreed')?.evidence, [
    { reference: 'minutes' },
    { reference: 'synthetic: the day' },
  ]);
});

t.test('a period that is closed is adjusted from a file too', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2016-05-01T09:00:00Z');
  await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', { period: 1, effective: '2016-04-30' });
  const adjustment = { reason: 'late' };
  const late = { type: 'PlanLineSet', data: line() };
  await load(
    planLoad([
      file([
        { officer: 'pool-manager', in: FUND, propose: late, adjustment, as: 'late' },
        { officer: 'county-finance', in: FUND, agree: 'late' },
      ]),
    ]),
    into(ledger),
  );
  await stops(
    t,
    ledger,
    [{ officer: 'pool-manager', in: FUND, post: { type: 'PlanLineSet', data: line({ line: 'b' }) }, adjustment }],
    /signature_needed/,
  );
});

t.test('wherever a fact names an event by its revision, a label stands for it', async (t) => {
  const isRevision = (schema: z.ZodType): boolean =>
    ['0', '17'].every((text) => schema.safeParse(text).success) &&
    ['x', '-1', '01'].every((text) => !schema.safeParse(text).success);
  for (const { fact } of allFacts()) {
    for (const [name, schema] of Object.entries(fact.input.shape)) {
      const naming = namingsIn(fact.input, { [name]: '17' })[0]?.named;
      t.equal(naming === 'event', isRevision(schema as z.ZodType), `${fact.name}: ${name}`);
    }
  }

  const ledger = (await openedLedger(t)).now('2017-05-10T09:00:00Z');
  const accrual = { effective: '2017-03-31', period: 12, line: 'care', amount: '5.00', reason: 'late invoice' };
  const invoice = { effective: '2017-04-10', line: 'care', net: '5.00', vat: '0.00', recoverable: '0.00' };
  const step = (type: string, data: object, more: object = {}) => ({
    officer: 'county-finance',
    in: FUND,
    post: { type, data },
    ...more,
  });
  const steps = [
    set('care'),
    step('AccrualPosted', accrual, { as: 'owed' }),
    step('ExpenditureRecorded', { ...invoice, reference: 'INV', settles: '@owed' }),
  ];
  t.match(await load(planLoad([file(steps)]), into(ledger)), { recorded: 3 });
});

t.test('a load stops at the first step that is refused, and says which and why', async (t) => {
  const ledger = await openedLedger(t);
  await stops(
    t,
    ledger,
    [set('a', { officer: 'stranger' })],
    /^acts-\d+.json, step 1: stranger holds no mandate.*\(not_mandated\) Ask your partner’s registrar to record a mandate\.$/,
  );
  await stops(t, ledger, [set('a', { in: 'register' })], /"PlanLineSet" is not a fact of a register/);
  await stops(
    t,
    ledger,
    [{ ...set('a'), post: { type: 'PlanLineSet', data: { line: 5 } } }],
    /PlanLineSet is not as it must be/,
  );
  await stops(
    t,
    ledger,
    [{ officer: 'county-finance', in: FUND, agree: 'nothing' }],
    /no earlier step of this file is labelled "nothing"/,
  );
  await stops(
    t,
    ledger,
    [set('a'), { officer: 'county-finance', in: FUND, counter: 'x' }],
    /step 2, with: is missing: "counter" needs it/,
  );
  for (const act of ['decline', 'withdraw']) {
    await stops(
      t,
      ledger,
      [{ officer: 'county-finance', in: FUND, [act]: 'x' }],
      new RegExp(`step 1, reason: is missing: "${act}" needs it`),
    );
  }
  await stops(t, ledger, [set('a', { amout: '1.00' })], /step 1, amout: no such field/);
  await stops(
    t,
    ledger,
    [{ ...set('a'), post: { type: 'PlanLineSet', data: { ...line(), recurrent: undefined } } }],
    /data.recurrent: is missing: true or false/,
  );
  await load(planLoad([file([set('kept', { as: 'kept' })])]), into(ledger));
  await stops(
    t,
    ledger,
    [set('c', { as: 'c' }), { officer: 'county-finance', in: FUND, agree: 'c' }],
    /step 2: the step labelled "c" is not a proposal/,
  );
  const reversal = { type: 'FactReversed', data: { effective: '2016-04-01', reverses: '@later', reason: 'x' } };
  await stops(
    t,
    ledger,
    [{ officer: 'county-finance', in: FUND, post: reversal }, set('d', { as: 'later' })],
    /step 1: no earlier step of this file is labelled "later"/,
  );
});

t.test('a file that is no file of acts is named, with what is wrong', async (t) => {
  for (const [content, message] of [
    [{}, /it is not a file of acts.\ntitle: is missing: it must be text/],
    ['acts', /the file: must be fields in braces/],
    [{ title: 'a', steps: {} }, /steps: must be a list/],
    [{ title: 'a', about: 'b', steps: [] }, /steps/],
    [{ title: 'a', about: 'b', steps: [{ officer: 'x', in: FUND }] }, /must do exactly one of post, propose/],
    [{ title: 'a', about: 'b', steps: [set('a', { at: '27 May' })] }, /UTC instant/],
  ] as const) {
    t.throws(() => planLoad([{ name: 'bad.json', content }]), message);
    t.throws(() => planLoad([{ name: 'bad.json', content }]), LoadStopped);
  }
  t.throws(
    () => planLoad([file([set('a', { at: '2016-03-02T09:00:00Z' }), set('b')])]),
    /step 2: it has no recorded instant, but others have/,
  );
});

t.test('only a demonstration takes its recorded instants from a file, and only forwards', async (t) => {
  const opening = (demonstration: boolean) => ({
    at: '2015-03-01T09:00:00Z',
    officer: 'registrar',
    in: 'register',
    post: { type: 'LedgerOpened', data: { ...LEDGER_OPENED, effective: '2015-01-01', demonstration } },
  });
  const real = await emptyLedger(t);
  await stops(t, real, [opening(false)], /recorded_clock_refused/);
  const demonstration = await emptyLedger(t);
  await stops(
    t,
    demonstration,
    [opening(true), { ...set('early'), at: '2015-02-28T09:00:00Z' }],
    /step 2: 2015-02-28T09:00:00Z is before the ledger is opened\. .* the first is the one that opens the ledger\. \(ledger_not_open\)/,
  );
  const open = (at: string) => ({
    at,
    officer: 'pool-manager',
    in: FUND,
    post: {
      type: 'FundOpened',
      data: {
        effective: '2016-04-01',
        area: 'testshire',
        year: '2016-17',
        host: 'county',
        partners: ['county', 'north-ccg'],
      },
    },
  });
  const other = {
    at: '2015-03-02T09:00:00Z',
    officer: 'registrar',
    in: 'register',
    post: {
      type: 'PartnerRegistered',
      data: {
        effective: '2015-01-01',
        partner: 'north-ccg',
        name: 'North',
        kind: 'ccg',
        officers: [
          { officer: 'a', role: 'finance-officer' },
          { officer: 'b', role: 'auditor' },
        ],
      },
    },
  };
  const planned = planLoad([file([open('2016-02-01T09:00:00Z')], 'b.json'), file([opening(true), other], 'a.json')]);
  t.same(
    planned.map((each) => each.where),
    ['a.json, step 1', 'a.json, step 2', 'b.json, step 1'],
    'in the order of their instants',
  );
  t.same(await load(planned, into(demonstration)), { recorded: 3, replayed: 0, warnings: [] });
  t.match(demonstration.ledger.model.prefix(Date.parse('2015-12-31T00:00:00Z') as never), { size: 2 });
  await stops(t, demonstration, [set('early', { at: '2016-01-01T09:00:00Z' })], /recorded instants never go back/);
});

t.test('an offer made before a period closed is signed from a file as an adjustment', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2016-05-01T09:00:00Z');
  const chief = { officer: 'county-chief', in: FUND };
  await load(
    planLoad([
      file([
        {
          officer: 'north-ccg-finance',
          in: FUND,
          propose: { type: 'ContributionAgreed', data: contribution() },
          as: 'offer',
        },
        {
          officer: 'pool-manager',
          in: FUND,
          propose: { type: 'PeriodClosed', data: { period: 1, effective: '2016-04-30' } },
          as: 'close',
        },
        { ...chief, agree: 'close' },
        { ...chief, agree: 'offer', adjustment: { reason: 'offered before' } },
      ]),
    ]),
    into(ledger),
  );
});

t.test('the same step is the same act, whatever its file is called', async (t) => {
  const ledger = await openedLedger(t);
  const same = set('twice');
  t.same(await load(planLoad([file([same])]), into(ledger)), {
    recorded: 1,
    replayed: 0,
    warnings: [],
  });
  t.same(
    await load(planLoad([file([same])]), into(ledger)),
    { recorded: 0, replayed: 1, warnings: [] },
    'whatever the file is called',
  );
  await t.rejects(
    load(planLoad([file([same, set('twice', { as: 'again' })])]), into(ledger)),
    /identifier_used.*The 1 before it stand/,
  );
});

t.test('a step that is written otherwise is the same act: nothing is recorded twice', async (t) => {
  const ledger = await openedLedger(t);
  const stated = {
    effective: '2016-04-01',
    claimant: 'Press',
    statedOn: '2016-02-09',
    amount: '2000000.00',
    basis: 'a report',
  };
  const step = { officer: 'county-finance', in: FUND, post: { type: 'GapStated', data: stated } };
  t.match(await load(planLoad([file([step])]), into(ledger)), { recorded: 1, replayed: 0 });
  for (const [what, other] of [
    ['a label', { ...step, as: 'gap' }],
    ['a blank at the end', { ...step, post: { type: 'GapStated', data: { ...stated, basis: ' a report ' } } }],
    ['an empty list of documents', { ...step, evidence: [] }],
    ['the partner that was understood', { ...step, partner: COUNTY }],
    ['a colleague', { ...step, officer: 'pool-manager' }],
  ] as const) {
    t.match(await load(planLoad([file([other])]), into(ledger)), { recorded: 0, replayed: 1 }, what);
  }
  const theirs = { ...step, officer: 'north-ccg-finance' };
  const found = await load(planLoad([file([theirs])]), into(ledger)).catch((error: unknown) => error);
  t.notMatch(found, { replayed: 1 }, 'what another body says in the same words is its own');
  t.match(
    await load(planLoad([file([step, { ...step, as: 'twice' }])]), into(ledger)),
    { recorded: 1, replayed: 1 },
    'said twice in one file, it is two acts',
  );
});

t.test('steps that refer to others are known again by what those are, whatever their labels', async (t) => {
  const ledger = await openedLedger(t);
  const steps = (label: string) => [
    {
      officer: 'north-ccg-finance',
      in: FUND,
      as: label,
      propose: { type: 'ContributionAgreed', data: contribution() },
    },
    { officer: 'county-finance', in: FUND, agree: label },
  ];
  t.match(await load(planLoad([file(steps('offer'))]), into(ledger)), { recorded: 2, replayed: 0 });
  t.match(await load(planLoad([file(steps('other-name'))]), into(ledger)), { recorded: 0, replayed: 2 });
});

t.test('what an earlier program loaded is known again', async (t) => {
  const ledger = await openedLedger(t);
  const [planned] = planLoad([file([set('early')])]);
  await ledger.submit(
    'pool-manager',
    { act: 'post', fact: { type: 'PlanLineSet', data: line({ line: 'early' }) as never } },
    { key: planned!.formerKey },
  );
  t.match(await load([planned!], into(ledger)), { recorded: 0, replayed: 1 });
});

t.test('a busy client beside it delays a load and does not stop it', async (t) => {
  const ledger = await openedLedger(t);
  const { submit } = ledger.ledger;
  const steps = [set('one'), set('two'), set('three')];
  type Meet = () => Refusal;
  const meets: readonly Meet[] = [
    () => refuse('conflict', 'Others posted to it 12 times in between.'),
    () => {
      throw new StoreBusy('another process is writing');
    },
    () => {
      throw new OutcomeUnknown('no answer within 5000 ms');
    },
  ];
  const busy = (met: Meet[] = [...meets, ...meets]) => ({
    ...into(ledger),
    ledger: { ...ledger.ledger, submit: async (step: Submission) => met.shift()?.() ?? submit(step) },
  });
  t.match(await load(planLoad([file(steps)]), busy()), { recorded: 3, replayed: 0 });
  const impatient = (meet: Meet) => load(planLoad([file([set('four')])]), { ...busy([meet, meet]), patienceMs: 0 });
  await t.rejects(impatient(meets[0]!), { name: 'LoadStopped', message: /12 times/ });
  await t.rejects(impatient(meets[1]!), { name: 'StoreBusy' });
  await t.rejects(
    load(
      planLoad([file([set('five')])]),
      busy([
        () => {
          throw new StoreUnavailable('the disk is full');
        },
      ]),
    ),
    { name: 'StoreUnavailable' },
    'what does not pass is told at once',
  );
});

t.test('instalments by rule are the same step as one that names each, and are recorded one by one', async (t) => {
  const ledger = await openedLedger(t);
  const offered = (instalments: unknown) => ({
    officer: 'north-ccg-finance',
    in: FUND,
    propose: { type: 'ContributionAgreed', data: { ...contribution({ amount: '100.00' }), instalments } },
  });
  const byRule = offered({ every: 'quarter', from: '2016-04-15', of: '100.00' });
  t.match(await load(planLoad([file([byRule])]), into(ledger)), { recorded: 1, replayed: 0 });
  const each = ['2016-04-15', '2016-07-15', '2016-10-15', '2017-01-15'].map((due) => ({ due, amount: '25.00' }));
  t.match(await load(planLoad([file([offered(each)])]), into(ledger)), { recorded: 0, replayed: 1 });
  const [proposal] = [...ledger.ledger.model.stream('fund', `fund-${FUND}`).open.values()];
  t.same(proposal!.fact.data['instalments'], each);
});

t.test('a step in a template’s words is the step in codes, also where a file publishes the words itself', async (t) => {
  const ledger = await openedLedger(t);
  const described = (more: Readonly<Record<string, unknown>>, effective = '2016-05-01') => ({
    officer: 'pool-manager',
    in: FUND,
    post: {
      type: 'PlanLineDescribed',
      data: { effective, line: 'home', scheme: scheme(more), reason: 'as the template says' },
    },
  });
  const words = { type: 'SUPPORT for carers', areaOfSpend: 'Community  Health', provider: 'NHS Community Provider' };
  const codes = { type: 'carers-services', areaOfSpend: 'community-health', provider: 'nhs-community' };
  t.match(await load(planLoad([file([set('home'), described(words)])]), into(ledger)), { recorded: 2 });
  for (const again of [words, codes, { ...codes, provider: ' nhs  community provider' }])
    t.match(await load(planLoad([file([described(again)])]), into(ledger)), { recorded: 0, replayed: 1 });

  const rules = {
    effective: '2016-08-01',
    year: '2016-17',
    planNeeded: true,
    uplifts: [],
    schemeTypes: [{ code: 'carers-services', name: 'Carers', wordings: ['Those who care'] }],
    areasOfSpend: [{ code: 'community-health', name: 'Community health', counts: 'out-of-hospital' }],
    providers: [{ code: 'nhs-community', name: 'NHS community' }],
    dueDates: [],
    conditions: [],
    publication: 'The template',
  };
  const published = { officer: 'registrar', in: REGISTER_STREAM, post: { type: 'RuleSetPublished', data: rules } };
  const inItsWords = [published, described({ ...codes, type: 'Those who care' }, '2016-08-02')];
  t.match(await load(planLoad([file(inItsWords)]), into(ledger)), { recorded: 2, replayed: 0 });
  t.match(await load(planLoad([file(inItsWords)]), into(ledger)), { recorded: 0, replayed: 2 });
  t.match(await load(planLoad([file([described(codes, '2016-08-02')])]), into(ledger)), { recorded: 0, replayed: 1 });
  t.same((await verify(ledger.store)).problems, []);
});

/** Rules of 2016-17 with these names for types of scheme. */
const rulesCalling = (schemeTypes: readonly object[], more: object = {}) => ({
  effective: '2016-04-01',
  year: '2016-17',
  planNeeded: true,
  uplifts: [],
  schemeTypes,
  areasOfSpend: [{ code: 'community-health', name: 'Community health', counts: 'out-of-hospital' }],
  providers: [{ code: 'nhs-community', name: 'NHS community' }],
  dueDates: [],
  conditions: [],
  publication: 'The template',
  ...more,
});
const WITHOUT = [{ code: 'carers-services', name: 'Carers' }];
const ELSEWHERE = [...WITHOUT, { code: 'advice', name: 'Advice', wordings: ['Support for carers'] }];
const CODES = { type: 'carers-services', areaOfSpend: 'community-health', provider: 'nhs-community' };
const IN_WORDS = { ...CODES, type: 'Support for carers' };

for (const [what, schemeTypes] of [
  ['nothing', WITHOUT],
  ['another code', ELSEWHERE],
] as const) {
  t.test(`a key stands for its act after a publication by which the words mean ${what}`, async (t) => {
    const ledger = await openedLedger(t);
    const sent = (more: Readonly<Record<string, unknown>>, name: string) =>
      ledger.submit(
        'pool-manager',
        { act: 'post', fact: { type: 'PlanLineSet', data: line({ line: name, scheme: scheme(more) }) as never } },
        { key: `the key of ${name}` },
      );
    t.match(await sent(IN_WORDS, 'one'), { replayed: false });
    const { outcome } = (await sent(IN_WORDS, 'two')) as Done;
    await ledger.post('registrar', 'RuleSetPublished', rulesCalling(schemeTypes), REGISTER_STREAM);
    const again = { replayed: true, outcome: { events: outcome.events.map(({ id }) => ({ id })) } };
    t.match(await sent(IN_WORDS, 'two'), again);
    t.match(await sent(CODES, 'two'), again, 'nor do the codes that it was recorded in stand for another');
    t.match(await sent({ ...CODES, type: 'advice' }, 'two'), { rule: 'key_reused' });
    t.same((await verify(ledger.store)).problems, []);
  });

  t.test(
    `a file is loaded again after a publication by which its words mean ${what}: nothing is recorded`,
    async (t) => {
      const ledger = await openedLedger(t);
      const described = (more: Readonly<Record<string, unknown>>, as: object = {}) => ({
        officer: 'pool-manager',
        in: FUND,
        post: {
          type: 'PlanLineDescribed',
          data: { effective: '2016-05-01', line: 'home', scheme: scheme(more), reason: 'as the template says' },
        },
        ...as,
      });
      const steps = [
        set('home'),
        described(IN_WORDS, { as: 'in-words' }),
        described(CODES),
        {
          officer: 'pool-manager',
          in: FUND,
          post: { type: 'FactReversed', data: { effective: '2016-05-01', reverses: '@in-words', reason: 'an error' } },
        },
      ];
      t.match(await load(planLoad([file(steps)]), into(ledger)), { recorded: 4, replayed: 0 });
      await ledger.post('registrar', 'RuleSetPublished', rulesCalling(schemeTypes), REGISTER_STREAM);
      t.match(await load(planLoad([file(steps)]), into(ledger)), { recorded: 0, replayed: 4 });
      t.match(await load(planLoad([file(steps.slice(1, 2))]), into(ledger)), { recorded: 0, replayed: 1 });
      t.same((await verify(ledger.store)).problems, []);
    },
  );
}

t.test(
  'an act is read by the rules that are known at its place, also where they are published in the same moment',
  async (t) => {
    const ledger = await openedLedger(t);
    const inNewWords = { ...CODES, type: 'Those who care' };
    const sent = () =>
      ledger.submit(
        'pool-manager',
        { act: 'post', fact: { type: 'PlanLineSet', data: line({ scheme: scheme(inNewWords) }) as never } },
        { key: 'the key' },
      );
    const schemeTypes = [{ code: 'carers-services', name: 'Carers', wordings: ['Those who care'] }];
    const published = ledger.post('registrar', 'RuleSetPublished', rulesCalling(schemeTypes), REGISTER_STREAM);
    const [, done] = await Promise.all([published, sent()]);
    t.match(done, { replayed: false, outcome: { events: [{ type: 'PlanLineSet' }] } });
    const revises = String(ledger.ledger.model.stream('register', REGISTER_STREAM).last);
    await ledger.post('registrar', 'RuleSetPublished', rulesCalling(WITHOUT, { revises }), REGISTER_STREAM);
    t.match(await sent(), { replayed: true });
    t.same((await verify(ledger.store)).problems, []);
  },
);

t.test(
  'words that mean another code since are a new step where they were not loaded while they meant the first',
  async (t) => {
    const ledger = await openedLedger(t);
    const described = (more: Readonly<Record<string, unknown>>) => ({
      officer: 'pool-manager',
      in: FUND,
      post: {
        type: 'PlanLineDescribed',
        data: { effective: '2016-05-01', line: 'home', scheme: scheme(more), reason: 'as the template says' },
      },
    });
    await load(planLoad([file([set('home')])]), into(ledger));
    await ledger.post('registrar', 'RuleSetPublished', rulesCalling(ELSEWHERE), REGISTER_STREAM);
    t.match(await load(planLoad([file([described(CODES)])]), into(ledger)), { recorded: 1 });
    t.match(await load(planLoad([file([described(IN_WORDS)])]), into(ledger)), { recorded: 1 }, 'it is of advice now');
    t.match(await load(planLoad([file([described({ ...CODES, type: 'advice' })])]), into(ledger)), { replayed: 1 });
    t.same((await verify(ledger.store)).problems, []);
  },
);

t.test('a key stands for one act, in a template’s words as in codes', async (t) => {
  const ledger = await openedLedger(t);
  const command = (more: Readonly<Record<string, unknown>>) =>
    ({ act: 'post', fact: { type: 'PlanLineSet', data: line({ scheme: scheme(more) }) as never } }) as const;
  const key = { key: 'the same' };
  t.match(await ledger.done('pool-manager', command({ type: 'Support for carers' }), key), { replayed: false });
  t.match(await ledger.done('pool-manager', command({ type: 'carers-services' }), key), { replayed: true });
  t.match(await ledger.done('pool-manager', command({ type: 'support FOR CARERS' }), key), { replayed: true });
  t.equal(await ledger.refused('pool-manager', command({ type: 'Prevention' }), key), 'key_reused');
});
