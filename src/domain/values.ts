import { z } from 'zod';
import { FIRST_DAY, isDay, LAST_DAY, type Day } from './calendar.js';
import { dividesWhole, MONEY_TEXT, WHOLE_BASIS_POINTS } from './money.js';

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
  .refine((text) => text.length <= '9999999999.99'.length, {
    error: 'must be at most 9999999999.99: the whole Better Care Fund of a year is less',
  })
  .meta({ description: 'Pounds and pence as text, exactly two places, never negative.', examples: ['7000000.00'] });

/** A sum that the ledger worked out, and that may be larger than any one act. */
export const Sum = z.string().regex(MONEY_TEXT).meta({ description: 'Pounds and pence as text, exactly two places.' });

/** Money that does something: an amount of nothing is not a fact. */
export const Amount = Money.refine((text) => !/^0\.00$/.test(text), { error: 'must be more than 0.00' });

export const SignedMoney = z
  .string({
    error: 'must be text with exactly two places of pence, such as "-1234.50"; a JSON number can lose pence',
  })
  .regex(/^-?(0|[1-9]\d*)\.\d{2}$/, {
    error: 'must be pounds with exactly two places of pence, such as "1234.50", or "-1234.50" below zero',
  })
  .meta({ description: 'Pounds and pence as text, exactly two places; negative with a leading minus.' });

/** Money of either sign as an officer sends it: within the same bounds as any other, and with one way to write nothing. */
export const SignedAmount = SignedMoney.refine(
  (text) => text !== '-0.00' && Money.safeParse(text.replace('-', '')).success,
  { error: 'must be pounds with exactly two places of pence, from -9999999999.99 to 9999999999.99' },
).meta({ examples: ['7000000.00'] });

/** Under this name a schema says how a reader is told its values, where that is not how they are sent. */
export const TOLD = 'x-told';

/** A share in basis points: readers are told percent. */
export const BasisPoints = z
  .int({ error: 'must be a whole number of basis points' })
  .min(0)
  .max(WHOLE_BASIS_POINTS)
  .meta({ [TOLD]: 'percent' });

const FRACTION = /^([1-9]\d?)\/([1-9]\d?)$/;

/** Whether text is a fraction of a whole, `1/3`, by a number of which a whole number of parts is one share. */
export function isFraction(text: string): boolean {
  const [, above, below] = FRACTION.exec(text) ?? [];
  return Number(above) <= Number(below) && dividesWhole(Number(below));
}

const NO_FRACTION = { error: 'must be a fraction such as "1/3", by a number up to 99 that divides 630000' };
const Fraction = z.string().regex(FRACTION, NO_FRACTION).refine(isFraction, NO_FRACTION);

/** A share of a whole: in basis points, or as a fraction, so that three thirds are one. */
export const Share = z
  .union([BasisPoints.meta({ title: 'In per cent' }), Fraction.meta({ title: 'As a fraction' })], {
    error: 'must be a whole number of basis points from 0 to 10000, or a fraction such as "1/3"',
  })
  .meta({ [TOLD]: 'percent' });

/** The revision of an event in its stream, as officers refer to it. */
export const Revision = z
  .string()
  .regex(/^(0|[1-9]\d{0,14})$/, { error: 'must be the revision of an event of this stream, such as "17"' });

export const EffectiveDay = z
  .string({ error: 'must be a day written YYYY-MM-DD' })
  .refine((text): boolean => isDay(text), { error: 'must be a real day written YYYY-MM-DD, such as "2016-04-01"' })
  .refine((text) => !isDay(text) || (text >= FIRST_DAY && text <= LAST_DAY), {
    error: `must be between ${FIRST_DAY} and ${LAST_DAY}`,
  })
  .transform((text) => text as Day)
  .meta({
    title: 'Effective day',
    description: 'A day in Europe/London, YYYY-MM-DD.',
    format: 'date',
    examples: ['2016-04-01'],
  });

export const Code = z
  .string({ error: 'must be a code such as "NHS_ADD"' })
  .regex(/^[A-Z][A-Z0-9_]{1,31}$/, { error: 'must be a code in capitals, digits and underscores, such as "NHS_ADD"' });

/**
 * Days and sums of money as they are usually written, `31/03/2023` and `31.03.2023` among them: their digits name nobody,
 * and are no part of other numbers.
 */
const DAY_OR_MONEY =
  /\b(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b|\b(?:0?[1-9]|[12]\d|3[01])([/.-])(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d\b|£\d{1,3}(?:,\d{3})+\.\d\d\b/g;

/** Two years in a row: `2018/19`, `2018-2019`. */
const YEARS = /\b((?:19|20)\d\d)(?: ?[/–-] ?)((?:19|20)?\d\d)\b/g;

/** A financial year, and no other pair of numbers. */
const withoutYear = (text: string, first: string, second: string): string =>
  Number(second.slice(-2)) === (Number(first) + 1) % 100 ? ' a year ' : text;

/** Random references and digests: their letters follow no rule, and hide nothing between their digits. */
const REFERENCE = /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b[0-9a-f]{32,}\b/gi;

/** Between two digits of one number: a few signs; or one letter, such as an "x", with a sign on either side at most. */
const SIGNS_BETWEEN = /^[^\p{L}\p{N}]{0,3}$/u;
const LETTER_BETWEEN = /^[^\p{L}\p{N}]?(\p{L})[^\p{L}\p{N}]?$/u;

/**
 * Whether text holds ten digits that end in the check digit of an NHS number (modulo 11), however they are spaced or
 * written: next to each other; in groups with up to three signs, or one and the same letter, between them; each digit
 * between letters; in the digits of any script; or with invisible signs. Of random UUIDs one in two hundred is taken for
 * one, and another is to be had.
 */
export function holdsNhsNumber(text: string): boolean {
  if (hasFewDigits(text)) return false;
  const plain = text
    .normalize('NFKC')
    .replace(/\p{Cf}|\p{M}/gu, '')
    .replace(/\p{Nd}/gu, (digit) => String(valueOfDigit(digit)))
    .replace(DAY_OR_MONEY, ' a day or a sum ')
    .replace(YEARS, withoutYear)
    .replace(REFERENCE, (reference) => reference.replace(/[a-f]/gi, 'and'));
  const groups = [...plain.matchAll(/\d+/g)].map((match) => ({ digits: match[0], at: match.index }));
  return groups.some((_, first) => startsNhsNumber(plain, groups.slice(first)));
}

function startsNhsNumber(plain: string, groups: readonly { readonly digits: string; readonly at: number }[]): boolean {
  const letters = new Set<string>();
  let digits = '';
  let grouped = false;
  let end = groups[0]!.at;
  for (const { digits: more, at } of groups) {
    const between = plain.slice(end, at);
    const letter = LETTER_BETWEEN.exec(between)?.[1];
    if (letter !== undefined) letters.add(letter.toLowerCase());
    else if (!SIGNS_BETWEEN.test(between)) return false;
    grouped ||= more.length > 1;
    digits += more;
    end = at + more.length;
    if (digits.length >= 10) break;
  }
  return digits.length === 10 && (letters.size <= 1 || !grouped) && hasCheckDigit(digits);
}

/** The value of a decimal digit of any script: Unicode keeps each script’s in rows of ten, from nought on. */
function valueOfDigit(digit: string): number {
  const code = digit.codePointAt(0)!;
  let nought = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(nought - 1))) nought--;
  return (code - nought) % 10;
}

/** Whether text is plain ASCII with fewer than ten digits, as nearly all is: then no more need be looked at. */
function hasFewDigits(text: string): boolean {
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return false;
    if (code >= 0x30 && code <= 0x39) digits++;
  }
  return digits < 10;
}

function hasCheckDigit(tenDigits: string): boolean {
  const digits = tenDigits.split('').map(Number);
  const sum = digits.slice(0, 9).reduce((acc, digit, index) => acc + digit * (10 - index), 0);
  return (11 - (sum % 11)) % 11 === digits[9];
}

const NAMES_NOBODY = {
  error:
    'holds ten digits that are shaped like an NHS number; the ledger never holds anything that could name a patient',
};

export const Name = z
  .string({ error: 'must be a short name in lower-case letters, digits and dashes' })
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, {
    error: 'must be lower-case letters, digits and single dashes',
  })
  .max(64, { error: 'must be at most 64 characters' })
  .refine((text) => !holdsNhsNumber(text), NAMES_NOBODY);

/** Signs that cannot be seen, that turn the reading round, or that stand for bytes that could not be read. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\uFFFD]/u;
/** Text in which nearly all is written, and in which nothing is unseen. */
const PLAIN = /^[\n\t\x20-\x7e]*$/;

export const UNSEEN_SIGNS = 'must hold no control characters or invisible signs';

/**
 * Other invisible characters: those that Unicode lets every program ignore, fillers and blank patterns among them, and
 * separators that some programs take for the end of a line. A sign that only says how a picture is drawn may follow the
 * picture.
 */
const SHOWS_NOTHING =
  /(?<!\p{Extended_Pictographic})[\uFE0E\uFE0F]|(?![\uFE0E\uFE0F])\p{Default_Ignorable_Code_Point}|[\u2028\u2029\u2800]/u;

/**
 * The fields of a request whose texts hold invisible characters, by which two texts that look the same could differ. It
 * is applied to requests and not to stored events: earlier programs accepted such characters, and their events must
 * stay readable.
 */
export function unseenIn(sent: unknown, path: readonly PropertyKey[] = []): PropertyKey[][] {
  if (typeof sent === 'string') return !PLAIN.test(sent) && SHOWS_NOTHING.test(sent) ? [[...path]] : [];
  if (typeof sent !== 'object' || sent === null) return [];
  return Object.entries(sent).flatMap(([name, part]) =>
    unseenIn(part, [...path, Array.isArray(sent) ? Number(name) : name]),
  );
}

const text = (max: number) =>
  z
    .string({ error: 'must be text' })
    .trim()
    .min(1, { error: 'must not be empty' })
    .max(max, { error: `must be at most ${max} characters` })
    .refine((each) => PLAIN.test(each) || !UNSEEN.test(each), { error: UNSEEN_SIGNS });

/** Free text, as short as the act needs. It may name no patient: anything shaped like an NHS number is refused. */
export const words = (max: number) => text(max).refine((each) => !holdsNhsNumber(each), NAMES_NOBODY);

/** Under this name a schema says that it is of a reference. */
export const IS_REFERENCE = 'x-reference';

/**
 * The number of a paper or a payment, as others made it up. One in eleven numbers of ten digits is shaped like an NHS
 * number: a reference may be, and whoever records it is warned the first time.
 */
export const reference = (max: number) => text(max).meta({ [IS_REFERENCE]: true });

export const Evidence = z
  .array(
    z
      .strictObject({
        reference: words(300).meta({ title: 'Document', description: 'What it is, and where it is held.' }),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/, { error: 'must be the 64 lower-case hexadecimal digits of a SHA-256 digest' })
          .optional()
          .meta({ title: 'Digest', description: 'The SHA-256 of the file, where you have it.' }),
        page: z.int().positive().optional().meta({ title: 'Page', description: 'The page that matters.' }),
      })
      .meta({ title: 'Document' }),
  )
  .max(20, { error: 'at most 20 documents' })
  .meta({
    title: 'Documents',
    description: 'The documents that a fact rests on: a reference, and where it is held its digest and page.',
  });

export type EvidenceList = z.output<typeof Evidence>;
