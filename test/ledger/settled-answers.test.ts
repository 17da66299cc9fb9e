import { join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { instantText, type Instant } from '../../src/domain/calendar.js';
import { Refusal } from '../../src/domain/rules.js';
import { fundStream } from '../../src/ledger/catalogue.js';
import { settableClock } from '../../src/ledger/clock.js';
import { openLedger } from '../../src/ledger/ledger.js';
import { load, planLoad } from '../../src/ledger/acts/load.js';
import { QUERIES } from '../../src/ledger/questions/all.js';
import type { Query } from '../../src/ledger/questions/question.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { ask } from '../support/asking.js';
import { histories, play } from '../support/histories.js';
import { at, folder, FUND, openedLedger, TestLedger } from '../support/ledger.js';
import { asyncProperty } from '../support/property.js';
import { scenarios } from '../support/scenarios.js';

/** A settled answer never changes: asked again with its dates, it is the same bytes for ever. */

/** The questions about what was known, at one instant or at two. */
/** A question about the present alone, such as an officer's tasks, cannot be asked again for the same instant. */
const OF_AN_INSTANT = QUERIES.filter(
  ({ answer, options }) =>
    'settled' in answer.shape && Object.keys(options.shape).some((option) => /known/.test(option)),
);

/** Every object of a schema, with those inside it. */
function objectsIn(schema: z.core.$ZodType): z.ZodObject[] {
  if (schema instanceof z.ZodObject)
    return [schema, ...Object.values(schema.shape).flatMap((each) => objectsIn(each as z.core.$ZodType))];
  if (schema instanceof z.ZodArray) return objectsIn(schema.element);
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) return objectsIn(schema.unwrap());
  return [];
}

t.test('whatever says what was known says whether it is settled, and of how much of the ledger', async (t) => {
  let found = 0;
  for (const { name, options, answer } of QUERIES) {
    for (const { shape } of objectsIn(answer)) {
      if (!('knownAt' in shape)) continue;
      found++;
      t.ok('settled' in shape && 'ledger' in shape, name);
    }
    const instants = Object.entries(options.shape).filter(([option, schema]) => {
      const read = z.safeParse(schema as z.ZodType, '2016-06-30');
      return read.success && read.data === at('2016-06-30T22:59:59.999Z') && option !== '';
    });
    for (const [option] of instants) t.match(option, /known/, `an instant of ${name}: what it is settled by`);
    if (instants.length > 0) t.ok('settled' in answer.shape, `${name} says it of the whole`);
  }
  t.ok(found > 40);
});

interface Put {
  readonly query: Query;
  readonly given: Readonly<Record<string, string>>;
}

/** A service on a file, with a clock of its own. */
async function service(t: Test, file: string, from: string): Promise<TestLedger> {
  const clock = settableClock(at(from));
  const store = openSqliteEventStore({ file });
  const ledger = new TestLedger(await openLedger(store, clock), store, clock, file);
  t.teardown(() => ledger.close());
  return ledger;
}

const INSTANT_OPTIONS = ['known-at', 'from-known-at', 'to-known-at', 'known-from', 'known-to'];
const DAY_OPTIONS = ['on', 'from-on', 'to-on'];

const NO_CASE = '00000000-0000-4000-8000-000000000000';

/** Names from the ledger for the parameters of a question, of one fund or area that has them. */
function namesFor({ ledger: { model } }: TestLedger, { path, params }: Query, pick: (count: number) => number) {
  const any = <Each>(all: readonly Each[]): Each | undefined => all[pick(all.length)];
  const names = (parameter: string): boolean => parameter in params.shape;
  const filed = (fund: string) => model.fund(fund)!.facts.kept.get('return')!;
  const disputes = (area: string) => model.stream('dispute', `disputes-${area}`).own;
  const fund = any(model.funds().filter((each) => !names('return') || filed(each).length > 0)) ?? 'norfolk-2016-17';
  const areas = model.areas().filter((each) => !names('settlement') || disputes(each).settlements.size > 0);
  const area = path.includes('disputes') ? any(areas) : undefined;
  return {
    officer: 'norfolk-finance',
    fund,
    area: area ?? fund.slice(0, -'-2016-17'.length),
    year: fund.slice(-'2016-17'.length),
    partner: any(model.fund(fund)?.outline.opened?.partners ?? []) ?? 'nobody',
    return: (any(names('return') ? filed(fund) : [])?.data['return'] as string | undefined) ?? 'none',
    case: (area && any([...disputes(area).cases.keys()])) ?? NO_CASE,
    settlement: (area && any([...disputes(area).settlements.keys()])) ?? 'none',
    proposal: any(model.openProposals())?.proposal.id ?? NO_CASE,
    revision: String(pick(4)),
  };
}

/** A question with all its parameters and options, picked from what the ledger has. Both dates are always given. */
function putTo(ledger: TestLedger, query: Query, pick: (count: number) => number, knownAt: readonly Instant[]): Put {
  const names = namesFor(ledger, query, pick);
  const given: Record<string, string> = {};
  for (const name of Object.keys(query.params.shape)) given[name] = names[name as keyof typeof names];
  for (const name of Object.keys(query.options.shape)) {
    if (INSTANT_OPTIONS.includes(name)) given[name] = instantText(knownAt[pick(knownAt.length)]!);
    if (DAY_OPTIONS.includes(name))
      given[name] = `${Number(names.year.slice(0, 4)) + pick(2)}-${['05-17', '03-31', '12-24'][pick(3)]!}`;
    if (name === 'period') given[name] = String(1 + pick(12));
  }
  return { query, given };
}

/** The answer of a service as it is sent over HTTP; undefined if it is refused. */
async function told(
  ledger: TestLedger,
  { query, given }: Put,
): Promise<{ text: string; settled: boolean } | undefined> {
  const found = await ask(ledger, query.name, given);
  if (found instanceof Refusal) return undefined;
  return { text: JSON.stringify(found.answer), settled: found.answer['settled'] as boolean };
}

/** Settled answers as first given. Nothing may change them. */
function promises() {
  const given = new Map<string, { readonly put: Put; readonly text: string }>();
  const answered = new Set<string>();
  const keyOf = ({ query, given: asked }: Put): string => `${query.name} ${JSON.stringify(asked)}`;
  return {
    answered,
    count: () => given.size,
    async note(ledger: TestLedger, put: Put): Promise<void> {
      const answer = await told(ledger, put);
      if (!answer) return;
      answered.add(put.query.name);
      if (answer.settled && !given.has(keyOf(put))) given.set(keyOf(put), { put, text: answer.text });
    },
    async hold(ledger: TestLedger): Promise<void> {
      // A service reads what another has noted within a second.
      ledger.clock.set((ledger.clock.now() + 1_000) as Instant);
      for (const [key, { put, text }] of given) {
        const again = await told(ledger, put);
        if (again?.text !== text) throw new Error(`${key} was settled:\n${text}\nand is now\n${again?.text}`);
      }
    },
  };
}

t.test('every question of a ledger that grows keeps its settled answers, whichever service is asked', async (t) => {
  const planned = planLoad(scenarios());
  const never = new Set(OF_AN_INSTANT.map(({ name }) => name));
  await asyncProperty(
    t,
    fc.asyncProperty(
      fc.array(
        fc.record({
          share: fc.double({ min: 0.4, max: 1, noNaN: true }),
          by: fc.nat(1),
          steps: fc.integer({ min: -90_000, max: 90_000 }),
        }),
        { minLength: 2, maxLength: 2 },
      ),
      fc.array(fc.nat(1_000_000), { minLength: 97, maxLength: 97 }),
      async (rounds, numbers) => {
        const file = join(folder(t), 'ledger.sqlite');
        const services = [
          await service(t, file, '2016-03-01T09:00:00Z'),
          await service(t, file, '2016-03-01T09:00:00Z'),
        ];
        let picked = 0;
        const pick = (count: number): number => (count === 0 ? 0 : numbers[picked++ % numbers.length]! % count);
        const kept = promises();
        let upTo = 0;
        for (const [round, { share, by, steps }] of rounds.entries()) {
          const last = round === rounds.length - 1;
          upTo = last ? planned.length : Math.ceil(upTo + (planned.length - upTo) * share * 0.7);
          const posting = services[by]!;
          await load(planned.slice(0, upTo), { ledger: posting.ledger, clock: posting.clock, signedInBy: 'file' });
          const recorded = posting.ledger.model.lastRecorded();
          for (const each of services) each.clock.set((recorded + (each === posting ? 0 : steps)) as Instant);
          await kept.hold(services[1 - by]!);
          await kept.hold(posting);
          const instants = [
            recorded - pick(100_000_000),
            recorded - 1,
            recorded,
            recorded + Math.max(steps, 0),
            recorded + 10 ** 9,
          ] as Instant[];
          for (const query of last ? [...OF_AN_INSTANT, ...OF_AN_INSTANT, ...OF_AN_INSTANT] : OF_AN_INSTANT)
            for (const each of services) await kept.note(each, putTo(each, query, pick, instants));
          // The subject of a question is picked from everything there is, so some questions are refused on the picked
          // days.
          for (const query of last ? OF_AN_INSTANT : []) {
            for (let tries = 0; tries < 200 && !kept.answered.has(query.name); tries++) {
              await kept.note(posting, putTo(posting, query, pick, [recorded]));
            }
          }
        }
        await kept.hold(services[0]!);
        for (const name of kept.answered) never.delete(name);
        t.ok(kept.count() > OF_AN_INSTANT.length, `${kept.count()} settled answers`);
      },
    ),
    1,
  );
  // A proposal is open for a while in one stream, so it depends on chance whether a question meets one.
  t.same(
    [...never].filter((name) => !name.endsWith('proposal')),
    [],
    'each has been answered',
  );
});

t.test('clocks that step and a second service change no settled answer', async (t) => {
  await asyncProperty(
    t,
    fc.asyncProperty(
      histories(24),
      fc.array(fc.record({ by: fc.nat(1), step: fc.integer({ min: -4_000, max: 4_000 }), back: fc.nat(8_000) }), {
        minLength: 30,
        maxLength: 30,
      }),
      async (moves, turns) => {
        const one = await openedLedger(t, join(folder(t), 'ledger.sqlite'));
        const two = await service(t, one.file, '2016-03-01T09:00:00Z');
        const kept = promises();
        const fund = OF_AN_INSTANT.filter(({ name }) =>
          ['position', 'gap', 'timeline', 'trace', 'plan'].includes(name),
        );
        await play(
          one,
          moves.map((move) => ({ ...move, hours: 0 })),
          async (index) => {
            const { by, step, back } = turns[index % turns.length]!;
            for (const each of [one, two])
              each.clock.set((each.clock.now() + (each === one ? step : -step)) as Instant);
            const asked = [one, two][by]!;
            const instant = (asked.clock.now() - back) as Instant;
            for (const query of fund) {
              const given = {
                fund: FUND,
                'known-at': instantText(instant),
                ...('on' in query.options.shape && { on: '2016-12-31' }),
              };
              await kept.note(asked, { query, given });
            }
            await two.submit('pool-manager', {
              act: 'post',
              fact: {
                type: 'GapStated',
                data: {
                  effective: '2016-04-01',
                  claimant: 'Press',
                  statedOn: '2016-04-01',
                  amount: '1.00',
                  basis: `report ${index}`,
                } as never,
              },
            });
            await one.ledger.projector.whenTaken((await one.store.head())!);
          },
        );
        for (const each of [one, two]) {
          await each.ledger.projector.whenTaken((await one.store.head())!);
          await kept.hold(each);
        }
        t.ok(kept.count() > 0);
        t.equal(one.ledger.model.places(fundStream(FUND)).length, two.ledger.model.places(fundStream(FUND)).length);
      },
    ),
    3,
  );
});
