import { inside } from '../../domain/chart.js';
import { onceEach } from '../../domain/once-each.js';
import type { Shape } from '../asking.js';
import { summaryList, table, type Cell } from '../components/lists.js';
import { instant } from '../format.js';
import { html, joined, withoutElements, type Content, type Html } from '../html.js';
import { subheading } from '../layout.js';
import { offerIn } from '../names.js';
import { roleName, told, titleOf, withItsFact, type Telling, type Value } from './answer-words.js';
import { scrolling, verdictTag } from './parts.js';

/**
 * Shows the whole answer of a question: first its single values, then each of its lists. The layout follows from the
 * shape of the answer. A fact is shown as one sentence that links to the fact’s page.
 */

export type Data = Readonly<Record<string, unknown>>;

/** What is needed to show an answer. */
export interface Showing extends Telling {
  /** The address of a fact’s page, from its revision and the values around it; undefined if it has none. */
  factAddress(revision: string, at: Data): string | undefined;
  /** The dates of the figures, for captions. */
  readonly dates: string;
  /** Fields that the address and the heading already show. */
  readonly given: ReadonlySet<string>;
  /** The page of each list that is shown, from 1. */
  readonly page: number;
  /** What the tables that are shown are of, where the page has several such things: captions begin with it. */
  readonly within?: Html;
}

export const ROWS_MAX = 100;
/** The most things with a heading of their own on one page. One takes the space of several rows. */
const SECTIONS_MAX = 20;
/** The most columns of figures beside each other. */
const FIGURES_MAX = 6;
/** The most columns of any kind beside each other. */
const WIDTH_MAX = 10;
/** The most columns of words beside figures. */
const WORDS_MAX = 7;
const RICH_MIN = 8;
/** Up to so many figures are shown among the words. */
const IN_WORDS_MAX = 3;
/** An object inside a row gets columns of its own if it has at most this many fields. */
const SPREAD_MAX = 4;

/** Fields that the page shows elsewhere: in its heading, its dates and its foot. */
const AROUND = new Set('on knownAt fund'.split(' '));
const IN_THE_FOOT = new Set('ledger outsideYear disclosed release next'.split(' '));

/** Fields that belong to a fact, in addition to its sentence. */
const OF_A_FACT = new Set(
  'type recordedAt effective officer partner role evidence revision stream void why id'.split(' '),
);

/** Pairs of fields for the same thing. The second is for people. */
const SAID_TWICE: readonly (readonly [string, string])[] = [
  ['partner', 'name'],
  ['district', 'name'],
  ['payer', 'name'],
  ['figure', 'name'],
  ['code', 'name'],
  ['host', 'hostName'],
  ['test', 'title'],
  ['capacity', 'title'],
  ['stage', 'title'],
  ['protocol', 'title'],
  ['to', 'title'],
  ['state', 'title'],
];

/** Fields for programs. */
const CODES = new Set('digest planHash position id signature fact'.split(' '));

/** A shape of which nothing is known. */
const ANY: Shape = {};

// A shape is of the program, and never changes: what follows from it is worked out once.

const typesOf = onceEach(({ type = [] }: Shape): readonly string[] => [type].flat());

/** The shape without the possibility of null. */
const bare = onceEach((shape: Shape): Shape => {
  const rest = (shape.anyOf ?? []).filter((each) => !typesOf(each).includes('null'));
  return rest.length === 1 ? bare(rest[0]!) : shape;
});

const isObject = (shape: Shape): boolean => bare(shape).properties !== undefined;
const isList = (shape: Shape): boolean => typesOf(bare(shape)).includes('array');
/** Whether a shape is one of several. The value decides how it is shown. */
const isMixed = (shape: Shape): boolean =>
  (bare(shape).anyOf ?? bare(shape).oneOf ?? []).some((each) => isObject(each) || isMixed(each));
const itemsOf = (shape: Shape): Shape => bare(bare(shape).items ?? {});
const isLeaf = (shape: Shape): boolean => !isObject(shape) && !isMixed(shape) && !isList(shape);
const isListOfLeaves = (shape: Shape): boolean => isList(shape) && isLeaf(itemsOf(shape));
export const isFigure = (shape: Shape): boolean => bare(shape).pattern?.endsWith('\\d{2}$') ?? false;

type Field = readonly [name: string, shape: Shape];

/** The fields that are shown, without fields for programs and fields that repeat another. */
const fieldsOf = onceEach((shape: Shape): readonly Field[] => {
  const all = bare(shape).properties ?? {};
  const has = (name: string): boolean => name in all;
  const isFact = has('sentence') && has('revision');
  return Object.entries(all).filter(
    ([name, each]) =>
      !CODES.has(name) &&
      !IN_THE_FOOT.has(name) &&
      !(name === 'settled' && typesOf(each).includes('boolean')) &&
      wordsOf(all, name) === undefined &&
      !(isFact && (OF_A_FACT.has(name) || name === 'what')) &&
      !(has('sentence') && name === 'proposal'),
  );
});

/** The field that says in words what another names. It stands right after it. */
function wordsOf(all: Readonly<Record<string, Shape>>, code: string): string | undefined {
  const names = Object.keys(all);
  const after = names[names.indexOf(code) + 1];
  return SAID_TWICE.some(([first, second]) => first === code && second === after) ? after : undefined;
}

const titlesIn = onceEach<Shape, Map<string, string>>(() => new Map());

/** The title for a readable name: Partner, if `name` is the name of `partner`. */
export const titleIn = (shape: Shape, name: string): string =>
  inside(titlesIn(shape), name, () => {
    const all = bare(shape).properties ?? {};
    const of = Object.keys(all).find((code) => wordsOf(all, code) === name);
    return titleOf(of ?? name, valueOf(all[name] ?? {}), (each) => each in all);
  });

export const valueOf = (shape: Shape): Value =>
  isFigure(shape) ? 'sum' : isList(shape) ? 'list' : typesOf(bare(shape)).includes('boolean') ? 'flag' : 'other';

interface Column {
  readonly title: string;
  /** A sum of money, or a number. */
  readonly isFigure: boolean;
  readonly isMoney?: boolean;
  /** A list or a sentence, which takes the space of several columns. */
  readonly isWide?: boolean;
  of(row: Data): Content;
}

/** The columns of a list’s rows; undefined if a row holds a list that is too large for a cell. */
function columnsOf(shape: Shape, showing: Showing, prefix = ''): Column[] | undefined {
  const columns: Column[] = [];
  for (const [name, field] of fieldsOf(shape)) {
    const title = prefix === '' ? titleIn(shape, name) : `${prefix}: ${titleIn(shape, name).toLowerCase()}`;
    if (isLeaf(field) || isListOfLeaves(field)) {
      columns.push({
        title,
        isWide: name === 'sentence',
        isFigure: isFigure(field) || typesOf(bare(field)).includes('integer'),
        isMoney: isFigure(field),
        of: (row) => cell(name, row[name], row, showing),
      });
    } else if (isObject(field) && isFlat(field)) {
      const inner = fieldsOf(field);
      if (leavesOf(field) > SPREAD_MAX && !inner.every(([, each]) => isFigure(each)))
        columns.push({ title, isWide: true, isFigure: false, of: (row) => inline(field, row[name], showing) });
      else
        columns.push(
          ...columnsOf(field, showing, name === 'figures' || name === 'changes' ? '' : title)!.map((each) => ({
            ...each,
            of: (row: Data) => (row[name] ? each.of(row[name] as Data) : 'None'),
          })),
        );
    } else if (isInline(name, field)) {
      columns.push({ title, isWide: true, isFigure: false, of: (row) => inline(field, row[name], showing) });
    } else return undefined;
  }
  return columns;
}

/**
 * Whether a row holds so much that it is better shown separately, such as a fact with everything that belongs to it.
 */
const isRich = (shape: Shape): boolean =>
  fieldsOf(shape).length > RICH_MIN && fieldsOf(shape).some(([name]) => name === 'sentence' || name === 'rule');

/** Whether everything in an object fits into a row. */
const isFlat = (shape: Shape): boolean =>
  fieldsOf(shape).every(([, each]) => isLeaf(each) || isListOfLeaves(each) || (isObject(each) && isFlat(each)));

/** Lists that are always shown in a cell: approvals, and the other halves of moves between years. */
const IN_LINE = new Set(['by', 'halves']);

/** Whether a value fits into a cell: one of the lists above, or a value with few fields. */
const isInline = (name: string, shape: Shape): boolean =>
  isMixed(shape) ||
  isMixed(itemsOf(shape)) ||
  IN_LINE.has(name) ||
  (isObject(shape)
    ? fieldsOf(shape).every(([inner, each]) => isLeaf(each) || isInline(inner, each))
    : isList(shape) && isFlat(itemsOf(shape)) && leavesOf(itemsOf(shape)) <= SPREAD_MAX);

/** The number of values in an object, including objects inside it. */
const leavesOf = (shape: Shape): number =>
  fieldsOf(shape).reduce((count, [, each]) => count + (isObject(each) ? leavesOf(each) : 1), 0);

/** One value in its cell. */
function cell(name: string, value: unknown, row: Data, showing: Showing): Content {
  if (name === 'sentence') return factCell(row, showing);
  // The name of something that a fact opened is shown unchanged. It is no code.
  if (name === 'name' && 'sentence' in row) return value as string;
  if (name === 'revision')
    return showing.factAddress(value as string, row) === undefined
      ? 'You may not see it'
      : factLink(value as string, row, showing, 'Open');
  if (name === 'verdict') return verdictTag(value as string);
  if (name === 'proposal') return value === null ? 'None' : proposalLink(value as string, 'Open');
  if (!Array.isArray(value)) return told(name, value, showing);
  if (value.length === 0) return 'None';
  return joined(
    value.map((each) => told(name, each, showing)),
    name === 'evidence' ? '; ' : ', ',
  );
}

const proposalLink = (id: string, text: Content): Html =>
  html`<a class="govuk-link" href="/proposals/${id}">${text}</a>`;

function factLink(revision: string, at: Data, { factAddress }: Showing, text: Content): Content {
  const address = factAddress(revision, at);
  return address === undefined ? text : html`<a class="govuk-link" href="${address}">${text}</a>`;
}

/** Whether a row is a proposal that is on the table, or a part of one: neither is recorded as a fact. */
const isOffered = (row: Data): boolean =>
  row['recordedAt'] === undefined && ('proposal' in row || ('data' in row && !('revision' in row)));

const saidIn = (row: Data, sentence: string, { names }: Showing): string =>
  isOffered(row) ? offerIn(names, sentence) : names.in(sentence);

/** A fact as its sentence, which links to its page, with when it was recorded, by whom, and its documents. */
export function factCell(row: Data, showing: Showing): Content {
  // A line of a statement of account is told with the fact that made it.
  const { what, sentence: whole } = row as { readonly what?: string; readonly sentence: string };
  const sentence = saidIn(row, what === undefined ? whole : withItsFact(what, whole), showing);
  const {
    revision,
    recordedAt,
    officer,
    partner,
    effective,
    evidence = [],
    proposal,
  } = row as Partial<Record<string, string>> & { readonly evidence?: readonly string[] };
  const linked =
    proposal !== undefined
      ? proposalLink(proposal, sentence)
      : revision === undefined
        ? sentence
        : factLink(revision, row, showing, sentence);
  if (recordedAt === undefined) return linked;
  const notes = [
    effective !== undefined && html`Takes effect on ${told('effective', effective, showing)}. `,
    html`Recorded on ${instant(recordedAt)}${officer !== undefined && ` by ${showing.people.nameOf(officer)} of ${showing.names.known(partner!) ?? partner!}`}.`,
    evidence.length > 0 && html` Documents: ${joined(evidence, '; ')}.`,
  ];
  return html`${linked}<br><span class="bcf-note">${notes}</span>`;
}

/** A value of any shape in a few words, for a cell or a line. */
function inline(shape: Shape, value: unknown, showing: Showing): Content {
  if (value === null || value === undefined) return 'None';
  if (Array.isArray(value))
    return value.length === 0
      ? 'None'
      : html`<ul class="govuk-list bcf-inline">${value.map((each) => html`<li>${inline(itemsOf(shape), each, showing)}</li>`)}</ul>`;
  const row = value as Data;
  if ('act' in row && 'mandate' in row) return signed(row, showing);
  const fields = isObject(shape) ? fieldsOf(shape) : Object.keys(row).map((name): Field => [name, ANY]);
  const lines = fields
    .filter(([name]) => row[name] !== undefined)
    .map(([name, field], at) => {
      const value = inField(name, field, row, showing);
      // The first value names the thing. A sum alone beside it needs no title.
      return at === 0 || (fields.length === 2 && isFigure(field)) ? value : html`${titleIn(shape, name)}: ${value}`;
    });
  return joined(lines, fields.length === 2 ? ': ' : '; ');
}

const inField = (name: string, field: Shape, row: Data, showing: Showing): Content => {
  const value = row[name];
  const isPlain =
    typeof value !== 'object' ||
    value === null ||
    (Array.isArray(value) && value.every((each) => typeof each !== 'object'));
  return isPlain ? cell(name, value, row, showing) : inline(field, value, showing);
};

const ACTS: Readonly<Record<string, string>> = { posted: 'Recorded', proposed: 'Proposed', signed: 'Signed' };

interface Mandate {
  readonly from: string;
  readonly until: string | null;
  readonly limit: string | null;
}

/** Who posted, proposed or signed, and the mandate that they held on that day. */
export function signed(row: Data, showing: Showing): Html {
  const say = (name: string): Content => told(name, row[name], showing);
  const mandate = row['mandate'] as Mandate | null;
  const held = mandate
    ? html`mandated from ${told('from', mandate.from, showing)}${mandate.until !== null && html` to ${told('until', mandate.until, showing)}`}${mandate.limit !== null && html`, up to £${told('limit', mandate.limit, showing)}`}`
    : html`<strong>without a mandate on that day</strong>`;
  return html`${ACTS[row['act'] as string]} by ${say('officer')}, ${roleName(row['role'] as string).toLowerCase()} of ${say('partner')}, on ${say('on')}: ${held}`;
}

/** A table of rows. If it has many columns of figures, they are split over several tables, one below the other. */
function tableOf(
  title: string,
  columns: readonly Column[],
  rows: readonly Data[],
  total: Data | undefined,
  showing: Showing,
): Html {
  const words = columns.filter((each) => !each.isFigure);
  const figures = columns.filter((each) => each.isFigure);
  const parts = partsOf(columns, words, figures);
  const all = parts.map((shown, part) => {
    const sums =
      total && shown.some((each) => each.isFigure)
        ? [
            shown.map((each, at): Cell => ({
              ...(each.isFigure ? cellOf(each, { ...total, figures: total }) : { content: at === 0 ? 'Total' : '' }),
              classes: 'govuk-!-font-weight-bold',
            })),
          ]
        : [];
    const own = parts.length > 1 ? `${title}, part ${part + 1} of ${parts.length}` : title;
    const named = showing.within ? html`${showing.within}: ${own.toLowerCase()}` : html`${own}`;
    return scrolling(
      named,
      table({
        caption: html`${named}${shown.some((each) => each.isMoney) && ', £'}${showing.dates && `. ${showing.dates}`}`,
        captionClasses: 'govuk-table__caption--s',
        firstCellIsHeader: true,
        head: shown.map((each) => ({ content: each.title, format: each.isFigure ? 'numeric' : undefined })),
        rows: [...rows.map((row) => shown.map((each) => cellOf(each, row))), ...sums],
      }),
    );
  });
  return html`${all}`;
}

const widthOf = (words: readonly Column[]): number => words.reduce((width, { isWide }) => width + (isWide ? 3 : 1), 0);

/** The columns of each of these tables: one table, unless there are more columns than fit. */
function partsOf(
  columns: readonly Column[],
  words: readonly Column[],
  figures: readonly Column[],
): (readonly Column[])[] {
  const isNarrow = widthOf(words) + figures.length <= WIDTH_MAX || (figures.length <= 2 && words.length <= WORDS_MAX);
  if (figures.length <= FIGURES_MAX && isNarrow) return [columns];
  const named = words.slice(0, 2);
  const parts = Math.ceil(figures.length / FIGURES_MAX);
  const size = Math.ceil(figures.length / parts);
  const split = Array.from({ length: parts }, (_, part) => figures.slice(part * size, (part + 1) * size));
  if (widthOf(words) > WORDS_MAX) return [words, ...split.map((own) => [...named, ...own])];
  return split.map((own, part) => [...(part === 0 ? words : named), ...own]);
}

const cellOf = (column: Column, row: Data): Cell => ({
  content: column.of(row),
  format: column.isFigure ? 'numeric' : undefined,
});

/** The figures and words of one thing: a table of figures, and a list of words. */
function single(title: string | undefined, shape: Shape, value: Data, showing: Showing, shown: readonly Field[]): Html {
  const given = shown.filter(([name]) => value[name] !== undefined);
  const all = given.filter(([, each]) => isFigure(each));
  const figures = all.length > IN_WORDS_MAX ? all : [];
  const words = given.filter((each) => !figures.includes(each));
  return html`${
    figures.length > 0 &&
    html`<div class="bcf-narrow">${tableOf(
      title ?? 'Figures',
      [
        { title: 'Figure', isFigure: false, of: (row) => row['title'] as string },
        { title: '£', isFigure: true, isMoney: true, of: (row) => row['value'] as Content },
      ],
      figures.map(([name]) => ({ title: titleIn(shape, name), value: told(name, value[name], showing) })),
      undefined,
      showing,
    )}</div>`
  }${
    words.length > 0 &&
    summaryList({
      rows: words.map(([name, field]) => ({
        key: { content: `${titleIn(shape, name)}${isFigure(field) ? ', £' : ''}` },
        value: { content: inField(name, field, value, showing) },
      })),
    })
  }`;
}

/** Whether an object is the total of the list beside it. */
const addsUp = (total: Shape | undefined, list: Shape): boolean => {
  if (!total) return false;
  const own = Object.keys(bare(total).properties ?? {});
  const row = bare(itemsOf(list)).properties ?? {};
  const inRow = new Set([...Object.keys(row), ...Object.keys(bare(row['figures'] ?? {}).properties ?? {})]);
  return own.length > 0 && own.every((name) => inRow.has(name));
};

/** The fields that can name a thing, the best first. */
const NAMING = ['name', 'title', 'sentence', 'predecessors'];

/** The field that names a thing in a list. */
function namingOf(shape: Shape): string {
  const names = fieldsOf(shape).map(([name]) => name);
  return NAMING.find((each) => names.includes(each)) ?? names[0]!;
}

const NOTHING_GIVEN: ReadonlySet<string> = new Set();

/**
 * Fields that a heading already shows. The sentence of a fact is repeated below its heading, with everything that
 * belongs to it.
 */
const inHeading = (shape: Shape): ReadonlySet<string> =>
  namingOf(shape) === 'sentence' ? NOTHING_GIVEN : new Set([namingOf(shape)]);

/** The name of a thing in a list. */
function nameOfThing(shape: Shape, value: Data, showing: Showing): Content {
  const name = namingOf(shape);
  if (name === 'sentence') return saidIn(value, value[name] as string, showing);
  const own = inField(name, ANY, value, showing);
  // The same bodies may change more than once.
  return name === 'predecessors' ? html`${own}, from ${told('effective', value['effective'], showing)}` : own;
}

/** What captions of tables begin with inside a thing: the thing, after the thing that it is part of. */
const within = ({ within: around }: Showing, name: Content): Html =>
  around ? html`${around}, ${withoutElements(name)}` : withoutElements(name);

/** Everything in an answer, or in a thing inside it. `level` is the depth: 0 is the answer itself. */
function whole(shape: Shape, value: Data, showing: Showing, level: number): Html {
  const fields = fieldsOf(shape).filter(([name]) => !(showing.given.has(name) || (level === 0 && AROUND.has(name))));
  const total = fields.find(([name]) => name === 'total')?.[1];
  const isPlain = ([name, each]: Field): boolean =>
    isLeaf(each) || isListOfLeaves(each) || isMixed(each) || IN_LINE.has(name);
  const lists = fields.filter((each) => isList(each[1]) && !isPlain(each));
  const summed = total && isObject(total) && lists.some(([, each]) => addsUp(total, each));
  const objects = fields.filter(([name, each]) => isObject(each) && !(summed && name === 'total'));
  const plain = fields.filter(isPlain);
  const isEmpty = ([name]: Field): boolean =>
    level > 0 && (value[name] === null || (Array.isArray(value[name]) && value[name].length === 0));
  const empty = [...objects, ...lists].filter(isEmpty);
  return html`${single(undefined, shape, value, showing, plain)}${objects
    .filter((each) => !isEmpty(each))
    .map(([name, each]) =>
      partOf(titleIn(shape, name), each, value[name] as Data | null | undefined, showing, level),
    )}${lists
    .filter((each) => !isEmpty(each))
    .map(([name, each]) =>
      listPart(
        titleIn(shape, name),
        each,
        (value[name] ?? []) as readonly Data[],
        (addsUp(total, each) ? value['total'] : undefined) as Data | undefined,
        showing,
        level,
      ),
    )}${
    empty.length > 0 &&
    html`<p class="govuk-body">There are none of these: ${joined(
      empty.map(([name]) => titleIn(shape, name).toLowerCase()),
      ', ',
    )}.</p>`
  }`;
}

const headingOf = (title: Content, level: number): Html =>
  level === 0
    ? subheading(title)
    : level === 1
      ? html`<h3 class="govuk-heading-s">${title}</h3>`
      : html`<h4 class="govuk-heading-s">${title}</h4>`;

function partOf(
  title: string,
  shape: Shape,
  value: Data | null | undefined,
  showing: Showing,
  level: number,
): Html | false {
  if (value === undefined) return false;
  if (value === null) return html`${headingOf(title, level)}<p class="govuk-body">None.</p>`;
  const fields = fieldsOf(shape);
  const isOne = fields.every(([, each]) => isLeaf(each) || isListOfLeaves(each));
  return html`${headingOf(title, level)}${isOne ? single(title, shape, value, showing, fields) : whole(shape, value, { ...showing, given: NOTHING_GIVEN, within: within(showing, title) }, level + 1)}`;
}

function listPart(
  title: string,
  shape: Shape,
  all: readonly Data[],
  total: Data | undefined,
  showing: Showing,
  level: number,
): Html {
  const item = itemsOf(shape);
  const columns = isRich(item) ? undefined : columnsOf(item, showing);
  const most = columns ? ROWS_MAX : SECTIONS_MAX;
  const from = level === 0 ? (showing.page - 1) * most : 0;
  const rows = all.slice(from, from + most);
  const more =
    level > 0 &&
    all.length > most &&
    html`<p class="govuk-body">${(all.length - most).toLocaleString('en-GB')} more are not shown on this page.</p>`;
  const said = headingOf(title, level);
  if (rows.length === 0) return html`${said}<p class="govuk-body">${all.length === 0 ? 'None.' : 'No more.'}</p>`;
  if (columns) return html`${said}${tableOf(title, columns, rows, total, showing)}${more}`;
  return html`${said}${rows.map((row) => {
    const name = nameOfThing(item, row, showing);
    const own = { ...showing, given: inHeading(item), within: within(showing, name) };
    return html`${headingOf(name, level + 1)}${whole(item, row, own, level + 2)}`;
  })}${more}${
    total &&
    single(
      'Total',
      shape,
      total,
      showing,
      Object.keys(total).map((name): Field => [name, { pattern: '\\d{2}$' }]),
    )
  }`;
}

/** The whole answer. */
export const answerPart = (shape: Shape, answer: Data, showing: Showing): Html => whole(shape, answer, showing, 0);

/** Whether an answer has rows beyond the last page shown. Each list has its own pages. */
export function goesBeyond(shape: Shape, answer: Data, showing: Showing): boolean {
  return Object.entries(bare(shape).properties ?? {}).some(([name, each]) => {
    const rows = answer[name];
    if (!Array.isArray(rows) || isListOfLeaves(each)) return false;
    const item = itemsOf(each);
    return rows.length > showing.page * (isRich(item) || !columnsOf(item, showing) ? SECTIONS_MAX : ROWS_MAX);
  });
}

/** The title of every figure of a shape, with its meaning. */
export function definitionsOf(shape: Shape): Map<string, string> {
  const found = new Map<string, string>();
  const look = (node: Shape): void => {
    for (const [name, each] of Object.entries(node.properties ?? {})) {
      if (isFigure(each)) found.set(titleIn(node, name), each.description ?? bare(each).description ?? '');
      look(each);
    }
    for (const each of [node.items ?? [], node.anyOf ?? [], node.oneOf ?? []].flat()) look(each);
  };
  look(shape);
  return found;
}
