import { z } from 'zod';
import { put } from '../../grammar/change.js';
import { dayInWords } from '../../calendar.js';
import { completedFact, fact, type Fact, type Sides } from '../../grammar/fact.js';
import { moneyText, negated, NO_MONEY, pence, pounds, type Pence } from '../../money.js';
import { posted, type Posting } from '../../postings.js';
import { CHIEF, MANAGE } from '../../roles.js';
import { refuse, Refusal } from '../../rules.js';
import { EffectiveDay, words } from '../../values.js';
import { nameIsFree, notBefore, partnerIsIn } from '../checks.js';
import { everNamed, holding, itemOf, opened, type FundState } from '../state.js';
import {
  AmountOf,
  AmountOrNothing,
  BalanceName,
  Effective,
  field,
  Holder,
  Minute,
  Reason,
} from '../../grammar/fields.js';
import { actingBody, newName, oneOf } from '../../grammar/asked.js';

/**
 * Reserves and provisions that a body had when the year began, from before this ledger: what stood, what is planned to be
 * used, what was used, and what is left. They are the body’s own and stand beside the pool: what is paid into the pool of one
 * is a contribution. What the pool itself sets aside for a later year is a reserve of the fund (reserves.ts).
 * Source: docs/sources.md, Accounting.
 */

/** The source under which they stand in the accounts. */
const RESERVES = 'RESERVES';

export const BALANCE_KINDS = { reserve: 'Earmarked reserve', provision: 'Provision' } as const;

const KindOfBalance = oneOf(BALANCE_KINDS).meta({
  title: 'Kind of balance',
  description: 'A provision is for what will probably have to be paid; a reserve is set aside by choice.',
});
const Holds = actingBody(field(Holder, 'Whose it is', 'The body in whose accounts it stands.'));
const WhatFor = field(words(200), 'What it is for', 'The purpose, as the accounts name it: “Doubtful debts”.');
const Origin = field(
  words(300),
  'Origin',
  'Where the sum comes from: the accounts or the paper of before this ledger.',
);
const PlannedUse = field(AmountOrNothing, 'Planned use', 'What is planned to be used of it in the year.');

const planned = { effective: Effective, balance: BalanceName, now: PlannedUse, reason: Reason };
const used = {
  effective: Effective,
  balance: BalanceName,
  amount: AmountOf,
  minute: Minute.meta({ description: 'The decision that uses it.' }),
};

interface Held {
  readonly holder: string;
}

const moved = ({ holder }: Held, balance: string, on: Posting['on'], amount: Pence): Posting[] =>
  posted({
    ...holding('balance', { holder, source: RESERVES, recurrent: false }),
    item: balance,
    detail: balance,
    on,
    pence: amount,
  });

const holderOf = (state: FundState, balance: string): string[] => {
  const item = everNamed(state, 'balance', balance);
  return item instanceof Refusal ? [] : [item.holder];
};

const twoOfficers = (own: readonly string[]): Sides => ({ acts: own, signs: own });

const morePlanned = (balance: string, plan: Pence, opening: Pence): Refusal | undefined =>
  plan > opening
    ? refuse(
        'more_than_reserved',
        `${pounds(plan)} would be planned to be used of "${balance}", which opened at ${pounds(opening)}.`,
      )
    : undefined;

export const BALANCE_FACTS: readonly Fact<FundState>[] = [
  fact({
    name: 'BalanceOpened',
    title: 'State an opening reserve or provision',
    group: 'year-end',
    keptAs: 'balance',
    about:
      'A reserve or provision that a body had on the first day of the year, from before this ledger, with its origin and planned use. It is the body’s own and stands beside the pool; a second officer of it signs.',
    suggests: (_answers, year) => (year ? { effective: year.first } : undefined),
    input: z.strictObject({
      effective: EffectiveDay.meta({ description: 'The first day of the fund’s year.' }),
      balance: newName(BalanceName, ['purpose']),
      holder: Holds,
      kind: KindOfBalance,
      purpose: WhatFor,
      amount: AmountOf,
      plannedUse: PlannedUse.optional(),
      origin: Origin,
    }),
    signature: 'second-officer',
    roles: MANAGE,
    signerRoles: CHIEF,
    effective: 'in-year',
    reversible: true,
    undoneWhole: true,
    limits: ['balance'],
    names: (data) => data.balance,
    sides: (data) => twoOfficers([data.holder]),
    subject: (data) => `${data.balance} of ${data.holder}`,
    amount: (data) => pence(data.amount),
    check(data, state: FundState, context) {
      const { first, label } = opened(state).year;
      return (
        partnerIsIn(state, data.holder, data.effective, context) ??
        nameIsFree(state, data.balance) ??
        (data.effective === first
          ? undefined
          : refuse(
              'balance_opens_with_year',
              `${label} begins on ${dayInWords(first)}; "${data.balance}" would open on ${dayInWords(data.effective)}.`,
            )) ??
        morePlanned(data.balance, pence(data.plannedUse ?? moneyText(NO_MONEY)), pence(data.amount))
      );
    },
    postings: (data) => moved(data, data.balance, data.effective, pence(data.amount)),
    evolve: (state, { balance, holder, kind, amount, effective }) =>
      put(state.items, balance, { kind: 'balance', type: kind, holder, amount: pence(amount), began: effective }),
    sentence: (data) =>
      `${data.holder} opened the year with the ${data.kind} "${data.balance}" (${data.purpose}) of ${pounds(pence(data.amount))}, ` +
      `of which ${data.plannedUse === undefined || pence(data.plannedUse) === NO_MONEY ? 'nothing' : pounds(pence(data.plannedUse))} is planned to be used: ${data.origin}`,
  }),
  completedFact({
    name: 'BalanceUsePlanned',
    title: 'Plan the use of a reserve or provision',
    group: 'year-end',
    keptAs: 'balance-plan',
    about:
      'What is planned to be used of an opening reserve or provision in the year, from a day on. It moves no money.',
    input: z.strictObject(planned),
    adds: { holder: Holds },
    signature: 'none',
    roles: MANAGE,
    effective: 'in-year',
    reversible: true,
    restsOn: (data) => data.balance,
    sides: (data, state: FundState) => ({ acts: holderOf(state, data.balance), signs: [] }),
    complete(data, state: FundState) {
      const item = itemOf(state, 'balance', data.balance);
      if (item instanceof Refusal) return item;
      return (
        notBefore(data.balance, item.began, data.effective) ??
        morePlanned(data.balance, pence(data.now), item.amount) ?? { ...data, holder: item.holder }
      );
    },
    sentence: (data) =>
      `${data.holder} plans to use ${pounds(pence(data.now))} of "${data.balance}" in the year: ${data.reason}`,
  }),
  completedFact({
    name: 'BalanceUsed',
    title: 'Use a reserve or provision',
    group: 'year-end',
    about:
      'Part of an opening reserve or provision is used, never more than is left. It brings the pool nothing: what is paid in is a contribution. A second officer of the body signs.',
    input: z.strictObject(used),
    adds: { holder: Holds, kind: KindOfBalance },
    signature: 'second-officer',
    happened: ({ effective }) => effective,
    roles: MANAGE,
    signerRoles: CHIEF,
    effective: 'in-year',
    reversible: true,
    limits: ['balance'],
    restsOn: (data) => data.balance,
    sides: (data, state: FundState) => twoOfficers(holderOf(state, data.balance)),
    subject: (data) => data.balance,
    amount: (data) => pence(data.amount),
    complete(data, state: FundState) {
      const item = itemOf(state, 'balance', data.balance);
      if (item instanceof Refusal) return item;
      return notBefore(data.balance, item.began, data.effective) ?? { ...data, holder: item.holder, kind: item.type };
    },
    postings: (data) => moved(data, data.balance, data.effective, negated(pence(data.amount))),
    sentence: (data) =>
      `${data.holder} used ${pounds(pence(data.amount))} of the ${data.kind} "${data.balance}" (${data.minute}).`,
  }),
];
