import { GROUPS, inGroups } from '../../domain/grammar/groups.js';
import { KINDS } from '../../ledger/catalogue.js';
import { FIGURE_WORDS } from '../asking.js';
import { html, type Html } from '../html.js';
import { heading, page, paragraph, subheading, type Around } from '../layout.js';
import { figuresNamed, titleOf } from './answer-words.js';
import type { Site } from '../site.js';

/** Pages of explanation, open to anybody. */

/** The page for an address that does not exist, because it was mistyped or cut short. */
export const missingPage = (around: Around): Buffer =>
  page(around, {
    title: 'Page not found',
    main: html`${heading('Page not found')}
      ${paragraph('If you typed the address, check that it is right. If you pasted it, check that you copied all of it.')}
      ${paragraph(html`<a class="govuk-link" href="/">Go to your tasks</a>, or <a class="govuk-link" href="/find">find a fund, a body or a fact</a>.`)}`,
  });

/** Every figure of an answer, and every fact that can be recorded, with the words of their declarations. */
function glossary(): Html {
  const figures = Object.entries(FIGURE_WORDS).map(([name, words]) => [titleOf(name), words] as const);
  const facts = inGroups(Object.values(KINDS).flatMap((kind) => [...kind.byName.values()]));
  const groups = [...new Set(facts.map(({ group }) => group))];
  const terms = (all: readonly (readonly [string, string])[]): Html =>
    html`<dl class="bcf-definitions govuk-body">${all.map(([term, words]) => html`<dt>${term}</dt><dd>${words}</dd>`)}</dl>`;
  return html`${subheading('What the ledger is about')}${terms(WORDS)}
    ${subheading('Figures')}${terms(figures.map(([title, words]) => [title, figuresNamed(words)]))}
    ${subheading('What can be recorded')}${groups.map(
      (group) =>
        html`<h3 class="govuk-heading-s">${GROUPS[group]}</h3>${terms(facts.filter((fact) => fact.group === group).map(({ title, about }) => [title, about]))}`,
    )}`;
}

/** General words of the pages, with their meanings. */
const WORDS: readonly (readonly [string, string])[] = [
  ['Area', 'The area of a Health and Wellbeing Board.'],
  ['Fund', 'The pooled fund of one area for one financial year, 1 April to 31 March.'],
  ['Partner', 'A body of the fund: a council, a clinical commissioning group, an integrated care board, NHS England.'],
  ['Host', 'The partner that holds the pool.'],
  ['Mandate', 'It says that an officer acts for a partner in a role, from a day to a day.'],
  [
    'Fact',
    'A statement about the fund, such as an agreed contribution. It is recorded for ever. A mistake in it is put right by another fact.',
  ],
  ['Proposal', 'A fact that waits for a signature.'],
  ['Deal', 'A proposal of several facts, signed and recorded whole or not at all.'],
  [
    'Half of a settlement',
    'A proposal of a settlement that is in two places: two funds, or a fund and the disputes of its area.',
  ],
  ['On', 'The day of a figure. What happens on that day is included.'],
  [
    'As known',
    'The moment up to which records count. The figure is what somebody who asked at that moment would have seen.',
  ],
  ['Dispute', 'A claim of one body on another over who pays for a case.'],
];

export function registerHelp(site: Site): void {
  const words = (path: string, title: string, said: Html): void =>
    site.getOpen(path, async (_session, around, _request, reply) =>
      reply.send(page(around, { title, main: html`${heading(title)}${said}` })),
    );
  words(
    '/help',
    'Help',
    html`${subheading('Two dates')}
      ${paragraph('Every figure is about a day, and is worked out from what was known at some moment. Leave both dates out to see today. Give the first alone to see that day as it is known now. Give both to see what somebody who asked then would have been told.')}
      ${subheading('Signing')}
      ${paragraph('An offer counts once an officer of the other side has signed it. A deal has several parts, and counts once each part has every signature that it takes. Before you sign, the page shows each figure as it is and as it would be. If the figures move while you read, the page shows them again and asks again.')}
      ${subheading('Mistakes')}
      ${paragraph('Nothing is ever changed or removed. A mistake is put right by a new fact that says why. Find the fact in the history of its fund, of its area’s disputes or of the register, and open its page. If it can be taken back, the page says so: choose “Put it right: take it back”, then record the fact again as it should be.')}`,
  );
  words('/glossary', 'Words', glossary());
}
