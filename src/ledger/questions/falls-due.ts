import { z } from 'zod';
import { disputeRegister } from '../../../projections/dispute-register.js';
import { keptInForce } from '../../../projections/fund-facts.js';
import { dayNumber, LAST_DAY, lastDayOfPeriod, type Day, type FinancialYear } from '../../domain/calendar.js';
import { moneyText } from '../../domain/money.js';
import { onceEach } from '../../domain/once-each.js';
import { byText } from '../../domain/order.js';
import type { Mandate } from '../../domain/grammar/mandate.js';
import { actingFor } from '../../domain/grammar/succession.js';
import { MANAGE } from '../../domain/roles.js';
import { SignedMoney } from '../../domain/values.js';
import type { Ledger } from '../ledger.js';
import type { FundModel } from '../memory/streams.js';
import { testsNow } from './fund/minimum-tests.js';
import { ofFundToday } from './fund-today.js';
import { bodiesIn, disputesAtDates, nameOf, type DisputesAtDates, type Seeing } from './question.js';

/**
 * What falls due for an officer, in addition to payments: accounting periods that have ended, returns that are not
 * filed, minimum tests that fail, and deadlines of disputes.
 */

/** How many days before a deadline it is listed first, its own day included. */
const DAYS_AHEAD = 14;
/** The most deadlines that are listed: the nearest, overdue ones first. */
const DEADLINES_MAX = 50;

export const PeriodsText = z.object({
  fund: z.string(),
  from: z.int().meta({ description: 'The first period that has ended and is not closed; 1 is April.' }),
  to: z.int().meta({ description: 'The last period that has ended.' }),
  since: z.string().meta({ description: 'The last day of the first of them.' }),
});

export const ReturnsText = z.object({
  fund: z.string(),
  quarters: z.array(z.int()).meta({ description: 'The quarters that have ended and for which no return is filed.' }),
  since: z.string().meta({ description: 'The last day of the first of them: the cut-off of its return.' }),
});

export const FailingText = z.object({
  fund: z.string(),
  on: z.string().meta({ description: 'The day of the test: today, or the nearest day of the fund’s year.' }),
  test: z.string(),
  title: z.string(),
  margin: SignedMoney.meta({
    description:
      'The smallest margin of its rows, actual − required. It is negative by the missing sum. It is zero or more if the test fails because more is pooled than was determined (T4).',
  }),
  short: z
    .array(z.object({ of: z.string(), why: z.string() }))
    .meta({ description: 'The payers, sources or districts that fail it, each with the reason.' }),
});

export const DeadlineText = z.object({
  area: z.string(),
  case: z.string(),
  claimant: z.string(),
  claimantName: z.string(),
  respondent: z.string(),
  respondentName: z.string(),
  stage: z.string(),
  dueBy: z.string().meta({ description: 'The last day of the stage, inclusive.' }),
  daysLeft: z.int().meta({ description: 'The days that are left, today included; zero or less once it is over.' }),
});

/** Who asks: their mandates today, and what they may see. */
interface For {
  readonly held: readonly Mandate[];
  readonly today: Day;
  readonly seeing: Seeing;
}

/** The partners for which an officer manages pools, or the partner’s own money in them. */
const managedFor = (held: readonly Mandate[]): ReadonlySet<string> =>
  new Set(held.filter(({ role }) => MANAGE.includes(role)).map(({ partner }) => partner));

/**
 * What is still to do in the funds that an officer manages for their host, or the host’s successor. `undone` says what
 * is to do in a fund, and since when; undefined if nothing is.
 */
function toDoForHosts<Undone extends { readonly since: Day }>(
  { model }: Ledger,
  { held, today, seeing }: For,
  undone: (fund: FundModel) => Undone | undefined,
): ({ readonly fund: string } & Undone)[] {
  const managed = managedFor(held);
  if (managed.size === 0) return [];
  const { successions } = model.register();
  return model
    .funds()
    .filter((fund) => seeing.sees(fund))
    .flatMap((fund) => {
      const found = model.fund(fund)!;
      const left = undone(found);
      if (left === undefined) return [];
      const { host, area } = found.outline.opened!;
      const hosts = actingFor(successions, [host], { area, today, effective: left.since });
      return hosts.some((each) => managed.has(each)) ? [{ fund, ...left }] : [];
    });
}

const PERIODS = Array.from({ length: 12 }, (_, index) => index + 1);

/** The last day of each accounting period of a year, in their order. */
const lastDays = onceEach((year: FinancialYear) => PERIODS.map((period) => lastDayOfPeriod(year, period)));

const lastDayOf = (year: FinancialYear, period: number): Day => lastDays(year)[period - 1]!;

/**
 * The periods of each fund that have ended by a day and are not closed, for officers who manage the pool for its host.
 */
export const periodsToClose = (ledger: Ledger, who: For): z.input<typeof PeriodsText>[] =>
  toDoForHosts(ledger, who, ({ outline: { opened, closedThrough } }) => {
    const { year } = opened!;
    const over = PERIODS.filter((period) => period > closedThrough && lastDayOf(year, period) < who.today);
    return over.length === 0 ? undefined : { from: over[0]!, to: over.at(-1)!, since: lastDayOf(year, over[0]!) };
  });

/** The last periods of the quarters of a year. */
const QUARTER_ENDS = [3, 6, 9, 12] as const;
/** The kind of return for one grant. It does not replace the fund’s own return. */
const BESIDE_THE_QUARTER = 'ibcf';

/**
 * The quarters of each fund that have ended by a day and for which no return is filed, for the officers who file
 * returns: those who manage the pool for its host. A return for the whole year counts for its last quarter.
 */
export const returnsToFile = (ledger: Ledger, who: For): z.input<typeof ReturnsText>[] =>
  toDoForHosts(ledger, who, ({ facts, outline: { opened } }) => {
    const over = QUARTER_ENDS.map((period) => lastDayOf(opened!.year, period)).filter((day) => day < who.today);
    const filed = keptInForce(facts, 'return', { on: LAST_DAY, upTo: Infinity }).flatMap(({ data }) =>
      data['kind'] === BESIDE_THE_QUARTER ? [] : [data['on'] as Day],
    );
    const quarters = over.flatMap((day, index) => (filed.includes(day) ? [] : [index + 1]));
    return quarters.length === 0 ? undefined : { quarters, since: over[quarters[0]! - 1]! };
  });

/**
 * How many days after its last day a fund is still tested, unless its year is closed earlier. After that, nothing can
 * be done about a failing test.
 */
const TESTED_DAYS = 366;

/** The minimum tests that fail in a fund, and the bodies that are in it. */
const failingToday = ofFundToday((ledger, at) => ({
  bodies: bodiesIn(at),
  tests: testsNow(ledger, at).flatMap(({ test, title, verdict, margin, rows }) => {
    if (verdict !== 'fail') return [];
    const short = rows.filter((row) => row.verdict === 'fail').map(({ of, why }) => ({ of, why }));
    return [{ fund: at.fund, on: at.on, test, title, margin: moneyText(margin), short }];
  }),
}));

/**
 * The minimum tests that fail today, in the funds of the partners for which an officer is a pool manager or finance
 * officer. A fund whose year is closed, or ended more than {@link TESTED_DAYS} days ago, is left out.
 */
export function testsFailing(ledger: Ledger, { held, today, seeing }: For): z.input<typeof FailingText>[] {
  const partners = [...managedFor(held)];
  if (partners.length === 0) return [];
  return ledger.model.funds().flatMap((fund) => {
    if (!seeing.sees(fund)) return [];
    const { opened, closedThrough } = ledger.model.fund(fund)!.outline;
    if (closedThrough === PERIODS.length || dayNumber(today) - dayNumber(opened!.year.last) > TESTED_DAYS) return [];
    const { bodies, tests } = failingToday(ledger, fund);
    return partners.some((each) => bodies.has(each)) ? tests : [];
  });
}

/** The stages of open cases that end soon or have ended, in which a partner of the officer is a side. */
export function deadlinesNear(ledger: Ledger, { held, today, seeing }: For): z.input<typeof DeadlineText>[] {
  const partners = new Set(held.map(({ partner }) => partner));
  const { successions } = ledger.model.register();
  return ledger.model
    .areas()
    .filter((area) => seeing.seesCases(area))
    .flatMap((area) => {
      const at = disputesAtDates(ledger, area, {}) as DisputesAtDates;
      return disputeRegister(at).flatMap(({ status, dueBy, stage, claimant, respondent, case: reference }) => {
        if (status !== 'open' || dueBy === undefined || stage === undefined) return [];
        // The successor of a side that has ended acts for it.
        const sides = actingFor(successions, [claimant, respondent], { area, today, effective: dueBy });
        if (!sides.some((each) => partners.has(each))) return [];
        const daysLeft = dayNumber(dueBy) - dayNumber(today) + 1;
        if (daysLeft > DAYS_AHEAD) return [];
        const [claimantName, respondentName] = [claimant, respondent].map((each) => nameOf(ledger, each)) as [
          string,
          string,
        ];
        return [{ area, case: reference, claimant, claimantName, respondent, respondentName, stage, dueBy, daysLeft }];
      });
    })
    .sort((one, other) => byText(one.dueBy, other.dueBy) || byText(one.case, other.case))
    .slice(0, DEADLINES_MAX);
}
