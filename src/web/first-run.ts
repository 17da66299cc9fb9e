import { timingSafeEqual } from 'node:crypto';
import { refuse } from '../domain/rules.js';
import { factOf } from '../domain/grammar/kind.js';
import { OPERATOR } from '../ledger/access.js';
import { KINDS } from '../ledger/catalogue.js';
import { button, input } from './components/fields.js';
import { begun, continued, firstPage } from './forms/filling-in.js';
import type { Errand } from './forms/form.js';
import { rowsAt } from './forms/reading.js';
import { askedIn } from './dates.js';
import { html } from './html.js';
import { heading, page, paragraph, type Around } from './layout.js';
import { Refused } from './refused.js';
import type { Session } from './session.js';
import type { Asking, Form, Site } from './site.js';
import { nameOfWords } from './typed.js';

/**
 * The first run opens an empty ledger in the browser. A person with the code that the service prints at its start names
 * the ledger’s keeper and first officers. They are then signed in as the first of these officers whose role may open a
 * ledger. Once the ledger is open, the page does not exist.
 */

const ADDRESS = '/first-run';
const OFFICERS = 'f.officers';

const isCode = (code: string, sent: string | undefined): boolean => {
  const [own, given] = [Buffer.from(code), Buffer.from(sent ?? '')];
  return own.length === given.length && timingSafeEqual(own, given);
};

/** The code, while there is a ledger to open. Throws {@link Refused} otherwise, as if nothing were at this address. */
function codeOf({ ledger, options }: Site): string {
  const { firstRunCode } = options;
  if (firstRunCode === undefined || ledger.model.register().ledger)
    throw new Refused(
      refuse(
        'not_found',
        'There is no ledger to open. Either the ledger is open already, or the service printed no code at its start.',
      ),
    );
  return firstRunCode;
}

/** The first of the officers named so far whose role may open a ledger. They open it. */
function openerIn(form: Form): string {
  const { roles } = factOf(KINDS.register, KINDS.register.opener);
  const rows = Array.from({ length: rowsAt(form, OFFICERS) }, (_, index) => `${OFFICERS}.${index}`);
  const found = rows.find((row) => (roles as readonly string[]).includes(form[`${row}.role`] ?? ''));
  return nameOfWords(form[`${found ?? rows[0] ?? OFFICERS}.officer`] ?? '');
}

const asOpener = (session: Session, around: Around, form: Form): Asking => ({
  session: { ...session, officer: openerIn(form), by: 'first run', shown: session.since },
  sight: OPERATOR,
  around,
  draftMark: '',
});

function errandOf(site: Site, code: string, form: Form): Errand {
  const fact = factOf(KINDS.register, KINDS.register.opener);
  return {
    address: `${ADDRESS}?code=${code}`,
    back: { href: `${ADDRESS}?code=${code}`, content: 'First run' },
    kind: 'register',
    name: '',
    fact,
    isProposed: false,
    // Opening the ledger shows that the person may do so. They continue as the officer whom they named.
    recorded: (reply) =>
      site.signIn(reply, { officer: openerIn(form), by: 'first run', shown: site.ledger.clock.now() }),
  };
}

export function registerFirstRun(site: Site): void {
  site.getOpen(ADDRESS, async (session, around, request, reply) => {
    const code = codeOf(site);
    const { code: sent } = askedIn(request.url);
    if (!isCode(code, sent)) {
      const main = html`${heading('Open this ledger')}${paragraph('The service has printed a code when it started. It shows that you run it.')}
        <form method="get" action="${ADDRESS}" novalidate>${input({
          name: 'code',
          label: { content: 'Code', classes: 'govuk-label--s' },
          ...(sent !== undefined && { errorMessage: { content: 'This is not the code that the service has printed' } }),
        })}${button({ content: 'Continue' })}</form>`;
      return reply.status(sent === undefined ? 200 : 403).send(page(around, { title: 'Open this ledger', main }));
    }
    const errand = errandOf(site, code, {});
    const form = begun(site, undefined, errand, {
      'f.officers.0.role': 'registrar',
      'f.officers.1.role': 'finance-officer',
    });
    const roles = { [`${OFFICERS}.count`]: '2' };
    return reply.send(await firstPage(site, asOpener(session, around, form), errand, { ...form, ...roles }));
  });

  site.postOpen(ADDRESS, async (session, around, form, reply, request) => {
    const code = codeOf(site);
    if (!isCode(code, askedIn(request.url)['code']))
      throw new Refused(
        refuse('form_not_ours', 'The form came without the code that the service printed at its start.'),
      );
    return continued(site, asOpener(session, around, form), errandOf(site, code, form), form, reply);
  });
}
