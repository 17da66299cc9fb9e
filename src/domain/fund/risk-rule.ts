import { z } from 'zod';
import {
  apportion,
  lesser,
  minus,
  moneyText,
  NO_MONEY,
  notNegative,
  pence,
  plus,
  total,
  type Pence,
} from '../money.js';
import { Amount, Money, Name, SignedMoney } from '../values.js';

/**
 * Who bears an overspend, and who keeps an underspend: the rules of a section 75 agreement as data, and the one formula
 * that shares a variance by them. Sources: domain.md 5 (the terms), 7.6 (the formula).
 */

const WHOLE_BASIS_POINTS = 10_000;

const once = (each: readonly { readonly partner: string }[]): boolean =>
  new Set(each.map(({ partner }) => partner)).size === each.length;

const FixedShares = z
  .array(z.strictObject({ partner: Name, share: z.int().min(0).max(WHOLE_BASIS_POINTS) }))
  .min(1)
  .max(60)
  .refine(once, { error: 'must name each partner once' })
  .refine((shares) => shares.reduce((sum, { share }) => sum + share, 0) === WHOLE_BASIS_POINTS, {
    error: 'must be shares in basis points that add up to 10000',
  })
  .meta({ description: 'Each partner’s share in basis points; they add up to 10000.' });

const Fixed = z.strictObject({ kind: z.literal('fixed'), shares: FixedShares });
const ProRata = z.strictObject({ kind: z.literal('pro-rata') }).meta({
  description: 'In proportion to what each partner contributes recurrently; one-off payments do not count.',
});
const OwnRisk = z.strictObject({
  kind: z.literal('own-risk'),
  commissioner: Name.optional().meta({ description: 'Who commissions the scheme and bears it; left out, the host.' }),
});
const OverBase = z.strictObject({ kind: z.literal('over-base'), base: Money, shares: FixedShares }).meta({
  description: 'What is spent above a base is shared, as in the Transforming Care template.',
});
const Plain = z.discriminatedUnion('kind', [Fixed, ProRata, OwnRisk, OverBase]);

const Capped = z.strictObject({
  kind: z.literal('capped'),
  of: Plain,
  caps: z
    .array(z.strictObject({ partner: Name, most: Money }))
    .min(1)
    .max(60)
    .refine(once, { error: 'must name each partner once' }),
  excess: Name.optional().meta({
    description: 'The partner who bears what is above the caps; left out, those below their caps share it.',
  }),
});

const Schemes = z.array(Name).min(1).max(60);
const Step = z.discriminatedUnion('from', [
  z.strictObject({ from: z.literal('underspends'), schemes: Schemes }),
  z.strictObject({ from: z.literal('risk-pool'), amount: Amount }),
  z.strictObject({ from: z.literal('uncommitted'), schemes: Schemes }),
]);
const Stepwise = z.strictObject({
  kind: z.literal('stepwise'),
  steps: z.array(Step).min(1).max(12),
  then: z.discriminatedUnion('kind', [Fixed, ProRata, OwnRisk, OverBase, Capped]),
});

/** How the variance of a scheme is shared. Source: domain.md 5, 7.6. */
export const RiskRule = z.discriminatedUnion('kind', [Fixed, ProRata, OwnRisk, OverBase, Capped, Stepwise]);

/** What becomes of an underspend where the agreement says nothing else. Source: domain.md 5 [W65][W67][W68][W25]. */
export const UnderspendRule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('kept-in-pool') }),
  z.strictObject({ kind: z.literal('shared') }),
  z.strictObject({ kind: z.literal('to-partner'), partner: Name }),
]);

export type RiskRule = z.output<typeof RiskRule>;
export type UnderspendRule = z.output<typeof UnderspendRule>;
type PlainRule = z.output<typeof Plain>;
type CappedRule = z.output<typeof Capped>;

/** The partners that a rule names. */
export function partnersOf(rule: RiskRule): string[] {
  switch (rule.kind) {
    case 'fixed':
    case 'over-base':
      return rule.shares.map(({ partner }) => partner);
    case 'pro-rata':
      return [];
    case 'own-risk':
      return rule.commissioner === undefined ? [] : [rule.commissioner];
    case 'capped':
      return [
        ...partnersOf(rule.of),
        ...rule.caps.map(({ partner }) => partner),
        ...(rule.excess === undefined ? [] : [rule.excess]),
      ];
    case 'stepwise':
      return partnersOf(rule.then);
  }
}

/** A rule in words, for sentences and tables. */
export function ruleInWords(rule: RiskRule): string {
  switch (rule.kind) {
    case 'fixed':
      return `fixed shares (${sharesInWords(rule.shares)})`;
    case 'pro-rata':
      return 'in proportion to recurrent contributions';
    case 'own-risk':
      return `at the risk of ${rule.commissioner ?? 'the host'}`;
    case 'over-base':
      return `what is spent above ${rule.base} in fixed shares (${sharesInWords(rule.shares)})`;
    case 'capped':
      return `${ruleInWords(rule.of)}, capped (${rule.caps.map(({ partner, most }) => `${partner} ${most}`).join(', ')}), the excess borne by ${rule.excess ?? 'the others'}`;
    case 'stepwise':
      return `first from ${rule.steps.map(stepInWords).join(', then ')}; then ${ruleInWords(rule.then)}`;
  }
}

const sharesInWords = (shares: z.output<typeof FixedShares>): string =>
  shares.map(({ partner, share }) => `${partner} ${share / 100}%`).join(', ');

const stepInWords = (step: z.output<typeof Step>): string =>
  step.from === 'risk-pool'
    ? `the risk pool of ${step.amount}`
    : `what is not ${step.from === 'underspends' ? 'spent' : 'committed'} of ${step.schemes.join(' and ')}`;

/** Money that covers an overspend before anybody bears it: of the risk pool, or left of a scheme’s budget. */
export interface Covered {
  readonly from: 'underspends' | 'risk-pool' | 'uncommitted';
  /** The scheme whose budget it is; none for the risk pool. */
  readonly scheme?: string | undefined;
  readonly amount: Pence;
}

/** What a rule rests on, as it stands on one day: all sums in pence, from the first day of the year to that day inclusive. */
export interface RiskInputs {
  readonly host: string;
  /** What the scheme has spent. */
  readonly spent: Pence;
  /** What each partner contributes recurrently: agreed, one-off payments left out. */
  readonly recurrent: ReadonlyMap<string, Pence>;
  /** What is left of each scheme’s budget after what is spent; below nothing where it is overspent. */
  readonly unspent: ReadonlyMap<string, Pence>;
  /** What is left of each scheme’s budget after what is spent or committed. */
  readonly uncommitted: ReadonlyMap<string, Pence>;
  /** What other schemes have drawn already: the same money covers nothing twice. */
  readonly drawn: readonly Covered[];
}

/** A variance shared: what was covered first, each partner’s share, and what nobody bears. They add up to the variance. */
export interface SharedVariance {
  readonly covered: readonly Covered[];
  readonly shares: ReadonlyMap<string, Pence>;
  readonly uncovered: Pence;
}

/** The partners to whom a share of more or less than nothing falls. */
export const bearersOf = ({ shares }: Pick<SharedVariance, 'shares'>): string[] =>
  [...shares].filter(([, amount]) => amount !== NO_MONEY).map(([partner]) => partner);

/** A variance that is shared by nobody: it stays in the pool. */
export const leftInPool = (variance: Pence): SharedVariance => ({
  covered: [],
  shares: new Map(),
  uncovered: variance,
});

const borne = (shares: ReadonlyMap<string, Pence>, variance: Pence): SharedVariance => ({
  covered: [],
  shares,
  uncovered: minus(variance, total(shares.values())),
});

const inShares = (sum: Pence, shares: z.output<typeof FixedShares>): Map<string, Pence> =>
  apportion(
    sum,
    shares.map(({ partner, share }) => ({ id: partner, weight: share })),
  );

function plainly(rule: PlainRule, variance: Pence, inputs: RiskInputs): SharedVariance {
  switch (rule.kind) {
    case 'fixed':
      return borne(inShares(variance, rule.shares), variance);
    case 'pro-rata':
      return borne(proRata(variance, inputs.recurrent), variance);
    case 'own-risk':
      return borne(new Map([[rule.commissioner ?? inputs.host, variance]]), variance);
    case 'over-base':
      return borne(inShares(notNegative(minus(inputs.spent, pence(rule.base))), rule.shares), variance);
  }
}

/**
 * Splits a sum in proportion to recurrent contributions, to the penny by largest remainder. Where nobody contributes
 * recurrently there is no proportion, and nothing is shared. Source: domain.md 7.6.
 */
export function proRata(sum: Pence, recurrent: ReadonlyMap<string, Pence>): Map<string, Pence> {
  const shares = [...recurrent].filter(([, amount]) => amount > 0).map(([id, weight]) => ({ id, weight }));
  return shares.length === 0 ? new Map<string, Pence>() : apportion(sum, shares);
}

/** Holds shares of an overspend to their caps; who is below their cap takes on more, or the named partner does. */
function capped(rule: CappedRule, variance: Pence, inputs: RiskInputs): SharedVariance {
  const plain = plainly(rule.of, variance, inputs);
  const sum = total(plain.shares.values());
  if (sum <= 0) return plain;
  const caps = new Map(rule.caps.map(({ partner, most }) => [partner, pence(most)]));
  const shares = new Map<string, Pence>();
  const room = (partner: string): Pence => {
    const most = caps.get(partner);
    return most === undefined ? sum : minus(most, shares.get(partner) ?? NO_MONEY);
  };
  let left = sum;
  const take = (partner: string, asked: Pence): void => {
    const taken = lesser(asked, room(partner));
    shares.set(partner, plus(shares.get(partner) ?? NO_MONEY, taken));
    left = minus(left, taken);
  };
  let open = [...plain.shares].filter(([, share]) => share > 0).map(([id, weight]) => ({ id, weight }));
  do {
    for (const [partner, asked] of apportion(left, open)) take(partner, asked);
    open = open.filter(({ id }) => room(id) > 0);
  } while (rule.excess === undefined && left > 0 && open.length > 0);
  if (rule.excess !== undefined) take(rule.excess, left);
  return borne(shares, variance);
}

/**
 * Shares a variance (spent − budget, in pence; an overspend is above nothing) by a rule, to the penny by largest
 * remainder. Steps and caps are for overspends. An over-base rule looks at what was spent above its base, whatever the
 * budget foresaw; where that is not the variance, the rest is uncovered. Source: domain.md 5, 7.6.
 */
export function shareVariance(rule: RiskRule, variance: Pence, inputs: RiskInputs): SharedVariance {
  if (rule.kind === 'capped') return capped(rule, variance, inputs);
  if (rule.kind !== 'stepwise') return plainly(rule, variance, inputs);
  const covered: Covered[] = [];
  let left = variance;
  const draw = (from: Covered['from'], scheme: string | undefined, there: Pence): void => {
    const before = [...inputs.drawn, ...covered].filter((each) => each.scheme === scheme);
    const amount = lesser(notNegative(left), notNegative(minus(there, amounts(before))));
    left = minus(left, amount);
    if (amount > 0) covered.push({ from, scheme, amount });
  };
  for (const step of rule.steps) {
    if (step.from === 'risk-pool') draw(step.from, undefined, pence(step.amount));
    else {
      const there = step.from === 'underspends' ? inputs.unspent : inputs.uncommitted;
      for (const scheme of step.schemes) draw(step.from, scheme, there.get(scheme) ?? NO_MONEY);
    }
  }
  const spent = minus(inputs.spent, amounts(covered));
  return { ...shareVariance(rule.then, left, { ...inputs, spent }), covered };
}

const amounts = (all: readonly Covered[]): Pence => total(all.map(({ amount }) => amount));

/** Shares the variance of a scheme by an agreement: an overspend by its rule, an underspend by the agreement's default. */
export function shareByTerms(
  rule: RiskRule,
  underspend: UnderspendRule,
  variance: Pence,
  inputs: RiskInputs,
): SharedVariance {
  if (variance >= 0 || underspend.kind === 'shared') return shareVariance(rule, variance, inputs);
  return borne(underspend.kind === 'to-partner' ? new Map([[underspend.partner, variance]]) : new Map(), variance);
}

const CoveredText = z.strictObject({
  from: z.enum(['underspends', 'risk-pool', 'uncommitted']),
  scheme: Name.optional(),
  amount: Money,
});

/** How a shared variance is stored and answered: partners in the order of their names. */
export const SharedText = {
  covered: z.array(CoveredText),
  shares: z.array(z.strictObject({ partner: Name, amount: SignedMoney })),
  uncovered: SignedMoney,
};

export const coveredInWords = ({ from, scheme, amount }: z.output<typeof CoveredText>): string =>
  scheme === undefined
    ? `${amount} from the risk pool`
    : `${amount} from what is not ${from === 'underspends' ? 'spent' : 'committed'} of "${scheme}"`;

/** Covered sums as they are stored, read back. */
export const coveredOf = (stored: z.output<z.ZodArray<typeof CoveredText>>): Covered[] =>
  stored.map((each) => ({ ...each, amount: pence(each.amount) }));

export const sharedText = ({ covered, shares, uncovered }: SharedVariance) => ({
  covered: covered.map(({ from, scheme, amount }) => ({
    from,
    ...(scheme !== undefined && { scheme }),
    amount: moneyText(amount),
  })),
  shares: [...shares]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([partner, amount]) => ({ partner, amount: moneyText(amount) })),
  uncovered: moneyText(uncovered),
});
