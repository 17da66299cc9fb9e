import { z } from 'zod';
import { clampedTo, dayInWords, LAST_DAY, type Day } from '../../calendar.js';
import { recast, fact, type Context, type Fact } from '../../grammar/fact.js';
import type { PartnerKind, RegisterState } from '../../register/state.js';
import { CHIEF, MANAGE, SIGNATORIES } from '../../roles.js';
import { whoCan } from '../../grammar/mandate.js';
import { inForce as holds } from '../../grammar/rule-versions.js';
import { rulesOn } from '../../register/reference-state.js';
import { heirsOf, successionsOn, successorsIn, type Succession } from '../../grammar/succession.js';
import { refuse, Refusal } from '../../rules.js';
import { agreementInForce, fundNameOf, itemOfAgreement } from '../agreement/agreement.js';
import {
  capacitiesOf,
  capacityOf,
  mustSignInWords,
  PLAN_STATES,
  signatoriesOf,
  transitionsOf,
  type Capacity,
  type PlanState,
  type Transition,
} from './plan-years.js';
import { booksOn } from '../books.js';
import { planRows } from './plan-rows.js';
import { inForce as factsInForce, ofKind, type KeptAs } from '../../grammar/remembered.js';
import { asOn } from '../membership.js';
import { opened, type FundState, type Opened } from '../state.js';
import {
  AgreementName,
  ConditionName,
  ConditionWords,
  DueDay,
  Effective,
  Letter,
  Partner,
  SignedIn,
  SignOffCapacity,
  SignOffStatement,
} from '../../grammar/fields.js';
import { actingBody, chosenFrom, newName, oneOf } from '../../grammar/asked.js';

/**
 * The life cycle of a fund’s plan: its legal moves, the sign-offs bound to its text, and conditions.
 * Source: docs/sources.md, Plan year.
 */

/** What moves, sign-offs and conditions rest on, for reversals. No item of a fund can be named so. */
const PLAN_OF_THE_YEAR = '(plan of the year)';

const PlanHash = chosenFrom(
  'plan of the fund',
  z
    .string()
    .regex(/^[0-9a-f]{64}$/, {
      error: 'must be the 64 lower-case hexadecimal digits that GET …/plan-year gives as planHash',
    })
    .meta({ title: 'Plan', description: 'The digest of the plan that is signed off.' }),
);

const Conditions = z
  .array(
    z
      .strictObject({ condition: newName(ConditionName, ['words']), words: ConditionWords, due: DueDay })
      .meta({ title: 'Condition' }),
  )
  .min(1)
  .max(60)
  .refine((all) => new Set(all.map(({ condition }) => condition)).size === all.length, {
    error: 'must name each condition once',
  })
  .meta({ title: 'Conditions', description: 'What must be done, and by when.' });

const moveInput = {
  effective: Effective,
  to: oneOf(PLAN_STATES).meta({ title: 'New state', description: 'The state that the plan comes to.' }),
  letter: Letter.optional().meta({ description: 'The letter that it rests on, where it rests on one.' }),
  conditions: Conditions.optional().meta({ description: 'What an approval with conditions asks for, and by when.' }),
};
const Move = z.strictObject({
  ...moveInput,
  from: oneOf(PLAN_STATES).meta({ description: 'Where the plan stood before.' }),
  planHash: PlanHash,
  agreement: AgreementName.optional().meta({
    description: 'The agreement that the step rests on, where it rests on one.',
  }),
  signedIn: SignedIn.optional().meta({
    description: 'The fund in which that agreement was signed, where it is another.',
  }),
});
const signOffInput = {
  effective: Effective,
  partner: actingBody(Partner),
  capacity: SignOffCapacity,
  planHash: PlanHash,
  statement: SignOffStatement,
};
const SignOff = z.strictObject(signOffInput);

type PlanMove = z.output<typeof Move>;
type PlanSignOff = z.output<typeof SignOff>;

// What stands

interface PlanCondition {
  readonly condition: string;
  readonly words: string;
  /** The last day to meet it, inclusive. */
  readonly due: Day;
  readonly met: { readonly on: Day; readonly revision: number } | undefined;
}

interface PlanYear {
  readonly state: PlanState;
  readonly moves: readonly (PlanMove & { readonly revision: number; readonly recordedAt: string })[];
  readonly signOffs: readonly (PlanSignOff & { readonly revision: number })[];
  readonly conditions: readonly PlanCondition[];
}

/** How the plan of a year stands on a day, inclusive, as known at a revision. */
export function planYearOn({ lifeCycle }: Pick<FundState, 'lifeCycle'>, on: Day, upTo?: number): PlanYear {
  const facts = factsInForce(lifeCycle, { on, upTo });
  const of = (keptAs: KeptAs) => ofKind(facts, keptAs);
  const moves = of('plan-move').map(({ revision, recordedAt, data }) => ({
    revision,
    recordedAt,
    ...(data as unknown as PlanMove),
  }));
  const met = new Map(
    of('condition-met').map(({ revision, data }) => [data['condition'], { on: data.effective, revision }]),
  );
  return {
    state: moves.at(-1)?.to ?? 'drafting',
    moves,
    signOffs: of('sign-off').map(({ revision, data }) => ({ revision, ...(data as unknown as PlanSignOff) })),
    conditions: moves.flatMap(({ conditions = [] }) =>
      conditions.map((each) => ({ ...each, met: met.get(each.condition) })),
    ),
  };
}

/** Which bodies act in the place of others for a fund’s plan: by the successions in force on a day, as known. */
type Standins = readonly Succession[];

/** The bodies in whose place a fund’s partners are on a day: themselves, while they have not ended. */
const nowOf = (bodies: readonly string[], { area }: Opened, inForce: Standins): string[] => [
  ...new Set(bodies.flatMap((body) => heirsOf(inForce, body, area))),
];

/** The partners of a fund, with the kind of body that each is. */
const bodiesOf = ({ partners }: Opened, register: RegisterState): { partner: string; kind: PartnerKind }[] =>
  partners.map((partner) => ({ partner, kind: register.partners.get(partner)!.kind }));

/** Who takes a step: the host; those of assurance NHS England alone where it is a partner, and otherwise the host. */
export function takersOf(
  { by }: Pick<Transition, 'by'>,
  fund: Opened,
  register: RegisterState,
  inForce: Standins,
): string[] {
  const assurers = bodiesOf(fund, register).filter(({ kind }) => kind === 'nhs-england');
  const takers = by === 'assurance' && assurers.length > 0 ? assurers.map(({ partner }) => partner) : [fund.host];
  return nowOf(takers, fund, inForce);
}

/** The bodies that sign off the plan of a fund in a capacity on a day: in the place of those that ended, their successors. */
export const signersOf = (capacity: Capacity, fund: Opened, register: RegisterState, inForce: Standins): string[] =>
  nowOf(signatoriesOf(capacity, fund.host, bodiesOf(fund, register)), fund, inForce);

/**
 * The sign-offs that a plan with a hash still lacks before it can be submitted. What a body signed off before it ended
 * stands; where it had not, those that have followed it do so in its place.
 */
export function missingSignOffs(
  { signOffs }: Pick<PlanYear, 'signOffs'>,
  planHash: string,
  fund: Opened,
  register: RegisterState,
  inForce: Standins,
): { capacity: string; partner: string }[] {
  const lacking = (capacity: string, body: string): string[] => {
    const given = signOffs.some(
      (each) => each.planHash === planHash && each.capacity === capacity && each.partner === body,
    );
    if (given) return [];
    const ended = inForce.find(({ predecessors }) => predecessors.includes(body));
    return ended ? successorsIn(ended, body, fund.area).flatMap((heir) => lacking(capacity, heir)) : [body];
  };
  return capacitiesOf(fund.year.label)
    .filter(({ needed }) => needed === 'to-submit')
    .flatMap((each) => {
      const missing = signersOf(each, fund, register, []).flatMap((body) => lacking(each.capacity, body));
      return [...new Set(missing)].map((partner) => ({ capacity: each.capacity, partner }));
    });
}

// Decide

/** The hash of the plan on a day, as now known; a day outside the year means the nearest day of it. */
const hashOn = (state: FundState, on: Day, { digest }: Context): string =>
  digest(planRows(booksOn(state.books, clampedTo(on, opened(state).year))));

/** The step that a move would be, if it is legal from the plan's present state. */
function stepTo(state: FundState, to: PlanState, effective: Day, { register }: Context): Transition | Refusal {
  const { moves, state: from } = planYearOn(state, LAST_DAY);
  const last = moves.at(-1);
  if (last && last.effective > effective) {
    return refuse(
      'later_change_stands',
      `Revision ${last.revision} moved the plan to “${PLAN_STATES[last.to]}” on ${dayInWords(last.effective)}.`,
    );
  }
  const legal = transitionsOf(
    rulesOn(register.reference, opened(state).year.label, effective, Infinity).planNeeded,
  ).filter((each) => each.from === from);
  const step = legal.find((each) => each.to === to);
  if (step) return step;
  const next = legal.map((each) => `“${PLAN_STATES[each.to]}”`).join(', ');
  return refuse(
    'move_not_legal',
    `The plan is “${PLAN_STATES[from]}”; from there it moves to ${next || 'nothing else'}, not to “${PLAN_STATES[to]}”.`,
  );
}

/** Who must sign the plan off for a body in a capacity, and which of its officers can, for a finance officer to read. */
function mustSign(
  { capacity, partner }: { readonly capacity: string; readonly partner: string },
  { year }: Opened,
  { register, today }: Context,
): string {
  const { role } = capacityOf(year.label, capacity)!;
  return `${mustSignInWords(year.label, capacity, partner)} ${whoCan(register, today, [partner], [role])}`;
}

/** Refuses a step without what it needs: its letter, the conditions that it sets, the sign-offs. */
function restsOnAll(step: Transition, move: PlanMove, state: FundState, context: Context): Refusal | undefined {
  const { register } = context;
  if (step.letter && move.letter === undefined) {
    return refuse('letter_needed', `“${PLAN_STATES[step.to]}” is said in a letter; name it.`);
  }
  const { conditions = [] } = move;
  const setsConditions = step.to === 'approved-with-conditions';
  if (setsConditions !== conditions.length > 0) {
    return refuse(
      'conditions_needed',
      setsConditions
        ? 'An approval with conditions says which, and by when each is due.'
        : `“${PLAN_STATES[step.to]}” sets no conditions.`,
    );
  }
  if (step.signedOff) {
    const fund = fundOn(state, move.effective);
    const missing = missingSignOffs(
      planYearOn(state, move.effective),
      move.planHash,
      fund,
      register,
      successionsOn(register.successions, move.effective, Infinity),
    );
    if (missing.length > 0) {
      return refuse(
        'sign_off_missing',
        `The plan as it stands is not signed off. ${missing.map((each) => mustSign(each, fund, context)).join(' ')}`,
      );
    }
  }
  return undefined;
}

/** The fund with its partners of a day, or of the nearest day of its year, as now known. */
const fundOn = (state: FundState, on: Day): Opened => asOn(opened(state), clampedTo(on, opened(state).year));

/** Who takes a step on a day, as now known. */
const takersOn = (step: Pick<Transition, 'by'>, state: FundState, on: Day, { register }: Context): string[] =>
  takersOf(step, fundOn(state, on), register, successionsOn(register.successions, on, Infinity));

export const LIFE_CYCLE_FACTS: readonly Fact<FundState>[] = [
  recast({
    name: 'PlanMoved',
    title: 'Move the plan on',
    group: 'plan',
    keptAs: 'plan-move',
    about:
      'The plan of the year moves to another state, by a legal step; the hash of the plan on that day is recorded with it.',
    input: z.strictObject(moveInput),
    stored: Move,
    signature: 'none',
    roles: MANAGE,
    effective: 'any-day',
    reversible: true,
    undoneWhole: true,
    level: 'states',
    restsOn: () => PLAN_OF_THE_YEAR,
    needs: (data) =>
      data.agreement === undefined || data.signedIn !== undefined ? undefined : itemOfAgreement(data.agreement),
    sides(data, state: FundState, context) {
      const step = stepTo(state, data.to, data.effective, context);
      return { acts: step instanceof Refusal ? [] : takersOn(step, state, data.effective, context), signs: [] };
    },
    complete(data, state: FundState, context) {
      const step = stepTo(state, data.to, data.effective, context);
      if (step instanceof Refusal) return step;
      const move = { ...data, from: step.from, planHash: hashOn(state, data.effective, context) };
      const refusal = restsOnAll(step, move, state, context);
      if (refusal) return refusal;
      if (!step.agreement) return move;
      const fund = opened(state);
      const agreement = agreementInForce(state, clampedTo(move.effective, fund.year), context);
      if (agreement instanceof Refusal) return agreement;
      return {
        ...move,
        agreement: agreement.agreement,
        ...(agreement.fund !== fundNameOf(fund) && { signedIn: agreement.fund }),
      };
    },
    sentence: (data) =>
      `The plan moved from “${PLAN_STATES[data.from]}” to “${PLAN_STATES[data.to]}”` +
      (data.letter ? ` (${data.letter})` : '') +
      (data.conditions
        ? `, on condition: ${data.conditions.map((each) => `${each.words} by ${dayInWords(each.due)}`).join('; ')}.`
        : '.'),
  }),
  fact({
    name: 'SignOffGiven',
    title: 'Sign the plan off',
    group: 'plan',
    keptAs: 'sign-off',
    freshSignIn: true,
    about:
      'A body signs off the plan in a capacity, by who holds that office, bound to the plan’s hash; the plan as it stands on that day must be the one that was read.',
    input: SignOff,
    signature: 'none',
    roles: SIGNATORIES,
    effective: 'any-day',
    reversible: true,
    undoneWhole: true,
    level: 'moves',
    restsOn: () => PLAN_OF_THE_YEAR,
    sides(data, state: FundState, context) {
      const sides = { acts: [data.partner], signs: [] };
      if (!holds('signs_in_person', context))
        return { ...sides, only: { roles: CHIEF, who: 'the chief finance officer' } };
      const asked = capacityOf(opened(state).year.label, data.capacity);
      return asked ? { ...sides, only: { roles: [asked.role], who: asked.who } } : sides;
    },
    check(data, state: FundState, context) {
      const fund = fundOn(state, data.effective);
      const asked = capacitiesOf(fund.year.label);
      const capacity = capacityOf(fund.year.label, data.capacity);
      if (!capacity) {
        return refuse(
          'capacity_not_asked',
          `${fund.year.label} asks for no sign-off as "${data.capacity}"; it asks for ${asked.map((each) => each.capacity).join(', ')}.`,
        );
      }
      const { register } = context;
      const signers = signersOf(
        capacity,
        fund,
        register,
        successionsOn(register.successions, data.effective, Infinity),
      );
      if (!signers.includes(data.partner)) {
        return refuse('capacity_not_asked', `As ${data.capacity} signs ${signers.join(', ')}, not ${data.partner}.`);
      }
      const present = hashOn(state, data.effective, context);
      if (present !== data.planHash) {
        return refuse('plan_changed', `On ${dayInWords(data.effective)} the hash of the plan is ${present}.`);
      }
      return planYearOn(state, LAST_DAY).signOffs.some(
        ({ planHash, capacity: as, partner }) =>
          planHash === data.planHash && as === data.capacity && partner === data.partner,
      )
        ? refuse('nothing_to_change', `${data.partner} has signed off this plan as ${data.capacity} already.`)
        : undefined;
    },
    sentence: (data) =>
      `${data.partner} signed off the plan ${data.planHash.slice(0, 12)} as ${data.capacity}: ${data.statement}`,
  }),
  recast({
    name: 'ConditionMet',
    title: 'Record that a condition is met',
    group: 'plan',
    keptAs: 'condition-met',
    about: 'A condition of the plan’s approval has been met.',
    input: z.strictObject({ effective: Effective, condition: ConditionName, letter: Letter.optional() }),
    stored: z.strictObject({
      effective: Effective,
      condition: ConditionName,
      letter: Letter.optional(),
      due: DueDay,
    }),
    signature: 'none',
    roles: MANAGE,
    effective: 'any-day',
    reversible: true,
    undoneWhole: true,
    level: 'states',
    restsOn: () => PLAN_OF_THE_YEAR,
    sides: (data, state: FundState, context) => ({
      acts: takersOn({ by: 'assurance' }, state, data.effective, context),
      signs: [],
    }),
    complete(data, state: FundState) {
      const set = planYearOn(state, data.effective).conditions.find(({ condition }) => condition === data.condition);
      return set
        ? { ...data, due: set.due }
        : refuse(
            'reference_unknown',
            `On ${dayInWords(data.effective)} the plan has no condition "${data.condition}".`,
          );
    },
    check: (data, state: FundState) =>
      planYearOn(state, LAST_DAY).conditions.some(({ condition, met }) => condition === data.condition && met)
        ? refuse('nothing_to_change', `The condition "${data.condition}" has been met already.`)
        : undefined,
    sentence: (data) =>
      `The condition "${data.condition}" was met on ${dayInWords(data.effective)}` +
      `${data.effective > data.due ? `, after it was due on ${dayInWords(data.due)}` : ''}${data.letter ? ` (${data.letter})` : ''}.`,
  }),
];
