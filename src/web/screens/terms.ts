import { summaryList, table } from '../components/lists.js';
import { day, plainly, sum } from '../format.js';
import { html, joined, type Content, type Html } from '../html.js';
import type { Names } from '../names.js';
import { scrolling } from './fund.js';

/** The text of a proposal, field by field, in words. */

export type Data = Readonly<Record<string, unknown>>;

const MONEY = /^-?\d+\.\d{2}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** A field’s name in words: noticeGiven as Notice given. */
const title = (name: string): string => plainly(name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));

function worded(value: unknown, names: Names): Content {
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value !== 'string') return value === null || value === undefined ? 'Not provided' : ofMany(value, names);
  if (MONEY.test(value)) return `£${sum(value)}`;
  if (DAY.test(value)) return day(value);
  return names.in(value);
}

/** Lists of like items are tables; any others are lists of lists. */
function ofMany(value: unknown, names: Names): Content {
  if (typeof value !== 'object') return JSON.stringify(value);
  if (!Array.isArray(value))
    return joined(
      Object.entries(value as Data).map(([name, each]) => html`${title(name)}: ${worded(each, names)}`),
      html`<br>`,
    );
  const items = value as readonly unknown[];
  const [first] = items;
  if (typeof first !== 'object' || first === null)
    return joined(
      items.map((each) => worded(each, names)),
      ', ',
    );
  const columns = Object.keys(first);
  return scrolling(
    'List',
    table({
      head: columns.map((name) => ({ content: title(name), format: isMoney(first as Data, name) })),
      rows: (items as readonly Data[]).map((item) =>
        columns.map((name) => ({ content: worded(item[name], names), format: isMoney(item, name) })),
      ),
    }),
  );
}

const isMoney = (item: Data, name: string): string | undefined =>
  typeof item[name] === 'string' && MONEY.test(item[name]) ? 'numeric' : undefined;

const inWords = (name: string, value: unknown, names: Names): Content =>
  name === 'recurrent' ? (value === true ? 'Every year' : 'This year only') : worded(value, names);

export const termsList = (data: Data, more: readonly (readonly [string, Content])[], names: Names): Html =>
  summaryList({
    rows: [
      ...Object.entries(data).map(([name, value]) => [title(name), inWords(name, value, names)] as const),
      ...more,
    ].map(([key, content]) => ({ key: { content: key }, value: { content } })),
  });

/** What a counter changed: each field as it was and as it is now. */
export function changesTable(was: Data, now: Data, names: Names): Html {
  const fields = Object.keys({ ...was, ...now }).filter(
    (name) => JSON.stringify(was[name]) !== JSON.stringify(now[name]),
  );
  return scrolling(
    'What the counter changed',
    table({
      caption: 'What the counter changed',
      head: [{ content: 'Field' }, { content: 'Was' }, { content: 'Is now' }],
      rows: fields.map((name) => [
        { content: title(name) },
        { content: inWords(name, was[name], names) },
        { content: inWords(name, now[name], names) },
      ]),
    }),
  );
}
