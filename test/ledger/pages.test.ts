import t, { type Test } from 'tap';
import { QUERIES } from '../../src/ledger/questions/all.js';
import type { Answer } from '../../src/ledger/questions/question.js';
import { Refusal } from '../../src/domain/rules.js';
import { ask, asked } from '../support/asking.js';
import { acts, caseNamed, disputing, DISPUTES, share } from '../support/disputes.js';
import { fact } from '../support/figures.js';
import { contribution, line, REGISTER_STREAM, type TestLedger } from '../support/ledger.js';

/** All pages of one listing have the same instant and day, whatever is recorded between two of them. */

const PAGED = QUERIES.filter(({ options }) => 'after' in options.shape);

/** The rows of an answer: the one list that it has. */
const rowsOf = (answer: Answer): readonly unknown[] => Object.values(answer).find((each) => Array.isArray(each))!;

const offer = (ledger: TestLedger, name: string) =>
  ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: fact('ContributionAgreed', contribution({ contribution: name })),
  });

const mandate = (ledger: TestLedger, officer: string, name: string) =>
  ledger.done(
    officer,
    {
      act: 'propose',
      fact: fact('OfficerMandated', {
        effective: '2018-11-01',
        officer: name,
        partner: 'county',
        role: 'finance-officer',
      }),
    },
    { in: REGISTER_STREAM },
  );

const split = (ledger: TestLedger, name: string) =>
  ledger.done(
    'county-finance',
    {
      act: 'propose',
      fact: fact('SplitDecided', {
        effective: '2018-11-01',
        case: caseNamed(name),
        decidedOn: '2018-11-01',
        split: share(5_000),
        by: 'parties',
      }),
    },
    { in: DISPUTES },
  );

/** A ledger in which every listing has several rows. */
async function filled(test: Test): Promise<TestLedger> {
  const ledger = await disputing(test);
  for (const name of ['one', 'two', 'three', 'four']) {
    await acts(ledger).raise(name, { until: undefined });
    await split(ledger, name);
  }
  for (const name of ['a', 'b', 'c', 'd']) {
    await ledger.post('pool-manager', 'PlanLineSet', line({ line: name }));
    await offer(ledger, `offer-${name}`);
    await mandate(ledger, 'county-chief', `new-${name}`);
  }
  return ledger;
}

/** Acts that move rows: a case that comes first in the register, a counter, an answer, and more of everything. */
async function more(ledger: TestLedger): Promise<void> {
  ledger.now('2018-11-02T00:30:00Z');
  await acts(ledger).raise('earlier', { raisedOn: '2018-10-02', until: undefined });
  await split(ledger, 'earlier');
  const waiting = (await asked<{ proposals: { proposal: string }[] }>(ledger, 'proposals')).proposals;
  const [first, second] = waiting.map(({ proposal }) => proposal);
  await ledger.done('county-finance', {
    act: 'counter',
    proposal: first!,
    fact: fact('ContributionAgreed', contribution({ contribution: 'offer-a', amount: '2.00' })),
  });
  await ledger.done('county-finance', { act: 'decline', proposal: second!, reason: 'not now' });
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'later' }));
  await mandate(ledger, 'county-chief', 'newest');
}

t.test('each listing that has pages is of its first page’s instant to the end', async (t) => {
  t.same(PAGED.map(({ name }) => name).sort(), [
    'approvals',
    'dispute-cases',
    'dispute-proposals',
    'dispute-timeline',
    'proposals',
    'register-proposals',
    'register-timeline',
    'timeline',
  ]);
  for (const { name } of PAGED) {
    const ledger = await filled(t);
    const whole = await asked(ledger, name);
    t.equal(whole['next'], null, name);
    let page = await asked(ledger, name, { limit: '2' });
    const rows = [...rowsOf(page)];
    await more(ledger);
    while (page['next'] !== null) {
      page = await asked(ledger, name, { limit: '2', after: page['next'] as string });
      t.match(page, { knownAt: whole['knownAt'], ...('on' in whole && { on: whole['on'] }) }, name);
      rows.push(...rowsOf(page));
    }
    t.same(rows, rowsOf(whole), name);
    t.not(rowsOf(await asked(ledger, name)).length, 0, name);
    t.notSame(rowsOf(await asked(ledger, name)), rowsOf(whole), `${name}: it has moved meanwhile`);
  }
});

t.test('a cursor names its dates: others beside it are refused, and one that names none is of now', async (t) => {
  const ledger = await filled(t);
  const { next } = await asked<{ next: string }>(ledger, 'timeline', { limit: '2' });
  t.equal(next, '1@2018-11-01T09:00:00.000Z');
  const other = await ask(ledger, 'timeline', { after: next, 'known-at': '2018-10-31' });
  t.match(other, { rule: 'cursor_of_other_dates', detail: /"known-at"/ });
  t.ok(other instanceof Refusal);
  t.match(await asked(ledger, 'timeline', { after: next, 'known-at': '2018-11-01T09:00:00Z', limit: '1' }), {
    entries: [{ revision: '2' }],
  });
  t.match(await asked(ledger, 'timeline', { after: '1', limit: '1' }), { entries: [{ revision: '2' }] });
  const cases = await asked<{ next: string }>(ledger, 'dispute-cases', { limit: '1', on: '2018-10-31' });
  t.match(cases.next, /^[0-9a-f-]{36}@2018-11-01T09:00:00\.000Z@2018-10-31$/);
  t.match(await ask(ledger, 'dispute-cases', { after: cases.next, on: '2018-11-01' }), {
    rule: 'cursor_of_other_dates',
    detail: /"on"/,
  });
});

t.test('what is no cursor is told as such', async (t) => {
  const ledger = await filled(t);
  for (const after of [
    'x',
    '1@',
    '1@yesterday',
    '1@2018-11-01T09:00:00Z@2018-13-01',
    '1@2018-11-01T09:00:00Z@2018-10-31@1',
  ]) {
    await t.rejects(ask(ledger, 'timeline', { after }), /must be the \\"next\\" of an earlier page/, after);
  }
});
