import t from 'tap';
import { Refusal } from '../../src/domain/rules.js';
import { QUERIES } from '../../src/ledger/questions/all.js';
import { KnownAt, SEES_ALL } from '../../src/ledger/questions/question.js';
import { ask, asked, tableOf } from '../support/asking.js';
import { contribution, COUNTY, EAST, line, NORTH, openFund } from '../support/ledger.js';
import { openedLedger } from '../support/rules-alone.js';

/** Questions of which each says something that few funds have: what was taken back, adjusted, cut off, or is not there. */

interface Event {
  readonly reason: string | null;
  readonly reversedBy: string | null;
  readonly resting: readonly { readonly revision: string }[];
}

t.test('an event says which fact takes it back, what else changed it, and why it was adjusted', async (t) => {
  const ledger = await openedLedger(t);
  const event = (revision: string) => asked<Event>(ledger, 'event', { revision });
  const { outcome } = await ledger.post('pool-manager', 'PlanLineSet', line());
  const revised = await ledger.post('pool-manager', 'PlanLineRevised', {
    ...{ effective: '2016-05-01', line: 'home-care', now: '5.00', reason: 'Less' },
  });
  const back = (reverses: string) => ({ effective: '2016-04-01', reverses, reason: 'It was never so' });
  await ledger.post('pool-manager', 'FactReversed', { ...back(revised.outcome.revision), effective: '2016-05-01' });
  const taken = await ledger.post('pool-manager', 'FactReversed', back(outcome.revision));
  t.match(await event(outcome.revision), {
    reason: null,
    reversedBy: taken.outcome.revision,
    resting: [{ revision: revised.outcome.revision }, { revision: taken.outcome.revision }],
  });
  t.match(await event('0'), { reversedBy: null, resting: [] });

  ledger.now('2016-05-02T09:00:00Z');
  await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', { effective: '2016-04-30', period: 1 });
  const offer = {
    act: 'propose',
    fact: { type: 'PlanLineSet', data: line({ line: 'late' }) as never },
    adjustment: { reason: 'A late paper' },
  } as const;
  const { outcome: proposed } = await ledger.done('county-finance', offer);
  const agreed = await ledger.done('county-chief', { act: 'agree', proposal: proposed.proposal! });
  t.match(await event(agreed.outcome.events[1]!.revision), { reason: 'A late paper' });
});

t.test('a page of a history of some facts ends where it is full, and the next goes on from there', async (t) => {
  const ledger = await openedLedger(t);
  for (const name of ['a', 'b', 'c']) await ledger.post('pool-manager', 'PlanLineSet', line({ line: name }));
  interface Page {
    readonly entries: readonly { readonly sentence: string }[];
    readonly next: string | null;
  }
  const seen: string[] = [];
  for (let after: string | null = ''; after !== null;) {
    const given = { group: 'plan', limit: '2', ...(after && { after }) };
    const page: Page = await asked<Page>(ledger, 'timeline', given);
    seen.push(page.entries.map(({ sentence }) => /"(\w)"/.exec(sentence)![1]).join(''));
    after = page.next;
  }
  t.same(seen, ['ab', 'c']);
});

t.test('a department that no line belongs to is refused with those that there are', async (t) => {
  const ledger = await openedLedger(t);
  const refused = async () => {
    const found = await ask(ledger, 'plan', { department: 'parks' });
    return found instanceof Refusal ? found.detail : '';
  };
  t.equal(await refused(), 'No plan line belongs to the department "parks". No line names a department.');
  await ledger.post('pool-manager', 'PlanLineSet', line({ department: 'public-health' }));
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'b', department: 'housing' }));
  t.equal(
    await refused(),
    'No plan line belongs to the department "parks". The departments are housing, public-health.',
  );
});

t.test('the last year that the ledger speaks of has no next', async (t) => {
  const ledger = await openedLedger(t);
  await openFund(ledger, '2098-99');
  t.match(await ask(ledger, 'roll-forward', { fund: 'testshire-2098-99' }), { rule: 'effective_outside_year' });
});

t.test('what is found is a table too, with blanks for what it does not have', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line({ description: 'Norwich at home' }));
  const { rows } = await tableOf(ledger, 'find', { text: 'testshire' });
  t.same(
    rows.slice(0, 2).map((row) => row.slice(0, 2)),
    [
      ['area', 'testshire'],
      ['fund', 'testshire-2016-17'],
    ],
  );
  t.match((await tableOf(ledger, 'find', { text: 'norwich at home' })).rows, [
    ['fact', /Norwich at home/, 'testshire', 'testshire-2016-17', '1', /^2016-03-01T/],
  ]);
});

t.test('the stages of a protocol have a limit in working days or in calendar days, or none', async (t) => {
  const ledger = await openedLedger(t);
  const { rows } = await tableOf(ledger, 'dispute-protocols');
  const limits = rows.map(([protocol, stage, , working, calendar]) => [protocol, stage, working, calendar]);
  t.same(limits.slice(0, 5), [
    ['sheffield-five-stage', 'prevention', '10', ''],
    ['sheffield-five-stage', 'informal', '10', ''],
    ['sheffield-five-stage', 'panel', '20', ''],
    ['sheffield-five-stage', 'chief-executives', '20', ''],
    ['sheffield-five-stage', 'arbitration', 'no limit', ''],
  ]);
  const { table } = QUERIES.find(({ name }) => name === 'dispute-protocols')!;
  const stages = [{ stage: 'talks', title: 'Talks', workingDays: null, days: 28 }];
  const own = { protocol: 'own', title: 'Our own', stages, evidence: 'a paper', proven: false };
  t.same(table({ protocols: [own] }).rows, [['own', 'talks', 'Talks', '', '28', 'a paper']]);
});

t.test('what is on the table counts in the tests as if it were signed, also once some have signed it', async (t) => {
  const ledger = await openedLedger(t);
  const facts = [
    { type: 'ContributionAgreed', data: contribution() as never },
    {
      type: 'ContributionAgreed',
      data: contribution({ contribution: 'of-east', payer: EAST, source: 'LA_ADD' }) as never,
    },
  ] as const;
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const { outcome } = await ledger.done('county-finance', { act: 'propose', fact: facts[0], further: [facts[1]] });
  const proposal = outcome.proposal!;
  await ledger.done('north-ccg-finance', { act: 'agree', proposal });
  const found = await asked<{ whatIf: { proposals: readonly object[]; tests: { test: string; verdict: string }[] } }>(
    ledger,
    'minimum-tests',
    { on: '2016-04-01', with: proposal },
  );
  t.match(found.whatIf.proposals, [{ proposal }]);
  t.match(
    found.whatIf.tests.find(({ test }) => test === 'T6'),
    { verdict: 'pass' },
  );
});

t.test(
  'what a deal asks of a body waits for those too who propose such facts, where another made the deal',
  async (t) => {
    const ledger = await openedLedger(t);
    const beside = {
      ...{ effective: '2016-04-01', funding: 'tax', holder: COUNTY, source: 'COUNCIL_TAX', recurrent: true },
      ...{ amount: '5.00', basis: 'Budget' },
    };
    const { outcome } = await ledger.done('north-ccg-finance', {
      act: 'propose',
      fact: { type: 'ContributionAgreed', data: contribution() as never },
      further: [{ type: 'FundingBesideStated', data: beside as never }],
    });
    const waits = async (officer: string) =>
      (await asked<{ toSign: { proposal: string }[] }>(ledger, 'tasks', { officer })).toSign.map(
        (each) => each.proposal,
      );
    t.same(await waits('pool-manager'), [outcome.proposal], 'the pool manager may state it, and a chief must sign');
    t.same(await waits('county-chief'), [outcome.proposal]);
    t.same(await waits(`${NORTH}-chief`), []);
  },
);

t.test('before the first month has ended no release of claims is told', async (t) => {
  const ledger = await openedLedger(t);
  const { run } = QUERIES.find(({ name }) => name === 'succession')!;
  const told = (knownAt: string) =>
    run(
      ledger.ledger,
      { area: 'testshire', 'known-at': KnownAt.parse(knownAt) },
      { ...SEES_ALL, seesCases: () => false, seesClaims: () => false },
    );
  t.match(await told('2013-04-29'), { disclosed: 'rounded', release: null });
  t.match(await told('2013-05-01'), { disclosed: 'rounded', release: '2013-04-30' });
});
