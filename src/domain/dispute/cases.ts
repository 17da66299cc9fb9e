import { z } from 'zod';
import { assign, put } from '../grammar/change.js';
import { dayInWords, dayNumber, type Day } from '../calendar.js';
import { completedFact, recast, fact, type Context, type Fact } from '../grammar/fact.js';
import type { FactData, LedgerEvent } from '../grammar/event.js';
import {
  largest,
  moneyText,
  NO_MONEY,
  pence,
  plus,
  pounds,
  signedPence,
  partsOfWhole,
  partsTogether,
  shareInWords,
  WHOLE_BASIS_POINTS,
  WHOLE_PARTS,
  type Pence,
} from '../money.js';
import { refuse, Refusal } from '../rules.js';
import { FINANCE } from '../roles.js';
import { Amount, EffectiveDay, holdsNhsNumber, Share, SignedMoney, Sum } from '../values.js';
import {
  asAt,
  cellsOf,
  firstFall,
  INVOICE_MAX,
  INVOICES_MAX,
  sumsOf,
  WEEKLY_COST_MAX,
  type Body,
  type Split,
  type Sums,
} from './claim.js';
import type { Step } from './steps.js';
import { writeOffsHold } from './owed.js';
import {
  ACCOUNTING_CLASSES,
  DECIDED_BY,
  DISPUTE_KINDS,
  GROUNDS,
  inSentence,
  nameOfCode,
  WITHDRAWN_FOR,
} from './reference.js';
import {
  bodiesOf,
  bothSides,
  canChange,
  caseOf,
  counted,
  enter,
  inDayOrder,
  noOtherOnTheTable,
  notBeforeRaising,
  notLaterThanToday,
  oneSide,
  opened,
  partnersAreIn,
  protocolOn,
  sharesHold,
  termsWith,
  volumeHolds,
  volumeOf,
  type DisputeState,
  type OpenCase,
} from './state.js';
import { CASE_PARTS, treatmentOf } from './accounting-class.js';
import {
  DecidedOn,
  DecisionReference,
  Effective,
  FromDay,
  LastDay,
  OnDay,
  Partner,
  RaisedOn,
  Respondent,
  ShortReason,
  WorkedOutSum,
} from '../grammar/fields.js';
import { fromItsDay, naming } from '../grammar/naming.js';
import { actingBody, addingUpTo, among, listed, newName } from '../grammar/asked.js';

/** Cases: what is claimed of whom for which care, who pays meanwhile, and how the days are decided. */

/**
 * A case is known by a random identifier; who it is about is held outside the ledger. A name chosen by the officer is
 * refused, because it could name a person. Source: docs/sources.md, Disputes.
 */
export const CaseReference = naming(
  z
    .uuidv4({ error: 'must be a random UUID (version 4); who the case is about is held outside the ledger' })
    .refine((text) => !holdsNhsNumber(text), {
      error: 'holds digits that are shaped like an NHS number; take another random UUID',
    })
    .transform((text) => text.toLowerCase())
    .meta({ title: 'Case', description: 'The random reference of the case.', format: 'uuid' }),
  'case',
);

const shareOf = ({ share }: { readonly share: z.output<typeof Share> }) => share;
const isWhole = (shares: readonly z.output<typeof Share>[]): boolean => partsTogether(shares) === WHOLE_PARTS;

const Others = z
  .array(
    z
      .strictObject({
        partner: Partner,
        share: Share.meta({
          title: 'Share',
          description: 'What it bears, in basis points or as a fraction such as 1/3.',
        }),
      })
      .meta({ title: 'Other body' }),
  )
  .min(1)
  .max(8)
  .refine((others) => new Set(others.map((each) => each.partner)).size === others.length, {
    error: 'must name each body once',
  })
  .meta({
    title: 'Other bodies',
    description:
      'Bodies beside the two that bear a part. What they bear is no part of this claim: it is claimed of each in a case of its own, which that body answers.',
  });

const SplitShares = addingUpTo(
  { value: WHOLE_BASIS_POINTS },
  z
    .strictObject({
      claimant: Share.meta({
        title: 'Claimant',
        description: 'What the claimant bears, in basis points or as a fraction such as 1/3.',
      }),
      respondent: Share.meta({
        title: 'Respondent',
        description: 'What the respondent bears, in basis points or as a fraction such as 1/3.',
      }),
      others: Others.optional(),
    })
    .refine(({ claimant, respondent, others = [] }) => isWhole([claimant, respondent, ...others.map(shareOf)]), {
      error: `must add up to ${WHOLE_BASIS_POINTS} basis points, or to the whole in fractions`,
    })
    .meta({
      title: 'Split',
      description: 'Who bears the cost, in basis points (10000 are the whole) or as fractions such as 1/3.',
    }),
);

const atMost = (max: string) =>
  Amount.refine((text) => !/^\d+\.\d{2}$/.test(text) || pence(text) <= pence(max), { error: `must be at most ${max}` });

const Weekly = z
  .union([z.literal('0.00').meta({ title: 'Nothing' }), atMost(WEEKLY_COST_MAX).meta({ title: 'A sum' })])
  .meta({ title: 'A week', description: 'What the care costs a week.' });

const Costs = z
  .array(z.strictObject({ from: FromDay, weekly: Weekly }).meta({ title: 'Weekly cost' }))
  .max(60, { error: 'must be at most 60 weekly costs' })
  .meta({
    title: 'Weekly costs',
    description: 'The weekly cost of the care in dispute, from each day on, in the order of the days.',
  });

const Invoices = z
  .array(
    z
      .strictObject({
        on: OnDay,
        amount: atMost(INVOICE_MAX).meta({ title: 'Amount', description: 'The sum of the invoice.' }),
      })
      .meta({ title: 'Invoice' }),
  )
  .max(INVOICES_MAX, { error: `must be at most ${INVOICES_MAX} invoices` })
  .meta({ title: 'Invoices', description: 'Sums in dispute that are no weekly cost: each counts whole on its day.' });

const Bodies = z
  .array(fromItsDay(z.strictObject({ from: FromDay, partner: Partner })).meta({ title: 'Body' }))
  .min(1)
  .max(20)
  .meta({ title: 'Bodies', description: 'The body responsible from each day on, in the order of the days.' });

const Ground = listed(GROUNDS).meta({ title: 'Ground', description: 'What the claim rests on.' });

/** The sums of a case at a day, as an event keeps them; `repayable` only if it is not 0. */
const SumsText = z.strictObject({
  claimed: Sum,
  agreed: SignedMoney,
  abandoned: Sum,
  open: SignedMoney,
  repayable: Sum.optional(),
});
type SumsText = z.output<typeof SumsText>;

const sumsText = ({ claimed, agreed, abandoned, open, repayable }: Sums): SumsText => ({
  claimed: moneyText(claimed),
  agreed: moneyText(agreed),
  abandoned: moneyText(abandoned),
  open: moneyText(open),
  ...(repayable !== NO_MONEY && { repayable: moneyText(repayable) }),
});

const OfCase = { effective: Effective, case: CaseReference };

/** Of what changes a case: one that a settlement has closed takes no more of it. */
const OfOpenCase = { effective: Effective, case: among(['open'], CaseReference) };

const RevisedFields = z.strictObject({
  ...OfOpenCase,
  until: LastDay.optional(),
  costs: Costs.min(1)
    .optional()
    .meta({ title: 'Weekly costs', description: 'Replace all weekly costs from the effective date on.' }),
  invoices: Invoices.optional().meta({
    title: 'Invoices',
    description: 'Replace all invoices from the effective date on.',
  }),
  claimed: SplitShares.optional(),
  respondent: Respondent.optional(),
  ground: Ground.optional(),
});

const Decision = z.strictObject({
  ...OfOpenCase,
  effective: EffectiveDay.meta({ description: 'The first day of care that is decided; it may lie far back.' }),
  decidedOn: DecidedOn.meta({ description: 'The day on which it was decided, from the raising of the case on.' }),
});

/** A decision's sums on the day on which it was made: what is signed. */
const WithSums = { sums: SumsText.meta({ description: 'What the claim comes to on the day of the decision.' }) };

const SplitSent = Decision.extend({
  split: SplitShares,
  by: listed(DECIDED_BY).meta({ title: 'Decided by', description: 'Who decided it.' }),
  decision: DecisionReference.optional().meta({ description: 'The reference of the decision.' }),
});
const WithdrawalSent = Decision.extend({
  ground: listed(WITHDRAWN_FOR).meta({ title: 'Ground', description: 'Why the claim is withdrawn.' }),
});

type DecisionData = FactData & { readonly case: string; readonly decidedOn: Day };

function decided<Data extends DecisionData>(step: Step, data: Data, state: DisputeState, today: Day) {
  const found = caseOf(state, data.case);
  if (found instanceof Refusal) return found;
  const terms = termsWith(found, step, data);
  const refusal =
    notLaterThanToday('It was decided', data.decidedOn, today) ??
    notBeforeRaising('It was decided', data.decidedOn, found.terms) ??
    canChange(found, step, data.effective) ??
    othersFitCase(state, data['split'] as Split | undefined, found) ??
    sharesHold(terms) ??
    writeOffsHold(found, terms);
  return refusal ?? { ...data, sums: sumsText(sumsOf(cellsOf(terms, asAt(data.decidedOn)))) };
}

/**
 * The sum that an officer's limit is compared with: the largest of the sums on the day of the decision and of those up
 * to today, so that an early day does not make a decision look small.
 */
const movedBy =
  (step: Step) =>
  (data: DecisionData & { readonly sums: SumsText }, state: DisputeState, { today }: Context): Pence => {
    const { agreed, abandoned, repayable = '0.00' } = data.sums;
    const stated = largest(largest(signedPence(agreed), pence(abandoned)), pence(repayable));
    const found = caseOf(state, data.case);
    if (found instanceof Refusal) return stated;
    const now = sumsOf(cellsOf(termsWith(found, step, data), asAt(today)));
    return largest(stated, largest(largest(now.agreed, now.abandoned), now.repayable));
  };

/** What comes of a decision, for a reader. */
const decidedInWords = ({ agreed, abandoned, repayable }: SumsText): string =>
  `${pounds(signedPence(agreed))} is due to the claimant and ${pounds(pence(abandoned))} abandoned` +
  (repayable ? `; the claimant gives ${pounds(pence(repayable))} back.` : '.');

const ClassSent = z.strictObject({
  ...OfCase,
  partner: actingBody(Partner),
  part: listed(CASE_PARTS).meta({ title: 'Part of the claim', description: 'The part that the class is of.' }),
  class: listed(ACCOUNTING_CLASSES).meta({ title: 'Class', description: 'What the accounts show it as.' }),
  reason: ShortReason.optional(),
});

const onCase = (state: DisputeState, data: { readonly case: string }) => [[state.cases, data.case]] as const;

/** The body that stands on a side on a day; before the first, the first. */
const heldOn = (bodies: readonly Body[], day: Day): string =>
  (bodies.findLast((each) => each.from <= day) ?? bodies[0]!).partner;

/** What a split says, for a reader. */
const splitInWords = ({ claimant, respondent, others = [] }: Split): string =>
  [
    `claimant ${shareInWords(claimant)}`,
    `respondent ${shareInWords(respondent)}`,
    ...others.map(({ partner, share }) => `${partner} ${shareInWords(share)}`),
  ].join(', ');

/** What others bear by a split, for a reader; nothing where there are none. */
const bearingToo = ({ others = [] }: Split): string =>
  others.length === 0
    ? ''
    : `; ${others.map(({ partner, share }) => `${partner} should bear ${shareInWords(share)}`).join(', ')}`;

/** A third body that bears a part must be a body of the area and neither of the two sides. */
const othersFit = (state: DisputeState, { others = [] }: Split, two: readonly string[]): Refusal | undefined => {
  const both = others.find(({ partner }) => two.includes(partner));
  return both
    ? refuse('both_sides', `${both.partner} is one of the two already; its share is theirs.`)
    : partnersAreIn(
        state,
        others.map(({ partner }) => partner),
      );
};

/** The same on a case that is raised. */
const othersFitCase = (state: DisputeState, split: Split | undefined, { terms }: OpenCase): Refusal | undefined =>
  split &&
  othersFit(
    state,
    split,
    [...terms.claimants, ...terms.respondents].map(({ value }) => value),
  );

/** A claim as changed by the claimant: one officer may raise it; if it falls on any day, a second officer must sign. */
function revised(
  type: 'ClaimRevised' | 'ClaimReduced',
  data: z.output<typeof RevisedFields>,
  state: DisputeState,
): z.output<typeof RevisedFields> | Refusal {
  const found = caseOf(state, data.case);
  if (found instanceof Refusal) return found;
  const { effective, until, costs, invoices, claimed, respondent, ground } = data;
  if ([until, costs, invoices, claimed, respondent, ground].every((each) => each === undefined)) {
    return refuse('nothing_to_change', 'The revision names nothing that changes.');
  }
  if (until !== undefined && until < effective) {
    return refuse('days_out_of_order', `Care would end on ${dayInWords(until)}, before the effective date.`);
  }
  const early = [...(costs ?? []).map((each) => each.from), ...(invoices ?? []).map((each) => each.on)].find(
    (day) => day < effective,
  );
  if (early !== undefined) {
    return refuse('days_out_of_order', `${dayInWords(early)} is before the effective date.`);
  }
  const { claimants, decisions, stretches } = found.terms;
  if (respondent !== undefined && decisions.length > 0) {
    return refuse('decided_already', `${respondent} has not signed how case ${data.case} is split.`);
  }
  if (claimants.some((each) => each.value === respondent)) {
    return refuse('both_sides', `${respondent!} would stand on both sides of the case.`);
  }
  const refusal =
    canChange(found, 'revises', effective) ??
    partnersAreIn(state, respondent === undefined ? [] : [respondent]) ??
    othersFitCase(state, claimed, found) ??
    inDayOrder(
      'weekly costs',
      (costs ?? []).map((each) => each.from),
      effective,
    ) ??
    volumeHolds(state, volumeOf(data));
  if (refusal) return refusal;
  const terms = termsWith(found, 'revises', data);
  const beyond = sharesHold(terms);
  if (beyond) return beyond;
  const from = dayNumber(effective);
  if (
    claimed &&
    stretches.some(
      (each) => each.last >= from && each.decided !== undefined && partsOfWhole(claimed.respondent) > each.claimed,
    )
  ) {
    return refuse(
      'decided_already',
      `More than before would be claimed of days of case ${data.case} that are decided.`,
    );
  }
  if (claimed && !terms.stretches.some((each) => each.last >= from && each.claimed > each.interim)) {
    return refuse(
      'claim_of_nothing',
      `The respondent of case ${data.case} pays as much meanwhile as would be claimed; to give the claim up, propose ClaimWithdrawn.`,
    );
  }
  const fall = firstFall(found.terms, terms);
  if (fall !== undefined && type === 'ClaimRevised') {
    return refuse('reduction_signed', `On ${dayInWords(fall)} less would be claimed of case ${data.case} than before.`);
  }
  if (fall === undefined && type === 'ClaimReduced') {
    return refuse('signature_not_needed', `On no day would less be claimed of case ${data.case}: post ClaimRevised.`);
  }
  return writeOffsHold(found, terms) ?? data;
}

const REVISION = {
  input: RevisedFields,
  stored: RevisedFields,
  roles: FINANCE,
  effective: 'any-day',
  reversible: true,
  evolve(state: DisputeState, data: z.output<typeof RevisedFields>, event: LedgerEvent) {
    assign(state, 'volume', plus(state.volume, volumeOf(data)));
    enter(state, event, 'revises', onCase(state, data));
  },
} as const;

const revisionInWords = (data: z.output<typeof RevisedFields>): string =>
  `from ${dayInWords(data.effective)}: ${[
    ...(data.costs ? [`weekly cost ${data.costs.map((each) => pounds(pence(each.weekly))).join(', then ')}`] : []),
    ...(data.invoices ? [counted(data.invoices.length, 'invoice')] : []),
    ...(data.claimed ? [splitInWords(data.claimed)] : []),
    ...(data.until ? [`care to ${dayInWords(data.until)}`] : []),
    ...(data.respondent ? [`against ${data.respondent}`] : []),
    ...(data.ground ? [nameOfCode(GROUNDS, data.ground).toLowerCase()] : []),
  ].join('; ')}.`;

export const CASE_FACTS: readonly Fact<DisputeState>[] = [
  fact({
    name: 'DisputeRaised',
    title: 'Raise a dispute',
    group: 'disputes',
    about:
      'A body claims that another should bear the cost of a package of care, or more of it; the claim accrues by the day.',
    input: z.strictObject({
      ...OfCase,
      case: newName(CaseReference, []),
      effective: EffectiveDay.meta({ description: 'The first day of the care that is claimed for.' }),
      until: LastDay.optional().meta({ description: 'The last day of care, inclusive; left out, it goes on.' }),
      kind: listed(DISPUTE_KINDS).meta({ title: 'Kind of dispute', description: 'What the dispute is about.' }),
      ground: Ground,
      raisedOn: RaisedOn,
      claimant: Bodies.meta({
        title: 'Who claims',
        description: 'The body that claims, from each day on, in the order of the days.',
      }),
      respondent: Bodies.meta({
        title: 'Against whom',
        description: 'The body that the claim is against, from each day on, in the order of the days.',
      }),
      costs: Costs,
      invoices: Invoices.optional(),
      interim: SplitShares.meta({ title: 'Who pays meanwhile', description: 'Who pays meanwhile, without prejudice.' }),
      claimed: SplitShares.meta({ title: 'Who should pay', description: 'Who should pay, by what is claimed.' }),
    }),
    signature: 'none',
    roles: FINANCE,
    effective: 'any-day',
    reversible: true,
    sides: (data, _state, { today }) => ({
      acts: [heldOn(data.claimant, today)],
      signs: [],
    }),
    check(data, state: DisputeState, { today }) {
      if (state.cases.has(data.case)) return refuse('identifier_used', `Case ${data.case} is known already.`);
      if (data.until !== undefined && data.until < data.effective) {
        return refuse('days_out_of_order', `Care would end on ${dayInWords(data.until)}, before it began.`);
      }
      const claimants = data.claimant.map((each) => each.partner);
      const respondents = data.respondent.map((each) => each.partner);
      const both = claimants.find((partner) => respondents.includes(partner));
      if (both !== undefined) return refuse('both_sides', `${both} would stand on both sides of the case.`);
      const daysOf = (each: readonly { readonly from: typeof data.effective }[]) => each.map(({ from }) => from);
      const early = data.invoices?.find((each) => each.on < data.effective);
      if (early) return refuse('days_out_of_order', `The invoice of ${dayInWords(early.on)} is before the first day.`);
      if (data.costs.length === 0 && !data.invoices?.length) {
        return refuse('claim_of_nothing', 'Neither a weekly cost nor an invoice is given.');
      }
      if (partsOfWhole(data.claimed.respondent) <= partsOfWhole(data.interim.respondent)) {
        return refuse(
          'claim_of_nothing',
          `The respondent pays ${shareInWords(data.interim.respondent)} meanwhile; ${shareInWords(data.claimed.respondent)} is claimed.`,
        );
      }
      return (
        notLaterThanToday('It was raised', data.raisedOn, today) ??
        partnersAreIn(state, [...claimants, ...respondents]) ??
        othersFit(state, data.interim, [...claimants, ...respondents]) ??
        othersFit(state, data.claimed, [...claimants, ...respondents]) ??
        inDayOrder('claimant bodies', daysOf(data.claimant), data.effective) ??
        inDayOrder('respondent bodies', daysOf(data.respondent), data.effective) ??
        inDayOrder('weekly costs', daysOf(data.costs), data.effective) ??
        (protocolOn(state, data.raisedOn)
          ? undefined
          : refuse(
              'protocol_missing',
              `${opened(state).area} had adopted no dispute protocol by ${dayInWords(data.raisedOn)}.`,
            )) ??
        volumeHolds(state, volumeOf(data))
      );
    },
    evolve(state, data, event) {
      assign(state, 'volume', plus(state.volume, volumeOf(data)));
      put(state.goesBy, data.case, protocolOn(state, data.raisedOn)!);
      enter(state, event, 'raises', onCase(state, data));
    },
    sentence: (data) =>
      `${heldOn(data.claimant, data.raisedOn)} claims from ${heldOn(data.respondent, data.raisedOn)}, for case ${data.case} ` +
      `(${nameOfCode(DISPUTE_KINDS, data.kind)}: ${nameOfCode(GROUNDS, data.ground).toLowerCase()}), that the respondent bear ` +
      `${shareInWords(data.claimed.respondent)} from ${dayInWords(data.effective)}${data.until ? ` to ${dayInWords(data.until)}` : ' on'}, ` +
      `where it pays ${shareInWords(data.interim.respondent)} meanwhile${bearingToo(data.claimed)}.`,
  }),
  recast({
    ...REVISION,
    name: 'ClaimRevised',
    title: 'Revise a claim',
    group: 'disputes',
    about:
      'The claimant changes its claim from a day on: cost, invoices, share, last day of care, or the body that it is against; on no day to less.',
    signature: 'none',
    sides: (data, state: DisputeState, { today }) => ({ acts: bodiesOf(state, data.case, today).claimant, signs: [] }),
    complete: (data, state: DisputeState) => revised('ClaimRevised', data, state),
    sentence: (data) => `The claim of case ${data.case} was revised ${revisionInWords(data)}`,
  }),
  recast({
    ...REVISION,
    name: 'ClaimReduced',
    title: 'Reduce a claim',
    group: 'disputes',
    about:
      'The claimant changes its claim so that it falls on some day, such as when the cost falls or care has ended; a second officer of the claimant signs.',
    signature: 'second-officer',
    sides: oneSide('claimant'),
    complete: (data, state: DisputeState) => revised('ClaimReduced', data, state),
    sentence: (data) => `The claim of case ${data.case} was reduced ${revisionInWords(data)}`,
  }),
  recast({
    name: 'InterimFundingAgreed',
    title: 'Agree who pays meanwhile',
    group: 'disputes',
    about: 'Both sides agree who pays from a day on until the case is decided, without prejudice to how it is.',
    input: z.strictObject({ ...OfOpenCase, interim: SplitShares }),
    stored: z.strictObject({
      ...OfCase,
      interim: SplitShares,
      withoutPrejudice: z.literal(true).meta({ description: 'It decides nothing: it is paid while the case is open.' }),
    }),
    signature: 'other-side',
    roles: FINANCE,
    effective: 'any-day',
    reversible: true,
    sides: bothSides,
    subject: (data) => data.case,
    complete(data, state: DisputeState) {
      const found = caseOf(state, data.case);
      if (found instanceof Refusal) return found;
      const terms = termsWith(found, 'shares-meanwhile', data);
      return (
        canChange(found, 'shares-meanwhile', data.effective) ??
        othersFitCase(state, data.interim, found) ??
        sharesHold(terms) ??
        writeOffsHold(found, terms) ?? { ...data, withoutPrejudice: true as const }
      );
    },
    check: (data, _state, context) => noOtherOnTheTable('InterimFundingAgreed', data.case, context),
    evolve: (state, data, event) => void enter(state, event, 'shares-meanwhile', onCase(state, data)),
    sentence: (data) =>
      `From ${dayInWords(data.effective)} case ${data.case} is paid for meanwhile, without prejudice: ${splitInWords(data.interim)}.`,
  }),
  completedFact({
    name: 'SplitDecided',
    title: 'Record how a case is split',
    group: 'disputes',
    about:
      'How the cost of a case is split from a day on, by a panel or by the parties; both sides sign, since a panel cannot simply bind them.',
    input: SplitSent,
    adds: WithSums,
    signature: 'other-side',
    roles: FINANCE,
    effective: 'any-day',
    reversible: true,
    sides: bothSides,
    subject: (data) => data.case,
    amount: movedBy('splits'),
    complete: (data, state: DisputeState, { today }) => decided('splits', data, state, today),
    check: (data, _state, context) => noOtherOnTheTable('SplitDecided', data.case, context),
    evolve: (state, data, event) => void enter(state, event, 'splits', onCase(state, data)),
    sentence: (data) =>
      `Case ${data.case} was decided from ${dayInWords(data.effective)} by ${nameOfCode(DECIDED_BY, data.by)}: ${splitInWords(data.split)}; of the ` +
      `${pounds(pence(data.sums.claimed))} claimed to ${dayInWords(data.decidedOn)}, ${decidedInWords(data.sums)}`,
  }),
  completedFact({
    name: 'ClaimWithdrawn',
    title: 'Withdraw a claim',
    group: 'disputes',
    about: 'The claimant gives its claim up from a day on; a second officer of the claimant signs.',
    input: WithdrawalSent,
    adds: WithSums,
    signature: 'second-officer',
    roles: FINANCE,
    effective: 'any-day',
    reversible: true,
    sides: oneSide('claimant'),
    amount: movedBy('withdraws'),
    complete: (data, state: DisputeState, { today }) => decided('withdraws', data, state, today),
    evolve: (state, data, event) => void enter(state, event, 'withdraws', onCase(state, data)),
    sentence: (data) =>
      `The claim of case ${data.case} was withdrawn from ${dayInWords(data.effective)}, since ${nameOfCode(WITHDRAWN_FOR, data.ground)}: ` +
      `${pounds(pence(data.sums.abandoned))} abandoned to ${dayInWords(data.decidedOn)}.`,
  }),
  completedFact({
    name: 'ClaimConceded',
    title: 'Concede a claim',
    group: 'disputes',
    about: 'The respondent accepts the claim from a day on; a second officer of the respondent signs.',
    input: Decision,
    adds: WithSums,
    signature: 'second-officer',
    roles: FINANCE,
    effective: 'any-day',
    reversible: true,
    sides: oneSide('respondent'),
    amount: movedBy('concedes'),
    complete: (data, state: DisputeState, { today }) => decided('concedes', data, state, today),
    evolve: (state, data, event) => void enter(state, event, 'concedes', onCase(state, data)),
    sentence: (data) =>
      `The claim of case ${data.case} was conceded from ${dayInWords(data.effective)}: ` +
      `${pounds(signedPence(data.sums.agreed))} is due to the claimant to ${dayInWords(data.decidedOn)}.`,
  }),
  completedFact({
    name: 'AccountingClassConfirmed',
    title: 'Confirm an accounting class',
    group: 'settlement',
    about:
      'An officer confirms, for their own partner’s books, the accounting class of a part of a case; another than the rule proposes needs a reason.',
    input: ClassSent,
    adds: {
      proposed: listed(ACCOUNTING_CLASSES).meta({ description: 'The class that the rule proposes.' }),
      amount: WorkedOutSum,
    },
    signature: 'none',
    roles: FINANCE,
    effective: 'any-day',
    reversible: true,
    underItsName: true,
    sides: (data) => ({ acts: [data.partner], signs: [] }),
    amount: (data) => pence(data.amount),
    complete(data, state: DisputeState) {
      const found = caseOf(state, data.case);
      if (found instanceof Refusal) return found;
      const lines = treatmentOf(state, data.case, data.effective)!.filter(
        (each) => each.partner === data.partner && each.part === data.part,
      );
      // A part can be owed to a partner by one body, and by it to another; the class says which is meant.
      const line = lines.find((each) => each.proposed === data.class) ?? lines[0];
      return line
        ? { ...data, proposed: line.proposed, amount: moneyText(line.amount) }
        : refuse(
            'reference_unknown',
            `On ${dayInWords(data.effective)} nothing of case ${data.case} is ${inSentence(CASE_PARTS, data.part)} in the books of ${data.partner}.`,
          );
    },
    check: (data) =>
      data.class !== data.proposed && data.reason === undefined
        ? refuse(
            'class_reason_needed',
            `The rule proposes the class ${inSentence(ACCOUNTING_CLASSES, data.proposed)}; ${inSentence(ACCOUNTING_CLASSES, data.class)} would be confirmed.`,
          )
        : undefined,
    evolve: (state, data, event) => void enter(state, event, 'classes', onCase(state, data)),
    sentence: (data) =>
      `${data.partner} classes what is ${inSentence(CASE_PARTS, data.part)} of case ${data.case}, ${pounds(pence(data.amount))}, ` +
      `as ${inSentence(ACCOUNTING_CLASSES, data.class)}` +
      (data.class === data.proposed ? '' : `, not ${inSentence(ACCOUNTING_CLASSES, data.proposed)}`) +
      (data.reason ? ` (${data.reason}).` : '.'),
  }),
];
