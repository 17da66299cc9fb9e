import { NOTHING_SPENT, spendingByLine, type LineSpending } from '../src/domain/fund/agreement/schemes.js';
import { inside } from '../src/domain/chart.js';
import { minus, negated, NO_MONEY, pence, plus, signedPence, type Pence } from '../src/domain/money.js';
import type { Kept } from './fund-facts.js';
import { incomeOf, linesStanding, planOf } from './plan.js';
import type { View } from './view.js';

/**
 * The plan line by line as at a period: budget, committed, spent, accrued, forecast and variance.
 * Source: docs/sources.md, Accounting: Norfolk’s monitoring gives budget, forecast outturn and variance.
 */
interface Monitored {
  readonly budget: Pence;
  readonly committed: Pence;
  readonly spent: Pence;
  readonly accrued: Pence;
  /** budget − committed − spent − accrued. */
  readonly available: Pence;
}

export const MONITORED = [
  'budget',
  'committed',
  'spent',
  'accrued',
  'available',
] as const satisfies readonly (keyof Monitored)[];

interface Forecast {
  readonly period: number;
  /** As it counts in the total: a line that lowers cost is negative. */
  readonly outturn: Pence;
  /** For a line that lowers cost: what it has saved or brought in so far, if that was stated. */
  readonly achieved: Pence | undefined;
  readonly revision: number;
  readonly recordedAt: string;
}

interface MonitoredLine extends Monitored {
  readonly line: string;
  readonly description: string;
  readonly source: string;
  readonly category: string;
  /** What was received on a line of income. */
  readonly income: Pence;
  /** The periods for which it was stated that nothing was spent and nothing was received. */
  readonly nothingIn: readonly number[];
  /** The latest forecast of the latest period that has one; undefined where none has. */
  readonly forecast: Forecast | undefined;
  /** budget − forecast: negative if more is expected to be spent; undefined without a forecast. */
  readonly variance: Pence | undefined;
  /** Every forecast that counts or counted, in the order of recording. */
  readonly forecasts: readonly Forecast[];
}

interface Monitoring {
  readonly lines: readonly MonitoredLine[];
  /** budget = forecast + variance + the budgets of lines that have no forecast. */
  /** What lowers cost, by category: savings and income, above zero. */
  readonly lowering: readonly Lowering[];
  readonly total: Monitored & { readonly forecast: Pence; readonly variance: Pence; readonly notForecast: Pence };
}

/**
 * The planned and the forecast sums of the lines of a category that lowers cost. Source: docs/sources.md, Accounting.
 */
interface Lowering {
  readonly category: string;
  readonly planned: Pence;
  readonly forecast: Pence;
  /** planned − forecast, of the lines that have a forecast. */
  readonly atRisk: Pence;
  /** What was stated as achieved so far. */
  readonly achieved: Pence;
  /** What has come in, as it was recorded. */
  readonly income: Pence;
  /** Of what is planned, the lines that have no forecast: planned = forecast + atRisk + notForecast. */
  readonly notForecast: Pence;
}

interface ForecastData {
  readonly line: string;
  readonly period: number;
  readonly outturn: string;
  readonly achieved?: string;
  readonly effect?: 'reduces';
}

function forecastOf({ data, revision, recordedAt }: Kept): Forecast & { readonly line: string } {
  const { line, period, outturn, achieved, effect } = data as unknown as ForecastData;
  return {
    line,
    period,
    outturn: effect ? negated(pence(outturn)) : signedPence(outturn),
    achieved: achieved === undefined ? undefined : pence(achieved),
    revision,
    recordedAt,
  };
}

/** The lines that lower cost, category by category in the order in which the plan has them. */
function loweringOf(lines: readonly (MonitoredLine & { readonly effect: 'adds' | 'reduces' })[]): Lowering[] {
  const own = lines.filter(({ effect }) => effect === 'reduces');
  return [...new Set(own.map(({ category }) => category))].map((category) => {
    const of = own.filter((line) => line.category === category);
    const sum = (part: (line: MonitoredLine) => Pence | undefined): Pence =>
      of.reduce((acc, line) => plus(acc, part(line) ?? NO_MONEY), NO_MONEY);
    return {
      category,
      planned: negated(sum(({ budget }) => budget)),
      forecast: negated(sum(({ forecast }) => forecast?.outturn)),
      atRisk: negated(sum(({ variance }) => variance)),
      achieved: sum(({ forecast }) => forecast?.achieved),
      income: sum(({ income }) => income),
      notForecast: negated(sum(({ forecast, budget }) => (forecast ? undefined : budget))),
    };
  });
}

const isOfSomething = ({ committed, spent, accrued }: LineSpending): boolean =>
  committed !== NO_MONEY || spent !== NO_MONEY || accrued !== NO_MONEY;

/**
 * @param linesSet the plan lines in force on the view’s day
 * @param linesKnown every plan line that is known: one that was taken out of the plan shows while something is spent on it
 * @param forecasts the forecasts in force on it, in the order of recording
 * @param nothings where it was said that there was nothing, in force on it
 */
export function monitoringOf(
  view: View,
  linesSet: readonly Kept[],
  linesKnown: readonly Kept[],
  forecasts: readonly Kept[],
  nothings: readonly Kept[],
): Monitoring {
  const spending = spendingByLine(view);
  /** A line planned at 0.00 has no sum. */
  const spentOn = (line: string): LineSpending => spending.get(line) ?? NOTHING_SPENT;
  const planned = new Set(linesStanding(view, linesSet, linesKnown));
  const shown = linesKnown.filter((each) => planned.has(each) || isOfSomething(spentOn(each.data['line'] as string)));
  const byLine = new Map<string, Forecast[]>();
  for (const { line, ...forecast } of forecasts.map(forecastOf))
    inside(byLine, line, (): Forecast[] => []).push(forecast);
  const nothingIn = new Map<string, Set<number>>();
  for (const { data } of nothings)
    inside(nothingIn, data['line'] as string, () => new Set<number>()).add(data['period'] as number);
  const lines = planOf(view, shown, []).lines.map(({ line, description, source, category, effect, amount }) => {
    const budget = effect === 'adds' ? amount : negated(amount);
    const { committed, spent, accrued } = spentOn(line);
    const own = byLine.get(line) ?? [];
    const forecast = own.reduce<Forecast | undefined>(
      (latest, each) => (latest && latest.period > each.period ? latest : each),
      undefined,
    );
    return {
      line,
      description,
      source,
      category,
      effect,
      budget,
      committed,
      spent,
      accrued,
      available: minus(budget, plus(plus(committed, spent), accrued)),
      income: incomeOf(view, line),
      nothingIn: [...(nothingIn.get(line) ?? [])].sort((a, b) => a - b),
      forecast,
      variance: forecast && minus(budget, forecast.outturn),
      forecasts: own,
    };
  });
  const sum = (of: (line: MonitoredLine) => Pence | undefined): Pence =>
    lines.reduce((acc, line) => plus(acc, of(line) ?? NO_MONEY), NO_MONEY);
  return {
    lines,
    lowering: loweringOf(lines),
    total: {
      budget: sum((line) => line.budget),
      committed: sum((line) => line.committed),
      spent: sum((line) => line.spent),
      accrued: sum((line) => line.accrued),
      available: sum((line) => line.available),
      forecast: sum((line) => line.forecast?.outturn),
      variance: sum((line) => line.variance),
      notForecast: sum((line) => (line.forecast ? undefined : line.budget)),
    },
  };
}
