import { z } from 'zod';
import { byMeasure } from '../../../../projections/entry-indexes.js';
import { keptInForce, known } from '../../../../projections/fund-facts.js';
import { MONITORED, monitoringOf } from '../../../../projections/monitoring.js';
import { SOURCE_USE, sourceUses } from '../../../../projections/source-use.js';
import { sumOver } from '../../../../projections/view.js';
import { lastDayOfPeriod, periodOf, type Day } from '../../../domain/calendar.js';
import { released } from '../../../domain/fund/money/performance.js';
import type { KeptAs } from '../../../domain/grammar/remembered.js';
import { minus, moneyText, negated, NO_MONEY, pence, signedPence, type Pence } from '../../../domain/money.js';
import { POOL } from '../../../domain/postings.js';
import { Refusal } from '../../../domain/rules.js';
import { SUPPLIER_CLASSES } from '../../../domain/reference/supplier-classes.js';
import { SignedMoney } from '../../../domain/values.js';
import {
  AskedDepartment,
  DepartmentOption,
  departmentsAt,
  departmentUnknown,
  DepartmentText,
  linesAsked,
} from './departments.js';
import {
  AtTwoDates,
  entriesUnder,
  inText,
  KnownAt,
  nameOf,
  fixedQuery,
  OfFund,
  query,
  Stamp,
  fundAtDates,
  fundThen,
  type FundAtDates,
} from '../question.js';

/** What the plan costs, what grants were used for, what is kept for later years, and what was earned. */

const textOf = <Names extends string>(names: readonly Names[]) =>
  z.object(Object.fromEntries(names.map((name) => [name, SignedMoney])) as Record<Names, typeof SignedMoney>);

const only = <Names extends string>(names: readonly Names[], of: Readonly<Record<Names, Pence>>) =>
  inText(Object.fromEntries(names.map((name) => [name, of[name]])) as Record<Names, Pence>);

const PERIOD_WORDS = 'must be a whole number from 1 (April) to 12 (March)';

const LOWERING = ['planned', 'forecast', 'atRisk', 'achieved', 'income', 'notForecast'] as const;
/** The sign that an overspend has in an answer. */
const SIGNS = ['below-nothing', 'above-nothing'] as const;

const TOTALS = [...MONITORED, 'forecast', 'variance', 'notForecast'] as const;

export const monitoring = query({
  name: 'monitoring',
  path: '/funds/{fund}/monitoring',
  about:
    'Each plan line as at the end of a period, as known at an instant: budget, committed, spent, accrued, forecast and variance (budget − forecast).',
  params: OfFund,
  options: z.strictObject({
    period: z.coerce
      .number({ error: PERIOD_WORDS })
      .int({ error: PERIOD_WORDS })
      .min(1, { error: PERIOD_WORDS })
      .max(12, { error: PERIOD_WORDS })
      .optional()
      .meta({ description: 'The accounting period, 1 (April) to 12 (March). Left out, that of today.' }),
    'known-at': KnownAt.optional(),
    department: DepartmentOption,
    overspend: z.enum(SIGNS).optional().meta({
      description:
        'The sign of an overspend. Left out, negative (budget − forecast); or positive (forecast − budget), as council papers print it.',
    }),
  }),
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    period: z.int(),
    ofDepartment: AskedDepartment,
    overspend: z.enum(SIGNS).meta({ description: 'The sign of an overspend in the variances of this answer.' }),
    lines: z.array(
      z.object({
        line: z.string(),
        description: z.string(),
        source: z.string(),
        category: z.string(),
        department: DepartmentText,
        ...textOf(MONITORED).shape,
        forecast: SignedMoney.nullable().meta({
          description: 'The latest forecast of the latest period that has one; negative for a line that lowers cost.',
        }),
        achieved: SignedMoney.nullable().meta({
          description: 'For a saving or income: what it has saved or brought in so far, if its forecast says so.',
        }),
        income: SignedMoney.meta({ description: 'For a line of income: what has come in, as recorded.' }),
        nothingIn: z.array(z.int()).meta({
          description: 'The periods for which it was recorded that nothing was spent and nothing came in on the line.',
        }),
        forecastPeriod: z.int().nullable(),
        variance: SignedMoney.nullable().meta({
          description:
            'budget − forecast: negative if more will be spent. With an overspend asked for as positive, forecast − budget.',
        }),
        forecasts: z
          .array(z.object({ period: z.int(), outturn: SignedMoney, revision: z.string(), recordedAt: z.string() }))
          .meta({ description: 'Every forecast of the line, in the order of recording.' }),
      }),
    ),
    lowering: z
      .array(
        z.object({
          category: z.string(),
          ...textOf(LOWERING).shape,
          atRisk: SignedMoney.meta({ description: 'planned − forecast, of the lines that have a forecast.' }),
          income: SignedMoney.meta({ description: 'What has come in, as recorded.' }),
        }),
      )
      .meta({
        description:
          'What lowers cost, by category, as positive sums: planned = forecast + atRisk + notForecast (the plans of lines without a forecast).',
      }),
    total: textOf(TOTALS).meta({
      description:
        'budget = forecast + variance + notForecast (the budgets of lines without a forecast). With an overspend as positive, − variance.',
    }),
  }),
  async run(ledger, asked) {
    const knownAt = { 'known-at': asked['known-at'] };
    const now = fundThen(ledger, asked.fund, asked['known-at']);
    if (now instanceof Refusal) return now;
    const period = asked.period ?? periodOf(now.on);
    // The fund exists: it was found a few lines above.
    const at = fundAtDates(ledger, asked.fund, { ...knownAt, on: lastDayOfPeriod(now.year, period) }) as FundAtDates;
    const of = (keptAs: KeptAs) => keptInForce(at.model.facts, keptAs, at);
    const unknown = departmentUnknown([at], asked.department);
    if (unknown) return unknown;
    const { view, has } = linesAsked(at, asked.department);
    const linesKnown = known(at.model.facts, 'line', at.upTo).filter(({ data }) => has(data['line'] as string));
    const departments = departmentsAt(at);
    const { lines, lowering, total } = monitoringOf(view, of('line'), linesKnown, of('forecast'), of('nothing'));
    const overspend = asked.overspend ?? 'below-nothing';
    const told = (variance: Pence): Pence => (overspend === 'above-nothing' ? negated(variance) : variance);
    return {
      fund: asked.fund,
      ...at.stamp,
      period,
      ofDepartment: asked.department ?? null,
      overspend,
      lines: lines.map((each) => ({
        line: each.line,
        description: each.description,
        source: each.source,
        category: each.category,
        department: departments.get(each.line) ?? null,
        ...only(MONITORED, each),
        forecast: each.forecast ? moneyText(each.forecast.outturn) : null,
        achieved: each.forecast?.achieved === undefined ? null : moneyText(each.forecast.achieved),
        income: moneyText(each.income),
        nothingIn: [...each.nothingIn],
        forecastPeriod: each.forecast ? each.forecast.period : null,
        variance: each.variance === undefined ? null : moneyText(told(each.variance)),
        forecasts: each.forecasts.map((forecast) => ({
          period: forecast.period,
          outturn: moneyText(forecast.outturn),
          revision: String(forecast.revision),
          recordedAt: forecast.recordedAt,
        })),
      })),
      lowering: lowering.map(({ category, ...sums }) => ({ category, ...inText(sums) })),
      total: inText({ ...total, variance: told(total.variance) }),
    };
  },
  sums: 'apart',
  table: ({ lines, lowering, total }) => ({
    columns: ['line', 'description', 'source', ...MONITORED, 'forecast', 'forecast as at', 'variance'],
    rows: [
      ...lines.map((each) => [
        each.line,
        each.description,
        each.source,
        ...MONITORED.map((name) => each[name]),
        each.forecast ?? '',
        each.forecastPeriod === null ? '' : `P${each.forecastPeriod}`,
        each.variance ?? '',
      ]),
    ],
    totals: [
      ['Total', '', '', ...MONITORED.map((name) => total[name]), total.forecast, '', total.variance],
      ['Not forecast', '', '', total.notForecast, ...MONITORED.slice(1).map(() => ''), '', '', ''],
      ...lowering.flatMap(({ category, planned, forecast, atRisk, achieved, income }) => [
        [`Planned, ${category}`, '', '', planned, ...MONITORED.slice(1).map(() => ''), forecast, '', ''],
        [`At risk, ${category}`, '', '', atRisk, ...MONITORED.slice(1).map(() => ''), '', '', ''],
        [`Achieved, ${category}`, '', '', achieved, ...MONITORED.slice(1).map(() => ''), '', '', ''],
        ...(signedPence(income) === NO_MONEY
          ? []
          : [[`Came in, ${category}`, '', '', income, ...MONITORED.slice(1).map(() => ''), '', '', '']]),
      ]),
    ],
  }),
});

export const grantUse = query({
  name: 'grant-use',
  path: '/funds/{fund}/grant-use',
  about:
    'How much of each grant, and of the money carried in, was received, spent by purpose, set aside and left unspent, and whether it was spent for its purposes only.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    sources: z.array(
      z.object({
        source: z.string(),
        items: z.array(z.string()).meta({ description: 'The grants of the source, or the sums carried in.' }),
        purposes: z.array(z.string()),
        ...textOf(SOURCE_USE).shape,
        byPurpose: z.array(z.object({ purpose: z.string().nullable(), spent: SignedMoney })),
        outside: SignedMoney.meta({ description: 'What was spent on anything other than the stated purposes.' }),
        onlyForPurposes: z.boolean().nullable().meta({ description: 'Null if no purpose is stated.' }),
      }),
    ),
  }),
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const brought = (['grant', 'carry-in'] as const).flatMap((keptAs) => keptInForce(at.model.facts, keptAs, at));
    const uses = sourceUses(at.view, brought, await entriesUnder(ledger, at, byMeasure, 'spent'));
    return {
      fund: asked.fund,
      ...at.stamp,
      sources: uses.map((each) => ({
        source: each.source,
        items: [...each.items],
        purposes: [...each.purposes],
        ...only(SOURCE_USE, each),
        byPurpose: each.byPurpose.map(({ purpose, spent }) => ({ purpose: purpose ?? null, spent: moneyText(spent) })),
        outside: moneyText(each.outside),
        onlyForPurposes: each.purposes.length === 0 ? null : each.outside === NO_MONEY,
      })),
    };
  },
  table: ({ sources }) => ({
    columns: ['source', 'purpose', ...SOURCE_USE, 'outside purposes'],
    rows: sources.flatMap((each) => [
      [each.source, '', ...SOURCE_USE.map((name) => each[name]), each.onlyForPurposes === null ? '' : each.outside],
      ...each.byPurpose.map(({ purpose, spent }) => [
        each.source,
        purpose ?? 'none named',
        ...SOURCE_USE.map((name) => (name === 'spent' ? spent : '')),
        '',
      ]),
    ]),
  }),
});

const ofDetail = ({ view }: FundAtDates, measure: 'carriedForward' | 'drawn' | 'agreed', detail: string): Pence =>
  sumOver(view, (account) => account.measure === measure && account.detail === detail && account.holder !== POOL);

export const reserves = query({
  name: 'reserves',
  path: '/funds/{fund}/reserves',
  about: 'Money set aside for later years: each reserve with its purpose, what was drawn from it and what is left.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    reserves: z.array(
      z.object({
        reserve: z.string(),
        source: z.string(),
        purpose: z.string(),
        toYear: z.string(),
        minute: z.string(),
        approved: SignedMoney,
        drawn: SignedMoney,
        left: SignedMoney,
      }),
    ),
  }),
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    return {
      fund: asked.fund,
      ...at.stamp,
      reserves: keptInForce(at.model.facts, 'reserve', at).map(({ data }) => {
        const { reserve, source, purpose, toYear, minute, amount } = data as unknown as Record<string, string>;
        return {
          reserve: reserve!,
          source: source!,
          purpose: purpose!,
          toYear: toYear!,
          minute: minute!,
          approved: amount!,
          drawn: moneyText(ofDetail(at, 'drawn', reserve!)),
          left: moneyText(ofDetail(at, 'carriedForward', reserve!)),
        };
      }),
    };
  },
  table: (answer) => ({
    columns: ['reserve', 'source', 'purpose', 'to year', 'minute', 'approved', 'drawn', 'left'],
    rows: answer.reserves.map((each) => [
      each.reserve,
      each.source,
      each.purpose,
      each.toYear,
      each.minute,
      each.approved,
      each.drawn,
      each.left,
    ]),
  }),
});

interface Measured {
  readonly effective: Day;
  readonly pot: string;
  readonly achieved: string;
}

export const performance = query({
  name: 'performance',
  path: '/funds/{fund}/performance',
  about:
    'Pay for performance of 2015-16: each pot, what was planned and achieved, what that earns, what was released, and what stays with the payer for services that the NHS commissions.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    pots: z.array(
      z.object({
        pot: z.string(),
        payer: z.string(),
        name: z.string(),
        unit: z.string(),
        amount: SignedMoney,
        planned: z.string(),
        achieved: z.string().nullable(),
        earned: SignedMoney,
        released: SignedMoney,
        remainder: SignedMoney.meta({ description: 'What is not earned: it stays with the payer.' }),
      }),
    ),
  }),
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const of = (keptAs: KeptAs) => keptInForce(at.model.facts, keptAs, at);
    const measured = of('measurement').map(({ data }) => data as unknown as Measured);
    return {
      fund: asked.fund,
      ...at.stamp,
      pots: of('pot').map(({ data }) => {
        const { pot, payer, amount, planned, unit } = data as unknown as Record<
          'pot' | 'payer' | 'amount' | 'planned' | 'unit',
          string
        >;
        const latest = measured
          .filter((each) => each.pot === pot)
          .sort((a, b) => a.effective.localeCompare(b.effective))
          .at(-1);
        const earned = latest ? released(pence(amount), latest.achieved, planned) : NO_MONEY;
        return {
          pot,
          payer,
          name: nameOf(ledger, payer),
          unit,
          amount,
          planned,
          achieved: latest ? latest.achieved : null,
          earned: moneyText(earned),
          released: moneyText(ofDetail(at, 'agreed', pot)),
          remainder: moneyText(minus(pence(amount), earned)),
        };
      }),
    };
  },
  table: ({ pots }) => ({
    columns: ['pot', 'payer', 'amount', 'planned', 'achieved', 'unit', 'earned', 'released', 'remainder'],
    rows: pots.map((each) => [
      each.pot,
      each.name,
      each.amount,
      each.planned,
      each.achieved ?? '',
      each.unit,
      each.earned,
      each.released,
      each.remainder,
    ]),
  }),
});

export const supplierClasses = fixedQuery({
  name: 'supplier-classes',
  path: '/supplier-classes',
  about: 'The classes of supplier that a commitment names, as reference data. Unproven entries are marked.',
  answer: z.object({
    classes: z.array(z.object({ code: z.string(), name: z.string(), evidence: z.string(), proven: z.boolean() })),
  }),
  says: () => ({ classes: [...SUPPLIER_CLASSES] }),
  table: ({ classes }) => ({
    columns: ['code', 'name', 'evidence'],
    rows: classes.map((each) => [each.code, each.name, each.evidence]),
  }),
});
