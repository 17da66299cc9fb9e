import { button, hiddenField } from './components/fields.js';
import { askedIn } from './dates.js';
import { html, type Content } from './html.js';
import { heading, page, paragraph } from './layout.js';
import { form, throughProvider } from './sign-in.js';
import { keptPlace, type Asking, type Site } from './site.js';

/**
 * Signing in again, for acts that need a recent sign-in: somebody who sits down at an officer’s desk can sign nothing.
 * The officer then returns to what they were about to do.
 */

export const AGAIN = '/sign-in/again';

/** Why the officer must sign in again. */
export const whyAgain = ({ options }: Site): string =>
  `You must have signed in within the last ${options.freshMs / 60_000} minutes, so that nobody else can act for you at a desk that you have left.`;

/** The address at which an officer signs in again, with the page to which they return. */
export const againTo = (to: string): string => `${AGAIN}?to=${encodeURIComponent(to)}`;

/** How this officer signs in: with the provider, by a new link, or in a demonstration by a button. */
function again(site: Site, { around, session }: Asking, to: string): Content {
  const { provider } = site.options;
  if (provider) return throughProvider(provider, around, { to, again: 'yes' });
  if (!site.demonstration)
    return paragraph(
      'Ask whoever runs this service for a new link, and open it in this browser. Then you return to what you were about to do.',
    );
  return form(AGAIN, around, [
    hiddenField('to', to),
    button({ content: `Sign in again as ${site.people.nameOf(session.officer)}` }),
  ]);
}

export function registerSignInAgain(site: Site): void {
  site.get(AGAIN, async (asking, request, reply) => {
    const to = keptPlace(askedIn(request.url)['to']);
    if (site.isFresh(asking.session)) return site.redirect(reply, to);
    site.keepBack(reply, asking.session, to);
    const main = html`${heading('Sign in again')}${paragraph(whyAgain(site))}${again(site, asking, to)}`;
    return reply.send(page(asking.around, { title: 'Sign in again', main }));
  });
  if (!site.demonstration) return;
  site.post(AGAIN, async ({ session }, sent, _request, reply) => {
    const { officer, by } = session;
    await site.signOut(reply, session);
    site.signIn(reply, { officer, by, shown: site.ledger.clock.now() });
    return site.redirect(reply, keptPlace(sent['to']));
  });
}
