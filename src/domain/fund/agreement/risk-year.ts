import type { Day } from '../../calendar.js';
import { apportion, lesser, minus, NO_MONEY, notNegative, pence, plus, total, type Pence } from '../../money.js';
import { passedOn, sumsPassedOn, type Inheritance } from '../../register/inheritance.js';
import { notBoundBy } from '../money/acceptance.js';
import { lastDayOfScheme, type Agreement } from './agreement.js';
import { ruleOf, type AgreementTerms } from './agreement-terms.js';
import type { Balanced } from '../books.js';
import { inheritedBooks } from '../money/inherited-money.js';
import {
  goesByContributions,
  lastRule,
  shareOf,
  stepsOf,
  type Covered,
  type Given,
  type RiskRule,
} from './risk-rule.js';
import { recurrentAccounts, recurrentBy, spendingByScheme, varianceOf, type Spending } from './schemes.js';
import type { Described } from '../plan/test-inputs.js';

/**
 * What the over- or underspend of each scheme of a year costs each partner under the signed rules. All schemes are
 * computed together, because one covers another. Decisions and questions use the same formula. Source: docs/sources.md,
 * Section 75 terms; Risk share.
 */

/** What the rules of a year rest on. */
export interface RiskYear {
  readonly host: string;
  /** What each partner contributes recurrently, ring-fenced money left out, in pence, under the names in which the terms speak. */
  readonly recurrent: ReadonlyMap<string, Pence>;
  readonly schemes: ReadonlyMap<string, Spending>;
  /** Shares under the names in a rule, or in a signed share, passed on to the successors of the day. */
  passOn(shares: ReadonlyMap<string, Pence>, rule: RiskRule): ReadonlyMap<string, Pence>;
  /** Those of some partners that bear shares on the day and that the agreement in force does not bind. */
  notBound(partners: readonly string[]): readonly string[];
  /** Whether a scheme had ended before the day: then no rule is for it. */
  hasEnded(scheme: string): boolean;
}

/** The books of a year, and the names in which its terms are written. */
interface RiskBasis {
  /** The books of the day under the names in which they were recorded. */
  readonly books: Balanced;
  readonly described: ReadonlyMap<string, Described>;
  /** The sources whose money is neither shared nor shared by; none by the rules before it was left out. */
  readonly ringFenced: ReadonlySet<string>;
  /** The host that the fund was opened with. */
  readonly host: string;
  readonly inheritance: Inheritance;
  /** The agreement in force on the day: as of when its terms name bodies, whom they bind, and when its schemes end. */
  readonly agreement: Agreement | undefined;
  /** The day by whose rules variances are shared, inclusive: of the year. */
  readonly on: Day;
}

/** Without an agreement in force no terms name anybody, and nobody is bound. */
const NO_TERMS = { termsFrom: undefined, signers: [], accepted: [] };

/** Whose contributions a named body’s are on the day, by that body: where it has ended, its successors’. */
function followedBy(
  books: Balanced,
  ringFenced: ReadonlySet<string>,
  inheritance: Inheritance,
): Map<string, Map<string, Pence>> {
  const followed = new Map<string, Map<string, Pence>>();
  for (const account of recurrentAccounts(books, ringFenced)) {
    const of = followed.get(account.holder) ?? new Map<string, Pence>();
    followed.set(account.holder, of);
    const rows = passedOn([[account, books.balance(account)]], ({ holder }) => holder, inheritance);
    for (const [holder, row] of rows) of.set(holder, plus(of.get(holder) ?? NO_MONEY, row.pence));
  }
  return followed;
}

/**
 * The year as its rules see it. Rules are computed for the bodies that the terms name, so that a cap protects the body
 * that it was signed for. Each result is then passed on to the successors of the day. In a rule that goes by
 * contributions a body’s share follows its contributions; otherwise it follows the shares of the succession.
 */
export function riskYear({ books, described, ringFenced, host, inheritance, agreement, on }: RiskBasis): RiskYear {
  const { area, successions } = inheritance;
  const { termsFrom, ...binding } = agreement ?? NO_TERMS;
  const isBefore = ({ effective }: { readonly effective: Day }) => termsFrom !== undefined && effective <= termsFrom;
  const asNamed = inheritedBooks(books, { area, successions: successions.filter(isBefore) });
  const after = { area, successions: successions.filter((each) => !isBefore(each)) };
  const followed = followedBy(asNamed, ringFenced, after);
  return {
    host,
    recurrent: recurrentBy(asNamed, ringFenced),
    schemes: spendingByScheme(books, described, ringFenced),
    passOn(shares, rule) {
      if (!goesByContributions(rule)) return sumsPassedOn(shares, inheritance);
      const passed = new Map<string, Pence>();
      for (const [partner, amount] of shares) {
        const weights = [...(followed.get(partner) ?? [])].filter(([, weight]) => weight > 0);
        const parts =
          weights.length === 0
            ? sumsPassedOn(new Map([[partner, amount]]), inheritance)
            : apportion(
                amount,
                weights.map(([id, weight]) => ({ id, weight })),
              );
        for (const [heir, part] of parts) addTo(passed, heir, part);
      }
      return passed;
    },
    notBound: (partners) => notBoundBy(binding, partners, inheritance),
    hasEnded: (scheme) => agreement !== undefined && lastDayOfScheme(agreement, scheme) < on,
  };
}

function addTo<Of>(sums: Map<Of, Pence>, of: Of, amount: Pence): void {
  sums.set(of, plus(sums.get(of) ?? NO_MONEY, amount));
}

/** A share of a scheme’s variance that both sides have signed. */
export interface SignedShare {
  readonly rule: RiskRule;
  readonly variance: Pence;
  readonly spent: Pence;
  readonly covered: readonly Covered[];
  readonly given: readonly Given[];
  readonly shares: ReadonlyMap<string, Pence>;
  readonly uncovered: Pence;
}

/** A scheme’s variance shared, what is ring-fenced left out of it: covered + shares + uncovered = variance + given. */
export interface SchemeShare {
  readonly scheme: string;
  readonly spending: Spending;
  readonly variance: Pence;
  /** None if no agreement is in force, or the scheme has ended: then nobody bears what was not signed. */
  readonly rule: RiskRule | undefined;
  /** Money that covers an overspend before anybody bears it. */
  readonly covered: readonly Covered[];
  /** Money of an underspend that covers other schemes, in the order of their names. */
  readonly given: readonly Given[];
  /** Under the names of those who bear it on the day. */
  readonly shares: ReadonlyMap<string, Pence>;
  readonly uncovered: Pence;
  /** The shares that were signed alone, under the same names. */
  readonly signed: ReadonlyMap<string, Pence>;
  /**
   * The partners to whom a share would fall by the rule, and whom the terms do not bind: they have neither signed nor
   * accepted them. Where there are any, the rule shares nothing: what it would share stays in the pool.
   */
  readonly notBound: readonly string[];
}

interface Draft {
  readonly scheme: string;
  readonly spending: Spending;
  readonly variance: Pence;
  readonly rule: RiskRule | undefined;
  readonly signed: SignedShare | undefined;
  covered: readonly Covered[];
}

const amounts = (all: readonly { readonly amount: Pence }[]): Pence => total(all.map(({ amount }) => amount));

/** The first of some sums, up to a total. */
function upTo(all: readonly Covered[], most: Pence): Covered[] {
  let left = most;
  return all.flatMap((each) => {
    const amount = lesser(each.amount, left);
    left = minus(left, amount);
    return amount > 0 ? [{ ...each, amount }] : [];
  });
}

/** Adds up rows of money from the same scheme, or from the risk pool. */
function merged(all: readonly Covered[]): Covered[] {
  const rows: Covered[] = [];
  for (const each of all) {
    const at = rows.findIndex(({ from, scheme }) => from === each.from && scheme === each.scheme);
    if (at < 0) rows.push(each);
    else rows[at] = { ...each, amount: plus(rows[at]!.amount, each.amount) };
  }
  return rows;
}

/** The sum drawn from each scheme’s underspend; the key undefined is the risk pool. */
function sumsByScheme(all: readonly Covered[]): Map<string | undefined, Pence> {
  const sums = new Map<string | undefined, Pence>();
  for (const { scheme, amount } of all) addTo(sums, scheme, amount);
  return sums;
}

/** What each scheme’s underspend covers, other schemes in the order of their drafts. */
function givenOf(drafts: readonly Draft[]): Map<string | undefined, Given[]> {
  const given = new Map<string | undefined, Given[]>();
  for (const { scheme: to, covered } of drafts) {
    for (const [scheme, amount] of sumsByScheme(covered))
      if (amount > 0) given.set(scheme, [...(given.get(scheme) ?? []), { to, amount }]);
  }
  return given;
}

const NOTHING_SPENT: Spending = {
  budget: NO_MONEY,
  spent: NO_MONEY,
  committed: NO_MONEY,
  ringFenced: NO_MONEY,
};

/** What covers each scheme: the signed sums, while there is still an overspend, and then what the rules draw. */
function drafted(
  { schemes, hasEnded }: RiskYear,
  terms: AgreementTerms | undefined,
  signed: ReadonlyMap<string, SignedShare>,
  signing: string | undefined,
): Draft[] {
  const signedOf = sumsByScheme([...signed.values()].flatMap(({ covered }) => covered));
  const drafts = [...new Set([...schemes.keys(), ...signed.keys()])].sort().map((scheme): Draft => {
    // If a scheme has no more lines, because they were described as another scheme’s, its signed share must be taken
    // back.
    const spending = schemes.get(scheme) ?? NOTHING_SPENT;
    const variance = varianceOf(spending);
    const own = signed.get(scheme);
    const overspent = notNegative(plus(variance, signedOf.get(scheme) ?? NO_MONEY));
    const covered = own ? upTo(own.covered, overspent) : [];
    const rule = terms && !hasEnded(scheme) ? ruleOf(terms, scheme) : undefined;
    return { scheme, spending, variance, rule, signed: own, covered };
  });
  const sums = sumsByScheme(drafts.flatMap(({ covered }) => covered));
  const drawn = (of: string | undefined): Pence => sums.get(of) ?? NO_MONEY;
  /** The rest of an underspend, after draws by other schemes and signed shares. */
  const leftOf = (name: string, from: 'underspends' | 'uncommitted'): Pence => {
    const spending = schemes.get(name) ?? NOTHING_SPENT;
    const unspent = minus(NO_MONEY, varianceOf(spending));
    const there = minus(unspent, from === 'uncommitted' ? spending.committed : NO_MONEY);
    const sharedOut = notNegative(minus(NO_MONEY, total(signed.get(name)?.shares.values() ?? [])));
    return minus(there, plus(drawn(name), sharedOut));
  };
  // Schemes with a signed share are covered before the others.
  for (const draft of [...drafts].sort((a, b) => Number(b.scheme === signing) - Number(a.scheme === signing))) {
    const { rule, signed: own } = draft;
    if (!rule) continue;
    const overspent = plus(draft.variance, drawn(draft.scheme));
    const since = own ? minus(overspent, plus(own.variance, amounts(own.given))) : overspent;
    let left = lesser(since, minus(overspent, amounts(draft.covered)));
    const draw = (from: Covered['from'], scheme: string | undefined, there: Pence): void => {
      const amount = lesser(notNegative(left), notNegative(there));
      left = minus(left, amount);
      if (amount <= 0) return;
      draft.covered = merged([...draft.covered, { from, scheme, amount }]);
      addTo(sums, scheme, amount);
    };
    for (const step of stepsOf(rule)) {
      if (step.from === 'risk-pool') draw(step.from, undefined, minus(pence(step.amount), drawn(undefined)));
      else for (const scheme of step.schemes) draw(step.from, scheme, leftOf(scheme, step.from));
    }
  }
  return drafts;
}

/**
 * Shares the variance of every scheme, schemes in the order of their names. Signed shares of a scheme stay, and the
 * agreement’s rule shares the change since: what it would share now, less what it would have shared then. A scheme that
 * has ended has no rule, as without an agreement. Overspends are covered first, by signed shares and then in the order
 * of the schemes’ names; an underspend that covers another scheme is not shared, in any order of signing. All shares,
 * what nobody bears and what the risk pool covers add up to the variances. If the rule would give a share to a partner
 * whom the terms do not bind, the whole share of the scheme stays in the pool. Source: docs/sources.md, Section 75
 * terms; Risk share.
 * @param signing the scheme of which a share is being signed, where one is: it is covered before those of which none is
 */
export function riskShares(
  year: RiskYear,
  terms: AgreementTerms | undefined,
  signed: ReadonlyMap<string, SignedShare>,
  signing?: string,
): SchemeShare[] {
  const { host, recurrent } = year;
  const drafts = drafted(year, terms, signed, signing);
  const allGiven = givenOf(drafts);
  return drafts.map(({ scheme, spending, variance, rule, signed: own, covered }) => {
    const given = allGiven.get(scheme) ?? [];
    const borne = minus(plus(variance, amounts(given)), amounts(covered));
    const shares = new Map<string, Pence>();
    const signedShares = own ? year.passOn(own.shares, own.rule) : new Map<string, Pence>();
    for (const [partner, amount] of signedShares) addTo(shares, partner, amount);
    let notBound: readonly string[] = [];
    if (terms && rule) {
      const byRule = (of: { readonly sum: Pence; readonly variance: Pence }, spent: Pence) =>
        year.passOn(shareOf(lastRule(rule), terms.underspend, of, { host, recurrent, spent }), rule);
      const now = byRule({ sum: borne, variance }, minus(spending.spent, amounts(covered)));
      const since = new Map(now);
      if (own) {
        const sum = plus(total(own.shares.values()), own.uncovered);
        const then = byRule({ sum, variance: own.variance }, minus(own.spent, amounts(own.covered)));
        for (const [partner, amount] of then) addTo(since, partner, minus(NO_MONEY, amount));
      }
      notBound = year.notBound([...since].filter(([, amount]) => amount !== NO_MONEY).map(([partner]) => partner));
      if (notBound.length === 0) for (const [partner, amount] of since) addTo(shares, partner, amount);
    }
    const uncovered = minus(borne, total(shares.values()));
    return { scheme, spending, variance, rule, covered, given, shares, uncovered, signed: signedShares, notBound };
  });
}
