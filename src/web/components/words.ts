import { attributes, classes, html, type Attributes, type Content, type Html } from '../html.js';

/** Text components of govuk-frontend. Each function makes the same HTML as the macro of that name. */

/** The options that every component takes. */
export interface Common {
  readonly classes?: string;
  readonly attributes?: Attributes;
}

interface Words extends Common {
  readonly content: Content;
}

export const tag = (of: Words): Html =>
  html`<strong class="${classes('govuk-tag', of.classes)}"${attributes(of.attributes ?? {})}>${of.content}</strong>`;

export const insetText = (of: Words & { readonly id?: string }): Html =>
  html`<div${attributes({ id: of.id, class: classes('govuk-inset-text', of.classes), ...of.attributes })}>${of.content}</div>`;

export const warningText = (of: Words & { readonly iconFallbackText?: string }): Html =>
  html`<div class="${classes('govuk-warning-text', of.classes)}"${attributes(of.attributes ?? {})}>
    <span class="govuk-warning-text__icon" aria-hidden="true">!</span>
    <strong class="govuk-warning-text__text"><span class="govuk-visually-hidden">${of.iconFallbackText ?? 'Warning'}</span> ${of.content}</strong>
  </div>`;

interface Details extends Words {
  readonly summary: Content;
  readonly id?: string;
  readonly open?: boolean;
}

export const details = (of: Details): Html =>
  html`<details${attributes({ id: of.id, class: classes('govuk-details', of.classes), ...of.attributes, open: of.open })}>
    <summary class="govuk-details__summary"><span class="govuk-details__summary-text">${of.summary}</span></summary>
    <div class="govuk-details__text">${of.content}</div>
  </details>`;

interface Banner extends Common {
  /** Text becomes the banner’s one line; HTML is used unchanged. */
  readonly text?: string;
  readonly content?: Html;
  readonly title?: Content;
  readonly titleId?: string;
  readonly titleHeadingLevel?: number;
  readonly type?: string;
  readonly role?: string;
  readonly disableAutoFocus?: boolean;
}

export function notificationBanner(of: Banner): Html {
  const success = of.type === 'success';
  const id = of.titleId ?? 'govuk-notification-banner-title';
  const heading = `h${of.titleHeadingLevel ?? 2}`;
  return html`<div${attributes({
    class: classes('govuk-notification-banner', success && 'govuk-notification-banner--success', of.classes),
    role: of.role ?? (success ? 'alert' : 'region'),
    'aria-labelledby': id,
    'data-module': 'govuk-notification-banner',
    'data-disable-auto-focus': of.disableAutoFocus === undefined ? undefined : String(of.disableAutoFocus),
    ...of.attributes,
  })}>
    <div class="govuk-notification-banner__header">
      <${heading} class="govuk-notification-banner__title" id="${id}">${of.title ?? (success ? 'Success' : 'Important')}</${heading}>
    </div>
    <div class="govuk-notification-banner__content">${of.content ?? (of.text !== undefined && html`<p class="govuk-notification-banner__heading">${of.text}</p>`)}</div>
  </div>`;
}

export const phaseBanner = (of: Words & { readonly tag: Words }): Html =>
  html`<div
    class="${classes('govuk-phase-banner govuk-width-container', of.classes)}"
    ${attributes(of.attributes ?? {})}>
    <p class="govuk-phase-banner__content">
      ${tag({ content: of.tag.content, classes: classes('govuk-phase-banner__content__tag', of.tag.classes) })}
      <span class="govuk-phase-banner__text">${of.content}</span>
    </p>
  </div>`;
