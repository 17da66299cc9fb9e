import { z } from 'zod';
import { GROUPS, inGroups } from '../../../domain/grammar/groups.js';
import { clampedTo } from '../../../domain/calendar.js';
import { partnersOn } from '../../../domain/fund/membership.js';
import { PARTNER_KINDS } from '../../../domain/register/state.js';
import { Refusal } from '../../../domain/rules.js';
import { PROTOCOLS, type Stage } from '../../../domain/dispute/reference.js';
import { EffectiveDay } from '../../../domain/values.js';
import { bankHolidays } from '../../../domain/working-days.js';
import { SOURCES } from '../../../domain/sources.js';
import { allFacts, disputeStream, fundStream } from '../../catalogue.js';
import { todayOf } from '../../acts/stamp.js';
import type { Ledger } from '../../ledger.js';
import { fixedQuery, Nothing, OfFund, PartnerName, query, fundAtDates, type Table } from '../question.js';
import { pagesOf } from '../../../domain/grammar/pages.js';
import { FieldText, fieldText } from '../../field-words.js';

/** What there is: funds, partners, sources of funding, and the facts that can be recorded. */

const StageText = z.object({
  stage: z.string(),
  title: z.string(),
  workingDays: z.int().nullable(),
  days: z.int().nullable().meta({ description: 'Its limit in calendar days, if it is not in working days.' }),
});

const stageText = ({ stage, title, workingDays, days }: Stage): z.output<typeof StageText> => ({
  stage,
  title,
  workingDays: workingDays ?? null,
  days: days ?? null,
});

const FundText = z.object({
  fund: z.string(),
  area: z.string(),
  year: z.string(),
  host: z.string(),
  partners: z.array(z.string()),
  closedThrough: z
    .int()
    .meta({ description: 'The last accounting period closed, 1 (April) to 12 (March); 0 if none is.' }),
  revision: z.string(),
});

function fundText(ledger: Ledger, fund: string): z.input<typeof FundText> {
  const { opened, closedThrough } = ledger.model.fund(fund)!.outline;
  const { area, year, host } = opened!;
  return {
    fund,
    area,
    year: year.label,
    host,
    partners: partnersOn(opened!, clampedTo(todayOf(ledger), year)),
    closedThrough,
    revision: String(ledger.model.stream('fund', fundStream(fund)).revision),
  };
}

const fundTable = (funds: readonly z.output<typeof FundText>[]): Table => ({
  columns: ['fund', 'host', 'partners', 'closed through', 'revision'],
  rows: funds.map((each) => [
    each.fund,
    each.host,
    String(each.partners.length),
    each.closedThrough === 0 ? '' : `P${each.closedThrough}`,
    each.revision,
  ]),
});

export const funds = query({
  name: 'funds',
  path: '/funds',
  about: 'The funds in the ledger.',
  params: Nothing,
  options: Nothing,
  answer: z.object({ funds: z.array(FundText) }),
  run: async (ledger) => ({ funds: ledger.model.funds().map((each) => fundText(ledger, each)) }),
  table: (answer) => fundTable(answer.funds),
  seenBy: (answer, { sees }) => ({ funds: answer.funds.filter((each) => sees(each.fund)) }),
});

export const fund = query({
  name: 'fund',
  path: '/funds/{fund}',
  about: 'One fund: its host, its partners, the last period closed, and its revision.',
  params: OfFund,
  options: Nothing,
  answer: FundText,
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, {});
    return at instanceof Refusal ? at : fundText(ledger, asked.fund);
  },
  table: (answer) => fundTable([answer]),
  revision: (answer) => answer.revision,
});

export const areas = query({
  name: 'areas',
  path: '/areas',
  about: 'The areas whose disputes are kept, with their partners and the dispute protocol in force.',
  params: Nothing,
  options: Nothing,
  answer: z.object({
    areas: z.array(
      z.object({
        area: z.string(),
        partners: z.array(z.string()),
        protocols: z
          .array(
            z.object({ protocol: z.string(), title: z.string(), effective: z.string(), stages: z.array(StageText) }),
          )
          .meta({
            description: 'The protocols adopted. The last is in force for disputes raised from its day on.',
          }),
        revision: z.string(),
      }),
    ),
  }),
  run: async (ledger) => ({
    areas: ledger.model.areas().map((area) => {
      const { own, revision } = ledger.model.stream('dispute', disputeStream(area));
      return {
        area,
        partners: [...own.opened!.partners.keys()],
        protocols: own.protocols.map(({ data: { protocol, title, effective, stages } }) => ({
          protocol,
          title,
          effective,
          stages: stages.map(stageText),
        })),
        revision: String(revision),
      };
    }),
  }),
  seenBy: (answer, { seesArea }) => ({ areas: answer.areas.filter((each) => seesArea(each.area)) }),
  table: (answer) => ({
    columns: ['area', 'partners', 'protocol', 'from', 'revision'],
    rows: answer.areas.map((each) => [
      each.area,
      String(each.partners.length),
      each.protocols.at(-1)?.protocol ?? '',
      each.protocols.at(-1)?.effective ?? '',
      each.revision,
    ]),
  }),
});

export const protocols = fixedQuery({
  name: 'dispute-protocols',
  path: '/dispute-protocols',
  about: 'Dispute protocols that an area can adopt by name. Unproven ones are marked.',
  answer: z.object({
    protocols: z.array(
      z.object({
        protocol: z.string(),
        title: z.string(),
        stages: z.array(StageText),
        evidence: z.string(),
        proven: z.boolean(),
      }),
    ),
  }),
  says: () => ({
    protocols: PROTOCOLS.map(({ stages, ...protocol }) => ({ ...protocol, stages: stages.map(stageText) })),
  }),
  table: (answer) => ({
    columns: ['protocol', 'stage', 'title', 'working days', 'calendar days', 'evidence'],
    rows: answer.protocols.flatMap(({ protocol, stages, evidence }) =>
      stages.map((each) => [
        protocol,
        each.stage,
        each.title,
        String(each.workingDays ?? (each.days === null ? 'no limit' : '')),
        String(each.days ?? ''),
        evidence,
      ]),
    ),
  }),
});

export const holidays = query({
  name: 'bank-holidays',
  path: '/bank-holidays',
  about:
    'The bank holidays of a year in England, which are not working days, as known on a day, including those proclaimed and recorded by its end.',
  params: Nothing,
  options: z.strictObject({
    year: z
      .string()
      .regex(/^20\d{2}$/, { error: 'must be a calendar year such as "2026"' })
      .optional()
      .meta({ description: 'The calendar year. Left out, this one.' }),
    'known-on': EffectiveDay.optional().meta({
      description: 'Includes what was proclaimed and recorded by the end of this day. Left out, today.',
    }),
  }),
  answer: z.object({
    year: z.string(),
    knownOn: z.string(),
    holidays: z.array(z.object({ day: z.string(), name: z.string() })),
  }),
  async run(ledger, asked) {
    const today = todayOf(ledger);
    const year = asked.year ?? today.slice(0, 4);
    const knownOn = asked['known-on'] ?? today;
    const recorded = ledger.model.register().reference.holidays;
    return { year, knownOn, holidays: bankHolidays(Number(year), knownOn, recorded) };
  },
  table: (answer) => ({ columns: ['day', 'name'], rows: answer.holidays.map((each) => [each.day, each.name]) }),
});

export const partners = query({
  name: 'partners',
  path: '/partners',
  about: 'The partners in the register.',
  params: Nothing,
  options: Nothing,
  answer: z.object({ partners: z.array(z.object({ ...PartnerName, kind: z.string() })) }),
  run: async (ledger) => ({
    partners: [...ledger.model.register().partners].map(([partner, { name, kind }]) => ({
      partner,
      name,
      kind: PARTNER_KINDS[kind],
    })),
  }),
  table: (answer) => ({
    columns: ['partner', 'name', 'kind'],
    rows: answer.partners.map((each) => [each.partner, each.name, each.kind]),
  }),
});

const SourceText = z.object({
  code: z.string(),
  name: z.string(),
  duty: z.string(),
  kind: z.string(),
  grant: z.boolean(),
  beside: z
    .boolean()
    .meta({ description: 'Whether it stands beside the pool and counts in none of the pool’s figures.' }),
  from: z.string(),
  until: z.string().nullable(),
  evidence: z.string(),
  proven: z.boolean(),
});

export const sources = fixedQuery({
  name: 'sources',
  path: '/sources',
  about: 'The sources of funding, as dated reference data. Unproven entries are marked.',
  answer: z.object({ sources: z.array(SourceText) }),
  says: () => ({
    sources: SOURCES.map((source) => ({ ...source, beside: source.beside !== undefined, until: source.until ?? null })),
  }),
  table: (answer) => ({
    columns: ['code', 'name', 'duty', 'kind', 'from', 'until', 'proven'],
    rows: answer.sources.map((each) => [
      each.code,
      each.name,
      each.duty,
      each.kind,
      each.from,
      each.until ?? '',
      each.proven ? 'yes' : 'no',
    ]),
  }),
});

export const facts = fixedQuery({
  name: 'facts',
  path: '/facts',
  about:
    'Every fact that can be recorded, in the order of a year’s work: what is done, who may do it, who signs it, and the rule that it comes from.',
  answer: z.object({
    facts: z.array(
      z.object({
        type: z.string(),
        title: z.string().meta({ description: 'What is done, as a verb phrase.' }),
        group: z.string().meta({ description: 'The heading under which it is listed.' }),
        stream: z.string(),
        about: z.string(),
        signature: z.string(),
        roles: z.array(z.string()),
        reversible: z.boolean(),
        pages: z.array(z.array(FieldText)).meta({
          description: 'The fields of its form, page by page.',
        }),
      }),
    ),
  }),
  says: () => ({
    facts: inGroups(allFacts().map(({ kind, fact: each }) => ({ kind, each, group: each.group }))).map(
      ({ kind, each }) => ({
        type: each.name,
        title: each.title,
        group: GROUPS[each.group],
        stream: kind.name,
        about: each.about,
        signature: each.signedAs ? 'as the original' : each.signature,
        roles: [...each.roles],
        reversible: each.reversible,
        pages: pagesOf(each).map((page) => page.map((name) => fieldText(name, each.input.shape[name] as z.ZodType))),
      }),
    ),
  }),
  table: (answer) => ({
    columns: ['title', 'group', 'fact', 'stream', 'signature', 'about'],
    rows: answer.facts.map((each) => [each.title, each.group, each.type, each.stream, each.signature, each.about]),
  }),
});
