import { button, hiddenField } from './components/fields.js';
import { html, type Content } from './html.js';
import { heading, page, paragraph } from './layout.js';
import { form, throughProvider } from './sign-in.js';
import { keptPlace, type Asking, type Site } from './site.js';

/**
 * Signing in again, for what asks for a fresh sign-in: an officer whose desk somebody else sits at signs nothing. They come
 * back to what they were about to do.
 */

export const AGAIN = '/sign-in/again';

/** Why signing in again is asked for. */
export const whyAgain = ({ options }: Site): string =>
  `This asks for a sign-in of the last ${options.freshMs / 60_000} minutes, so that nobody acts for you at a desk that you have left.`;

/** Where an officer signs in again, and from where they go on. */
export const againTo = (to: string): string => `${AGAIN}?to=${encodeURIComponent(to)}`;

/** Their way of signing in: with their provider, by a new link, or, in a demonstration, by saying so. */
function again(site: Site, { around, session }: Asking, to: string): Content {
  const { provider } = site.options;
  if (provider) return throughProvider(provider, around, { to, again: 'yes' });
  if (!site.demonstration)
    return paragraph(
      'Ask whoever runs this service for a new link, and open it in this browser. You come back to what you were about to do.',
    );
  return form(AGAIN, around, [
    hiddenField('to', to),
    button({ content: `Sign in again as ${site.people.nameOf(session.officer)}` }),
  ]);
}

export function registerSignInAgain(site: Site): void {
  site.get(AGAIN, async (asking, request, reply) => {
    const to = keptPlace((request.query as { to?: unknown }).to);
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
