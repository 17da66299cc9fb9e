import { refuse } from '../domain/rules.js';
import { OPERATOR } from '../ledger/access.js';
import { askedOf } from './asking.js';
import { button, errorSummary, fieldset, hiddenField, hiddenFields, input, radios } from './components/fields.js';
import { addressWith, askedIn } from './dates.js';
import { counted } from './format.js';
import { html, type Content } from './html.js';
import { heading, page, paragraph, type Around } from './layout.js';
import { placeOfOurs, type Form, type Site } from './site.js';
import { Refused } from './refused.js';
import type { Provider } from './provider.js';
import type { Session } from './session.js';

/**
 * Signing in and out. In a demonstration anybody may sign in as any officer; at a small site a link works once.
 * `sign-in-provider.ts` signs in with a provider.
 */

const LINK_MS = 10 * 60_000;

/** The address at which a sign-in with the identity provider begins. */
export const PROVIDER_ADDRESS = '/sign-in/provider';

export interface Officers {
  readonly officers: readonly {
    readonly officer: string;
    readonly mandates: readonly { readonly partner: string; readonly name: string; readonly role: string }[];
  }[];
}

export const form = (action: string, around: Around, content: Content) =>
  html`<form method="post" action="${action}" novalidate>${hiddenField('token', around.token)}${content}</form>`;

export function registerSignIn(site: Site): void {
  site.getOpen('/sign-in', async (session, around, request, reply) => {
    const { to, named } = askedIn(request.url);
    if (session.officer !== undefined) return site.redirect(reply, placeOfOurs(to));
    return reply.send(page(around, { title: 'Sign in', main: await ways(site, around, placeOfOurs(to), named) }));
  });

  if (site.demonstration) {
    site.postOpen('/sign-in', async (session, around, sent, reply) => {
      const { officers } = await askedOf<Officers>(site.ledger, OPERATOR, 'officers', {});
      const found = officers.find(({ officer }) => officer === sent['officer']);
      const to = placeOfOurs(sent['to']);
      if (!found) {
        const main = html`${errorSummary({ title: 'There is a problem', errors: [{ content: 'Choose an officer', href: '#officer-1' }] })}${await choosing(site, around, to)}`;
        return reply.status(400).send(page(around, { title: 'Error: Sign in', main }));
      }
      // The earlier session ends, so that somebody who knows its cookie is not signed in together with the officer.
      await site.signOut(reply, session);
      site.signIn(reply, { officer: found.officer, by: 'demonstration', shown: site.ledger.clock.now() });
      return site.redirect(reply, to);
    });
  }

  const { readLink } = site.options;
  if (readLink) {
    // Mail scanners open links. So opening a link only shows a button, and the button uses the link.
    site.getOpen('/sign-in/link', async (_session, around, request, reply) => {
      const { link = '' } = askedIn(request.url);
      const main = html`${heading('Sign in')}${form('/sign-in/link', around, [hiddenField('link', link), button({ content: 'Sign in' })])}`;
      return reply.send(page(around, { title: 'Sign in', main }));
    });
    site.postOpen('/sign-in/link', async (session, _around, sent, reply) => {
      const notGood = (why: string) => new Refused(refuse('link_not_good', why));
      const { officer, id } = await readLink(sent['link'] ?? '').catch(() => {
        throw notGood('The link is not from this service, or it has expired. Ask for a new one.');
      });
      const now = site.ledger.clock.now();
      if (!(await site.options.once.note(`link ${id}`, now + LINK_MS, now)))
        throw notGood('The link has been used already. Ask for a new one.');
      await site.signOut(reply, session);
      site.signIn(reply, { officer, by: 'sign-in link', shown: now });
      return site.redirect(reply, session.officer === officer ? placeOfOurs(session.back) : '/');
    });
  }

  site.postOpen('/sign-out', async (session, _around, _form, reply) => {
    await site.signOut(reply, session);
    const ending = await endingOf(site, session);
    return ending === undefined ? site.redirect(reply, '/signed-out') : reply.redirect(ending, 303);
  });
  site.getOpen('/signed-out', async (_session, around, _request, reply) =>
    reply.send(
      page(around, {
        title: 'You have signed out',
        main: html`${heading('You have signed out')}${paragraph(html`<a class="govuk-link" href="/sign-in">Sign in again</a>`)}`,
      }),
    ),
  );
}

/** The part of the page that leads to the organisation’s provider. */
export function throughProvider(provider: Provider, around: Around, sent: Form): Content {
  const where = `You sign in with the account of your organisation, at ${new URL(provider.issuer).host}. Then you come back here.`;
  const fields = hiddenFields(sent);
  return html`${paragraph(where)}${form(PROVIDER_ADDRESS, around, [fields, button({ content: 'Sign in' })])}`;
}

/** The content of the sign-in page, by the way of signing in that this service has. */
async function ways(site: Site, around: Around, to: string, named?: string): Promise<Content> {
  const { provider } = site.options;
  if (site.demonstration) return choosing(site, around, to, named);
  if (provider) return html`${heading('Sign in')}${throughProvider(provider, around, { to })}`;
  return html`${heading('Sign in')}${paragraph('Ask whoever runs this service for a link to sign in with. A link works once, within ten minutes.')}`;
}

/** The address at which an officer who signs out is also signed out of the identity provider. */
async function endingOf({ options }: Site, { officer }: Session): Promise<string | undefined> {
  const { provider, publicUrl } = options;
  return officer === undefined ? undefined : provider?.ending(new URL('/signed-out', publicUrl).href);
}

const NAMED_MAX = 100;

/** The roles of an officer in words. */
const rolesOf = ({ mandates }: Officers['officers'][number]): string =>
  [...new Set(mandates.map(({ role }) => role.replaceAll('-', ' ')))].join(', ');

/**
 * The officers of a demonstration, under the names of their bodies. `named` is what the reader looks for: only bodies and
 * officers with each of its words are shown.
 */
async function choosing(site: Site, around: Around, to: string, named = ''): Promise<Content> {
  const { officers } = await askedOf<Officers>(site.ledger, OPERATOR, 'officers', {});
  const bodyOf = ({ mandates }: (typeof officers)[number]): string => mandates[0]!.name;
  const sought = named.slice(0, NAMED_MAX).toLowerCase().split(/\s+/);
  const isSought = (each: (typeof officers)[number]): boolean => {
    const said = `${bodyOf(each)} ${site.people.nameOf(each.officer)} ${rolesOf(each)}`.toLowerCase();
    return sought.every((word) => said.includes(word));
  };
  const shown = officers.filter(isSought);
  const groups = new Map<string, (typeof officers)[number][]>();
  for (const each of shown) groups.set(bodyOf(each), [...(groups.get(bodyOf(each)) ?? []), each]);
  const choices = [...groups].map(([name, members], index) =>
    fieldset({
      legend: { content: name, classes: 'govuk-fieldset__legend--s' },
      content: radios({
        name: 'officer',
        idPrefix: `officer-${index + 1}`,
        classes: 'govuk-radios--small',
        items: members.map((each) => ({
          value: each.officer,
          content: html`${site.people.nameOf(each.officer)}<span class="govuk-visually-hidden">,</span> <span class="govuk-hint">${rolesOf(each)}</span>`,
        })),
      }),
    }),
  );
  const filter = html`<form method="get" action="/sign-in#officers" novalidate class="bcf-filter">${hiddenField('to', to)}${input(
    {
      name: 'named',
      label: { content: 'Show only a body or a role', classes: 'govuk-label--s' },
      hint: { content: 'For example Norwich, or auditor' },
      value: named,
      classes: 'govuk-input--width-20',
    },
  )}${button({ content: 'Show', classes: 'govuk-button--secondary' })}</form>`;
  const everybody = addressWith('/sign-in', { to });
  const count =
    shown.length < officers.length &&
    paragraph(
      html`${counted(shown.length, 'officer')} of ${officers.length}. <a class="govuk-link" href="${everybody}">Show all</a>`,
    );
  return html`${heading('Choose an officer')}${paragraph('Each officer sees what their body may see, and may do what their mandate allows.')}${filter}${count}${
    choices.length === 0
      ? paragraph('No body and no officer has such a name.')
      : form('/sign-in', around, [
          hiddenField('to', to),
          html`<div class="bcf-officers" id="officers">${choices}</div>`,
          button({ content: 'Sign in' }),
        ])
  }`;
}
