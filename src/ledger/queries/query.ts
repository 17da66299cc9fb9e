import { z } from 'zod';
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
import { moneyText, type Pence } from '../../domain/money.js';
import { refuse, Refusal } from '../../domain/rules.js';
import { EffectiveDay, Name, SignedMoney } from '../../domain/values.js';
import { fundStream } from '../catalogue.js';
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
export const OfPartner = OfFund.extend({ partner: Name.meta({ examples: ['norfolk-county-council'] }) });
export const AtTwoDates = z.strictObject({ on: On.optional(), 'known-at': KnownAt.optional() });
export const Nothing = z.strictObject({});

// Answers

export const Stamp = {
  on: z.string(),
  knownAt: z.string(),
  ledger: z.object({ size: z.int(), position: z.string().nullable() }).meta({
    description: 'How much of the ledger the answer was computed from: how many events, and the last one’s position.',
  }),
};

export const FiguresText = z.object(
  Object.fromEntries(FIGURES.map((name) => [name, SignedMoney])) as Record<keyof Figures, typeof SignedMoney>,
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
