import { z } from 'zod';
import { dayInWords, financialYear, LAST_DAY, type Day } from '../calendar.js';
import { completedFact, fact, type Fact } from '../facts.js';
import { minus, moneyText, negated, NO_MONEY, pence, plus, pounds, type Pence } from '../money.js';
import { PLAN, posted, type Measure } from '../postings.js';
import { refuse, Refusal } from '../rules.js';
import type { Role } from '../register.js';
import { Amount, Code, EffectiveDay, Money, Name, words } from '../values.js';
import { booksOfSource, booksOn, daysFrom, SET_ASIDE } from './books.js';
import { receivers } from './contributions.js';
import { useOf } from './held.js';
import { purposesOf } from './spending.js';
import { limitToPurposes } from './spending-state.js';
import { holding, itemOf, nameIsFree, opened, partnerIsIn, sourceFits, standsAt, type FundState } from './state.js';

/**
 * Money kept for a later year, and money given back. A reserve is set aside in the fund of its year, drawn from there,
 * and enters the later year’s fund as money carried in: each step is a fact, and each holds to the one before.
 */

const HOST: readonly Role[] = ['pool-manager', 'finance-officer', 'chief-finance-officer'];
const CHIEF: readonly Role[] = ['chief-finance-officer'];

const byHost = (_data: unknown, state: FundState) => {
  const { host } = opened(state);
  return { acts: [host], signs: [host] };
};

const inReserve = (measure: Measure, reserve: string, source: string) => ({
  measure,
  holder: PLAN,
  source,
  term: 'one-off' as const,
  item: reserve,
  detail: reserve,
});

const drawInput = {
  effective: EffectiveDay,
  reserve: Name,
  amount: Amount,
  minute: words(120).meta({ description: 'The decision that draws it.' }),
};

const carryInput = {
  effective: EffectiveDay,
  carryIn: Name,
  from: Name.meta({ description: 'The fund whose reserve it is drawn from, such as "norfolk-2017-18".' }),
  reserve: Name,
  amount: Amount,
};

/** What a fund has taken in already from a reserve of another. */
function takenIn(state: FundState, from: string, reserve: string): Pence {
  let sum: Pence = NO_MONEY;
  for (const [name, item] of state.items) {
    if (item.kind === 'carry-in' && item.from === from && item.reserve === reserve) {
      sum = plus(sum, standsAt(state, 'agreed', name, LAST_DAY));
    }
  }
  return sum;
}

export const RESERVE_FACTS: readonly Fact<FundState>[] = [
  fact({
    name: 'CarryForwardApproved',
    about:
      'Unspent money of a source is set aside for a later year, for a purpose; two officers of the host approve it. Never more than is held, and a grant’s only for its purposes (domain.md 6, 7.5).',
    input: z.strictObject({
      effective: EffectiveDay,
      reserve: Name,
      source: Code,
      amount: Amount,
      purpose: Name,
      toYear: z.string().refine((label) => financialYear(label) !== undefined, {
        error: 'must be a financial year such as "2018-19"',
      }),
      minute: words(120).meta({ description: 'The decision that approved it.' }),
    }),
    signature: 'second-officer',
    roles: HOST,
    signerRoles: CHIEF,
    effective: 'in-year',
    reversible: true,
    limits: ['reserve', SET_ASIDE],
    names: (data) => data.reserve,
    sides: byHost,
    amount: (data) => pence(data.amount),
    check(data, state: FundState) {
      const { year } = opened(state);
      const allowed = purposesOf(state, data.source, data.effective);
      return (
        nameIsFree(state, data.reserve) ??
        sourceFits(state, data.source, 'line') ??
        (data.toYear > year.label
          ? undefined
          : refuse('year_not_later', `This fund is for ${year.label}; ${data.toYear} is not a later year.`)) ??
        (allowed.length === 0 || allowed.includes(data.purpose)
          ? undefined
          : refuse(
              'purpose_not_allowed',
              `"${data.purpose}" is none of its purposes; ${data.source} is for ${allowed.join(', ')}.`,
            ))
      );
    },
    postings: (data) =>
      posted({
        ...inReserve('carriedForward', data.reserve, data.source),
        on: data.effective,
        pence: pence(data.amount),
      }),
    evolve: (state, { reserve, source, purpose, toYear }) =>
      void state.items.set(reserve, { kind: 'reserve', source, purpose, toYear }),
    sentence: (data) =>
      `${pounds(pence(data.amount))} of ${data.source} was set aside as "${data.reserve}" for ${data.purpose} in ${data.toYear} (${data.minute}).`,
  }),
  completedFact({
    name: 'ReserveDrawn',
    about:
      'Money is drawn from a reserve for the year and purpose that it was set aside for; never more than is in it (domain.md 6).',
    input: z.strictObject(drawInput),
    stored: z.strictObject({ ...drawInput, source: Code, purpose: Name, toYear: z.string() }),
    signature: 'second-officer',
    roles: HOST,
    signerRoles: CHIEF,
    effective: 'any-day',
    reversible: true,
    limits: ['reserve'],
    restsOn: (data) => data.reserve,
    sides: byHost,
    amount: (data) => pence(data.amount),
    complete(data, state: FundState) {
      const found = itemOf(state, 'reserve', data.reserve);
      if (found instanceof Refusal) return found;
      const { source, purpose, toYear } = found;
      return { ...data, source, purpose, toYear };
    },
    check: () => undefined,
    postings: (data) => [
      ...posted({
        ...inReserve('carriedForward', data.reserve, data.source),
        on: data.effective,
        pence: negated(pence(data.amount)),
      }),
      ...posted({
        ...inReserve('drawn', data.reserve, data.source),
        on: data.effective,
        pence: pence(data.amount),
      }),
    ],
    evolve: () => undefined,
    sentence: (data) =>
      `${pounds(pence(data.amount))} was drawn from the reserve "${data.reserve}" for ${data.purpose} in ${data.toYear} (${data.minute}).`,
  }),
  completedFact({
    name: 'CarriedForwardReceived',
    about:
      'Money drawn from a reserve of an earlier year’s fund enters this one, bound to the purpose that it was set aside for; never more than was drawn (domain.md 2, 6).',
    input: z.strictObject(carryInput),
    stored: z.strictObject({
      ...carryInput,
      holder: Name,
      source: Code,
      recurrent: z.boolean(),
      cameFrom: Code.meta({ description: 'The source of the money in the fund that it comes from.' }),
      purpose: Name,
    }),
    signature: 'none',
    roles: HOST,
    effective: 'in-year',
    reversible: true,
    limits: [SET_ASIDE],
    names: (data) => data.carryIn,
    sides: (_data, state: FundState) => ({ acts: [opened(state).host], signs: [] }),
    amount: (data) => pence(data.amount),
    complete(data, state: FundState, { fund }) {
      const { area, host, year } = opened(state);
      const from = fund(data.from);
      if (!from) return refuse('reference_unknown', `No fund named ${data.from} is open.`);
      const found = itemOf(from, 'reserve', data.reserve);
      if (found instanceof Refusal)
        return refuse('reference_unknown', `${data.from} has no reserve "${data.reserve}".`);
      if (opened(from).area !== area || found.toYear !== year.label) {
        return refuse(
          'reserve_for_another',
          `"${data.reserve}" of ${data.from} was set aside for ${opened(from).area}-${found.toYear}; this fund is ${area}-${year.label}.`,
        );
      }
      return {
        ...data,
        holder: host,
        source: 'CARRY_IN',
        recurrent: false,
        cameFrom: found.source,
        purpose: found.purpose,
      };
    },
    check(data, state: FundState, { fund }) {
      // That there is such a fund was seen when the fact was completed.
      const drawn = standsAt(fund(data.from)!, 'drawn', data.reserve, data.effective);
      const taken = takenIn(state, data.from, data.reserve);
      return (
        nameIsFree(state, data.carryIn) ??
        (plus(taken, pence(data.amount)) > drawn
          ? refuse(
              'more_than_drawn',
              `${pounds(drawn)} was drawn from "${data.reserve}" by ${dayInWords(data.effective)}, of which ${pounds(taken)} has been carried in already.`,
            )
          : undefined)
      );
    },
    postings: (data) =>
      (['agreed', 'due', 'received'] as const).flatMap((measure) =>
        posted({ ...holding(measure, data), item: data.carryIn, on: data.effective, pence: pence(data.amount) }),
      ),
    evolve(state, { carryIn, from, reserve, source, purpose }) {
      state.items.set(carryIn, { kind: 'carry-in', from, reserve });
      limitToPurposes(state.spending, source, carryIn, [purpose]);
    },
    sentence: (data) =>
      `${pounds(pence(data.amount))} was carried in from "${data.reserve}" of ${data.from} (${data.cameFrom}), for ${data.purpose}.`,
  }),
  completedFact({
    name: 'UnderspendReturned',
    about:
      'Unspent money goes back to the partner that paid it; both sides sign. Never more than is held of that partner’s, on that day and every later one (domain.md 6, 7.9).',
    input: z.strictObject({ effective: EffectiveDay, partner: Name, source: Code, amount: Amount, reason: words(500) }),
    stored: z.strictObject({
      effective: EffectiveDay,
      partner: Name,
      source: Code,
      amount: Amount,
      reason: words(500),
      held: Money.meta({ description: 'What was held of the partner’s on that day, before it.' }),
    }),
    signature: 'other-side',
    roles: ['finance-officer', 'chief-finance-officer'],
    effective: 'any-day',
    reversible: true,
    underItsName: true,
    limits: [SET_ASIDE],
    sides: (data, state: FundState, context) => ({
      acts: [data.partner],
      signs: receivers(data.partner, state, context),
    }),
    subject: (data) => `${data.source} to ${data.partner}`,
    amount: (data) => pence(data.amount),
    complete(data, state: FundState, context) {
      const { host } = opened(state);
      const wrong = partnerIsIn(state, data.partner, data.effective, context);
      if (wrong) return wrong;
      const books = booksOfSource(state.books, data.source);
      const heldOn = (day: Day): Pence =>
        useOf(booksOn(books, day), host).get(data.partner)?.get(data.source)?.held ?? NO_MONEY;
      // What went back, or was spent, on a later day was held until then: it cannot go back before as well.
      const short = daysFrom(books, data.effective).find((day) => heldOn(day) < pence(data.amount));
      return short === undefined
        ? { ...data, held: moneyText(heldOn(data.effective)) }
        : refuse(
            'more_than_held',
            `${pounds(heldOn(short))} of ${data.source} is held of ${data.partner}’s on ${dayInWords(short)}; ${pounds(pence(data.amount))} would go back.`,
          );
    },
    check: () => undefined,
    postings: (data) =>
      posted({
        ...holding('returned', { holder: data.partner, source: data.source, recurrent: false }),
        item: `returned to ${data.partner}`,
        on: data.effective,
        pence: pence(data.amount),
      }),
    evolve: () => undefined,
    sentence: (data) =>
      `${pounds(pence(data.amount))} of ${data.source}, unspent, went back to ${data.partner}, leaving ${pounds(minus(pence(data.held), pence(data.amount)))}: ${data.reason}`,
  }),
];
