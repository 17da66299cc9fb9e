import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { gapOf } from '../projections/gap.js';
import { partnerPosition, type PartnerPosition } from '../projections/position.js';
import type { View } from '../projections/view.js';
import { dayNumber, dayOfNumber, instantText, type Instant } from '../src/domain/calendar.js';
import { NO_MONEY } from '../src/domain/money.js';
import { viewOf, type ReadModel } from '../src/ledger/memory/read-model.js';
import { FIRST, FUNDS, LAST, PARTNERS, RECORDED_FROM, RECORDED_UNTIL } from './facts.js';
import { p50, timed, timesOf, type Line, type Measuring } from './figures.js';
import { naiveViews } from './naive.js';
import { JOURNAL_PROGRAMS, journalAsker } from './opponents/journal.js';
import { postgresMoves, sqliteMoves } from './opponents/moves.js';
import { Missing, orMissing } from './opponents/packages.js';
import type { Postgres } from './opponents/postgres.js';
import type { Asker, Question } from './question.js';
import { createRandom, type Random } from './random.js';

/**
 * Workload a: a partner's position on any day as known at any instant, answered by the service's own code, and by the
 * tools that a user would take instead. Timing begins only after a sample of the answers equals the naive fold over the
 * log.
 */
export const OURS = 'ours';
export const POSITION = 'position of a partner';
const CHECKED = 32;
const CHECKED_COLD = 3;
const ASKED = 4_096;
/** Tools that need minutes and gibibytes for so many events are left out. */
const JOURNAL_EVENTS_MAX = 100_000;
const TABLE_EVENTS_MAX = 1_000_000;

export function anyQuestion(random: Random): Question {
  const days = dayNumber(LAST) - dayNumber(FIRST) + 1;
  return {
    fund: random.pick(FUNDS),
    partner: random.pick(PARTNERS),
    on: dayOfNumber(dayNumber(FIRST) + random.below(days)),
    knownAt: (RECORDED_FROM + random.below(RECORDED_UNTIL - RECORDED_FROM)) as Instant,
  };
}

interface Asked {
  /** The ledger's file. */
  readonly file: string;
  readonly events: number;
  readonly model: ReadModel;
  readonly postgres: () => Promise<Postgres>;
  /** The journal of the ledger, written where it is first asked for. */
  readonly journal: () => string;
  readonly measuring: Measuring;
}

export async function measureQuestions({ file, events, model, postgres, journal, measuring }: Asked): Promise<Line[]> {
  const { folder, seed, seconds, note } = measuring;
  const random = createRandom(seed + 1);
  const checked = [
    { fund: FUNDS[0]!, partner: PARTNERS[0]!, on: LAST, knownAt: RECORDED_UNTIL },
    { fund: FUNDS[0]!, partner: PARTNERS[0]!, on: FIRST, knownAt: RECORDED_UNTIL },
    ...Array.from({ length: CHECKED - 2 }, () => anyQuestion(random)),
  ];
  const allKnown = Array.from({ length: CHECKED_COLD }, () => ({ ...anyQuestion(random), knownAt: RECORDED_UNTIL }));
  const questions = Array.from({ length: ASKED }, () => anyQuestion(random));
  const naive = new Map([...checked, ...allKnown].map((asked) => [asked, undefined as View | undefined]));
  naiveViews(file, [...naive.keys()]).forEach((view, index) => naive.set([...naive.keys()][index]!, view));
  const expected = (asked: Question): View => naive.get(asked)!;

  const viewFor = ({ fund, on, knownAt }: Question): View => viewOf(model.fund(fund)!, on, model.prefix(knownAt).size);
  for (const asked of checked) {
    const is = gapOf(viewFor(asked), NO_MONEY);
    if (!isDeepStrictEqual(is, gapOf(expected(asked), NO_MONEY))) throw different('gap of a fund, ours', asked);
  }
  const gap = await warmed(seconds, (index) => gapOf(viewFor(questions[index % ASKED]!), NO_MONEY));

  let ours: number | undefined;
  async function measured<Raw>(asker: Asker<Raw>): Promise<Line> {
    const sample = asker.effectiveOnly ? allKnown : checked;
    for (const asked of sample) {
      const is = partnerPosition(asker.view(asked, await asker.ask(asked)), asked.partner);
      const should = partnerPosition(expected(asked), asked.partner);
      if (!isDeepStrictEqual(is, should)) throw different(asker.name, asked);
    }
    const { perSecond, times } = asker.effectiveOnly
      ? await timed(0, (index) => asker.ask(allKnown[index % allKnown.length]!))
      : await warmed(seconds, (index) => asker.ask(questions[index % ASKED]!));
    await asker.close();
    ours ??= p50(times);
    note(`${asker.name}: asked`);
    return {
      what: `${POSITION}, ${asker.name}`,
      at: '',
      perSecond,
      times,
      ...(asker.name !== OURS && { ratio: timesOf(p50(times), ours, 'as long as ours') }),
      beside: `${sample.length} answers equal the naive fold`,
    };
  }

  const own: Asker<PartnerPosition> = {
    name: OURS,
    ask: (asked) => partnerPosition(viewFor(asked), asked.partner),
    view: viewFor,
    close: async () => undefined,
  };
  const unless = (most: number, name: string): void => {
    if (events > most) throw new Missing(`${name} is measured up to ${most.toLocaleString('en-GB')} events only`);
  };
  const opponents: (readonly [name: string, measure: () => Promise<Line>])[] = [
    [
      'PostgreSQL',
      async () => {
        unless(TABLE_EVENTS_MAX, 'PostgreSQL');
        return measured(await postgresMoves(await postgres(), file));
      },
    ],
    [
      'SQLite',
      async () => {
        unless(TABLE_EVENTS_MAX, 'SQLite');
        return measured(await sqliteMoves(join(folder, `moves-${events}.sqlite`), file));
      },
    ],
    ...JOURNAL_PROGRAMS.map(
      (program) =>
        [
          program,
          async () => {
            unless(JOURNAL_EVENTS_MAX, program);
            return measured(journalAsker(program, journal()));
          },
        ] as const,
    ),
  ];
  const lines = [await measured(own)];
  for (const [name, measure] of opponents) {
    lines.push(await orMissing(measure, (missing) => ({ what: `${POSITION}, ${name}`, at: '', missing })));
  }
  return [...lines, { what: 'gap of a fund, ours', at: '', ...gap, beside: `${CHECKED} answers equal the naive fold` }];
}

const different = (who: string, { fund, partner, on, knownAt }: Question): Error =>
  new Error(
    `The answer of ${who} (${fund}, ${partner}) on ${on} as known at ${instantText(knownAt)} is not what the log adds up to; nothing is timed.`,
  );

async function warmed(seconds: number, act: (index: number) => unknown) {
  await timed(seconds / 8, act);
  return timed(seconds, act);
}
