import { button, hiddenFields } from './components/fields.js';
import { html } from './html.js';
import { heading, page, paragraph, type Around } from './layout.js';
import type { Form } from './site.js';

/** A draft that cannot be taken now: what its officer typed stays on the page until they have signed in again, or waited. */

/** What is pressed where a draft comes back: it is shown, and goes no further by itself. */
export const SHOWN_AGAIN = 'show';

/** What is not part of what was typed. */
const NOT_KEPT: ReadonlySet<string> = new Set(['token', 'go']);

interface Kept {
  /** Where the draft is sent again. */
  readonly path: string;
  readonly form: Form;
  /** Why it is not taken, and where the officer signs in again; undefined where they only wait. */
  readonly title: string;
  readonly why: string;
  readonly signIn?: string;
}

/** Of a draft whose session is over. */
export const ENDED = {
  title: 'Sign in again',
  why: 'Your session has ended.',
  signIn: '/sign-in',
} as const;

export const keptPage = (around: Around, { path, form, title, why, signIn }: Kept): string =>
  page(around, {
    title,
    main: html`${heading(title)}
      ${paragraph(`${why} What you typed is kept on this page, for you alone.`)}
      ${signIn !== undefined && paragraph(html`First <a class="govuk-link" href="${signIn}" target="_blank" rel="noopener">sign in again (opens a new tab)</a>. Then come back to this tab and continue.`)}
      <form method="post" action="${path}" novalidate>
        ${hiddenFields(Object.fromEntries(Object.entries(form).filter(([name]) => !NOT_KEPT.has(name))))}
        ${button({ content: 'Continue' })}
      </form>`,
  });
