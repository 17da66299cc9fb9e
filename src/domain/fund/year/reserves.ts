import { z } from 'zod';
import { put } from '../../grammar/change.js';
import { dayInWords, financialYear, type Day } from '../../calendar.js';
import { completedFact, recast, fact, type Context, type Fact } from '../../grammar/fact.js';
import { lesser, minus, moneyText, negated, pence, pounds, total, type Pence } from '../../money.js';
import { combined, firstBreach, PLAN, posted, seriesOn, type DaySeries, type Measure } from '../../postings.js';
import { refuse, Refusal } from '../../rules.js';
import { CHIEF, FINANCE, MANAGE } from '../../roles.js';
import { leftOut } from '../../grammar/next-year.js';
import { family, heirsOf, successionsOn } from '../../grammar/succession.js';
import { Sum } from '../../values.js';
import { booksOfSource, booksOn, daysFrom, SET_ASIDE, type Book } from '../books.js';
import { CARRY_IN, standsWith } from '../money/carried-in.js';
import { receivers } from '../money/contributions.js';
import { NO_USE, useOf, type Use } from '../money/use-of-money.js';
import { inheritedBooks, usesNow } from '../money/inherited-money.js';
import { purposesOf } from './spending.js';
import { limitToPurposes } from './spending-state.js';
import { holding, itemOf, opened, seriesOf, type FundState } from '../state.js';
import { nameIsFree, partnerIsIn, sourceFits } from '../checks.js';
import {
  AmountOf,
  CameFrom,
  CarryInName,
  DrawnInto,
  Effective,
  FundName,
  Holder,
  Minute,
  Partner,
  Purpose,
  Reason,
  Recurrent,
  ReserveName,
  Source,
} from '../../grammar/fields.js';
import { chosenFrom, newName } from '../../grammar/asked.js';

/**
 * Money kept for a later year, and money given back. A reserve is set aside in the fund of its year, drawn from there,
 * and enters the later year’s fund as money carried in. Each step is a fact, limited by the step before.
 */

const byHost = (_data: unknown, state: FundState) => {
  const { host } = opened(state);
  return { acts: [host], signs: [host] };
};

/** What was drawn of a reserve goes into one fund: its own area’s, or the one of a body that follows the host. */
const drawnItem = (reserve: string, into: string | undefined): string =>
  into === undefined ? reserve : `${reserve} into ${into}`;

const inReserve = (measure: Measure, reserve: string, source: string) => ({
  measure,
  holder: PLAN,
  source,
  term: 'one-off' as const,
  item: reserve,
  detail: reserve,
});

const drawInput = {
  effective: Effective,
  reserve: ReserveName,
  amount: AmountOf,
  minute: Minute.meta({ description: 'The decision that draws it.' }),
  into: DrawnInto.optional().meta({
    description:
      'The fund that it goes into, where that is not this area’s of the reserve’s year: the fund of a body that follows the host, such as "west-norfolk-2028-29".',
  }),
};

const carryInput = {
  effective: Effective,
  carryIn: newName(CarryInName, ['from', 'reserve']),
  from: FundName.meta({ description: 'The fund whose reserve it is drawn from, such as "norfolk-2017-18".' }),
  reserve: ReserveName,
  amount: AmountOf,
};

/** Whose money was carried in, part by part: the host’s, where it is not said. */
const carriedParts = ({
  holder,
  amount,
  standsWith: parts = [{ partner: holder, amount }],
}: {
  readonly holder: string;
  readonly amount: string;
  readonly standsWith?: readonly { readonly partner: string; readonly amount: string }[] | undefined;
}) => parts;

/** The item of what was drawn from a fund’s reserve for another: a fund of the same area needs no name. */
const drawnFor = (from: FundState, to: FundState, reserve: string): string => {
  const { area, year } = opened(to);
  return drawnItem(reserve, opened(from).area === area ? undefined : `${area}-${year.label}`);
};

/** The names of what a fund has taken in from a reserve of another. */
const carryIns = (state: FundState, from: string, reserve: string): string[] =>
  [...state.items].flatMap(([name, item]) =>
    item.kind === 'carry-in' && item.from === from && item.reserve === reserve ? [name] : [],
  );

/** What a fund has taken in from a reserve of another, day by day. */
const takenIn = (state: FundState, from: string, reserve: string): DaySeries =>
  combined(
    carryIns(state, from, reserve).map((name) => ({ sign: 1 as const, series: seriesOf(state, 'agreed', name) })),
  );

const heldOf = (uses: ReadonlyMap<string, ReadonlyMap<string, Use>>, partner: string, source: string): Pence =>
  (uses.get(partner)?.get(source) ?? NO_USE).held;

/**
 * What is held of a partner’s money of a source, on a day, inclusive: with what it took over from those that it
 * follows. For an ended body: what is held under its name, but no more than its successors hold together.
 */
function heldNow(
  state: FundState,
  books: ReadonlyMap<string, Book>,
  { partner, source, effective }: { readonly partner: string; readonly source: string; readonly effective: Day },
  { register }: Context,
): Pence {
  const { host, area } = opened(state);
  const successions = successionsOn(register.successions, effective, Infinity);
  const recorded = booksOn(books, effective);
  const inheritance = { successions, area };
  const now = usesNow(inheritedBooks(recorded, inheritance), host, inheritance);
  const heirs = heirsOf(successions, partner, area);
  const theirs = total(heirs.map((heir) => heldOf(now, heir, source)));
  return heirs.includes(partner) ? theirs : lesser(heldOf(useOf(recorded, host, partner), partner, source), theirs);
}

/** What is held of a partner’s money, in words: below zero, more of it was used than has come in. */
const heldInWords = (
  held: Pence,
  { partner, source }: { readonly partner: string; readonly source: string },
): string =>
  held < 0
    ? `nothing of ${source} is held of ${partner}’s: ${pounds(negated(held))} more of it was used than has come in`
    : `${pounds(held)} of ${source} is held of ${partner}’s`;

/** The other fund that a draw names must be one that follows this one’s host, in the year that the reserve is for. */
function followsHost(
  state: FundState,
  { reserve, into, toYear, effective }: { reserve: string; into: string; toYear: string; effective: Day },
  { fund, register }: Context,
): Refusal | undefined {
  const { host, area } = opened(state);
  if (into === `${area}-${toYear}`) {
    return refuse('reserve_for_another', `${into} is where "${reserve}" goes by itself: leave "into" out.`);
  }
  const target = fund(into);
  if (!target) return refuse('reference_unknown', `No fund named ${into} is open.`);
  const heir = opened(target);
  const follow = family(register.successions, host, effective, area).filter((body) => body !== host);
  return heir.year.label === toYear && follow.includes(heir.host)
    ? undefined
    : refuse(
        'reserve_for_another',
        `"${reserve}" was set aside for ${toYear} by ${host}; ${into} is of ${heir.year.label} and hosted by ${heir.host}, which on ${dayInWords(effective)} ${follow.includes(heir.host) ? 'follows' : 'does not follow'} it.`,
      );
}

/**
 * A draw cannot be reversed while a later fund has carried in money of it. Source: docs/sources.md, Acts and
 * corrections.
 */
function drawStays(
  state: FundState,
  draw: { readonly reserve: string; readonly into?: string | undefined; readonly toYear: string },
  { fund }: Context,
  undone: { readonly on: Day; readonly amount: Pence },
): Refusal | undefined {
  const { area, year } = opened(state);
  const into = draw.into ?? `${area}-${draw.toYear}`;
  const later = fund(into);
  if (!later) return undefined;
  const balance = combined([
    { sign: 1, series: seriesOf(state, 'drawn', drawnItem(draw.reserve, draw.into)) },
    { sign: -1, series: takenIn(later, `${area}-${year.label}`, draw.reserve) },
  ]);
  const breach = firstBreach(balance, { days: [undone.on], moves: [negated(undone.amount)] });
  return (
    breach &&
    refuse(
      'others_rest_on_it',
      `${into} has carried in what was drawn of "${draw.reserve}": ${pounds(breach.short)} of it would not have been drawn on ${dayInWords(breach.day)}.`,
    )
  );
}

export const RESERVE_FACTS: readonly Fact<FundState>[] = [
  fact({
    name: 'CarryForwardApproved',
    title: 'Carry money forward',
    group: 'year-end',
    keptAs: 'reserve',
    about:
      'Unspent money of a source is set aside for a later year, for a purpose; two officers of the host approve it. Never more than is held, and a grant’s only for its purposes.',
    input: z.strictObject({
      effective: Effective,
      reserve: newName(ReserveName, ['source', 'toYear']),
      source: Source,
      amount: AmountOf,
      purpose: Purpose,
      toYear: chosenFrom(
        'financial years',
        z
          .string()
          .refine((label) => financialYear(label) !== undefined, {
            error: 'must be a financial year such as "2018-19"',
          })
          .meta({ title: 'Set aside for', description: 'The financial year that the money is set aside for.' }),
      ),
      minute: Minute.meta({ description: 'The decision that approved it.' }),
    }),
    signature: 'second-officer',
    roles: MANAGE,
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
      put(state.items, reserve, { kind: 'reserve', source, purpose, toYear }),
    nextYear: ({ toYear }) =>
      leftOut(`It is set aside for ${toYear}, and comes into that year’s fund once it is drawn: receive it there.`),
    sentence: (data) =>
      `${pounds(pence(data.amount))} of ${data.source} was set aside as "${data.reserve}" for ${data.purpose} in ${data.toYear} (${data.minute}).`,
  }),
  completedFact({
    name: 'ReserveDrawn',
    title: 'Draw on a reserve',
    group: 'year-end',
    about:
      'Money is drawn from a reserve for the year and purpose that it was set aside for, on a day of that year; never more than is in it.',
    input: z.strictObject(drawInput),
    adds: {
      source: Source,
      purpose: Purpose,
      toYear: z.string().meta({ description: 'The financial year for which it was set aside.' }),
    },
    signature: 'second-officer',
    roles: MANAGE,
    signerRoles: CHIEF,
    effective: 'any-day',
    reversible: true,
    limits: ['reserve'],
    otherFund: ({ into }) => into,
    restsOn: (data) => data.reserve,
    sides: byHost,
    amount: (data) => pence(data.amount),
    complete({ into, ...data }, state: FundState, context) {
      const found = itemOf(state, 'reserve', data.reserve);
      if (found instanceof Refusal) return found;
      const { source, purpose, toYear } = found;
      const whole = { ...data, source, purpose, toYear };
      if (into === undefined) return whole;
      return followsHost(state, { ...whole, into }, context) ?? { ...whole, into };
    },
    check(data) {
      const { first, last } = financialYear(data.toYear)!;
      if (data.effective < first) {
        return refuse(
          'drawn_too_early',
          `"${data.reserve}" was set aside for ${data.toYear}, which begins on ${dayInWords(first)}; it would be drawn on ${dayInWords(data.effective)}.`,
        );
      }
      // No fund could carry it in: that of its year ends on the same day.
      return data.effective > last
        ? refuse(
            'drawn_too_late',
            `"${data.reserve}" was set aside for ${data.toYear}, which ended on ${dayInWords(last)}; it would be drawn on ${dayInWords(data.effective)}.`,
          )
        : undefined;
    },
    staysWhile: (data, state, context) =>
      drawStays(state, data, context, { on: data.effective, amount: pence(data.amount) }),
    postings: (data) => [
      ...posted({
        ...inReserve('carriedForward', data.reserve, data.source),
        on: data.effective,
        pence: negated(pence(data.amount)),
      }),
      ...posted({
        ...inReserve('drawn', data.reserve, data.source),
        item: drawnItem(data.reserve, data.into),
        on: data.effective,
        pence: pence(data.amount),
      }),
    ],
    sentence: (data) =>
      `${pounds(pence(data.amount))} was drawn from the reserve "${data.reserve}" for ${data.purpose} in ${data.toYear}` +
      `${data.into === undefined ? '' : `, into ${data.into}`} (${data.minute}).`,
  }),
  completedFact({
    name: 'CarriedForwardReceived',
    title: 'Receive money carried forward',
    group: 'year-end',
    keptAs: 'carry-in',
    about:
      'Money drawn from a reserve of an earlier year’s fund enters this one, bound to the purpose that it was set aside for; never more than was drawn. It stands with those whose money was drawn, in proportion to what they had agreed to pay of its source; with the host where they are not in this fund. A body that has had money back counts by what it has agreed still.',
    input: z.strictObject(carryInput),
    adds: {
      holder: Holder,
      source: Source,
      recurrent: Recurrent,
      cameFrom: CameFrom.meta({ description: 'The source of the money in the fund that it comes from.' }),
      standsWith: z
        .array(z.strictObject({ partner: Partner, amount: AmountOf }))
        .optional()
        .meta({
          description: 'Whose money it is, where any of it is another’s than the host’s; left out, the host’s.',
        }),
      purpose: Purpose,
    },
    signature: 'none',
    happened: ({ effective }) => effective,
    roles: MANAGE,
    effective: 'in-year',
    reversible: true,
    limits: [SET_ASIDE],
    otherFund: ({ from }) => from,
    names: (data) => data.carryIn,
    sides: (_data, state: FundState) => ({ acts: [opened(state).host], signs: [] }),
    amount: (data) => pence(data.amount),
    complete(data, state: FundState, context) {
      const { area, host, year } = opened(state);
      const from = context.fund(data.from);
      if (!from) return refuse('reference_unknown', `No fund named ${data.from} is open.`);
      const found = itemOf(from, 'reserve', data.reserve);
      if (found instanceof Refusal)
        return refuse('reference_unknown', `${data.from} has no reserve "${data.reserve}".`);
      const drawn = seriesOf(from, 'drawn', drawnFor(from, state, data.reserve));
      if (found.toYear !== year.label || (opened(from).area !== area && drawn.days.length === 0)) {
        return refuse(
          'reserve_for_another',
          `"${data.reserve}" of ${data.from} was set aside for ${opened(from).area}-${found.toYear}, and none of it was drawn into ${area}-${year.label}.`,
        );
      }
      const carried = { amount: pence(data.amount), source: found.source, on: data.effective };
      const parts = standsWith(carried, from, state, context);
      return {
        ...data,
        holder: host,
        source: CARRY_IN,
        recurrent: false,
        cameFrom: found.source,
        purpose: found.purpose,
        ...(parts && { standsWith: parts }),
      };
    },
    check(data, state: FundState, { fund }) {
      // That there is such a fund was seen when the fact was completed.
      const from = fund(data.from)!;
      const drawn = seriesOf(from, 'drawn', drawnFor(from, state, data.reserve));
      const taken = takenIn(state, data.from, data.reserve);
      const balance = combined([
        { sign: 1, series: drawn },
        { sign: -1, series: taken },
      ]);
      // Checked on every later day, because no day may have more carried in than drawn.
      const breach = firstBreach(balance, { days: [data.effective], moves: [negated(pence(data.amount))] });
      return (
        nameIsFree(state, data.carryIn) ??
        (breach &&
          refuse(
            'more_than_drawn',
            `${pounds(seriesOn(drawn, breach.day))} was drawn for this fund from "${data.reserve}" by ${dayInWords(breach.day)}, of which ${pounds(seriesOn(taken, breach.day))} is carried in on that day already.`,
          ))
      );
    },
    postings: (data) =>
      carriedParts(data).flatMap(({ partner, amount }) =>
        (['agreed', 'due', 'received'] as const).flatMap((measure) =>
          posted({
            ...holding(measure, { ...data, holder: partner }),
            item: data.carryIn,
            on: data.effective,
            pence: pence(amount),
          }),
        ),
      ),
    evolve(state, { carryIn, from, reserve, source, cameFrom, purpose }) {
      put(state.items, carryIn, { kind: 'carry-in', from, reserve, cameFrom });
      limitToPurposes(state.spending, source, carryIn, [purpose]);
    },
    nextYear: () => leftOut('It was carried in from an earlier year: what is left of it is carried forward by itself.'),
    sentence: (data) =>
      `${pounds(pence(data.amount))} was carried in from "${data.reserve}" of ${data.from} (${data.cameFrom}), for ${data.purpose}.` +
      ` It stands with ${carriedParts(data)
        .map(({ partner, amount }) => `${partner} (${pounds(pence(amount))})`)
        .join(', ')}.`,
  }),
  recast({
    name: 'UnderspendReturned',
    title: 'Return an underspend',
    group: 'year-end',
    about:
      'Unspent money goes back to the partner that paid it; both sides sign. Never more than is held of that partner’s, on that day and every later one.',
    input: z.strictObject({
      effective: Effective,
      partner: Partner,
      source: Source,
      amount: AmountOf,
      reason: Reason,
    }),
    stored: z.strictObject({
      effective: Effective,
      partner: Partner,
      source: Source,
      amount: AmountOf,
      reason: Reason,
      held: Sum.meta({ description: 'What was held of the partner’s on that day, before it.' }),
    }),
    signature: 'other-side',
    roles: FINANCE,
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
      const wrong = partnerIsIn(state, data.partner, data.effective, context);
      if (wrong) return wrong;
      const books = booksOfSource(state.books, data.source);
      const heldOn = (effective: Day): Pence => heldNow(state, books, { ...data, effective }, context);
      // Money that went back or was spent on a later day cannot also go back on an earlier day.
      const short = daysFrom(books, data.effective).find((day) => heldOn(day) < pence(data.amount));
      return short === undefined
        ? { ...data, held: moneyText(heldOn(data.effective)) }
        : refuse(
            'more_than_held',
            `On ${dayInWords(short)}, ${heldInWords(heldOn(short), data)}; ${pounds(pence(data.amount))} would go back.`,
          );
    },
    postings: (data) =>
      posted({
        ...holding('returned', { holder: data.partner, source: data.source, recurrent: false }),
        item: `returned to ${data.partner}`,
        on: data.effective,
        pence: pence(data.amount),
      }),
    sentence: (data) =>
      `${pounds(pence(data.amount))} of ${data.source}, unspent, went back to ${data.partner}, leaving ${pounds(minus(pence(data.held), pence(data.amount)))}: ${data.reason}`,
  }),
];
