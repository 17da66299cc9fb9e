import { z } from 'zod';
import { compare, type Mover } from '../../projections/compare.js';
import type { Entry } from '../../projections/entry.js';
import { inForce } from '../../projections/fund-facts.js';
import { GAP_FIGURES, gapOf, type Gap } from '../../projections/gap.js';
import { gapByDay, gapByKnowledge } from '../../projections/gap-history.js';
import { passDowns } from '../../projections/pass-down.js';
import { planOf } from '../../projections/plan.js';
import { FIGURES, fundPosition, partnerPosition, type Figures } from '../../projections/position.js';
import { statement } from '../../projections/statement.js';
import type { View } from '../../projections/view.js';
import {
  clampedTo,
  instantText,
  knownAtInstant,
  londonDay,
  type Day,
  type FinancialYear,
  type Instant,
} from '../domain/calendar.js';
import { moneyText, NO_MONEY, type Pence } from '../domain/money.js';
import { PARTNER_KINDS } from '../domain/register.js';
import { refuse, Refusal } from '../domain/rules.js';
import { SOURCES } from '../domain/sources.js';
import { EffectiveDay, Name, SignedMoney } from '../domain/values.js';
import { allFacts, fundStream, REGISTER_STREAM, sentenceOf } from './catalogue.js';
import type { Ledger } from './ledger.js';
import { viewOf, type FundModel } from './read-model.js';

/**
 * Every question that the ledger answers, declared once: its name, address, parameters and answer. The HTTP routes with
 * their OpenAPI, the CSV and the commands of the terminal follow from these declarations.
 */
export interface Query {
  readonly name: string;
  /** Its address under /v1. What stands in braces is a parameter, and an argument of the command. */
  readonly path: string;
  readonly about: string;
  readonly params: z.ZodObject;
  readonly options: z.ZodObject;
  readonly answer: z.ZodObject;
  run(ledger: Ledger, asked: Asked): Promise<Answer | Refusal>;
  /** The answer as a table, for CSV and the terminal. */
  table(answer: Answer): Table;
  /** The revision that a later act may be bound to, where the answer has one. */
  revision?(answer: Answer): string;
  /** The answer with only the funds that the asker may see, where it speaks of several. */
  seenBy?(answer: Answer, sees: (fund: string) => boolean): Answer;
}

export type Asked = Readonly<Record<string, unknown>>;
export type Answer = Readonly<Record<string, unknown>>;

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

interface Declared<P extends z.ZodObject, O extends z.ZodObject, A extends z.ZodObject> {
  readonly name: string;
  readonly path: string;
  readonly about: string;
  readonly params: P;
  readonly options: O;
  readonly answer: A;
  run(ledger: Ledger, asked: z.output<P> & z.output<O>): Promise<z.input<A> | Refusal>;
  table(answer: z.output<A>): Table;
  revision?(answer: z.output<A>): string;
  seenBy?(answer: z.output<A>, sees: (fund: string) => boolean): z.output<A>;
}

const query = <P extends z.ZodObject, O extends z.ZodObject, A extends z.ZodObject>(
  declared: Declared<P, O, A>,
): Query => declared;

// Parameters

const KnownAt = z
  .string()
  .transform((text, context): Instant => {
    const instant = knownAtInstant(text);
    if (instant !== undefined) return instant;
    context.addIssue({
      code: 'custom',
      message:
        'must be a day, such as "2016-06-30" (the end of that day in London), or a UTC instant, such as "2016-06-30T12:00:00Z"',
    });
    return z.NEVER;
  })
  .meta({
    description:
      'What was known: a UTC instant, or a day, which means the end of that day in Europe/London. Left out, now.',
    examples: ['2016-06-30'],
  });

const On = EffectiveDay.meta({
  description:
    'The effective day, inclusive, in Europe/London. Left out, today, or the nearest day of the fund’s year.',
  examples: ['2016-04-01'],
});

const OfFund = z.strictObject({ fund: Name.meta({ examples: ['norfolk-2016-17'] }) });
const OfPartner = OfFund.extend({ partner: Name.meta({ examples: ['norfolk-county-council'] }) });
const AtTwoDates = z.strictObject({ on: On.optional(), 'known-at': KnownAt.optional() });
const Nothing = z.strictObject({});

// Answers

const Stamp = {
  on: z.string(),
  knownAt: z.string(),
  ledger: z.object({ size: z.int(), position: z.string().nullable() }).meta({
    description: 'How much of the ledger the answer was computed from: how many events, and the last one’s position.',
  }),
};

const FiguresText = z.object(
  Object.fromEntries(FIGURES.map((name) => [name, SignedMoney])) as Record<keyof Figures, typeof SignedMoney>,
);
const GapText = z.object(
  Object.fromEntries(GAP_FIGURES.map((name) => [name, SignedMoney])) as Record<keyof Gap, typeof SignedMoney>,
);

const inText = <Name extends string>(figures: Readonly<Record<Name, Pence>>): Record<Name, string> =>
  Object.fromEntries(Object.entries<Pence>(figures).map(([name, amount]) => [name, moneyText(amount)])) as Record<
    Name,
    string
  >;

const PartnerName = { partner: z.string(), name: z.string() };
const SourcesText = z.array(z.object({ source: z.string(), figures: FiguresText }));
const EntryText = z.object({
  revision: z.string(),
  type: z.string(),
  recordedAt: z.string(),
  effective: z.string(),
  officer: z.string(),
  partner: z.string(),
  sentence: z.string(),
  evidence: z.array(z.string()),
});

const entryText = (entry: Entry): z.input<typeof EntryText> => ({
  revision: String(entry.revision),
  type: entry.type,
  recordedAt: entry.recordedAt,
  effective: entry.effective,
  officer: entry.officer,
  partner: entry.partner,
  sentence: entry.sentence,
  evidence: entry.evidence.map((each) => each.reference),
});

// Choosing the two dates

interface Standing {
  readonly fund: string;
  readonly model: FundModel;
  readonly view: View;
  readonly on: Day;
  readonly size: number;
  readonly year: FinancialYear;
  readonly partners: readonly string[];
  readonly stamp: { on: string; knownAt: string; ledger: { size: number; position: string | null } };
}

interface TwoDates {
  readonly on?: Day | undefined;
  readonly 'known-at'?: Instant | undefined;
}

/** A fund at two dates, defaults filled in and echoed: no hidden windows. */
function standing(ledger: Ledger, fund: string, { on, 'known-at': knownAt }: TwoDates): Standing | Refusal {
  const { model, clock } = ledger;
  const found = model.fund(fund);
  const opened = model.stream('fund', fundStream(fund)).own.opened;
  if (!found || !opened) return refuse('fund_unknown', `There is no fund named ${fund}.`);
  const now = clock.now();
  const instant = knownAt ?? now;
  const { size, position } = model.prefix(instant);
  const day = on ?? clampedTo(londonDay(now), opened.year);
  return {
    fund,
    model: found,
    view: viewOf(found, day, size),
    on: day,
    size,
    year: opened.year,
    partners: opened.partners,
    stamp: { on: day, knownAt: instantText(instant), ledger: { size, position: position ?? null } },
  };
}

const nameOf = (ledger: Ledger, partner: string): string => ledger.model.register().partners.get(partner)!.name;

const entriesOf = (ledger: Ledger, { fund, size }: Pick<Standing, 'fund' | 'size'>): Promise<Entry[]> =>
  ledger.entries(fundStream(fund), size);

// The questions

const position = query({
  name: 'position',
  path: '/funds/{fund}/position',
  about: 'The fund’s position: each partner’s, and their total, on a day, as known at an instant.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    partners: z.array(z.object({ ...PartnerName, sources: SourcesText, total: FiguresText })),
    total: FiguresText,
  }),
  async run(ledger, asked) {
    const at = standing(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const { partners, total } = fundPosition(at.view, at.partners);
    return {
      fund: asked.fund,
      ...at.stamp,
      partners: partners.map(({ partner, sources, total: own }) => ({
        partner,
        name: nameOf(ledger, partner),
        sources: sources.map(({ source, figures }) => ({ source, figures: inText(figures) })),
        total: inText(own),
      })),
      total: inText(total),
    };
  },
  table: ({ partners, total }) => ({
    columns: ['partner', 'source', ...FIGURES],
    rows: [
      ...partners.flatMap(({ name, sources }) =>
        sources.map(({ source, figures }) => [name, source, ...FIGURES.map((figure) => figures[figure])]),
      ),
      ['Total', '', ...FIGURES.map((figure) => total[figure])],
    ],
  }),
});

const partnerPositionQuery = query({
  name: 'partner-position',
  path: '/funds/{fund}/partners/{partner}/position',
  about: 'One partner’s position in a fund, by source of funding.',
  params: OfPartner,
  options: AtTwoDates,
  answer: z.object({ fund: z.string(), ...PartnerName, ...Stamp, sources: SourcesText, total: FiguresText }),
  async run(ledger, asked) {
    const at = standing(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    if (!at.partners.includes(asked.partner))
      return refuse('not_in_fund', `${asked.partner} is not a partner of ${asked.fund}.`);
    const { sources, total } = partnerPosition(at.view, asked.partner);
    return {
      fund: asked.fund,
      partner: asked.partner,
      name: nameOf(ledger, asked.partner),
      ...at.stamp,
      sources: sources.map(({ source, figures }) => ({ source, figures: inText(figures) })),
      total: inText(total),
    };
  },
  table: ({ sources, total }) => ({
    columns: ['source', ...FIGURES],
    rows: [
      ...sources.map(({ source, figures }) => [source, ...FIGURES.map((figure) => figures[figure])]),
      ['Total', ...FIGURES.map((figure) => total[figure])],
    ],
  }),
});

const Stated = z.object({
  amount: SignedMoney,
  claimant: z.string(),
  statedOn: z.string(),
  basis: z.string(),
  evidence: z.array(z.string()),
});

const FundedBy = z.object({ ...PartnerName, source: z.string(), recurrent: SignedMoney, oneOff: SignedMoney });

const gap = query({
  name: 'gap',
  path: '/funds/{fund}/gap',
  about:
    'The funding gap on a day, as known at an instant: soft, hard and recurrent, who funds what, and the gaps that were stated.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    ...GapText.shape,
    fundedBy: z.array(FundedBy),
    stated: z.array(Stated),
  }),
  async run(ledger, asked) {
    const at = standing(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    return {
      fund: asked.fund,
      ...at.stamp,
      ...inText(gapOf(at.view)),
      fundedBy: fundPosition(at.view, at.partners).partners.flatMap(({ partner, sources }) =>
        sources
          .filter(({ figures }) => figures.agreed !== NO_MONEY)
          .map(({ source, figures }) => ({
            partner,
            name: nameOf(ledger, partner),
            source,
            recurrent: moneyText(figures.agreedRecurrent),
            oneOff: moneyText(figures.agreedOneOff),
          })),
      ),
      stated: inForce(at.model.facts, 'GapStated', at.on, at.size).map(({ data, evidence }) => ({
        ...(data as unknown as { amount: string; claimant: string; statedOn: string; basis: string }),
        evidence: evidence.map((each) => each.reference),
      })),
    };
  },
  table: (answer) => ({
    columns: ['figure', 'amount', 'who', 'when'],
    rows: [
      ...GAP_FIGURES.map((figure) => [figure, answer[figure], '', '']),
      ...answer.fundedBy.flatMap(({ name, source, recurrent, oneOff }) => [
        ...(recurrent === '0.00' ? [] : [[`funded, ${source}, recurrent`, recurrent, name, '']]),
        ...(oneOff === '0.00' ? [] : [[`funded, ${source}, one-off`, oneOff, name, '']]),
      ]),
      ...answer.stated.map((each) => ['stated gap', each.amount, each.claimant, each.statedOn]),
    ],
  }),
});

const gapHistory = query({
  name: 'gap-history',
  path: '/funds/{fund}/gap/history',
  about: 'How the gap moved: along the days, as known at one instant; or along what was known, on one day.',
  params: OfFund,
  options: AtTwoDates.extend({
    along: z
      .enum(['days', 'knowledge'])
      .default('knowledge')
      .meta({ description: 'Which of the two dates moves while the other stands still.' }),
  }),
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    along: z.string(),
    points: z.array(z.object({ at: z.string(), ...GapText.shape })),
  }),
  async run(ledger, asked) {
    const at = standing(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const history = asked.along === 'days' ? gapByDay : gapByKnowledge;
    const points = history(await entriesOf(ledger, at), at.on, at.size);
    return {
      fund: asked.fund,
      ...at.stamp,
      along: asked.along,
      points: points.map((point) => ({ at: point.at, ...inText(point.gap) })),
    };
  },
  table: ({ points }) => ({
    columns: ['at', ...GAP_FIGURES],
    rows: points.map((point) => [point.at, ...GAP_FIGURES.map((figure) => point[figure])]),
  }),
});

const compareQuery = query({
  name: 'compare',
  path: '/funds/{fund}/compare',
  about: 'Why the gap changed between two pairs of dates: the facts that moved each figure, adding up to the change.',
  params: OfFund,
  options: z.strictObject({
    'from-on': On.optional(),
    'from-known-at': KnownAt.optional(),
    'to-on': On.optional(),
    'to-known-at': KnownAt.optional(),
  }),
  answer: z.object({
    fund: z.string(),
    from: z.object({ ...Stamp, ...GapText.shape }),
    to: z.object({ ...Stamp, ...GapText.shape }),
    change: GapText,
    movers: z.array(
      EntryText.extend({
        by: z.enum(['day', 'knowledge']),
        changes: GapText.partial(),
      }),
    ),
  }),
  async run(ledger, asked) {
    const from = standing(ledger, asked.fund, { on: asked['from-on'], 'known-at': asked['from-known-at'] });
    if (from instanceof Refusal) return from;
    const to = standing(ledger, asked.fund, { on: asked['to-on'], 'known-at': asked['to-known-at'] });
    if (to instanceof Refusal) return to;
    const entries = await entriesOf(ledger, { fund: asked.fund, size: Math.max(from.size, to.size) });
    const compared = compare(entries, from, to);
    return {
      fund: asked.fund,
      from: { ...from.stamp, ...inText(compared.from) },
      to: { ...to.stamp, ...inText(compared.to) },
      change: inText(compared.change),
      movers: compared.movers.map(({ entry, by, changes }: Mover) => ({
        ...entryText(entry),
        by,
        changes: inText(changes as Record<keyof Gap, Pence>),
      })),
    };
  },
  table: ({ from, to, change, movers }) => ({
    columns: ['revision', 'what', 'recorded at', ...GAP_FIGURES],
    rows: [
      ['', `From ${from.on}, known at ${from.knownAt}`, '', ...GAP_FIGURES.map((figure) => from[figure])],
      ...movers.map((mover) => [
        mover.revision,
        mover.sentence,
        mover.recordedAt,
        ...GAP_FIGURES.map((figure) => mover.changes[figure] ?? ''),
      ]),
      ['', 'Change', '', ...GAP_FIGURES.map((figure) => change[figure])],
      ['', `To ${to.on}, known at ${to.knownAt}`, '', ...GAP_FIGURES.map((figure) => to[figure])],
    ],
  }),
});

const StatementText = z.object({
  on: z.string(),
  source: z.string(),
  agreed: SignedMoney,
  due: SignedMoney,
  received: SignedMoney,
  outstanding: SignedMoney,
  ...EntryText.shape,
});

const statementQuery = query({
  name: 'statement',
  path: '/funds/{fund}/partners/{partner}/statement',
  about:
    'A partner’s statement of account with the balance outstanding after each line; opening + movements = closing.',
  params: OfPartner,
  options: AtTwoDates.extend({
    from: EffectiveDay.optional().meta({
      description: 'The first day, inclusive. Left out, the first day of the fund’s year.',
    }),
  }),
  answer: z.object({
    fund: z.string(),
    ...PartnerName,
    from: z.string(),
    ...Stamp,
    opening: SignedMoney,
    lines: z.array(StatementText),
    closing: SignedMoney,
  }),
  async run(ledger, asked) {
    const at = standing(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    if (!at.partners.includes(asked.partner))
      return refuse('not_in_fund', `${asked.partner} is not a partner of ${asked.fund}.`);
    const from = asked.from ?? at.year.first;
    const { opening, lines, closing } = statement(await entriesOf(ledger, at), asked.partner, {
      from,
      on: at.on,
      size: at.size,
    });
    return {
      fund: asked.fund,
      partner: asked.partner,
      name: nameOf(ledger, asked.partner),
      from,
      ...at.stamp,
      opening: moneyText(opening),
      lines: lines.map(({ on, source, entry, agreed, due, received, outstanding }) => ({
        on,
        source,
        ...inText({ agreed, due, received, outstanding }),
        ...entryText(entry),
      })),
      closing: moneyText(closing),
    };
  },
  table: ({ opening, lines, closing }) => ({
    columns: ['on', 'source', 'what', 'agreed', 'due', 'received', 'outstanding', 'recorded at', 'revision'],
    rows: [
      ['', '', 'Opening', '', '', '', opening, '', ''],
      ...lines.map((line) => [
        line.on,
        line.source,
        line.sentence,
        line.agreed,
        line.due,
        line.received,
        line.outstanding,
        line.recordedAt,
        line.revision,
      ]),
      ['', '', 'Closing', '', '', '', closing, '', ''],
    ],
  }),
});

const PageOptions = {
  'known-at': KnownAt.optional(),
  after: z
    .string()
    .regex(/^(0|[1-9]\d*)$/, { error: 'must be the "next" of an earlier page' })
    .optional()
    .meta({ description: 'The cursor given as "next" by the page before.' }),
  limit: z.coerce.number().int().min(1).max(500).default(100),
};

const TimelinePage = {
  knownAt: z.string(),
  entries: z.array(EntryText),
  next: z.string().nullable().meta({ description: 'The cursor of the next page, or null on the last.' }),
};

async function timelineOf(
  ledger: Ledger,
  stream: string,
  asked: { 'known-at'?: Instant | undefined; after?: string | undefined; limit: number },
) {
  const knownAt = asked['known-at'] ?? ledger.clock.now();
  const { size } = ledger.model.prefix(knownAt);
  const after = asked.after === undefined ? -1 : Number(asked.after);
  const entries = await ledger.entries(stream, size, { after, limit: asked.limit + 1 });
  const page = entries.slice(0, asked.limit);
  return {
    knownAt: instantText(knownAt),
    entries: page.map(entryText),
    next: entries.length > page.length ? String(page.at(-1)!.revision) : null,
  };
}

const timelineTable = ({ entries }: { readonly entries: readonly z.output<typeof EntryText>[] }): Table => ({
  columns: ['revision', 'recorded at', 'effective', 'officer', 'partner', 'what'],
  rows: entries.map((entry) => [
    entry.revision,
    entry.recordedAt,
    entry.effective,
    entry.officer,
    entry.partner,
    entry.sentence,
  ]),
});

const timeline = query({
  name: 'timeline',
  path: '/funds/{fund}/timeline',
  about: 'What happened in a fund, in the order in which it was recorded, each fact in a sentence.',
  params: OfFund,
  options: z.strictObject(PageOptions),
  answer: z.object({ fund: z.string(), ...TimelinePage }),
  async run(ledger, asked) {
    const at = standing(ledger, asked.fund, {});
    if (at instanceof Refusal) return at;
    return { fund: asked.fund, ...(await timelineOf(ledger, fundStream(asked.fund), asked)) };
  },
  table: timelineTable,
});

const registerTimeline = query({
  name: 'register-timeline',
  path: '/register/timeline',
  about: 'What happened in the register: partners, officers and their mandates.',
  params: Nothing,
  options: z.strictObject(PageOptions),
  answer: z.object(TimelinePage),
  run: (ledger, asked) => timelineOf(ledger, REGISTER_STREAM, asked),
  table: timelineTable,
});

const plan = query({
  name: 'plan',
  path: '/funds/{fund}/plan',
  about: 'The spending plan: each line in force, and the requirement that they add up to.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    lines: z.array(
      z.object({
        line: z.string(),
        description: z.string(),
        category: z.string(),
        effect: z.enum(['adds', 'reduces']),
        source: z.string(),
        recurrent: z.boolean(),
        amount: SignedMoney,
      }),
    ),
    requirement: SignedMoney,
  }),
  async run(ledger, asked) {
    const at = standing(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const { lines, requirement } = planOf(at.view, inForce(at.model.facts, 'PlanLineSet', at.on, at.size));
    return {
      fund: asked.fund,
      ...at.stamp,
      lines: lines.map((line) => ({ ...line, amount: moneyText(line.amount) })),
      requirement: moneyText(requirement),
    };
  },
  table: ({ lines, requirement }) => ({
    columns: ['line', 'description', 'category', 'source', 'recurrent', 'amount'],
    rows: [
      ...lines.map((line) => [
        line.line,
        line.description,
        line.category,
        line.source,
        line.recurrent ? 'recurrent' : 'one-off',
        line.effect === 'adds' ? line.amount : `-${line.amount}`,
      ]),
      ['Requirement', '', '', '', '', requirement],
    ],
  }),
});

const PassDownText = {
  share: SignedMoney,
  passedDown: SignedMoney,
  shortfall: SignedMoney,
};

const passDown = query({
  name: 'pass-down',
  path: '/funds/{fund}/pass-down',
  about: 'Whether each grant that must be passed down has been, district by district, and what is missing.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    grants: z.array(
      z.object({
        grant: z.string(),
        holder: z.string(),
        source: z.string(),
        by: z.string(),
        inFull: z.boolean(),
        ...PassDownText,
        districts: z.array(z.object({ district: z.string(), name: z.string(), ...PassDownText })),
      }),
    ),
  }),
  async run(ledger, asked) {
    const at = standing(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const grants = passDowns(at.view, inForce(at.model.facts, 'GrantDetermined', at.on, at.size));
    return {
      fund: asked.fund,
      ...at.stamp,
      grants: grants.map(({ share, passedDown, shortfall, districts, ...grant }) => ({
        ...grant,
        ...inText({ share, passedDown, shortfall }),
        districts: districts.map(({ district, ...figures }) => ({
          district,
          name: nameOf(ledger, district),
          ...inText(figures),
        })),
      })),
    };
  },
  table: ({ grants }) => ({
    columns: ['grant', 'district', 'share', 'passed down', 'shortfall'],
    rows: grants.flatMap(({ grant, districts, share, passedDown, shortfall }) => [
      ...districts.map((each) => [grant, each.name, each.share, each.passedDown, each.shortfall]),
      [grant, 'Total', share, passedDown, shortfall],
    ]),
  }),
});

const ProposalText = z.object({
  proposal: z.string(),
  revision: z
    .string()
    .meta({ description: 'The revision at which its terms last changed: send it as If-Match to answer.' }),
  fact: z.object({ type: z.string(), data: z.looseObject({}) }),
  sentence: z.string(),
  by: z.string(),
  officer: z.string(),
  awaiting: z.array(z.string()),
  signature: z.string(),
  conditions: z.string().nullable(),
  expires: z.string().nullable(),
});

function proposalsIn(ledger: Ledger, stream: string): z.input<typeof ProposalText>[] {
  return ledger.model
    .openProposals()
    .filter((each) => each.stream === stream)
    .map(({ proposal }) => ({
      proposal: proposal.id,
      revision: String(proposal.revision),
      fact: { type: proposal.fact.type, data: proposal.fact.data },
      sentence: sentenceOf({ stream, type: proposal.fact.type, data: proposal.fact.data } as never),
      by: proposal.by,
      officer: proposal.officer,
      awaiting: [...proposal.awaiting],
      signature: proposal.signature,
      conditions: proposal.conditions ?? null,
      expires: proposal.expires ?? null,
    }));
}

const proposalsTable = ({ proposals }: { readonly proposals: readonly z.output<typeof ProposalText>[] }): Table => ({
  columns: ['proposal', 'revision', 'what', 'by', 'waits for', 'expires'],
  rows: proposals.map((each) => [
    each.proposal,
    each.revision,
    each.sentence,
    each.by,
    each.awaiting.join(' or '),
    each.expires ?? '',
  ]),
});

const proposals = query({
  name: 'proposals',
  path: '/funds/{fund}/proposals',
  about: 'What waits for a signature in a fund now.',
  params: OfFund,
  options: Nothing,
  answer: z.object({ fund: z.string(), proposals: z.array(ProposalText) }),
  async run(ledger, { fund }) {
    const at = standing(ledger, fund, {});
    return at instanceof Refusal ? at : { fund, proposals: proposalsIn(ledger, fundStream(fund)) };
  },
  table: proposalsTable,
});

const registerProposals = query({
  name: 'register-proposals',
  path: '/register/proposals',
  about: 'What waits for a signature in the register now.',
  params: Nothing,
  options: Nothing,
  answer: z.object({ proposals: z.array(ProposalText) }),
  run: async (ledger) => ({ proposals: proposalsIn(ledger, REGISTER_STREAM) }),
  table: proposalsTable,
});

const OfProposal = z.strictObject({ proposal: z.uuid({ error: 'must be the identifier of a proposal' }) });

const oneProposal = (found: z.input<typeof ProposalText>[], id: string) =>
  found.find((each) => each.proposal === id) ??
  refuse('proposal_unknown', `No proposal ${id} waits for a signature here.`);

const proposal = query({
  name: 'proposal',
  path: '/funds/{fund}/proposals/{proposal}',
  about: 'One proposal that waits for a signature in a fund; its ETag is what a signer sends as If-Match.',
  params: OfFund.extend(OfProposal.shape),
  options: Nothing,
  answer: ProposalText,
  async run(ledger, asked) {
    const at = standing(ledger, asked.fund, {});
    return at instanceof Refusal ? at : oneProposal(proposalsIn(ledger, fundStream(asked.fund)), asked.proposal);
  },
  table: (answer) => proposalsTable({ proposals: [answer] }),
  revision: (answer) => answer.revision,
});

const registerProposal = query({
  name: 'register-proposal',
  path: '/register/proposals/{proposal}',
  about: 'One proposal that waits for a signature in the register.',
  params: OfProposal,
  options: Nothing,
  answer: ProposalText,
  run: async (ledger, asked) => oneProposal(proposalsIn(ledger, REGISTER_STREAM), asked.proposal),
  table: (answer) => proposalsTable({ proposals: [answer] }),
  revision: (answer) => answer.revision,
});

const FundText = z.object({
  fund: z.string(),
  area: z.string(),
  year: z.string(),
  host: z.string(),
  partners: z.array(z.string()),
  closedThrough: z
    .int()
    .meta({ description: 'The last accounting period closed, 1 (April) to 12 (March); 0 where none is.' }),
  revision: z.string(),
});

function fundText(ledger: Ledger, fund: string): z.input<typeof FundText> {
  const { own, revision } = ledger.model.stream('fund', fundStream(fund));
  const { area, year, host, partners } = own.opened!;
  return {
    fund,
    area,
    year: year.label,
    host,
    partners: [...partners],
    closedThrough: own.closedThrough,
    revision: String(revision),
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

const funds = query({
  name: 'funds',
  path: '/funds',
  about: 'The funds in the ledger.',
  params: Nothing,
  options: Nothing,
  answer: z.object({ funds: z.array(FundText) }),
  run: async (ledger) => ({ funds: ledger.model.funds().map((each) => fundText(ledger, each)) }),
  table: (answer) => fundTable(answer.funds),
  seenBy: (answer, sees) => ({ funds: answer.funds.filter((each) => sees(each.fund)) }),
});

const fund = query({
  name: 'fund',
  path: '/funds/{fund}',
  about: 'One fund: its host, its partners, the last period closed, and its revision.',
  params: OfFund,
  options: Nothing,
  answer: FundText,
  async run(ledger, asked) {
    const at = standing(ledger, asked.fund, {});
    return at instanceof Refusal ? at : fundText(ledger, asked.fund);
  },
  table: (answer) => fundTable([answer]),
  revision: (answer) => answer.revision,
});

const partners = query({
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
  from: z.string(),
  until: z.string().nullable(),
  evidence: z.string(),
  proven: z.boolean(),
});

const sources = query({
  name: 'sources',
  path: '/sources',
  about: 'The sources of funding, as dated reference data; what is not proven says so.',
  params: Nothing,
  options: Nothing,
  answer: z.object({ sources: z.array(SourceText) }),
  run: async () => ({ sources: SOURCES.map((source) => ({ ...source, until: source.until ?? null })) }),
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

const facts = query({
  name: 'facts',
  path: '/facts',
  about: 'Every fact that can be recorded: whose it is, who signs it, and the rule it comes from.',
  params: Nothing,
  options: Nothing,
  answer: z.object({
    facts: z.array(
      z.object({
        type: z.string(),
        stream: z.string(),
        about: z.string(),
        signature: z.string(),
        roles: z.array(z.string()),
        reversible: z.boolean(),
      }),
    ),
  }),
  run: async () => ({
    facts: allFacts().map(({ kind, fact: each }) => ({
      type: each.name,
      stream: kind.name,
      about: each.about,
      signature: each.signedAs ? 'as the original' : each.signature,
      roles: [...each.roles],
      reversible: each.reversible,
    })),
  }),
  table: (answer) => ({
    columns: ['fact', 'stream', 'signature', 'about'],
    rows: answer.facts.map((each) => [each.type, each.stream, each.signature, each.about]),
  }),
});

export const QUERIES: readonly Query[] = [
  funds,
  fund,
  position,
  partnerPositionQuery,
  gap,
  gapHistory,
  compareQuery,
  statementQuery,
  timeline,
  plan,
  passDown,
  proposals,
  proposal,
  registerProposals,
  registerProposal,
  registerTimeline,
  partners,
  sources,
  facts,
];
