import { z } from 'zod';
import { put } from '../../grammar/change.js';
import { recast, fact, type Context, type Fact, type Sides } from '../../grammar/fact.js';
import { exactly, minus, moneyText, pounds, signedPence, type Pence } from '../../money.js';
import { followedNote } from '../../grammar/next-year.js';
import { posted, seriesOn, type Posting } from '../../postings.js';
import { CHIEF, MANAGE } from '../../roles.js';
import { refuse, Refusal } from '../../rules.js';
import { inForce, sourceOf } from '../../sources.js';
import { SignedAmount } from '../../values.js';
import { inOrder, nameIsFree, partnerIsIn } from '../checks.js';
import { changedNotes, endsWithItsYear, onlyFollower } from '../next-year.js';
import { everNamed, holding, itemOf, opened, seriesOf, standsAt, type FundState } from '../state.js';
import { payerFits } from './contributions.js';
import {
  AmountChange,
  Basis,
  BesideName,
  BesideSource,
  Effective,
  field,
  Holder,
  Reason,
  Recurrent,
  Source,
} from '../../grammar/fields.js';
import { actingBody, newName } from '../../grammar/asked.js';

/**
 * Money beside the pool: council tax, a council’s own base, revenue support grant, budgets that are aligned and not pooled.
 * It counts in the gap of the medium term and in no figure of the pool. Who states it, and why two officers of one body do:
 * docs/decisions/plan-and-minimum-tests.md.
 */

const Holds = actingBody(field(Holder, 'Whose money it is', 'The body that has it, and that decides on it alone.'));
const BesideAmount = field(
  SignedAmount,
  'Amount',
  'The sum in pounds and pence; below zero where there is so much less of it, such as a grant that falls.',
);
const BesideNow = field(SignedAmount, 'New amount', 'What it stands at from the effective day on.');
const BesideWas = field(AmountChange, 'Amount before', 'What it stood at before.');

interface Beside {
  readonly holder: string;
  readonly source: string;
  readonly recurrent: boolean;
}

const twoOfficers = (holder: string | undefined): Sides => {
  const own = holder === undefined ? [] : [holder];
  return { acts: own, signs: own };
};

const sizeOf = (written: string): Pence => exactly(Math.abs(signedPence(written)));

const moved = (of: Beside, item: string, on: Posting['on'], pence: Pence): Posting[] =>
  posted({ ...holding('beside', of), item, on, pence });

/** A source that stands beside the pool, in force in the year, of the sector of its holder. */
function besideFits(state: FundState, { holder, source: code }: Beside, context: Context): Refusal | undefined {
  const source = sourceOf(code);
  if (!source) return refuse('source_unknown', `"${code}" is not a source of funding.`);
  const { year } = opened(state);
  if (!source.beside) return refuse('source_in_pool', `${code} (${source.name}) is money of the pool.`);
  if (source.beside === 'balance')
    return refuse('source_enters_otherwise', `${code} (${source.name}) enters by ${source.entersBy!}.`);
  return inForce(source, year.label)
    ? payerFits({ payer: holder, source: code }, context)
    : refuse('source_not_in_force', `${code} is in force from ${source.from} on; this fund is for ${year.label}.`);
}

export const BESIDE_FACTS: readonly Fact<FundState>[] = [
  fact({
    name: 'FundingBesideStated',
    title: 'State funding beside the pool',
    group: 'contributions',
    about:
      'A body says what it has for the plan beside the pool: council tax, its base, revenue support grant, an aligned budget. It counts in the gap of the medium term, and never in the pool. A second officer of the same body signs.',
    input: z.strictObject({
      effective: Effective,
      funding: newName(BesideName, ['holder', 'source']),
      holder: Holds,
      source: BesideSource,
      recurrent: Recurrent,
      amount: BesideAmount.refine((text) => text !== '0.00', { error: 'must not be 0.00' }),
      basis: Basis,
    }),
    signature: 'second-officer',
    roles: MANAGE,
    signerRoles: CHIEF,
    effective: 'in-year',
    reversible: true,
    sides: (data) => twoOfficers(data.holder),
    subject: (data) => `${data.funding} of ${data.holder}`,
    amount: (data) => sizeOf(data.amount),
    check: (data, state: FundState, context) =>
      partnerIsIn(state, data.holder, data.effective, context) ??
      nameIsFree(state, data.funding) ??
      besideFits(state, data, context),
    postings: (data) => moved(data, data.funding, data.effective, signedPence(data.amount)),
    names: (data) => data.funding,
    evolve: (state, { funding, holder, source, recurrent, effective }) =>
      put(state.items, funding, { kind: 'beside', holder, source, recurrent, began: effective }),
    nextYear({ funding, holder: held, source, recurrent, basis, effective }, state: FundState, next) {
      const series = seriesOf(state, 'beside', funding);
      const stood = seriesOn(series, next.ends);
      const over = endsWithItsYear({ recurrent, source, stood }, next);
      if (over) return over;
      const holder = onlyFollower(held, next);
      if (typeof holder !== 'string') return holder;
      return {
        data: {
          effective: next.year.first,
          funding: next.named(funding),
          holder,
          source,
          recurrent: true,
          amount: moneyText(stood),
          basis,
        },
        stood,
        stands: stood,
        notes: [...followedNote(held, holder), ...changedNotes(series, effective, next)],
      };
    },
    sentence: (data) =>
      `${data.holder} has ${pounds(sizeOf(data.amount))} ${data.amount.startsWith('-') ? 'less' : 'more'} of ${data.source} beside the pool, ` +
      `${data.recurrent ? 'recurrent' : 'one-off'}, as "${data.funding}": ${data.basis}`,
  }),
  recast({
    name: 'FundingBesideRevised',
    title: 'Revise funding beside the pool',
    group: 'contributions',
    about:
      'Changes what a body has beside the pool from a day on; the sum that stood before is recorded with it. A second officer of the same body signs.',
    input: z.strictObject({ effective: Effective, funding: BesideName, now: BesideNow, reason: Reason }),
    stored: z.strictObject({
      effective: Effective,
      funding: BesideName,
      now: BesideNow,
      reason: Reason,
      was: BesideWas,
      holder: Holds,
      source: Source,
      recurrent: Recurrent,
    }),
    signature: 'second-officer',
    roles: MANAGE,
    signerRoles: CHIEF,
    effective: 'in-year',
    reversible: true,
    level: 'states',
    restsOn: (data) => data.funding,
    sides(data, state: FundState) {
      const item = everNamed(state, 'beside', data.funding);
      return twoOfficers(item instanceof Refusal ? undefined : item.holder);
    },
    subject: (data) => data.funding,
    amount: (data) => (sizeOf(data.now) > sizeOf(data.was) ? sizeOf(data.now) : sizeOf(data.was)),
    complete(data, state: FundState) {
      const item = itemOf(state, 'beside', data.funding);
      if (item instanceof Refusal) return item;
      const late = inOrder(state, data.funding, item.began, data.effective);
      if (late) return late;
      const { holder, source, recurrent } = item;
      const was = standsAt(state, 'beside', data.funding, data.effective);
      return { ...data, was: moneyText(was), holder, source, recurrent };
    },
    check: (data) =>
      data.now === data.was
        ? refuse(
            'nothing_to_change',
            `"${data.funding}" stands at ${pounds(signedPence(data.now))} on that day already.`,
          )
        : undefined,
    postings: (data) => moved(data, data.funding, data.effective, minus(signedPence(data.now), signedPence(data.was))),
    sentence: (data) =>
      `What ${data.holder} has of ${data.source} beside the pool, "${data.funding}", was revised from ` +
      `${pounds(signedPence(data.was))} to ${pounds(signedPence(data.now))}: ${data.reason}`,
  }),
];
