import { sha256 } from '../../ledger/catalogue.js';
import { rowsFoundBy, type RowsFrom } from '../../domain/grammar/asked.js';
import { moneyText, signedPence, total } from '../../domain/money.js';
import { button, errorSummary, fileUpload, textarea } from '../components/fields.js';
import { askedOf, questionNamed, type Answer } from '../asking.js';
import { plainly, pounds } from '../format.js';
import { html, type Content, type Html } from '../html.js';
import { paragraph } from '../layout.js';
import type { SentFile } from '../receiving.js';
import { Refused } from '../refused.js';
import { fieldsFor, optionTitle } from '../screens/filters.js';
import { namedFor } from '../screens/question.js';
import type { Asking, Form, Site } from '../site.js';
import { typedDay } from '../typed.js';
import type { Errand } from './form.js';
import { filled } from './filling.js';
import { nameIn, rowsAt, ROWS_MAX } from './reading.js';
import { isOptional, within } from './shapes.js';
import { cellOf, tableText, tableWith, type Added, type Beside, type Tabled } from './table.js';

/**
 * The pages on which a long list is filled in at once: as a table that is typed, pasted or sent as a file, or with rows
 * that a question finds. All of them carry the table as text, so that nothing is lost.
 */

/** A page within the frame of a form: what is above its title, and below it. */
interface Part {
  readonly title: string;
  readonly above?: Content;
  readonly content: Content;
}

type Row = Readonly<Record<string, string>>;

/** The beginning of the names of the fields by which rows are searched. */
const BY = 'by.';

const asked = (form: Form): Record<string, string> =>
  Object.fromEntries(
    Object.entries(form).flatMap(([name, value]) => (name.startsWith(BY) ? [[name.slice(BY.length), value]] : [])),
  );

const MANY_FAULTS = 50;

/** The errors of a table, one line each. If there are many, the last line says how many more there are. */
const faultsAbove = (faults: readonly string[], at: string): Content =>
  faults.length > 0 &&
  errorSummary({
    title: 'There is a problem',
    errors: [
      ...faults.slice(0, MANY_FAULTS).map((content) => ({ content, href: `#${at}` })),
      ...(faults.length > MANY_FAULTS
        ? [
            {
              content: `And ${faults.length - MANY_FAULTS} more, which are shown once these are corrected`,
              href: `#${at}`,
            },
          ]
        : []),
    ],
  });

const back = button({ content: 'Go back', name: 'go', value: 'table-leave', classes: 'govuk-button--secondary' });
const second = (content: string, value: string): Html =>
  button({ content, name: 'go', value, classes: 'govuk-button--secondary' });

const columnsInWords = ({ columns }: Tabled): string =>
  columns.map(({ title, field }) => `${title}${isOptional(field) ? ' (may be left out)' : ''}`).join(', ');

/** A button that leaves the table with only the rows that a form can hold. */
const drop = second('Go back without the lines that cannot be read', 'table-drop');

/**
 * The page on which a table is typed or pasted. If `leaves` is set, it warns the officer before they leave lines behind
 * that the form cannot hold.
 */
export function tablePart(of: Tabled, title: string, text: string, faults: readonly string[], leaves = false): Part {
  return {
    title,
    above: faultsAbove(faults, 'table'),
    content: html`<div class="bcf-buttons">${rowsFoundBy(of.field) && second(`Choose ${within(title)}`, 'table-find')}${second('Send a file', 'table-file')}</div>
      ${textarea({
        name: 'table',
        label: { content: `A line for each ${within(of.item)}`, classes: 'govuk-label--s' },
        hint: {
          content: `The first line names the columns: ${columnsInWords(of)}. Other columns are not read. You can copy lines from a spreadsheet. At most ${ROWS_MAX} lines.`,
        },
        ...(faults.length > 0 && { errorMessage: { content: faults[0]! } }),
        value: text,
        rows: 16,
        classes: 'bcf-table-text',
      })}
      <div class="bcf-buttons">${button({ content: 'Continue', name: 'go', value: 'table-read' })}${leaves ? drop : back}</div>`,
  };
}

/** The page on which a file is chosen. `hidden` is the draft, with the present table. */
export function tableFilePart(of: Tabled, title: string, address: string, hidden: Html, fault?: string): Part {
  return {
    title: `Send ${within(title)} as a file`,
    above:
      fault !== undefined && errorSummary({ title: 'There is a problem', errors: [{ content: fault, href: '#file' }] }),
    content: html`<form method="post" action="${address}/document" enctype="multipart/form-data" novalidate>${hidden}
        ${fileUpload({
          name: 'file',
          label: { content: 'File', classes: 'govuk-label--s' },
          hint: {
            content: `A spreadsheet, saved as CSV. Its first line names the columns: ${columnsInWords(of)}. It takes the place of the table as it stands.`,
          },
          ...(fault !== undefined && { errorMessage: { content: fault } }),
        })}${button({ content: 'Send' })}</form>
      <form method="post" action="${address}" novalidate>${hidden}${button({ content: 'Go back', name: 'go', value: 'table-back', classes: 'govuk-button--secondary' })}</form>`,
  };
}

const TABLE_BYTES_MAX = 256 * 1024;

/** The text of a file, or what is wrong with it. */
export async function tableIn({
  name,
  content,
}: SentFile): Promise<{ readonly fault: string } | { readonly table: string }> {
  if (name === '') return { fault: 'Select a file' };
  const all: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > TABLE_BYTES_MAX) return { fault: 'The selected file must be smaller than 250KB' };
    all.push(chunk);
  }
  const whole = Buffer.concat(all);
  if (whole.length === 0) return { fault: 'The selected file is empty' };
  if (whole.includes(0)) return { fault: 'The selected file must be a table saved as CSV' };
  return { table: textOf(whole) };
}

/** Spreadsheets on Windows save in their own encoding, unless they are told otherwise. */
function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** The day for which rows are searched: the effective day of the form, if it has one. */
function dayIn(form: Form): string | undefined {
  const [day = '', month = '', year = ''] = ['day', 'month', 'year'].map(
    (part) => form[`${nameIn('effective')}-${part}`],
  );
  return typedDay(day, month, year);
}

/** The rows that a question finds, page after page: all of them, or until `isEnough` of those so far. */
async function rowsFound(
  site: Site,
  { sight }: Asking,
  { kind, name }: Errand,
  { question, list }: RowsFrom,
  by: Row,
  isEnough: (rows: readonly Row[]) => boolean,
): Promise<{ readonly rows: readonly Row[]; readonly isAll: boolean }> {
  const rows: Row[] = [];
  let after: string | undefined;
  do {
    const answer = await askedOf<Answer>(site.ledger, sight, question, {
      ...(kind === 'fund' ? { fund: name } : { area: name }),
      ...by,
      limit: String(ROWS_MAX),
      ...(after !== undefined && { after }),
    });
    rows.push(...(answer[list] as readonly Row[]));
    after = (answer['next'] as string | null) ?? undefined;
  } while (after !== undefined && !isEnough(rows));
  return { rows, isAll: after === undefined };
}

/**
 * More columns for some rows, from the question that finds such rows. None if there is no such question, or it cannot
 * be asked.
 */
async function besideFor(
  site: Site,
  asking: Asking,
  errand: Errand,
  of: Tabled,
  form: Form,
  keys: ReadonlySet<string>,
): Promise<Beside> {
  const found = rowsFoundBy(of.field);
  if (!found || keys.size === 0) return { titles: [], of: new Map() };
  const on = dayIn(form);
  const key = Object.values(found.fields)[0]!;
  const by = { ...found.all, ...(on !== undefined && { on }) };
  const isEnough = (rows: readonly Row[]): boolean => rows.filter((row) => keys.has(row[key]!)).length === keys.size;
  const all = await orRefused(rowsFound(site, asking, errand, found, by, isEnough));
  // The form itself shows the error in its day.
  if (all instanceof Refused) return { titles: [], of: new Map() };
  return {
    titles: found.beside.map(plainly),
    of: new Map(all.rows.map((row) => [row[key]!, found.beside.map((name) => row[name] ?? '')])),
  };
}

/** The answer, or the reason why it was refused. */
async function orRefused<T>(asked: Promise<T>): Promise<T | Refused> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

/** The rows of a form as the text of a table. */
export async function tableOf(
  site: Site,
  asking: Asking,
  errand: Errand,
  of: Tabled,
  at: string,
  form: Form,
): Promise<string> {
  const key = of.columns[0]!.name;
  const keys = new Set(Array.from({ length: rowsAt(form, at) }, (_each, row) => form[`${at}.${row}.${key}`] ?? ''));
  keys.delete('');
  return tableText(of, at, form, await besideFor(site, asking, errand, of, form, keys));
}

/** A list that is filled in as a table, and the present table. */
export interface Listed {
  readonly of: Tabled;
  readonly title: string;
  /** The name of the list in the form. */
  readonly at: string;
  readonly text: string;
  readonly faults: readonly string[];
  /** Whether the form holds everything in the table. */
  readonly isWhole: boolean;
  /** The form with the rows of the table. */
  readonly form: Form;
}

/** The rows found that are not in the table yet. If there are more than a form can hold, the first of them. */
interface Fitting {
  readonly rows: readonly Row[];
  readonly isAll: boolean;
  /** Tells whether the same rows were shown before. */
  readonly mark: string;
}

/** The field that carries the mark of the rows that the page shows. */
const SHOWN = 'found';

/** Finds rows for a table. Throws {@link Refused} if the question refuses. */
async function fitting(site: Site, asking: Asking, errand: Errand, { of, at, form }: Listed): Promise<Fitting> {
  const on = dayIn(form);
  const found = rowsFoundBy(of.field)!;
  const by = { ...asked(form), ...(on !== undefined && { on }) };
  const [field, key] = Object.entries(found.fields)[0]!;
  const begun = rowsAt(form, at);
  const there = new Set(Array.from({ length: begun }, (_each, row) => form[`${at}.${row}.${field}`]));
  const fresh = (rows: readonly Row[]): readonly Row[] => rows.filter((row) => !there.has(row[key]));
  const { rows, isAll } = await rowsFound(site, asking, errand, found, by, (so) => begun + fresh(so).length > ROWS_MAX);
  const own = fresh(rows);
  const mark = sha256(JSON.stringify(own));
  return { rows: own, isAll, mark };
}

const tooMany = (begun: number, { rows, isAll }: Fitting): string =>
  `Narrow the search. With the table there would be ${isAll ? begun + rows.length : `more than ${ROWS_MAX}`} rows, and a form holds at most ${ROWS_MAX}`;

/** Why the search was refused, for the reader of the page. */
const refusedWords = ({ fault, message }: Refused): string =>
  fault?.option === 'on'
    ? `Effective day ${fault.words}. Go back and change it on the form`
    : fault
      ? `${optionTitle(fault.option)} ${fault.words}`
      : message;

const CHANGED =
  'The rows that fit have changed since they were shown. Read them below, and put them into the table if they are what you want';

/** The rows found, their totals, and what prevents putting them into the table. */
interface Finding {
  readonly words: string;
  readonly fault?: string;
  readonly mark?: string;
  readonly many: number;
}

function findingOf({ of, at, form, faults, isWhole }: Listed, found: Fitting | Refused): Finding {
  if (found instanceof Refused) return { words: '', fault: refusedWords(found), many: 0 };
  const { rows, isAll, mark } = found;
  const { beside } = rowsFoundBy(of.field)!;
  const begun = rowsAt(form, at);
  const sums = beside.filter((name) => rows.length > 0 && rows.every((row) => /^-?\d+\.\d\d$/.test(row[name] ?? '')));
  const together = (name: string): string =>
    pounds(moneyText(total(rows.map((row) => signedPence(row[name]! as never)))));
  const said = `: ${sums.map((name) => `${together(name)} ${plainly(name).toLowerCase()}`).join(', ')}`;
  const isOne = rows.length === 1;
  const words = isAll
    ? `${rows.length} ${isOne ? 'fits' : 'fit'} and ${isOne ? 'is' : 'are'} not in the table yet${sums.length > 0 ? said : ''}.`
    : `At least ${rows.length} fit and are not in the table yet.`;
  if (begun + rows.length > ROWS_MAX) return { words, fault: tooMany(begun, found), many: rows.length };
  if (!isWhole) return { words, fault: `Go back and correct the table first. ${faults[0]!}`, many: rows.length };
  return { words, mark, many: rows.length };
}

/** The page on which rows are searched: what fits, its totals, and a button that puts the rows into the table. */
export async function findPart(
  site: Site,
  asking: Asking,
  errand: Errand,
  listed: Listed,
): Promise<Part & { readonly isWrong: boolean; readonly carried: Form }> {
  const { of, form, title } = listed;
  const question = questionNamed(rowsFoundBy(of.field)!.question);
  const given: Row = errand.kind === 'fund' ? { fund: errand.name } : { area: errand.name };
  const isAsked = Object.keys(asked(form)).length > 0;
  const fields = fieldsFor(question, {}, asked(form), await namedFor(site, asking, question, given), { prefix: BY });
  const found = isAsked ? findingOf(listed, await orRefused(fitting(site, asking, errand, listed))) : undefined;
  // Only the rows that were shown are put into the table. If other rows fit now, they are shown first.
  const hasChanged = form['go'] === 'table-add' && found?.mark !== undefined && found.mark !== form[SHOWN];
  const fault = hasChanged ? CHANGED : found?.fault;
  const canAdd = found?.mark !== undefined && found.many > 0;
  return {
    title: `Choose ${within(title)}`,
    isWrong: fault !== undefined,
    above: fault !== undefined && faultsAbove([fault], 'found'),
    carried: { [SHOWN]: found?.mark ?? '' },
    content: html`${fields.map(({ field }) => field)}
      <div class="bcf-buttons">${button({ content: 'Show what fits', name: 'go', value: 'table-find', ...(isAsked && { classes: 'govuk-button--secondary' }) })}</div>
      ${found && html`<div id="found">${paragraph(found.words)}</div>`}
      ${canAdd && paragraph('A sum is filled in if the whole row has been decided. You fill in the others.')}
      <div class="bcf-buttons">${canAdd && button({ content: `Put ${found.many === 1 ? 'it' : 'them'} into the table`, name: 'go', value: 'table-add' })}${second('Go back', 'table-back')}</div>`,
  };
}

const NOTHING = '0.00';

/**
 * The text of a table with the rows that were shown added; undefined if they cannot be added, or other rows fit now.
 */
export async function withFound(
  site: Site,
  asking: Asking,
  errand: Errand,
  listed: Listed,
): Promise<string | undefined> {
  const { of, text, form } = listed;
  const found = await orRefused(fitting(site, asking, errand, listed));
  if (found instanceof Refused) return undefined;
  const { mark } = findingOf(listed, found);
  if (mark === undefined || mark !== form[SHOWN]) return undefined;
  const { fields, decided, beside } = rowsFoundBy(of.field)!;
  const added = found.rows.map((row): Added => {
    const isDecided = decided.where.every((name) => row[name] === NOTHING);
    const from = { ...fields, ...(isDecided && decided.fields) };
    return Object.fromEntries([
      ...beside.map((name) => [plainly(name).toLowerCase(), row[name] ?? ''] as const),
      ...of.columns.map(({ name, title, field, shape }) => {
        const cell = from[name] === undefined ? '' : cellOf(filled(field, name, row[from[name]]), name, shape);
        return [title.toLowerCase(), cell] as const;
      }),
    ]);
  });
  return tableWith(of, text, added, beside.map(plainly));
}
