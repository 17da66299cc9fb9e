import type { z } from 'zod';
import { madeFrom } from '../../domain/grammar/asked.js';
import { button, dateInput, fieldset, input, radios, select, textarea } from '../components/fields.js';
import { capital, PERIODS } from '../format.js';
import { html, joined, type Content, type Html } from '../html.js';
import type { Form } from '../site.js';
import { FIND_MAX, isOpenChoice, type Choice, type Looked } from './choosing.js';
import { foundAmong, reading, readField, ROWS_SHOWN, rowsAt, totalsOf, type Fault } from './reading.js';
import { hintOf, isOptional, shapeOf, titleOf, type Alternative, type Fields, type Shape } from './shapes.js';
import { longList, summaryOf, type Tabled } from './table.js';

/**
 * One component for each shape of field. All forms are made of these. Each keeps what was typed, and shows the error of
 * its field.
 */

export interface Shown {
  readonly form: Form;
  readonly looked: Looked;
  readonly faults: readonly Fault[];
  /** Whether the page has one field, whose title is the title of the page. */
  readonly alone?: boolean;
  /** Further buttons for a list, beside the button that adds a row, by the name of the field. */
  readonly more?: (field: z.ZodType, at: string) => Content;
}

/** The most choices that are radio buttons. More become a list to open. */
const RADIOS_MAX = 8;
/** The longest text in characters that is typed in one line. */
const LINE_MAX = 120;

/** The page’s title says the same, but a screen reader that reads only the field needs it. */
const HIDDEN = 'govuk-visually-hidden';

const titled = (field: z.ZodType): string => `${titleOf(field)}${isOptional(field) ? ' (optional)' : ''}`;

const labelled = (field: z.ZodType, { alone }: Shown) => ({
  content: titled(field),
  classes: alone ? HIDDEN : 'govuk-label--s',
});

const faultAt = ({ faults }: Shown, at: string) => {
  const found = faults.find((each) => each.at === at);
  return found && { errorMessage: { content: found.words } };
};

const hinted = (field: z.ZodType) => {
  const hint = hintOf(field);
  return hint === undefined ? {} : { hint: { content: hint } };
};

/** A field in its form. `inside` is true for a field in a row, or in an object with other fields. */
export function fieldOf(field: z.ZodType, at: string, shown: Shown, inside = false): Content {
  const shape = shapeOf(field);
  if (shape.kind === 'new-name' && madeFrom(field) && !shown.form[at]) return undefined;
  switch (shape.kind) {
    case 'object':
      return group(field, at, shown, fieldsOf(shape.fields, at, shown));
    case 'list':
      return listOf(field, shape, at, shown);
    case 'alternatives':
      return alternativesOf(field, shape.alternatives, at, shown);
    case 'choice':
      return choiceOf(field, shape, at, shown, inside);
    case 'yes-no':
      return yesNo(field, shape.words, at, shown);
    case 'period':
      return periodOf(field, at, shown);
    case 'day':
      return dayOf(field, at, shown);
    default:
      return typed(field, shape, at, shown);
  }
}

const fieldsOf = (fields: Fields, at: string, shown: Shown): Html =>
  joined(
    Object.entries(fields).map(([name, each]) => fieldOf(each, `${at}.${name}`, { ...shown, alone: false }, true)),
  );

/** Several fields under one title. */
function group(field: z.ZodType, at: string, shown: Shown, content: Content): Html {
  const fault = shown.faults.find((each) => each.at === at);
  return html`<div class="govuk-form-group${fault && ' govuk-form-group--error'}" id="${at}">${fieldset({
    legend: { content: titled(field), classes: shown.alone ? HIDDEN : 'govuk-fieldset__legend--m' },
    content: [
      hintOf(field) !== undefined && html`<div class="govuk-hint">${hintOf(field)}</div>`,
      fault &&
        html`<p class="govuk-error-message"><span class="govuk-visually-hidden">Error:</span> ${fault.words}</p>`,
      totalLine(field, at, shown),
      content,
    ],
  })}</div>`;
}

/** The total of the parts so far, beside the total that they must reach. */
function totalLine(field: z.ZodType, at: string, { form, looked }: Shown): Content {
  const value = readField(field, at, reading(form, looked));
  const totals = value === undefined ? undefined : totalsOf(field, value, form);
  return totals && html`<p class="govuk-body">Together ${totals.together} of ${totals.whole}.</p>`;
}

const small = (content: Content, go: string): Html =>
  button({ content, name: 'go', value: go, classes: 'govuk-button--secondary' });

function listOf(
  field: z.ZodType,
  { element, item, least, most }: Extract<Shape, { kind: 'list' }>,
  at: string,
  shown: Shown,
): Html {
  const rows = rowsAt(shown.form, at);
  const long = longList(field, rows);
  if (long) return group(field, at, shown, [longRows(long, at, shown), shown.more?.(field, at)]);
  const row = (index: number): Html => {
    const name = `${at}.${index}`;
    const own = shapeOf(element);
    const title = `${item} ${index + 1}`;
    const content =
      own.kind === 'object'
        ? fieldsOf(own.fields, name, shown)
        : fieldOf(element, name, { ...shown, alone: true }, true);
    return html`<div class="bcf-item">${fieldset({
      legend: { content: title, classes: 'govuk-fieldset__legend--s' },
      content: html`<div class="bcf-item__fields"${own.kind === 'object' && html` id="${name}"`}>${content}</div>`,
    })}${button({
      content: html`Remove<span class="govuk-visually-hidden"> ${title}</span>`,
      name: 'go',
      value: `remove ${index} ${at}`,
      classes: 'govuk-button--secondary',
    })}</div>`;
  };
  return group(field, at, shown, [
    html`<input type="hidden" name="${at}.count" value="${rows}">`,
    shown.more?.(field, at),
    Array.from({ length: rows }, (_, index) => row(index)),
    rows === 0 && least === 0 && html`<p class="govuk-body">None.</p>`,
    rows < Math.min(most, ROWS_SHOWN)
      ? small(`Add ${rows === 0 ? 'one' : 'another'}: ${item.toLowerCase()}`, `add ${at}`)
      : rows < most &&
        html`<p class="govuk-body">A page holds at most ${ROWS_SHOWN}. More of them come from a file.</p>`,
  ]);
}

/** A list with too many rows to show, as a summary. The form carries the rows. */
const longRows = (long: Tabled, at: string, { form, looked }: Shown): Html => {
  const rows = Object.entries(form).filter(([name]) => name.startsWith(`${at}.`));
  const read = (readField(long.field, at, reading(form, looked)) ?? []) as readonly unknown[];
  return html`${rows.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}<p class="govuk-body">${summaryOf(long, read)}</p>`;
};

function alternativesOf(field: z.ZodType, all: readonly Alternative[], at: string, shown: Shown): Html {
  const chosen = shown.form[at] ?? '';
  const own = all[chosen === '' ? -1 : Number(chosen)];
  const isOpen = own !== undefined && Object.keys(own.fields).length > 0;
  return html`${radios({
    name: at,
    fieldset: { legend: { content: titled(field), classes: shown.alone ? HIDDEN : 'govuk-fieldset__legend--s' } },
    ...hinted(field),
    ...faultAt(shown, at),
    value: chosen,
    items: all.map(({ words }, index) => ({ content: words, value: String(index) })),
  })}${
    isOpen &&
    html`<input type="hidden" name="${at}.shown" value="${chosen}"><div class="govuk-inset-text">${fieldsOf(own.fields, `${at}.${chosen}`, shown)}</div>`
  }`;
}

/**
 * The hint of a choice: what distinguishes it from others, and the other names that the year’s templates have for it.
 */
const besides = ({ about, wordings }: Choice): string | undefined =>
  [...(about === null ? [] : [about]), ...wordings.map((each) => `“${each}”`)].join('; ') || undefined;

const worded = (choice: Choice): string => {
  const more = besides(choice);
  return more === undefined ? choice.words : `${choice.words} (${more})`;
};

function choiceOf(
  field: z.ZodType,
  { choices }: Extract<Shape, { kind: 'choice' }>,
  at: string,
  shown: Shown,
  inside: boolean,
): Html {
  const found = shown.looked(field) ?? [];
  const value = shown.form[at] ?? '';
  if (isOpenChoice(choices)) return openChoice(field, found, at, shown);
  if (found.length > FIND_MAX) return findable(field, found, at, shown, value);
  const none = isOptional(field) ? [{ value: '', words: 'None', about: null, wordings: [] }] : [];
  const all = [...found, ...none];
  if (all.length === 0)
    return html`${group(field, at, shown, html`<p class="govuk-body">There is nothing to choose here yet.</p>`)}`;
  if (all.length <= RADIOS_MAX && !inside) return choiceRadios(field, all, at, shown, value);
  return select({
    name: at,
    label: labelled(field, shown),
    ...hinted(field),
    ...faultAt(shown, at),
    value,
    items: [
      ...(none.length > 0 ? [] : [{ value: '', text: 'Choose one' }]),
      ...all.map((each) => ({ value: each.value, text: capital(worded(each)) })),
    ],
  });
}

const choiceRadios = (field: z.ZodType, all: readonly Choice[], at: string, shown: Shown, value: string): Html =>
  radios({
    name: at,
    fieldset: { legend: { content: titled(field), classes: shown.alone ? HIDDEN : 'govuk-fieldset__legend--s' } },
    ...hinted(field),
    ...faultAt(shown, at),
    // A single choice is chosen already.
    value: all.length === 1 ? all[0]!.value : value,
    items: all.map((each) => ({
      content: capital(each.words),
      value: each.value,
      ...(besides(each) !== undefined && { hint: { content: besides(each)! } }),
    })),
  });

/** A text field for a name, with the existing names to choose from. */
const openChoice = (field: z.ZodType, found: readonly Choice[], at: string, shown: Shown): Html =>
  html`${input({
    name: at,
    label: labelled(field, shown),
    ...hinted(field),
    ...faultAt(shown, at),
    value: shown.form[at] ?? '',
    ...(found.length > 0 && { attributes: { list: `${at}.list` } }),
  })}${
    found.length > 0 &&
    html`<datalist id="${at}.list">${found.map(({ words }) => html`<option value="${words}"></option>`)}</datalist>`
  }`;

/** A field with many choices: words to search by, and the matching choices once they are few. */
function findable(field: z.ZodType, found: readonly Choice[], at: string, shown: Shown, value: string): Html {
  const is = found.find((each) => each.value === value);
  if (is) return choiceRadios(field, [is], at, shown, value);
  const fitting = value.trim() === '' ? [] : foundAmong(found, value);
  if (fitting.length > 1 && fitting.length <= RADIOS_MAX) return choiceRadios(field, fitting, at, shown, '');
  return input({
    name: at,
    label: labelled(field, shown),
    hint: { content: `${hintOf(field) ?? ''} Type a part of its name: there are ${found.length}.` },
    ...faultAt(shown, at),
    value,
  });
}

const periodOf = (field: z.ZodType, at: string, shown: Shown): Html =>
  select({
    name: at,
    label: labelled(field, shown),
    ...hinted(field),
    ...faultAt(shown, at),
    value: shown.form[at] ?? '',
    items: [
      { value: '', text: 'Choose one' },
      ...PERIODS.map((month, index) => ({ value: String(index + 1), text: `${month} (period ${index + 1})` })),
    ],
  });

const yesNo = (field: z.ZodType, [no, yes]: readonly [string, string], at: string, shown: Shown): Html =>
  radios({
    name: at,
    fieldset: { legend: { content: titled(field), classes: shown.alone ? HIDDEN : 'govuk-fieldset__legend--s' } },
    ...hinted(field),
    ...faultAt(shown, at),
    value: shown.form[at] ?? '',
    items: [
      { content: yes, value: 'yes' },
      { content: no, value: 'no' },
    ],
  });

const dayOf = (field: z.ZodType, at: string, shown: Shown): Html =>
  dateInput({
    id: at,
    namePrefix: at,
    fieldset: { legend: { content: titled(field), classes: shown.alone ? HIDDEN : 'govuk-fieldset__legend--s' } },
    ...hinted(field),
    ...faultAt(shown, at),
    values: shown.form,
  });

function typed(field: z.ZodType, shape: Shape, at: string, shown: Shown): Html {
  const common = {
    name: at,
    ...hinted(field),
    ...faultAt(shown, at),
    value: shown.form[at] ?? '',
  };
  const label = labelled(field, shown);
  switch (shape.kind) {
    case 'money':
      return input({
        ...common,
        label: { ...label, content: `${titleOf(field)}, in pounds${isOptional(field) ? ' (optional)' : ''}` },
        prefix: { content: '£' },
        classes: 'govuk-input--width-10',
        // A keyboard of digits has no minus sign.
        ...(!shape.signed && { inputmode: 'decimal' }),
      });
    case 'percent':
      return input({
        ...common,
        label: { ...label, content: `${titleOf(field)}, per cent${isOptional(field) ? ' (optional)' : ''}` },
        suffix: { content: '%' },
        classes: 'govuk-input--width-5',
        inputmode: 'decimal',
      });
    case 'whole':
      return input({ ...common, label, classes: 'govuk-input--width-3', inputmode: 'numeric' });
    case 'text':
      return shape.most > LINE_MAX ? textarea({ ...common, label, rows: 3 }) : input({ ...common, label });
    default:
      return input({ ...common, label });
  }
}
