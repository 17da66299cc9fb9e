import { z } from 'zod';
import { completedFact, fact, type Fact } from '../facts.js';
import { exactly, largest, minus, moneyText, pence, pounds, signedPence } from '../money.js';
import { posted } from '../postings.js';
import { refuse, Refusal } from '../rules.js';
import { LINE_CATEGORIES, lineCategoryOf } from '../sources.js';
import { Amount, Code, EffectiveDay, Money, Name, SignedMoney, Sum, words } from '../values.js';
import {
  inOrder,
  itemOf,
  nameIsFree,
  opened,
  partnerIsIn,
  planAccount,
  sourceFits,
  standsAt,
  type FundState,
} from './state.js';

/** The spending plan: lines that say what the fund requires, from which source, and for how long. */

const signOf = (effect: 'adds' | 'reduces'): 1 | -1 => (effect === 'adds' ? 1 : -1);

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
      lead: Name.optional().meta({
        description: 'The partner that commissions it, and may record what it costs beside the host.',
      }),
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
      (data.lead === undefined ? undefined : partnerIsIn(state, data.lead)) ??
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
    evolve: (state, data, { revision }) =>
      void state.items.set(data.line, {
        kind: 'line',
        source: data.source,
        recurrent: data.recurrent,
        effect: lineCategoryOf(data.category)!.effect,
        began: data.effective,
        lead: data.lead,
        revision,
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
    input: z.strictObject({ effective: EffectiveDay, line: Name, now: Money, reason: words(500) }),
    stored: z.strictObject({
      effective: EffectiveDay,
      line: Name,
      now: Money,
      reason: words(500),
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
      const was = exactly(sign * standsAt(state, 'requirement', data.line, data.effective));
      return {
        ...data,
        was: moneyText(was),
        source: line.source,
        recurrent: line.recurrent,
        change: moneyText(exactly(sign * minus(pence(data.now), was))),
      };
    },
    check: (data) =>
      data.now === data.was
        ? refuse('nothing_to_change', `"${data.line}" stands at ${pounds(pence(data.now))} on that day already.`)
        : undefined,
    postings: (data) =>
      posted({
        ...planAccount(data.line, data),
        item: data.line,
        on: data.effective,
        pence: signedPence(data.change),
      }),
    evolve: () => undefined,
    sentence: (data) =>
      `Plan line "${data.line}" was revised from ${pounds(pence(data.was))} to ${pounds(pence(data.now))}: ${data.reason}`,
  }),
];
