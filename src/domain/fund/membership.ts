import { z } from 'zod';
import { assign } from '../grammar/change.js';
import { dayInWords, FIRST_DAY, LAST_DAY, type Day } from '../calendar.js';
import { among } from '../grammar/asked.js';
import { fact, type Fact } from '../grammar/fact.js';
import { Effective, Partner, Reason } from '../grammar/fields.js';
import { family } from '../grammar/succession.js';
import { minus, NO_MONEY, pounds, total } from '../money.js';
import { seriesOn } from '../postings.js';
import { FINANCE } from '../roles.js';
import { refuse, type Refusal } from '../rules.js';
import { EffectiveDay } from '../values.js';
import { opened, seriesOf, type FundState, type Opened } from './state.js';

/** Who is a partner of a fund on which day: those with whom it was opened, and those who join and leave during its year. */

/**
 * Whether a body was a partner on a day, inclusive, as known at a revision of the fund. Of a body that neither joined nor
 * left, the fund was opened with it, and it is one on every day.
 */
function isPartner({ partners, members }: Opened, body: string, day: Day, upTo: number): boolean {
  const own = members.filter(({ partner }) => partner === body);
  if (own.length === 0) return partners.includes(body);
  return own.some(
    ({ from, until = LAST_DAY, joined = 0, left = Infinity }) =>
      joined <= upTo && from <= day && (left > upTo || day <= until),
  );
}

/** The partners of a fund on a day, inclusive, as known at a revision of the fund; left out, as now known. */
export const partnersOn = (of: Opened, day: Day, upTo = Infinity): string[] =>
  of.partners.filter((body) => isPartner(of, body, day, upTo));

/** A fund with its partners of a day. */
export const asOn = (of: Opened, day: Day, upTo?: number): Opened => ({ ...of, partners: partnersOn(of, day, upTo) });

const moved = (of: Opened, more: Pick<Opened, 'members'> & Partial<Opened>): Opened => ({ ...of, ...more });

/** The agreed money of a body that falls due after a day, in pence. It stays agreed when the body leaves. */
function dueAfter(state: FundState, body: string, day: Day): string[] {
  const left = [...state.items].flatMap(([name, item]) => {
    if (item.kind !== 'contribution' || item.payer !== body) return [];
    const due = seriesOf(state, 'due', name);
    return [minus(seriesOn(due, LAST_DAY), seriesOn(due, day))];
  });
  const sum = total(left);
  return sum === NO_MONEY
    ? []
    : [`${pounds(sum)} that ${body} has agreed to pay falls due after that day, and stands until it is varied.`];
}

export const MEMBERSHIP_FACTS: readonly Fact<FundState>[] = [
  fact({
    name: 'FundPartnerJoined',
    title: 'Take a partner into the fund',
    group: 'fund',
    about:
      'A body becomes a partner of the fund from a day of its year on; the host and the body itself sign. While the body is asked to sign, its officers see the fund.',
    input: z.strictObject({ effective: Effective, partner: among(['register'], Partner), reason: Reason }),
    signature: 'other-side',
    roles: FINANCE,
    effective: 'in-year',
    reversible: false,
    wayBack: 'Record that it leaves.',
    sides: ({ partner }, state: FundState) => ({ acts: [opened(state).host], signs: [partner] }),
    subject: ({ partner }) => partner,
    check({ partner, effective }, state: FundState, { register }) {
      if (!register.partners.has(partner))
        return refuse('partner_unknown', `${partner} is not registered as a partner.`);
      return notIn(opened(state), partner, effective);
    },
    evolve(state, { partner, effective }, { revision }) {
      const of = opened(state);
      assign(
        state,
        'opened',
        moved(of, {
          partners: [...new Set([...of.partners, partner])],
          members: [...of.members, { partner, from: effective, joined: revision }],
        }),
      );
    },
    sentence: ({ partner, effective, reason }) =>
      `${partner} is a partner of the fund from ${dayInWords(effective)}: ${reason}`,
  }),
  fact({
    name: 'FundPartnerLeft',
    title: 'Let a partner leave the fund',
    group: 'fund',
    about:
      'A body is a partner of the fund until a day of its year; the host and the body itself sign. What it has agreed and paid stands; it agrees nothing for later days.',
    input: z.strictObject({
      effective: EffectiveDay.meta({ title: 'Last day', description: 'The last day as a partner, inclusive.' }),
      partner: Partner,
      reason: Reason,
    }),
    signature: 'other-side',
    roles: FINANCE,
    effective: 'in-year',
    reversible: false,
    wayBack: 'Record that it joins again.',
    sides: ({ partner }, state: FundState) => ({ acts: [opened(state).host], signs: [partner] }),
    subject: ({ partner }) => partner,
    check({ partner, effective }, state: FundState, { register }) {
      const of = opened(state);
      if (family(register.successions, of.host, effective, of.area).includes(partner))
        return refuse('host_stays', `${partner} is the host.`);
      if (!isPartner(of, partner, effective, Infinity))
        return refuse('not_in_fund', `${partner} is no partner of the fund on ${dayInWords(effective)}.`);
      return partnersOn(of, effective).length > 2
        ? undefined
        : refuse('host_stays', `With ${partner}, all but the host would have left.`);
    },
    warns: ({ partner, effective }, state) => dueAfter(state, partner, effective),
    evolve(state, { partner, effective }, { revision }) {
      const of = opened(state);
      const last = of.members.findLast((each) => each.partner === partner);
      const ended = { ...(last ?? { partner, from: FIRST_DAY }), until: effective, left: revision };
      assign(state, 'opened', moved(of, { members: [...of.members.filter((each) => each !== last), ended] }));
    },
    sentence: ({ partner, effective, reason }) =>
      `${partner} is a partner of the fund until ${dayInWords(effective)}: ${reason}`,
  }),
];

/** A body can join only if it is not a partner on the day or on any later day, so that it is not in the fund twice. */
function notIn(of: Opened, partner: string, from: Day): Refusal | undefined {
  const own = of.members.filter((each) => each.partner === partner);
  const isIn = own.length === 0 ? of.partners.includes(partner) : own.some(({ until = LAST_DAY }) => until >= from);
  return isIn
    ? refuse('nothing_to_change', `${partner} is a partner of the fund on ${dayInWords(from)}, or joins after it.`)
    : undefined;
}
