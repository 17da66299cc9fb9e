import { html, type Content, type Html } from './html.js';
import { instant } from './format.js';
import { button } from './components/fields.js';
import { skipLink } from './components/ways.js';

/** What surrounds every page. */
export interface Around {
  readonly style: string;
  readonly demonstration: boolean;
  /** The signed-in officer’s name, and the token of the form that signs them out. */
  readonly officer?: string | undefined;
  readonly token: string;
  /** When the page is shown: an instant of the service’s clock. */
  readonly shownAt?: string;
}

/** The parts of the service, as the header lists them. */
const SECTIONS = {
  tasks: ['/', 'Tasks'],
  funds: ['/funds', 'Funds'],
  register: ['/register', 'Register'],
  find: ['/find', 'Find'],
  audit: ['/audit', 'Audit'],
} as const;

export type Section = keyof typeof SECTIONS;

interface Page {
  readonly title: string;
  readonly main: Content;
  /** What stands above the main part: a back link, or breadcrumbs. */
  readonly before?: Content;
  /** The section that the page belongs to. */
  readonly section?: Section | undefined;
  /** What the page was worked out from, for its foot. */
  readonly source?: string;
}

const link = (href: string, text: string, current: boolean): Html =>
  html`<a href="${href}"${current && html` aria-current="page"`}>${text}</a>`;

const header = (around: Around, section: Page['section']): Html =>
  html`<header class="bcf-header"><div class="govuk-width-container bcf-header__row">
    <a class="bcf-header__name" href="/">BCF ledger</a>
    ${
      around.officer !== undefined &&
      html`<nav aria-label="Main" class="bcf-header__row">${Object.entries(SECTIONS).map(([name, [href, title]]) => link(href, title, section === name))}</nav>
      <div class="bcf-header__who"><span>${around.officer}</span>
        <form method="post" action="/sign-out" novalidate><input type="hidden" name="token" value="${around.token}"><button class="bcf-plain-button" type="submit">Sign out</button></form>
      </div>`
    }
  </div></header>`;

const demonstration = html`<div class="bcf-demonstration" role="note"><div class="govuk-width-container">This is a demonstration. Anybody can sign in as anybody, and no case in it is a real person’s.</div></div>`;

/** For paper: who has printed the page, and from what day it is. */
const shownTo = ({ officer, shownAt }: Around): string =>
  `Shown to ${officer}${shownAt === undefined ? '' : ` on ${instant(shownAt)}`}.`;

/** A whole page, as it is sent. It loads only its style sheet, and holds no script. */
export const page = (around: Around, { title, main, before, section, source }: Page): Buffer =>
  html`<!DOCTYPE html><html lang="en-GB" class="govuk-template">
  <head>
    <meta charset="utf-8">
    <title>${title} – BCF ledger</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${around.style}">
  </head>
  <body class="govuk-template__body">
    ${skipLink({ href: '#main', content: 'Skip to main content' })}
    ${header(around, section)}
    ${around.demonstration && demonstration}
    <div class="govuk-width-container">
      ${before}
      <main class="govuk-main-wrapper" id="main">${main}</main>
      ${around.officer !== undefined && html`<p class="bcf-print govuk-body-s">${source} ${shownTo(around)}</p>`}
    </div>
    <footer class="bcf-footer"><div class="govuk-width-container"><a class="govuk-link" href="/help">Help</a><a class="govuk-link" href="/glossary">Words</a><a class="govuk-link" href="/accessibility">Accessibility</a><a class="govuk-link" href="/docs">For programs</a></div></footer>
  </body>
</html>`.bytes();

export const heading = (text: Content): Html => html`<h1 class="govuk-heading-l">${text}</h1>`;
export const subheading = (text: Content): Html => html`<h2 class="govuk-heading-m">${text}</h2>`;
export const paragraph = (text: Content): Html => html`<p class="govuk-body">${text}</p>`;

/** The ways to act at a place: propose what needs a signature, and record everything else. */
export const waysToAct = (path: string, proposed: readonly boolean[]): Html =>
  html`<div class="bcf-buttons">${proposed.map((each) =>
    button({
      href: `${path}/${each ? 'propose' : 'record'}`,
      content: each ? 'Propose' : 'Record',
      classes: 'govuk-button--secondary govuk-!-margin-bottom-0',
    }),
  )}</div>`;
