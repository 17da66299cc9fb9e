import type { Day } from '../../calendar.js';
import { minus, NO_MONEY, plus, type Pence } from '../../money.js';
import { byText } from '../../order.js';
import type { Book } from '../books.js';
import {
  areaCounts,
  lineCounts,
  testsOfMinimum,
  type AreaCounts,
  type Counted,
  type TestInputs,
  type TestResult,
} from './minimum-tests.js';
import { descriptionsOn } from './test-inputs.js';
import type { KeptFact } from '../../grammar/remembered.js';
import { PLAN, POOL, type Account, type Measure, type Posting } from '../../postings.js';

/**
 * T1, T2 and T3 of a fund on one day after another. A year has many days, and a plan may have thousands of lines:
 * running sums are kept, and on each day only the lines that change or are described anew are counted again.
 */

interface Move {
  readonly on: Day;
  readonly account: Account;
  readonly pence: Pence;
}

const byDay = (a: { readonly on: Day }, b: { readonly on: Day }): number => byText(a.on, b.on);

const isPaid = (measure: Measure, holder: string): boolean => measure === 'agreed' && holder !== POOL;

/** The movements that the tests see, in the order of their days: of lines, and of what payers agreed to. */
const movesOf = (books: readonly Book[], more: readonly Posting[]): Move[] =>
  [
    ...books.flatMap(({ account, series }) =>
      series.days.map((on, index) => ({ on, account, pence: series.moves[index]! })),
    ),
    ...more.map((posting) => ({ on: posting.on, account: posting, pence: posting.pence })),
  ]
    .filter(({ account: { measure, holder } }) =>
      measure === 'requirement' ? holder === PLAN : isPaid(measure, holder),
    )
    .sort(byDay);

/** The facts that set and describe each line, and the days on which any of them begins or ends. */
function describing(facts: readonly KeptFact[]) {
  const byLine = new Map<string, KeptFact[]>();
  const days: { readonly on: Day; readonly line: string }[] = [];
  for (const fact of facts) {
    const line = fact.data['line'] as string;
    const own = byLine.get(line);
    if (own) own.push(fact);
    else byLine.set(line, [fact]);
    days.push({ on: fact.data.effective, line });
    if (fact.reversed) days.push({ on: fact.reversed.on, line });
  }
  return { byLine, days: days.sort(byDay) };
}

interface LineNow {
  sum: Pence;
  counts: Counted;
}

const NOTHING: Counted = { socialCare: NO_MONEY, outOfHospital: NO_MONEY };

/**
 * The tests day by day. The days must be asked for in order. Given are the accounts of the minimum contribution and the
 * facts that describe its lines, with movements and facts that are not recorded yet among them.
 */
export function minimumWalk(
  books: readonly Book[],
  { postings, facts }: { readonly postings: readonly Posting[]; readonly facts: readonly KeptFact[] },
  published: (on: Day) => Pick<TestInputs, 'allocations' | 'areasOfSpend'>,
): (on: Day) => TestResult[] {
  const moves = movesOf(books, postings);
  const { byLine, days } = describing(facts);
  const paid = new Map<string, Pence>();
  const lines = new Map<string, LineNow>();
  let [nextMove, nextDay] = [0, 0];
  let areasOfSpend: TestInputs['areasOfSpend'] | undefined;
  let areas: AreaCounts = new Map();
  let counted = NOTHING;

  function lineOf(name: string): LineNow {
    const line = lines.get(name) ?? { sum: NO_MONEY, counts: NOTHING };
    lines.set(name, line);
    return line;
  }

  /** Takes every movement and description up to a day, inclusive. Returns the lines that have changed by them. */
  function changedBy(on: Day): Set<string> {
    const changed = new Set<string>();
    for (; nextMove < moves.length && moves[nextMove]!.on <= on; nextMove++) {
      const { account, pence } = moves[nextMove]!;
      if (account.measure === 'agreed') paid.set(account.holder, plus(paid.get(account.holder) ?? NO_MONEY, pence));
      else {
        const line = lineOf(account.detail);
        line.sum = plus(line.sum, pence);
        changed.add(account.detail);
      }
    }
    for (; nextDay < days.length && days[nextDay]!.on <= on; nextDay++) changed.add(days[nextDay]!.line);
    return changed;
  }

  function count(name: string, on: Day): void {
    const line = lineOf(name);
    const { scheme } = descriptionsOn(byLine.get(name)!, on).get(name) ?? { scheme: undefined };
    const { socialCare, outOfHospital } = lineCounts(line.sum, scheme, areas);
    counted = {
      socialCare: plus(minus(counted.socialCare, line.counts.socialCare), socialCare),
      outOfHospital: plus(minus(counted.outOfHospital, line.counts.outOfHospital), outOfHospital),
    };
    line.counts = { socialCare, outOfHospital };
  }

  return (on) => {
    const now = published(on);
    const changed = changedBy(on);
    // Where the lists of the year change, every line may count otherwise.
    const all = now.areasOfSpend !== areasOfSpend;
    if (all) areas = areaCounts((areasOfSpend = now.areasOfSpend));
    for (const name of all ? lines.keys() : changed) count(name, on);
    return testsOfMinimum(now, paid, counted);
  };
}
