import { z } from 'zod';
import { clampedTo } from '../../../domain/calendar.js';
import { asOn } from '../../../domain/fund/membership.js';
import { missingSignOffs, planYearOn, signersOf, takersOf } from '../../../domain/fund/plan/life-cycle.js';
import { planRows } from '../../../domain/fund/plan/plan-rows.js';
import { capacitiesOf, mustSignInWords, PLAN_STATES, transitionsOf } from '../../../domain/fund/plan/plan-years.js';
import { rulesOn } from '../../../domain/register/reference-state.js';
import { Refusal } from '../../../domain/rules.js';
import { canonical, fundStream, REGISTER_STREAM, sha256 } from '../../catalogue.js';
import { viewOf } from '../../memory/read-model.js';
import { AtTwoDates, nameOf, OfFund, PartnerName, query, Stamp, fundAtDates, type FundAtDates } from '../question.js';

/** The plan of a year: its state and history, who has signed it off, and which steps may and must come next. */

/** The digest of the plan on the day, or on the nearest day of the year. A sign-off is for this digest. */
export const planHashAt = ({
  model,
  on,
  year,
  size,
  instant,
}: Pick<FundAtDates, 'model' | 'on' | 'year' | 'size' | 'instant'>): string =>
  sha256(canonical(planRows(viewOf(model, clampedTo(on, year), size, instant))));

export const planYear = query({
  name: 'plan-year',
  path: '/funds/{fund}/plan-year',
  about:
    'The plan of the year: its state and history, hash, sign-offs, conditions, due dates, and the steps that the rules allow next.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    planNeeded: z.boolean(),
    state: z.string(),
    title: z.string(),
    planHash: z.string().meta({
      description:
        'SHA-256 of the plan’s lines and agreed contributions on the day. A sign-off is for the plan with this hash.',
    }),
    moves: z.array(
      z.object({
        revision: z.string(),
        recordedAt: z.string(),
        effective: z.string(),
        from: z.string(),
        to: z.string(),
        letter: z.string().nullable(),
        planHash: z.string(),
      }),
    ),
    signOffs: z.array(
      z.object({
        revision: z.string(),
        effective: z.string(),
        ...PartnerName,
        capacity: z.string(),
        planHash: z.string(),
        of: z.enum(['this plan', 'an earlier plan']),
        statement: z.string(),
      }),
    ),
    capacities: z.array(
      z.object({
        capacity: z.string(),
        title: z.string(),
        whoSigns: z.string().meta({ description: 'Who signs, in words. Nobody else may.' }),
        signsAs: z.string().meta({ description: 'The role in which a body mandates them.' }),
        partners: z.array(z.string()),
        needed: z.enum(['to-submit', 'later']),
        evidence: z.string(),
        proven: z.boolean(),
      }),
    ),
    missing: z
      .array(
        z.object({
          capacity: z.string(),
          partner: z.string(),
          must: z.string().meta({ description: 'Who must sign for the body, in words.' }),
        }),
      )
      .meta({
        description: 'The sign-offs that this plan lacks before it can be submitted.',
      }),
    conditions: z.array(
      z.object({
        condition: z.string(),
        words: z.string(),
        due: z.string(),
        met: z.string().nullable(),
        overdue: z.boolean(),
      }),
    ),
    next: z.array(z.object({ to: z.string(), title: z.string(), by: z.array(z.string()), letter: z.boolean() })),
    dueDates: z.array(
      z.object({ what: z.string(), day: z.string(), passed: z.boolean(), evidence: z.string(), proven: z.boolean() }),
    ),
  }),
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const stream = fundStream(at.fund);
    const { own } = await ledger.stateOf('fund', stream);
    const register = ledger.model.register();
    const fund = asOn(own.opened!, clampedTo(at.on, at.year), at.upTo);
    const { successions } = at.inheritance;
    const { label } = at.year;
    const plan = planYearOn(own, at.on, ledger.model.knownRevision(stream, at.size));
    const planHash = planHashAt(at);
    const upTo = ledger.model.knownRevision(REGISTER_STREAM, at.size);
    const { planNeeded, dueDates } = rulesOn(register.reference, label, at.on, upTo);
    return {
      fund: at.fund,
      ...at.stamp,
      planNeeded,
      state: plan.state,
      title: PLAN_STATES[plan.state],
      planHash,
      moves: plan.moves.map(({ revision, recordedAt, effective, from, to, letter, planHash: hash }) => ({
        revision: String(revision),
        recordedAt,
        effective,
        from,
        to,
        letter: letter ?? null,
        planHash: hash,
      })),
      signOffs: plan.signOffs.map(({ revision, partner, ...given }) => ({
        revision: String(revision),
        partner,
        name: nameOf(ledger, partner),
        ...given,
        of: given.planHash === planHash ? ('this plan' as const) : ('an earlier plan' as const),
      })),
      capacities: capacitiesOf(label).map((each) => ({
        capacity: each.capacity,
        title: each.title,
        whoSigns: each.who,
        signsAs: each.role,
        partners: signersOf(each, fund, register, successions),
        needed: each.needed,
        evidence: each.evidence,
        proven: each.proven,
      })),
      missing: planNeeded
        ? missingSignOffs(plan, planHash, fund, register, successions).map((each) => ({
            ...each,
            must: mustSignInWords(label, each.capacity, nameOf(ledger, each.partner)),
          }))
        : [],
      conditions: plan.conditions.map(({ condition, words, due, met }) => ({
        condition,
        words,
        due,
        met: met?.on ?? null,
        overdue: !met && at.on > due,
      })),
      next: transitionsOf(planNeeded)
        .filter(({ from }) => from === plan.state)
        .map((step) => ({
          to: step.to,
          title: PLAN_STATES[step.to],
          by: takersOf(step, fund, register, successions),
          letter: step.letter ?? false,
        })),
      dueDates: dueDates.map(({ what, day, evidence, proven }) => ({
        what,
        day,
        passed: at.on > day,
        evidence,
        proven,
      })),
    };
  },
  table: (answer) => ({
    columns: ['what', 'of', 'when', 'state'],
    rows: [
      ['state', answer.title, answer.on, ''],
      ['plan', answer.planHash, answer.on, ''],
      ...answer.moves.map((each) => ['moved', `${each.from} to ${each.to}`, each.effective, each.letter ?? '']),
      ...answer.signOffs.map((each) => ['signed off', `${each.name}, ${each.capacity}`, each.effective, each.of]),
      ...answer.missing.map((each) => ['sign-off missing', `${each.partner}, ${each.capacity}`, '', each.must]),
      ...answer.conditions.map((each) => [
        'condition',
        each.words,
        each.due,
        each.met === null ? (each.overdue ? 'overdue' : 'open') : `met ${each.met}`,
      ]),
      ...answer.next.map((each) => ['next', each.title, '', each.by.join(' or ')]),
      ...answer.dueDates.map((each) => ['due', each.what, each.day, each.passed ? 'day gone' : '']),
    ],
  }),
});
