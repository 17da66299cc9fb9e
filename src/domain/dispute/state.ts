import { dayInWords, dayNumber, type Day, type FinancialYear } from '../calendar.js';
import { append, assign, put } from '../grammar/change.js';
import type { Context, Sides } from '../grammar/fact.js';
import type { FactData, LedgerEvent } from '../grammar/event.js';
import { textsOf } from '../grammar/proposal.js';
import { inForce, isKnown, lastInForce, type Remembered, type Reversed } from '../grammar/remembered.js';
import { minus, NO_MONEY, pence, plus, pounds, shareInWords, shareOfParts, type Pence } from '../money.js';
import { refuse, type Refusal } from '../rules.js';
import { bodyOn, sameText, termsOf, type Raised, type SettledLine, type Terms } from './claim.js';
import { TERMS_STEPS, type Entry, type Step } from './steps.js';
import type { Stage } from './reference.js';

/** What is open of an area’s claims, and the last revision of its disputes that was known; -1 where there are none. */
interface KnownClaims {
  readonly open: Pence;
  readonly revision: number;
}

/** What decisions on an area's funds may read of its disputes. */
declare module '../grammar/fact.js' {
  interface World {
    /** The claims of an area’s financial year that are open on a day, inclusive, as now known. */
    openClaims(area: string, year: FinancialYear, on: Day): KnownClaims;
  }
}

/** The disputes of one area, as a decision needs to see them: every case as the facts that stand on it. */
export interface DisputeState {
  /** The area, and its partners with the revision at which each came. */
  readonly opened: { readonly area: string; readonly partners: ReadonlyMap<string, number> } | undefined;
  /** The protocols that the area adopted, in the order of their effective days. */
  readonly protocols: readonly Remembered<Adopted>[];
  /** The sum up to which each partner's officers may write off without a minute, in the order of recording. */
  readonly writeOffLimits: readonly Entry[];
  readonly cases: ReadonlyMap<string, History>;
  /**
   * The protocol of each case: the one in force, and known, when the case was raised. A protocol adopted later changes
   * no case.
   */
  readonly goesBy: ReadonlyMap<string, Adopted>;
  readonly settlements: ReadonlyMap<string, History>;
  /** Every entry by its revision, with the histories that it stands in: one that touches several cases is one entry. */
  readonly entries: ReadonlyMap<number, { readonly entry: Entry; readonly histories: readonly History[] }>;
  readonly reversed: ReadonlyMap<number, number>;
  /** The cases that one of several successors took over, in the order of recording, those reversed included. */
  readonly assigned: readonly Entry[];
  /**
   * All weekly costs and invoices claimed by facts that stand, in pence. This sum is limited, so that every figure is
   * exact.
   */
  readonly volume: Pence;
}

export interface Assignment {
  readonly case: string;
  readonly side: 'claimant' | 'respondent';
  readonly effective: Day;
  readonly predecessor: string;
  readonly successor: string;
}

interface Adopted {
  readonly effective: Day;
  readonly protocol: string;
  readonly title: string;
  readonly stages: readonly Stage[];
}

/** The facts that stand on a case or a settlement, in the order of recording, those reversed included. */
export interface History {
  readonly entries: readonly Entry[];
  /** Those of them that say at what stage a case is, so that a register need not go through all. */
  readonly stages: readonly Entry[];
  /** The states of knowledge of its terms, in the order of recording: one for each event that changed them. */
  readonly versions: readonly Version[];
}

/**
 * What is known of a case from one revision on, to the next version. Later events only add versions, so terms worked out
 * from one hold for as long as it is kept.
 */
interface Version {
  readonly revision: number;
  terms: Terms | undefined;
}

export const emptyDisputes = (): DisputeState => ({
  opened: undefined,
  protocols: [],
  writeOffLimits: [],
  cases: new Map(),
  goesBy: new Map(),
  settlements: new Map(),
  entries: new Map(),
  reversed: new Map(),
  assigned: [],
  volume: NO_MONEY,
});

// Evolve

const STAGE_STEPS: ReadonlySet<Step> = new Set(['enters-stage', 'extends-stage']);

/** Enters an event into the histories that it touches, under what it does to them. */
export function enter(
  state: DisputeState,
  { revision, type, data }: Pick<LedgerEvent, 'revision' | 'type' | 'data'>,
  step: Step,
  into: readonly (readonly [histories: ReadonlyMap<string, History>, name: string])[],
): Entry {
  const entry: Entry = { revision, step, type: sameText(type), data };
  const touched = into.map(([histories, name]) => {
    if (!histories.has(name)) put(histories, name, { entries: [], stages: [], versions: [] });
    const history = histories.get(name)!;
    append(history.entries, entry);
    if (STAGE_STEPS.has(step)) append(history.stages, entry);
    return history;
  });
  put(state.entries, revision, { entry, histories: touched });
  newVersion(touched, entry, revision);
  return entry;
}

/** Marks an event as reversed by another in the histories that it touched. */
export function reverse(state: DisputeState, revision: number, by: Reversed): void {
  const { entry, histories } = state.entries.get(revision)!;
  put(state.reversed, revision, by.revision);
  assign(entry, 'reversed', by);
  assign(state, 'volume', minus(state.volume, volumeOf(entry.data as Partial<Raised>)));
  newVersion(histories, entry, by.revision);
}

/** Stages, payments and classes do not change the terms, so most facts make no new version of a case. */
function newVersion(histories: readonly History[], { step }: Entry, revision: number): void {
  if (!TERMS_STEPS.has(step)) return;
  for (const { versions } of histories) append(versions, { revision, terms: undefined });
}

/** The cases that an event of the area changes: those that it names, or that the fact which it reverses named. */
export const casesTouched = (state: DisputeState, revision: number, { reverses }: Readonly<Record<string, unknown>>) =>
  (state.entries.get(reverses === undefined ? revision : Number(reverses))?.histories ?? []).filter(
    ({ entries }) => entries[0]!.step === 'raises',
  );

// Reading the state

/** The facts of a history that stand, as known up to a revision, inclusive. */
export const entriesKnown = ({ entries }: History, upTo = Infinity): Entry[] =>
  entries.filter((each) => isKnown(each, upTo));

/** The most terms of one case that are kept at once. Nearly every case has fewer versions. */
const TERMS_KEPT_MAX = 6;

/** The revision of the last event that changed the terms of a case that was raised by a revision, inclusive. */
export const termsRevision = ({ versions }: History, upTo: number): number =>
  versions.findLast(({ revision }) => revision <= upTo)!.revision;

/** The terms of a case as known up to a revision, inclusive; undefined where it was not yet, or no longer, raised. */
export function termsAt(history: History, upTo = Infinity): Terms | undefined {
  const { versions } = history;
  let index = versions.length - 1;
  while (index >= 0 && versions[index]!.revision > upTo) index--;
  const version = versions[index];
  if (!version) return undefined;
  if (version.terms) return version.terms;
  const entries = entriesKnown(history, upTo);
  if (entries[0]?.step !== 'raises') return undefined;
  if (versions.length > TERMS_KEPT_MAX && versions.filter((each) => each.terms).length >= TERMS_KEPT_MAX)
    forget(history);
  version.terms = termsOf(entries);
  return version.terms;
}

/** Drops the computed terms; they are computed again when needed. */
export function forget({ versions }: History): void {
  for (const version of versions) version.terms = undefined;
}

/** The disputes as opened. Decisions on an unopened area are refused before any fact is looked at. */
export const opened = (state: DisputeState) => state.opened!;

export interface OpenCase {
  readonly entries: readonly Entry[];
  readonly terms: Terms;
}

/** Finds a case, or refuses. */
export function caseOf(state: DisputeState, id: string): OpenCase | Refusal {
  const history = state.cases.get(id);
  const terms = history && termsAt(history);
  return terms
    ? { entries: entriesKnown(history), terms }
    : refuse('reference_unknown', `No case ${id} is in dispute in ${opened(state).area}.`);
}

/** The bodies of a case on a day, for working out whose act a fact is; none if there is no such case. */
export function bodiesOf(state: DisputeState, id: string, day: Day): { claimant: string[]; respondent: string[] } {
  const history = state.cases.get(id);
  const terms = history && termsAt(history);
  if (!terms) return { claimant: [], respondent: [] };
  return {
    claimant: [bodyOfSideOn(state, terms, 'claimant', day)],
    respondent: [bodyOfSideOn(state, terms, 'respondent', day)],
  };
}

/** The body of one side on a day: where its successors held the case jointly, the one that has taken it over. */
function bodyOfSideOn(state: DisputeState, terms: Terms, side: 'claimant' | 'respondent', day: Day): string {
  const body = bodyOn(terms, side, day);
  const taken = assignedOn(state, day, Infinity).find(
    (each) => each.case === terms.raised.case && each.side === side && each.predecessor === body,
  );
  return taken?.successor ?? body;
}

/** The assignments in force on a day, as known at a revision, both inclusive. */
export const assignedOn = ({ assigned }: DisputeState, on: Day, upTo: number): Assignment[] =>
  inForce(assigned, { on, upTo }).map(({ data }) => data as unknown as Assignment);

/** The sides of what both bodies of a case sign: those that stand on it today. */
export const bothSides = (data: { readonly case: string }, state: DisputeState, { today }: Context): Sides => {
  const { claimant, respondent } = bodiesOf(state, data.case, today);
  return { acts: claimant, signs: respondent };
};

/** The sides of what one body of a case does for itself, with a second officer. */
export const oneSide =
  (side: 'claimant' | 'respondent') =>
  (data: { readonly case: string }, state: DisputeState, { today }: Context): Sides => {
    const body = bodiesOf(state, data.case, today)[side];
    return { acts: body, signs: body };
  };

/** The protocol in force in the area on a day, inclusive, as now known. */
export const protocolOn = ({ protocols }: DisputeState, on: Day): Adopted | undefined =>
  lastInForce(protocols, { on })?.data;

// Decide: the checks that several facts share

export function partnersAreIn(state: DisputeState, partners: readonly string[]): Refusal | undefined {
  const { area, partners: all } = opened(state);
  const stranger = partners.find((partner) => !all.has(partner));
  return stranger === undefined
    ? undefined
    : refuse('not_in_area', `${stranger} is not a partner of ${area}; its partners are ${[...all.keys()].join(', ')}.`);
}

/** Refuses a day after today (`in_the_future`); today itself is allowed. */
export const notLaterThanToday = (what: string, day: Day, today: Day): Refusal | undefined =>
  day > today ? refuse('in_the_future', `${what} on ${dayInWords(day)}; today is ${dayInWords(today)}.`) : undefined;

/** A fact of one side alone cannot change what both sides have signed. */
const ONE_SIDED: readonly Step[] = ['revises', 'withdraws', 'concedes'];

/** Steps that set the same thing of a case from a day on must be made in the order of their days. */
const SUBJECTS: readonly (readonly Step[])[] = [['revises'], ['shares-meanwhile'], ['splits', 'withdraws', 'concedes']];

/** The settlement that dealt with a case last: whether it closed the case, and through which day it settled it. */
function settledLast({ entries, terms }: OpenCase) {
  const settled = entries.findLast((each) => each.step === 'settles');
  if (!settled) return undefined;
  const id = terms.raised.case;
  const { through, closes } = (settled.data['lines'] as SettledLine[]).find((each) => each.case === id)!;
  return { settlement: settled.data['settlement'] as string, through, closes };
}

/** A case with nothing open takes no more facts. */
export function notClosed(found: OpenCase): Refusal | undefined {
  const last = settledLast(found);
  return last?.closes
    ? refuse('settled_already', `Case ${found.terms.raised.case} is settled and closed by "${last.settlement}".`)
    : undefined;
}

/**
 * Refuses to change the terms of a case from a day on if the day is before the first day of the claim, if a settlement
 * has settled or closed the case for it, or out of the order of days. Undefined where they can be changed.
 */
export function canChange(found: OpenCase, step: Step, effective: Day): Refusal | undefined {
  const { entries, terms } = found;
  const { case: id, effective: first } = terms.raised;
  if (effective < first) {
    return refuse(
      'before_it_began',
      `The claim of case ${id} begins on ${dayInWords(first)}; this would take effect on ${dayInWords(effective)}.`,
    );
  }
  const closed = notClosed(found);
  if (closed) return closed;
  const last = settledLast(found);
  if (last && effective <= last.through) {
    return refuse(
      'settled_already',
      `Case ${id} is settled through ${dayInWords(last.through)} by "${last.settlement}".`,
    );
  }
  const split = entries.findLast((each) => each.step === 'splits');
  if (split && ONE_SIDED.includes(step) && effective <= (split.data['decidedOn'] as Day)) {
    return refuse(
      'decided_already',
      `Both sides have signed how case ${id} is split, and what that comes to by ${dayInWords(split.data['decidedOn'] as Day)}.`,
    );
  }
  const subject = SUBJECTS.find((steps) => steps.includes(step))!;
  const later = entries.find((each) => subject.includes(each.step) && each.data.effective > effective);
  return later
    ? refuse(
        'later_change_stands',
        `Revision ${later.revision} (${later.type}) states it from ${dayInWords(later.data.effective)}; this would from ${dayInWords(effective)}.`,
      )
    : undefined;
}

/** The terms as they would be with one more step. */
export const termsWith = ({ entries }: OpenCase, step: Step, data: FactData): Terms =>
  termsOf([...entries, { revision: Infinity, step, type: '', data }]);

/** A share in parts of the whole, for a reader. */
const inWords = (parts: number): string => shareInWords(shareOfParts(parts));

/** On no day may the claimed share be less than the interim share, or the decided share more than the claimed share. */
export function sharesHold(terms: Terms): Refusal | undefined {
  for (const { claimed, interim, decided } of terms.stretches) {
    if (interim > claimed) {
      return refuse(
        'interim_beyond_claim',
        `The respondent would pay ${inWords(interim)} meanwhile, and only ${inWords(claimed)} is claimed.`,
      );
    }
    if (decided !== undefined && decided > claimed) {
      return refuse(
        'decision_beyond_claim',
        `${inWords(decided)} would be decided, and ${inWords(claimed)} is claimed.`,
      );
    }
  }
  return undefined;
}

/** Refuses a fact about a case that is dated before its raising; the day of raising is allowed. */
export const notBeforeRaising = (what: string, day: Day, { raised }: Terms): Refusal | undefined =>
  day < raised.raisedOn
    ? refuse(
        'before_it_began',
        `${what} on ${dayInWords(day)}; case ${raised.case} was raised on ${dayInWords(raised.raisedOn)}.`,
      )
    : undefined;

/** Only one proposal on a matter may be on the table, because of two the older could be signed last. */
export function noOtherOnTheTable(type: string, id: string, { proposals, answering }: Context): Refusal | undefined {
  const other = [...proposals.values()].find(
    (each) => each.id !== answering && textsOf(each).some((text) => text.type === type && text.data['case'] === id),
  );
  return other && refuse('proposal_open', `Proposal ${other.id} of ${other.by} on case ${id} waits for an answer.`);
}

/** The weekly costs and invoices claimed in an area must stay below this, in pence. */
const VOLUME_MAX = pence('999999999.99');

/** What one claim counts in the limit of an area, in pence: its weekly costs and its invoices, added up. */
export const volumeOf = ({ costs = [], invoices = [] }: Partial<Pick<Raised, 'costs' | 'invoices'>>): Pence =>
  [...costs.map((each) => each.weekly), ...invoices.map((each) => each.amount)].reduce(
    (sum, amount) => plus(sum, pence(amount)),
    NO_MONEY,
  );

/**
 * Refuses a claim, of so many pence by {@link volumeOf}, with which all claims of the area would come to more than the
 * ledger adds up exactly.
 */
export function volumeHolds(state: DisputeState, more: Pence): Refusal | undefined {
  const volume = plus(state.volume, more);
  return volume > VOLUME_MAX
    ? refuse('more_than_an_area_disputes', `All weekly costs and invoices claimed would come to ${pounds(volume)}.`)
    : undefined;
}

/** A number of things for a reader: “1 case”, “2 cases”. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Days given in a list go up, and the first is not after the day from which the list must hold. */
export function inDayOrder(what: string, days: readonly Day[], first: Day): Refusal | undefined {
  if (days.length > 0 && days[0]! > first) {
    return refuse(
      'days_out_of_order',
      `The first of the ${what} is from ${dayInWords(days[0]!)}; ${dayInWords(first)} has none.`,
    );
  }
  const index = days.findIndex((day, at) => at > 0 && dayNumber(day) <= dayNumber(days[at - 1]!));
  return index < 0
    ? undefined
    : refuse(
        'days_out_of_order',
        `Among the ${what}, ${dayInWords(days[index]!)} comes after ${dayInWords(days[index - 1]!)}.`,
      );
}
