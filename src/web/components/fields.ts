import { attributes, classes, html, joined, type Attributes, type Content, type Html } from '../html.js';
import type { Common } from './words.js';

/** Components of govuk-frontend that officers fill in: one field each, with its label, hint and error message. */

interface Words extends Common {
  readonly content: Content;
}

interface Button extends Common {
  readonly content: Content;
  readonly type?: string;
  readonly name?: string;
  readonly value?: string;
  readonly href?: string;
  readonly id?: string;
  readonly disabled?: boolean;
  readonly preventDoubleClick?: boolean;
}

/** A hidden field: a value that a form sends on. */
export const hiddenField = (name: string, value: string): Html =>
  html`<input type="hidden" name="${name}" value="${value}">`;

export const hiddenFields = (all: Readonly<Record<string, string>>): Html =>
  joined(Object.entries(all).map(([name, value]) => hiddenField(name, value)));

export function button(of: Button): Html {
  const common: Attributes = {
    class: classes('govuk-button', of.classes),
    'data-module': 'govuk-button',
    ...of.attributes,
    id: of.id,
  };
  if (of.href !== undefined)
    return html`<a${attributes({ href: of.href, role: 'button', draggable: 'false', ...common })}>${of.content}</a>`;
  return html`<button${attributes({
    type: of.type ?? 'submit',
    value: of.value,
    name: of.name,
    disabled: of.disabled,
    'aria-disabled': of.disabled ? 'true' : undefined,
    'data-prevent-double-click': of.preventDoubleClick === undefined ? undefined : String(of.preventDoubleClick),
    ...common,
  })}>${of.content}</button>`;
}

export const hint = (of: Words & { readonly id?: string }): Html =>
  html`<div${attributes({ id: of.id, class: classes('govuk-hint', of.classes), ...of.attributes })}>${of.content}</div>`;

interface Label extends Words {
  readonly for?: string;
  readonly isPageHeading?: boolean;
}

export function label(of: Label): Html {
  const own = html`<label class="${classes('govuk-label', of.classes)}"${attributes({ ...of.attributes, for: of.for })}>${of.content}</label>`;
  return of.isPageHeading ? html`<h1 class="govuk-label-wrapper">${own}</h1>` : own;
}

interface ErrorMessage extends Words {
  readonly id?: string;
  readonly visuallyHiddenText?: string | false;
}

export const errorMessage = ({ visuallyHiddenText = 'Error', ...of }: ErrorMessage): Html =>
  html`<p${attributes({ id: of.id, class: classes('govuk-error-message', of.classes), ...of.attributes })}>${
    visuallyHiddenText && html`<span class="govuk-visually-hidden">${visuallyHiddenText}:</span> `
  }${of.content}</p>`;

interface ErrorSummary extends Common {
  readonly title: Content;
  readonly description?: Content;
  readonly errors: readonly { readonly content: Content; readonly href?: string; readonly attributes?: Attributes }[];
  readonly disableAutoFocus?: boolean;
}

export const errorSummary = (of: ErrorSummary): Html =>
  html`<div${attributes({
    class: classes('govuk-error-summary', of.classes),
    'data-disable-auto-focus': of.disableAutoFocus === undefined ? undefined : String(of.disableAutoFocus),
    ...of.attributes,
    'data-module': 'govuk-error-summary',
  })}>
    <div role="alert">
      <h2 class="govuk-error-summary__title">${of.title}</h2>
      <div class="govuk-error-summary__body">
        ${of.description !== undefined && html`<p>${of.description}</p>`}
        ${
          of.errors.length > 0 &&
          html`<ul class="govuk-list govuk-error-summary__list">
            ${of.errors.map(
              (each) =>
                html`<li>
                  ${each.href === undefined ? each.content : html`<a href="${each.href}"${attributes(each.attributes ?? {})}>${each.content}</a>`}
                </li>`,
            )}
          </ul>`
        }
      </div>
    </div>
  </div>`;

interface Legend {
  readonly content: Content;
  readonly classes?: string;
  readonly isPageHeading?: boolean;
}

interface Fieldset extends Common {
  readonly legend?: Legend;
  readonly describedBy?: string;
  readonly role?: string;
  readonly content?: Content;
}

export const fieldset = ({ legend, ...of }: Fieldset): Html =>
  html`<fieldset${attributes({
    class: classes('govuk-fieldset', of.classes),
    role: of.role,
    'aria-describedby': of.describedBy,
    ...of.attributes,
  })}>
    ${
      legend &&
      html`<legend class="${classes('govuk-fieldset__legend', legend.classes)}">
        ${legend.isPageHeading ? html`<h1 class="govuk-fieldset__heading">${legend.content}</h1>` : legend.content}
      </legend>`
    }
    ${of.content}
  </fieldset>`;

type Part = Omit<Words, 'id'>;

/** What surrounds every field. */
interface Field extends Common {
  readonly name: string;
  readonly id?: string;
  readonly hint?: Part;
  readonly errorMessage?: Part & { readonly visuallyHiddenText?: string | false };
  readonly formGroup?: Common;
  readonly describedBy?: string;
}

interface LabelledField extends Field {
  readonly label: Omit<Label, 'for'>;
  readonly disabled?: boolean;
  readonly autocomplete?: string;
  readonly spellcheck?: boolean;
}

type Around = Pick<Field, 'hint' | 'errorMessage' | 'describedBy'>;

/** The hint and the error message of a field, and the `aria-describedby` that names them. */
function described(of: Around, id: string) {
  const hintId = of.hint && `${id}-hint`;
  const errorId = of.errorMessage && `${id}-error`;
  return {
    notes: joined([
      of.hint && hint({ ...of.hint, id: hintId! }),
      of.errorMessage && errorMessage({ ...of.errorMessage, id: errorId! }),
    ]),
    describedBy: classes(of.describedBy, hintId, errorId) || undefined,
  };
}

const formGroup = (of: Pick<Field, 'errorMessage' | 'formGroup'>, content: Content): Html =>
  html`<div class="${classes('govuk-form-group', of.errorMessage && 'govuk-form-group--error', of.formGroup?.classes)}"${attributes(of.formGroup?.attributes ?? {})}>${content}</div>`;

interface Affix extends Common {
  readonly content: Content;
}

interface Input extends LabelledField {
  readonly type?: string;
  readonly value?: string;
  readonly inputmode?: string;
  readonly pattern?: string;
  readonly autocapitalize?: string;
  readonly prefix?: Affix;
  readonly suffix?: Affix;
  readonly inputWrapper?: Common;
}

const affix = (of: Affix, where: 'prefix' | 'suffix'): Html =>
  html`<div
    class="${classes(`govuk-input__${where}`, of.classes)}"
    aria-hidden="true"
    ${attributes(of.attributes ?? {})}>
    ${of.content}
  </div>`;

export function input(of: Input): Html {
  const id = of.id ?? of.name;
  const { notes, describedBy } = described(of, id);
  const element = html`<input${attributes({
    class: classes('govuk-input', of.classes, of.errorMessage && 'govuk-input--error'),
    id,
    name: of.name,
    type: of.type ?? 'text',
    spellcheck: of.spellcheck === undefined ? undefined : String(of.spellcheck),
    value: of.value,
    disabled: of.disabled,
    'aria-describedby': describedBy,
    autocomplete: of.autocomplete,
    autocapitalize: of.autocapitalize,
    pattern: of.pattern,
    inputmode: of.inputmode,
    ...of.attributes,
  })}>`;
  const wrapped =
    (of.prefix ?? of.suffix)
      ? html`<div
          class="${classes('govuk-input__wrapper', of.inputWrapper?.classes)}"
          ${attributes(of.inputWrapper?.attributes ?? {})}>
          ${of.prefix && affix(of.prefix, 'prefix')}${element}${of.suffix && affix(of.suffix, 'suffix')}
        </div>`
      : element;
  return formGroup(of, [label({ ...of.label, for: id }), notes, wrapped]);
}

/** A field to choose a file. It is the browser’s own field, which needs no script. */
export function fileUpload(of: LabelledField): Html {
  const id = of.id ?? of.name;
  const { notes, describedBy } = described(of, id);
  const element = html`<input${attributes({
    class: classes('govuk-file-upload', of.classes, of.errorMessage && 'govuk-file-upload--error'),
    id,
    name: of.name,
    type: 'file',
    disabled: of.disabled,
    'aria-describedby': describedBy,
    ...of.attributes,
  })}>`;
  return formGroup(of, [label({ ...of.label, for: id }), notes, element]);
}

interface TextArea extends LabelledField {
  readonly rows?: number | string;
  readonly value?: string;
}

export function textarea(of: TextArea): Html {
  const id = of.id ?? of.name;
  const { notes, describedBy } = described(of, id);
  const element = html`<textarea${attributes({
    class: classes('govuk-textarea', of.errorMessage && 'govuk-textarea--error', of.classes),
    id,
    name: of.name,
    rows: of.rows ?? 5,
    spellcheck: of.spellcheck === undefined ? undefined : String(of.spellcheck),
    disabled: of.disabled,
    'aria-describedby': describedBy,
    autocomplete: of.autocomplete,
    ...of.attributes,
  })}>${of.value}</textarea>`;
  return formGroup(of, [label({ ...of.label, for: id }), notes, element]);
}

interface Option {
  readonly text: string;
  readonly value?: string | number;
  readonly selected?: boolean;
  readonly disabled?: boolean;
  readonly attributes?: Attributes;
}

interface Select extends LabelledField {
  readonly items: readonly Option[];
  readonly value?: string | number;
}

export function select(of: Select): Html {
  const id = of.id ?? of.name;
  const { notes, describedBy } = described(of, id);
  const element = html`<select${attributes({
    class: classes('govuk-select', of.classes, of.errorMessage && 'govuk-select--error'),
    id,
    name: of.name,
    disabled: of.disabled,
    'aria-describedby': describedBy,
    ...of.attributes,
  })}>${of.items.map(
    (item) =>
      html`<option${attributes({
        value: item.value,
        selected: item.selected ?? (of.value !== undefined && (item.value ?? item.text) === of.value),
        disabled: item.disabled,
        ...item.attributes,
      })}>${item.text}</option>`,
  )}</select>`;
  return formGroup(of, [label({ ...of.label, for: id }), notes, element]);
}

interface Choice {
  readonly content: Content;
  readonly value: string;
  readonly id?: string;
  readonly name?: string;
  readonly checked?: boolean;
  readonly disabled?: boolean;
  readonly hint?: Part;
  readonly label?: Common;
  readonly attributes?: Attributes;
  readonly behaviour?: string;
}

/** A word between choices, such as "or". */
interface Divider {
  readonly divider: string;
}

interface Choices extends Field {
  readonly items: readonly (Choice | Divider)[];
  readonly idPrefix?: string;
  readonly fieldset?: Omit<Fieldset, 'content' | 'role'>;
}

/** Radio buttons or checkboxes. The two differ only in their names and in how a choice is marked. */
function choices(kind: 'radios' | 'checkboxes', of: Choices, isChosen: (choice: Choice) => boolean): Html {
  const idPrefix = of.idPrefix ?? of.name;
  const { notes, describedBy } = described(
    { hint: of.hint, errorMessage: of.errorMessage, describedBy: of.fieldset?.describedBy ?? of.describedBy },
    idPrefix,
  );
  const item = (choice: Choice | Divider, index: number): Html => {
    if ('divider' in choice) return html`<div class="govuk-${kind}__divider">${choice.divider}</div>`;
    const id = choice.id ?? `${idPrefix}${index > 0 ? `-${index + 1}` : ''}`;
    const hintId = choice.hint && `${id}-item-hint`;
    const own = kind === 'checkboxes' && !of.fieldset ? describedBy : undefined;
    return html`<div class="govuk-${kind}__item">
      <input${attributes({
        class: `govuk-${kind}__input`,
        id,
        name: choice.name ?? of.name,
        type: kind === 'radios' ? 'radio' : 'checkbox',
        value: choice.value,
        checked: isChosen(choice),
        disabled: choice.disabled,
        'data-behaviour': choice.behaviour,
        'aria-describedby': classes(own, hintId) || undefined,
        ...choice.attributes,
      })}>
      ${label({ ...choice.label, content: choice.content, classes: classes(`govuk-${kind}__label`, choice.label?.classes), for: id })}
      ${choice.hint && hint({ ...choice.hint, id: hintId!, classes: classes(`govuk-${kind}__hint`, choice.hint.classes) })}
    </div>`;
  };
  const inner = html`${notes}<div class="${classes(`govuk-${kind}`, of.classes)}"${attributes({ ...of.attributes, 'data-module': `govuk-${kind}` })}>${of.items.map(item)}</div>`;
  return formGroup(
    of,
    of.fieldset ? fieldset({ ...of.fieldset, ...(describedBy && { describedBy }), content: inner }) : inner,
  );
}

export const radios = (of: Choices & { readonly value?: string }): Html =>
  choices('radios', of, ({ checked, value }) => checked ?? (of.value !== undefined && value === of.value));

export const checkboxes = (of: Choices & { readonly values?: readonly string[] }): Html =>
  choices('checkboxes', of, ({ checked, value }) => checked ?? of.values?.includes(value) ?? false);

interface DatePart {
  readonly name: string;
  readonly label?: string;
  readonly value?: string | number;
  readonly classes?: string;
  readonly id?: string;
  readonly error?: boolean;
  readonly inputmode?: string;
  readonly autocomplete?: string;
  readonly pattern?: string;
  readonly attributes?: Attributes;
}

interface DateInput extends Omit<Field, 'name' | 'describedBy'> {
  readonly id: string;
  readonly namePrefix?: string;
  readonly fieldset?: Omit<Fieldset, 'content' | 'role'>;
  readonly items?: readonly DatePart[];
  readonly values?: Readonly<Record<string, string | number | undefined>>;
}

const DAY_MONTH_YEAR: readonly DatePart[] = [{ name: 'day' }, { name: 'month' }, { name: 'year' }];

/** A day in three fields for the day, the month and the year, which officers type. */
export function dateInput({ items = DAY_MONTH_YEAR, ...of }: DateInput): Html {
  const { notes, describedBy } = described(
    { hint: of.hint, errorMessage: of.errorMessage, describedBy: of.fieldset?.describedBy },
    of.id,
  );
  const isWrong = ({ error, classes: own }: DatePart): boolean =>
    error === true || own?.includes('govuk-input--error') === true;
  const anyWrong = items.some(isWrong);
  const prefix = of.namePrefix === undefined ? '' : `${of.namePrefix}-`;
  const part = (item: DatePart): Html => {
    const marked =
      !item.classes?.includes('govuk-input--error') &&
      (isWrong(item) || (item.error !== false && of.errorMessage !== undefined && !anyWrong));
    const value = item.value ?? of.values?.[prefix + item.name];
    return html`<div class="govuk-date-input__item">
      ${input({
        label: {
          content: item.label ?? `${item.name[0]!.toUpperCase()}${item.name.slice(1)}`,
          classes: 'govuk-date-input__label',
        },
        id: item.id ?? `${of.id}-${item.name}`,
        classes: classes(
          'govuk-date-input__input',
          marked && 'govuk-input--error',
          !item.classes?.includes('govuk-input--width-') && `govuk-input--width-${item.name === 'year' ? 4 : 2}`,
          item.classes,
        ),
        name: prefix + item.name,
        ...(value !== undefined && { value: String(value) }),
        type: 'text',
        inputmode: item.inputmode ?? 'numeric',
        ...(item.autocomplete !== undefined && { autocomplete: item.autocomplete }),
        ...(item.pattern !== undefined && { pattern: item.pattern }),
        ...(item.attributes && { attributes: item.attributes }),
      })}
    </div>`;
  };
  const inner = html`${notes}
    <div class="${classes('govuk-date-input', of.classes)}"${attributes({ ...of.attributes, id: of.id })}>
      ${items.map(part)}
    </div>`;
  return formGroup(
    of,
    of.fieldset
      ? fieldset({ ...of.fieldset, ...(describedBy && { describedBy }), role: 'group', content: inner })
      : inner,
  );
}
