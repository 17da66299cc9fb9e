import { dayInWords } from '../calendar.js';
import { exactly, NO_MONEY, pence, pounds, type Pence } from '../money.js';
import { combined, firstBreach, POOL, type Measure, type Posting } from '../postings.js';
import { refuse, Refusal, type RuleCode } from '../rules.js';
import { SET_ASIDE, setAsideHolds } from './books.js';
import { grow, seriesOf, type FundState, type Size } from './state.js';

/** Quantities that may not be negative on any day, and how much one fund may move. */

interface Limit {
  readonly rule: RuleCode;
  /** The quantity that may not fall below zero, as a signed sum of measures of one item. */
  readonly terms: readonly { readonly sign: 1 | -1; readonly measure: Measure }[];
  readonly words: string;
  /** A plan line that reduces the requirement is negative, so its limit applies with the opposite sign. */
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
  spent: { rule: 'more_than_spent', terms: [plusOf('spent')], words: 'what is spent' },
  reserve: { rule: 'more_than_reserved', terms: [plusOf('carriedForward')], words: 'what is left in the reserve' },
  balance: { rule: 'more_than_reserved', terms: [plusOf('balance')], words: 'what is left' },
} as const satisfies Record<string, Limit>;

/** The name by which a reversal says that it undoes something, and so is let through to the higher bound. */
const UNDOES = 'undoes';

/** The limits that a reversal is held to: all of them. */
export const ALL_LIMITS: readonly string[] = [...Object.keys(LIMITS), SET_ASIDE, UNDOES];

export type LimitName = keyof typeof LIMITS;

/** The money in force in one fund stays below this, in pence: a hundred times the whole Better Care Fund of a year. */
const STANDS_MAX = pence('999999999999.99');
/** Of a fund; and of one of a hundred partners and their successors. All together they stay below £90 trillion. */
const TURNOVER_MAX = exactly(20 * STANDS_MAX);
const SUPPOSED_MAX = pence('499999999999.99');
/** A reversal may exceed these limits, or nobody could undo a sum that is too large. */
const UNDONE_MAX = exactly(30 * STANDS_MAX);

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

/** Checks the named limits on every later day, for every item that the postings of a partner’s act touch. */
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
      const line = limit.turnedByEffect && of?.kind === 'line' ? of : undefined;
      const turned = line?.effect === 'reduces' ? -1 : 1;
      const terms = limit.terms.map(({ sign, measure }) => ({ sign: sign === turned ? 1 : -1, measure }) as const);
      const balance = combined(terms.map(({ sign, measure }) => ({ sign, series: seriesOf(state, measure, item) })));
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
      const breach = firstBreach(balance, added);
      if (breach) {
        return refuse(
          limit.rule,
          `On ${dayInWords(breach.day)}, ${line?.falls ? 'what is taken out by way' : limit.words} of "${item}" would be ${pounds(breach.short)} below zero.`,
        );
      }
    }
  }
  return names.includes(SET_ASIDE) ? setAsideHolds(state.books, own) : undefined;
}
