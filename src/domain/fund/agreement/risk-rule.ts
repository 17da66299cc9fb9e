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
  signedPence,
  total,
  partsOfWhole,
  partsTogether,
  WHOLE_BASIS_POINTS,
  WHOLE_PARTS,
  type Pence,
} from '../../money.js';
import { byKey } from '../../order.js';
import { Money, Share, SignedMoney } from '../../values.js';
import { AmountOf, Commissioner, Partner, RiskTaker, SchemeName, WorkedOutSum } from '../../grammar/fields.js';
import { addingUpTo } from '../../grammar/asked.js';

/**
 * Who bears an overspend, and who keeps an underspend: the rules of a section 75 agreement as data, and the one formula
 * that shares a variance by them. Sources: docs/sources.md, Section 75 terms (the terms); Risk share (the formula).
 */

const once = (each: readonly { readonly partner: string }[]): boolean =>
  new Set(each.map(({ partner }) => partner)).size === each.length;

const PartnersShare = Share.meta({
  title: 'Share',
  description: 'The share, in basis points (10000 are the whole) or as a fraction such as 1/3.',
});

/** Which rule it is: a form asks for it first. */
const kind = <Kind extends string>(name: Kind, title: string) =>
  z.literal(name).meta({ title, description: 'The kind of rule.' });

const FixedShares = addingUpTo(
  { value: WHOLE_BASIS_POINTS },
  z
    .array(z.strictObject({ partner: Partner, share: PartnersShare }).meta({ title: 'Partner’s share' }))
    .min(1)
    .max(60)
    .refine(once, { error: 'must name each partner once' })
    .refine((shares) => partsTogether(shares.map(({ share }) => share)) === WHOLE_PARTS, {
      error: 'must be shares that add up to the whole: 10000 basis points, or such as three times "1/3"',
    })
    .meta({
      title: 'Shares',
      description:
        'Each partner’s share; together they are the whole. Odd pence go to the largest remainders, of equal ones to the lower names.',
    }),
);

const Fixed = z.strictObject({ kind: kind('fixed', 'Fixed shares'), shares: FixedShares });
const ProRata = z.strictObject({ kind: kind('pro-rata', 'In proportion to contributions') }).meta({
  description:
    'In proportion to what each partner contributes recurrently; one-off payments and ring-fenced grants do not count.',
});
const OwnRisk = z.strictObject({
  kind: kind('own-risk', 'The commissioner bears it'),
  commissioner: Commissioner.optional().meta({
    description: 'Who commissions the scheme and bears it; left out, the host.',
  }),
});
const Base = Money.meta({ title: 'Base', description: 'What is spent above it is shared.' });
const Most = Money.meta({ title: 'Most', description: 'The most that the partner bears.' });
const OverBase = z
  .strictObject({ kind: kind('over-base', 'Shared above a base'), base: Base, shares: FixedShares })
  .meta({
    description: 'What is spent above a base is shared, as in the Transforming Care template.',
  });
const Plain = z.discriminatedUnion('kind', [Fixed, ProRata, OwnRisk, OverBase]);

const Capped = z.strictObject({
  kind: kind('capped', 'Shared up to a cap'),
  of: Plain.meta({ title: 'Shared by', description: 'The rule that shares the overspend up to the caps.' }),
  caps: z
    .array(z.strictObject({ partner: Partner, most: Most }).meta({ title: 'Partner’s cap' }))
    .min(1)
    .max(60)
    .refine(once, { error: 'must name each partner once' })
    .meta({
      title: 'Caps',
      description:
        'The most that a partner bears of one scheme’s overspend; each scheme that the rule is for is capped by itself.',
    }),
  excess: RiskTaker.optional().meta({
    description:
      'The partner who bears what is above the caps, and all of it where nobody contributes; left out, those below their caps share it.',
  }),
});

const Schemes = z
  .array(SchemeName)
  .min(1)
  .max(60)
  .meta({ title: 'Schemes', description: 'The schemes that the step takes the money from.' });
/** Where a step takes the money from. */
const from = <From extends string>(name: From, title: string) =>
  z.literal(name).meta({ title, description: 'Where the money comes from.' });
const Step = z.discriminatedUnion('from', [
  z.strictObject({ from: from('underspends', 'Underspends of schemes'), schemes: Schemes }),
  z.strictObject({ from: from('risk-pool', 'The risk pool'), amount: AmountOf }),
  z.strictObject({ from: from('uncommitted', 'Uncommitted money of schemes'), schemes: Schemes }),
]);
const Stepwise = z.strictObject({
  kind: kind('stepwise', 'Covered step by step'),
  steps: z
    .array(Step.meta({ title: 'Step' }))
    .min(1)
    .max(12)
    .meta({ title: 'Steps', description: 'Where the money is taken from, in this order.' }),
  then: z
    .discriminatedUnion('kind', [Fixed, ProRata, OwnRisk, OverBase, Capped])
    .meta({ title: 'Then', description: 'The rule that shares what the steps leave.' }),
});

/** How the variance of a scheme is shared. Source: docs/sources.md, Section 75 terms; Risk share. */
export const RiskRule = z.discriminatedUnion('kind', [Fixed, ProRata, OwnRisk, OverBase, Capped, Stepwise]);

/** What happens to an underspend unless the agreement says otherwise. Source: docs/sources.md, Section 75 terms. */
export const UnderspendRule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: kind('kept-in-pool', 'Kept in the pool') }),
  z.strictObject({ kind: kind('shared', 'Shared as the variance is') }),
  z.strictObject({ kind: kind('to-partner', 'Goes to one partner'), partner: Partner }),
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

/** A rule in words, for sentences and tables: how a variance is shared by it. */
export function ruleInWords(rule: RiskRule): string {
  switch (rule.kind) {
    case 'fixed':
      return `in fixed shares (${sharesInWords(rule.shares)})`;
    case 'pro-rata':
      return 'in proportion to recurrent contributions';
    case 'own-risk':
      return `at the risk of ${rule.commissioner ?? 'the host'}`;
    case 'over-base':
      return `in fixed shares of what is spent above ${rule.base} (${sharesInWords(rule.shares)})`;
    case 'capped':
      return `${ruleInWords(rule.of)}, capped (${rule.caps.map(({ partner, most }) => `${partner} ${most}`).join(', ')}), the excess borne by ${rule.excess ?? 'the others'}`;
    case 'stepwise':
      return `first from ${rule.steps.map(stepInWords).join(', then ')}; then ${ruleInWords(rule.then)}`;
  }
}

/** What a rule shares by, in words: what each partner’s share is in proportion to, or that nothing is. */
export function sharedByInWords(rule: RiskRule): string {
  switch (rule.kind) {
    case 'fixed':
    case 'over-base':
      return 'the shares that the agreement states';
    case 'pro-rata':
      return 'what each has agreed to pay recurrently by the day; ring-fenced grants, one-off payments and money carried in left out';
    case 'own-risk':
      return 'no shares: one partner bears it';
    case 'capped':
      return sharedByInWords(rule.of);
    case 'stepwise':
      return sharedByInWords(rule.then);
  }
}

const sharesInWords = (shares: z.output<typeof FixedShares>): string =>
  shares.map(({ partner, share }) => `${partner} ${typeof share === 'number' ? `${share / 100}%` : share}`).join(', ');

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

/** Money of one scheme’s underspend that covers another’s overspend. */
export interface Given {
  /** The scheme that is covered. */
  readonly to: string;
  readonly amount: Pence;
}

/** The sums that a rule uses, on one day: in pence, from the first day of the year to that day, inclusive. */
interface RiskInputs {
  readonly host: string;
  /** What the scheme has spent, less what is covered. */
  readonly spent: Pence;
  /** What each partner contributes recurrently: agreed, one-off payments and ring-fenced grants left out. */
  readonly recurrent: ReadonlyMap<string, Pence>;
}

/** A rule without its covering steps: it says who bears what is not covered. */
type LastRule = Exclude<RiskRule, { kind: 'stepwise' }>;
export type Steps = Extract<RiskRule, { kind: 'stepwise' }>['steps'];

export const lastRule = (rule: RiskRule): LastRule => (rule.kind === 'stepwise' ? rule.then : rule);
export const stepsOf = (rule: RiskRule): Steps => (rule.kind === 'stepwise' ? rule.steps : []);

/** Whether a rule shares by contributions, and names partners only in its caps. */
export function goesByContributions(rule: RiskRule): boolean {
  const last = lastRule(rule);
  return (last.kind === 'capped' ? last.of : last).kind === 'pro-rata';
}

const inShares = (sum: Pence, shares: z.output<typeof FixedShares>): Map<string, Pence> =>
  apportion(
    sum,
    shares.map(({ partner, share }) => ({ id: partner, weight: partsOfWhole(share) })),
  );

function plainly(rule: PlainRule, sum: Pence, { host, spent, recurrent }: RiskInputs): Map<string, Pence> {
  switch (rule.kind) {
    case 'fixed':
      return inShares(sum, rule.shares);
    case 'pro-rata':
      return proRata(sum, recurrent);
    case 'own-risk':
      return new Map([[rule.commissioner ?? host, sum]]);
    case 'over-base':
      return inShares(notNegative(minus(spent, pence(rule.base))), rule.shares);
  }
}

/**
 * Splits a sum in proportion to recurrent contributions (both in pence), to the penny by largest remainder. Where
 * nobody contributes recurrently there is no proportion, and nothing is shared. Source: docs/sources.md, Risk share.
 */
export function proRata(sum: Pence, recurrent: ReadonlyMap<string, Pence>): Map<string, Pence> {
  const shares = [...recurrent].filter(([, amount]) => amount > 0).map(([id, weight]) => ({ id, weight }));
  return shares.length === 0 ? new Map<string, Pence>() : apportion(sum, shares);
}

/**
 * Applies caps to the shares of an overspend. Partners below their cap take on the excess, or the named partner does.
 */
function capped(rule: CappedRule, overspend: Pence, inputs: RiskInputs): Map<string, Pence> {
  const plain = plainly(rule.of, overspend, inputs);
  // If nobody contributes, nobody can take a share: the whole sum is in excess.
  const sum = plain.size === 0 ? overspend : total(plain.values());
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
  let open = [...plain].filter(([, share]) => share > 0).map(([id, weight]) => ({ id, weight }));
  while (left > 0 && open.length > 0) {
    for (const [partner, asked] of apportion(left, open)) take(partner, asked);
    open = rule.excess === undefined ? open.filter(({ id }) => room(id) > 0) : [];
  }
  if (rule.excess !== undefined) take(rule.excess, left);
  return shares;
}

/**
 * Who bears, or keeps, the rest of a scheme’s variance (in pence; an overspend is positive), to the penny by largest
 * remainder: an overspend by the rule, an underspend by the agreement’s default. Caps apply to overspends only. A rule
 * over a base shares what was spent above the base, whatever the budget, so its shares may add up to another sum; the
 * difference is borne by nobody. Source: docs/sources.md, Section 75 terms; Risk share.
 * @param sum what is left to share, once some of an overspend is covered or some of an underspend covers others
 */
export function shareOf(
  rule: LastRule,
  underspend: UnderspendRule,
  { sum, variance }: { readonly sum: Pence; readonly variance: Pence },
  inputs: RiskInputs,
): ReadonlyMap<string, Pence> {
  const isUnder = sum < 0 || (sum === 0 && variance < 0);
  if (!isUnder || underspend.kind === 'shared') {
    return rule.kind === 'capped' ? capped(rule, sum, inputs) : plainly(rule, sum, inputs);
  }
  return underspend.kind === 'to-partner' ? new Map([[underspend.partner, sum]]) : new Map<string, Pence>();
}

const CoveredText = z.strictObject({
  from: z.enum(['underspends', 'risk-pool', 'uncommitted']),
  scheme: SchemeName.optional(),
  amount: WorkedOutSum,
});

const GivenText = z.strictObject({ to: SchemeName, amount: WorkedOutSum });

/** How a shared variance is stored and answered: partners in the order of their names. */
export const SharedText = {
  covered: z
    .array(CoveredText)
    .meta({ description: 'What of an overspend other money covers, before anybody bears it.' }),
  shares: z
    .array(z.strictObject({ partner: Partner, amount: SignedMoney }))
    .meta({ description: 'What each partner bears, above zero, or keeps, below zero.' }),
  uncovered: SignedMoney.meta({
    description: 'What nobody bears; below zero, what nobody keeps: it stays in the pool.',
  }),
};

/** The part of a scheme’s underspend that covers other schemes, as stored and answered. */
export const GivenTexts = z.array(GivenText).meta({
  description: 'What of an underspend covers other schemes: covered + shares + uncovered = variance + given.',
});

/** The ring-fenced part of a scheme’s variance, as stored and answered. */
export const RingFenced = SignedMoney.meta({
  description:
    'What is left of ring-fenced money: variance = spent − budget + ringFenced. Below zero, what such money covers of an overspend.',
});

/** The ring-fenced part in words; empty if there is none. */
export function ringFencedInWords(amount = '0.00'): string[] {
  if (amount === '0.00') return [];
  return amount.startsWith('-')
    ? [`${amount.slice(1)} more is covered by ring-fenced money`]
    : [`${amount} more is left of ring-fenced money, and not shared`];
}

export const coveredInWords = ({ from, scheme, amount }: z.output<typeof CoveredText>): string =>
  scheme === undefined
    ? `${amount} from the risk pool`
    : `${amount} from what is not ${from === 'underspends' ? 'spent' : 'committed'} of "${scheme}"`;

export const givenInWords = ({ to, amount }: z.output<typeof GivenText>): string => `${amount} covers "${to}"`;

/** The part that nobody bears, in words; empty if there is none. An underspend that nobody keeps stays in the pool. */
export function uncoveredInWords(amount: string): string[] {
  if (amount === '0.00') return [];
  return amount.startsWith('-') ? [`${amount.slice(1)} stays in the pool`] : [`${amount} is borne by nobody`];
}

/** Sums as they are stored, read back. */
export const amountsOf = <Row extends { readonly amount: string }>(stored: readonly Row[]) =>
  stored.map((each) => ({ ...each, amount: signedPence(each.amount) }));

export const coveredText = (all: readonly Covered[]): z.output<typeof CoveredText>[] =>
  all.map(({ from, scheme, amount }) => ({
    from,
    ...(scheme !== undefined && { scheme }),
    amount: moneyText(amount),
  }));

export const givenText = (all: readonly Given[]): z.output<typeof GivenText>[] =>
  all.map(({ to, amount }) => ({ to, amount: moneyText(amount) }));

/** Shares in pence as money text, in the order of the partners’ names. */
export const sharesText = (shares: ReadonlyMap<string, Pence>) =>
  [...shares].sort(byKey).map(([partner, amount]) => ({ partner, amount: moneyText(amount) }));
