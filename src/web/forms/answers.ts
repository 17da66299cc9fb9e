import type { z } from 'zod';
import { summaryList } from '../components/lists.js';
import type { Content, Html } from '../html.js';
import { html } from '../html.js';
import type { Names } from '../names.js';
import { worded } from '../screens/terms.js';
import type { Form } from '../site.js';
import type { Looked } from './choosing.js';
import { isOf } from './frame.js';
import { nameIn, readFields, reading, ROWS_SHOWN } from './reading.js';
import { shapeOf, titleOf } from './shapes.js';
import type { Step } from './steps.js';
import { longList, summaryOf } from './table.js';

/** The answers of a form, which the officer checks before sending: each in words, with a button to change it. */

/** The names, and the words of every choice of a form. */
const withChoices = (names: Names, looked: Looked): Names => ({
  ...names,
  said(field, value) {
    const choices = shapeOf(field).kind === 'choice' ? (looked(field) ?? []) : [];
    const chosen = choices.find((each) => each.value === value);
    // Cases between the same bodies may have the same words: a short reference tells them apart.
    const isAlone = choices.every((each) => each === chosen || each.words !== chosen?.words);
    return chosen && (isAlone ? chosen.words : `${chosen.words} (${chosen.about ?? chosen.value})`);
  },
});

function inWords(field: z.ZodType, value: unknown, names: Names): Content {
  if (value === undefined) return 'Not provided';
  const long = Array.isArray(value) ? longList(field, value.length) : undefined;
  if (!long) return worded({ field, title: titleOf(field), value }, names);
  const all = value as readonly unknown[];
  const first = worded({ field, title: titleOf(field), value: all.slice(0, ROWS_SHOWN) }, names);
  return html`<p class="govuk-body">${summaryOf(long, all)}${all.length > ROWS_SHOWN && ` These are the first ${ROWS_SHOWN}: press “Change” to see all of them.`}</p>${first}`;
}

const row = (title: string, value: Content, change: Content): Html =>
  html`<div class="govuk-summary-list__row">
    <dt class="govuk-summary-list__key">${title}</dt>
    <dd class="govuk-summary-list__value">${value}</dd>
    <dd class="govuk-summary-list__actions">${change}</dd>
  </div>`;

/** A list of all answers. A step that is shown on request has one row, as long as nothing is filled in. */
export const answersList = (steps: readonly Step[], form: Form, looked: Looked, names: Names): Html =>
  html`<dl class="govuk-summary-list">${steps.map((step, at) => {
    const change = (title: string): Html =>
      html`<button class="bcf-link-button govuk-link" type="submit" name="go" value="change ${at}">Change<span class="govuk-visually-hidden"> ${title.toLowerCase()}</span></button>`;
    const values = readFields(step.fields, reading(form, looked), step.prefix);
    const given = Object.entries(step.fields).filter(([name]) => !step.onRequest || values[name] !== undefined);
    if (given.length === 0) return row(step.title, 'None', change(step.title));
    return given.map(([name, field]) =>
      row(titleOf(field), inWords(field, values[name], withChoices(names, looked)), change(titleOf(field))),
    );
  })}</dl>`;

/** What was filled in so far, without buttons. A text that cannot be read yet is shown as it was typed. */
export const typedList = (steps: readonly Step[], form: Form, looked: Looked, names: Names): Html =>
  summaryList({
    rows: steps.flatMap((step) => {
      const read = reading(form, looked);
      return Object.entries(step.fields).flatMap(([name, field]) => {
        const at = nameIn(name, step.prefix);
        const before = read.faults.length;
        const value = readFields({ [name]: field }, read, step.prefix)[name];
        const isWhole = value !== undefined && read.faults.length === before && !read.unfolds;
        const content = isWhole ? inWords(field, value, withChoices(names, looked)) : typedAt(form, at);
        return content === '' ? [] : [{ key: { content: titleOf(field) }, value: { content } }];
      });
    }),
  });

/** The texts of a field and of its parts, as they were typed. */
const typedAt = (form: Form, at: string): string =>
  Object.entries(form)
    .filter(([name, text]) => isOf(at, name) && !/\.(count|shown)$/.test(name) && text !== '')
    .map(([, text]) => text)
    .join(', ');
