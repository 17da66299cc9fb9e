import { dayInWords, daysAfter, isWithin, LAST_DAY, periodOf, type Day, type FinancialYear } from '../calendar.js';
import { assign, put } from '../grammar/change.js';
import { exactly, minus, NO_MONEY, notNegative, pence, plus, pounds, type Pence } from '../money.js';
import {
  addToSeries,
  moveSeries,
  combined,
  emptySeries,
  firstBreach,
  movedOn,
  PLAN,
  POOL,
  seriesOn,
  termOf,
  type Account,
  type DaySeries,
  type Measure,
  type Posting,
} from '../postings.js';
import type { RegisterState } from '../register/state.js';
import { family } from '../grammar/succession.js';
import { refuse, Refusal, type RuleCode } from '../rules.js';
import { inForce, sourceOf } from '../sources.js';
import type { StandingFact } from './standing-facts.js';
import type { Instalment } from '../values.js';
import { enterInBooks, SET_ASIDE, setAsideHolds, type Book } from './books.js';
import { noReturns, type ReturnsState } from './year/return-state.js';
import { noSpending, type SpendingState } from './year/spending-state.js';
import { noTestInputs, type TestInputs } from './plan/test-inputs.js';

/** What a fund shows to decisions on others. */
declare module '../grammar/fact.js' {
  interface World {
    /** Another fund as now known, where it is open: money that one year carries into the next rests on it. */
    fund(name: string): FundState | undefined;
  }
}

/** A fund: the pooled fund of one area for one financial year, as a decision needs to see it. */
export interface FundState {
  readonly opened: Opened | undefined;
  /** Plan lines, contributions and grants by name. A name is used once, even if its fact is reversed. */
  readonly items: ReadonlyMap<string, Item>;
  /** The revision of the fact that brought each name: where it was reversed, the name stands for nothing any more. */
  readonly named: ReadonlyMap<string, number>;
  /** The movements of each measure of each item, by `measure|item`. */
  readonly series: ReadonlyMap<string, DaySeries>;
  /** The last accounting period closed; 0 where none is. */
  readonly closedThrough: number;
  /** The facts that were reversed, by revision, with the revision of the reversal. */
  readonly reversed: ReadonlyMap<number, number>;
  /** The facts that stand on each item, by revision: what a reversal must not take away from under them. */
  readonly standing: ReadonlyMap<string, ReadonlyMap<number, Standing>>;
  readonly size: Size;
  /** What the minimum tests are made of. */
  readonly tested: TestInputs;
  /** The movements of each account, by its key: what formulas over the whole fund are decided on. */
  readonly books: ReadonlyMap<string, Book>;
  readonly spending: SpendingState;
  readonly returns: ReturnsState;
  /** The partners who signed the last agreement to a fact: the fact itself is the next event. */
  readonly signers: readonly string[];
  /** The facts of the section 75 agreement, in the order of recording. */
  readonly agreements: readonly StandingFact[];
  /** The risk share that was applied, scheme by scheme. */
  readonly riskShares: readonly StandingFact[];
  /** The life cycle of the plan: its moves, sign-offs, and conditions met. */
  readonly lifeCycle: readonly StandingFact[];
}

/** How much a fund has moved. While that is bounded, every sum of any of its movements is exact. */
export interface Size {
  /**
   * The sum of the sizes of all movements that stand; what was taken back on the day on which it took effect counts no
   * more. What is only proposed or assumed is counted apart.
   */
  readonly stands: Pence;
  /** All that was ever moved, with as much again that it may take to undo it. */
  readonly turnover: Pence;
  /** The same of what each partner’s officers have proposed or assumed: it binds nobody, and stands in no other’s way. */
  readonly supposed: ReadonlyMap<string, Pence>;
}

export interface Standing {
  readonly effective: Day;
  readonly level: 'states' | 'moves' | undefined;
}

export interface Opened {
  readonly area: string;
  readonly year: FinancialYear;
  readonly host: string;
  readonly partners: readonly string[];
}

export interface Line {
  readonly kind: 'line';
  readonly source: string;
  readonly recurrent: boolean;
  readonly effect: 'adds' | 'reduces';
  readonly began: Day;
  /** The partner that commissions the line for the fund, where one is named: it may record what the line costs. */
  readonly lead: string | undefined;
}

export interface Contribution {
  readonly kind: 'contribution';
  readonly payer: string;
  readonly source: string;
  readonly recurrent: boolean;
  readonly began: Day;
}

export interface Grant {
  readonly kind: 'grant';
  readonly holder: string;
  readonly source: string;
  readonly recurrent: boolean;
  readonly began: Day;
  /** The districts that it is passed down to; none where it is not. */
  readonly districts: readonly string[];
}

/** A named assumption: only its name is kept, so that it is not used twice. */
interface Assumption {
  readonly kind: 'assumption';
}

/** What was ordered and not yet paid for, on one plan line. */
export interface Commitment {
  readonly kind: 'commitment';
  readonly line: string;
  readonly source: string;
  readonly recurrent: boolean;
}

/** Money set aside for a later year. */
interface Reserve {
  readonly kind: 'reserve';
  readonly source: string;
  readonly purpose: string;
  readonly toYear: string;
}

/** Money that came from a reserve of an earlier year’s fund. */
interface CarryIn {
  readonly kind: 'carry-in';
  readonly from: string;
  readonly reserve: string;
  /** The source of the money in the fund that it comes from. */
  readonly cameFrom: string;
}

/** Money held back until a result is achieved: pay for performance. */
interface Pot {
  readonly kind: 'pot';
  readonly payer: string;
  readonly amount: Pence;
  readonly planned: string;
}

type Item = Line | Contribution | Grant | Assumption | Commitment | Reserve | CarryIn | Pot;

export const emptyFund = (): FundState => ({
  opened: undefined,
  items: new Map(),
  named: new Map(),
  series: new Map(),
  closedThrough: 0,
  reversed: new Map(),
  standing: new Map(),
  size: { stands: NO_MONEY, turnover: NO_MONEY, supposed: new Map() },
  tested: noTestInputs(),
  books: new Map(),
  spending: noSpending(),
  returns: noReturns(),
  signers: [],
  agreements: [],
  riskShares: [],
  lifeCycle: [],
});

// Evolve

const seriesKey = (measure: Measure, item: string): string => `${measure}|${item}`;

/** Every event's postings move the series that limits are held against. `by` is the partner who acted. */
export function evolvePostings(state: FundState, postings: readonly Posting[], by: string): void {
  for (const posting of postings) {
    if (posting.holder === POOL) continue;
    const key = seriesKey(posting.measure, posting.item);
    let series = state.series.get(key);
    if (!series) put(state.series, key, (series = emptySeries()));
    grow(state.size, series, posting, by);
    moveSeries(series, posting.on, posting.pence);
    enterInBooks(state.books, posting);
  }
}

/** What is only proposed or assumed: any partner says so alone. */
const isSupposed = ({ measure }: Posting): boolean => measure === 'proposed' || measure === 'assumed';

/** Counts one more movement of a series in the size of its fund. */
function grow(size: Size, series: DaySeries, posting: Posting, by: string): void {
  const before = movedOn(series, posting.on);
  const growth = exactly(Math.abs(before + posting.pence) - Math.abs(before));
  const turned = exactly(2 * notNegative(growth));
  if (isSupposed(posting)) put(size.supposed, by, plus(size.supposed.get(by) ?? NO_MONEY, turned));
  else {
    assign(size, 'stands', plus(size.stands, growth));
    assign(size, 'turnover', plus(size.turnover, turned));
  }
}

/** What stands in one fund stays below this: a hundred times the whole Better Care Fund of a year. */
const STANDS_MAX = pence('999999999999.99');
/** Of a fund; and of one of a hundred partners and their successors. All together they stay below £90 trillion. */
const TURNOVER_MAX = exactly(20 * STANDS_MAX);
const SUPPOSED_MAX = pence('499999999999.99');
/** A reversal goes through beyond, or nobody could undo what is too large. */
const UNDONE_MAX = exactly(30 * STANDS_MAX);

// Reading the state

const nothing = emptySeries();
export const seriesOf = (state: Pick<FundState, 'series'>, measure: Measure, item: string): DaySeries =>
  state.series.get(seriesKey(measure, item)) ?? nothing;

/** What an item stands at on a day, inclusive, as now known. */
export const standsAt = (state: FundState, measure: Measure, item: string, day: Day): Pence =>
  seriesOn(seriesOf(state, measure, item), day);

/** The fund as opened. Decisions on an unopened fund are refused before any fact is looked at. */
export const opened = (state: FundState): Opened => state.opened!;

const KIND_WORDS: Partial<Record<Item['kind'], string>> = { line: 'plan line' };

/**
 * Finds an item of one kind for a new fact, or refuses, naming what was looked for. What was taken back is not there for
 * anything new: it would stand in some figures and not in others.
 */
export function itemOf<Kind extends Item['kind']>(
  state: FundState,
  kind: Kind,
  name: string,
): Extract<Item, { kind: Kind }> | Refusal {
  const item = everNamed(state, kind, name);
  if (item instanceof Refusal || !state.reversed.has(state.named.get(name)!)) return item;
  const reversal = state.reversed.get(state.named.get(name)!)!;
  return refuse('reference_unknown', `The ${KIND_WORDS[kind] ?? kind} "${name}" was reversed at revision ${reversal}.`);
}

/** Finds an item of one kind, taken back or not: what is said of it, or undone, is whose it was. Or refuses. */
export function everNamed<Kind extends Item['kind']>(
  state: FundState,
  kind: Kind,
  name: string,
): Extract<Item, { kind: Kind }> | Refusal {
  const item = state.items.get(name);
  if (item?.kind === kind) return item as Extract<Item, { kind: Kind }>;
  return refuse('reference_unknown', `This fund has no ${KIND_WORDS[kind] ?? kind} named "${name}".`);
}

/** The account of a contribution or grant, in one measure. */
export const holding = (
  measure: Measure,
  of: { readonly holder: string; readonly source: string; readonly recurrent: boolean },
): Omit<Account, 'detail'> => ({ measure, holder: of.holder, source: of.source, term: termOf(of.recurrent) });

export const planAccount = (line: string, of: { readonly source: string; readonly recurrent: boolean }): Account => ({
  measure: 'requirement',
  holder: PLAN,
  source: of.source,
  term: termOf(of.recurrent),
  detail: line,
});

// Decide: the checks that several facts share

/** A day of the fund's year, or why it is not one. */
export const outsideYear = (year: FinancialYear, day: Day): Refusal | undefined =>
  isWithin(day, year)
    ? undefined
    : refuse(
        'effective_outside_year',
        `${dayInWords(day)} is outside ${year.label}, which runs from ${dayInWords(year.first)} to ${dayInWords(year.last)}.`,
      );

export const nameIsFree = (state: FundState, name: string): Refusal | undefined =>
  state.items.has(name)
    ? refuse('identifier_used', `"${name}" already names a ${state.items.get(name)!.kind} of this fund.`)
    : undefined;

/** A partner of a fund is one that it was opened with, or a successor of one in the area, from its own first day on. */
export function partnerIsIn(
  state: FundState,
  partner: string,
  effective: Day,
  { register }: { readonly register: RegisterState },
): Refusal | undefined {
  const { partners, area, year } = opened(state);
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

/** A change of instalments: on which day how much more, or less, falls due. */
export interface DueChange {
  readonly due: Day;
  readonly change: Pence;
}

/**
 * The change of an item's instalments when what is agreed changes by a sum from a day on. What fell due before the
 * effective date stands; what falls due on it or later is replaced by the instalments given, or, where none are, scaled
 * in proportion. Where more has fallen due than will be, the excess is credited on the effective date. Changes already
 * recorded for later days are part of what falls due later.
 */
export function replanned(
  standing: DaySeries,
  effective: Day,
  change: Pence,
  given?: readonly Instalment[],
): DueChange[] | Refusal {
  const before = seriesOn(standing, daysAfter(effective, -1));
  const ahead = standing.days
    .map((due, index) => ({ due, amount: standing.moves[index]! }))
    .filter((each) => each.due >= effective);
  const left = minus(plus(seriesOn(standing, LAST_DAY), change), before);
  const next = emptySeries();
  if (given) {
    const early = given.find((each) => each.due < effective);
    if (early) {
      return refuse(
        'schedule_mismatch',
        `The instalment of ${dayInWords(early.due)} is before the effective date; give only what falls due from then on.`,
      );
    }
    const sum = given.reduce((acc, each) => plus(acc, pence(each.amount)), NO_MONEY);
    if (sum !== left) {
      return refuse(
        'schedule_mismatch',
        `The instalments from ${dayInWords(effective)} add up to ${pounds(sum)}; what is left to fall due is ${pounds(left)}.`,
      );
    }
    for (const each of given) addToSeries(next, each.due, pence(each.amount));
  } else spread(next, ahead, effective, left);
  const changes = combined([
    { sign: 1, series: next },
    { sign: -1, series: { days: ahead.map((each) => each.due), moves: ahead.map((each) => each.amount) } },
  ]);
  return changes.days
    .map((due, index) => ({ due, change: changes.moves[index]! }))
    .filter((each) => each.change !== NO_MONEY);
}

/** Spreads what is left over the instalments ahead in proportion; the last takes the remainder. */
function spread(
  into: DaySeries,
  ahead: readonly { readonly due: Day; readonly amount: Pence }[],
  effective: Day,
  left: Pence,
): void {
  const whole = ahead.reduce((sum, each) => plus(sum, each.amount), NO_MONEY);
  if (whole <= 0 || left < 0) {
    addToSeries(into, effective, left);
    return;
  }
  let soFar: Pence = NO_MONEY;
  let placed: Pence = NO_MONEY;
  for (const each of ahead) {
    soFar = plus(soFar, each.amount);
    const upToHere = exactly(Number((BigInt(left) * BigInt(soFar)) / BigInt(whole)));
    addToSeries(into, each.due, minus(upToHere, placed));
    placed = upToHere;
  }
}

// Limits

interface Limit {
  readonly rule: RuleCode;
  /** The quantity that may not fall below nothing, as a signed sum of measures of one item. */
  readonly terms: readonly { readonly sign: 1 | -1; readonly measure: Measure }[];
  readonly words: string;
  /** A plan line that reduces stands below nothing, so that its limit is read the other way round. */
  readonly turnedByEffect?: true;
}

const plusOf = (measure: Measure) => ({ sign: 1, measure }) as const;
const lessOf = (measure: Measure) => ({ sign: -1, measure }) as const;

const LIMITS = {
  agreed: { rule: 'more_than_agreed', terms: [plusOf('agreed')], words: 'what is agreed' },
  proposed: { rule: 'more_than_proposed', terms: [plusOf('proposed')], words: 'what is on the table' },
  due: { rule: 'more_than_scheduled', terms: [plusOf('due')], words: 'what has fallen due' },
  dueWithinAgreed: {
    rule: 'more_than_scheduled',
    terms: [plusOf('agreed'), lessOf('due')],
    words: 'what is agreed, less what has fallen due,',
  },
  agreedCoversReceived: {
    rule: 'below_received',
    terms: [plusOf('agreed'), lessOf('received')],
    words: 'what is agreed, less what has been received,',
  },
  receivedWithinDetermined: {
    rule: 'more_than_determined',
    terms: [plusOf('agreed'), lessOf('received')],
    words: 'what was determined, less what has been received,',
  },
  received: { rule: 'more_than_received', terms: [plusOf('received')], words: 'what has been received' },
  risk: { rule: 'more_than_at_risk', terms: [plusOf('atRisk')], words: 'what is at risk' },
  riskWithinDetermined: {
    rule: 'more_than_determined',
    terms: [plusOf('agreed'), lessOf('atRisk')],
    words: 'what was determined, less what is at risk,',
  },
  passedWithinShare: {
    rule: 'more_than_share',
    terms: [plusOf('share'), lessOf('passedDown'), lessOf('waived')],
    words: 'the district’s share, less what has been passed down or waived,',
  },
  planned: {
    rule: 'more_than_planned',
    terms: [plusOf('requirement')],
    turnedByEffect: true,
    words: 'what is planned',
  },
  committed: { rule: 'more_than_committed', terms: [plusOf('committed')], words: 'what is committed' },
  reserve: { rule: 'more_than_reserved', terms: [plusOf('carriedForward')], words: 'what is left in the reserve' },
} as const satisfies Record<string, Limit>;

/** The name by which a reversal says that it undoes something, and so is let through to the higher bound. */
const UNDOES = 'undoes';

/** The limits that a reversal is held to: all of them. */
export const ALL_LIMITS: readonly string[] = [...Object.keys(LIMITS), SET_ASIDE, UNDOES];

export type LimitName = keyof typeof LIMITS;

/** A fund must stay so small that every sum is exact: what stands in it, what was ever moved, and what each partner supposes. */
function staysExact({ size, ...state }: FundState, own: readonly Posting[], by: string, undoes: boolean) {
  const after: Size = { ...size, supposed: new Map(size.supposed) };
  for (const posting of own) grow(after, seriesOf(state, posting.measure, posting.item), posting, by);
  const { stands, turnover, supposed } = after;
  const offered = supposed.get(by) ?? NO_MONEY;
  const over = (sum: Pence, most: Pence, before: Pence): boolean => sum > (undoes ? UNDONE_MAX : most) && sum > before;
  if (over(stands, STANDS_MAX, size.stands)) {
    return refuse('more_than_a_fund_holds', `What stands in the fund would come to ${pounds(stands)} in all.`);
  }
  if (over(turnover, TURNOVER_MAX, size.turnover)) {
    return refuse('more_than_a_fund_holds', `All that was ever moved in the fund would come to ${pounds(turnover)}.`);
  }
  return over(offered, SUPPOSED_MAX, size.supposed.get(by) ?? NO_MONEY)
    ? refuse('more_than_a_fund_holds', `What ${by} has offered and assumed would come to ${pounds(offered)}.`)
    : undefined;
}

/** Holds the named limits over every later day for every item that the postings of a partner’s act touch. */
export function limitsHold(
  state: FundState,
  postings: readonly Posting[],
  names: readonly string[],
  by: string,
): Refusal | undefined {
  const own = postings.filter((posting) => posting.holder !== POOL);
  const large = staysExact(state, own, by, names.includes(UNDOES));
  if (large) return large;
  for (const item of new Set(own.map((posting) => posting.item))) {
    for (const name of names) {
      if (name === SET_ASIDE || name === UNDOES) continue;
      const limit: Limit = LIMITS[name as LimitName];
      const of = state.items.get(item);
      const turned = limit.turnedByEffect && of?.kind === 'line' && of.effect === 'reduces' ? -1 : 1;
      const terms = limit.terms.map(({ sign, measure }) => ({ sign: sign === turned ? 1 : -1, measure }) as const);
      const standing = combined(terms.map(({ sign, measure }) => ({ sign, series: seriesOf(state, measure, item) })));
      const added = combined(
        terms.flatMap(({ sign, measure }) =>
          own
            .filter((posting) => posting.item === item && posting.measure === measure)
            .map((posting) => ({
              sign,
              series: { days: [posting.on], moves: [posting.pence] },
            })),
        ),
      );
      const breach = firstBreach(standing, added);
      if (breach) {
        return refuse(
          limit.rule,
          `On ${dayInWords(breach.day)}, ${limit.words} of "${item}" would be ${pounds(breach.short)} below nothing.`,
        );
      }
    }
  }
  return names.includes(SET_ASIDE) ? setAsideHolds(state.books, own) : undefined;
}

/** Whether a day lies in a closed accounting period. Days after the fund's year lie in none. */
export const isClosed = (state: FundState, day: Day): boolean => {
  const { year } = opened(state);
  // What takes effect before the year is in every one of its balances, and so in the first period.
  if (day < year.first) return state.closedThrough > 0;
  return day <= year.last && periodOf(day) <= state.closedThrough;
};

// What rests on what

/** The facts that stand on an item, in the order of recording. */
export const standingOn = (state: FundState, item: string): [number, Standing][] => [
  ...(state.standing.get(item) ?? new Map<number, Standing>()),
];

/** Nothing changes an item before the item itself takes effect. */
export const notBefore = (item: string, began: Day, effective: Day): Refusal | undefined =>
  effective < began
    ? refuse(
        'before_it_began',
        `"${item}" takes effect on ${dayInWords(began)}; this would on ${dayInWords(effective)}.`,
      )
    : undefined;

/**
 * A fact that changes what an item stands at must not slip in before one that states it: what was signed last would no
 * longer be what stands. Nor may it take effect before the item itself.
 */
export function inOrder(state: FundState, item: string, began: Day, effective: Day): Refusal | undefined {
  const early = notBefore(item, began, effective);
  if (early) return early;
  const later = standingOn(state, item).find(([, each]) => each.level === 'states' && each.effective > effective);
  return later
    ? refuse(
        'later_change_stands',
        `Revision ${later[0]} states what "${item}" stands at from ${dayInWords(later[1].effective)}; this would change it from ${dayInWords(effective)}.`,
      )
    : undefined;
}
