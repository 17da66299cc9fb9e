import { z } from 'zod';
import { put } from '../../grammar/change.js';
import { dayInWords, daysAfter, lastDayOfPeriod, monthsAfter, type Day } from '../../calendar.js';
import { completedFact, type Fact } from '../../grammar/fact.js';
import {
  lesser,
  minus,
  moneyText,
  negated,
  NO_MONEY,
  notNegative,
  pence,
  plus,
  pounds,
  signedPence,
  total,
  type Pence,
} from '../../money.js';
import { accountKey, PLAN, posted, seriesOn, type Account, type Measure, type Posting } from '../../postings.js';
import { SUPPLIER_CLASSES } from '../../reference/supplier-classes.js';
import { refuse, Refusal } from '../../rules.js';
import { MANAGE } from '../../roles.js';
import { EffectiveDay, Money, Sum } from '../../values.js';
import { SET_ASIDE } from '../books.js';
import { endOfPeriod, Period } from './periods.js';
import type { Accrual } from './spending-state.js';
import {
  everNamed,
  itemOf,
  opened,
  planAccount,
  seriesOf,
  standsAt,
  type Commitment,
  type FundState,
  type Line,
} from '../state.js';
import { nameIsFree, outsideYear } from '../checks.js';
import {
  AGAIN,
  Achieved,
  AmountOf,
  CommitmentName,
  Effective,
  EventRef,
  LineName,
  Net,
  Note,
  Outturn,
  PaperReference,
  Purpose,
  Reason,
  Recoverable,
  Recurrent,
  Source,
  SupplierClass,
  Vat,
} from '../../grammar/fields.js';
import { among, newName } from '../../grammar/asked.js';

/**
 * What plan lines cost: ordered, spent, accrued and forecast, the steps of the ladder proposed → agreed → committed →
 * accrued → actual (docs/sources.md, Accounting). The host records it, or the partner that commissions the line.
 */

export const OfLine = { source: Source, recurrent: Recurrent };

export const lineAccount = (
  measure: Measure,
  line: string,
  of: { readonly source: string; readonly recurrent: boolean },
): Account => ({
  ...planAccount(line, of),
  measure,
});

/** Those who may record what a line costs: the host, and the partner that commissions it. */
function spenders(state: FundState, name: string): string[] {
  const { host } = opened(state);
  const line = everNamed(state, 'line', name);
  return [...new Set([host, (line instanceof Refusal ? undefined : line.lead) ?? host])];
}

export const onLine = (data: { readonly line: string }, state: FundState) => ({
  acts: spenders(state, data.line),
  signs: [],
});

/** The first day on which a plan line is no longer in the plan, if the fact that set it was reversed. */
const endOfLine = (state: FundState, name: string): Day | undefined => {
  const set = state.named.get(name)!;
  return state.reversed.has(set)
    ? state.tested.facts.find(({ revision }) => revision === set)!.reversed!.on
    : undefined;
};

/**
 * The plan line that something may be recorded of from a day on, inclusive; or the refusal if no line has the name, if
 * it was reversed from that day or an earlier one, or if it begins later.
 */
export function lineOn(state: FundState, name: string, effective: Day): Line | Refusal {
  const line = everNamed(state, 'line', name);
  if (line instanceof Refusal) return line;
  const ended = endOfLine(state, name);
  if (ended !== undefined && ended <= effective) {
    return refuse(
      'reference_unknown',
      `The plan line "${name}" was reversed from ${dayInWords(ended)}: from then on it is not in the plan.`,
    );
  }
  return effective < line.began
    ? refuse(
        'before_it_began',
        `"${name}" takes effect on ${dayInWords(line.began)}; this would on ${dayInWords(effective)}.`,
      )
    : line;
}

/** The plan line that money may be spent on from a day on. Source: docs/sources.md, Section 75 terms. */
function spentOn(state: FundState, name: string, effective: Day): Line | Refusal {
  const line = lineOn(state, name, effective);
  return !(line instanceof Refusal) && line.effect === 'reduces'
    ? refuse('line_is_saving', `"${name}" lowers cost; nothing is spent on it.`)
    : line;
}

/** Adds to a fact what its line is, so that its postings need nothing else. */
export function withLine<Data extends { readonly line: string; readonly effective: Day }>(
  data: Data,
  state: FundState,
) {
  const line = spentOn(state, data.line, data.effective);
  return line instanceof Refusal ? line : { ...data, source: line.source, recurrent: line.recurrent };
}

const supplierIsKnown = (supplierClass: string): Refusal | undefined =>
  SUPPLIER_CLASSES.some(({ code }) => code === supplierClass)
    ? undefined
    : refuse(
        'supplier_class_unknown',
        `"${supplierClass}" is not a class of supplier; use ${SUPPLIER_CLASSES.map(({ code }) => code).join(', ')}.`,
      );

/** The purposes that a source may be spent on, on a day; none where nothing of it is bound to any. */
export function purposesOf(state: FundState, source: string, day: Day): string[] {
  const bound = state.spending.purposed.get(source) ?? [];
  const standing = bound.filter(({ item }) => standsAt(state, 'agreed', item, day) > 0);
  return [...new Set(standing.flatMap(({ purposes }) => purposes))];
}

/**
 * A grant is spent on its purposes only; where none are stated, none can be named.
 * Source: docs/sources.md, Money; Accounting.
 */
export function purposeFits(
  state: FundState,
  { source, effective, purpose }: { source: string; effective: Day; purpose: string | undefined },
): Refusal | undefined {
  const allowed = purposesOf(state, source, effective);
  if (purpose === undefined ? allowed.length === 0 : allowed.includes(purpose)) return undefined;
  const said = purpose === undefined ? 'No purpose is named' : `"${purpose}" is none of its purposes`;
  return refuse(
    'purpose_not_allowed',
    `${said}; ${source} is ${allowed.length === 0 ? 'bound to no purposes' : `for ${allowed.join(', ')}`} on ${dayInWords(effective)}.`,
  );
}

/** The recovered VAT may not exceed the VAT. */
export const vatFits = ({ vat, recoverable }: { readonly vat: string; readonly recoverable: string }) =>
  pence(recoverable) > pence(vat)
    ? refuse('vat_beyond_recovery', `${pounds(pence(recoverable))} would be recovered of ${pounds(pence(vat))} VAT.`)
    : undefined;

/** The invoice for an accrual on the last day of the fund's year may come up to that day a year later, inclusive. */
const INVOICES_COME_FOR_MONTHS = 12;

interface Cost {
  readonly effective: Day;
  readonly line: string;
  readonly settles?: string | undefined;
}

/** What the invoices that stand have settled of an accrual, by revision. */
const settledOf = ({ reversed }: FundState, { settledBy }: Accrual): [number, Pence][] =>
  [...settledBy].filter(([revision]) => !reversed.has(revision));

/**
 * A cost is borne by one year, once. In the fund's year it is recorded on its day. After the year it is recorded only
 * as the invoice for an accrual of the last day, up to that sum: the accrual reversed itself on the next day, so the
 * invoice replaces it. Source: docs/sources.md, Acts and corrections; Accounting (cut-off and accruals).
 */
function dayOfCost(state: FundState, cost: Cost, charge: Pence): Refusal | undefined {
  const { year } = opened(state);
  const { effective, line, settles } = cost;
  const tooLate = (why: string) =>
    refuse('cost_after_year', `${dayInWords(effective)} is after ${year.label}: ${why}.`);
  if (settles === undefined) {
    return effective > year.last
      ? tooLate('the invoice of what was accrued at P12 names that accrual in "settles"')
      : outsideYear(year, effective);
  }
  const accrual = state.spending.accruals.get(Number(settles));
  if (!accrual || state.reversed.has(Number(settles)) || accrual.line !== line) {
    return refuse('accrual_not_there', `Nothing stands accrued on "${line}" at revision ${settles}.`);
  }
  if (effective <= accrual.on) {
    return refuse(
      'accrual_not_there',
      `Revision ${settles} was accrued as at ${dayInWords(accrual.on)}; this is dated ${dayInWords(effective)}.`,
    );
  }
  if (effective <= year.last) return undefined;
  if (accrual.on !== year.last) return tooLate(`revision ${settles} was accrued as at ${dayInWords(accrual.on)}`);
  const until = monthsAfter(year.last, INVOICES_COME_FOR_MONTHS);
  if (effective > until) return tooLate(`what was accrued is settled by ${dayInWords(until)}`);
  const settled = total(settledOf(state, accrual).map(([, each]) => each));
  return plus(settled, charge) > accrual.amount
    ? tooLate(
        `${pounds(accrual.amount)} was accrued at revision ${settles}, of which ${pounds(settled)} has been settled; ${pounds(charge)} would be`,
      )
    : undefined;
}

/** The least that a commitment stands at on any day from one on: what can be taken from it that day. */
function leastFrom(state: FundState, commitment: string, day: Day): Pence {
  const series = seriesOf(state, 'committed', commitment);
  const days = [day, ...series.days.filter((each) => each > day)];
  return notNegative(days.map((each) => seriesOn(series, each)).reduce(lesser));
}

const commitmentOf = (state: FundState, name: string): Commitment | Refusal => itemOf(state, 'commitment', name);

/**
 * Warns the officer if orders, spending and accruals on a line would exceed its budget of the year. It refuses nothing,
 * because ordered goods and services must be paid.
 */
function overspending(
  { line, ...of }: { readonly line: string; readonly source: string; readonly recurrent: boolean },
  state: FundState,
  postings: readonly Posting[],
): string[] {
  const { last } = opened(state).year;
  const balance = (measure: Measure): Pence => {
    const book = state.books.get(accountKey(lineAccount(measure, line, of)));
    return book ? seriesOn(book.series, last) : NO_MONEY;
  };
  const added = postings.filter(
    ({ holder, detail, measure, on }) =>
      holder === PLAN && detail === line && on <= last && COSTS.some((each) => each === measure),
  );
  const costs = total([...COSTS.map(balance), ...added.map(({ pence: amount }) => amount)]);
  const budget = balance('requirement');
  return costs > budget && total(added.map(({ pence: amount }) => amount)) > 0
    ? [
        `"${line}" would cost ${pounds(costs)} in the year, ordered, spent and accrued; its budget is ${pounds(budget)}.`,
      ]
    : [];
}

const COSTS = ['committed', 'spent', 'accrued'] as const satisfies readonly Measure[];

const spendingInput = {
  effective: Effective,
  line: LineName,
  net: Net.meta({ description: 'What was paid, without VAT.' }),
  vat: Vat.meta({ description: 'The VAT on it; 0.00 where there is none.' }),
  recoverable: Recoverable.meta({
    description: 'The part of the VAT that is recovered; the rest is a cost. It follows the body that delivers.',
  }),
  reference: PaperReference,
  purpose: Purpose.optional().meta({ description: 'One of the grant’s purposes, where its determination states any.' }),
  commitment: CommitmentName.optional().meta({ description: 'The commitment that it pays, as far as it goes.' }),
  settles: among(['AccrualPosted'], EventRef).optional().meta({
    title: 'Accrual that it settles',
    description:
      'The accrual whose invoice it is, by revision. What was accrued on the last day of the year is settled here, in the fund of that year, up to a year later.',
  }),
  ...AGAIN,
};

const commitmentInput = {
  effective: Effective,
  commitment: newName(CommitmentName, ['line', 'reference']),
  line: LineName,
  supplierClass: SupplierClass,
  amount: AmountOf,
  reference: PaperReference,
};

const forecastInput = {
  effective: EffectiveDay.meta({ description: 'The last day of the period.' }),
  line: LineName,
  period: Period,
  outturn: Outturn.meta({
    description:
      'The forecast outturn of the whole year, below zero where the line is; of a saving or income, what it saves or brings in.',
  }),
  achieved: Achieved.optional(),
  note: Note.optional(),
};

const releaseInput = { effective: Effective, commitment: CommitmentName, amount: AmountOf, reason: Reason };
const accrualInput = { effective: Effective, line: LineName, period: Period, amount: AmountOf, reason: Reason };

/** What is stated as at a period is stated as at its last day. */
export function dayOfPeriod(
  state: FundState,
  data: { readonly effective: Day; readonly period: number },
): Refusal | undefined {
  const last = lastDayOfPeriod(opened(state).year, data.period);
  return data.effective === last
    ? undefined
    : refuse(
        'period_day_wrong',
        `P${data.period} ends on ${dayInWords(last)}; this is effective ${dayInWords(data.effective)}.`,
      );
}

export const SPENDING_FACTS: readonly Fact<FundState>[] = [
  completedFact({
    name: 'CommitmentMade',
    title: 'Record a commitment',
    group: 'spending',
    about: 'Something was ordered on a plan line, and will have to be paid for.',
    input: z.strictObject(commitmentInput),
    adds: { ...OfLine },
    signature: 'none',
    roles: MANAGE,
    effective: 'in-year',
    reversible: true,
    restsOn: (data) => data.line,
    names: (data) => data.commitment,
    sides: onLine,
    amount: (data) => pence(data.amount),
    complete: withLine,
    check: (data, state: FundState) => nameIsFree(state, data.commitment) ?? supplierIsKnown(data.supplierClass),
    warns: overspending,
    postings: (data) =>
      posted({
        ...lineAccount('committed', data.line, data),
        item: data.commitment,
        on: data.effective,
        pence: pence(data.amount),
      }),
    evolve: (state, { commitment, line, source, recurrent }) =>
      put(state.items, commitment, { kind: 'commitment', line, source, recurrent }),
    sentence: (data) =>
      `${pounds(pence(data.amount))} was committed on "${data.line}" as "${data.commitment}" (${data.supplierClass}, ${data.reference}).`,
  }),
  completedFact({
    name: 'CommitmentReleased',
    title: 'Release a commitment',
    group: 'spending',
    about: 'Part of a commitment will not have to be paid after all.',
    input: z.strictObject(releaseInput),
    adds: { line: LineName, ...OfLine },
    signature: 'none',
    roles: MANAGE,
    effective: 'in-year',
    reversible: true,
    limits: ['committed'],
    restsOn: (data) => data.commitment,
    sides(data, state: FundState) {
      const found = everNamed(state, 'commitment', data.commitment);
      return { acts: found instanceof Refusal ? [] : spenders(state, found.line), signs: [] };
    },
    amount: (data) => pence(data.amount),
    complete(data, state: FundState) {
      const found = commitmentOf(state, data.commitment);
      if (found instanceof Refusal) return found;
      const { line, source, recurrent } = found;
      return { ...data, line, source, recurrent };
    },
    postings: (data) =>
      posted({
        ...lineAccount('committed', data.line, data),
        item: data.commitment,
        on: data.effective,
        pence: negated(pence(data.amount)),
      }),
    sentence: (data) =>
      `${pounds(pence(data.amount))} of the commitment "${data.commitment}" was released: ${data.reason}`,
  }),
  completedFact({
    name: 'ExpenditureRecorded',
    title: 'Record spending',
    group: 'spending',
    about:
      'Money was spent on a plan line, net of the VAT that is recovered; a grant’s on one of its purposes. After the year, the invoice of what was accrued at its end, once.',
    input: z.strictObject(spendingInput),
    adds: {
      ...OfLine,
      charge: Sum.meta({ description: 'What the line bears: net, and the VAT that is not recovered.' }),
      released: Money.meta({ description: 'What is no longer committed, because it is spent.' }),
    },
    signature: 'none',
    happened: ({ effective }) => effective,
    roles: MANAGE,
    effective: 'any-day',
    reversible: true,
    limits: ['committed', SET_ASIDE],
    sameAs: ({ line, purpose = '', effective, net, vat, reference }) => [line, purpose, effective, net, vat, reference],
    restsOn: ({ commitment, line }) => (commitment === undefined ? line : [commitment, line]),
    sides: onLine,
    amount: (data) => pence(data.charge),
    complete(data, state: FundState) {
      const charge = plus(pence(data.net), minus(pence(data.vat), pence(data.recoverable)));
      const of = dayOfCost(state, data, charge) ?? withLine(data, state);
      if (of instanceof Refusal) return of;
      const beyond = vatFits(data);
      if (beyond) return beyond;
      if (data.commitment === undefined) return { ...of, charge: moneyText(charge), released: moneyText(NO_MONEY) };
      const commitment = commitmentOf(state, data.commitment);
      if (commitment instanceof Refusal) return commitment;
      if (commitment.line !== data.line) {
        return refuse('reference_unknown', `"${data.commitment}" is a commitment on "${commitment.line}".`);
      }
      const released = lesser(charge, leastFrom(state, data.commitment, data.effective));
      return { ...of, charge: moneyText(charge), released: moneyText(released) };
    },
    check: (data, state: FundState) => purposeFits(state, { ...data, purpose: data.purpose }),
    warns: overspending,
    postings: (data) => [
      ...posted({
        ...lineAccount('spent', data.line, data),
        item: data.line,
        on: data.effective,
        pence: pence(data.charge),
      }),
      ...posted({
        ...lineAccount('committed', data.line, data),
        item: data.commitment ?? data.line,
        on: data.effective,
        pence: negated(pence(data.released)),
      }),
    ],
    evolve({ spending }, { settles, charge }, { revision }) {
      if (settles !== undefined) put(spending.accruals.get(Number(settles))!.settledBy, revision, pence(charge));
    },
    sentence: (data) =>
      `${pounds(pence(data.charge))} was spent on "${data.line}"${data.purpose ? `, for ${data.purpose}` : ''} (${data.reference})` +
      (data.settles === undefined ? '.' : `, settling what was accrued at revision ${data.settles}.`),
  }),
  completedFact({
    name: 'AccrualPosted',
    title: 'Accrue a cost',
    group: 'spending',
    about:
      'A cost of a period that has not been paid by its last day; it takes itself back on the first day of the next. What is accrued is not there to be carried forward or given back; the invoice of one at P12 is recorded in this fund too, and names it.',
    input: z.strictObject({
      ...accrualInput,
      effective: EffectiveDay.meta({ description: 'The last day of the period.' }),
    }),
    suggests: endOfPeriod,
    adds: { ...OfLine },
    signature: 'none',
    roles: MANAGE,
    effective: 'in-year',
    reversible: true,
    limits: [SET_ASIDE],
    restsOn: (data) => data.line,
    sides: onLine,
    amount: (data) => pence(data.amount),
    complete: withLine,
    check: (data, state: FundState) => dayOfPeriod(state, data),
    staysWhile(_data, state, _context, revision) {
      const invoices = settledOf(state, state.spending.accruals.get(revision)!);
      return invoices.length === 0
        ? undefined
        : refuse(
            'others_rest_on_it',
            `It was settled by the facts at revision ${invoices.map(([each]) => each).join(', ')}.`,
          );
    },
    warns: overspending,
    postings(data) {
      const amount = pence(data.amount);
      const accrued = { ...lineAccount('accrued', data.line, data), item: data.line };
      return [
        ...posted({ ...accrued, on: data.effective, pence: amount }),
        ...posted({ ...accrued, on: daysAfter(data.effective, 1), pence: negated(amount) }),
      ];
    },
    evolve: ({ spending }, { line, effective: on, amount }, { revision }) =>
      put(spending.accruals, revision, { line, on, amount: pence(amount), settledBy: new Map() }),
    sentence: (data) =>
      `${pounds(pence(data.amount))} was accrued on "${data.line}" as at P${data.period}: ${data.reason}`,
  }),
  completedFact({
    name: 'ForecastRecorded',
    title: 'Record a forecast',
    group: 'spending',
    keptAs: 'forecast',
    about:
      'What a plan line is expected to have cost by the end of the year, or a saving or income to have saved or brought in, as seen at the end of a period; the latest of a period counts, and the older are kept. It moves no money.',
    input: z.strictObject(forecastInput),
    suggests: endOfPeriod,
    adds: {
      effect: z
        .literal('reduces')
        .optional()
        .meta({ description: 'Where the line lowers cost: the outturn is what it saves or brings in.' }),
    },
    signature: 'none',
    roles: MANAGE,
    effective: 'in-year',
    inClosedPeriods: true,
    reversible: true,
    restsOn: (data) => data.line,
    sides: onLine,
    complete(data, state: FundState) {
      const line = lineOn(state, data.line, data.effective);
      if (line instanceof Refusal) return line;
      if (line.effect === 'reduces' && !line.falls) {
        return signedPence(data.outturn) < 0
          ? refuse(
              'outturn_below_nothing',
              `"${data.line}" would be forecast to bring in ${pounds(signedPence(data.outturn))}.`,
            )
          : { ...data, effect: line.effect };
      }
      return data.achieved === undefined
        ? data
        : refuse(
            'line_saves_nothing',
            `"${data.line}" is no saving and no income; it has saved nothing and brought nothing in.`,
          );
    },
    check: (data, state: FundState) => dayOfPeriod(state, data),
    sentence: (data) =>
      `"${data.line}" was forecast as at P${data.period} to ${data.effect ? 'lower cost by' : 'cost'} ${pounds(signedPence(data.outturn))} in the year${data.achieved === undefined ? '' : `, ${pounds(pence(data.achieved))} of it so far`}${data.note ? `: ${data.note}` : '.'}`,
  }),
];
