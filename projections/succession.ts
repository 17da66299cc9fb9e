import { inheritedBooks } from '../src/domain/fund/money/inherited-money.js';
import { charted, inside } from '../src/domain/chart.js';
import { minus, NO_MONEY, type Pence } from '../src/domain/money.js';
import { PLAN, POOL, type Account } from '../src/domain/postings.js';
import { passedOn, type Inheritance } from '../src/domain/register/inheritance.js';
import { heirsOf } from '../src/domain/grammar/succession.js';
import type { InDispute, OpenClaims } from './claims.js';
import { fundPosition, overdueIn, totalFigures, type FundPosition, type SourceFigures } from './position.js';
import type { View } from './view.js';

/**
 * Figures after bodies have ended: each account of a predecessor is divided among its successors by their shares, to
 * the penny. Sums before and after are the same for every source, measure and term. Source: docs/sources.md,
 * Reorganisation.
 */

/** The view of a fund in which every account of a body that has ended stands with those that follow it. */
export function inherited(view: View, inheritance: Inheritance): View {
  if (inheritance.successions.length === 0) return view;
  return { on: view.on, ...inheritedBooks(view, inheritance) };
}

/** Everybody who has ever held anything in a fund, under the names in which it was recorded. */
export const holdersOf = ({ accounts }: View): string[] => [...holders(accounts).keys()];

/** The accounts of each holder, in the order of their first use. */
const holders = charted(
  () => new Map<string, Account[]>(),
  (all, account) => {
    const { holder } = account;
    if (holder !== POOL && holder !== PLAN) inside(all, holder, (): Account[] => []).push(account);
  },
);

/**
 * The partners of a fund: each with those in whose place it is now, in the order of the fund's opening, and after them
 * whoever else holds something in it.
 */
export function partnersNow(opened: readonly string[], view: View, { successions, area }: Inheritance): string[] {
  const now = opened.flatMap((partner) => heirsOf(successions, partner, area));
  const others = holdersOf(view).filter(
    (holder) =>
      !opened.includes(holder) &&
      holders(view.accounts)
        .get(holder)!
        .some((account) => view.balance(account) !== NO_MONEY),
  );
  return [...new Set([...now, ...others])];
}

/** The total that is overdue, under whatever names: the figure of {@link positionNow}, without the others. */
export const overdueNow = (recorded: View, now: View, partners: readonly string[], inheritance: Inheritance): Pence =>
  inheritance.successions.length === 0
    ? overdueIn(now, partners)
    : positionNow(recorded, now, partners, inheritance).total.overdue;

/**
 * The fund's position under the names of those who hold it now. Overdue money is passed on unchanged: one successor’s
 * early payment does not settle the debt of another’s predecessor, so the total does not change with the bodies.
 */
export function positionNow(
  recorded: View,
  now: View,
  partners: readonly string[],
  inheritance: Inheritance,
): FundPosition {
  if (inheritance.successions.length === 0) return fundPosition(now, partners);
  const before = fundPosition(recorded, holdersOf(recorded));
  const overdue = passedOn(
    before.partners.flatMap(({ partner, sources }) =>
      sources.map(({ source, figures }) => [{ holder: partner, source }, figures.overdue] as const),
    ),
    ({ holder, source }) => `${holder} ${source}`,
    inheritance,
  );
  const positions = fundPosition(now, partners).partners.map(({ partner, sources }) => {
    // A source may have only an overdue sum left, because other sums cancel out or leave a penny of rounding.
    const late = [...overdue.values()].filter(({ of, pence }) => of.holder === partner && pence !== NO_MONEY);
    const figuresOf = (source: string) => sources.find((each) => each.source === source)?.figures ?? totalFigures([]);
    const lateOf = (source: string) => late.find(({ of }) => of.source === source)?.pence ?? NO_MONEY;
    const own = [...new Set([...sources.map(({ source }) => source), ...late.map(({ of }) => of.source)])]
      .sort()
      .map((source): SourceFigures => ({ source, figures: { ...figuresOf(source), overdue: lateOf(source) } }));
    return { partner, sources: own, total: totalFigures(own.map((each) => each.figures)) };
  });
  return { partners: positions, total: totalFigures(positions.map((each) => each.total)) };
}

/** A claim that one successor alone has taken over, by the assignment of its case. */
export interface AssignedClaim {
  readonly side: keyof InDispute;
  readonly predecessor: string;
  readonly successor: string;
  readonly open: Pence;
}

/**
 * Open claims under the present names of claimants and respondents: an assigned case goes to its successor; all others
 * are held jointly, by the shares. Source: docs/sources.md, Reorganisation.
 */
export function claimsNow(
  claims: OpenClaims,
  assigned: readonly AssignedClaim[],
  inheritance: Inheritance,
): OpenClaims {
  if (inheritance.successions.length === 0) return claims;
  const sides = (['claimedBy', 'claimedAgainst'] as const).map((side) => {
    const own = assigned.filter((each) => each.side === side);
    return passedOn(
      [
        ...[...claims.byPartner].map(([holder, sums]) => [{ holder, source: '' }, sums[side]] as const),
        ...own.map(({ predecessor, open }) => [{ holder: predecessor, source: '' }, minus(NO_MONEY, open)] as const),
        ...own.map(({ successor, open }) => [{ holder: successor, source: '' }, open] as const),
      ],
      ({ holder }) => holder,
      inheritance,
    );
  });
  const [by, against] = sides as [(typeof sides)[0], (typeof sides)[0]];
  const byPartner = new Map<string, InDispute>();
  for (const holder of new Set([...by.keys(), ...against.keys()])) {
    const claimedBy = by.get(holder)?.pence ?? NO_MONEY;
    const claimedAgainst = against.get(holder)?.pence ?? NO_MONEY;
    if (claimedBy !== NO_MONEY || claimedAgainst !== NO_MONEY) byPartner.set(holder, { claimedBy, claimedAgainst });
  }
  return { total: claims.total, byPartner };
}
