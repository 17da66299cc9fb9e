import fc from 'fast-check';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { claimReleases } from '../../../projections/claim-releases.js';
import { dayNumber, dayOfNumber, endOfLondonDay, monthsAfter, type Day } from '../../../src/domain/calendar.js';
import { Refusal } from '../../../src/domain/rules.js';
import { sightOf, type Sight } from '../../../src/ledger/access.js';
import { ask } from '../../../src/ledger/ask.js';
import { releasedUpTo } from '../../../src/ledger/memory/claims-told.js';
import { QUERIES } from '../../../src/ledger/questions/all.js';
import { isClaimFigure } from '../../../src/ledger/questions/disputes/claims-text.js';
import type { Answer, Query } from '../../../src/ledger/questions/question.js';
import { AREA, caseNamed, DISPUTES, disputing, raised, share } from '../../support/disputes.js';
import {
  contribution,
  COUNTY,
  FUND,
  line,
  NORTH,
  openedLedger,
  openFund,
  SOUTH,
  type TestLedger,
} from '../../support/ledger.js';
import { asyncProperty } from '../../support/property.js';
import { programOf } from '../../http/disputing.js';

/**
 * Every declared question, asked by somebody who may see the totals of an area but none of its cases. Figures that
 * depend on claims are only in fields of the types for claims, and change only if five or more cases have changed.
 */

const YEAR = 'testshire-2018-19';
const PROGRAM = 'county-program';
const PARAMS = {
  fund: YEAR,
  area: AREA,
  partner: COUNTY,
  return: 'q3',
  officer: PROGRAM,
  year: '2018-19',
  case: caseNamed('n-0'),
  settlement: 'spring',
  proposal: '5b2f0a36-5d0c-4d8b-9f9f-1f5a3f0d7e11',
  revision: '0',
  choices: 'partner',
};
const DATES = [
  {},
  { 'known-at': '2018-12-31' },
  { 'known-at': '2019-02-10T12:00:00Z', on: '2018-12-15' },
  { on: '2018-10-20' },
  { along: 'days' },
  { 'from-known-at': '2018-12-31', 'to-on': '2019-01-15' },
];

type Masked = readonly [rest: unknown, claims: readonly unknown[]];

/** An answer without its figures of claims, and these figures in their order. */
function masked(schema: z.ZodType, value: unknown): Masked {
  const claims: unknown[] = [];
  const walk = (of: z.ZodType, at: unknown): unknown => {
    if (isClaimFigure(of)) {
      claims.push(at);
      return 'of claims';
    }
    if (of instanceof z.ZodOptional || of instanceof z.ZodNullable)
      return at === undefined || at === null ? at : walk(of.unwrap() as z.ZodType, at);
    if (of instanceof z.ZodArray) return (at as unknown[]).map((each) => walk(of.element as z.ZodType, each));
    if (of instanceof z.ZodObject) {
      const shape = of.shape as Record<string, z.ZodType>;
      return Object.fromEntries(
        Object.entries(at as object).flatMap(([name, each]) =>
          // The number of events says nothing about a case. Identifiers and hashes of events of funds and of the
          // register differ between the two ledgers.
          ['ledger', 'release', 'id', 'hash'].includes(name)
            ? []
            : [[name, shape[name] ? walk(shape[name], each) : each]],
        ),
      );
    }
    return at;
  };
  return [walk(schema, value), claims];
}

/** What a question is asked, of those dates that it takes; undefined where it takes none of them. */
function askedOf({ params, options }: Query, dates: object): Record<string, unknown> | undefined {
  const own = Object.entries(dates).filter(([name]) => name in options.shape);
  if (own.length === 0 && Object.keys(dates).length > 0) return undefined;
  const named = Object.entries(PARAMS).filter(([name]) => name in params.shape);
  const needed = 'measure' in options.shape ? { measure: 'agreed' } : {};
  return z
    .object({ ...params.shape, ...options.shape })
    .parse({ ...Object.fromEntries(named), ...needed, ...Object.fromEntries(own) });
}

/** Every question that is answered to somebody, at each of the dates. */
async function answers({ ledger }: TestLedger, sight: Sight): Promise<Map<string, Masked>> {
  const found = new Map<string, Masked>();
  for (const query of QUERIES) {
    for (const dates of DATES) {
      const asked = askedOf(query, dates);
      const answer: Answer | Refusal | undefined = asked && (await ask(ledger, sight, query, asked));
      if (answer === undefined || answer instanceof Refusal) continue;
      found.set(`${query.name} ${JSON.stringify(dates)}`, masked(query.answer, answer));
      found.set(`${query.name} ${JSON.stringify(dates)} as a table`, [query.table(query.answer.parse(answer)), []]);
    }
  }
  return found;
}

interface World {
  readonly ledger: TestLedger;
  readonly program: Sight;
}

/** A fund with a filed return and seven cases, one of which is as given. */
async function world(t: Test, altered: Readonly<Record<string, unknown>> = {}, cases = 7): Promise<World> {
  const ledger = await disputing(t);
  await programOf(ledger, COUNTY, 'registrar');
  await openFund(ledger, '2018-19');
  await ledger.post('pool-manager', 'PlanLineSet', line({ effective: '2018-04-01', amount: '3000000.00' }), YEAR);
  const agreed = contribution({ effective: '2018-04-01' });
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', agreed, YEAR);
  for (let index = 0; index < cases; index++) {
    const data = raised(`n-${index}`, { until: '2018-10-31', ...(index === 3 && altered) });
    await ledger.post('county-finance', 'DisputeRaised', data, DISPUTES);
  }
  ledger.now('2019-01-10T09:00:00Z');
  const q3 = { effective: '2019-01-10', return: 'q3', kind: 'quarter-3', on: '2018-12-31' };
  await ledger.post('pool-manager', 'ReturnSubmitted', q3, YEAR);
  ledger.now('2019-03-05T09:00:00Z');
  return { ledger, program: sightOf(ledger.ledger, PROGRAM) as Sight };
}

const isTable = (name: string): boolean => name.endsWith('as a table');

t.test('a case that is altered moves nothing but figures of the types of claims', async (t) => {
  const plain = await world(t);
  const before = await answers(plain.ledger, plain.program);
  t.ok([...before.keys()].filter((name) => name.startsWith('gap ')).length > 2);
  for (const altered of [
    { costs: [{ from: '2018-10-01', weekly: '98765.43' }] },
    { claimed: share(1_234) },
    { kind: 's117', ground: 'section-117-duty' },
    { raisedOn: '2018-10-02' },
    { respondent: [{ from: '2018-10-01', partner: SOUTH }] },
  ]) {
    const other = await world(t, altered);
    const after = await answers(other.ledger, other.program);
    t.same([...after.keys()], [...before.keys()]);
    for (const [name, [rest]] of after) {
      // A table has the same figures as its answer, and the rows of breakdowns change with their cases.
      if (isTable(name) || /^disputes /.test(name)) continue;
      t.same(rest, before.get(name)![0], `${JSON.stringify(altered)}: ${name}`);
    }
  }
});

t.test('figures of claims are to the thousand and to the five, and totals are sums of what is told', async (t) => {
  const { ledger, program } = await world(t, { costs: [{ from: '2018-10-01', weekly: '98765.43' }] });
  let figures = 0;
  for (const [name, [, claims]] of await answers(ledger, program)) {
    for (const each of claims.filter((value) => value !== null)) {
      figures++;
      if (typeof each === 'number') t.equal(each % 5, 0, name);
      else t.match(each, /^-?\d+000\.00$|^0\.00$/, name);
    }
  }
  t.ok(figures > 30, `${figures} figures`);
});

t.test('while fewer than five cases change, no answer moves, at whatever dates it is asked', async (t) => {
  const { ledger, program } = await world(t);
  const before = await answers(ledger, program);
  t.match(before.get('gap {}')![1], ['43000.00', '43000.00'], 'seven cases of £6,200 each are told');
  const decide = async (name: string) =>
    ledger.signed(
      'county-finance',
      'north-ccg-finance',
      'SplitDecided',
      { effective: '2018-10-01', case: caseNamed(name), decidedOn: '2019-03-01', split: share(4_000), by: 'panel' },
      DISPUTES,
    );
  for (const [name, clock] of [
    ['n-0', '2019-04-05T09:00:00Z'],
    ['n-1', '2019-05-05T09:00:00Z'],
    ['n-2', '2019-06-05T09:00:00Z'],
    ['n-3', '2019-08-05T09:00:00Z'],
  ] as const) {
    await decide(name);
    ledger.now(clock);
    for (const [question, [, claims]] of await answers(ledger, program)) {
      if (isTable(question) || /^gap-history /.test(question)) continue;
      // Cases that grow older move together from one row to another.
      const sums = (all: readonly unknown[] = []) => all.filter((each) => typeof each === 'string');
      t.same(sums(claims), sums(before.get(question)?.[1]), `${question}, once ${name} was decided`);
    }
  }
  await decide('n-4');
  t.match((await answers(ledger, program)).get('gap {}')![1], ['43000.00', '43000.00'], 'nor before the month is over');
  ledger.now('2019-09-02T09:00:00Z');
  const after = await answers(ledger, program);
  t.match(after.get('gap {}')![1], ['12000.00', '12000.00'], 'the fifth renews what is told of all');
  t.match(after.get('gap {"known-at":"2018-12-31"}')![1], ['43000.00', '43000.00'], 'of what was known then, it stays');
});

t.test('of fewer than five cases nothing is told', async (t) => {
  const { ledger, program } = await world(t, {}, 4);
  for (const [name, [, claims]] of await answers(ledger, program)) {
    t.ok(
      claims.every((each) => each === null || each === 0 || each === '0.00'),
      `${name}: ${String(claims)}`,
    );
  }
});

t.test('who sees cases is told them exactly, and nothing is said of releases', async (t) => {
  const { ledger } = await world(t);
  const finance = sightOf(ledger.ledger, 'county-finance') as Sight;
  const gap = QUERIES.find(({ name }) => name === 'gap')!;
  const exact = (await ask(ledger.ledger, finance, gap, askedOf(gap, {})!)) as Answer;
  t.match(exact, { openClaims: '43400.00', exposure: '43400.00' });
  t.notOk('disclosed' in exact || 'release' in exact);
  const told = (await ask(ledger.ledger, sightOf(ledger.ledger, PROGRAM) as Sight, gap, askedOf(gap, {})!)) as Answer;
  t.match(told, { openClaims: '43000.00', disclosed: 'rounded', release: '2019-02-28' });
});

t.test('where no disputes are kept nothing is rounded', async (t) => {
  const ledger = await openedLedger(t);
  await programOf(ledger, COUNTY, 'registrar');
  const gap = QUERIES.find(({ name }) => name === 'gap')!;
  const answer = await ask(ledger.ledger, sightOf(ledger.ledger, PROGRAM) as Sight, gap, { fund: FUND });
  t.match(answer, { openClaims: '0.00' });
  t.notOk('disclosed' in (answer as Answer));
  ledger.now('2016-07-10T09:00:00Z');
  const filed = { effective: '2016-07-10', return: 'q1', kind: 'quarter-1', on: '2016-06-30' };
  await ledger.post('pool-manager', 'ReturnSubmitted', filed);
  const filedReturn = QUERIES.find(({ name }) => name === 'return')!;
  t.match(
    await ask(ledger.ledger, sightOf(ledger.ledger, PROGRAM) as Sight, filedReturn, { fund: FUND, return: 'q1' }),
    { digest: /^[0-9a-f]{64}$/ },
    'nor is a return withheld',
  );
});

t.test('claims of an area are told under the names of successors, by what stands in its funds', async (t) => {
  const { ledger, program } = await world(t);
  const succession = QUERIES.find(({ name }) => name === 'succession')!;
  const asked = askedOf(succession, {})!;
  t.match(await ask(ledger.ledger, program, succession, asked), { disclosed: 'rounded', claims: { after: [] } });
  const west = sightOf(ledger.ledger, 'west-district-finance') as Sight;
  const theirs = (await ask(ledger.ledger, west, succession, asked)) as Answer;
  t.notOk('disclosed' in theirs, 'who sees no totals is told of no release');
  t.match(NORTH, /north/);
});

t.test('the releases that are kept are those that are made of the ledger from nothing', async (t) => {
  await asyncProperty(
    t,
    fc.asyncProperty(
      fc.array(fc.record({ cases: fc.integer({ min: 0, max: 6 }), days: fc.integer({ min: 5, max: 70 }) }), {
        minLength: 6,
        maxLength: 9,
        size: 'max',
      }),
      async (steps) => {
        const ledger = await disputing(t);
        let at = ledger.clock.now();
        for (const [step, { cases, days }] of steps.entries()) {
          for (let index = 0; index < cases; index++) {
            const data = raised(`k-${step}-${index}`, { until: index % 2 === 0 ? '2018-10-31' : undefined });
            await ledger.submit(
              'county-finance',
              { act: 'post', fact: { type: 'DisputeRaised', data: data as never } },
              { in: DISPUTES },
            );
          }
          at = (at + days * 86_400_000) as typeof at;
          ledger.clock.set(at);
          // Later answers continue from releases that were asked for earlier.
          const kept = (await releasedUpTo(ledger.ledger, AREA, at)).at(at);
          const { model } = ledger.ledger;
          const fresh = claimReleases(model.stream('dispute', DISPUTES).own);
          let last: Day | undefined;
          for (let first = '2018-10-01' as Day; ; first = monthsAfter(first, 1)) {
            const on = dayOfNumber(dayNumber(monthsAfter(first, 1)) - 1);
            if (endOfLondonDay(on) > at) break;
            const upTo = model.knownRevision(DISPUTES, model.prefix(endOfLondonDay(on)).size);
            for (const part = fresh.next(on, upTo); !part.next().done;);
            last = on;
          }
          t.same(kept, { ...fresh.told(Infinity), release: last });
        }
      },
    ),
    6,
  );
});
