import { z } from 'zod';
import { inPercent } from '../../domain/money.js';
import { namedBy, saidOf, unwrapped, type Named } from '../../domain/grammar/naming.js';
import { choicesOf, CHOSEN_FROM } from '../../domain/grammar/asked.js';
import { factOf } from '../../domain/grammar/kind.js';
import { TOLD } from '../../domain/values.js';
import type { AnyKind } from '../../ledger/catalogue.js';
import { summaryList, table } from '../components/lists.js';
import { areaName, day, fundName, PERIODS, plainly, pounds, small } from '../format.js';
import { html, joined, type Content, type Html } from '../html.js';
import type { Names } from '../names.js';
import { caseName } from './answer-words.js';
import { scrolling } from './parts.js';

/**
 * The terms of a proposal or the content of a fact, field by field. Titles and words follow from the types of the
 * fields.
 */

type Data = Readonly<Record<string, unknown>>;

/** The type and the data of a fact. */
export interface Text {
  readonly type: string;
  readonly data: Data;
}

interface Field {
  readonly name: string;
  readonly field: z.ZodType;
  readonly title: string;
  readonly value: unknown;
}

const MONEY = /^-?\d+\.\d{2}$/;
const NOTHING = '0.00';
const DIGEST = /^[0-9a-f]{64}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The fields of an object, in the order of its type. */
const fieldsOf = (type: z.ZodType, data: Data): Field[] =>
  Object.entries((type as z.ZodObject).shape as Readonly<Record<string, z.ZodType>>)
    .filter(([name]) => data[name] !== undefined)
    .map(([name, field]) => ({ name, field, title: titleOf(field, name), value: data[name] }));

/** The title of a field. A field that the ledger fills in may have none: noticeMonths becomes Notice months. */
const titleOf = (field: z.ZodType, name: string): string =>
  (saidOf(field, 'title') as string | undefined) ??
  plainly(name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));

const fieldsByName = (type: z.ZodType, data: Data) => new Map(fieldsOf(type, data).map((field) => [field.name, field]));

/** The value of a field in words, by the field’s type. */
export function worded({ field, title, value }: Omit<Field, 'name'>, names: Names): Content {
  // A decision says of some fields that there is none: what claims a return counted, in an area without disputes.
  if (value === null) return 'None';
  const type = unwrapped(field, value)!;
  if (Array.isArray(value)) return ofList(type as z.ZodArray<z.ZodType>, value, title, names);
  if (typeof value === 'object') return ofObject(type, value as Data, names);
  if (typeof value === 'boolean') return ((saidOf(field, TOLD) ?? ['No', 'Yes']) as [string, string])[value ? 1 : 0];
  if (typeof value === 'number') return numberWorded(value, saidOf(field, TOLD));
  const text = value as string;
  if (MONEY.test(text)) return pounds(text);
  if (DAY.test(text)) return day(text);
  if (DIGEST.test(text)) return html`<span class="bcf-code">${text}</span>`;
  const choices = choicesOf(field);
  if (choices?.from === 'codes') return choices.codes[text] ?? plainly(text);
  if (type instanceof z.ZodEnum) return plainly(text);
  const named = namedBy(field);
  if (named === 'proposal') return html`<a class="govuk-link" href="/proposals/${text}">read it</a>`;
  // A text that an officer wrote is shown unchanged. A name that the ledger does not know yet, such as that of a body
  // about to be registered, is shown as it is.
  const isBody = namedBy(field) === 'partner' || saidOf(field, CHOSEN_FROM) === 'bodies in the register';
  return names.said?.(field, text) ?? knownAs(isBody ? 'partner' : named, text, names) ?? text;
}

const FUND = /^.+-20\d{2}-\d{2}$/;

/** The readable name of what a field names; undefined if it has none. */
function knownAs(named: Named | undefined, text: string, names: Names): string | undefined {
  if (named === 'case') return caseName(text);
  if (named === 'area') return areaName(text);
  if (named === 'fund') return FUND.test(text) ? fundName(text) : undefined;
  if (named === 'officer') return names.in(text);
  return named === 'partner' || named === 'source' ? names.known(text) : undefined;
}

const numberWorded = (value: number, told: unknown): Content =>
  told === 'percent' ? inPercent(value) : told === 'period' ? `${PERIODS[value - 1]!} (period ${value})` : value;

function ofObject(type: z.ZodType, data: Data, names: Names): Html {
  const lines = fieldsOf(type, data).map((each) =>
    // A fixed value says which kind of thing this is, and the title says it in full.
    each.field instanceof z.ZodLiteral && typeof each.value === 'string'
      ? each.title
      : html`${each.title}: ${worded(each, names)}`,
  );
  return html`<ul class="govuk-list">${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}

const isObject = (value: unknown): value is Data => typeof value === 'object' && value !== null;

/**
 * A list as content. Items with the same plain fields become a table, with a column for each field that occurs; other
 * items become a list.
 */
function ofList({ element }: z.ZodArray<z.ZodType>, value: readonly unknown[], title: string, names: Names): Content {
  if (value.length === 0) return 'None';
  if (!value.every(isObject))
    return joined(
      value.map((each) => worded({ field: element, title, value: each }, names)),
      ', ',
    );
  if (element instanceof z.ZodUnion || value.some((item) => Object.values(item).some(isObject)))
    return html`<ul class="govuk-list govuk-list--bullet">${value.map((item) => html`<li>${ofObject(unwrapped(element, item)!, item, names)}</li>`)}</ul>`;
  const rows = value.map((item) => fieldsByName(element, item));
  const columns = [...new Map(rows.flatMap((row) => [...row])).values()].map(({ name, title: content }) => {
    const isMoney = rows.every((row) => MONEY.test((row.get(name)?.value ?? NOTHING) as string));
    return { name, content, format: isMoney ? 'numeric' : undefined };
  });
  return scrolling(
    title,
    table({
      caption: title,
      captionClasses: 'govuk-visually-hidden',
      firstCellIsHeader: true,
      head: columns,
      rows: rows.map((row) =>
        columns.map(({ name, format }) => ({ content: row.has(name) && worded(row.get(name)!, names), format })),
      ),
    }),
  );
}

interface Told {
  readonly title: string;
  readonly content: Content;
}

/**
 * The fields of a fact. If a field holds another fact, that one’s own type decides how it is shown. `of` names the fact if the page
 * shows several: the captions of its tables begin with it.
 */
function told(kind: AnyKind, { type, data }: Text, names: Names, of?: string): Map<string, Told> {
  const { stored, texts = [] } = factOf(kind, type);
  const tell = ({ name, ...field }: Field): Content => {
    if (!texts.includes(name))
      return worded(of === undefined ? field : { ...field, title: `${of}: ${small(field.title)}` }, names);
    const inner = field.value as Text;
    return ofObject(factOf(kind, inner.type).stored, inner.data, names);
  };
  return new Map(fieldsOf(stored, data).map((field) => [field.name, { title: field.title, content: tell(field) }]));
}

/** The fields of a fact, and the other terms of the proposal. */
export const termsList = (kind: AnyKind, text: Text, more: readonly Told[], names: Names, of?: string): Html =>
  summaryList({
    rows: [...told(kind, text, names, of).values(), ...more].map(({ title, content }) => ({
      key: { content: title },
      value: { content },
    })),
  });

/** A term of a proposal beside its facts, in words, before and after a counter-offer. */
export interface Term {
  readonly title: string;
  readonly was: string;
  readonly now: string;
}

/** What a counter-offer changed: each field, and each other term, before and after. */
export function changesTable(kind: AnyKind, was: Text, now: Text, names: Names, terms: readonly Term[] = []): Html {
  const [before, after] = [told(kind, was, names, 'Was'), told(kind, now, names, 'Is now')];
  const changed = [...new Map([...before, ...after])].filter(
    ([name]) => JSON.stringify(was.data[name]) !== JSON.stringify(now.data[name]),
  );
  const cell = (each: Told | undefined) => ({ content: each?.content ?? 'Not provided' });
  return scrolling(
    'What the counter changed',
    table({
      caption: 'What the counter changed',
      firstCellIsHeader: true,
      head: [{ content: 'Field' }, { content: 'Was' }, { content: 'Is now' }],
      rows: [
        ...changed.map(([name, { title }]) => [{ content: title }, cell(before.get(name)), cell(after.get(name))]),
        ...terms.flatMap(({ title, ...each }) =>
          each.was === each.now ? [] : [[{ content: title }, { content: each.was }, { content: each.now }]],
        ),
      ],
    }),
  );
}
