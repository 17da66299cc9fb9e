import { z } from 'zod';
import type { DisputesView } from '../../../projections/claims.js';
import type { Entry } from '../../../projections/entry.js';
import { listUnder, type EntryIndex } from '../../../projections/entry-indexes.js';
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
  /** Its address under /v1. A name in braces is a parameter, and an argument of the command. */
  readonly path: string;
  readonly about: string;
  readonly params: z.ZodObject;
  readonly options: z.ZodObject;
  readonly answer: z.ZodObject;
  /**
   * Answers the question, with claims as the asker may know them. Costly questions work out only what the asker may
   * see.
   */
  run(ledger: Ledger, asked: Asked, seeing: Seeing): Promise<Answer | Refusal>;
  /** The answer as a table, for CSV and the terminal. */
  table(answer: Answer): Table;
  /**
   * Where the table has its sums. `apart`: in rows of their own, its `totals`. `among`: it reads from an opening to a
   * closing balance, or counts the same money by one thing and by another, so that its columns cannot be added up. Left
   * out: it has none.
   */
  readonly sums?: 'apart' | 'among';
  /** The revision to which a later act can be bound, if the answer has one. */
  revision?(answer: Answer): string;
  /** Whether it is about single cases in dispute. Some askers may see only totals. */
  readonly cases?: true;
  /** The answer without what the asker may not see. */
  seenBy?(answer: Answer, seeing: Seeing): Answer;
  /** Whether the program alone answers it, with the same answer for everybody: {@link fixedQuery}. */
  readonly isFixed?: true;
}

/** What an asker may see. */
export interface Seeing {
  sees(fund: string): boolean;
  /** Whether they may see totals of an area’s disputes. */
  seesArea(area: string): boolean;
  /** Whether they may see single cases of an area’s disputes. */
  seesCases(area: string): boolean;
  /**
   * Whether they may see the exact sum of an area’s claims: askers who see its cases may, and everybody may if the area
   * keeps no disputes.
   */
  seesClaims(area: string): boolean;
}

/** Somebody who works at the ledger itself sees every fund. */
const anything = (): boolean => true;

export const SEES_ALL: Seeing = { sees: anything, seesArea: anything, seesCases: anything, seesClaims: anything };

export type Asked = Readonly<Record<string, unknown>>;
export type Answer = Readonly<Record<string, unknown>>;

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /**
   * Rows that add up others. A terminal shows them below the rows. A file leaves them out: a spreadsheet would add the
   * same money up twice.
   */
  readonly totals?: readonly (readonly string[])[];
  /** Columns that a terminal may leave out if they are empty. It then names them. */
  readonly minor?: readonly string[];
  /** Columns only for files: what every row is about, because a file may be read alone. */
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
  readonly sums?: Query['sums'];
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
    // Only an instant that the question names is settled first. A question about the present asks for what can still
    // change.
    await ledger.settling.settle(instantsIn(asked));
    const answer = await declared.run(ledger, asked as z.output<P> & z.output<O>, seeing);
    return answer instanceof Refusal || !('after' in declared.options.shape) ? answer : withDatesInCursor(answer);
  },
});

/**
 * A question without parameters that the program itself answers, without the ledger. The answer is worked out once and
 * frozen, and the same object is returned each time.
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

/** The instants that a question names, from its options about what was known. */
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
      'The instant up to which records count: a UTC instant, or a day, which means the end of that day in Europe/London. Left out, now.',
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
/** The effective day for disputes, which have no financial year of their own. */
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
  .meta({ description: 'The most rows of a page, 1 to 500; left out, 100.' });

/** A financial year. */
export const Year = z
  .string()
  .refine((label) => financialYear(label) !== undefined, { error: 'must be a financial year such as "2016-17"' })
  .meta({ examples: ['2016-17'] });

/** Whether only overdue items are asked for. */
export const Overdue = z.enum(['true', 'false']).default('false');

/** The place in the history of a stream: a revision, exclusive. */
export const PageOptions = z.strictObject({
  'known-at': KnownAt.optional(),
  after: cursor(z.string().regex(/^(0|[1-9]\d{0,14})$/)).optional(),
  limit: LimitOption,
});
export const NextPage = z
  .string()
  .nullable()
  .meta({ description: 'The cursor of the next page, which has the same instant; null on the last page.' });

// Answers

export const Stamp = {
  on: z.string(),
  ...Known,
  outsideYear: z
    .boolean()
    .optional()
    .meta({ description: 'True if the day asked for is outside the fund’s year; otherwise left out.' }),
};

/** The figures of a position: what is agreed and paid, and what has been done with the money. */
export const POSITION_FIGURES = [...FIGURES, ...USE_FIGURES] as const;
/** Only what is agreed and paid. */
export const OwedText = z.object(
  Object.fromEntries(FIGURES.map((name) => [name, SignedMoney])) as Record<keyof Figures, typeof SignedMoney>,
);
export const FiguresText = OwedText.extend(
  Object.fromEntries(USE_FIGURES.map((name) => [name, SignedMoney])) as Record<keyof Use, typeof SignedMoney>,
);
/** The figures of a gap, in the order in which answers have them. */
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
      'The changes of bodies up to the day asked for, as known. Figures stand under the names of the successors.',
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
      'The type of the fact, or of the step of a proposal. ProposalExpired if the last day of an offer has passed: nobody records this, and its revision is that of the terms of the offer.',
  }),
  recordedAt: z.string(),
  effective: z.string(),
  officer: z.string(),
  partner: z.string(),
  sentence: z.string(),
  evidence: z.array(z.string()),
});

/** A document that a fact names, in an answer. */
export const DocumentText = z.object({
  reference: z.string(),
  sha256: z.string().nullable().meta({ description: 'The digest of the file; null if none was given.' }),
  page: z.int().nullable().meta({ description: 'The page that matters; null if none was named.' }),
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

/** The bodies that are partners of the fund: those from its opening, and their successors, even if these have ended too. */
export const bodiesIn = ({ opened, inheritance, area, partners }: FundAtDates): ReadonlySet<string> =>
  new Set([...opened, ...opened.flatMap((each) => lineOf(inheritance.successions, each, area)), ...partners]);

/** Whether a body is one of them. */
export const isIn = (at: FundAtDates, partner: string): boolean =>
  at.opened.includes(partner) || bodiesIn(at).has(partner);

/** Refuses a partner in an address that is not a partner of the fund. */
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
  /** The last known revision of the fund; -1 if none is known. */
  readonly upTo: number;
  readonly year: FinancialYear;
  /**
   * The partners with which the fund was opened, and the bodies that stand in their place, and in that of others, on
   * the day.
   */
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
 * A fund at two dates. Defaults are filled in, and the answer repeats them. Before the fund was known, it has no
 * figures, not even zero: the question is refused.
 */
export function fundAtDates(ledger: Ledger, fund: string, dates: TwoDates): FundAtDates | Refusal {
  const at = fundEver(ledger, fund, dates);
  return at instanceof Refusal ? at : (notKnownYet(ledger, fundStream(fund), fund, at) ?? at);
}

/**
 * A fund at an instant, for a question without a day of its own. The day is that of the instant, so that the same
 * question always has the same two dates.
 */
export function fundThen(ledger: Ledger, fund: string, knownAt: Instant | undefined): FundAtDates | Refusal {
  const year = ledger.model.fund(fund)?.outline.opened?.year;
  const on = knownAt !== undefined && year ? clampedTo(londonDay(knownAt), year) : undefined;
  return fundAtDates(ledger, fund, { on, 'known-at': knownAt });
}

/** Refuses a question about a fund or an area as known before its opening was recorded. */
const notKnownYet = (
  { model }: Ledger,
  stream: string,
  name: string,
  { size, stamp }: { readonly size: number; readonly stamp: StampText },
): Refusal | undefined =>
  model.knownRevision(stream, size) < 0
    ? refuse('not_known_then', `${name} was not in the ledger at ${knownAtInWords(stamp.knownAt)}.`)
    : undefined;

/** The same, but also for instants at which the fund was not known yet: its figures are then zero. */
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
    // Worked out on demand, because not every question needs it.
    get partners() {
      return partnersNow(members, view, inheritance);
    },
    known: text,
    stamp: { on: day, ...text, ...(!isWithin(day, opened.year) && { outsideYear: true }) },
  };
}

/** Which bodies have ended by a day, and who follows them in an area, as known at a size of the ledger. */
export const inheritanceAt = (ledger: Ledger, area: string, on: Day, size: number): Inheritance => ({
  area,
  successions: successionsOn(
    ledger.model.register().successions,
    on,
    ledger.model.knownRevision(REGISTER_STREAM, size),
  ),
});

/** The changes of bodies on which a fund’s figures depend, each with the event of the register that recorded it. */
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

/** Those of the entries of a fund that an index has under a name. */
export const entriesUnder = (
  ledger: Ledger,
  { fund, size }: Pick<FundAtDates, 'fund' | 'size'>,
  index: EntryIndex,
  name?: string,
): Promise<Entry[]> => ledger.entriesUnder(fundStream(fund), size, index, name);

/** The fund’s moves, including those that happen without a fact. Their postings add up to the figures as known. */
export async function movesOf(
  ledger: Ledger,
  at: Pick<FundAtDates, 'fund' | 'size' | 'instant'>,
  index: EntryIndex,
  name: string,
): Promise<Entry[]> {
  const { offers } = ledger.model.fund(at.fund)!;
  // When an offer passes depends on all that was recorded before and after.
  return offers.some(({ from }) => from < at.size)
    ? listUnder(withExpiries(await entriesOf(ledger, at), offers, at), index, name)
    : entriesUnder(ledger, at, index, name);
}

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

/** Refuses a partner that is neither a partner of the area nor a side of one of its cases. */
export const notInArea = (
  { area, partners }: DisputesAtDates,
  partner: string | undefined,
  isSide: (partner: string) => boolean,
): Refusal | undefined =>
  partner === undefined || partners.includes(partner) || isSide(partner)
    ? undefined
    : refuse('not_in_area', `${partner} is not a partner in the disputes of ${area}.`);

/** An area's disputes at two dates. Defaults are filled in, and the answer repeats them. */
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
