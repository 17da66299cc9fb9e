import { dayInWords, isWithin, periodOf, type Day, type FinancialYear } from '../calendar.js';
import { NO_MONEY, pence, plus, pounds } from '../money.js';
import type { RegisterState } from '../register/state.js';
import { family } from '../grammar/succession.js';
import { refuse, Refusal } from '../rules.js';
import { inForce, sourceOf } from '../sources.js';
import { partnersOn } from './membership.js';
import { type FundState, type FactOnItem, opened } from './state.js';

/** The checks that several facts of a fund share. */

/** Refuses a day outside the fund's year; the first and the last day of the year are inside. */
export const outsideYear = (year: FinancialYear, day: Day): Refusal | undefined =>
  isWithin(day, year)
    ? undefined
    : refuse(
        'effective_outside_year',
        `${dayInWords(day)} is outside ${year.label}, which runs from ${dayInWords(year.first)} to ${dayInWords(year.last)}.`,
      );

/** A name is used once, even where its fact was reversed. Why: docs/decisions/what-stands.md. */
export function nameIsFree(state: FundState, name: string): Refusal | undefined {
  const item = state.items.get(name);
  if (!item) return undefined;
  const reversal = state.reversed.get(state.named.get(name)!);
  return reversal === undefined
    ? refuse('identifier_used', `"${name}" already names a ${item.kind} of this fund.`)
    : nameWasReversed(name, reversal, (other) => state.items.has(other));
}

/** The longest name to which a number can still be added, in characters. */
const STEM_LENGTH_MAX = 60;

/** Refuses the name of a reversed item, and gives the next free name: north-2, north-3. */
export function nameWasReversed(name: string, reversal: number, isUsed: (name: string) => boolean): Refusal {
  // A number of one digit counts; two digits are a year.
  const [, stem = name, number = '1'] = /^(.*)-([2-9])$/.exec(name) ?? [];
  const short = stem.slice(0, STEM_LENGTH_MAX).replace(/-+$/, '');
  let next = Number(number) + 1;
  while (isUsed(`${short}-${next}`)) next++;
  return refuse(
    'identifier_used',
    `"${name}" is the name of what was reversed at revision ${reversal}, and stays its name. Use another, such as "${short}-${next}".`,
  );
}

/** A partner of a fund is one that it was opened with or that joined it and has not left, or a successor of one in the area, from its own first day on. */
export function partnerIsIn(
  state: FundState,
  partner: string,
  effective: Day,
  { register }: { readonly register: RegisterState },
): Refusal | undefined {
  const { area, year } = opened(state);
  const partners = partnersOn(opened(state), effective);
  const all = new Set(partners.flatMap((each) => family(register.successions, each, effective, area)));
  return all.has(partner)
    ? undefined
    : refuse(
        'not_in_fund',
        `${partner} is not a partner of ${area}-${year.label}; its partners on ${dayInWords(effective)} are ${[...all].join(', ')}.`,
      );
}

/** A source must exist, be in force in the fund's year, and enter the way that this fact brings it in. */
export function sourceFits(
  state: FundState,
  code: string,
  entersAs: 'grant' | 'contribution' | 'line',
): Refusal | undefined {
  const source = sourceOf(code);
  if (!source) return refuse('source_unknown', `"${code}" is not a source of funding.`);
  if (source.beside)
    return refuse(
      'source_beside_pool',
      `${code} (${source.name}) stands beside the pool, and enters by ${source.entersBy!}.`,
    );
  const { year } = opened(state);
  if (!inForce(source, year.label)) {
    const until = source.until ? ` to ${source.until}` : ' on';
    return refuse(
      'source_not_in_force',
      `${code} is in force from ${source.from}${until}; this fund is for ${year.label}.`,
    );
  }
  if (entersAs === 'contribution' && source.entersBy) {
    return refuse('source_enters_otherwise', `${code} (${source.name}) enters by ${source.entersBy}.`);
  }
  if (entersAs === 'contribution' && source.grant) {
    return refuse('source_is_grant', `${code} (${source.name}) is a government grant.`);
  }
  if (entersAs === 'grant' && !source.grant) {
    return refuse('source_not_grant', `${code} (${source.name}) is not a government grant.`);
  }
  return undefined;
}

/** Parts must add up to the whole, to the penny. */
export function addsUp(
  what: string,
  parts: readonly { readonly amount: string }[],
  whole: string,
): Refusal | undefined {
  const sum = parts.reduce((acc, part) => plus(acc, pence(part.amount)), NO_MONEY);
  return sum === pence(whole)
    ? undefined
    : refuse('schedule_mismatch', `The ${what} add up to ${pounds(sum)}; the amount is ${pounds(pence(whole))}.`);
}

/** Refuses parts that fall due before the item itself begins; its first day is allowed. */
export function dueFrom(
  what: string,
  parts: readonly { readonly due: Day; readonly amount: string }[],
  first: Day,
): Refusal | undefined {
  const early = parts.find(({ due }) => due < first);
  return early
    ? refuse(
        'more_than_scheduled',
        `The ${what} of ${dayInWords(early.due)} is before ${dayInWords(first)}, from which it is agreed: nothing falls due before then.`,
      )
    : undefined;
}

/**
 * Whether a day is in a closed accounting period. Days before the fund's year are in its first period; days after the
 * year are in none.
 */
export const isClosed = (state: FundState, day: Day): boolean => {
  const { year } = opened(state);
  // A fact with a day before the year is in every balance of the year, and so in the first period.
  if (day < year.first) return state.closedThrough > 0;
  return day <= year.last && periodOf(day) <= state.closedThrough;
};

/** The facts that stand on an item, in the order of recording. */
export const factsOnItem = (state: FundState, item: string): [number, FactOnItem][] => [
  ...(state.standing.get(item) ?? new Map<number, FactOnItem>()),
];

/** Refuses a change of an item from before the day on which the item itself takes effect; that day is allowed. */
export const notBefore = (item: string, began: Day, effective: Day): Refusal | undefined =>
  effective < began
    ? refuse(
        'before_it_began',
        `"${item}" takes effect on ${dayInWords(began)}; this would on ${dayInWords(effective)}.`,
      )
    : undefined;

/**
 * A fact that changes the level of an item may not take effect before a fact that states it: otherwise the text signed
 * last would no longer be in force. It may not take effect before the item itself either.
 */
export function inOrder(state: FundState, item: string, began: Day, effective: Day): Refusal | undefined {
  const early = notBefore(item, began, effective);
  if (early) return early;
  const later = factsOnItem(state, item).find(([, each]) => each.level === 'states' && each.effective > effective);
  return later
    ? refuse(
        'later_change_stands',
        `Revision ${later[0]} states what "${item}" stands at from ${dayInWords(later[1].effective)}; this would change it from ${dayInWords(effective)}.`,
      )
    : undefined;
}
