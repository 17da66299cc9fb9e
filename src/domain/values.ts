import { z } from 'zod';
import { FIRST_DAY, isDay, LAST_DAY, type Day } from './calendar.js';
import { MONEY_TEXT } from './money.js';

/**
 * The shapes that values have at the edge of the ledger. Money stays text here, so that the stored bytes are the
 * bytes that people signed; rules turn it into pence.
 */

export const Money = z
  .string({
    error: 'must be text with exactly two places of pence, such as "7000000.00"; a JSON number can lose pence',
  })
  .regex(MONEY_TEXT, {
    error: 'must be pounds with exactly two places of pence and no sign, commas or £, such as "1234.50"',
  })
  .meta({ description: 'Pounds and pence as text, exactly two places, never negative.', examples: ['7000000.00'] });

/** Money that does something: an amount of nothing is not a fact. */
export const Amount = Money.refine((text) => !/^0\.00$/.test(text), { error: 'must be more than 0.00' });

export const SignedMoney = z
  .string()
  .regex(/^-?(0|[1-9]\d*)\.\d{2}$/)
  .meta({ description: 'Pounds and pence as text, exactly two places; negative with a leading minus.' });

export const EffectiveDay = z
  .string({ error: 'must be a day written YYYY-MM-DD' })
  .refine((text): boolean => isDay(text), { error: 'must be a real day written YYYY-MM-DD, such as "2016-04-01"' })
  .refine((text) => !isDay(text) || (text >= FIRST_DAY && text <= LAST_DAY), {
    error: `must be between ${FIRST_DAY} and ${LAST_DAY}`,
  })
  .transform((text) => text as Day)
  .meta({ description: 'A day in Europe/London, YYYY-MM-DD.', format: 'date', examples: ['2016-04-01'] });

export const Name = z
  .string({ error: 'must be a short name in lower-case letters, digits and dashes' })
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, {
    error: 'must be lower-case letters, digits and single dashes, such as "norwich-ccg"',
  })
  .max(64, { error: 'must be at most 64 characters' });

export const Code = z
  .string({ error: 'must be a code such as "NHS_ADD"' })
  .regex(/^[A-Z][A-Z0-9_]{1,31}$/, { error: 'must be a code in capitals, digits and underscores, such as "NHS_ADD"' });

/** The ten digits of an NHS number, however spaced, end in a check digit computed modulo 11. */
export function holdsNhsNumber(text: string): boolean {
  for (const match of text.matchAll(/(?<!\d)\d(?:[ \-.]?\d){9}(?![ \-.]?\d)/g)) {
    const digits = match[0].replace(/\D/g, '').split('').map(Number);
    const sum = digits.slice(0, 9).reduce((acc, digit, index) => acc + digit * (10 - index), 0);
    if ((11 - (sum % 11)) % 11 === digits[9]) return true;
  }
  return false;
}

/** Free text, as short as the act needs. It may name no patient: anything shaped like an NHS number is refused. */
export const words = (max: number) =>
  z
    .string({ error: 'must be text' })
    .trim()
    .min(1, { error: 'must not be empty' })
    .max(max, { error: `must be at most ${max} characters` })
    .refine((text) => !/\p{Cc}/u.test(text.replace(/[\n\t]/g, '')), { error: 'must hold no control characters' })
    .refine((text) => !holdsNhsNumber(text), {
      error:
        'holds ten digits that are shaped like an NHS number; the ledger never holds anything that could name a patient',
    });

export const Evidence = z
  .array(
    z.strictObject({
      reference: words(300),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/, { error: 'must be the 64 lower-case hexadecimal digits of a SHA-256 digest' })
        .optional(),
      page: z.int().positive().optional(),
    }),
  )
  .max(20, { error: 'at most 20 documents' })
  .meta({ description: 'The documents that a fact rests on: a reference, and where it is held its digest and page.' });

export type EvidenceList = z.output<typeof Evidence>;

export const Instalments = z
  .array(z.strictObject({ due: EffectiveDay, amount: Amount }))
  .min(1, { error: 'must name at least one instalment' })
  .max(120, { error: 'must be at most 120 instalments' })
  .meta({ description: 'What falls due on which day; the amounts add up to the whole.' });

export type Instalment = z.output<typeof Instalments>[number];
