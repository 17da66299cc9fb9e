import { z } from 'zod';
import { dayInWords } from '../calendar.js';
import { completedFact, fact, type Fact } from '../facts.js';
import { lesser, minus, moneyText, negated, pence, pounds, signedPence } from '../money.js';
import { posted, type Posting } from '../postings.js';
import { sectorOf, type Role } from '../register.js';
import { refuse, Refusal } from '../rules.js';
import { Amount, Code, EffectiveDay, Instalments, Money, Name, SignedMoney, words } from '../values.js';
import {
  addsUp,
  holding,
  itemOf,
  nameIsFree,
  partnerIsIn,
  replanned,
  seriesOf,
  sourceFits,
  standsAt,
  type FundState,
} from './state.js';

/** Government grants that a council must pool: determined, received by tranches, put at risk, reduced, passed down. */

const FINANCE: readonly Role[] = ['finance-officer', 'chief-finance-officer'];

/** What a decision adds to a fact about a grant, so that its postings need nothing else. */
const OfGrant = { holder: Name, source: Code, recurrent: z.boolean() };

function ofGrant(state: FundState, grant: string) {
  const item = itemOf(state, 'grant', grant);
  if (item instanceof Refusal) return item;
  return { holder: item.holder, source: item.source, recurrent: item.recurrent };
}

const holderOf = (state: FundState, grant: string): string[] => {
  const item = itemOf(state, 'grant', grant);
  return item instanceof Refusal ? [] : [item.holder];
};

const byHolder = (data: { readonly grant: string }, state: FundState) => ({
  acts: holderOf(state, data.grant),
  signs: [],
});

const riskInput = { effective: EffectiveDay, grant: Name, amount: Amount, cause: words(500) };
const tranche = { effective: EffectiveDay, grant: Name, amount: Amount, bankReference: words(80) };
const passed = { effective: EffectiveDay, grant: Name, district: Name, amount: Amount };

const districtItem = (grant: string, district: string): string => `${grant}/${district}`;

type Risk = z.output<z.ZodObject<typeof riskInput & typeof OfGrant>>;

const riskMoves = (data: Risk, sign: 1 | -1): Posting[] =>
  posted({
    ...holding('atRisk', data),
    item: data.grant,
    on: data.effective,
    pence: sign === 1 ? pence(data.amount) : negated(pence(data.amount)),
  });

export const GRANT_FACTS: readonly Fact<FundState>[] = [
  fact({
    name: 'GrantDetermined',
    about:
      'A determination gives a council a grant that must be pooled, by tranches, and, where it is passed down, each district’s share and the last day for it (domain.md 2, 6).',
    input: z.strictObject({
      effective: EffectiveDay,
      grant: Name,
      holder: Name,
      source: Code,
      amount: Amount,
      recurrent: z.boolean(),
      determination: words(120).meta({ description: 'The number or title of the determination.' }),
      tranches: Instalments,
      passDown: z
        .strictObject({
          by: EffectiveDay,
          shares: z
            .array(z.strictObject({ district: Name, amount: Amount }))
            .min(1)
            .max(40),
        })
        .optional(),
    }),
    signature: 'none',
    roles: FINANCE,
    effective: 'in-year',
    reversible: true,
    limits: ['dueWithinAgreed'],
    sides: (data) => ({ acts: [data.holder], signs: [] }),
    amount: (data) => pence(data.amount),
    check: (data, state: FundState, { register }) =>
      partnerIsIn(state, data.holder) ??
      nameIsFree(state, data.grant) ??
      sourceFits(state, data.source, 'grant') ??
      (sectorOf(register.partners.get(data.holder)!.kind) === 'nhs'
        ? refuse('wrong_partner', `${data.holder} is an NHS body; government grants are determined for councils.`)
        : undefined) ??
      addsUp('tranches', data.tranches, data.amount) ??
      (data.passDown && addsUp('districts’ shares', data.passDown.shares, data.amount)) ??
      firstRefusal(data.passDown?.shares ?? [], (share) => partnerIsIn(state, share.district)),
    postings: (data) => [
      ...posted({ ...holding('agreed', data), item: data.grant, on: data.effective, pence: pence(data.amount) }),
      ...data.tranches.flatMap((each) =>
        posted({ ...holding('due', data), item: data.grant, on: each.due, pence: pence(each.amount) }),
      ),
      ...(data.passDown?.shares ?? []).flatMap((share) =>
        posted({
          ...holding('share', { ...data, holder: share.district }),
          item: districtItem(data.grant, share.district),
          detail: data.grant,
          on: data.effective,
          pence: pence(share.amount),
        }),
      ),
    ],
    evolve: (state, data) =>
      void state.items.set(data.grant, {
        kind: 'grant',
        holder: data.holder,
        source: data.source,
        recurrent: data.recurrent,
      }),
    sentence: (data) =>
      `${data.holder} was determined ${pounds(pence(data.amount))} of ${data.source} as "${data.grant}" (${data.determination})` +
      (data.passDown ? `, to be passed down by ${dayInWords(data.passDown.by)}.` : '.'),
  }),
  completedFact({
    name: 'GrantTrancheReceived',
    about: 'A tranche of a grant has arrived; never more than is determined (domain.md 6).',
    input: z.strictObject(tranche),
    stored: z.strictObject({ ...tranche, ...OfGrant }),
    signature: 'none',
    roles: FINANCE,
    effective: 'any-day',
    reversible: true,
    limits: ['receivedWithinDetermined'],
    sides: byHolder,
    amount: (data) => pence(data.amount),
    complete(data, state: FundState) {
      const of = ofGrant(state, data.grant);
      return of instanceof Refusal ? of : { ...data, ...of };
    },
    check: () => undefined,
    postings: (data) =>
      posted({ ...holding('received', data), item: data.grant, on: data.effective, pence: pence(data.amount) }),
    evolve: () => undefined,
    sentence: (data) =>
      `${data.holder} received ${pounds(pence(data.amount))} of the grant "${data.grant}" (${data.bankReference}).`,
  }),
  completedFact({
    name: 'GrantPutAtRisk',
    about: 'Part of a grant may be lost; it stays in the position and is shown beside it (domain.md 7.3).',
    input: z.strictObject(riskInput),
    stored: z.strictObject({ ...riskInput, ...OfGrant }),
    signature: 'none',
    roles: FINANCE,
    effective: 'in-year',
    reversible: true,
    limits: ['riskWithinDetermined'],
    sides: byHolder,
    amount: (data) => pence(data.amount),
    complete(data, state: FundState) {
      const of = ofGrant(state, data.grant);
      return of instanceof Refusal ? of : { ...data, ...of };
    },
    check: () => undefined,
    postings: (data) => riskMoves(data, 1),
    evolve: () => undefined,
    sentence: (data) => `${pounds(pence(data.amount))} of the grant "${data.grant}" was put at risk: ${data.cause}`,
  }),
  completedFact({
    name: 'GrantRiskLifted',
    about: 'Money that was at risk no longer is (domain.md 7.3).',
    input: z.strictObject(riskInput),
    stored: z.strictObject({ ...riskInput, ...OfGrant }),
    signature: 'none',
    roles: FINANCE,
    effective: 'in-year',
    reversible: true,
    limits: ['risk'],
    sides: byHolder,
    amount: (data) => pence(data.amount),
    complete(data, state: FundState) {
      const of = ofGrant(state, data.grant);
      return of instanceof Refusal ? of : { ...data, ...of };
    },
    check: () => undefined,
    postings: (data) => riskMoves(data, -1),
    evolve: () => undefined,
    sentence: (data) =>
      `${pounds(pence(data.amount))} of the grant "${data.grant}" is no longer at risk: ${data.cause}`,
  }),
  completedFact({
    name: 'GrantReduced',
    about:
      'A grant is cut by who determined it, from a day on, never below what has been received; what was at risk falls with it (domain.md 6, 7.3).',
    input: z.strictObject({ ...riskInput, tranches: Instalments.optional() }),
    stored: z.strictObject({
      ...riskInput,
      tranches: Instalments.optional(),
      ...OfGrant,
      ofWhichAtRisk: Money,
      dueChanges: z.array(z.strictObject({ due: EffectiveDay, change: SignedMoney })),
    }),
    signature: 'none',
    roles: FINANCE,
    effective: 'in-year',
    reversible: true,
    limits: ['agreed', 'receivedWithinDetermined', 'dueWithinAgreed', 'risk'],
    sides: byHolder,
    amount: (data) => pence(data.amount),
    complete(data, state: FundState) {
      const of = ofGrant(state, data.grant);
      if (of instanceof Refusal) return of;
      const left = minus(standsAt(state, 'agreed', data.grant, data.effective), pence(data.amount));
      if (left < 0) {
        return refuse(
          'more_than_determined',
          `${pounds(pence(data.amount))} would be cut; "${data.grant}" stands ${pounds(negated(left))} below that.`,
        );
      }
      const dueChanges = replanned(seriesOf(state, 'due', data.grant), data.effective, left, data.tranches);
      if (dueChanges instanceof Refusal) return dueChanges;
      const atRisk = standsAt(state, 'atRisk', data.grant, data.effective);
      return {
        ...data,
        ...of,
        ofWhichAtRisk: moneyText(lesser(atRisk, pence(data.amount))),
        dueChanges: dueChanges.map(({ due, change }) => ({ due, change: moneyText(change) })),
      };
    },
    check: () => undefined,
    postings: (data) => [
      ...posted({
        ...holding('agreed', data),
        item: data.grant,
        on: data.effective,
        pence: negated(pence(data.amount)),
      }),
      ...posted({
        ...holding('atRisk', data),
        item: data.grant,
        on: data.effective,
        pence: negated(pence(data.ofWhichAtRisk)),
      }),
      ...data.dueChanges.flatMap(({ due, change }) =>
        posted({ ...holding('due', data), item: data.grant, on: due, pence: signedPence(change) }),
      ),
    ],
    evolve: () => undefined,
    sentence: (data) => `The grant "${data.grant}" was reduced by ${pounds(pence(data.amount))}: ${data.cause}`,
  }),
  completedFact({
    name: 'GrantPassedDown',
    about:
      'A council passes a district its share of a grant, and the district confirms it by signing (domain.md 1, 2).',
    input: z.strictObject(passed),
    stored: z.strictObject({ ...passed, ...OfGrant }),
    signature: 'other-side',
    roles: FINANCE,
    effective: 'any-day',
    reversible: true,
    limits: ['passedWithinShare'],
    sides: (data, state: FundState) => ({ acts: holderOf(state, data.grant), signs: [data.district] }),
    subject: (data) => `${data.grant} to ${data.district}`,
    amount: (data) => pence(data.amount),
    complete(data, state: FundState) {
      const of = ofGrant(state, data.grant);
      return of instanceof Refusal ? of : { ...data, ...of };
    },
    check: () => undefined,
    postings: (data) =>
      posted({
        ...holding('passedDown', { ...data, holder: data.district }),
        item: districtItem(data.grant, data.district),
        detail: data.grant,
        on: data.effective,
        pence: pence(data.amount),
      }),
    evolve: () => undefined,
    sentence: (data) =>
      `${data.holder} passed ${pounds(pence(data.amount))} of the grant "${data.grant}" down to ${data.district}, which confirmed it.`,
  }),
];

function firstRefusal<Each>(all: readonly Each[], check: (each: Each) => Refusal | undefined): Refusal | undefined {
  for (const each of all) {
    const refusal = check(each);
    if (refusal) return refusal;
  }
  return undefined;
}
