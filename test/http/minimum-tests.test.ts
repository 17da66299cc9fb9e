import t from 'tap';
import { TESTS } from '../../src/domain/fund/plan/minimum-tests.js';
import { contribution, line, NORTH } from '../support/ledger.js';
import { allocation, scheme, SOCIAL_CARE } from '../support/plan.js';
import { fund, service, type Service } from './support.js';

interface Tests {
  readonly tests: readonly { readonly test: string; readonly verdict: string; readonly rows: readonly object[] }[];
  readonly whatIf: Pick<Tests, 'tests'> | null;
}

const minimum = contribution({ contribution: 'minimum', source: 'NHS_MIN', amount: '10000000.00' });

async function passing({ ledger, post }: Service): Promise<void> {
  const published = await post(
    '/v1/register/facts',
    { fact: { type: 'AllocationPublished', data: allocation() } },
    'registrar',
  );
  t.equal(published.statusCode, 201);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', minimum);
  const home = { line: 'home-care', source: 'NHS_MIN', amount: '3000000.00', scheme: scheme(SOCIAL_CARE) };
  await ledger.post('pool-manager', 'PlanLineSet', line(home));
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'beds', source: 'NHS_MIN', amount: '2000000.00' }));
}

const fact = (type: string, data: object) => ({ fact: { type, data } });
const vire = {
  effective: '2016-06-01',
  moves: [
    { line: 'beds', change: '-500000.00' },
    { line: 'home-care', change: '500000.00' },
  ],
  reason: 'more home care is needed',
};

/** The titles of the tests as cells of CSV. */
const title = Object.fromEntries(
  Object.entries(TESTS).map(([test, words]) => [test, words.includes(',') ? `"${words}"` : words]),
) as typeof TESTS;

t.test('the tests are asked before and after a virement that nobody has signed yet', async (t) => {
  const asked = await service(t);
  await passing(asked);
  const { get, post, ledger } = asked;
  const proposed = await post(fund('/proposals'), fact('BudgetVired', vire));
  t.equal(proposed.statusCode, 201);
  const { proposal } = proposed.json<{ proposal: string }>();
  const answer = (await get(fund(`/minimum-tests?on=2016-06-01&with=${proposal}`))).json<Tests>();
  t.match(answer.tests[1], { test: 'T2', margin: '0.00', unclassified: ['beds'] });
  t.match(answer.whatIf, {
    proposals: [{ proposal, sentence: /^Budget was moved/ }],
    tests: [{ test: 'T1' }, { test: 'T2', margin: '500000.00' }],
  });
  t.match((await get(fund('/minimum-tests?on=2016-06-01'))).json<Tests>(), { whatIf: null });

  const description = { effective: '2016-05-01', line: 'beds', scheme: scheme(), reason: 'review' };
  await post(fund('/facts'), fact('PlanLineDescribed', description));
  const both = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: {
      type: 'ContributionVaried',
      data: { effective: '2016-06-01', contribution: 'minimum', now: '10000001.00', reason: 'need' } as never,
    },
  });
  const ids = `${proposal},%20${both.outcome.proposal!}`;
  const table = await get(fund(`/minimum-tests?on=2016-06-01&with=${ids}&format=csv`));
  t.same(table.body.trim().split('\r\n'), [
    'test,title,of,required,actual,margin,verdict,why,actual if signed,margin if signed,verdict if signed',
    `T1,${title.T1},north-ccg,10000000.00,10000000.00,0.00,pass,,10000001.00,1.00,pass`,
    `T2,${title.T2},fund,3000000.00,3000000.00,0.00,pass,,3500000.00,500000.00,pass`,
    `T3,${title.T3},fund,2000000.00,2000000.00,0.00,pass,,1500000.00,-500000.00,fail`,
    `T4,${title.T4},,,,,not-applicable,No determination of a grant is published.,,,not-applicable`,
    `T5,${title.T5},,,,,not-applicable,No grant is to be passed down.,,,not-applicable`,
    `T6,${title.T6},NHS_MIN,5000000.00,10000000.00,5000000.00,pass,,10000001.00,5000001.00,pass`,
  ]);
  const { etag } = (await get(fund(`/proposals/${proposal}`))).headers;
  const signed = await post(fund(`/proposals/${proposal}/agreement`), {}, 'county-chief', { 'if-match': String(etag) });
  t.match(signed.json(), { type: /minimum_breached$/ }, 'and nobody can sign it');
});

t.test('a table names the lines that are not classified, and what a proposal would bring in', async (t) => {
  const { get, ledger } = await service(t);
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'beds', source: 'NHS_MIN', amount: '5.00' }));
  const offer = { act: 'propose', fact: { type: 'ContributionAgreed', data: minimum as never } } as const;
  const { proposal } = (await ledger.done('north-ccg-finance', offer)).outcome;
  const rows = async (more: string) =>
    (await get(fund(`/minimum-tests?on=2016-04-01&format=csv${more}`))).body.trim().split('\r\n');
  t.same((await rows('')).slice(1, 5), [
    `T1,${title.T1},,,,,not-applicable,No allocation of NHS_MIN is published.`,
    `T2,${title.T2},fund,0.00,0.00,0.00,not-applicable,No minima of NHS_MIN are published.`,
    `T2,${title.T2},beds,,,,unclassified,No area of spend is known of this line.`,
    `T3,${title.T3},fund,0.00,0.00,0.00,not-applicable,No minima of NHS_MIN are published.`,
  ]);
  t.same((await rows(`&with=${proposal!}`)).slice(1, 4), [
    `T1,${title.T1},north-ccg,,,,,,10000000.00,0.00,not-applicable`,
    `T2,${title.T2},fund,0.00,0.00,0.00,not-applicable,No minima of NHS_MIN are published.,0.00,0.00,not-applicable`,
    `T2,${title.T2},beds,,,,unclassified,No area of spend is known of this line.,,,`,
  ]);
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'extra', amount: '1.00' }));
  const moves = [
    { line: 'extra', change: '-1.00' },
    { line: 'beds', change: '1.00' },
  ];
  const virement = { act: 'propose', fact: { type: 'BudgetVired', data: { ...vire, moves } as never } } as const;
  const vired = (await ledger.done('pool-manager', virement)).outcome.proposal!;
  const table = await get(fund(`/minimum-tests?on=2016-06-01&format=csv&with=${vired}`));
  t.match(
    table.body,
    `T6,"${TESTS.T6}",NHS_ADD,1.00,0.00,-1.00,fail,The lines spend £1.00 more than comes in.,,,\r\n`,
    'the source has no lines left',
  );
});

t.test('the plan and what is published are tables for a spreadsheet, every column filled', async (t) => {
  const asked = await service(t);
  const { get, ledger } = asked;
  await passing(asked);
  const full = scheme({ subType: 'Rapid response', outputs: '400 packages', new: true });
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'full', scheme: full }));
  const plan = (await get(fund('/plan?on=2016-04-01&format=csv'))).body.trim().split('\r\n');
  t.same(plan, [
    'line,description,category,source,recurrent,amount,scheme,title,type,sub-type,area of spend,NHS commissioned %,council commissioned %,provider,delivered by,outputs,new,department',
    'home-care,Home care,base,NHS_MIN,recurrent,3000000.00,reablement,Reablement at home,home-care,,social-care,0,100,nhs-community,,,existing,',
    'beds,Home care,base,NHS_MIN,recurrent,2000000.00,,,,,,,,,,,,',
    'full,Home care,base,NHS_ADD,recurrent,1000000.00,reablement,Reablement at home,home-care,Rapid response,community-health,100,0,nhs-community,,400 packages,new,',
  ]);

  for (const payer of ['south-ccg', 'county']) {
    const more = payer === 'county' ? { source: 'DFG', amount: '900000.00' } : {};
    const data = allocation({ payer, minima: undefined, ...more });
    await ledger.post('registrar', 'AllocationPublished', data, 'register');
  }
  const published = (await get('/v1/reference/allocations?format=csv')).body.trim().split('\r\n');
  t.same(published, [
    'area,year,payer,source,amount,social care,outside hospital,from,publication',
    'testshire,2016-17,county,DFG,900000.00,,,2016-04-01,Test allocations 2016-17',
    'testshire,2016-17,north-ccg,NHS_MIN,10000000.00,3000000.00,2000000.00,2016-04-01,Test allocations 2016-17',
    'testshire,2016-17,south-ccg,NHS_MIN,10000000.00,,,2016-04-01,Test allocations 2016-17',
  ]);
  t.equal((await get('/v1/reference/rule-sets/2016')).statusCode, 400);
});

t.test('what if is asked of proposals that were on the table at the instant', async (t) => {
  const { get, ledger } = await service(t);
  const ask = (knownAt: string, id: string) =>
    get(fund(`/minimum-tests?on=2016-04-01&known-at=${knownAt}&with=${id}`)).then((each) => each.statusCode);
  ledger.now('2016-04-01T09:00:00Z');
  const offer = (name: string) =>
    ({
      act: 'propose',
      fact: { type: 'ContributionAgreed', data: contribution({ contribution: name }) as never },
    }) as const;
  const one = (await ledger.done('north-ccg-finance', offer('one'))).outcome.proposal!;
  const two = (await ledger.done('north-ccg-finance', offer('two'))).outcome.proposal!;
  ledger.now('2016-04-02T09:00:00Z');
  await ledger.done('county-finance', { act: 'decline', proposal: one, reason: 'no' });
  const withdrawal = {
    effective: '2016-04-02',
    payer: NORTH,
    of: { proposal: two },
    amount: '1000000.00',
    noticeGiven: '2016-04-02',
    reason: 'saving',
  };
  const withdrawn = await ledger.signed(
    'north-ccg-finance',
    'north-ccg-chief',
    'DiscretionaryPaymentWithdrawn',
    withdrawal,
  );
  ledger.now('2016-04-03T09:00:00Z');
  await ledger.signed('north-ccg-finance', 'north-ccg-chief', 'FactReversed', {
    effective: '2016-04-02',
    reverses: withdrawn.outcome.revision,
    reason: 'the board decided otherwise',
  });
  t.equal(await ask('2016-03-31', one), 404, 'not made yet');
  t.equal(await ask('2016-04-01', one), 200);
  t.equal(await ask('2016-04-02', one), 404, 'declined');
  t.equal(await ask('2016-04-01', two), 200);
  t.equal(await ask('2016-04-02', two), 404, 'withdrawn');
  t.equal(await ask('2016-04-03', two), 200, 'and back on the table');
  const third = (await ledger.done('north-ccg-finance', offer('three'))).outcome.proposal!;
  const unseen = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: {
      type: 'DiscretionaryPaymentWithdrawn',
      data: { ...withdrawal, effective: '2016-04-03', of: { proposal: third } } as never,
    },
  });
  const none = await get(fund(`/minimum-tests?on=2016-04-03&with=${unseen.outcome.proposal!}`));
  t.same(
    none.json<Tests>().whatIf!.tests.map((each) => each.verdict),
    none.json<Tests>().tests.map((each) => each.verdict),
    'what is on the table only is seen by no test',
  );
  t.equal(await ask('2016-04-03', 'nonsense'), 400);
  const many = Array.from({ length: 21 }, () => two).join(',');
  t.match((await get(fund(`/minimum-tests?with=${many}`))).json(), {
    errors: [{ detail: 'must be at most 20 proposals' }],
  });
  t.equal((await get('/v1/funds/nowhere-2016-17/minimum-tests')).statusCode, 404);
});

t.test('a dry run answers with the tests after it; a post with what it breaks', async (t) => {
  const asked = await service(t);
  await passing(asked);
  const { post, ledger } = asked;
  const extra = line({ line: 'extra', source: 'NHS_MIN', amount: '6000000.00', scheme: scheme() });
  const dry = await post(fund('/facts?dry-run=true'), fact('PlanLineSet', extra));
  t.equal(dry.statusCode, 200);
  t.match(dry.json(), {
    warnings: [/^From 1 April 2016, T6 .* fails for NHS_MIN/],
    tests: [{ test: 'T1', verdict: 'pass' }, {}, { test: 'T3', verdict: 'pass', margin: '4000000.00' }],
  });
  const done = await post(fund('/facts'), fact('PlanLineSet', extra), 'pool-manager', { 'idempotency-key': 'once' });
  t.match(done.json(), { warnings: [/T6/] });
  t.equal(done.json<{ tests?: object }>().tests, undefined);
  const again = await post(fund('/facts'), fact('PlanLineSet', extra), 'pool-manager', { 'idempotency-key': 'once' });
  t.equal(again.headers['idempotency-replayed'], 'true');
  t.equal(again.json<{ warnings?: object }>().warnings, undefined, 'what was warned of is not recorded');

  const { proposal } = (
    await ledger.done('pool-manager', {
      act: 'propose',
      fact: { type: 'BudgetVired', data: { ...vire, moves: vire.moves.map((each) => ({ ...each })) } as never },
    })
  ).outcome;
  const signing = await ledger.done('county-chief', { act: 'agree', proposal: proposal! }, { dryRun: true });
  t.match(signing.outcome.tests![1], { test: 'T2', margin: '500000.00' });
  const declining = { act: 'decline', proposal: proposal!, reason: 'no' } as const;
  t.equal((await ledger.done('county-chief', declining, { dryRun: true })).outcome.tests, undefined);
  const stating = { claimant: 'Press', statedOn: '2016-04-01', amount: '1.00', basis: 'a report' };
  const plain = await post(fund('/facts?dry-run=true'), fact('GapStated', { effective: '2016-04-01', ...stating }));
  t.equal(plain.json<{ tests?: object }>().tests, undefined, 'what no test sees has none');
});
