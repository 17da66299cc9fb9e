import { table } from '../components/lists.js';
import { day } from '../format.js';
import { html, type Html } from '../html.js';
import { heading, page, paragraph, subheading } from '../layout.js';
import type { Site } from '../site.js';
import { scrolling } from './parts.js';

/**
 * The accessibility statement and the checks behind it. A test holds the table of docs/accessibility.md to this list.
 */

export interface Checked {
  readonly what: string;
  /** The criteria of WCAG 2.2 that the check is about. */
  readonly criteria: string;
  readonly how: string;
  /** The day of the last check; undefined if it was not done. */
  readonly on?: string;
  readonly found: string;
}

const TODAY = '2026-11-30';

export const CHECKED: readonly Checked[] = [
  {
    what: 'Rules that a program knows',
    criteria: 'A and AA of 2.0 to 2.2, target size among them',
    how: 'By axe 4.14: on one page of each look at 320 pixels, each time the service is built; on this day on 432 pages, not on every page of the service, by every rule at 320 pixels, and at 768 and 1,280 pixels by those that depend on the width, with what is folded',
    on: TODAY,
    found: 'Nothing',
  },
  {
    what: 'Reflow at 400 %, which is 320 pixels',
    criteria: '1.4.10',
    how: 'In a browser, on the same pages, at 320, 768 and 1,280 pixels',
    on: TODAY,
    found:
      'No page is wider than its window. Wide tables and drawings scroll in frames of their own. Captions were wider than their frames, and are mended',
  },
  {
    what: 'The look of pages at 400 %',
    criteria: '1.4.10',
    how: 'By hand, on pictures of seven pages at 320 pixels: the tasks, a fund, a proposal, a form, the form with faults, a comparison and a history',
    on: TODAY,
    found: 'The last figure of sums was half hidden at the edge of a table, and is mended',
  },
  {
    what: 'More space between lines, letters and words',
    criteria: '1.4.12',
    how: 'In a browser, on the same pages as by axe, at 320 pixels',
    on: TODAY,
    found:
      'A hidden title made two forms wider than their window, and is mended. Whether words are cut was not looked at',
  },
  {
    what: 'The keyboard alone: order, end, focus seen and not covered',
    criteria: '2.1.1, 2.1.2, 2.4.3, 2.4.7, 2.4.11',
    how: 'By the Tab key in a browser at 320 pixels: on three pages each time the service is built; on this day on the same pages as by axe, except seven of what is refused or not answered',
    on: TODAY,
    found: 'Nothing. No part of a page stands still while the rest moves, so nothing covers the focus',
  },
  {
    what: 'Dragging',
    criteria: '2.5.7',
    how: 'By reading: pages hold no script, and nothing is dragged',
    on: TODAY,
    found: 'Nothing',
  },
  {
    what: 'Redundant entry',
    criteria: '3.3.7',
    how: 'By reading: a form carries what was typed from page to page',
    on: TODAY,
    found: 'Nothing',
  },
  {
    what: 'Accessible authentication',
    criteria: '3.3.8',
    how: 'By reading: officers sign in with their organisation, or with a link that they are sent',
    on: TODAY,
    found: 'Nothing here. The page of the organisation is not ours',
  },
  {
    what: 'Forced colours (Windows high contrast)',
    criteria: '1.4.1, 1.4.11',
    how: 'By hand, on pictures of six of these pages (not the plain form) at 1,280 pixels in a browser that emulates them, light and dark. Not on Windows, and not with the focus on anything',
    on: TODAY,
    found: 'Drawings, tags and the frame of the dates were lost, and are mended',
  },
  {
    what: 'Screen readers',
    criteria: '1.3.1, 4.1.2, 4.1.3',
    how: 'Not checked: no screen reader was used',
    found: 'Not known',
  },
  {
    what: 'Voice control and magnifiers',
    criteria: '2.5.3, 1.4.4',
    how: 'Not checked',
    found: 'Not known',
  },
  {
    what: 'People with disabilities',
    criteria: 'All',
    how: 'Not checked: nobody was asked to use it',
    found: 'Not known',
  },
];

/** The columns of the table of what was checked. */
export const CHECKED_COLUMNS = ['What', 'Criteria of WCAG 2.2', 'How', 'When', 'Found'];

export const checkedRow = ({ what, criteria, how, on, found }: Checked): string[] => [
  what,
  criteria,
  how,
  on === undefined ? 'Not checked' : day(on),
  found,
];

const statement = (): Html =>
  html`${paragraph('This statement applies to the pages of this BCF ledger. Whoever runs the service is responsible for them, and should put their name and address beside it.')}
    ${paragraph('We want as many people as possible to be able to use these pages. You should be able to zoom in up to 400 % without the text going off the screen, use every page with a keyboard alone and without scripts, and print every page.')}
    ${subheading('How accessible these pages are')}
    ${paragraph('A program checked the pages for the faults that it can find. On the day of the last check it found none. A program cannot find everything that makes a page hard to use, and the rest has not been tested: no screen reader, no voice control and no magnifier was used, and nobody with a disability was asked to use the pages. The table below says what was checked.')}
    ${subheading('Feedback and contact')}
    ${paragraph('Tell whoever runs this service if you cannot use a page, or need what is on it in another form, such as large print or a spreadsheet. They have to answer you. The page of each question has a link that downloads its table as a spreadsheet (CSV).')}
    ${subheading('Enforcement')}
    ${paragraph('The Equality and Human Rights Commission enforces the Public Sector Bodies (Websites and Mobile Applications) (No. 2) Accessibility Regulations 2018. If you are not happy with the answer to your complaint, contact the Equality Advisory and Support Service.')}
    ${subheading('Compliance status')}
    ${paragraph('These pages have not been audited. They are meant to meet level AA of the Web Content Accessibility Guidelines 2.2, and we do not claim that they do, because of what has not been tested.')}
    ${subheading('Content that is not accessible')}
    ${paragraph('None is known. At 400 % wide tables and charts scroll within frames of their own. Charts are drawings: each has its finding as its title, a description in words, and the same figures on a page of their own. Files that officers send may not be accessible.')}
    ${subheading('How these pages were tested')}
    ${scrolling(
      'What was checked',
      table({
        caption: 'What was checked, how and when',
        captionClasses: 'govuk-table__caption--s',
        firstCellIsHeader: true,
        head: CHECKED_COLUMNS.map((content) => ({ content })),
        rows: CHECKED.map((each) => checkedRow(each).map((content) => ({ content }))),
      }),
    )}
    ${paragraph(`This statement was prepared on ${day(TODAY)}.`)}`;

export function registerAccessibility(site: Site): void {
  site.getOpen('/accessibility', async (_session, around, _request, reply) => {
    const title = 'Accessibility statement';
    return reply.send(page(around, { title, main: html`${heading(title)}${statement()}` }));
  });
}
