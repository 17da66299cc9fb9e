import { z } from 'zod';
import type { DisputesView } from '../../../projections/claims.js';
import type { Entry } from '../../../projections/entry.js';
import { GAP_FIGURES, type Gap } from '../../../projections/gap.js';
import { withExpiries } from '../../../projections/offers.js';
import { FIGURES, type Figures, type FundPosition } from '../../../projections/position.js';
import { inherited, partnersNow, positionNow } from '../../../projections/succession.js';
import { partnersOn } from '../../domain/fund/membership.js';
import type { Change } from '../../../projections/statement-now.js';
import type { View } from '../../../projections/view.js';
import {
  financialYear,
  clampedTo,
  isWithin,
  knownAtInstant,
  londonDay,
  type Day,
  type FinancialYear,
  type Instant,
} from '../../domain/calendar.js';
import { USE_FIGURES, type Use } from '../../domain/fund/money/use-of-money.js';
import { moneyText, type Pence } from '../../domain/money.js';
import type { Inheritance } from '../../domain/register/inheritance.js';
import { lineOf, successionsOn } from '../../domain/grammar/succession.js';
import { frozen } from '../../domain/frozen.js';
import { refuse, Refusal } from '../../domain/rules.js';
import { EffectiveDay, Name, SignedMoney } from '../../domain/values.js';
import { disputeStream, fundStream, REGISTER_STREAM } from '../catalogue.js';
import { knownAtInWords } from '../known-words.js';
import type { Ledger } from '../ledger.js';
import { viewOf } from '../memory/read-model.js';
import type { FundModel } from '../memory/streams.js';
import { ClaimSum } from './disputes/claims-text.js';
import { Known, knownThen, type KnownText } from './known.js';
import { cursor, onDatesOfCursor, withDatesInCursor } from './pages.js';

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
  /** Answers, with claims as the asker may know them. Costly questions work out only what the asker may see. */
  run(ledger: Ledger, asked: Asked, seeing: Seeing): Promise<Answer | Refusal>;
  /** The answer as a table, for CSV and the terminal. */
  table(answer: Answer): Table;
  /** The revision that a later act may be bound to, where the answer has one. */
  revision?(answer: Answer): string;
  /** Whether it speaks of single cases in dispute, which not everybody who sees their totals may see. */
  readonly cases?: true;
  /** The answer with only what the asker may see of it. */
  seenBy?(answer: Answer, seeing: Seeing): Answer;
  /** Whether the program alone answers it, the same to everybody: {@link fixedQuery}. */
  readonly isFixed?: true;
}

/** What an asker may see. */
export interface Seeing {
  sees(fund: string): boolean;
  /** Totals of an area’s disputes. */
  seesArea(area: string): boolean;
  /** Single cases of an area’s disputes. */
  seesCases(area: string): boolean;
  /** What an area’s claims come to, to the penny: who sees its cases, and everybody where no disputes are kept. */
  seesClaims(area: string): boolean;
}

/** Who asks at the ledger itself sees every fund. */
const anything = (): boolean => true;

export const SEES_ALL: Seeing = { sees: anything, seesArea: anything, seesCases: anything, seesClaims: anything };

export type Asked = Readonly<Record<string, unknown>>;
export type Answer = Readonly<Record<string, unknown>>;

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns that a terminal may leave out where there is nothing in them; it names them then. */
  readonly minor?: readonly string[];
  /** Columns for a file alone: what every row is of, which may be all that somebody has of it. */
  readonly inFiles?: readonly string[];
}

interface Declared<P extends z.ZodObject, O extends z.ZodObject, A extends z.ZodObject> {
  readonly name: string;
  readonly path: string;
  readonly about: string;
  readonly params: P;
  readonly options: O;
  readonly answer: A;
  run(ledger: Ledger, asked: z.output<P> & z.output<O>, seeing: Seeing): Promise<z.input<A> | Refusal>;
  table(answer: z.output<A>): Table;
  revision?(answer: z.output<A>): string;
  readonly cases?: true;
  seenBy?(answer: z.output<A>, seeing: Seeing): z.output<A>;
}

export const query = <P extends z.ZodObject, O extends z.ZodObject, A extends z.ZodObject>(
  declared: Declared<P, O, A>,
): Query => ({
  ...declared,
  async run(ledger, sent, seeing) {
    const asked = onDatesOfCursor(sent);
    if (asked instanceof Refusal) return asked;
    // Only an instant that is asked for by name is settled first: who asks for the present asks for what can change.
    await ledger.settling.settle(instantsIn(asked));
    const answer = await declared.run(ledger, asked as z.output<P> & z.output<O>, seeing);
    return answer instanceof Refusal || !('after' in declared.options.shape) ? answer : withDatesInCursor(answer);
  },
});

/**
 * A question that takes nothing, and that the program itself answers: the ledger says nothing of it. The answer is worked
 * out once, and the same one, which nobody can change, is given each time.
 */
export function fixedQuery<A extends z.ZodObject>({
  says,
  ...declared
}: Pick<Declared<typeof Nothing, typeof Nothing, A>, 'name' | 'path' | 'about' | 'answer' | 'table'> & {
  says(): z.input<A>;
}): Query {
  let answer: z.input<A> | undefined;
  return {
    ...declared,
    params: Nothing,
    options: Nothing,
    isFixed: true,
    run: async () => (answer ??= frozen(says())),
  };
}

/** The instants that a question names: the options of which it is said what was known. */
const instantsIn = (asked: Asked): Instant[] =>
  Object.entries(asked).flatMap(([name, value]) =>
    name.includes('known') && typeof value === 'number' ? [value as Instant] : [],
  );

// Parameters

export const KnownAt = z
  .string()
  .transform((text, context): Instant => {
    const instant = knownAtInstant(text);
    if (instant !== undefined) return instant;
    context.addIssue({
      code: 'custom',
      message:
        'must be a day, such as "2016-06-30" (the end of that day in London), or a UTC instant, such as "2016-06-30T12:00:00Z"; from 2013-04-01 to 2099-03-31',
    });
    return z.NEVER;
  })
  .meta({
    description:
      'What was known: a UTC instant, or a day, which means the end of that day in Europe/London. Left out, now.',
    examples: ['2016-06-30'],
  });

export const On = EffectiveDay.meta({
  description:
    'The effective day, inclusive, in Europe/London. Left out, today, or the nearest day of the fund’s year.',
  examples: ['2016-04-01'],
});

export const OfFund = z.strictObject({
  fund: Name.meta({ description: 'The fund: its area and financial year.', examples: ['norfolk-2016-17'] }),
});
export const OfArea = z.strictObject({ area: Name.meta({ description: 'The area.', examples: ['norfolk'] }) });
export const OfPartner = OfFund.extend({
  partner: Name.meta({
    description: 'The partner, by its name in the register.',
    examples: ['norfolk-county-council'],
  }),
});
/** The effective day for disputes, which know no financial year of their own. */
const OnAnyDay = EffectiveDay.meta({
  description: 'The effective day, inclusive, in Europe/London. Left out, today.',
  examples: ['2023-03-31'],
});
export const AreaAtTwoDates = z.strictObject({ on: OnAnyDay.optional(), 'known-at': KnownAt.optional() });
export const AtTwoDates = z.strictObject({ on: On.optional(), 'known-at': KnownAt.optional() });
export const Nothing = z.strictObject({});

const LIMIT_WORDS = 'must be a whole number from 1 to 500';

export const LimitOption = z.coerce
  .number({ error: LIMIT_WORDS })
  .int({ error: LIMIT_WORDS })
  .min(1, { error: LIMIT_WORDS })
  .max(500, { error: LIMIT_WORDS })
  .default(100)
  .meta({ description: 'How many at the most, 1 to 500; 100 where it is left out.' });

/** A financial year. */
export const Year = z
  .string()
  .refine((label) => financialYear(label) !== undefined, { error: 'must be a financial year such as "2016-17"' })
  .meta({ examples: ['2016-17'] });

/** Whether only what is overdue is asked for. */
export const Overdue = z.enum(['true', 'false']).default('false');

/** The place in pages of a stream's happenings: a revision, exclusive. */
export const PageOptions = z.strictObject({
  'known-at': KnownAt.optional(),
  after: cursor(z.string().regex(/^(0|[1-9]\d{0,14})$/)).optional(),
  limit: LimitOption,
});
export const NextPage = z
  .string()
  .nullable()
  .meta({ description: 'The cursor of the next page, which is of the same instant; null on the last.' });

// Answers

export const Stamp = {
  on: z.string(),
  ...Known,
  outsideYear: z
    .boolean()
    .optional()
    .meta({ description: 'True where the day asked for is outside the fund’s year; left out otherwise.' }),
};

/** The figures of a position: what is agreed and paid, and what has been done with the money. */
export const POSITION_FIGURES = [...FIGURES, ...USE_FIGURES] as const;
/** What is agreed and paid alone. */
export const OwedText = z.object(
  Object.fromEntries(FIGURES.map((name) => [name, SignedMoney])) as Record<keyof Figures, typeof SignedMoney>,
);
export const FiguresText = OwedText.extend(
  Object.fromEntries(USE_FIGURES.map((name) => [name, SignedMoney])) as Record<keyof Use, typeof SignedMoney>,
);
/** The figures of a gap, in the order in which they are told. */
export const FIGURES_OF_GAP = GAP_FIGURES;

export const GapText = z.object({
  ...(Object.fromEntries(GAP_FIGURES.map((name) => [name, SignedMoney])) as Record<keyof Gap, typeof SignedMoney>),
  openClaims: ClaimSum,
  exposure: ClaimSum,
});

export function inText<Name extends string>(figures: Readonly<Record<Name, Pence>>): Record<Name, string> {
  const texts = {} as Record<Name, string>;
  for (const name in figures) texts[name] = moneyText(figures[name]);
  return texts;
}

export const SuccessionsText = z
  .array(
    z.object({
      revision: z.string(),
      effective: z.string(),
      mode: z.string(),
      predecessors: z.array(z.string()),
      successors: z.array(z.string()),
      instrument: z.string(),
    }),
  )
  .meta({
    description:
      'The changes of bodies by the day asked for, as known: figures stand under the names of those who followed.',
  });

export const successionsText = ({ successions }: Pick<Inheritance, 'successions'>): z.input<typeof SuccessionsText> =>
  successions.map(({ revision, effective, mode, predecessors, successors, instrument }) => ({
    revision: String(revision),
    effective,
    mode,
    predecessors: [...predecessors],
    successors: [...successors],
    instrument,
  }));

export const PartnerName = { partner: z.string(), name: z.string() };
export const SourcesText = z.array(z.object({ source: z.string(), figures: FiguresText }));
export const EntryText = z.object({
  revision: z.string(),
  type: z.string().meta({
    description:
      'The kind of fact, or of the step of a proposal. ProposalExpired where the last day of an offer passed: nobody records it, and its revision is that of the terms of the offer.',
  }),
  recordedAt: z.string(),
  effective: z.string(),
  officer: z.string(),
  partner: z.string(),
  sentence: z.string(),
  evidence: z.array(z.string()),
});

/** A document that a fact names, as an answer has it. */
export const DocumentText = z.object({
  reference: z.string(),
  sha256: z.string().nullable().meta({ description: 'The digest of the file; null where none was given.' }),
  page: z.int().nullable().meta({ description: 'The page that matters; null where none was named.' }),
});

export const documentText = ({
  reference,
  sha256,
  page,
}: Entry['evidence'][number]): z.output<typeof DocumentText> => ({
  reference,
  sha256: sha256 ?? null,
  page: page ?? null,
});

export const entryText = (entry: Entry): z.input<typeof EntryText> => ({
  revision: String(entry.revision),
  type: entry.type,
  recordedAt: entry.recordedAt,
  effective: entry.effective,
  officer: entry.officer,
  partner: entry.partner,
  sentence: entry.sentence,
  evidence: entry.evidence.map((each) => each.reference),
});

// Names that are asked about

/** A partner of the fund, under the name of its opening or of those who have followed it, also where they have ended too. */
export const isIn = (at: FundAtDates, partner: string): boolean =>
  at.opened.includes(partner) ||
  at.opened.some((each) => lineOf(at.inheritance.successions, each, at.area).includes(partner)) ||
  at.partners.includes(partner);

/** Refuses a partner in an address that is none of the fund’s. */
export const partnerUnknown = (fund: string, partner: string): Refusal =>
  refuse('name_unknown', `${partner} is not a partner of ${fund}.`);

// Choosing the two dates

export interface FundAtDates {
  readonly fund: string;
  readonly area: string;
  readonly model: FundModel;
  /** Balances under the names of those who hold them on the day. */
  readonly view: View;
  /** The same under the names in which they were recorded. */
  readonly recorded: View;
  readonly inheritance: Inheritance;
  readonly on: Day;
  readonly size: number;
  /** The instant of what was known. */
  readonly instant: Instant;
  /** The last revision of the fund that is known; -1 where none is. */
  readonly upTo: number;
  readonly year: FinancialYear;
  /** The partners that the fund was opened with, and those in whose place they and others are on the day. */
  readonly opened: readonly string[];
  readonly partners: readonly string[];
  readonly known: KnownText;
  readonly stamp: StampText;
}

interface StampText extends KnownText {
  readonly on: string;
  readonly outsideYear?: boolean;
}

export interface TwoDates {
  readonly on?: Day | undefined;
  readonly 'known-at'?: Instant | undefined;
}

/**
 * A fund at two dates, defaults filled in and echoed: no hidden windows. Before anybody knew of the fund there are no
 * figures of it, not even of nothing: that is refused in words.
 */
export function fundAtDates(ledger: Ledger, fund: string, dates: TwoDates): FundAtDates | Refusal {
  const at = fundEver(ledger, fund, dates);
  return at instanceof Refusal ? at : (notKnownYet(ledger, fundStream(fund), fund, at) ?? at);
}

/**
 * A fund at an instant, for a question that takes no day of its own: on the day of the instant, so that the same question
 * is of the same two dates whenever it is asked.
 */
export function fundThen(ledger: Ledger, fund: string, knownAt: Instant | undefined): FundAtDates | Refusal {
  const year = ledger.model.fund(fund)?.outline.opened?.year;
  const on = knownAt !== undefined && year ? clampedTo(londonDay(knownAt), year) : undefined;
  return fundAtDates(ledger, fund, { on, 'known-at': knownAt });
}

/** Refuses what is asked of a fund or an area as known before it was recorded that it is there. */
const notKnownYet = (
  { model }: Ledger,
  stream: string,
  name: string,
  { size, stamp }: { readonly size: number; readonly stamp: StampText },
): Refusal | undefined =>
  model.knownRevision(stream, size) < 0
    ? refuse('not_known_then', `${name} was not in the ledger at ${knownAtInWords(stamp.knownAt)}.`)
    : undefined;

/** The same also of instants at which the fund was not known: its figures are nothing then. */
export function fundEver(ledger: Ledger, fund: string, { on, 'known-at': knownAt }: TwoDates): FundAtDates | Refusal {
  const found = ledger.model.fund(fund);
  const opened = found?.outline.opened;
  if (!opened) return refuse('fund_unknown', `There is no fund named ${fund}.`);
  const { now, instant, size, text } = knownThen(ledger, knownAt);
  const day = on ?? clampedTo(londonDay(now), opened.year);
  const recorded = viewOf(found, day, size, instant);
  const inheritance = inheritanceAt(ledger, opened.area, day, size);
  const view = inherited(recorded, inheritance);
  const upTo = ledger.model.knownRevision(fundStream(fund), size);
  const members = partnersOn(opened, day, upTo);
  return {
    fund,
    area: opened.area,
    model: found,
    view,
    recorded,
    inheritance,
    on: day,
    size,
    instant,
    upTo,
    year: opened.year,
    opened: members,
    // Not every question is about them all.
    get partners() {
      return partnersNow(members, view, inheritance);
    },
    known: text,
    stamp: { on: day, ...text, ...(!isWithin(day, opened.year) && { outsideYear: true }) },
  };
}

/** Which bodies have ended by a day, and who follows them in an area, by what is known at a size of the ledger. */
export const inheritanceAt = (ledger: Ledger, area: string, on: Day, size: number): Inheritance => ({
  area,
  successions: successionsOn(
    ledger.model.register().successions,
    on,
    ledger.model.knownRevision(REGISTER_STREAM, size),
  ),
});

/** The changes of bodies that a fund’s figures rest on, each with the event of the register that recorded it. */
export async function changesOf(ledger: Ledger, { inheritance, size }: FundAtDates): Promise<Change[]> {
  const { successions } = inheritance;
  if (successions.length === 0) return [];
  const entries = new Map((await ledger.entries(REGISTER_STREAM, size)).map((entry) => [entry.revision, entry]));
  return successions.map((succession) => ({ succession, entry: entries.get(succession.revision)! }));
}

/** The fund’s position under the names of those who hold it on the day. */
export const positionAt = ({
  recorded,
  view,
  partners,
  inheritance,
}: Pick<FundAtDates, 'recorded' | 'view' | 'partners' | 'inheritance'>): FundPosition =>
  positionNow(recorded, view, partners, inheritance);

export const nameOf = (ledger: Ledger, partner: string): string => ledger.model.register().partners.get(partner)!.name;

export const entriesOf = (ledger: Ledger, { fund, size }: Pick<FundAtDates, 'fund' | 'size'>): Promise<Entry[]> =>
  ledger.entries(fundStream(fund), size);

/** The same with what passes by itself: what they post adds up to the figures as known. */
export const movesOf = async (ledger: Ledger, at: Pick<FundAtDates, 'fund' | 'size' | 'instant'>): Promise<Entry[]> =>
  withExpiries(await entriesOf(ledger, at), ledger.model.fund(at.fund)!.offers, at);

/** The funds of an area, in the order of their years. */
export const fundsOf = ({ model }: Ledger, area: string): string[] =>
  model.funds().filter((fund) => model.fund(fund)!.outline.opened!.area === area);

export interface DisputesAtDates extends DisputesView {
  readonly area: string;
  readonly size: number;
  readonly balances: View;
  readonly partners: readonly string[];
  readonly stamp: StampText;
}

/** Refuses a partner that is asked about and is neither of the area’s partners nor among those found in its cases. */
export const notInArea = (
  { area, partners }: DisputesAtDates,
  partner: string | undefined,
  found: readonly string[],
): Refusal | undefined =>
  partner === undefined || partners.includes(partner) || found.includes(partner)
    ? undefined
    : refuse('not_in_area', `${partner} is not a partner in the disputes of ${area}.`);

/** An area's disputes at two dates, defaults filled in and echoed. */
export function disputesAtDates(
  ledger: Ledger,
  area: string,
  { on, 'known-at': knownAt }: TwoDates,
): DisputesAtDates | Refusal {
  const balances = ledger.model.area(area);
  const state = ledger.model.stream('dispute', disputeStream(area)).own;
  if (!balances || !state.opened) return refuse('area_unknown', `No disputes of ${area} have been opened.`);
  const { now, size, text } = knownThen(ledger, knownAt);
  const day = on ?? londonDay(now);
  const upTo = ledger.model.knownRevision(disputeStream(area), size);
  const stamp = { on: day, ...text };
  const unknown = notKnownYet(ledger, disputeStream(area), `The register of disputes of ${area}`, { size, stamp });
  if (unknown) return unknown;
  return {
    area,
    size,
    state,
    on: day,
    upTo,
    balances: viewOf({ balances }, day, size),
    partners: [...state.opened.partners].flatMap(([partner, revision]) => (revision <= upTo ? [partner] : [])),
    stamp,
  };
}
