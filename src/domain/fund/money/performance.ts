import { z } from 'zod';
import { append, put } from '../../grammar/change.js';
import { completedFact, fact, type Fact } from '../../grammar/fact.js';
import { leftOut } from '../../grammar/next-year.js';
import { isLess, minus, moneyText, NO_MONEY, pence, plus, portion, pounds, type Pence } from '../../money.js';
import { mostFrom, posted } from '../../postings.js';
import { isKnown, lastInForce } from '../../grammar/remembered.js';
import { refuse, Refusal } from '../../rules.js';
import { FINANCE, MANAGE } from '../../roles.js';
import type { Day } from '../../calendar.js';
import { EffectiveDay, Sum } from '../../values.js';
import { payerFits, receivers } from './contributions.js';
import { holding, itemOf, opened, seriesOf, type FundState } from '../state.js';
import { nameIsFree, partnerIsIn, sourceFits } from '../checks.js';
import {
  AmountOf,
  BankReference,
  Effective,
  Holder,
  MeasuredBasis,
  Payer,
  PotName,
  Recurrent,
  Source,
  Unit,
} from '../../grammar/fields.js';
import { actingBody, newName } from '../../grammar/asked.js';

/**
 * Pay for performance of 2015-16: a pot held back by an NHS body, released into the pool as emergency admissions fall;
 * what is not released stays with the body, for services that the NHS commissions.
 * Source: docs/sources.md, Money; Pay for performance.
 */

const Planned = z
  .string()
  .regex(/^(?!0(\.0+)?$)(0|[1-9]\d{0,8})(\.\d{1,6})?$/, {
    error: 'must be a number above zero, as text, such as "4.2"',
  })
  .meta({ title: 'Planned' });
const Achieved = z
  .string()
  .regex(/^-?(0|[1-9]\d{0,8})(\.\d{1,6})?$/, {
    error: 'must be a number, as text, such as "2.1"; below zero where admissions rose',
  })
  .meta({ title: 'Achieved', description: 'What was achieved, in the unit of the pot.' });

const releaseInput = { effective: Effective, pot: PotName, bankReference: BankReference };

/**
 * What is released of a pot, in all, in pence: pot × min(1, achieved ÷ planned), half to even; nothing where nothing
 * was achieved. Achieved and planned are decimal text in the unit of the pot. Source: docs/sources.md, Pay for
 * performance.
 */
export function released(pot: Pence, achieved: string, planned: string): Pence {
  if (!isLess(achieved, planned)) return pot;
  return isLess(achieved, '0') ? NO_MONEY : portion(pot, achieved, planned);
}

/** The latest that was measured of a pot by a day, inclusive, as now known. */
function achievedBy({ spending }: FundState, pot: string, on: Day): string | undefined {
  // A measurement that was reversed from any day was wrong, so it counts on no day.
  const own = spending.measured.filter((each) => each.data.pot === pot && isKnown(each, Infinity));
  return lastInForce(own, { on }, 'by-day')?.data.achieved;
}

export const PERFORMANCE_FACTS: readonly Fact<FundState>[] = [
  fact({
    name: 'PerformancePotSet',
    title: 'Hold a performance pot back',
    group: 'performance',
    keptAs: 'pot',
    about: 'An NHS body holds a pot back, to be released as a reduction is achieved; payer and host both sign.',
    input: z.strictObject({
      effective: Effective,
      pot: newName(PotName, ['payer']),
      payer: actingBody(Payer),
      amount: AmountOf,
      planned: Planned.meta({ description: 'The reduction planned, in the unit given.' }),
      unit: Unit.meta({ description: 'What is counted, such as "per cent fewer emergency admissions".' }),
    }),
    signature: 'other-side',
    roles: FINANCE,
    effective: 'in-year',
    reversible: true,
    names: (data) => data.pot,
    sides: (data, state: FundState, context) => ({ acts: [data.payer], signs: receivers(data.payer, state, context) }),
    subject: (data) => `${data.pot} from ${data.payer}`,
    amount: (data) => pence(data.amount),
    check: (data, state: FundState, context) =>
      partnerIsIn(state, data.payer, data.effective, context) ??
      nameIsFree(state, data.pot) ??
      sourceFits(state, 'P4P', 'line') ??
      payerFits({ payer: data.payer, source: 'P4P' }, context),
    evolve: (state, { pot, payer, amount, planned }) =>
      put(state.items, pot, { kind: 'pot', payer, amount: pence(amount), planned }),
    nextYear: () => leftOut('It is held back for what is achieved in this year.'),
    sentence: (data) =>
      `${data.payer} holds back ${pounds(pence(data.amount))} as "${data.pot}", to be released as ${data.planned} (${data.unit}) is achieved.`,
  }),
  fact({
    name: 'PerformanceMeasured',
    title: 'Record what was achieved',
    group: 'performance',
    keptAs: 'measurement',
    about: 'What has been achieved against a pot so far, in all; the latest counts.',
    input: z.strictObject({
      effective: EffectiveDay.meta({ description: 'The last day that was measured.' }),
      pot: PotName,
      achieved: Achieved,
      basis: MeasuredBasis,
    }),
    signature: 'none',
    happened: ({ effective }) => effective,
    roles: MANAGE,
    effective: 'any-day',
    reversible: true,
    restsOn: (data) => data.pot,
    sides: (_data, state: FundState) => ({ acts: [opened(state).host], signs: [] }),
    check(data, state: FundState) {
      const pot = itemOf(state, 'pot', data.pot);
      return pot instanceof Refusal ? pot : undefined;
    },
    evolve: ({ spending }, { pot, effective, achieved }, { revision }) =>
      append(spending.measured, { revision, data: { pot, effective, achieved } }),
    sentence: (data) => `Against "${data.pot}", ${data.achieved} has been achieved: ${data.basis}`,
  }),
  completedFact({
    name: 'PerformanceReleased',
    title: 'Release a performance pot',
    group: 'performance',
    about:
      'What has been earned of a pot and not been released before is paid into the pool: pot × min(1, achieved ÷ planned) (Commons Public Accounts Committee, HC 807, chapter 2).',
    input: z.strictObject(releaseInput),
    adds: {
      holder: Holder,
      source: Source,
      recurrent: Recurrent,
      achieved: Achieved,
      planned: Planned.meta({ description: 'The reduction that was planned when the pot was held back.' }),
      before: Sum.meta({ description: 'The most that stands as released on that day or a later one, before it.' }),
      amount: AmountOf,
    },
    signature: 'none',
    roles: MANAGE,
    effective: 'any-day',
    reversible: true,
    limits: ['agreed', 'dueWithinAgreed'],
    restsOn: (data) => data.pot,
    sides: (_data, state: FundState) => ({ acts: [opened(state).host], signs: [] }),
    amount: (data) => pence(data.amount),
    complete(data, state: FundState) {
      const pot = itemOf(state, 'pot', data.pot);
      if (pot instanceof Refusal) return pot;
      const achieved = achievedBy(state, data.pot, data.effective);
      if (achieved === undefined) {
        return refuse('nothing_to_release', `Nothing has been measured against "${data.pot}" by that day.`);
      }
      // Checked on every later day, because releases of later days count, and reversals may take effect from a later
      // day.
      const before = mostFrom(seriesOf(state, 'agreed', data.pot), data.effective);
      const earned = released(pot.amount, achieved, pot.planned);
      return earned <= before
        ? refuse(
            'nothing_to_release',
            `${achieved} of ${pot.planned} earns ${pounds(earned)} of "${data.pot}"; ${pounds(before)} has been released.`,
          )
        : {
            ...data,
            holder: pot.payer,
            source: 'P4P',
            recurrent: false,
            achieved,
            planned: pot.planned,
            before: moneyText(before),
            amount: moneyText(minus(earned, before)),
          };
    },
    postings: (data) =>
      (['agreed', 'due', 'received'] as const).flatMap((measure) =>
        posted({
          ...holding(measure, data),
          detail: data.pot,
          item: data.pot,
          on: data.effective,
          pence: pence(data.amount),
        }),
      ),
    sentence: (data) =>
      `${pounds(pence(data.amount))} of "${data.pot}" was released by ${data.holder}: ${data.achieved} of ${data.planned} earns ${pounds(plus(pence(data.before), pence(data.amount)))} (${data.bankReference}).`,
  }),
];
