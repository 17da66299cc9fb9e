import { attributes, classes, html, joinedUp, type Attributes, type Content, type Html } from '../html.js';
import { tag, type Common } from './words.js';

/** Components of govuk-frontend that list things: tables, summary lists and task lists. */

export interface Cell extends Common {
  readonly content: Content;
  readonly format?: string | undefined;
  readonly colspan?: number;
  readonly rowspan?: number;
}

interface Table extends Common {
  readonly caption?: Content;
  readonly captionClasses?: string;
  readonly head?: readonly Cell[];
  readonly rows: readonly (readonly Cell[])[];
  readonly firstCellIsHeader?: boolean;
}

const spans = ({ colspan, rowspan, attributes: more }: Cell): Attributes => ({ colspan, rowspan, ...more });

/** The tags that open cells without attributes of their own, by element, format and classes. */
type Openings = Map<string | undefined, Map<string | undefined, Html>>;

/** Pages have thousands of cells, most of which are of a few kinds: the tag that opens each kind is written once. */
const kinds = { td: new Map() as Openings, th: new Map() as Openings };
const KINDS_MAX = 200;

function opening(element: 'td' | 'th', cell: Cell): Html {
  const isPlain = cell.colspan === undefined && cell.rowspan === undefined && !cell.attributes;
  const ofElement = kinds[element];
  const found = isPlain ? ofElement.get(cell.format)?.get(cell.classes) : undefined;
  if (found) return found;
  const of =
    element === 'th'
      ? { scope: 'row', class: classes('govuk-table__header', cell.classes) }
      : { class: classes('govuk-table__cell', cell.format && `govuk-table__cell--${cell.format}`, cell.classes) };
  const written = html`<${element}${attributes({ ...of, ...spans(cell) })}>`;
  const ofFormat = ofElement.get(cell.format) ?? new Map<string | undefined, Html>();
  if (isPlain && ofFormat.size < KINDS_MAX) ofElement.set(cell.format, ofFormat.set(cell.classes, joinedUp(written)));
  return written;
}

const cellOf = (cell: Cell, isHeader: boolean): Html =>
  isHeader ? html`${opening('th', cell)}${cell.content}</th>` : html`${opening('td', cell)}${cell.content}</td>`;

const headOf = (head: readonly Cell[]): Html =>
  html`<thead class="govuk-table__head">
    <tr class="govuk-table__row">
      ${head.map(
        (cell) =>
          html`<th${attributes({
            scope: 'col',
            class: classes('govuk-table__header', cell.format && `govuk-table__header--${cell.format}`, cell.classes),
            ...spans(cell),
          })}>${cell.content}</th>`,
      )}
    </tr>
  </thead>`;

export const table = (of: Table): Html =>
  html`<table class="${classes('govuk-table', of.classes)}"${attributes(of.attributes ?? {})}>
    ${
      of.caption !== undefined &&
      html`<caption class="${classes('govuk-table__caption', of.captionClasses)}">
        ${of.caption}
      </caption>`
    }
    ${of.head && headOf(of.head)}
    <tbody class="govuk-table__body">
      ${of.rows.map(
        (row) =>
          html`<tr class="govuk-table__row">
            ${row.map((cell, at) => cellOf(cell, at === 0 && of.firstCellIsHeader === true))}
          </tr>`,
      )}
    </tbody>
  </table>`;

interface Action extends Common {
  readonly href: string;
  readonly content: Content;
  readonly visuallyHiddenText?: string;
}

interface Actions {
  readonly items: readonly Action[];
  readonly classes?: string;
}

interface Row {
  readonly key: { readonly content: Content; readonly classes?: string };
  readonly value: { readonly content: Content; readonly classes?: string };
  readonly actions?: Actions;
  readonly classes?: string;
}

interface Card extends Common {
  readonly title?: { readonly content: Content; readonly classes?: string; readonly headingLevel?: number };
  readonly actions?: Actions;
}

interface SummaryList extends Common {
  readonly rows: readonly Row[];
  readonly card?: Card;
}

const actionLink = (of: Action, title: Content): Html =>
  html`<a class="${classes('govuk-link', of.classes)}" href="${of.href}"${attributes(of.attributes ?? {})}>${of.content}${
    (of.visuallyHiddenText !== undefined || title !== undefined) &&
    html`<span class="govuk-visually-hidden">${of.visuallyHiddenText !== undefined && html` ${of.visuallyHiddenText}`}${title !== undefined && html` (${title})`}</span>`
  }</a>`;

function summaryRow(row: Row, anyHasActions: boolean, title: Content): Html {
  const items = row.actions?.items ?? [];
  const links = items.map((each) => actionLink(each, title));
  return html`<div
    class="${classes('govuk-summary-list__row', anyHasActions && !row.actions && 'govuk-summary-list__row--no-actions', row.classes)}">
    <dt class="${classes('govuk-summary-list__key', row.key.classes)}">${row.key.content}</dt>
    <dd class="${classes('govuk-summary-list__value', row.value.classes)}">${row.value.content}</dd>
    ${
      links.length > 0 &&
      html`<dd class="${classes('govuk-summary-list__actions', row.actions?.classes)}">
        ${
          links.length === 1
            ? links
            : html`<ul class="govuk-summary-list__actions-list">
                ${links.map((link) => html`<li class="govuk-summary-list__actions-list-item">${link}</li>`)}
              </ul>`
        }
      </dd>`
    }
  </div>`;
}

function cardOf({ title, actions, ...of }: Card, list: Html): Html {
  const heading = `h${title?.headingLevel ?? 2}`;
  const links = (actions?.items ?? []).map((each) => actionLink(each, title?.content));
  const named = classes('govuk-summary-card__actions', actions?.classes);
  return html`<div class="${classes('govuk-summary-card', of.classes)}"${attributes(of.attributes ?? {})}>
    <div class="govuk-summary-card__title-wrapper">
      ${title && html`<${heading} class="${classes('govuk-summary-card__title', title.classes)}">${title.content}</${heading}>`}
      ${links.length === 1 && html`<div class="${named}">${links}</div>`}
      ${
        links.length > 1 &&
        html`<ul class="${named}">
          ${links.map((link) => html`<li class="govuk-summary-card__action">${link}</li>`)}
        </ul>`
      }
    </div>
    <div class="govuk-summary-card__content">${list}</div>
  </div>`;
}

export function summaryList(of: SummaryList): Html {
  const anyHasActions = of.rows.some((row) => (row.actions?.items.length ?? 0) > 0);
  const list = html`<dl class="${classes('govuk-summary-list', of.classes)}"${attributes(of.attributes ?? {})}>
    ${of.rows.map((row) => summaryRow(row, anyHasActions, of.card?.title?.content))}
  </dl>`;
  return of.card ? cardOf(of.card, list) : list;
}

interface Task {
  readonly title: { readonly content: Content; readonly classes?: string };
  readonly hint?: Content;
  readonly status: {
    readonly content?: Content;
    readonly tag?: Common & { readonly content: Content };
    readonly classes?: string;
  };
  readonly href?: string;
  readonly classes?: string;
}

interface TaskList extends Common {
  readonly items: readonly Task[];
  readonly idPrefix?: string;
}

function taskOf({ title, hint, status, href, ...of }: Task, id: string): Html {
  const hintId = `${id}-hint`;
  const statusId = `${id}-status`;
  return html`<li class="${classes('govuk-task-list__item', href && 'govuk-task-list__item--with-link', of.classes)}">
    <div class="govuk-task-list__name-and-hint">
      ${
        href
          ? html`<a
              class="${classes('govuk-link govuk-task-list__link', title.classes)}"
              href="${href}"
              aria-describedby="${hint !== undefined && `${hintId} `}${statusId}">${title.content}</a>`
          : html`<div${attributes({ class: title.classes })}>${title.content}</div>`
      }
      ${hint !== undefined && html`<div id="${hintId}" class="govuk-task-list__hint">${hint}</div>`}
    </div>
    <div class="${classes('govuk-task-list__status', status.classes)}" id="${statusId}">
      ${status.tag ? tag(status.tag) : status.content}
    </div>
  </li>`;
}

export const taskList = ({ idPrefix = 'task-list', ...of }: TaskList): Html =>
  html`<ul class="${classes('govuk-task-list', of.classes)}"${attributes(of.attributes ?? {})}>
    ${of.items.map((item, at) => taskOf(item, `${idPrefix}-${at + 1}`))}
  </ul>`;
