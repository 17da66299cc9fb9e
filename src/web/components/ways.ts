import { attributes, classes, html, type Content, type Html } from '../html.js';
import type { Common } from './words.js';

/** Components of govuk-frontend that lead from page to page. */

interface Way extends Common {
  readonly href?: string;
  readonly content?: Content;
}

export const backLink = (of: Way): Html =>
  html`<a href="${of.href ?? '#'}" class="${classes('govuk-back-link', of.classes)}"${attributes(of.attributes ?? {})}>${of.content ?? 'Back'}</a>`;

export const skipLink = (of: Way): Html =>
  html`<a
    href="${of.href ?? '#content'}"
    class="${classes('govuk-skip-link', of.classes)}"
    ${attributes(of.attributes ?? {})}
    data-module="govuk-skip-link">${of.content}</a>`;

interface Breadcrumbs extends Common {
  readonly items: readonly Way[];
  readonly collapseOnMobile?: boolean;
  readonly labelText?: string;
}

export const breadcrumbs = (of: Breadcrumbs): Html =>
  html`<nav
    class="${classes('govuk-breadcrumbs', of.classes, of.collapseOnMobile && 'govuk-breadcrumbs--collapse-on-mobile')}"
    ${attributes(of.attributes ?? {})}
    aria-label="${of.labelText ?? 'Breadcrumb'}">
    <ol class="govuk-breadcrumbs__list">
      ${of.items.map(({ href, content, attributes: more }) =>
        href
          ? html`<li class="govuk-breadcrumbs__list-item">
              <a class="govuk-breadcrumbs__link" href="${href}"${attributes(more ?? {})}>${content}</a>
            </li>`
          : html`<li class="govuk-breadcrumbs__list-item" aria-current="page">${content}</li>`,
      )}
    </ol>
  </nav>`;

interface Step extends Way {
  readonly labelText?: string;
}

interface PageItem extends Common {
  readonly number?: number | string;
  readonly href?: string;
  readonly current?: boolean;
  readonly ellipsis?: boolean;
  readonly visuallyHiddenText?: string;
}

interface Pagination extends Common {
  readonly items?: readonly PageItem[];
  readonly previous?: Step;
  readonly next?: Step;
  readonly landmarkLabel?: string;
}

const arrow = (type: 'prev' | 'next', path: string): Html =>
  html`<svg
    class="govuk-pagination__icon govuk-pagination__icon--${type}"
    xmlns="http://www.w3.org/2000/svg"
    height="13"
    width="15"
    aria-hidden="true"
    focusable="false"
    viewBox="0 0 15 13">
    <path d="${path}"></path>
  </svg>`;

const ARROWS = {
  prev: arrow(
    'prev',
    'm6.5938-0.0078125-6.7266 6.7266 6.7441 6.4062 1.377-1.449-4.1856-3.9768h12.896v-2h-12.984l4.2931-4.293-1.414-1.414z',
  ),
  next: arrow(
    'next',
    'm8.107-0.0078125-1.4136 1.414 4.2926 4.293h-12.986v2h12.896l-4.1855 3.9766 1.377 1.4492 6.7441-6.4062-6.7246-6.7266z',
  ),
};

function arrowLink(of: Step, type: 'prev' | 'next', block: boolean): Html {
  const title =
    of.content ?? html`${type === 'prev' ? 'Previous' : 'Next'}<span class="govuk-visually-hidden"> page</span>`;
  return html`<div class="govuk-pagination__${type}">
    <a class="govuk-link govuk-pagination__link" href="${of.href}" rel="${type}"${attributes(of.attributes ?? {})}>
      ${(block || type === 'prev') && ARROWS[type]}
      <span
        class="${classes('govuk-pagination__link-title', block && of.labelText === undefined && 'govuk-pagination__link-title--decorated')}">${title}</span>
      ${of.labelText !== undefined && block && html`<span class="govuk-visually-hidden">:</span><span class="govuk-pagination__link-label">${of.labelText}</span>`}
      ${!block && type === 'next' && ARROWS.next}
    </a>
  </div>`;
}

const pageItem = (of: PageItem): Html =>
  html`<li
    class="${classes('govuk-pagination__item', of.current && 'govuk-pagination__item--current', of.ellipsis && 'govuk-pagination__item--ellipsis')}">
    ${
      of.ellipsis
        ? html`&ctdot;`
        : html`<a
            class="govuk-link govuk-pagination__link"
            href="${of.href}"
            aria-label="${of.visuallyHiddenText ?? `Page ${of.number!}`}"
            ${attributes({ 'aria-current': of.current ? 'page' : undefined, ...of.attributes })}>${of.number}</a>`
    }
  </li>`;

export function pagination({ items, previous, next, ...of }: Pagination): Html {
  const block = !items && (next !== undefined || previous !== undefined);
  return html`<nav
    class="${classes('govuk-pagination', block && 'govuk-pagination--block', of.classes)}"
    aria-label="${of.landmarkLabel ?? 'Pagination'}"
    ${attributes(of.attributes ?? {})}>
    ${previous?.href && arrowLink(previous, 'prev', block)}
    ${
      items &&
      html`<ul class="govuk-pagination__list">
        ${items.map(pageItem)}
      </ul>`
    }
    ${next?.href && arrowLink(next, 'next', block)}
  </nav>`;
}
