import { z } from 'zod';
import { assign, put } from '../grammar/change.js';
import { dayInWords } from '../calendar.js';
import { ASSIGNMENT_FACTS } from './assignment.js';
import { CASE_FACTS } from './cases.js';
import { TERMS_STEPS, type Entry, type Step } from './steps.js';
import { SETTLEMENT_FACTS } from './settlements.js';
import { STAGE_FACTS } from './stages.js';
import { emptyDisputes, opened, reverse, entriesKnown, type DisputeState } from './state.js';
import { keeperFact, NO_BOOKS, type Fact } from '../grammar/fact.js';
import { reversalFact, reversedBy } from '../grammar/reversal.js';
import { sameText } from '../grammar/same.js';
import { refuse, type Refusal } from '../rules.js';
import type { Kind } from '../grammar/kind.js';
import { among } from '../grammar/asked.js';
import { Area, Effective, Partner } from '../grammar/fields.js';

/** The stream of one area's disputes: `disputes-<area>`. Its facts stand in the files of `dispute/`, by subject. */

const OPENING: Fact<DisputeState> = keeperFact({
  name: 'DisputesOpened',
  title: 'Open the disputes of an area',
  group: 'disputes',
  about: 'Opens the disputes of one area, with the partners between whom they can be; the ledger’s keeper opens them.',
  input: z.strictObject({
    effective: Effective,
    area: Area,
    partners: z
      .array(Partner)
      .min(2, { error: 'a dispute has two sides' })
      .max(60)
      .refine((partners) => new Set(partners).size === partners.length, { error: 'must name each partner once' })
      .meta({ title: 'Partners', description: 'The bodies between whom there can be disputes.' }),
  }),
  wayBack: 'An area’s disputes stay open for ever.',
  check(data, state: DisputeState, { register }) {
    if (state.opened) return refuse('area_exists', `The disputes of ${data.area} are open already.`);
    const unknown = data.partners.find((partner) => !register.partners.has(partner));
    return unknown === undefined ? undefined : refuse('partner_unknown', `${unknown} is not registered as a partner.`);
  },
  evolve: (state, { area, partners }, { revision }) =>
    assign(state, 'opened', { area, partners: new Map(partners.map((partner) => [partner, revision])) }),
  sentence: (data) => `The disputes of ${data.area} were opened, with ${data.partners.length} partners.`,
});

const JOINING: Fact<DisputeState> = keeperFact({
  name: 'DisputePartnerAdded',
  title: 'Add a partner to the disputes',
  group: 'disputes',
  about: 'A body comes to an area after its disputes were opened; the ledger’s keeper adds it.',
  input: z.strictObject({ effective: Effective, partner: among(['register'], Partner) }),
  wayBack: 'A partner stays for ever; nothing need be done in its name.',
  check(data, state: DisputeState, { register }) {
    const { area, partners } = opened(state);
    if (partners.has(data.partner)) {
      return refuse('nothing_to_change', `${data.partner} is a partner of ${area} already.`);
    }
    return register.partners.has(data.partner)
      ? undefined
      : refuse('partner_unknown', `${data.partner} is not registered as a partner.`);
  },
  evolve: (state, { partner }, { revision }) => put(opened(state).partners, partner, revision),
  sentence: (data) => `${data.partner} came to the area from ${dayInWords(data.effective)}.`,
});

const FACTS: readonly Fact<DisputeState>[] = [
  OPENING,
  JOINING,
  ...STAGE_FACTS,
  ...CASE_FACTS,
  ...SETTLEMENT_FACTS,
  ...ASSIGNMENT_FACTS,
];
/** Which later steps rest on a step. */
const STAGES: readonly Step[] = ['enters-stage', 'extends-stage'];
const MONEY: readonly Step[] = ['pays', 'writes-off'];
const TERMS: readonly Step[] = [...TERMS_STEPS].filter((step) => step !== 'raises');

/** The later facts of a history that rest on an earlier one, by what the earlier one does. */
function countsOn(step: Step): (later: Entry) => boolean {
  if (step === 'raises') return () => true;
  const of = STAGES.includes(step)
    ? STAGES
    : TERMS.includes(step)
      ? [...TERMS, ...MONEY]
      : MONEY.includes(step)
        ? ['settles']
        : [];
  return (later) => of.includes(later.step);
}

/** The later facts that were worked out from one that would be reversed. */
function restingOn(state: DisputeState, revision: number): Entry[] {
  const { entry, histories } = state.entries.get(revision)!;
  if (entry.step !== 'limits-write-offs')
    return histories.flatMap((history) => entriesKnown(history).filter(countsOn(entry.step)));
  // Write-offs without a minute rest on the limit that the partner had set before them.
  return [...state.entries.values()]
    .map((each) => each.entry)
    .filter(
      (each) =>
        each.step === 'writes-off' &&
        each.reversed === undefined &&
        each.data['creditor'] === entry.data['partner'] &&
        each.data['minute'] === undefined,
    );
}

/** A fact cannot be reversed while later facts that were computed from it stand. */
function nothingRestsOn(state: DisputeState, revision: number): Refusal | undefined {
  const others = restingOn(state, revision).filter((each) => each.revision > revision);
  return others.length === 0
    ? undefined
    : refuse(
        'others_rest_on_it',
        `On it rest the facts at revision ${[...new Set(others.map((each) => each.revision))].join(', ')}.`,
      );
}

const REVERSAL = reversalFact<DisputeState>({
  place: 'area',
  facts: FACTS,
  wayBack: 'Post the original fact again.',
  limits: [],
  reversed: (state) => state.reversed,
  check(state, _original, { effective, reverses, fact: { data } }) {
    // The figures of a case follow from the facts that stand, so a reversed fact counts on no day.
    if (effective !== data.effective) {
      return refuse(
        'reversal_day_fixed',
        `The original takes effect on ${dayInWords(data.effective)}; so must its reversal.`,
      );
    }
    return nothingRestsOn(state, Number(reverses));
  },
  evolve: (state, { reverses, effective }, revision) => reverse(state, Number(reverses), { revision, on: effective }),
});

const DISPUTE_FACTS: readonly Fact<DisputeState>[] = [...FACTS, REVERSAL];

/** The disputes of one area. They know no accounting periods: a fund's returns show what was known when they were filed. */
export const DISPUTE: Kind<DisputeState> = {
  name: 'dispute',
  facts: DISPUTE_FACTS,
  byName: new Map(DISPUTE_FACTS.map((each) => [each.name, each])),
  opener: OPENING.name,
  deals: true,
  initial: emptyDisputes,
  isOpen: (state) => state.opened !== undefined,
  notOpen: (stream) => refuse('area_unknown', `No disputes of ${stream.replace(/^disputes-/, '')} have been opened.`),
  nameFits: (stream, data) =>
    stream === `disputes-${String(data['area'])}`
      ? undefined
      : refuse(
          'area_name_wrong',
          `The address names ${stream.replace(/^disputes-/, '')}; the area is ${String(data['area'])}.`,
        ),
  ...NO_BOOKS,
  area: (state) => state.opened?.area,
  alike(state, fact, data) {
    const same = sameText(fact, data);
    return [...state.entries.values()].find(
      ({ entry }) => entry.type === fact.name && entry.reversed === undefined && sameText(fact, entry.data) === same,
    )?.entry.revision;
  },
  referredTo: reversedBy,
};
