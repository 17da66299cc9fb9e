import { OPERATOR } from '../ledger/access.js';
import { askedOf } from './asking.js';
import { summaryList } from './components/lists.js';
import { html } from './html.js';
import { heading, page, paragraph, type Around } from './layout.js';
import { Refused } from './refused.js';
import { refuse, RULES } from '../domain/rules.js';
import { PROVIDER_ADDRESS, type Officers } from './sign-in.js';
import type { Provider } from './provider.js';
import { keptPlace, type Site } from './site.js';
import { TICKET_MS } from './tickets.js';

/**
 * Signing in with the organisation’s identity provider. The provider says who somebody is. The file of people says
 * which officer that is, and the register says what the officer may do.
 */

const CALLBACK = '/sign-in/callback';

/** How an officer signed in, as it is recorded with every event. */
const byOf = ({ issuer }: Provider): string => `oidc ${issuer}`;

export function registerProvider(site: Site, provider: Provider): void {
  const { publicUrl, once, freshMs } = site.options;
  const now = (): number => site.ledger.clock.now();

  site.postOpen(PROVIDER_ADDRESS, async (_session, _around, form, reply, request) => {
    const maxAge = form['again'] === undefined ? undefined : Math.floor(freshMs / 1000);
    const { address, begun } = await provider.begin(new URL(CALLBACK, publicUrl).href, maxAge);
    site.tickets.give(request, reply, { ...begun, to: keptPlace(form['to']), until: now() + TICKET_MS });
    return reply.redirect(address, 303);
  });

  site.getOpen(CALLBACK, async (session, around, request, reply) => {
    // If the parameter occurs twice, it is a list, and the address is not one of ours.
    const { state } = request.query as { state?: unknown };
    const ticket = site.tickets.take(request, reply, typeof state === 'string' ? state : '', now());
    if (!ticket)
      throw notGood('The sign-in was begun in another browser, or more than ten minutes ago. Sign in again.');
    // A sign-in is completed once. The Back button, or a copy of the address, does not complete it again.
    if (!(await once.note(`sign-in ${ticket.state}`, ticket.until, now())))
      throw notGood('The sign-in has been completed already. Sign in again.');
    const { subject, shown } = await provider.finish(new URL(request.url, publicUrl), ticket);
    const { issuer } = provider;
    const officer = site.people.officerBy({ issuer, subject });
    if (officer === undefined)
      return reply.status(RULES.person_unknown.status).send(await unknownPage(site, around, provider, subject));
    // The earlier session ends, so that somebody who knows its cookie is not signed in together with the officer.
    await site.signOut(reply, session);
    site.signIn(reply, { officer, by: byOf(provider), shown: shown ?? 0 });
    return site.redirect(reply, ticket.to);
  });
}

const notGood = (why: string): Refused => new Refused(refuse('sign_in_not_good', why));

/** The page for a person whom their organisation knows and the ledger does not: whom to ask, and what to tell them. */
async function unknownPage(site: Site, around: Around, provider: Provider, subject: string): Promise<Buffer> {
  const { title, why, remedy } = RULES.person_unknown;
  const names = (await registrarsOf(site)).map((officer) => site.people.nameOf(officer)).join('; ');
  const ending = await provider.ending(new URL('/signed-out', site.options.publicUrl).href);
  const main = html`${heading(title)}${paragraph(why)}${paragraph(remedy)}
    ${names !== '' && paragraph(`Registrars: ${names}.`)}
    ${paragraph('Tell them how your organisation knows you:')}
    ${summaryList({
      rows: [
        { key: { content: 'Issuer' }, value: { content: provider.issuer } },
        { key: { content: 'Subject' }, value: { content: subject } },
      ],
    })}
    ${paragraph(html`<a class="govuk-link" href="${ending ?? '/sign-in'}">Sign in as somebody else</a>`)}<p class="govuk-body-s">Rule: person_unknown</p>`;
  return page(around, { title, main });
}

/** The registrars of the ledger’s keeper; none while the ledger is not open. */
async function registrarsOf({ ledger }: Site): Promise<string[]> {
  const register = ledger.model.register();
  if (!register.ledger) return [];
  const { keeper } = register.ledger;
  const { officers } = await askedOf<Officers>(ledger, OPERATOR, 'officers', {});
  return officers.flatMap(({ officer, mandates }) =>
    mandates.some(({ partner, role }) => partner === keeper && role === 'registrar') ? [officer] : [],
  );
}
