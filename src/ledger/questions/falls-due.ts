import { z } from 'zod';
import { disputeRegister } from '../../../projections/dispute-register.js';
import { dayNumber, lastDayOfPeriod, type Day } from '../../domain/calendar.js';
import { byText } from '../../domain/order.js';
import type { Mandate } from '../../domain/grammar/mandate.js';
import { actingFor } from '../../domain/grammar/succession.js';
import { MANAGE } from '../../domain/roles.js';
import { Refusal } from '../../domain/rules.js';
import type { Ledger } from '../ledger.js';
import { nameOf, standingDisputes, type Seeing } from './question.js';

/** What falls due for an officer beside payments: accounting periods that are over, and deadlines of disputes. */

/** A deadline is told from so many days before it on, its own day among them. */
const DAYS_AHEAD = 14;
/** The most deadlines that are told one by one: the nearest, overdue ones first. */
const DEADLINES_MAX = 50;

export const PeriodsText = z.object({
  fund: z.string(),
  from: z.int().meta({ description: 'The first period that is over and not closed: 1 is April.' }),
  to: z.int().meta({ description: 'The last period that is over.' }),
  since: z.string().meta({ description: 'The last day of the first of them.' }),
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
  daysLeft: z.int().meta({ description: 'The days that are left, today among them; nothing or less once it is over.' }),
});

/** Who asks: what they are mandated for today, and what they may see. */
interface For {
  readonly held: readonly Mandate[];
  readonly today: Day;
  readonly seeing: Seeing;
}

/** The periods of each fund that are over on a day and not closed, for those who manage the pool for its host. */
export function periodsToClose({ model }: Ledger, { held, today, seeing }: For): z.input<typeof PeriodsText>[] {
  const managed = new Set(held.filter(({ role }) => MANAGE.includes(role)).map(({ partner }) => partner));
  return model
    .funds()
    .filter((fund) => seeing.sees(fund))
    .flatMap((fund) => {
      const { opened, closedThrough } = model.fund(fund)!.outline;
      const { host, year, area } = opened!;
      const over = Array.from({ length: 12 }, (_, index) => index + 1).filter(
        (period) => period > closedThrough && lastDayOfPeriod(year, period) < today,
      );
      if (over.length === 0) return [];
      const since = lastDayOfPeriod(year, over[0]!);
      const hosts = actingFor(model.register().successions, [host], { area, today, effective: since });
      return hosts.some((each) => managed.has(each)) ? [{ fund, from: over[0]!, to: over.at(-1)!, since }] : [];
    });
}

/** The stages of open cases that end soon or have ended, in which a partner of the officer is a side. */
export function deadlinesNear(ledger: Ledger, { held, today, seeing }: For): z.input<typeof DeadlineText>[] {
  const partners = new Set(held.map(({ partner }) => partner));
  return ledger.model
    .areas()
    .filter((area) => seeing.seesCases(area))
    .flatMap((area) => {
      const at = standingDisputes(ledger, area, {});
      const rows = at instanceof Refusal ? [] : disputeRegister(at);
      return rows.flatMap(({ status, dueBy, stage, claimant, respondent, case: reference }) => {
        if (status !== 'open' || dueBy === undefined || stage === undefined) return [];
        if (!partners.has(claimant) && !partners.has(respondent)) return [];
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
