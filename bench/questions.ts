import { isDeepStrictEqual } from 'node:util';
import { gapOf } from '../projections/gap.js';
import { partnerPosition } from '../projections/position.js';
import type { View } from '../projections/view.js';
import { dayNumber, dayOfNumber, instantText, type Day, type Instant } from '../src/domain/calendar.js';
import { NO_MONEY } from '../src/domain/money.js';
import { viewOf, type ReadModel } from '../src/ledger/read-model.js';
import { FIRST, FUNDS, LAST, PARTNERS, RECORDED_FROM, RECORDED_UNTIL } from './facts.js';
import type { Line } from './figures.js';
import { naiveViews } from './naive.js';
import { createRandom, type Random } from './random.js';

/**
 * Workload 1: a partner's position, and a fund's gap, on any day as known at any instant, by the path that the service
 * answers by. Nothing is timed before a sample of the answers has been found equal to the naive fold over the log.
 */
export interface Question {
  readonly fund: string;
  readonly partner: string;
  readonly on: Day;
  readonly knownAt: Instant;
}

const CHECKED = 32;
const ASKED = 4_096;
const SECONDS = 2;

type Answer = (view: View, partner: string) => unknown;

const ANSWERS: readonly (readonly [what: string, answer: Answer])[] = [
  ['position of a partner', partnerPosition],
  ['gap of a fund', (view) => gapOf(view, NO_MONEY)],
];

export function measureQuestions(file: string, model: ReadModel, seed: number): Line[] {
  const random = createRandom(seed + 1);
  checkAnswers(file, model, [
    { fund: FUNDS[0]!, partner: PARTNERS[0]!, on: LAST, knownAt: RECORDED_UNTIL },
    { fund: FUNDS[0]!, partner: PARTNERS[0]!, on: FIRST, knownAt: RECORDED_UNTIL },
    ...Array.from({ length: CHECKED - 2 }, () => question(random)),
  ]);
  const questions = Array.from({ length: ASKED }, () => question(random));
  return ANSWERS.map(([what, answer]) => ({ what, ...measured(model, questions, answer) }));
}

function question(random: Random): Question {
  const days = dayNumber(LAST) - dayNumber(FIRST) + 1;
  return {
    fund: random.pick(FUNDS),
    partner: random.pick(PARTNERS),
    on: dayOfNumber(dayNumber(FIRST) + random.below(days)),
    knownAt: (RECORDED_FROM + random.below(RECORDED_UNTIL - RECORDED_FROM)) as Instant,
  };
}

function viewFor(model: ReadModel, { fund, on, knownAt }: Question): View {
  return viewOf(model.fund(fund)!, on, model.prefix(knownAt).size);
}

/** Throws where any answer is not that of the naive fold: a fast wrong figure is worth nothing. */
function checkAnswers(file: string, model: ReadModel, questions: readonly Question[]): void {
  const naive = naiveViews(file, questions);
  for (const [index, asked] of questions.entries()) {
    for (const [what, answer] of ANSWERS) {
      if (isDeepStrictEqual(answer(viewFor(model, asked), asked.partner), answer(naive[index]!, asked.partner)))
        continue;
      const { fund, partner, on, knownAt } = asked;
      throw new Error(
        `The ${what} (${fund}, ${partner}) on ${on} as known at ${instantText(knownAt)} is not what the log adds up to; nothing is timed.`,
      );
    }
  }
}

function measured(model: ReadModel, questions: readonly Question[], answer: Answer): Omit<Line, 'what'> {
  const ask = (asked: Question): unknown => answer(viewFor(model, asked), asked.partner);
  for (const asked of questions.slice(0, ASKED / 16)) ask(asked);
  const times: number[] = [];
  const start = performance.now();
  let last = start;
  while (last - start < SECONDS * 1000) {
    ask(questions[times.length % ASKED]!);
    const now = performance.now();
    times.push(now - last);
    last = now;
  }
  return {
    at: '',
    perSecond: (times.length * 1000) / (last - start),
    times,
    beside: `${CHECKED} answers equal the naive fold`,
  };
}
