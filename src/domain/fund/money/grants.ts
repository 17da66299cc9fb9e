import { z } from 'zod';
import { put } from '../../grammar/change.js';
import { dayInWords, type Day } from '../../calendar.js';
import { completedFact, fact, type Context, type Fact } from '../../grammar/fact.js';
import {
  apportion,
  lesser,
  minus,
  moneyText,
  negated,
  NO_MONEY,
  pence,
  portion,
  pounds,
  signedPence,
  total,
  type Pence,
} from '../../money.js';
import { posted, seriesOn, type DaySeries, type Posting } from '../../postings.js';
import { sectorOf, type RegisterState } from '../../register/state.js';
import { FINANCE } from '../../roles.js';
import { refuse, Refusal } from '../../rules.js';
import { leftOut } from '../../grammar/next-year.js';
import { Instalments } from '../../grammar/schedule.js';
import { SET_ASIDE } from '../books.js';
import { addsUp, dueFrom, inOrder, nameIsFree, partnerIsIn, sourceFits } from '../checks.js';
import { everNamed, holding, itemOf, seriesOf, standsAt, type FundState, type Grant } from '../state.js';
import { replanned, type DueChange } from '../instalments.js';
import type { LimitName } from '../limits.js';
import { limitToPurposes, Purposes } from '../year/spending-state.js';
import {
  AmountChange,
  AmountOf,
  AGAIN,
  BankReference,
  ByDay,
  Cause,
  Consent,
  Determination,
  District,
  DueChanges,
  Effective,
  GrantName,
  Holder,
  OnDay,
  Recurrent,
  GrantSource,
  Source,
} from '../../grammar/fields.js';
import { actingBody, addingUpTo, newName } from '../../grammar/asked.js';

/** Government grants that a council must pool: determined, received by tranches, put at risk, reduced, passed down. */

/** What a decision adds to a fact about a grant, so that its postings need nothing else. */
export const OfGrant = { holder: Holder, source: Source, recurrent: Recurrent };

function ofGrant(state: FundState, grant: string) {
  const item = itemOf(state, 'grant', grant);
  if (item instanceof Refusal) return item;
  return { holder: item.holder, source: item.source, recurrent: item.recurrent };
}

export const holderOf = (state: FundState, grant: string): string[] => {
  const item = everNamed(state, 'grant', grant);
  return item instanceof Refusal ? [] : [item.holder];
};

const byHolder = (data: { readonly grant: string }, state: FundState) => ({
  acts: holderOf(state, data.grant),
  signs: [],
});

const riskInput = { effective: Effective, grant: GrantName, amount: AmountOf, cause: Cause };
const cutInput = { ...riskInput, tranches: Instalments.optional() };
const tranche = {
  effective: Effective,
  grant: GrantName,
  amount: AmountOf,
  bankReference: BankReference,
  ...AGAIN,
};
const passed = { effective: Effective, grant: GrantName, district: District, amount: AmountOf };

type Passed = z.output<z.ZodObject<typeof passed>>;

const waived = {
  ...passed,
  consent: Consent.meta({ description: 'Where the district consents: a letter, a minute.' }),
};

/** What a decision adds to a cut. */
const cutAdded = {
  ...OfGrant,
  riskChanges: z
    .array(z.strictObject({ on: OnDay, change: AmountChange }))
    .meta({ description: 'By how much what is at risk falls with it, and on which day.' }),
  shareChanges: z
    .array(z.strictObject({ district: District, change: AmountChange }))
    .meta({ description: 'By how much the share of each district falls with it.' }),
  dueChanges: DueChanges,
};

export const districtItem = (grant: string, district: string): string => `${grant}/${district}`;

type Risk = z.output<z.ZodObject<typeof riskInput & typeof OfGrant>>;

const riskMoves = (data: Risk, sign: 1 | -1): Posting[] =>
  posted({
    item: data.grant,
    on: data.effective,
    pence: sign === 1 ? pence(data.amount) : negated(pence(data.amount)),
    ...holding('atRisk', data),
  });

/**
 * How a quantity falls with a cut, day by day from the cut on: by the cut, or to nothing. So neither the money at risk
 * nor the money due exceeds the rest of the grant, in any order of recording.
 */
function takenAlong(series: DaySeries, from: Day, cut: Pence): { on: Day; change: Pence }[] {
  const days = [from, ...series.days.filter((day) => day > from)];
  let before: Pence = NO_MONEY;
  return days.flatMap((on) => {
    const taken = negated(lesser(seriesOn(series, on), cut));
    const change = minus(taken, before);
    before = taken;
    return change === NO_MONEY ? [] : [{ on, change }];
  });
}

/** How a cut falls on the districts: in proportion to their shares on the day. */
function sharesCut(
  state: FundState,
  { districts }: Grant,
  { grant, effective }: { readonly grant: string; readonly effective: Day },
  cut: Pence,
): { district: string; change: string }[] {
  const weights = districts.map((district) => ({
    id: district,
    weight: standsAt(state, 'share', districtItem(grant, district), effective),
  }));
  const shared = total(weights.map(({ weight }) => weight));
  if (shared === NO_MONEY) return [];
  // Where districts were added to a grant that was the council’s own, some of it may be in no share.
  const part = portion(cut, shared, standsAt(state, 'agreed', grant, effective));
  return [...apportion(part, weights)].map(([district, part]) => ({ district, change: moneyText(negated(part)) }));
}

/** Adds to a fact what its grant is, so that its postings need nothing else. */
function withGrant<Data extends { readonly grant: string }>(data: Data, state: FundState) {
  const of = ofGrant(state, data.grant);
  return of instanceof Refusal ? of : { ...data, ...of };
}

/** Putting money at risk and lifting the risk differ in their sign, their limit and their words. */
const riskFact = (declared: {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly limit: LimitName;
  readonly sign: 1 | -1;
  readonly says: string;
}): Fact<FundState> =>
  completedFact({
    name: declared.name,
    title: declared.title,
    group: 'grants',
    about: declared.about,
    input: z.strictObject(riskInput),
    adds: { ...OfGrant },
    signature: 'none',
    roles: FINANCE,
    effective: 'in-year',
    reversible: true,
    limits: [declared.limit],
    restsOn: (data) => data.grant,
    sides: byHolder,
    amount: (data) => pence(data.amount),
    complete: withGrant,
    postings: (data) => riskMoves(data, declared.sign),
    sentence: (data) => `${pounds(pence(data.amount))} of the grant "${data.grant}" ${declared.says}: ${data.cause}`,
  });

/** What passing a share down and waiving it have in common: the grant’s holder acts, and the district signs. */
const ofDistrict = {
  signature: 'other-side',
  roles: FINANCE,
  effective: 'any-day',
  reversible: true,
  limits: ['passedWithinShare'],
  restsOn: ({ grant }: Passed) => grant,
  sides: ({ grant, district }: Passed, state: FundState) => ({ acts: holderOf(state, grant), signs: [district] }),
  subject: ({ grant, district }: Passed) => `${grant} to ${district}`,
  amount: ({ amount }: Passed) => pence(amount),
  complete: withGrant,
} as const;

/**
 * How a cut changes what falls due. A recovery of received money is credited on the day, up to the sum that had fallen
 * due; money received before its tranche was due is taken off later tranches, the earliest first.
 */
function dueAfterCut(
  state: FundState,
  { grant, effective, amount, tranches }: z.output<z.ZodObject<typeof cutInput>>,
  recovers: boolean,
): DueChange[] | Refusal {
  const due = seriesOf(state, 'due', grant);
  return recovers
    ? takenAlong(due, effective, pence(amount)).map(({ on, change }) => ({ due: on, change }))
    : replanned(due, effective, negated(pence(amount)), tranches);
}

/** A cut of a grant: of what is still to come, or of what was received and is taken back. */
const cutFact = (declared: {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly input: typeof cutInput;
  readonly recovers: boolean;
  readonly sentence: (data: z.output<z.ZodObject<typeof cutInput>>) => string;
}): Fact<FundState> =>
  completedFact({
    name: declared.name,
    title: declared.title,
    group: 'grants',
    keptAs: 'grant-cut',
    about: declared.about,
    input: z.strictObject(declared.input),
    adds: { ...cutAdded },
    signature: 'none',
    roles: FINANCE,
    effective: 'in-year',
    reversible: true,
    limits: [
      'agreed',
      'receivedWithinDetermined',
      'dueWithinAgreed',
      'risk',
      'riskWithinDetermined',
      'passedWithinShare',
      ...(declared.recovers ? ['received', SET_ASIDE] : []),
    ],
    level: 'moves',
    restsOn: (data) => data.grant,
    sides: byHolder,
    amount: (data) => pence(data.amount),
    complete(data, state: FundState) {
      const item = itemOf(state, 'grant', data.grant);
      if (item instanceof Refusal) return item;
      const late = inOrder(state, data.grant, item.began, data.effective);
      if (late) return late;
      const cut = pence(data.amount);
      const stands = standsAt(state, 'agreed', data.grant, data.effective);
      if (cut > stands) {
        return refuse(
          'more_than_determined',
          `${pounds(cut)} would be cut; "${data.grant}" stands at ${pounds(stands)}.`,
        );
      }
      const dueChanges = dueAfterCut(state, data, declared.recovers);
      if (dueChanges instanceof Refusal) return dueChanges;
      return {
        ...data,
        holder: item.holder,
        source: item.source,
        recurrent: item.recurrent,
        riskChanges: takenAlong(seriesOf(state, 'atRisk', data.grant), data.effective, cut).map(({ on, change }) => ({
          on,
          change: moneyText(change),
        })),
        shareChanges: sharesCut(state, item, data, cut),
        dueChanges: dueChanges.map(({ due, change }) => ({ due, change: moneyText(change) })),
      };
    },
    postings: (data) => [
      ...posted({
        item: data.grant,
        on: data.effective,
        pence: negated(pence(data.amount)),
        ...holding('agreed', data),
      }),
      ...posted({
        item: data.grant,
        on: data.effective,
        pence: declared.recovers ? negated(pence(data.amount)) : NO_MONEY,
        ...holding('received', data),
      }),
      ...data.riskChanges.flatMap(({ on, change }) =>
        posted({ item: data.grant, on, pence: signedPence(change), ...holding('atRisk', data) }),
      ),
      ...data.shareChanges.flatMap(({ district, change }) =>
        posted({
          item: districtItem(data.grant, district),
          detail: data.grant,
          on: data.effective,
          pence: signedPence(change),
          ...holding('share', { ...data, holder: district }),
        }),
      ),
      ...data.dueChanges.flatMap(({ due, change }) =>
        posted({ item: data.grant, on: due, pence: signedPence(change), ...holding('due', data) }),
      ),
    ],
    sentence: declared.sentence,
  });

export const GRANT_FACTS: readonly Fact<FundState>[] = [
  fact({
    name: 'GrantDetermined',
    title: 'Record a grant',
    group: 'grants',
    keptAs: 'grant',
    about:
      'A determination gives a council a grant that must be pooled, by tranches, and, where it is passed down, each district’s share and the last day for it. A rise of a grant that stands is a determination of its own, under its own name.',
    input: z.strictObject({
      effective: Effective,
      grant: newName(GrantName, ['holder', 'source']),
      holder: actingBody(Holder),
      source: GrantSource,
      amount: AmountOf,
      recurrent: Recurrent,
      determination: Determination.meta({ description: 'The number or title of the determination.' }),
      tranches: addingUpTo({ field: 'amount' }, Instalments),
      purposes: Purposes.optional().meta({
        description: 'What it may be spent on; spending on its source then names one of them.',
      }),
      passDown: z
        .strictObject({
          by: ByDay,
          shares: addingUpTo(
            { field: 'amount' },
            z
              .array(z.strictObject({ district: District, amount: AmountOf }).meta({ title: 'District’s share' }))
              .min(1)
              .max(40)
              .refine((shares) => new Set(shares.map((share) => share.district)).size === shares.length, {
                error: 'must name each district once',
              })
              .meta({ title: 'Shares', description: 'What each district is owed; together the whole grant.' }),
          ),
        })
        .optional()
        .meta({ title: 'Passing down', description: 'The councils that the grant is passed down to, and by when.' }),
    }),
    pages: [
      ['grant', 'holder', 'source', 'determination'],
      ['amount', 'recurrent', 'effective'],
      ['tranches'],
      ['purposes'],
      ['passDown'],
    ],
    signature: 'none',
    roles: FINANCE,
    effective: 'in-year',
    reversible: true,
    limits: ['dueWithinAgreed'],
    sides: (data) => ({ acts: [data.holder], signs: [] }),
    amount: (data) => pence(data.amount),
    check: (data, state: FundState, context) =>
      partnerIsIn(state, data.holder, data.effective, context) ??
      nameIsFree(state, data.grant) ??
      sourceFits(state, data.source, 'grant') ??
      holderFits(data.holder, context) ??
      addsUp('tranches', data.tranches, data.amount) ??
      dueFrom('tranche', data.tranches, data.effective) ??
      (data.passDown && addsUp('districts’ shares', data.passDown.shares, data.amount)) ??
      firstRefusal(
        data.passDown?.shares ?? [],
        ({ district }) =>
          partnerIsIn(state, district, data.effective, context) ?? canBePassedTo(district, data, context),
      ),
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
    evolve(state, data) {
      put(state.items, data.grant, {
        kind: 'grant',
        holder: data.holder,
        source: data.source,
        recurrent: data.recurrent,
        began: data.effective,
        districts: data.passDown?.shares.map((share) => share.district) ?? [],
      });
      if (data.purposes) limitToPurposes(state.spending, data.source, data.grant, data.purposes);
    },
    names: (data) => data.grant,
    nextYear: ({ source }, _state, { year }) =>
      leftOut(`${source} is a grant: it is determined for ${year.label} by a determination of its own.`),
    sentence: (data) =>
      `${data.holder} was determined ${pounds(pence(data.amount))} of ${data.source} as "${data.grant}" (${data.determination})` +
      (data.passDown ? `, to be passed down by ${dayInWords(data.passDown.by)}.` : '.'),
  }),
  completedFact({
    name: 'GrantTrancheReceived',
    title: 'Record a tranche received',
    group: 'grants',
    about: 'A tranche of a grant has arrived; never more than is determined.',
    input: z.strictObject(tranche),
    adds: { ...OfGrant },
    signature: 'none',
    happened: ({ effective }) => effective,
    roles: FINANCE,
    effective: 'any-day',
    reversible: true,
    sameAs: ({ grant, effective, amount, bankReference }) => [grant, effective, amount, bankReference],
    limits: ['receivedWithinDetermined'],
    restsOn: (data) => data.grant,
    sides: byHolder,
    amount: (data) => pence(data.amount),
    complete: withGrant,
    postings: (data) =>
      posted({ item: data.grant, on: data.effective, pence: pence(data.amount), ...holding('received', data) }),
    sentence: (data) =>
      `${data.holder} received ${pounds(pence(data.amount))} of the grant "${data.grant}" (${data.bankReference}).`,
  }),
  riskFact({
    name: 'GrantPutAtRisk',
    title: 'Put a grant at risk',
    about: 'Part of a grant may be lost; it stays in the position and is shown beside it.',
    limit: 'riskWithinDetermined',
    sign: 1,
    says: 'was put at risk',
  }),
  riskFact({
    name: 'GrantRiskLifted',
    title: 'Lift a risk to a grant',
    about: 'Money that was at risk no longer is.',
    limit: 'risk',
    sign: -1,
    says: 'is no longer at risk',
  }),
  cutFact({
    name: 'GrantReduced',
    title: 'Reduce a grant',
    about:
      'A grant is cut by who determined it, from a day on, never below what has been received; what was at risk and the districts’ shares fall with it.',
    input: cutInput,
    recovers: false,
    sentence: (data) => `The grant "${data.grant}" was reduced by ${pounds(pence(data.amount))}: ${data.cause}`,
  }),
  cutFact({
    name: 'GrantRecovered',
    title: 'Record a grant taken back',
    about:
      'Part of a grant that was received is taken back by who determined it, never more than was received; what is determined, what was at risk and the districts’ shares fall with it, and what had not fallen due yet comes off the tranches to come.',
    // It sets no new tranches: later tranches stay, except for money of them that was received early and is taken back.
    input: riskInput as typeof cutInput,
    recovers: true,
    sentence: (data) => `${pounds(pence(data.amount))} of the grant "${data.grant}" was recovered: ${data.cause}`,
  }),
  completedFact({
    name: 'GrantPassedDown',
    title: 'Pass a grant down',
    group: 'grants',
    keptAs: 'pass-down',
    about:
      'A council passes a district its share of a grant, and the district confirms it by signing (Housing LIN, Better Care Fund and Disabled Facilities Grant, April 2017).',
    happened: ({ effective }) => effective,
    input: z.strictObject(passed),
    adds: { ...OfGrant },
    ...ofDistrict,
    underItsName: true,
    limits: ['passedWithinShare', SET_ASIDE],
    postings: (data) => toDistrict('passedDown', data),
    sentence: (data) =>
      `${data.holder} passed ${pounds(pence(data.amount))} of the grant "${data.grant}" down to ${data.district}, which confirmed it.`,
  }),
  completedFact({
    name: 'PassDownWaived',
    title: 'Waive a pass-down',
    group: 'grants',
    keptAs: 'pass-down',
    about:
      'A district agrees that part of its share of a grant is not passed down to it, and consents by signing (Housing LIN, Better Care Fund and Disabled Facilities Grant, April 2017).',
    input: z.strictObject(waived),
    adds: { ...OfGrant },
    ...ofDistrict,
    underItsName: true,
    postings: (data) => toDistrict('waived', data),
    sentence: (data) =>
      `${data.district} waived ${pounds(pence(data.amount))} of its share of the grant "${data.grant}" (${data.consent}).`,
  }),
];

/**
 * A share is for another council than the holder, which signs what is passed down to it.
 * Source: docs/sources.md, Money (DFG).
 */
export function canBePassedTo(
  district: string,
  { holder, grant }: { readonly holder: string; readonly grant: string },
  { register }: Context,
): Refusal | undefined {
  if (district === holder) {
    return refuse(
      'not_in_fund',
      `${holder} holds "${grant}", and nothing is passed down to itself: its own part is a grant without "passDown".`,
    );
  }
  const no = noCouncil(district, register);
  return no === undefined
    ? undefined
    : refuse('not_in_fund', `${district} is ${no}; "${grant}" is passed down to councils.`);
}

/** Government grants are determined for councils. */
function holderFits(holder: string, { register }: Context): Refusal | undefined {
  const no = noCouncil(holder, register);
  return no === undefined
    ? undefined
    : refuse('wrong_partner', `${holder} is ${no}; government grants are determined for councils.`);
}

/** The kind of a body that is certainly not a council; undefined otherwise. */
function noCouncil(body: string, { partners }: Pick<RegisterState, 'partners'>): string | undefined {
  const sector = sectorOf(partners.get(body)!.kind);
  return sector === 'nhs' ? 'an NHS body' : sector === 'voluntary' ? 'a voluntary body' : undefined;
}

/** What a district has of a grant, in one measure. */
const toDistrict = (
  measure: 'passedDown' | 'waived',
  data: z.output<z.ZodObject<typeof passed & typeof OfGrant>>,
): Posting[] =>
  posted({
    ...holding(measure, { ...data, holder: data.district }),
    item: districtItem(data.grant, data.district),
    detail: data.grant,
    on: data.effective,
    pence: pence(data.amount),
  });

function firstRefusal<Each>(all: readonly Each[], check: (each: Each) => Refusal | undefined): Refusal | undefined {
  for (const each of all) {
    const refusal = check(each);
    if (refusal) return refusal;
  }
  return undefined;
}
