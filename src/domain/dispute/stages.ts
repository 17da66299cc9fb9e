import { z } from 'zod';
import { append } from '../grammar/change.js';
import { dayInWords, daysAfter, LAST_DAY, type Day } from '../calendar.js';
import { completedFact, recast, type Fact } from '../grammar/fact.js';
import { refuse, Refusal } from '../rules.js';
import { sectorOf } from '../register/state.js';
import { sameValue } from '../same-value.js';
import { EffectiveDay } from '../values.js';
import { workingDaysAfter } from '../working-days.js';
import type { Entry } from './steps.js';
import { FINANCE } from '../roles.js';
import { CaseReference } from './cases.js';
import { PROTOCOLS, type Stage } from './reference.js';
import {
  bodiesOf,
  bothSides,
  caseOf,
  enter,
  notClosed,
  notLaterThanToday,
  opened,
  type DisputeState,
} from './state.js';
import { DueBy, Effective, Panel, ProtocolName, SchemeTitle, ShortTitle, StageName } from '../grammar/fields.js';
import { among, newName } from '../grammar/asked.js';

/** The stages through which a dispute goes by the area's protocol, and their deadlines in working or in calendar days. */

const WorkingDays = z
  .int()
  .min(1)
  .max(260)
  .meta({ title: 'Working days', description: 'How many working days the stage may take.' });

const Days = z.int().min(1).max(366).meta({
  title: 'Calendar days',
  description: 'How many calendar days the stage may take; weekends and holidays count, and the last day may be one.',
});

const Stages = z
  .array(
    z
      .strictObject({
        stage: newName(StageName, ['title']),
        title: ShortTitle,
        workingDays: WorkingDays.optional(),
        days: Days.optional(),
      })
      .refine(({ workingDays, days }) => workingDays === undefined || days === undefined, {
        error: 'must be in working days or in calendar days, not in both',
      })
      .meta({ title: 'Stage' }),
  )
  .min(1)
  .max(12)
  .refine((stages) => new Set(stages.map((each) => each.stage)).size === stages.length, {
    error: 'must name each stage once',
  })
  .meta({ title: 'Stages', description: 'The stages in their order.' });

const PROTOCOL_NAMES = PROTOCOLS.map((each) => each.protocol).join(', ');

/** The stage that a case is in, as it was entered; undefined where it is in none. */
const stageOf = (entries: readonly Entry[]): Entry | undefined =>
  entries.findLast((each) => each.step === 'enters-stage');

/** The day by which the stage of a case ends, inclusive: as first set, or as the two sides extended it. */
const dueByOf = (entries: readonly Entry[]): Day | undefined =>
  entries.findLast((each) => each.step === 'enters-stage' || each.step === 'extends-stage')?.data['dueBy'] as
    Day | undefined;

const limitInWords = ({ workingDays, days }: Stage): string =>
  workingDays ? ` (${workingDays} working days)` : days ? ` (${days} calendar days)` : '';

/** The last day of a stage that is entered on a day, inclusive; none where it has no limit of its own. */
function deadlineOf({ workingDays, days }: Stage, entered: Day, afterWorkingDays: (count: number) => Day) {
  if (workingDays !== undefined) return afterWorkingDays(workingDays);
  return days === undefined ? undefined : daysAfter(entered, days);
}

const EntrySent = z.strictObject({
  effective: Effective,
  case: among(['open'], CaseReference),
  stage: StageName,
  panel: Panel.optional(),
});
const ExtensionSent = z.strictObject({ effective: Effective, case: CaseReference, dueBy: DueBy });

export const STAGE_FACTS: readonly Fact<DisputeState>[] = [
  recast({
    name: 'DisputeProtocolAdopted',
    title: 'Adopt a dispute protocol',
    group: 'disputes',
    about:
      'The area’s councils and NHS bodies adopt a dispute protocol: its stages in order, and their working or calendar days; one from each side signs, or any two where all are of one sector.',
    input: z.strictObject({
      effective: Effective,
      protocol: newName(ProtocolName),
      title: SchemeTitle.optional(),
      stages: Stages.optional().meta({
        description: `The stages in order; left out, those of a protocol known by its name: ${PROTOCOL_NAMES}.`,
      }),
    }),
    stored: z.strictObject({ effective: Effective, protocol: ProtocolName, title: SchemeTitle, stages: Stages }),
    signature: 'other-side',
    roles: FINANCE,
    effective: 'any-day',
    reversible: false,
    wayBack: 'Adopt another protocol.',
    understood({ title, stages, ...data }) {
      const known = PROTOCOLS.find((each) => each.protocol === data.protocol);
      return {
        ...data,
        ...(title !== (known?.title ?? data.protocol) && { title }),
        ...(!sameValue(stages, known?.stages) && { stages }),
      };
    },
    sides(_data, state: DisputeState, { register }) {
      const { partners } = opened(state);
      const all = [...partners.keys()];
      const of = (sector: string) => all.filter((each) => sectorOf(register.partners.get(each)!.kind) === sector);
      const sides = { acts: of('local-government'), signs: of('nhs') };
      // If all partners are of one sector, any two of them sign.
      return sides.acts.length > 0 && sides.signs.length > 0 ? sides : { acts: all, signs: all };
    },
    subject: () => 'protocol',
    complete(data) {
      const known = PROTOCOLS.find((each) => each.protocol === data.protocol);
      const stages = data.stages ?? known?.stages;
      return stages
        ? { ...data, title: data.title ?? known?.title ?? data.protocol, stages: [...stages] }
        : refuse(
            'reference_unknown',
            `No protocol is known by the name "${data.protocol}"; give its stages, or use one of ${PROTOCOL_NAMES}.`,
          );
    },
    check(data, state: DisputeState) {
      const last = state.protocols.at(-1);
      return last && last.data.effective >= data.effective
        ? refuse('later_change_stands', `"${last.data.protocol}" is adopted from ${dayInWords(last.data.effective)}.`)
        : undefined;
    },
    evolve: (state, { effective, protocol, title, stages }, { revision }) =>
      append(state.protocols, { revision, data: { effective, protocol, title, stages } }),
    sentence: (data) =>
      `The dispute protocol "${data.title}" was adopted from ${dayInWords(data.effective)}: ${data.stages
        .map((each) => `${each.title}${limitInWords(each)}`)
        .join(', ')}.`,
  }),
  completedFact({
    name: 'DisputeStageEntered',
    title: 'Enter a stage',
    group: 'disputes',
    about:
      'A case enters a stage of the protocol that was in force, and known, when it was raised, forward only; its deadline is so many working or calendar days later, by the bank holidays that are known when it is recorded: what is proclaimed later does not move it.',
    input: EntrySent,
    adds: { protocol: ProtocolName, title: ShortTitle.optional(), dueBy: DueBy.optional() },
    signature: 'none',
    roles: FINANCE,
    effective: 'any-day',
    reversible: true,
    sides(data, state: DisputeState, { today }) {
      const { claimant, respondent } = bodiesOf(state, data.case, today);
      return { acts: [...claimant, ...respondent], signs: [] };
    },
    complete(data, state: DisputeState, { today, register }) {
      const found = caseOf(state, data.case);
      if (found instanceof Refusal) return found;
      const refusal = notClosed(found) ?? notLaterThanToday('It would be entered', data.effective, today);
      if (refusal) return refusal;
      const { raisedOn } = found.terms.raised;
      const { protocol, stages } = state.goesBy.get(data.case)!;
      const at = stages.findIndex((each) => each.stage === data.stage);
      const stage = stages[at];
      if (!stage) {
        return refuse(
          'stage_unknown',
          `The protocol "${protocol}" has the stages ${stages.map((each) => each.stage).join(', ')}.`,
        );
      }
      const before = stageOf(found.entries);
      const reached = stages.findIndex((each) => each.stage === before?.data['stage']);
      if (at <= reached || data.effective < (before?.data.effective ?? raisedOn)) {
        return refuse(
          'stage_backwards',
          before
            ? `Case ${data.case} entered "${before.data['stage'] as string}" on ${dayInWords(before.data.effective)}.`
            : `Case ${data.case} was raised on ${dayInWords(raisedOn)}.`,
        );
      }
      const dueBy = deadlineOf(stage, data.effective, (count) =>
        workingDaysAfter(data.effective, count, today, register.reference.holidays),
      );
      if (dueBy !== undefined && dueBy > LAST_DAY) {
        return refuse(
          'in_the_future',
          `Its deadline would come after ${dayInWords(LAST_DAY)}, the last day that the ledger speaks of.`,
        );
      }
      return { ...data, protocol, title: stage.title, ...(dueBy !== undefined && { dueBy }) };
    },
    evolve: (state, data, event) => void enter(state, event, 'enters-stage', [[state.cases, data.case]]),
    sentence: (data) =>
      `Case ${data.case} entered the stage "${data.title ?? data.stage}" on ${dayInWords(data.effective)}` +
      (data.panel ? `, panel on ${dayInWords(data.panel)}` : '') +
      (data.dueBy ? `, to be done by ${dayInWords(data.dueBy)}.` : '.'),
  }),
  completedFact({
    name: 'DisputeStageExtended',
    title: 'Extend a stage',
    group: 'disputes',
    about: 'Both sides agree a later deadline for the stage that a case is in.',
    input: ExtensionSent,
    adds: { stage: StageName, was: EffectiveDay.optional() },
    signature: 'other-side',
    roles: FINANCE,
    effective: 'any-day',
    reversible: true,
    sides: bothSides,
    subject: (data) => data.case,
    complete(data, state: DisputeState) {
      const found = caseOf(state, data.case);
      if (found instanceof Refusal) return found;
      const stage = stageOf(found.entries);
      if (!stage) return refuse('stage_unknown', `Case ${data.case} has entered no stage yet.`);
      if (data.effective < stage.data.effective) {
        return refuse(
          'stage_backwards',
          `Case ${data.case} entered "${stage.data['stage'] as string}" on ${dayInWords(stage.data.effective)}.`,
        );
      }
      const was = dueByOf(found.entries);
      return { ...data, stage: stage.data['stage'] as string, ...(was !== undefined && { was }) };
    },
    check({ stage, dueBy, was, effective }, _state, { today }) {
      if (was !== undefined && dueBy <= was) {
        return refuse('deadline_not_later', `The stage "${stage}" is to be done by ${dayInWords(was)}.`);
      }
      // An extension of a deadline can be recorded late; a first deadline must be in the future.
      const earliest = was === undefined && today > effective ? today : effective;
      return dueBy < earliest
        ? refuse('deadline_not_later', `${dayInWords(dueBy)} is before ${dayInWords(earliest)}.`)
        : undefined;
    },
    evolve: (state, data, event) => void enter(state, event, 'extends-stage', [[state.cases, data.case]]),
    sentence: (data) =>
      `The stage "${data.stage}" of case ${data.case} was extended by consent to ${dayInWords(data.dueBy)}.`,
  }),
];
