import type { FastifyReply } from 'fastify';
import { rowsFoundBy } from '../../domain/grammar/asked.js';
import { refuse } from '../../domain/rules.js';
import { Refused } from '../refused.js';
import type { Form, Site } from '../site.js';
import { lookedUp } from './form.js';
import type { Fault } from './reading.js';
import { draftOf, formPage, isOf, shell, type Around } from './frame.js';
import { titleOf } from './shapes.js';
import { fieldsAt, listAt, type Step } from './steps.js';
import { readTable, tabled } from './table.js';
import { findPart, tableFilePart, tableOf, tablePart, withFound, type Listed, type tableIn } from './tabled.js';

/** How the pages of a table follow each other, from the form to its rows and back. */

/**
 * The table of a list: as it was typed, or made from the rows of the form. Throws {@link Refused} if the form has no
 * such list.
 */
async function tableAt(
  site: Site,
  around: Around,
  steps: readonly Step[],
  at: string,
  typed?: string,
): Promise<Listed> {
  const { asking, errand, form } = around;
  const field = listAt(steps, at);
  const of = field && tabled(field);
  const step = steps.find((each) => fieldsAt(each).some(([name]) => name === at));
  if (!of || !step) throw new Refused(refuse('not_found', 'This form has no such list.'));
  const text = typed ?? (await tableOf(site, asking, errand, of, at, form));
  const read = readTable(of, at, form, text, await lookedUp(site, asking, errand, [step], form));
  const others = Object.entries(form).filter(([name]) => !isOf(at, name));
  return {
    of,
    at,
    text,
    faults: read.faults,
    isWhole: read.isWhole,
    form: { ...Object.fromEntries(others), ...read.form },
    title: titleOf(field),
  };
}

/** The part of the form to which the page of a table belongs. */
const placeInForm = ({ form }: Around, at: string): Form => ({
  at: form['at'] ?? '0',
  then: form['then'] ?? '',
  list: at,
});

/** The page of a table, with the table as it is. */
const shownTable = (
  around: Around,
  { of, at, text, title }: Listed,
  faults: readonly string[],
  leaves = false,
): Buffer =>
  formPage(around, {
    ...tablePart(of, title, text, faults, leaves),
    shown: [at],
    carried: placeInForm(around, at),
    isWrong: faults.length > 0,
  });

const shownFile = (around: Around, { of, at, text, title }: Listed, fault?: string): Buffer =>
  shell(around, {
    ...tableFilePart(
      of,
      title,
      around.errand.address,
      draftOf(around, [at], { ...placeInForm(around, at), table: text }),
      fault,
    ),
    isWrong: fault !== undefined,
  });

/** The page on which the rows of a form are filled in as a table. */
export async function tablePage(site: Site, around: Around, steps: readonly Step[], at: string): Promise<Buffer> {
  return shownTable(around, await tableAt(site, around, steps, at), []);
}

/** The same, with all errors in the rows. */
export async function faultyTable(site: Site, around: Around, steps: readonly Step[], at: string): Promise<Buffer> {
  const table = await tableAt(site, around, steps, at);
  return shownTable(around, table, table.faults);
}

/** An error of a row, at the line of the table in which the row is. The first line names the columns. */
export const atItsLine = (at: string, { at: place, words }: Fault): string => {
  const row = /^\.(\d+)/.exec(place.slice(at.length))?.[1];
  return row === undefined ? words : `Line ${Number(row) + 2}: ${words}`;
};

/** Answers a page of a table: with another page of it, or by `back` with the form and its rows. */
export async function tableSent(
  site: Site,
  around: Around,
  steps: readonly Step[],
  back: (form: Form) => Promise<Buffer>,
  reply: FastifyReply,
): Promise<unknown> {
  const { asking, errand, form } = around;
  const at = form['list']!;
  const table = await tableAt(site, around, steps, at, form['table']);
  const isFound = rowsFoundBy(table.of.field) !== undefined;
  switch (form['go']) {
    case 'table-read':
      return table.faults.length > 0
        ? reply.status(400).send(shownTable(around, table, table.faults))
        : reply.send(await back(table.form));
    // Before anything that was typed is dropped, the officer is told.
    case 'table-leave':
      return table.isWhole
        ? reply.send(await back(table.form))
        : reply.status(400).send(shownTable(around, table, table.faults, true));
    case 'table-drop':
      return reply.send(await back(table.form));
    case 'table-file':
      return reply.send(shownFile(around, table));
    case 'table-find':
      if (!isFound) break;
      return shownFinding(site, around, table, reply);
    case 'table-add': {
      if (!isFound) break;
      const text = await withFound(site, asking, errand, table);
      if (text === undefined) return shownFinding(site, around, table, reply);
      return reply.send(shownTable(around, { ...table, text }, []));
    }
  }
  return reply.send(shownTable(around, table, []));
}

/** The page for finding rows. If the search is refused, the reason is above the fields. */
async function shownFinding(site: Site, around: Around, table: Listed, reply: FastifyReply): Promise<unknown> {
  const { asking, errand } = around;
  const { isWrong, carried, ...part } = await findPart(site, asking, errand, table);
  if (isWrong) void reply.status(400);
  const { at, text } = table;
  return reply.send(
    formPage(around, {
      ...part,
      shown: [at],
      carried: { ...placeInForm(around, at), ...carried, table: text },
      isWrong,
    }),
  );
}

export type TableTaken = Awaited<ReturnType<typeof tableIn>>;

/** Answers a table that was sent as a file: with the page of the table, and the errors in it. */
export async function tableTaken(
  site: Site,
  around: Around,
  steps: readonly Step[],
  taken: TableTaken,
  reply: FastifyReply,
): Promise<unknown> {
  const at = around.form['list']!;
  if ('fault' in taken) {
    const table = await tableAt(site, around, steps, at, around.form['table']);
    return reply.status(400).send(shownFile(around, table, taken.fault));
  }
  const table = await tableAt(site, around, steps, at, taken.table);
  if (table.faults.length > 0) void reply.status(400);
  return reply.send(shownTable(around, table, table.faults));
}
