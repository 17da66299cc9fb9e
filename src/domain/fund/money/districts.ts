import { z } from 'zod';
import { put } from '../../grammar/change.js';
import { dayInWords, LAST_DAY, type Day } from '../../calendar.js';
import { completedFact, type Fact } from '../../grammar/fact.js';
import { AmountOf, ByDay, District, Effective, GrantName, Reason } from '../../grammar/fields.js';
import { lesser, minus, negated, NO_MONEY, pence, pounds, total, type Pence } from '../../money.js';
import { posted, type Posting } from '../../postings.js';
import { FINANCE } from '../../roles.js';
import { refuse, Refusal } from '../../rules.js';
import { inOrder, partnerIsIn } from '../checks.js';
import { factsInForce } from '../plan/test-inputs.js';
import { holding, itemOf, standsAt, type FundState, type Grant } from '../state.js';
import { canBePassedTo, districtItem, holderOf, OfGrant } from './grants.js';
import { toBePassedDown } from './pass-downs.js';

/** Districts of a grant that are added after it was determined: from another’s share, or from what is in no share. */

const input = {
  effective: Effective,
  grant: GrantName,
  district: District,
  amount: AmountOf,
  from: District.optional().meta({
    title: 'From whose share',
    description: 'The district whose share it comes out of; left out, it comes out of what is in no share.',
  }),
  by: ByDay.optional().meta({
    title: 'To be passed down by',
    description: 'The last day, inclusive; left out, that of the other shares of the grant.',
  }),
  reason: Reason,
};

/** What of a grant is in no district’s share, at the least on a day and at the end. */
function unshared(state: FundState, grant: string, { districts }: Grant, from: Day): Pence {
  const leftOn = (day: Day): Pence =>
    minus(
      standsAt(state, 'agreed', grant, day),
      total(districts.map((district) => standsAt(state, 'share', districtItem(grant, district), day))),
    );
  return lesser(leftOn(from), leftOn(LAST_DAY));
}

const byOf = ({ tested: { facts } }: FundState, grant: string): Day | undefined =>
  toBePassedDown(factsInForce(facts, 'grant', LAST_DAY), factsInForce(facts, 'grant-share', LAST_DAY)).find(
    (each) => each.grant === grant,
  )?.by;

const unfit = (why: string): Refusal => refuse('share_unfit', why);

export const DISTRICT_FACTS: readonly Fact<FundState>[] = [
  completedFact({
    name: 'GrantDistrictAdded',
    title: 'Add a district to a grant',
    group: 'grants',
    keptAs: 'grant-share',
    about:
      'A district is owed a part of a grant that was determined before. Where it comes out of another district’s share, that district signs; where it comes out of what is in no share, the new one does.',
    input: z.strictObject(input),
    adds: { ...OfGrant, dueBy: ByDay },
    signature: 'other-side',
    roles: FINANCE,
    effective: 'in-year',
    reversible: true,
    level: 'moves',
    limits: ['passedWithinShare'],
    restsOn: (data) => data.grant,
    sides: (data, state: FundState) => ({ acts: holderOf(state, data.grant), signs: [data.from ?? data.district] }),
    subject: (data) => `${data.grant} to ${data.district}`,
    amount: (data) => pence(data.amount),
    complete(data, state: FundState, context) {
      const item = itemOf(state, 'grant', data.grant);
      if (item instanceof Refusal) return item;
      const { holder, source, recurrent, began, districts } = item;
      const late =
        inOrder(state, data.grant, began, data.effective) ??
        partnerIsIn(state, data.district, data.effective, context) ??
        canBePassedTo(data.district, { holder, grant: data.grant }, context);
      if (late) return late;
      const dueBy = data.by ?? byOf(state, data.grant);
      if (dueBy === undefined) return unfit(`No part of "${data.grant}" is passed down yet: say by which day this is.`);
      const amount = pence(data.amount);
      if (data.from === undefined) {
        const left = unshared(state, data.grant, item, data.effective);
        if (amount > left)
          return unfit(
            `Of "${data.grant}", ${pounds(left)} is in no district’s share: say from whose share ${pounds(amount)} comes.`,
          );
      } else if (data.from === data.district || !districts.includes(data.from)) {
        return unfit(`${data.from} has no share of "${data.grant}" that this could come out of.`);
      }
      return { ...data, dueBy, holder, source, recurrent };
    },
    postings(data) {
      const share = (district: string, sum: Pence): Posting[] =>
        posted({
          ...holding('share', { ...data, holder: district }),
          item: districtItem(data.grant, district),
          detail: data.grant,
          on: data.effective,
          pence: sum,
        });
      const amount = pence(data.amount);
      return [
        ...share(data.district, amount),
        ...(data.from === undefined ? [] : share(data.from, negated(amount))),
      ].filter(({ pence: sum }) => sum !== NO_MONEY);
    },
    evolve(state, { grant, district }) {
      const item = state.items.get(grant) as Grant;
      if (!item.districts.includes(district))
        put(state.items, grant, { ...item, districts: [...item.districts, district] });
    },
    sentence: (data) =>
      `${data.district} is owed ${pounds(pence(data.amount))} of the grant "${data.grant}"${data.from === undefined ? '' : `, out of the share of ${data.from}`}, to be passed down by ${dayInWords(data.dueBy)}: ${data.reason}`,
  }),
];
