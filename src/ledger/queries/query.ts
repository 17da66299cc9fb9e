import { z } from 'zod';
import {
  claimsWalk,
  openClaims,
  type ClaimsWalk,
  type DisputesView,
  type OpenClaims,
} from '../../../projections/claims.js';
import type { Entry } from '../../../projections/entry.js';
import { GAP_FIGURES, type Gap } from '../../../projections/gap.js';
import { FIGURES, type Figures } from '../../../projections/position.js';
import type { View } from '../../../projections/view.js';
import {
  clampedTo,
  instantText,
  knownAtInstant,
  londonDay,
  type Day,
  type FinancialYear,
  type Instant,
} from '../../domain/calendar.js';
import { USE_FIGURES, type Use } from '../../domain/fund/held.js';
import { moneyText, type Pence } from '../../domain/money.js';
import { refuse, Refusal } from '../../domain/rules.js';
import { EffectiveDay, Name, SignedMoney } from '../../domain/values.js';
import { disputeStream, fundStream } from '../catalogue.js';
import type { Ledger } from '../ledger.js';
import { viewOf, type FundModel } from '../read-model.js';

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
  /** Whether it speaks of single cases in dispute, which not everybody who sees their totals may see. */
  readonly cases?: true;
  /** The answer with only what the asker may see of it. */
  seenBy?(answer: Answer, seeing: Seeing): Answer;
}

/** What an asker may see. */
export interface Seeing {
  sees(fund: string): boolean;
  /** Totals of an area’s disputes. */
  seesArea(area: string): boolean;
  /** Single cases of an area’s disputes, and counts of fewer than five. */
  seesCases(area: string): boolean;
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
  readonly cases?: true;
  seenBy?(answer: z.output<A>, seeing: Seeing): z.output<A>;
}

export const query = <P extends z.ZodObject, O extends z.ZodObject, A extends z.ZodObject>(
  declared: Declared<P, O, A>,
): Query => declared;

// Parameters

export const KnownAt = z
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

export const On = EffectiveDay.meta({
  description:
    'The effective day, inclusive, in Europe/London. Left out, today, or the nearest day of the fund’s year.',
  examples: ['2016-04-01'],
});

export const OfFund = z.strictObject({ fund: Name.meta({ examples: ['norfolk-2016-17'] }) });
export const OfArea = z.strictObject({ area: Name.meta({ examples: ['norfolk'] }) });
export const OfPartner = OfFund.extend({ partner: Name.meta({ examples: ['norfolk-county-council'] }) });
/** The effective day for disputes, which know no financial year of their own. */
export const OnAnyDay = EffectiveDay.meta({
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

// Answers

export const Stamp = {
  on: z.string(),
  knownAt: z.string(),
  ledger: z.object({ size: z.int(), position: z.string().nullable() }).meta({
    description: 'How much of the ledger the answer was computed from: how many events, and the last one’s position.',
  }),
};

/** The figures of a position: what is agreed and paid, and what has been done with the money. */
export const POSITION_FIGURES = [...FIGURES, ...USE_FIGURES] as const;
export const FiguresText = z.object(
  Object.fromEntries(POSITION_FIGURES.map((name) => [name, SignedMoney])) as Record<
    keyof Figures | keyof Use,
    typeof SignedMoney
  >,
);
export const GapText = z.object(
  Object.fromEntries(GAP_FIGURES.map((name) => [name, SignedMoney])) as Record<keyof Gap, typeof SignedMoney>,
);

export const inText = <Name extends string>(figures: Readonly<Record<Name, Pence>>): Record<Name, string> =>
  Object.fromEntries(Object.entries<Pence>(figures).map(([name, amount]) => [name, moneyText(amount)])) as Record<
    Name,
    string
  >;

export const PartnerName = { partner: z.string(), name: z.string() };
export const SourcesText = z.array(z.object({ source: z.string(), figures: FiguresText }));
export const EntryText = z.object({
  revision: z.string(),
  type: z.string(),
  recordedAt: z.string(),
  effective: z.string(),
  officer: z.string(),
  partner: z.string(),
  sentence: z.string(),
  evidence: z.array(z.string()),
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

// Choosing the two dates

export interface Standing {
  readonly fund: string;
  readonly area: string;
  readonly model: FundModel;
  readonly view: View;
  readonly on: Day;
  readonly size: number;
  readonly year: FinancialYear;
  readonly partners: readonly string[];
  readonly stamp: StampText;
}

interface StampText {
  on: string;
  knownAt: string;
  ledger: { size: number; position: string | null };
}

interface TwoDates {
  readonly on?: Day | undefined;
  readonly 'known-at'?: Instant | undefined;
}

/** A fund at two dates, defaults filled in and echoed: no hidden windows. */
export function standing(ledger: Ledger, fund: string, { on, 'known-at': knownAt }: TwoDates): Standing | Refusal {
  const { model, clock } = ledger;
  const found = model.fund(fund);
  const opened = model.stream('fund', fundStream(fund)).own.opened;
  if (!found || !opened) return refuse('fund_unknown', `There is no fund named ${fund}.`);
  const now = model.now(clock);
  const instant = knownAt ?? now;
  const { size, position } = model.prefix(instant);
  const day = on ?? clampedTo(londonDay(now), opened.year);
  return {
    fund,
    area: opened.area,
    model: found,
    view: viewOf(found, day, size),
    on: day,
    size,
    year: opened.year,
    partners: opened.partners,
    stamp: { on: day, knownAt: instantText(instant), ledger: { size, position: position ?? null } },
  };
}

export const nameOf = (ledger: Ledger, partner: string): string => ledger.model.register().partners.get(partner)!.name;

export const entriesOf = (ledger: Ledger, { fund, size }: Pick<Standing, 'fund' | 'size'>): Promise<Entry[]> =>
  ledger.entries(fundStream(fund), size);

/** The facts of a fund and of its area's disputes, in ledger order: all that can move the fund's figures. */
export async function moving(ledger: Ledger, { fund, area, size }: Pick<Standing, 'fund' | 'area' | 'size'>) {
  const disputes = await ledger.entries(disputeStream(area), size);
  const entries = [...(await entriesOf(ledger, { fund, size })), ...disputes].sort((a, b) => a.place - b.place);
  return { entries, isOfDisputes: (entry: Entry): boolean => disputes.includes(entry) };
}

const disputesOf = (ledger: Ledger, area: string) => ledger.model.stream('dispute', disputeStream(area)).own;
const revisionAt = (ledger: Ledger, area: string) => (size: number) =>
  ledger.model.knownRevision(disputeStream(area), size);

/**
 * The claims of a fund's year that are open on the day and as known at the instant that were asked for.
 * @param knownTo the last revision of the disputes that counts; left out, all that were known
 */
export const claimsAt = (ledger: Ledger, { area, on, size, year }: Standing, knownTo = Infinity): OpenClaims =>
  openClaims({ state: disputesOf(ledger, area), on, upTo: Math.min(revisionAt(ledger, area)(size), knownTo) }, year);

/** The same claims at every day and size, for walks from one to another. */
export const claimsAlong = (ledger: Ledger, { area, year }: Standing): ClaimsWalk =>
  claimsWalk(disputesOf(ledger, area), year, revisionAt(ledger, area));

export interface StandingDisputes extends DisputesView {
  readonly area: string;
  readonly size: number;
  readonly balances: View;
  readonly partners: readonly string[];
  readonly stamp: StampText;
}

/** An area's disputes at two dates, defaults filled in and echoed. */
export function standingDisputes(
  ledger: Ledger,
  area: string,
  { on, 'known-at': knownAt }: TwoDates,
): StandingDisputes | Refusal {
  const { model, clock } = ledger;
  const balances = model.area(area);
  const state = disputesOf(ledger, area);
  if (!balances || !state.opened) return refuse('area_unknown', `No disputes of ${area} have been opened.`);
  const now = model.now(clock);
  const instant = knownAt ?? now;
  const { size, position } = model.prefix(instant);
  const day = on ?? londonDay(now);
  const upTo = revisionAt(ledger, area)(size);
  return {
    area,
    size,
    state,
    on: day,
    upTo,
    balances: viewOf({ balances }, day, size),
    partners: [...state.opened.partners].flatMap(([partner, revision]) => (revision <= upTo ? [partner] : [])),
    stamp: { on: day, knownAt: instantText(instant), ledger: { size, position: position ?? null } },
  };
}
