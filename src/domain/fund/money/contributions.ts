import { z } from 'zod';
import { put } from '../../grammar/change.js';
import { clampedTo, dayInWords, LAST_DAY, type Day } from '../../calendar.js';
import { completedFact, recast, fact, type Context, type Fact } from '../../grammar/fact.js';
import { largest, minus, moneyText, negated, pence, plus, pounds, signedPence, type Pence } from '../../money.js';
import { posted, seriesOn, type Posting } from '../../postings.js';
import { refuse, Refusal } from '../../rules.js';
import { hasSide, sectorOf } from '../../register/state.js';
import { FINANCE, MANAGE } from '../../roles.js';
import { followedNote, leftOut } from '../../grammar/next-year.js';
import { family } from '../../grammar/succession.js';
import { sourceOf } from '../../sources.js';
import { Instalments } from '../../grammar/schedule.js';
import { uplifted } from '../../reference/uplift.js';
import { agreementOn, noticeAsked } from '../agreement/agreement.js';
import { publishedFor } from '../plan/minima.js';
import { MINIMUM } from '../plan/minimum-tests.js';
import { addsUp, dueFrom, inOrder, nameIsFree, partnerIsIn, sourceFits } from '../checks.js';
import { everNamed, holding, itemOf, opened, seriesOf, standsAt, type Contribution, type FundState } from '../state.js';
import { aYearLater, replanned, type DueChange } from '../instalments.js';
import { changedNotes, endsWithItsYear, onlyFollower } from '../next-year.js';
import { partnersOn } from '../membership.js';
import {
  AmountOf,
  AGAIN,
  BankReference,
  Clause,
  ContributionName,
  DueChanges,
  Effective,
  Note,
  NoticeGiven,
  NowStandsAt,
  Payer,
  ProposalRef,
  Reason,
  Recurrent,
  Schedule,
  ContributionSource,
  Source,
  Was,
} from '../../grammar/fields.js';
import { actingBody, addingUpTo, exactlyOne, newName } from '../../grammar/asked.js';

/** Contributions: what a partner undertakes to pay into the pool, changes, pays, or withdraws. */

const dueText = (changes: readonly DueChange[]) =>
  changes.map(({ due, change }) => ({ due, change: moneyText(change) }));

interface Paid {
  readonly payer: string;
  readonly source: string;
  readonly recurrent: boolean;
}

const account = (measure: 'proposed' | 'agreed' | 'withdrawn' | 'due' | 'received', of: Paid) =>
  holding(measure, { holder: of.payer, source: of.source, recurrent: of.recurrent });

const agreedPostings = (of: Paid, item: string, on: Day, change: Pence): Posting[] =>
  posted({ item, on, pence: change, ...account('agreed', of) });

const duePostings = (of: Paid, item: string, changes: readonly { readonly due: Day; readonly change: string }[]) =>
  changes.flatMap(({ due, change }) => posted({ item, on: due, pence: signedPence(change), ...account('due', of) }));

/**
 * Who receives a contribution, and so signs for it: the host or, if the host itself pays, the fund's partners of the
 * other sector. For a payer that the sources do not name the host signs. Source: docs/sources.md, Acts and corrections.
 */
export function receivers(payer: string, state: FundState, { register, today }: Context): string[] {
  const { host, area } = opened(state);
  const partners = partnersOn(opened(state), clampedTo(today, opened(state).year));
  if (!family(register.successions, host, LAST_DAY, area).includes(payer)) return [host];
  const sector = (partner: string) => sectorOf(register.partners.get(partner)!.kind);
  return partners.filter((partner) => sector(partner) !== sector(host) && hasSide(sector(partner)));
}

/** NHS bodies pay the NHS's sources, councils their own; a body that is not named may be either. */
export function payerFits({ payer, source }: Omit<Paid, 'recurrent'>, { register }: Context): Refusal | undefined {
  const sector = sectorOf(register.partners.get(payer)!.kind);
  const { payer: pays } = sourceOf(source)!;
  return pays === 'any' || sector === 'unknown' || pays === sector
    ? undefined
    : refuse(
        'source_wrong_sector',
        `${source} is paid by ${pays === 'nhs' ? 'NHS bodies' : 'councils'}; ${payer} is not one.`,
      );
}

function payerOf(state: FundState, contribution: string): string[] {
  const item = everNamed(state, 'contribution', contribution);
  return item instanceof Refusal ? [] : [item.payer];
}

const paidBy = ({ payer, source, recurrent }: Paid): Paid => ({ payer, source, recurrent });

/**
 * Whether what a payer must pool of the minimum is published for the fund's area and year, in force on a day: then it is
 * the allocation that a contribution may not fall below, and the minimum tests that hold it.
 * Source: docs/sources.md, Acts and corrections.
 */
const allocationStands = (
  state: FundState,
  { payer, source, effective }: Pick<Paid, 'payer' | 'source'> & { readonly effective: Day },
  { register }: Context,
): boolean =>
  source === MINIMUM &&
  publishedFor(
    opened(state),
    register.reference,
    Infinity,
  )(effective).allocations.some(({ data }) => data.source === MINIMUM && data.payer === payer);

/** Who would withdraw, and from which day on. */
type Withdrawing = Pick<z.output<z.ZodObject<typeof withdrawalInput>>, 'payer' | 'effective' | 'amount'>;

/** If an ended body pays, and its successor would withdraw in its own name, the refusal says so. */
function paidUnderAnotherName(
  what: string,
  payer: string,
  by: Withdrawing,
  { register, area }: Context,
): Refusal | undefined {
  return family(register.successions, payer, by.effective, area).includes(by.payer)
    ? refuse(
        'reference_unknown',
        `${what} stands under the name of ${payer}, which ${by.payer} follows: write "payer": "${payer}".`,
      )
    : undefined;
}

/** The agreed contribution that a payer would withdraw from: its own. */
function agreedBy(state: FundState, contribution: string, by: Withdrawing, context: Context): Paid | Refusal {
  const item = itemOf(state, 'contribution', contribution);
  if (item instanceof Refusal || item.payer === by.payer) return item;
  return (
    paidUnderAnotherName(`"${contribution}"`, item.payer, by, context) ??
    refuse('wrong_partner', `"${contribution}" is paid by ${item.payer}, not by ${by.payer}.`)
  );
}

/** The offer that a payer would withdraw while it is still on the table: its own, and whole. */
function offeredBy(id: string, by: Withdrawing, context: Context): Paid | Refusal {
  const { payer } = by;
  const amount = pence(by.amount);
  const proposal = context.proposals.get(id);
  if (proposal?.further || id === context.answering) {
    return refuse(
      'withdrawn_whole',
      `Proposal ${id} is a deal of several facts, or becomes one: it is taken back whole.`,
    );
  }
  if (proposal?.fact.type !== 'ContributionAgreed') {
    return refuse('proposal_unknown', `No proposal ${id} of a contribution is on the table in this fund.`);
  }
  const offer = proposal.fact.data as unknown as Paid & { readonly amount: string };
  if (proposal.by !== payer || offer.payer !== payer) {
    return (
      (proposal.by === offer.payer ? paidUnderAnotherName(`Proposal ${id}`, offer.payer, by, context) : undefined) ??
      refuse(
        'wrong_partner',
        `Proposal ${id} was made by ${proposal.by} for ${offer.payer} to pay, not offered by ${payer}.`,
      )
    );
  }
  return amount === pence(offer.amount)
    ? offer
    : refuse('withdrawn_whole', `${pounds(pence(offer.amount))} was offered; ${pounds(amount)} would be withdrawn.`);
}

const WithdrawnFrom = exactlyOne(
  z
    .strictObject({
      contribution: ContributionName.optional(),
      proposal: ProposalRef.optional().meta({ title: 'Offer', description: 'The offer that is on the table.' }),
    })
    .refine((of) => (of.contribution === undefined) !== (of.proposal === undefined), {
      error: 'must name either a contribution that is agreed or a proposal that is on the table',
    })
    .meta({ title: 'What is withdrawn', description: 'An agreed contribution, or an offer that is on the table.' }),
);

const withdrawalInput = {
  effective: Effective,
  payer: actingBody(Payer),
  of: WithdrawnFrom,
  amount: AmountOf,
  noticeGiven: NoticeGiven,
  reason: Reason,
  instalments: Instalments.optional(),
};

const withdrawnFrom = (data: z.output<z.ZodObject<typeof withdrawalInput>>, state: FundState, context: Context) =>
  data.of.contribution
    ? agreedBy(state, data.of.contribution, data, context)
    : offeredBy(data.of.proposal!, data, context);

/** The notice that the agreement in force asks for, as far as it is known when the withdrawal is recorded. */
function noticeOf(data: { readonly effective: Day; readonly noticeGiven: Day }, state: FundState, context: Context) {
  const asked = noticeAsked(agreementOn(state, data.effective, context), data);
  return asked ? { noticeMonths: asked.months, ...(asked.within && { withinNotice: true as const }) } : {};
}

const withdrawnItem = (of: z.output<typeof WithdrawnFrom>): string => of.contribution ?? of.proposal!;

export const CONTRIBUTION_FACTS: readonly Fact<FundState>[] = [
  fact({
    name: 'ContributionAgreed',
    title: 'Agree a contribution',
    group: 'contributions',
    keptAs: 'contribution',
    about: 'A partner undertakes to pay a sum into the pool by instalments; payer and receiver both sign.',
    input: z.strictObject({
      effective: Effective,
      contribution: newName(ContributionName, ['payer', 'source']),
      payer: actingBody(Payer),
      source: ContributionSource,
      amount: AmountOf,
      recurrent: Recurrent,
      instalments: addingUpTo({ field: 'amount' }, Instalments),
      schedule: Schedule.optional().meta({ description: 'The section 75 schedule under which it is paid.' }),
      note: Note.optional(),
    }),
    pages: [
      ['contribution', 'payer', 'source'],
      ['amount', 'recurrent', 'effective'],
      ['instalments'],
      ['schedule', 'note'],
    ],
    signature: 'other-side',
    roles: FINANCE,
    effective: 'in-year',
    reversible: true,
    limits: ['agreed', 'dueWithinAgreed'],
    holdsMinima: true,
    sides: (data, state: FundState, context) => ({
      acts: [data.payer],
      signs: receivers(data.payer, state, context),
    }),
    subject: (data) => `${data.contribution} from ${data.payer}`,
    amount: (data) => pence(data.amount),
    check: (data, state: FundState, context) =>
      partnerIsIn(state, data.payer, data.effective, context) ??
      nameIsFree(state, data.contribution) ??
      sourceFits(state, data.source, 'contribution') ??
      payerFits(data, context) ??
      addsUp('instalments', data.instalments, data.amount) ??
      dueFrom('instalment', data.instalments, data.effective),
    postings: (data) => [
      ...agreedPostings(data, data.contribution, data.effective, pence(data.amount)),
      ...data.instalments.flatMap((each) =>
        posted({ item: data.contribution, on: each.due, pence: pence(each.amount), ...account('due', data) }),
      ),
    ],
    proposes: (data, proposal) =>
      posted({ item: proposal, on: data.effective, pence: pence(data.amount), ...account('proposed', data) }),
    evolve: (state, data) =>
      put(state.items, data.contribution, {
        kind: 'contribution',
        ...paidBy(data),
        began: data.effective,
      }),
    names: (data) => data.contribution,
    nextYear({ contribution, payer: paid, schedule, ...data }, state: FundState, next) {
      const { ends, year } = next;
      const agreed = seriesOf(state, 'agreed', contribution);
      const stood = seriesOn(agreed, ends);
      const over = endsWithItsYear({ ...data, stood }, next);
      if (over) return over;
      if (sourceOf(data.source)!.duty === 'compulsory')
        return leftOut(
          `${data.source} is compulsory: its sum is set by the rules and allocations of ${year.label}. Agree it in that year’s fund once they are published.`,
        );
      const payer = onlyFollower(paid, next);
      if (typeof payer !== 'string') return payer;
      const percent = next.uplift(contribution);
      const stands = percent === undefined ? stood : uplifted(stood, percent);
      if (stands <= 0) return leftOut(`With ${percent}% it would come to nothing.`);
      return {
        data: {
          effective: year.first,
          contribution: next.named(contribution),
          payer,
          source: data.source,
          amount: moneyText(stands),
          recurrent: true,
          instalments: aYearLater(seriesOf(state, 'due', contribution), stands),
          ...(schedule !== undefined && { schedule }),
        },
        stood,
        stands,
        notes: [...followedNote(paid, payer), ...changedNotes(agreed, data.effective, next)],
      };
    },
    sentence: (data) =>
      `${data.payer} contributes ${pounds(pence(data.amount))} of ${data.source}, ` +
      `${data.recurrent ? 'recurrent' : 'one-off'}, as "${data.contribution}"${data.note ? ` (${data.note})` : ''}.`,
  }),
  recast({
    name: 'ContributionVaried',
    title: 'Vary a contribution',
    group: 'contributions',
    about:
      'Changes an agreed contribution from a day on; both sides sign. A compulsory source cannot fall, but for the minimum NHS contribution, where an allocation is published, as far as that.',
    input: z.strictObject({
      effective: Effective,
      contribution: ContributionName,
      now: NowStandsAt,
      instalments: Instalments.optional().meta({
        description: 'What falls due from the effective date on; left out, the standing instalments are scaled.',
      }),
      clause: Clause.optional(),
      reason: Reason,
    }),
    stored: z.strictObject({
      effective: Effective,
      contribution: ContributionName,
      now: NowStandsAt,
      instalments: Instalments.optional(),
      clause: Clause.optional(),
      reason: Reason,
      was: Was,
      payer: Payer,
      source: Source,
      recurrent: Recurrent,
      dueChanges: DueChanges,
    }),
    signature: 'other-side',
    roles: FINANCE,
    effective: 'in-year',
    reversible: true,
    limits: ['agreed', 'dueWithinAgreed'],
    holdsMinima: true,
    level: 'states',
    restsOn: (data) => data.contribution,
    sides(data, state: FundState, context) {
      const acts = payerOf(state, data.contribution);
      return { acts, signs: acts.flatMap((payer) => receivers(payer, state, context)) };
    },
    subject: (data) => data.contribution,
    amount: (data) => largest(pence(data.now), pence(data.was)),
    complete(data, state: FundState) {
      const item = itemOf(state, 'contribution', data.contribution);
      if (item instanceof Refusal) return item;
      const late = inOrder(state, data.contribution, item.began, data.effective);
      if (late) return late;
      const was = standsAt(state, 'agreed', data.contribution, data.effective);
      const dueChanges = replanned(
        seriesOf(state, 'due', data.contribution),
        data.effective,
        minus(pence(data.now), was),
        data.instalments,
      );
      if (dueChanges instanceof Refusal) return dueChanges;
      return { ...data, was: moneyText(was), ...paidBy(item), dueChanges: dueText(dueChanges) };
    },
    check(data, state: FundState, context) {
      if (data.now === data.was) {
        return refuse(
          'nothing_to_change',
          `"${data.contribution}" stands at ${pounds(pence(data.was))} on ${dayInWords(data.effective)} already.`,
        );
      }
      const falls = sourceOf(data.source)!.duty === 'compulsory' && pence(data.now) < pence(data.was);
      return falls && !allocationStands(state, data, context)
        ? refuse(
            'compulsory_source',
            `${data.source} is compulsory; "${data.contribution}" cannot fall from ${pounds(pence(data.was))} to ${pounds(pence(data.now))}.`,
          )
        : undefined;
    },
    postings: (data) => [
      ...agreedPostings(data, data.contribution, data.effective, minus(pence(data.now), pence(data.was))),
      ...duePostings(data, data.contribution, data.dueChanges),
    ],
    proposes: (data, proposal) =>
      // Only a proposed rise posts to `proposed`: a proposed fall has no effect until it is signed.
      posted({
        item: proposal,
        on: data.effective,
        pence: pence(data.now) > pence(data.was) ? minus(pence(data.now), pence(data.was)) : pence('0.00'),
        ...account('proposed', data),
      }),
    sentence: (data) =>
      `${data.payer}’s contribution "${data.contribution}" varies from ${pounds(pence(data.was))} to ${pounds(pence(data.now))}: ${data.reason}`,
  }),
  recast({
    name: 'ContributionReceived',
    title: 'Record money received',
    group: 'contributions',
    about: 'The host has received money for a contribution. More than is agreed needs a reason.',
    input: z.strictObject({
      effective: Effective,
      contribution: ContributionName,
      amount: AmountOf,
      bankReference: BankReference,
      ...AGAIN,
    }),
    stored: z.strictObject({
      effective: Effective,
      contribution: ContributionName,
      amount: AmountOf,
      bankReference: BankReference,
      ...AGAIN,
      payer: Payer,
      source: Source,
      recurrent: Recurrent,
    }),
    signature: 'none',
    happened: ({ effective }) => effective,
    sameAs: ({ contribution, effective, amount, bankReference }) => [contribution, effective, amount, bankReference],
    roles: MANAGE,
    effective: 'any-day',
    reversible: true,
    restsOn: (data) => data.contribution,
    sides: (_data, state: FundState) => ({ acts: [opened(state).host], signs: [] }),
    amount: (data) => pence(data.amount),
    complete(data, state: FundState) {
      const item = itemOf(state, 'contribution', data.contribution);
      return item instanceof Refusal ? item : { ...data, ...paidBy(item) };
    },
    check(data, state: FundState) {
      const received = standsAt(state, 'received', data.contribution, LAST_DAY);
      const agreed = standsAt(state, 'agreed', data.contribution, LAST_DAY);
      const after = plus(received, pence(data.amount));
      return after > agreed && data.reason === undefined
        ? refuse(
            'reason_needed',
            `${pounds(after)} would have been received for "${data.contribution}", of which ${pounds(agreed)} is agreed.`,
          )
        : undefined;
    },
    postings: (data) =>
      posted({ item: data.contribution, on: data.effective, pence: pence(data.amount), ...account('received', data) }),
    sentence: (data) =>
      `The pool received ${pounds(pence(data.amount))} from ${data.payer} for "${data.contribution}" (${data.bankReference}).`,
  }),
  completedFact({
    name: 'DiscretionaryPaymentWithdrawn',
    title: 'Withdraw a discretionary payment',
    group: 'contributions',
    keptAs: 'withdrawal',
    about:
      'A payer takes back all or part of a discretionary payment that is agreed, or the whole of an offer that is on the table; a second officer of the payer signs. Never from a compulsory source (ADASS, Better Care Fund update, 1 March 2016).',
    input: z.strictObject(withdrawalInput),
    adds: {
      source: Source,
      recurrent: Recurrent,
      dueChanges: DueChanges,
      noticeMonths: z
        .int()
        .optional()
        .meta({ description: 'The months of notice that the agreement in force asks for.' }),
      withinNotice: z
        .literal(true)
        .optional()
        .meta({ description: 'Where it takes effect sooner than the notice that the agreement asks for.' }),
    },
    pages: [['of'], ['payer', 'amount'], ['effective', 'noticeGiven'], ['instalments'], ['reason']],
    signature: 'second-officer',
    roles: FINANCE,
    signerRoles: ['chief-finance-officer'],
    effective: 'in-year',
    reversible: true,
    underItsName: true,
    limits: ['agreed', 'proposed', 'dueWithinAgreed', 'agreedCoversReceived'],
    sides: (data) => ({ acts: [data.payer], signs: [data.payer] }),
    amount: (data) => pence(data.amount),
    complete(data, state: FundState, context) {
      const of = withdrawnFrom(data, state, context);
      if (of instanceof Refusal) return of;
      const { source, recurrent } = of;
      if (sourceOf(source)!.duty !== 'discretionary') {
        return refuse(
          'compulsory_source',
          `${source} is not discretionary; ${data.payer} cannot withdraw ${pounds(pence(data.amount))} of it.`,
        );
      }
      if (data.of.proposal) return { ...data, source, recurrent, dueChanges: [] };
      if (data.noticeGiven > data.effective) {
        return refuse(
          'days_out_of_order',
          `Notice of what is agreed is given before it is withdrawn: on ${dayInWords(data.effective)}, not on ${dayInWords(data.noticeGiven)}.`,
        );
      }
      const item = data.of.contribution!;
      const late = inOrder(state, item, (of as Contribution).began, data.effective);
      if (late) return late;
      const change = negated(pence(data.amount));
      const dueChanges = replanned(seriesOf(state, 'due', item), data.effective, change, data.instalments);
      return dueChanges instanceof Refusal
        ? dueChanges
        : { ...data, source, recurrent, dueChanges: dueText(dueChanges), ...noticeOf(data, state, context) };
    },
    level: 'moves',
    restsOn: (data) => data.of.contribution,
    endsProposal: (data) => data.of.proposal,
    postings(data) {
      const item = withdrawnItem(data.of);
      const from = data.of.contribution ? 'agreed' : 'proposed';
      const amount = pence(data.amount);
      return [
        ...posted({ item, on: data.effective, pence: negated(amount), ...account(from, data) }),
        ...posted({ item, on: data.effective, pence: amount, ...account('withdrawn', data) }),
        ...duePostings(data, item, data.dueChanges),
      ];
    },
    sentence: (data) =>
      `${data.payer} withdrew ${pounds(pence(data.amount))} of ${data.source} ` +
      `(${data.of.contribution ? `agreed as "${data.of.contribution}"` : 'offered, not yet agreed'}), ` +
      `notice given ${dayInWords(data.noticeGiven)}` +
      `${data.withinNotice ? `, within the ${data.noticeMonths} months’ notice of the agreement` : ''}: ${data.reason}`,
  }),
];
