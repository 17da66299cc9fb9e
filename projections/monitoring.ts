import { spendingByLine, type LineSpending } from '../src/domain/fund/schemes.js';
import { minus, negated, NO_MONEY, pence, plus, type Pence } from '../src/domain/money.js';
import type { Kept } from './fund-facts.js';
import { linesStanding, planOf } from './plan.js';
import type { View } from './view.js';

/**
 * The plan line by line as at a period: budget, committed, spent, accrued, forecast and variance. Source: domain.md 12,
 * the monitoring of [S4]: budget, forecast outturn, variance.
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
  readonly outturn: Pence;
  readonly revision: number;
  readonly recordedAt: string;
}

interface MonitoredLine extends Monitored {
  readonly line: string;
  readonly description: string;
  readonly source: string;
  /** The latest forecast of the latest period that has one; undefined where none has. */
  readonly forecast: Forecast | undefined;
  /** budget − forecast: below nothing where more is expected to be spent; undefined where nothing is forecast. */
  readonly variance: Pence | undefined;
  /** Every forecast that counts or counted, in the order of recording. */
  readonly forecasts: readonly Forecast[];
}

interface Monitoring {
  readonly lines: readonly MonitoredLine[];
  /** budget = forecast + variance + the budgets of lines that have no forecast. */
  readonly total: Monitored & { readonly forecast: Pence; readonly variance: Pence; readonly notForecast: Pence };
}

const forecastOf = ({ data, revision, recordedAt }: Kept): Forecast & { readonly line: string } => {
  const { line, period, outturn } = data as unknown as { line: string; period: number; outturn: string };
  return { line, period, outturn: pence(outturn), revision, recordedAt };
};

const isOfSomething = ({ committed, spent, accrued }: LineSpending): boolean =>
  committed !== NO_MONEY || spent !== NO_MONEY || accrued !== NO_MONEY;

/**
 * @param linesSet the plan lines in force on the view’s day
 * @param linesKnown every plan line that is known: one that was taken out of the plan shows while something is spent on it
 * @param forecasts the forecasts in force on it, in the order of recording
 */
export function monitoringOf(
  view: View,
  linesSet: readonly Kept[],
  linesKnown: readonly Kept[],
  forecasts: readonly Kept[],
): Monitoring {
  // A line that is known has had a budget, so there is a sum of it, if it is nothing now.
  const spending = spendingByLine(view);
  const planned = linesStanding(view, linesSet, linesKnown);
  const shown = linesKnown.filter(
    (each) => planned.includes(each) || isOfSomething(spending.get(each.data['line'] as string)!),
  );
  const byLine = new Map<string, Forecast[]>();
  for (const { line, ...forecast } of forecasts.map(forecastOf)) {
    byLine.set(line, [...(byLine.get(line) ?? []), forecast]);
  }
  const lines = planOf(view, shown, []).lines.map(({ line, description, source, effect, amount }): MonitoredLine => {
    const budget = effect === 'adds' ? amount : negated(amount);
    const { committed, spent, accrued } = spending.get(line)!;
    const own = byLine.get(line) ?? [];
    const forecast = own.reduce<Forecast | undefined>(
      (latest, each) => (latest && latest.period > each.period ? latest : each),
      undefined,
    );
    return {
      line,
      description,
      source,
      budget,
      committed,
      spent,
      accrued,
      available: minus(budget, plus(plus(committed, spent), accrued)),
      forecast,
      variance: forecast && minus(budget, forecast.outturn),
      forecasts: own,
    };
  });
  const sum = (of: (line: MonitoredLine) => Pence | undefined): Pence =>
    lines.reduce((acc, line) => plus(acc, of(line) ?? NO_MONEY), NO_MONEY);
  return {
    lines,
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
