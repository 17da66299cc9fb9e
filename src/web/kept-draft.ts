import { button, hiddenFields } from './components/fields.js';
import { html } from './html.js';
import { heading, page, paragraph, type Around } from './layout.js';
import type { Form } from './site.js';

/**
 * A page that keeps a draft that cannot be accepted now. What the officer typed stays on it until they have signed in
 * again, or waited.
 */

/** The value of the button that sends a kept draft. The draft is shown again; it is not recorded. */
export const SHOWN_AGAIN = 'show';

/** Fields that the officer did not type. */
const NOT_KEPT: ReadonlySet<string> = new Set(['token', 'go']);

interface Kept {
  /** The address to which the draft is sent again. */
  readonly path: string;
  readonly form: Form;
  /** Why the draft is not accepted, and where the officer signs in again; undefined if they need only wait. */
  readonly title: string;
  readonly why: string;
  readonly signIn?: string;
}

/** The words for a draft whose session has ended. */
export const ENDED = {
  title: 'Sign in again',
  why: 'Your session has ended.',
  signIn: '/sign-in',
} as const;

export const keptPage = (around: Around, { path, form, title, why, signIn }: Kept): Buffer =>
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
