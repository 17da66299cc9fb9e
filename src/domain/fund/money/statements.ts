import { z } from 'zod';
import { put } from '../../grammar/change.js';
import { dayInWords } from '../../calendar.js';
import { fact, type Fact } from '../../grammar/fact.js';
import { pence, pounds } from '../../money.js';
import { posted } from '../../postings.js';
import { MANAGE } from '../../roles.js';
import { nameIsFree, partnerIsIn, sourceFits } from '../checks.js';
import { opened, type FundState } from '../state.js';
import { EffectiveDay } from '../../values.js';
import {
  AmountOf,
  AssumptionName,
  Basis,
  Effective,
  GapClaimant,
  Partner,
  Recurrent,
  Source,
  StatedOn,
} from '../../grammar/fields.js';
import { actingBody, newName } from '../../grammar/asked.js';

/** What somebody says of the fund: claims and assumptions, shown beside the figures and never inside them. */

export const STATEMENT_FACTS: readonly Fact<FundState>[] = [
  fact({
    name: 'GapStated',
    title: 'Record a gap that was stated',
    group: 'contributions',
    keptAs: 'gap',
    about: 'Somebody has claimed a gap in public. The claim is kept with its claimant and date; it changes no balance.',
    input: z.strictObject({
      effective: EffectiveDay.meta({ description: 'The first day of the gap that is claimed.' }),
      claimant: GapClaimant,
      statedOn: StatedOn,
      amount: AmountOf,
      basis: Basis,
    }),
    signature: 'none',
    happened: ({ statedOn }) => statedOn,
    roles: MANAGE,
    effective: 'in-year',
    reversible: true,
    sides: (_data, state: FundState) => ({ acts: opened(state).partners, signs: [] }),
    sentence: (data) =>
      `${data.claimant} stated a gap of ${pounds(pence(data.amount))} on ${dayInWords(data.statedOn)}: ${data.basis}`,
  }),
  fact({
    name: 'AssumptionStated',
    title: 'State money that is assumed',
    group: 'contributions',
    about: 'A partner’s budget assumes money that nobody has agreed; it shows as assumed, never as agreed.',
    input: z.strictObject({
      effective: Effective,
      assumption: newName(AssumptionName, ['partner', 'source']),
      partner: actingBody(Partner),
      source: Source,
      recurrent: Recurrent,
      amount: AmountOf,
      basis: Basis,
    }),
    signature: 'none',
    roles: MANAGE,
    effective: 'in-year',
    reversible: true,
    sides: (data) => ({ acts: [data.partner], signs: [] }),
    amount: (data) => pence(data.amount),
    check: (data, state: FundState, context) =>
      partnerIsIn(state, data.partner, data.effective, context) ??
      nameIsFree(state, data.assumption) ??
      sourceFits(state, data.source, 'line'),
    postings: (data) =>
      posted({
        measure: 'assumed',
        holder: data.partner,
        source: data.source,
        term: data.recurrent ? 'recurrent' : 'one-off',
        item: data.assumption,
        on: data.effective,
        pence: pence(data.amount),
      }),
    names: (data) => data.assumption,
    evolve: (state, data) => put(state.items, data.assumption, { kind: 'assumption' }),
    sentence: (data) => `${data.partner} assumes ${pounds(pence(data.amount))} of ${data.source}: ${data.basis}`,
  }),
];
