import type { Question } from '../asking.js';
import { tag } from '../components/words.js';
import { plainly } from '../format.js';
import { html, type Content, type Html } from '../html.js';
import type { Places } from './places.js';

/** Pieces that several screens share. */

/**
 * How many events of a fund a page reads in addition to its figures. Each takes a tenth of a millisecond. For a larger
 * fund, the page links to the page about the events.
 */
export const READ_MAX = 150;

/** A table that is wider than the page. Readers can scroll it sideways, also with the keyboard. */
export const scrolling = (label: Content, content: Html): Html =>
  html`<div class="bcf-scroll" tabindex="0" role="region" aria-label="${label}">${content}</div>`;

const VERDICTS: Readonly<Record<string, readonly [string, string]>> = {
  pass: ['Passes', 'govuk-tag--green'],
  fail: ['Fails', 'govuk-tag--red'],
};

export const verdictTag = (verdict: string): Html => {
  const [words, colour] = VERDICTS[verdict] ?? [plainly(verdict), 'govuk-tag--grey'];
  return tag({ content: words, classes: colour });
};

/** What is said beside a file for a spreadsheet about the sums in it. */
const SUMS_IN_FILE: Readonly<Record<NonNullable<Question['sums']>, string>> = {
  apart: ' Its rows are without their totals, so that each sum is counted once.',
  among: ' Some of its rows are balances or totals of others: do not add its columns up.',
};

/** The link to the answer of a question as a file for a spreadsheet. */
export const fileLink = ({ sums }: Question, href: string): Html =>
  html`<p class="govuk-body bcf-screen"><a class="govuk-link" href="${href}">Download as a spreadsheet (CSV)</a>${sums !== undefined && `.${SUMS_IN_FILE[sums]}`}</p>`;

/** The heading of a page, below the name of what it is about. */
export const titled = (title: string, of: string): Html =>
  html`<h1 class="govuk-heading-l"><span class="govuk-caption-l">${of}</span>${title}</h1>`;

/** Links to other pages, in groups with titles. */
export const ways = (groups: readonly Places[], level: 2 | 3 = 2): Html =>
  html`<div class="bcf-ways">${groups.map(({ title, places }) => {
    const heading = `h${level}`;
    return html`<nav aria-label="${title}"><${heading} class="govuk-heading-s">${title}</${heading}><ul class="govuk-list">${places.map(
      (each) => html`<li><a class="govuk-link" href="${each.href}">${each.title}</a></li>`,
    )}</ul></nav>`;
  })}</div>`;
