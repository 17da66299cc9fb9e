import { refuse } from '../domain/rules.js';
import { OPERATOR } from '../ledger/access.js';
import { askedOf } from './asking.js';
import { button, errorSummary, fieldset, hiddenField, hiddenFields, radios } from './components/fields.js';
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
    const to = placeOfOurs((request.query as { to?: string }).to);
    if (session.officer !== undefined) return site.redirect(reply, to);
    return reply.send(page(around, { title: 'Sign in', main: await ways(site, around, to) }));
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
      const { link = '' } = request.query as { link?: string };
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
async function ways(site: Site, around: Around, to: string): Promise<Content> {
  const { provider } = site.options;
  if (site.demonstration) return choosing(site, around, to);
  if (provider) return html`${heading('Sign in')}${throughProvider(provider, around, { to })}`;
  return html`${heading('Sign in')}${paragraph('Ask whoever runs this service for a link to sign in with. A link works once, within ten minutes.')}`;
}

/** The address at which an officer who signs out is also signed out of the identity provider. */
async function endingOf({ options }: Site, { officer }: Session): Promise<string | undefined> {
  const { provider, publicUrl } = options;
  return officer === undefined ? undefined : provider?.ending(new URL('/signed-out', publicUrl).href);
}

async function choosing(site: Site, around: Around, to: string): Promise<Content> {
  const { officers } = await askedOf<Officers>(site.ledger, OPERATOR, 'officers', {});
  const groups = new Map<string, (typeof officers)[number][]>();
  for (const each of officers) {
    const { name } = each.mandates[0]!;
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  const choices = [...groups].map(([name, members], index) =>
    fieldset({
      legend: { content: name, classes: 'govuk-fieldset__legend--s' },
      content: radios({
        name: 'officer',
        idPrefix: `officer-${index + 1}`,
        classes: 'govuk-radios--small',
        items: members.map(({ officer, mandates }) => ({
          value: officer,
          content: html`${site.people.nameOf(officer)}<span class="govuk-visually-hidden">,</span> <span class="govuk-hint">${[...new Set(mandates.map(({ role }) => role.replaceAll('-', ' ')))].join(', ')}</span>`,
        })),
      }),
    }),
  );
  return html`${heading('Choose an officer')}${paragraph('Each officer sees what their body may see, and may do what their mandate allows.')}${form('/sign-in', around, [hiddenField('to', to), choices, button({ content: 'Sign in' })])}`;
}
