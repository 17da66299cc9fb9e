import { agreedBy } from '../src/domain/fund/money/use-of-money.js';
import { proRata } from '../src/domain/fund/agreement/risk-rule.js';
import { recurrentBy, spendingByLine } from '../src/domain/fund/agreement/schemes.js';
import { inside } from '../src/domain/chart.js';
import { minus, negated, NO_MONEY, plus, total, type Pence } from '../src/domain/money.js';
import { byKey, byText } from '../src/domain/order.js';
import { OUTSIDE, PLAN, POOL, type Account, type Measure } from '../src/domain/postings.js';
import type { Owed } from '../src/domain/fund/money/ring-fence.js';
import { sumOver, type View } from './view.js';

/**
 * The host's memorandum account of a pool for its year: what partners paid in, what was spent, what is left and to whom
 * it belongs. Funding is what was agreed for the year, with what was carried in, whenever it falls due; spending is
 * what was spent or accrued, and what was passed down. Shape: docs/sources.md, Memorandum account (not proven); the
 * partner's own view: Accounting.
 */
interface Memorandum {
  /** What stood in the pool on the day before the year. */
  readonly opening: Pence;
  readonly funding: readonly FundingRow[];
  /** A: gross funding. */
  readonly grossFunding: Pence;
  /** Of it, what has not come yet. */
  readonly debtors: Pence;
  readonly spending: readonly { readonly line: string; readonly amount: Pence }[];
  /** B: gross spending. */
  readonly grossSpending: Pence;
  /** A − B: a deficit is below zero. */
  readonly surplus: Pence;
  /** Of the surplus, what is left of ring-fenced money. */
  readonly ringFenced: Pence;
  readonly partners: readonly PartnerShare[];
  readonly returned: Pence;
  /** Grants passed down to districts, grant by grant: out of the pool, and so in gross spending, but on no plan line. */
  readonly passedDown: readonly { readonly grant: string; readonly amount: Pence }[];
  /** Drawn from reserves: it is in a later year’s fund. */
  readonly drawn: Pence;
  /** What was approved to be carried forward, out of the closing balance. */
  readonly carriedForward: Pence;
  /** What stands in the pool, read from the pool's own side of the books. */
  readonly closing: Pence;
  /** Whether opening + A − B − returned − drawn is the closing balance, and the partners' shares are A − B. */
  readonly holds: boolean;
}

interface FundingRow {
  readonly partner: string;
  readonly source: string;
  readonly amount: Pence;
  /** The part of it that was received. */
  readonly received: Pence;
  /** The part of it that is still owed; negative if more was received than agreed. */
  readonly debtor: Pence;
}

/** One partner's share of the pool: its funding, with what is owed, less its share of the surplus is its share of the spending. */
interface PartnerShare {
  readonly partner: string;
  readonly funding: Pence;
  /** What the holder of a grant owes the partner from the unspent grant; negative for the holder. */
  readonly owed: Pence;
  readonly spending: Pence;
  readonly surplus: Pence;
  /** Of its surplus, what is left of ring-fenced money that is owed to it. */
  readonly ringFenced: Pence;
  readonly returned: Pence;
}

/** The accounts that are funding: what was agreed for the year, whether it has fallen due and come or not. */
const isFunding = ({ measure }: Account): boolean => measure === 'agreed';
const SPENDING: ReadonlySet<Measure> = new Set(['spent', 'accrued', 'passedDown']);
/** Money that leaves the pool without being spent: money returned, and money drawn for a later year's fund. */
const LEFT: ReadonlySet<Measure> = new Set(['returned', 'drawn']);

/** The money in the pool, from its own side of the books, where every sum has the opposite sign. */
const inPool = (view: View): Pence => {
  const pool = (counts: (account: Account) => boolean): Pence =>
    negated(sumOver(view, (account) => account.holder === POOL && counts(account)));
  return minus(
    pool(isFunding),
    pool(({ measure }) => SPENDING.has(measure) || LEFT.has(measure)),
  );
};

/** The movements of a year: what an account stands at, less what it stood at before the year. */
const movements = (view: View, before: View): View => ({
  ...view,
  balance: (account) => minus(view.balance(account), before.balance(account)),
});

function fundingRows(year: View): FundingRow[] {
  const rows = new Map<string, { partner: string; source: string; amount: Pence; received: Pence }>();
  for (const account of year.accounts) {
    const { holder: partner, source, measure } = account;
    const counts = isFunding(account);
    if (partner === POOL || !(counts || measure === 'received')) continue;
    const key = `${partner} ${source}`;
    const row = inside(rows, key, () => ({ partner, source, amount: NO_MONEY, received: NO_MONEY }));
    const moved = year.balance(account);
    if (counts) row.amount = plus(row.amount, moved);
    else row.received = plus(row.received, moved);
  }
  return [...rows]
    .sort(byKey)
    .map(([, row]) => ({ ...row, debtor: minus(row.amount, row.received) }))
    .filter((row) => row.amount !== NO_MONEY || row.received !== NO_MONEY);
}

/** What was passed down of each grant, in the order of their names. */
function passedDownRows(year: View): { grant: string; amount: Pence }[] {
  const grants = new Map<string, Pence>();
  for (const account of year.accounts) {
    const { measure, holder, detail: grant } = account;
    if (measure !== 'passedDown' || holder === POOL) continue;
    grants.set(grant, plus(grants.get(grant) ?? NO_MONEY, year.balance(account)));
  }
  return [...grants.keys()]
    .sort()
    .map((grant) => ({ grant, amount: grants.get(grant)! }))
    .filter(({ amount }) => amount !== NO_MONEY);
}

/** Whose a surplus is, or who bears a deficit: all sums under the names of the day. */
export interface Whose {
  readonly partners: readonly string[];
  /** What the signed rules charge each partner for each scheme; negative where they give. */
  readonly charged: readonly ReadonlyMap<string, Pence>[];
  /** The sources whose money is ring-fenced: no rule shares what is left of it. */
  readonly ringFenced: ReadonlySet<string>;
  /** Whom a sum that is left of a ring-fenced source is owed to. */
  owedTo(source: string, sum: Pence): Owed;
  /** A sum of the host, divided among the host's successors. */
  hosts(sum: Pence): ReadonlyMap<string, Pence>;
}

type Sums = Map<string, Pence>;

const add = (sums: Sums, partner: string, amount: Pence): void =>
  void sums.set(partner, plus(sums.get(partner) ?? NO_MONEY, amount));

/** What is left of each ring-fenced source: its funding less what was spent, accrued and passed down of it, where there is more. */
function leftBySource(year: View, funding: readonly FundingRow[], ringFenced: ReadonlySet<string>): Sums {
  const left: Sums = new Map();
  for (const { source, amount } of funding) if (ringFenced.has(source)) add(left, source, amount);
  for (const account of year.accounts) {
    const { measure, holder, source } = account;
    if (holder !== POOL && SPENDING.has(measure) && ringFenced.has(source))
      add(left, source, negated(year.balance(account)));
  }
  return new Map([...left].filter(([, amount]) => amount > 0));
}

/** Whose a surplus is: what is ring-fenced of it, what holders of grants owe districts of that, and each partner’s share. */
interface SurplusShares {
  readonly ringFenced: Sums;
  readonly owed: Sums;
  readonly all: Sums;
}

/**
 * Each partner’s share of a surplus or deficit is the sum of three parts. First, the unspent ring-fenced money that is
 * owed to it. Second, what the signed rules give or charge it for each scheme. Third, a share of the rest, ring-fenced
 * money left out: a surplus in proportion to everything agreed for the year, one-off or recurrent; a deficit in
 * proportion to recurrent contributions, because a one-off payer has undertaken no more. Where there are none, the rest
 * is the host’s. The shares add up to the surplus. Source: docs/sources.md, Risk share; Memorandum account.
 */
function surplusShares(view: View, surplus: Pence, left: Sums, of: Whose): SurplusShares {
  const { charged, ringFenced: sources, owedTo, hosts } = of;
  const ringFenced: Sums = new Map();
  const owed: Sums = new Map();
  const all: Sums = new Map();
  for (const [source, sum] of left) {
    const { passedDown, kept } = owedTo(source, sum);
    for (const [partner, amount] of [...passedDown, ...kept]) add(ringFenced, partner, amount);
    for (const [partner, amount] of passedDown) add(owed, partner, amount);
    // More is left of a source than nothing, so somebody has agreed money of it.
    for (const [holder, amount] of proRata(total(passedDown.values()), agreedBy(view, source)))
      add(owed, holder, negated(amount));
  }
  for (const [partner, amount] of ringFenced) add(all, partner, amount);
  for (const each of charged) for (const [partner, amount] of each) add(all, partner, negated(amount));
  const rest = minus(surplus, total(all.values()));
  const spread = proRata(rest, rest > 0 ? generalBy(view, sources) : recurrentBy(view, sources));
  for (const [partner, amount] of spread.size === 0 ? hosts(rest) : spread) add(all, partner, amount);
  return { ringFenced, owed, all };
}

/** What each partner has agreed for the year of money that is not ring-fenced. */
function generalBy(view: View, ringFenced: ReadonlySet<string>): Sums {
  return agreedBy({ ...view, accounts: view.accounts.filter(({ source }) => !ringFenced.has(source)) });
}

export function memorandum(view: View, before: View, of: Whose): Memorandum {
  const year = movements(view, before);
  const funding = fundingRows(year);
  const spending = [...spendingByLine(year)]
    .map(([line, { spent, accrued }]) => ({ line, amount: plus(spent, accrued) }))
    .filter(({ amount }) => amount !== NO_MONEY)
    .sort((a, b) => byText(a.line, b.line));
  const grossFunding = total(funding.map(({ amount }) => amount));
  const passedDown = passedDownRows(year);
  const grossSpending = total([...spending, ...passedDown].map(({ amount }) => amount));
  const surplus = minus(grossFunding, grossSpending);
  const left = leftBySource(year, funding, of.ringFenced);
  const { ringFenced, owed, all } = surplusShares(view, surplus, left, of);
  const returnedOf: Sums = new Map();
  for (const account of year.accounts)
    if (account.measure === 'returned') add(returnedOf, account.holder, year.balance(account));
  const returnedBy = (partner: string): Pence => returnedOf.get(partner) ?? NO_MONEY;
  // An agreement of an earlier year can name a party that is no partner of this one.
  const named = [...all].flatMap(([partner, share]) => (share === NO_MONEY ? [] : [partner]));
  const partners = [...new Set([...of.partners, ...named])].map((partner): PartnerShare => {
    const own = total(funding.filter((row) => row.partner === partner).map(({ amount }) => amount));
    const due = owed.get(partner) ?? NO_MONEY;
    const share = all.get(partner) ?? NO_MONEY;
    return {
      partner,
      funding: own,
      owed: due,
      spending: minus(plus(own, due), share),
      surplus: share,
      ringFenced: ringFenced.get(partner) ?? NO_MONEY,
      returned: returnedBy(partner),
    };
  });
  const returned = plus(total(partners.map((each) => each.returned)), returnedBy(PLAN));
  const [opening, closing] = [inPool(before), inPool(view)];
  const drawn = sumOver(year, ({ measure, holder }) => measure === 'drawn' && holder !== POOL);
  const moved = minus(plus(opening, surplus), plus(returned, drawn));
  return {
    opening,
    funding,
    grossFunding,
    debtors: total(funding.map(({ debtor }) => debtor)),
    spending,
    grossSpending,
    surplus,
    ringFenced: total(left.values()),
    partners,
    returned,
    passedDown,
    drawn,
    carriedForward: sumOver(view, ({ measure, holder }) => measure === 'carriedForward' && holder !== POOL),
    closing,
    holds:
      moved === closing &&
      total(partners.map((each) => each.surplus)) === surplus &&
      total(partners.map((each) => each.owed)) === NO_MONEY,
  };
}

/** One measure of one source, as the partners and the plan say it and as the pool says it. */
interface Mirrored {
  readonly measure: Measure;
  readonly source: string;
  readonly partners: readonly { readonly partner: string; readonly amount: Pence }[];
  readonly total: Pence;
  readonly pool: Pence;
  readonly agrees: boolean;
}

/**
 * What each side of the books says, measure by measure and source by source.
 * Source: docs/sources.md, Accounting; docs/questions.md, 19.
 */
export function mirrored(view: View): Mirrored[] {
  const sides = new Map<string, { own: Map<string, Pence>; pool: Pence; measure: Measure; source: string }>();
  for (const account of view.accounts) {
    const { measure, source, holder } = account;
    if (OUTSIDE.has(measure)) continue;
    const key = `${measure} ${source}`;
    const side = sides.get(key) ?? { own: new Map<string, Pence>(), pool: NO_MONEY, measure, source };
    sides.set(key, side);
    const amount = view.balance(account);
    if (holder === POOL) side.pool = minus(side.pool, amount);
    else side.own.set(holder, plus(side.own.get(holder) ?? NO_MONEY, amount));
  }
  return [...sides]
    .sort(byKey)
    .map(([, { own, pool, measure, source }]) => {
      const sum = total(own.values());
      const partners = [...own]
        .sort(byKey)
        .map(([partner, amount]) => ({ partner, amount }))
        .filter(({ amount }) => amount !== NO_MONEY);
      return { measure, source, partners, total: sum, pool, agrees: sum === pool };
    })
    .filter((row) => row.total !== NO_MONEY || row.pool !== NO_MONEY);
}
