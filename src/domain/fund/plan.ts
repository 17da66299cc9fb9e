import { z } from 'zod';
import { dayInWords, financialYear, type Day } from '../calendar.js';
import { completedFact, fact, type Fact } from '../facts.js';
import { exactly, largest, minus, moneyText, pence, plus, pounds, signedPence } from '../money.js';
import { posted } from '../postings.js';
import { refuse, Refusal } from '../rules.js';
import { LINE_CATEGORIES, lineCategoryOf } from '../sources.js';
import { Amount, Code, EffectiveDay, Money, Name, SignedMoney, Sum, words } from '../values.js';
import {
  inOrder,
  itemOf,
  nameIsFree,
  opened,
  planAccount,
  seriesOf,
  sourceFits,
  standsAt,
  type FundState,
} from './state.js';

/** The spending plan: lines that say what the fund requires, from which source, and for how long. */

const signOf = (effect: 'adds' | 'reduces'): 1 | -1 => (effect === 'adds' ? 1 : -1);

/** Half of a move of money between two years; the other half is a revision of the same name in the other year’s fund. */
const Reprofile = z
  .strictObject({
    name: Name,
    otherYear: z.string().refine((label) => financialYear(label) !== undefined, {
      error: 'must be a financial year such as "2016-17"',
    }),
  })
  .optional()
  .meta({
    description: 'The name of a reprofiling between two years, which the revision in the other year’s fund gives too.',
  });

export const PLAN_FACTS: readonly Fact<FundState>[] = [
  fact({
    name: 'PlanLineSet',
    about: 'Adds a line to the plan: what is required, from which source, recurrent or one-off (domain.md 2, 7.2).',
    input: z.strictObject({
      effective: EffectiveDay,
      line: Name,
      description: words(200),
      category: Name,
      source: Code,
      recurrent: z.boolean(),
      amount: Amount,
    }),
    signature: 'none',
    roles: ['pool-manager', 'finance-officer', 'chief-finance-officer'],
    effective: 'in-year',
    reversible: true,
    sides: (_data, state: FundState) => ({ acts: [opened(state).host], signs: [] }),
    amount: (data) => pence(data.amount),
    check: (data, state: FundState) =>
      nameIsFree(state, data.line) ??
      sourceFits(state, data.source, 'line') ??
      (lineCategoryOf(data.category)
        ? undefined
        : refuse(
            'category_unknown',
            `"${data.category}" is not a category; use ${LINE_CATEGORIES.map((each) => each.code).join(', ')}.`,
          )),
    postings: (data) =>
      posted({
        ...planAccount(data.line, data),
        item: data.line,
        on: data.effective,
        pence: exactly(signOf(lineCategoryOf(data.category)!.effect) * pence(data.amount)),
      }),
    evolve: (state, data) =>
      void state.items.set(data.line, {
        kind: 'line',
        source: data.source,
        recurrent: data.recurrent,
        effect: lineCategoryOf(data.category)!.effect,
        began: data.effective,
      }),
    names: (data) => data.line,
    sentence: (data) =>
      `Plan line "${data.line}" (${data.description}) was set at ${pounds(pence(data.amount))} from ${data.source}, ` +
      `${data.recurrent ? 'recurrent' : 'one-off'}.`,
  }),
  completedFact({
    name: 'PlanLineRevised',
    about:
      'Changes what a plan line requires from a day on; the amount that stood before is recorded with it (domain.md 6).',
    input: z.strictObject({
      effective: EffectiveDay,
      line: Name,
      now: Money,
      reason: words(500),
      reprofile: Reprofile,
    }),
    stored: z.strictObject({
      effective: EffectiveDay,
      line: Name,
      now: Money,
      reason: words(500),
      reprofile: Reprofile,
      was: Sum,
      source: Code,
      recurrent: z.boolean(),
      change: SignedMoney,
    }),
    signature: 'none',
    roles: ['pool-manager', 'finance-officer', 'chief-finance-officer'],
    effective: 'in-year',
    reversible: true,
    level: 'states',
    restsOn: (data) => data.line,
    sides: (_data, state: FundState) => ({ acts: [opened(state).host], signs: [] }),
    amount: (data) => largest(pence(data.now), pence(data.was)),
    complete(data, state: FundState) {
      const line = itemOf(state, 'line', data.line);
      if (line instanceof Refusal) return line;
      const late = inOrder(state, data.line, line.began, data.effective);
      if (late) return late;
      const sign = signOf(line.effect);
      const stands = (day: Day) => exactly(sign * standsAt(state, 'requirement', data.line, day));
      const was = stands(data.effective);
      // A line that was reversed in part, from a later day on, may have less left to change than this would take away.
      const change = minus(pence(data.now), was);
      const later = seriesOf(state, 'requirement', data.line).days.filter((day) => day > data.effective);
      const short = was < 0 ? data.effective : later.find((day) => plus(stands(day), change) < 0);
      if (short !== undefined) {
        return refuse(
          'later_change_stands',
          `With what has been reversed, "${data.line}" would stand below nothing on ${dayInWords(short)}.`,
        );
      }
      return {
        ...data,
        was: moneyText(was),
        source: line.source,
        recurrent: line.recurrent,
        change: moneyText(exactly(sign * change)),
      };
    },
    check(data, state: FundState) {
      if (data.now === data.was) {
        return refuse('nothing_to_change', `"${data.line}" stands at ${pounds(pence(data.now))} on that day already.`);
      }
      return data.reprofile?.otherYear === opened(state).year.label
        ? refuse(
            'reprofiled_within',
            `"${data.reprofile.name}" names ${data.reprofile.otherYear}, this fund’s own year.`,
          )
        : undefined;
    },
    postings: (data) =>
      posted({
        ...planAccount(data.line, data),
        item: data.line,
        on: data.effective,
        pence: signedPence(data.change),
      }),
    evolve: () => undefined,
    sentence: (data) =>
      `Plan line "${data.line}" was revised from ${pounds(pence(data.was))} to ${pounds(pence(data.now))}` +
      `${data.reprofile ? ` (reprofiled with ${data.reprofile.otherYear} as "${data.reprofile.name}")` : ''}: ${data.reason}`,
  }),
];
