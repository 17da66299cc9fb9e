import { rowsFoundBy, type RowsFrom } from '../../domain/grammar/asked.js';
import { moneyText, signedPence, total } from '../../domain/money.js';
import { button, errorSummary, fileUpload, textarea } from '../components/fields.js';
import { askedOf, questionNamed, type Answer } from '../asking.js';
import { plainly, pounds } from '../format.js';
import { html, type Content, type Html } from '../html.js';
import { paragraph } from '../layout.js';
import type { SentFile } from '../receiving.js';
import { fieldsFor } from '../screens/filters.js';
import { namedFor } from '../screens/question.js';
import type { Asking, Form, Site } from '../site.js';
import { typedDay } from '../typed.js';
import type { Errand } from './form.js';
import { filled } from './filling.js';
import { nameIn, rowsAt, ROWS_MAX } from './reading.js';
import { isOptional, within } from './shapes.js';
import { tableText, type Beside, type Tabled } from './table.js';

/**
 * The pages on which a long list is filled in at once: as a table that is typed, pasted or sent as a file, and with what fits some
 * words of a question. All of them carry the table as text, so that nothing of it is lost.
 */

/** What is shown within the frame of a form: above its title, and below. */
interface Part {
  readonly title: string;
  readonly above?: Content;
  readonly content: Content;
}

type Row = Readonly<Record<string, string>>;

/** Before the names of the fields by which rows are looked for. */
const BY = 'by.';

const asked = (form: Form): Record<string, string> =>
  Object.fromEntries(
    Object.entries(form).flatMap(([name, value]) => (name.startsWith(BY) ? [[name.slice(BY.length), value]] : [])),
  );

const MANY_FAULTS = 50;

/** The faults of a table, each a line of the summary; of many, how many more there are. */
const faultsAbove = (faults: readonly string[], at: string): Content =>
  faults.length > 0 &&
  errorSummary({
    title: 'There is a problem',
    errors: [
      ...faults.slice(0, MANY_FAULTS).map((content) => ({ content, href: `#${at}` })),
      ...(faults.length > MANY_FAULTS
        ? [
            {
              content: `And ${faults.length - MANY_FAULTS} more, which are told once these are put right`,
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

/** The page on which a table is typed or pasted. */
export function tablePart(of: Tabled, title: string, text: string, faults: readonly string[]): Part {
  return {
    title,
    above: faultsAbove(faults, 'table'),
    content: html`<div class="bcf-buttons">${rowsFoundBy(of.field) && second(`Choose ${within(title)}`, 'table-find')}${second('Send a file', 'table-file')}</div>
      ${textarea({
        name: 'table',
        label: { content: `A line for each ${within(of.item)}`, classes: 'govuk-label--s' },
        hint: {
          content: `The first line names the columns: ${columnsInWords(of)}. Other columns are not read. You can copy lines from a spreadsheet. At most ${ROWS_MAX}.`,
        },
        ...(faults.length > 0 && { errorMessage: { content: faults[0]! } }),
        value: text,
        rows: 16,
        classes: 'bcf-table-text',
      })}
      <div class="bcf-buttons">${button({ content: 'Continue', name: 'go', value: 'table-read' })}${back}</div>`,
  };
}

/** The page on which a file is chosen. `hidden` is the draft, with the table as it stands. */
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

/** Spreadsheets on Windows save in its own encoding unless they are told otherwise. */
function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** The day on which rows are looked at: that of the form, where it has one. */
function dayIn(form: Form): string | undefined {
  const [day = '', month = '', year = ''] = ['day', 'month', 'year'].map(
    (part) => form[`${nameIn('effective')}-${part}`],
  );
  return typedDay(day, month, year);
}

/** Every row that a question finds, page after page; of more than a form holds, one more, so that it is told. */
async function rowsFound(
  site: Site,
  { sight }: Asking,
  { kind, name }: Errand,
  { question, list }: RowsFrom,
  by: Row,
): Promise<readonly Row[]> {
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
  } while (after !== undefined && rows.length <= ROWS_MAX);
  return rows;
}

/** What is told beside each row, from the question that finds such rows; nothing where there is none. */
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
  const rows = await rowsFound(site, asking, errand, found, { ...found.all, ...(on !== undefined && { on }) });
  const key = Object.values(found.fields)[0]!;
  return {
    titles: found.beside.map(plainly),
    of: new Map(rows.map((row) => [row[key]!, found.beside.map((name) => row[name] ?? '')])),
  };
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

/** The rows that fit what is asked for, and are not in the form yet. */
async function fitting(site: Site, asking: Asking, errand: Errand, { of, at, form }: Listed): Promise<readonly Row[]> {
  const on = dayIn(form);
  const found = rowsFoundBy(of.field)!;
  const by = { ...asked(form), ...(on !== undefined && { on }) };
  const rows = await rowsFound(site, asking, errand, found, by);
  const [field, key] = Object.entries(found.fields)[0]!;
  const there = new Set(Array.from({ length: rowsAt(form, at) }, (_each, row) => form[`${at}.${row}.${field}`]));
  return rows.filter((row) => !there.has(row[key]));
}

/** A list of a form, with the rows that its table holds so far. */
interface Listed {
  readonly of: Tabled;
  readonly title: string;
  /** The name of the list in the form. */
  readonly at: string;
  readonly form: Form;
}

const tooMany = (rows: number): string =>
  `Narrow it down: together with the table there would be ${rows > ROWS_MAX ? `more than ${ROWS_MAX}` : rows} rows. A form holds at most ${ROWS_MAX}`;

/** The page on which rows are looked for: what fits, how much it is together, and a button that puts it into the table. */
export async function findPart(
  site: Site,
  asking: Asking,
  errand: Errand,
  listed: Listed,
): Promise<Part & { readonly isWrong: boolean }> {
  const { of, at, form, title } = listed;
  const found = rowsFoundBy(of.field)!;
  const question = questionNamed(found.question);
  const given: Row = errand.kind === 'fund' ? { fund: errand.name } : { area: errand.name };
  const isAsked = Object.keys(asked(form)).length > 0;
  const rows = isAsked ? await fitting(site, asking, errand, listed) : [];
  const isTooMany = rowsAt(form, at) + rows.length > ROWS_MAX;
  const fields = fieldsFor(question, {}, asked(form), await namedFor(site, asking, question, given), BY);
  const sums = found.beside.filter(
    (name) => rows.length > 0 && rows.every((row) => /^-?\d+\.\d\d$/.test(row[name] ?? '')),
  );
  const together = (name: string): string =>
    pounds(moneyText(total(rows.map((row) => signedPence(row[name]! as never)))));
  const counted = `${rows.length} ${rows.length === 1 ? 'fits' : 'fit'} and ${rows.length === 1 ? 'is' : 'are'} not in the table yet${sums.length > 0 ? `: ${sums.map((name) => `${together(name)} ${plainly(name).toLowerCase()}`).join(', ')}` : ''}.`;
  return {
    title: `Choose ${within(title)}`,
    isWrong: isTooMany,
    above: isTooMany && faultsAbove([tooMany(rowsAt(form, at) + rows.length)], 'found'),
    content: html`${fields.map(({ field }) => field)}
      <div class="bcf-buttons">${button({ content: 'Show what fits', name: 'go', value: 'table-find', ...(isAsked && { classes: 'govuk-button--secondary' }) })}</div>
      ${isAsked && html`<div id="found">${paragraph(counted)}</div>`}
      ${isAsked && rows.length > 0 && paragraph('Sums are filled in where all of a row has been decided; the others you fill in.')}
      <div class="bcf-buttons">${isAsked && rows.length > 0 && !isTooMany && button({ content: `Put ${rows.length === 1 ? 'it' : 'them'} into the table`, name: 'go', value: 'table-add' })}${second('Go back', 'table-back')}</div>`,
  };
}

const NOTHING = '0.00';

/** The form with the rows that fit added to those of its table; as it is where they would be too many. */
export async function withFound(site: Site, asking: Asking, errand: Errand, listed: Listed): Promise<Form> {
  const { of, at, form } = listed;
  const rows = await fitting(site, asking, errand, listed);
  const begun = rowsAt(form, at);
  if (begun + rows.length > ROWS_MAX) return form;
  const { fields, decided } = rowsFoundBy(of.field)!;
  const added = rows.flatMap((row, index) => {
    const isDecided = decided.where.every((name) => row[name] === NOTHING);
    return Object.entries({ ...fields, ...(isDecided && decided.fields) }).map(([name, from]) =>
      filled(of.columns.find((each) => each.name === name)!.field, `${at}.${begun + index}.${name}`, row[from]),
    );
  });
  return Object.assign({}, form, ...added, { [`${at}.count`]: String(begun + rows.length) }) as Form;
}
