import { z } from 'zod';
import { assign } from '../../grammar/change.js';
import { dayInWords, lastDayOfPeriod, type Day, type FinancialYear } from '../../calendar.js';
import { completedFact, fact, type Fact } from '../../grammar/fact.js';
import { minus, moneyText, NO_MONEY, plus, type Pence } from '../../money.js';
import { seriesOn, type Measure } from '../../postings.js';
import { MANAGE } from '../../roles.js';
import { refuse } from '../../rules.js';
import { EffectiveDay, SignedMoney, TOLD } from '../../values.js';
import { opened, type FundState } from '../state.js';
import { Effective, Reason } from '../../grammar/fields.js';

/** Accounting periods, P1 (April) to P12 (March): closed in order by two officers of the host, reopened in reverse. */

export const Period = z
  .int({ error: 'must be a whole number from 1 (April) to 12 (March)' })
  .min(1, { error: 'must be from 1 (April) to 12 (March)' })
  .max(12, { error: 'must be from 1 (April) to 12 (March)' })
  .meta({ title: 'Period', description: 'The accounting period, from 1 (April) to 12 (March).', [TOLD]: 'period' });

const input = { effective: Effective, period: Period };

/** The last day of the period that is answered, where it is one. */
export const endOfPeriod = (
  { period }: Readonly<Record<string, string | undefined>>,
  year: FinancialYear | undefined,
): Readonly<Record<string, unknown>> | undefined => {
  const read = Period.safeParse(Number(period));
  return year && read.success ? { effective: lastDayOfPeriod(year, read.data) } : undefined;
};

/** A whole-fund total on a day, as now known: what a closing records of itself. */
function fundTotal(state: FundState, measure: Measure, day: Day): Pence {
  let sum: Pence = NO_MONEY;
  for (const [key, series] of state.series) {
    if (key.startsWith(`${measure}|`)) sum = plus(sum, seriesOn(series, day));
  }
  return sum;
}

/** The totals that a closing binds itself to, as money text. */
function totalsOn(state: FundState, day: Day) {
  const requirement = fundTotal(state, 'requirement', day);
  const funded = fundTotal(state, 'agreed', day);
  return {
    requirement: moneyText(requirement),
    funded: moneyText(funded),
    gap: moneyText(minus(requirement, funded)),
    received: moneyText(fundTotal(state, 'received', day)),
  };
}

export const PERIOD_FACTS: readonly Fact<FundState>[] = [
  completedFact({
    name: 'PeriodClosed',
    title: 'Close a period',
    group: 'periods',
    about:
      'Closes an accounting period with the totals as they stand; later truth is still recorded, as an adjustment, and shows in what is known later.',
    input: z.strictObject({ ...input, effective: EffectiveDay.meta({ description: 'The last day of the period.' }) }),
    suggests: endOfPeriod,
    adds: {
      totals: z
        .strictObject({
          requirement: SignedMoney,
          funded: SignedMoney,
          gap: SignedMoney,
          received: SignedMoney,
        })
        .meta({ description: 'The sums of the fund on the last day of the period, as they stood when it was closed.' }),
    },
    signature: 'second-officer',
    roles: MANAGE,
    signerRoles: ['chief-finance-officer'],
    effective: 'in-year',
    inClosedPeriods: true,
    reversible: false,
    wayBack: 'Propose PeriodReopened.',
    sides: (_data, state: FundState) => ({ acts: [opened(state).host], signs: [opened(state).host] }),
    complete: (data, state: FundState) => ({ ...data, totals: totalsOn(state, data.effective) }),
    check(data, state: FundState, { today }) {
      const { year } = opened(state);
      if (data.period !== state.closedThrough + 1) {
        return refuse(
          'period_out_of_order',
          state.closedThrough === 12
            ? 'All twelve periods are closed.'
            : `The next period to close is P${state.closedThrough + 1}, not P${data.period}.`,
        );
      }
      const last = lastDayOfPeriod(year, data.period);
      if (data.effective !== last) {
        return refuse('period_out_of_order', `P${data.period} is closed as at its last day, ${dayInWords(last)}.`);
      }
      return today > last
        ? undefined
        : refuse('period_not_ended', `P${data.period} ends on ${dayInWords(last)}; today is ${dayInWords(today)}.`);
    },
    evolve(state, data) {
      assign(state, 'closedThrough', data.period);
    },
    sentence: (data) =>
      `Period P${data.period} was closed as at ${dayInWords(data.effective)}: requirement ${data.totals.requirement}, funded ${data.totals.funded}, gap ${data.totals.gap}.`,
  }),
  fact({
    name: 'PeriodReopened',
    title: 'Reopen a period',
    group: 'periods',
    about: 'Reopens the last closed period, with a reason and two officers of the host.',
    input: z.strictObject({ ...input, reason: Reason }),
    signature: 'second-officer',
    roles: MANAGE,
    signerRoles: ['chief-finance-officer'],
    effective: 'in-year',
    inClosedPeriods: true,
    reversible: false,
    wayBack: 'Propose PeriodClosed.',
    sides: (_data, state: FundState) => ({ acts: [opened(state).host], signs: [opened(state).host] }),
    check: (data, state: FundState) =>
      data.period === state.closedThrough
        ? undefined
        : refuse(
            'period_out_of_order',
            state.closedThrough === 0
              ? 'No period is closed.'
              : `The last period closed is P${state.closedThrough}; reopen it before P${data.period}.`,
          ),
    evolve(state, data) {
      assign(state, 'closedThrough', data.period - 1);
    },
    sentence: (data) => `Period P${data.period} was reopened: ${data.reason}`,
  }),
];
