import fc from 'fast-check';
import t from 'tap';
import { CAPACITIES, PLAN_STATES, transitionsOf, type PlanState } from '../../../../src/domain/fund/plan/plan-years.js';
import { planRows } from '../../../../src/domain/fund/plan/plan-rows.js';
import { exactly } from '../../../../src/domain/money.js';
import { PLAN, type Account } from '../../../../src/domain/postings.js';
import { Refusal } from '../../../../src/domain/rules.js';
import { fundStream } from '../../../../src/ledger/catalogue.js';
import { verify } from '../../../../src/ledger/audit/verify.js';
import type { Done } from '../../../../src/ledger/acts/submission.js';
import { asked, askedOfNothing, signAgreement, terms } from '../../../support/agreements.js';
import { DOWNTON, MERGED, merger, MIDDLETON, registerAll, split, succeeded, UPTON } from '../../../support/bodies.js';
import { fact } from '../../../support/figures.js';
import {
  contribution,
  COUNTY,
  EAST,
  FUND,
  grant,
  line,
  NORTH,
  openFund,
  refusals,
  REGISTER_STREAM,
  SOUTH,
  type Refused,
  type TestLedger,
} from '../../../support/ledger.js';
import { asyncProperty } from '../../../support/property.js';
import { told } from '../../../support/told.js';
import { openedLedger } from '../../../support/rules-alone.js';

const LETTER = { letter: 'Letter of assurance' };
const CONDITION = { condition: 'winter-plan', words: 'the winter plan is costed', due: '2016-10-31' };

const move = (to: PlanState, effective: string, more: object = {}) => fact('PlanMoved', { effective, to, ...more });
const moved = (ledger: TestLedger, to: PlanState, effective: string, more: object = {}) =>
  ledger.done('pool-manager', { act: 'post', fact: move(to, effective, more) });
const refused = (
  name: string,
  to: PlanState,
  effective: string,
  rule: Refused['rule'],
  more: object = {},
): Refused => ({
  name,
  officer: 'pool-manager',
  act: 'post',
  ...move(to, effective, more),
  rule,
});

const hashOf = async (ledger: TestLedger, on: string): Promise<string> =>
  (await asked(ledger, 'plan-year', { on })).answer['planHash'] as string;

/** The officer who holds the office of a capacity. */
const signerOf = (partner: string, capacity: string): string =>
  capacity === 'health-and-wellbeing-board'
    ? `${partner}-board`
    : capacity === 'chief-executive'
      ? `${partner}-chief-executive`
      : `${partner}-chief`;

/** Gives a body an officer in an office, appointed by two other officers of the body. */
const inOffice = (ledger: TestLedger, partner: string, role: string) =>
  ledger.signed(
    `${partner}-chief`,
    `${partner}-finance`,
    'OfficerMandated',
    { effective: '2016-01-01', officer: `${partner}-${role}`, partner, role },
    REGISTER_STREAM,
  );

const signOff = (ledger: TestLedger, partner: string, capacity: string, planHash: string, effective: string) =>
  ledger.post(signerOf(partner, capacity), 'SignOffGiven', {
    effective,
    partner,
    capacity,
    planHash,
    statement: 'the plan is affordable',
  });

async function signedOff(ledger: TestLedger, effective: string): Promise<void> {
  const hash = await hashOf(ledger, effective);
  await signOff(ledger, COUNTY, 'health-and-wellbeing-board', hash, effective);
  await signOff(ledger, COUNTY, 'section-151-officer', hash, effective);
  for (const ccg of [NORTH, SOUTH]) await signOff(ledger, ccg, 'nhs-chief-finance-officer', hash, effective);
}

async function planned(t: Parameters<typeof openedLedger>[0]): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  await inOffice(ledger, COUNTY, 'board');
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  return ledger;
}

t.test('a plan goes through its year by legal steps, each resting on what it must', async (t) => {
  const ledger = await planned(t);
  told(t, (await asked(ledger, 'plan-year', { on: '2016-04-01' })).answer, {
    planNeeded: true,
    state: 'drafting',
    moves: [],
    next: [{ to: 'locally-agreed', by: [COUNTY], letter: false }],
    missing: [
      { capacity: 'health-and-wellbeing-board', partner: COUNTY },
      { capacity: 'section-151-officer', partner: COUNTY },
      { capacity: 'nhs-chief-finance-officer', partner: NORTH },
      { capacity: 'nhs-chief-finance-officer', partner: SOUTH },
    ],
    dueDates: [{ day: '2016-03-02', passed: true }, { day: '2016-05-03', passed: false }, { proven: false }],
  });
  await refusals(t, ledger, FUND, [
    refused('no step is left out', 'submitted', '2016-04-20', 'move_not_legal'),
    { ...refused('not by another', 'locally-agreed', '2016-04-20', 'wrong_partner'), officer: 'north-ccg-finance' },
  ]);
  const agreed = await moved(ledger, 'locally-agreed', '2016-04-20');
  t.equal(agreed.outcome.events[0]?.sentence, 'The plan moved from “Drafting” to “Locally agreed”.');
  await refusals(t, ledger, FUND, [
    refused('without its sign-offs', 'submitted', '2016-05-03', 'sign_off_missing'),
    refused('before the step before', 'submitted', '2016-04-19', 'later_change_stands'),
  ]);
  await signedOff(ledger, '2016-05-02');
  await moved(ledger, 'submitted', '2016-05-03');
  await moved(ledger, 'in-assurance', '2016-05-04');
  await refusals(t, ledger, FUND, [
    refused('an approval without its letter', 'approved', '2016-06-10', 'letter_needed'),
    refused(
      'an approval with conditions but none',
      'approved-with-conditions',
      '2016-06-10',
      'conditions_needed',
      LETTER,
    ),
    refused('an approval that sets conditions', 'approved', '2016-06-10', 'conditions_needed', {
      ...LETTER,
      conditions: [CONDITION],
    }),
  ]);
  const conditions = await moved(ledger, 'approved-with-conditions', '2016-06-10', {
    ...LETTER,
    conditions: [CONDITION],
  });
  told(
    t,
    conditions.outcome.events[0]?.sentence,
    /to “Approved with conditions” \(Letter of assurance\), on condition: the winter plan is costed by 31 October 2016\.$/,
  );
  told(t, (await asked(ledger, 'choices', { choices: 'condition' })).answer, {
    choices: [{ value: 'winter-plan', words: 'the winter plan is costed', about: 'winter-plan' }],
  });
  told(t, (await asked(ledger, 'choices', { choices: 'plan-of-the-fund' })).answer, {
    choices: [{ value: await hashOf(ledger, '2016-06-10'), words: /^The plan on / }],
  });
  await refusals(t, ledger, FUND, [
    refused('without an agreement', 'section-75-signed', '2016-06-30', 'agreement_missing'),
  ]);
  await signAgreement(ledger);
  for (const [to, day] of [
    ['section-75-signed', '2016-06-30'],
    ['in-year', '2016-06-30'],
    ['year-end-reported', '2017-05-27'],
    ['audited', '2017-09-30'],
    ['closed', '2017-10-31'],
  ] as const) {
    await moved(ledger, to, day);
  }
  await refusals(t, ledger, FUND, [refused('closed is the end', 'drafting', '2017-11-01', 'move_not_legal')]);
  told(t, (await asked(ledger, 'plan-year', { on: '2016-06-29' })).answer, { state: 'approved-with-conditions' });
  const end = await asked(ledger, 'plan-year', { on: '2017-12-01' });
  told(t, end.answer, { state: 'closed', next: [], conditions: [{ overdue: true, met: null }] });
  t.ok(end.table.some((row) => row.join('|') === 'condition|the winter plan is costed|2016-10-31|overdue'));
  t.ok(end.table.some((row) => row[0] === 'moved' && row[3] === 'Letter of assurance'));
  await t.rejects(
    asked(ledger, 'plan-year', { on: '2017-12-01', 'known-at': '2016-02-01' }),
    /not_known_then: testshire-2016-17 was not in the ledger/,
  );
  t.same((await verify(ledger.store)).problems, []);
  t.equal(await askedOfNothing(ledger, 'plan-year'), 'fund_unknown');
});

t.test('what one office signs nobody else may, and the refusal says who must and who can', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const planHash = await hashOf(ledger, '2016-04-10');
  const signing = async (
    officer: string,
    capacity: string,
    where = FUND,
    hash = planHash,
    effective = '2016-04-10',
  ) => {
    const data = { effective, partner: COUNTY, capacity, planHash: hash, statement: 'agreed' } as never;
    const done = await ledger.submit(officer, { act: 'post', fact: { type: 'SignOffGiven', data } }, { in: where });
    return done instanceof Refusal ? [done.rule, done.detail] : done.outcome.events[0]!.type;
  };
  t.same(await signing('county-chief', 'health-and-wellbeing-board'), [
    'role_not_allowed',
    'The health and wellbeing board must sign. To post SignOffGiven needs the role board; county-chief is chief-finance-officer. Nobody can do it for county yet: propose OfficerMandated with the role board, and have a second officer sign it.',
  ]);
  await moved(ledger, 'locally-agreed', '2016-04-10');
  const submitted = await ledger.submit('pool-manager', {
    act: 'post',
    fact: { type: 'PlanMoved', data: { effective: '2016-04-10', to: 'submitted' } as never },
  });
  t.match(submitted, {
    rule: 'sign_off_missing',
    detail:
      /not signed off\. For county, the health and wellbeing board must sign\. Nobody can do it for county yet: .* For county, the chief finance officer \(section 151\) must sign\. For county, county-chief can\. For north-ccg, the chief finance officer must sign\. For north-ccg, north-ccg-chief can\./,
  });
  told(t, (await asked(ledger, 'plan-year', { on: '2016-04-10' })).answer, {
    capacities: [{ whoSigns: 'the health and wellbeing board', signsAs: 'board' }, {}, {}],
    missing: [{ must: 'For Testshire County Council, the health and wellbeing board must sign.' }, {}, {}, {}],
  });
  await inOffice(ledger, COUNTY, 'board');
  t.match(await signing('county-chief', 'health-and-wellbeing-board'), [
    'role_not_allowed',
    /For county, county-board can\.$/,
  ]);
  t.equal(await signing('county-board', 'health-and-wellbeing-board'), 'SignOffGiven');
  t.match(await signing('county-board', 'section-151-officer'), [
    'role_not_allowed',
    /^The chief finance officer \(section 151\) must sign\. .*For county, county-chief can\.$/,
  ]);
  t.match(
    await signing('county-board', 'chief-executive'),
    ['capacity_not_asked'],
    'an office that the year does not ask',
  );

  await openFund(ledger, '2025-26');
  await inOffice(ledger, COUNTY, 'chief-executive');
  const of = 'testshire-2025-26';
  ledger.now('2025-03-20T09:00:00Z');
  const hash = (await asked(ledger, 'plan-year', { fund: of, on: '2025-03-20' })).answer['planHash'] as string;
  const inPerson = (officer: string) => signing(officer, 'chief-executive', of, hash, '2025-03-20');
  t.match(await inPerson('county-chief'), [
    'role_not_allowed',
    /^The chief executive \(nobody in their place\) must sign\./,
  ]);
  t.equal(await inPerson('county-chief-executive'), 'SignOffGiven');
  t.same((await verify(ledger.store)).problems, []);
});

t.test('a sign-off is bound to the plan that was read, and a plan changed after it lacks it again', async (t) => {
  const ledger = await planned(t);
  const hash = await hashOf(ledger, '2016-04-10');
  const giving = (name: string, data: object, rule: Refused['rule'], officer = 'county-chief'): Refused => ({
    name,
    officer,
    act: 'post',
    type: 'SignOffGiven',
    data: {
      effective: '2016-04-10',
      partner: COUNTY,
      capacity: 'section-151-officer',
      planHash: hash,
      statement: 'affordable',
      ...data,
    },
    rule,
  });
  await refusals(t, ledger, FUND, [
    giving('of a plan that was never so', { planHash: '0'.repeat(64) }, 'plan_changed'),
    giving('as what the year does not ask for', { capacity: 'chief-executive' }, 'capacity_not_asked'),
    giving('as another body', { partner: NORTH }, 'capacity_not_asked', 'north-ccg-chief'),
    giving('by a stranger', { partner: 'elsewhere' }, 'wrong_partner'),
    giving('by an officer who is not the chief', {}, 'role_not_allowed', 'county-finance'),
  ]);
  await signOff(ledger, COUNTY, 'section-151-officer', hash, '2016-04-10');
  await refusals(t, ledger, FUND, [giving('twice', {}, 'nothing_to_change')]);

  await ledger.now('2016-04-15T09:00:00Z').post('pool-manager', 'PlanLineRevised', {
    effective: '2016-04-20',
    line: 'home-care',
    now: '2.00',
    reason: 'need',
  });
  t.equal(await hashOf(ledger, '2016-04-19'), hash, 'the plan of the days before is as it was');
  const after = await asked(ledger, 'plan-year', { on: '2016-04-20' });
  t.not(after.answer['planHash'], hash);
  told(t, after.answer, { signOffs: [{ partner: COUNTY, of: 'an earlier plan', planHash: hash }] });
  t.equal((after.answer['missing'] as unknown[]).length, 4, 'it counts for nothing any more');
  t.ok(after.table.some((row) => row[0] === 'signed off' && row[3] === 'an earlier plan'));
  told(t, (await asked(ledger, 'plan-year', { on: '2016-04-20', 'known-at': '2016-04-14' })).answer, {
    planHash: hash,
    signOffs: [{ of: 'this plan' }],
  });
  await refusals(t, ledger, FUND, [giving('of the earlier plan', { effective: '2016-04-21' }, 'plan_changed')]);
  await moved(ledger, 'locally-agreed', '2016-04-20');
  await refusals(t, ledger, FUND, [
    refused('signed off before it changed', 'submitted', '2016-05-03', 'sign_off_missing'),
  ]);
});

t.test('the hash of a plan is of its lines and agreed money, whichever way they are read', async (t) => {
  const ledger = await planned(t);
  await ledger.post('county-finance', 'GrantDetermined', grant());
  await ledger.post('county-finance', 'AssumptionStated', {
    effective: '2016-04-01',
    assumption: 'hope',
    partner: COUNTY,
    source: 'NHS_ADD',
    recurrent: true,
    amount: '5.00',
    basis: 'budget',
  });
  const hash = await hashOf(ledger, '2016-04-01');
  await moved(ledger, 'locally-agreed', '2016-03-14');
  told(
    t,
    (await asked(ledger, 'plan-year', { on: '2016-03-14' })).answer,
    { planHash: hash, moves: [{ planHash: hash }] },
    'a day before the year means its first day, to decisions and to questions',
  );
  const account = (detail: string) =>
    ({ measure: 'requirement', holder: PLAN, source: 'NHS_ADD', term: 'recurrent', detail }) as const;
  const accounts = [account('c'), account('a'), account('b')];
  const sums: Readonly<Record<string, number>> = { a: 2, b: 0, c: 1 };
  const rows = (of: readonly Account[]) => planRows({ accounts: of, balance: ({ detail }) => exactly(sums[detail]!) });
  t.strictSame(
    rows(accounts),
    [
      ['line', 'a', 'NHS_ADD', 'recurrent', 2],
      ['line', 'c', 'NHS_ADD', 'recurrent', 1],
    ],
    'nothing is nothing',
  );
  t.strictSame(rows([...accounts].reverse()), rows(accounts), 'in whatever order the accounts were first used');
});

t.test('a plan that is not approved is escalated, and then resubmitted or directed', async (t) => {
  const ledger = await planned(t);
  await moved(ledger, 'locally-agreed', '2016-04-20');
  await signedOff(ledger, '2016-05-02');
  for (const [to, day] of [
    ['submitted', '2016-05-03'],
    ['in-assurance', '2016-05-04'],
    ['not-approved', '2016-05-20'],
    ['escalated', '2016-05-21'],
  ] as const) {
    await moved(ledger, to, day, LETTER);
  }
  told(t, (await asked(ledger, 'plan-year', { on: '2016-05-21' })).answer, {
    next: [
      { to: 'resubmitted', letter: false },
      { to: 'directed', letter: true },
    ],
  });
  const resubmitted = await moved(ledger, 'resubmitted', '2016-06-01');
  const reversal = (revision: string, effective: string) =>
    fact('FactReversed', { effective, reverses: revision, reason: 'sent by mistake' });
  t.equal(
    await ledger.refused('pool-manager', {
      act: 'post',
      fact: reversal(resubmitted.outcome.events[0]!.revision, '2016-06-02'),
    }),
    'reversal_day_fixed',
  );
  await ledger.done('pool-manager', {
    act: 'post',
    fact: reversal(resubmitted.outcome.events[0]!.revision, '2016-06-01'),
  });
  told(t, (await asked(ledger, 'plan-year', { on: '2016-06-01' })).answer, { state: 'escalated' });
  const directed = await moved(ledger, 'directed', '2016-06-10', LETTER);
  const first = (await asked(ledger, 'plan-year', { on: '2016-06-10' })).answer['moves'] as { revision: string }[];
  t.equal(
    await ledger.refused('pool-manager', { act: 'post', fact: reversal(first[0]!.revision, '2016-04-20') }),
    'others_rest_on_it',
  );
  told(t, directed.outcome.events[0]?.sentence, /from “Escalated” to “Directed”/);
});

t.test('a condition is met once, and late where it was late', async (t) => {
  const ledger = await planned(t);
  await moved(ledger, 'locally-agreed', '2016-04-20');
  await signedOff(ledger, '2016-05-02');
  await moved(ledger, 'submitted', '2016-05-03');
  await moved(ledger, 'in-assurance', '2016-05-04');
  await moved(ledger, 'approved-with-conditions', '2016-06-10', {
    ...LETTER,
    conditions: [CONDITION, { ...CONDITION, condition: 'risk-share' }],
  });
  const meet = (data: object) =>
    ({
      act: 'post',
      fact: fact('ConditionMet', { effective: '2016-11-01', condition: 'winter-plan', ...data }),
    }) as const;
  t.equal(await ledger.refused('county-finance', meet({ condition: 'other' })), 'reference_unknown');
  t.equal(await ledger.refused('county-finance', meet({ effective: '2016-06-09' })), 'reference_unknown');
  const late = await ledger.done('county-finance', meet({ letter: 'Letter of 1 November' }));
  t.equal(
    late.outcome.events[0]?.sentence,
    'The condition "winter-plan" was met on 1 November 2016, after it was due on 31 October 2016 (Letter of 1 November).',
  );
  t.equal(await ledger.refused('county-finance', meet({})), 'nothing_to_change');
  const inTime = await ledger.done('county-finance', meet({ condition: 'risk-share', effective: '2016-10-31' }));
  t.equal(inTime.outcome.events[0]?.sentence, 'The condition "risk-share" was met on 31 October 2016.');
  const on = async (day: string) => {
    const { answer, table } = await asked(ledger, 'plan-year', { on: day });
    const rows = table.filter((row) => row[0] === 'condition').map((row) => row[3]);
    return [(answer['conditions'] as { overdue: boolean }[]).map(({ overdue }) => overdue), rows];
  };
  t.same(await on('2016-10-30'), [
    [false, false],
    ['open', 'open'],
  ]);
  t.same(await on('2016-11-01'), [
    [false, false],
    ['met 2016-11-01', 'met 2016-10-31'],
  ]);
});

t.test('NHS England takes the steps of assurance where it is a partner', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post(
    'registrar',
    'PartnerRegistered',
    {
      effective: '2016-01-01',
      partner: 'nhs-england',
      name: 'NHS England',
      kind: 'nhs-england',
      officers: [
        { officer: 'assurer', role: 'finance-officer' },
        { officer: 'assurer-chief', role: 'chief-finance-officer' },
      ],
    },
    REGISTER_STREAM,
  );
  const where = 'elsewhere-2020-21';
  await ledger.post(
    'pool-manager',
    'FundOpened',
    {
      effective: '2020-04-01',
      area: 'elsewhere',
      year: '2020-21',
      host: COUNTY,
      partners: [COUNTY, NORTH, 'nhs-england'],
    },
    where,
  );
  told(t, (await asked(ledger, 'plan-year', { fund: where })).answer, {
    planNeeded: false,
    next: [{ to: 'in-year' }],
    missing: [],
    dueDates: [],
  });
  await ledger.post('pool-manager', 'PlanMoved', { effective: '2020-04-01', to: 'in-year' }, where);
  told(t, (await asked(ledger, 'plan-year', { fund: where })).answer, { state: 'in-year' });
  const other = 'elsewhere-2025-26';
  await ledger.post(
    'pool-manager',
    'FundOpened',
    {
      effective: '2025-04-01',
      area: 'elsewhere',
      year: '2025-26',
      host: COUNTY,
      partners: [COUNTY, NORTH, EAST, 'nhs-england'],
    },
    other,
  );
  for (const body of [COUNTY, NORTH]) await inOffice(ledger, body, 'chief-executive');
  const start = (await asked(ledger, 'plan-year', { fund: other })).answer;
  told(t, start, {
    missing: [
      { capacity: 'section-151-officer', partner: COUNTY },
      { capacity: 'chief-executive', partner: COUNTY },
      { capacity: 'chief-executive', partner: NORTH },
    ],
    capacities: [{ capacity: 'health-and-wellbeing-board', needed: 'later' }, {}, {}],
  });
  const planHash = start['planHash'] as string;
  await ledger.post('pool-manager', 'PlanMoved', { effective: '2025-03-14', to: 'locally-agreed' }, other);
  for (const { capacity, partner } of start['missing'] as { capacity: string; partner: string }[]) {
    const data = { effective: '2025-03-14', partner, capacity, planHash, statement: 'agreed' };
    await ledger.post(signerOf(partner, capacity), 'SignOffGiven', data, other);
  }
  await ledger.post('pool-manager', 'PlanMoved', { effective: '2025-03-31', to: 'submitted' }, other);
  await ledger.post('assurer', 'PlanMoved', { effective: '2025-04-02', to: 'in-assurance' }, other);
  told(t, (await asked(ledger, 'plan-year', { fund: other, on: '2025-04-02' })).answer, {
    state: 'in-assurance',
    next: [{ by: ['nhs-england'] }, {}, {}],
  });
  await refusals(t, ledger, other, [
    {
      ...refused('the host does not approve its own plan', 'approved', '2025-05-01', 'wrong_partner', LETTER),
      officer: 'county-finance',
    },
  ]);
});

t.test('what a plan was put into effect under is not reversed while it is in effect', async (t) => {
  const ledger = await planned(t);
  await moved(ledger, 'locally-agreed', '2016-04-20');
  await signedOff(ledger, '2016-05-02');
  await moved(ledger, 'submitted', '2016-05-03');
  await moved(ledger, 'in-assurance', '2016-05-04');
  await moved(ledger, 'approved', '2016-06-10', LETTER);
  const signed = await signAgreement(ledger);
  const put = await moved(ledger, 'section-75-signed', '2016-06-30');
  await ledger.signed('county-finance', 'north-ccg-finance', 'AgreementVaried', {
    effective: '2016-05-01',
    agreement: 's75',
    clause: '12.1',
    terms: terms({ noticeMonths: 3 }),
    reason: 'more notice is not needed',
  });
  const reversal = ({ outcome }: Done, effective: string) =>
    fact('FactReversed', { effective, reverses: outcome.revision, reason: 'a mistake' });
  const variation = String(Number(put.outcome.revision) + 3);
  await ledger.signed('county-finance', 'north-ccg-finance', 'FactReversed', {
    effective: '2016-05-01',
    reverses: variation,
    reason: 'it was agreed otherwise',
  });
  const unsign = { act: 'propose', fact: reversal(signed, '2016-04-01') } as const;
  t.equal(await ledger.refused('county-finance', unsign), 'others_rest_on_it');
  await ledger.done('pool-manager', { act: 'post', fact: reversal(put, '2016-06-30') });
  await ledger.done('county-finance', unsign);
  t.same((await verify(ledger.store)).problems, []);
});

t.test('a plan that is put into effect under the agreement of a year before says where that was signed', async (t) => {
  const ledger = await planned(t);
  await signAgreement(ledger);
  await openFund(ledger, '2017-18');
  const next = 'testshire-2017-18';
  ledger.now('2017-06-01T09:00:00Z');
  const step = (to: PlanState, effective: string, more: object = {}) =>
    ledger.post('pool-manager', 'PlanMoved', { effective, to, ...more }, next);
  const planHash = (await asked(ledger, 'plan-year', { fund: next, on: '2017-04-20' })).answer['planHash'] as string;
  for (const [partner, capacity] of [
    [COUNTY, 'health-and-wellbeing-board'],
    [COUNTY, 'section-151-officer'],
    [NORTH, 'nhs-chief-finance-officer'],
    [SOUTH, 'nhs-chief-finance-officer'],
  ] as const) {
    const given = { effective: '2017-04-20', partner, capacity, planHash, statement: 'the plan is affordable' };
    await ledger.post(signerOf(partner, capacity), 'SignOffGiven', given, next);
  }
  await step('locally-agreed', '2017-04-20');
  await step('submitted', '2017-05-03');
  await step('in-assurance', '2017-05-04');
  await step('approved', '2017-05-10', LETTER);
  await step('section-75-signed', '2017-05-30');
  t.match((await asked(ledger, 'plan-year', { fund: next, on: '2017-05-30' })).answer, { state: 'section-75-signed' });
  const { own } = await ledger.ledger.stateOf('fund', fundStream(next));
  t.match(own.lifeCycle.at(-1)?.data, { to: 'section-75-signed', agreement: 's75', signedIn: FUND });
  t.same((await verify(ledger.store)).problems, []);
});

t.test('in the place of bodies that ended, those that followed them sign the plan off', async (t) => {
  const ledger = await planned(t);
  await registerAll(ledger);
  ledger.now('2016-05-01T09:00:00Z');
  await succeeded(ledger, merger());
  ledger.now('2016-11-01T09:00:00Z');
  const before = await hashOf(ledger, '2016-09-30');
  const on = '2016-11-01';
  const asking = async () => (await asked(ledger, 'plan-year', { on })).answer;
  told(t, await asking(), {
    capacities: [{}, {}, { partners: [MERGED] }],
    missing: [
      { capacity: 'health-and-wellbeing-board', partner: COUNTY },
      { capacity: 'section-151-officer', partner: COUNTY },
      { capacity: 'nhs-chief-finance-officer', partner: MERGED },
    ],
  });
  t.equal(before, await hashOf(ledger, on), 'the plan is the same');
  await signOff(ledger, COUNTY, 'health-and-wellbeing-board', before, on);
  await signOff(ledger, COUNTY, 'section-151-officer', before, on);
  for (const ccg of [NORTH, SOUTH]) {
    told(t, ((await asking()) as { missing: unknown }).missing, [{ partner: MERGED }], `${ccg} has not signed`);
    await ledger.post(`${MERGED}-chief`, 'SignOffGiven', {
      effective: '2016-09-30',
      partner: ccg,
      capacity: 'nhs-chief-finance-officer',
      planHash: before,
      statement: 'by its minute of September',
    });
  }
  told(t, ((await asking()) as { missing: unknown }).missing, [], 'what bodies signed off before they ended stands');
  await refusals(t, ledger, FUND, [
    {
      name: 'not by another body',
      officer: 'east-district-chief',
      act: 'post',
      type: 'SignOffGiven',
      data: { effective: on, partner: EAST, capacity: 'nhs-chief-finance-officer', planHash: before, statement: 'x' },
      rule: 'capacity_not_asked',
    },
  ]);
  await signOff(ledger, MERGED, 'nhs-chief-finance-officer', before, on);
  await moved(ledger, 'locally-agreed', on);
  await moved(ledger, 'submitted', on);
  t.same((await verify(ledger.store)).problems, []);
});

t.test('where a host was split, each council that followed it signs off and may take its steps', async (t) => {
  const ledger = await planned(t);
  await registerAll(ledger);
  ledger.now('2016-05-01T09:00:00Z');
  await succeeded(ledger, split());
  ledger.now('2016-11-01T09:00:00Z');
  told(t, (await asked(ledger, 'plan-year', { on: '2016-11-01' })).answer, {
    capacities: [{ partners: [DOWNTON, MIDDLETON, UPTON] }, {}, {}],
    next: [{ by: [DOWNTON, MIDDLETON, UPTON] }],
  });
  const hash = await hashOf(ledger, '2016-11-01');
  await signOff(ledger, UPTON, 'section-151-officer', hash, '2016-11-01');
  await ledger.post(`${UPTON}-finance`, 'PlanMoved', { effective: '2016-11-01', to: 'locally-agreed' });
  told(
    t,
    (await asked(ledger, 'plan-year', { on: '2016-11-01' })).table.flatMap(([what, of]) =>
      what === 'sign-off missing' ? [of] : [],
    ),
    [
      `${DOWNTON}, health-and-wellbeing-board`,
      `${MIDDLETON}, health-and-wellbeing-board`,
      `${UPTON}, health-and-wellbeing-board`,
      `${DOWNTON}, section-151-officer`,
      `${MIDDLETON}, section-151-officer`,
      `${NORTH}, nhs-chief-finance-officer`,
      `${SOUTH}, nhs-chief-finance-officer`,
    ],
  );
});

t.test('the data of the life cycle holds together', async (t) => {
  for (const planNeeded of [true, false]) {
    const steps = transitionsOf(planNeeded);
    const reached = new Set<PlanState>(['drafting', ...steps.map(({ to }) => to)]);
    for (const { from, to } of steps) t.ok(reached.has(from), `${from} to ${to}`);
    t.equal(new Set(steps.map(({ from, to }) => `${from} ${to}`)).size, steps.length, 'each step once');
  }
  t.ok(CAPACITIES.every(({ evidence }) => evidence.length > 10 && !/domain|\[/.test(evidence)));
});

t.test('no sequence of moves ever leaves the legal steps', async (t) => {
  const moves = fc.array(
    fc.record({
      to: fc.constantFrom(...(Object.keys(PLAN_STATES) as PlanState[])),
      days: fc.nat(9),
      guided: fc.nat(3),
    }),
    {
      minLength: 12,
      maxLength: 20,
    },
  );
  await asyncProperty(
    t,
    fc.asyncProperty(moves, async (tried) => {
      const ledger = await planned(t);
      await signAgreement(ledger);
      await signedOff(ledger, '2016-04-01');
      let state: PlanState = 'drafting';
      let day = 1;
      for (const { to: any, days, guided } of tried) {
        const legal = transitionsOf(true).filter(({ from }) => from === state);
        // Every fourth try is random. The others follow an allowed step.
        const to: PlanState = guided === 0 || legal.length === 0 ? any : legal[days % legal.length]!.to;
        day = Math.min(day + days, 300);
        const effective = new Date(Date.UTC(2016, 3, day)).toISOString().slice(0, 10);
        const conditions =
          to === 'approved-with-conditions' ? { conditions: [{ ...CONDITION, condition: `c-${day}` }] } : {};
        const done = await ledger.submit('pool-manager', {
          act: 'post',
          fact: move(to, effective, { ...LETTER, ...conditions }),
        });
        const isLegal = legal.some((each) => each.to === to);
        if (isLegal === done instanceof Refusal) throw new Error(`${state} to ${to}: ${JSON.stringify(done)}`);
        if (isLegal) state = to;
        if ((await asked(ledger, 'plan-year', { on: '2017-03-31' })).answer['state'] !== state)
          throw new Error(`The plan is not ${state}.`);
      }
      await ledger.close();
    }),
    Number(process.env['BCF_PROPERTY_RUNS'] ?? 15),
  );
});

t.test('a plan of another year is its own', async (t) => {
  const ledger = await planned(t);
  await openFund(ledger, '2017-18');
  await moved(ledger, 'locally-agreed', '2016-04-20');
  told(t, (await asked(ledger, 'plan-year', { fund: 'testshire-2017-18' })).answer, { state: 'drafting' });
});
