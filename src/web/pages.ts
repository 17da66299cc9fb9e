import { onceEach } from '../domain/once-each.js';
import { parse, serialize } from 'cookie';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse, RULES, tooManyFiles, tooManyPages, type Refusal } from '../domain/rules.js';
import type { Rule } from '../domain/grammar/rule.js';
import { createSights, OPERATOR } from '../ledger/access.js';
import type { Ledger } from '../ledger/ledger.js';
import { createRoots } from '../ledger/roots.js';
import { registerAssets } from './assets.js';
import { page, type Around } from './layout.js';
import { registerFirstRun } from './first-run.js';
import { registerNextYear } from './forms/next-year.js';
import { registerForms } from './forms/routes.js';
import { namesFor, type Names } from './names.js';
import { createPeople } from './people.js';
import { answered, Refused, refusedPage } from './refused.js';
import { receive } from './receiving.js';
import { registerFunds } from './screens/fund.js';
import { registerOverviews } from './screens/overviews.js';
import { registerQuestions } from './screens/question.js';
import { registerFind } from './screens/find.js';
import { registerCompare } from './screens/compare.js';
import { registerPartners } from './screens/partner.js';
import { registerHistory } from './screens/history.js';
import { missingPage, registerHelp } from './screens/help.js';
import { registerProposals } from './screens/proposal.js';
import { registerAccessibility } from './screens/accessibility.js';
import { registerTasks } from './screens/tasks.js';
import { createSessions, draftsOf, SESSION_MS_MAX, type OfficersSession, type Session } from './session.js';
import { ENDED, keptPage, SHOWN_AGAIN } from './kept-draft.js';
import { registerProvider } from './sign-in-provider.js';
import { registerSignInAgain } from './sign-in-again.js';
import { registerSignIn } from './sign-in.js';
import type { Asking, Form, Handler, PagesOptions, Receive, Site } from './site.js';
import { createTickets } from './tickets.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether a form with a file may be sent to the route. */
    readonly takesFile?: true;
    /** Whether the route keeps a form for its officer when the limit of pages is reached. */
    readonly keepsForm?: true;
    /** Whether the browser may keep the answer, to show it again to an officer who goes back: see {@link KEPT_BY}. */
    readonly isShownAgain?: true;
    /** Whether requests for the route are unlimited, because browsers keep the answer. */
    readonly isAsset?: true;
  }
}

/**
 * The pages: the third face of the ledger, beside HTTP and the terminal. Pages use sessions, and programs use tokens.
 */

/** Large enough for a form with a deal of the longest texts. */
const FORM_BYTES_MAX = 512 * 1024;
const SEEN_AGAIN_MS = 60_000;
const UPLOADS_PER_HOUR = 100;
/** How many pages a minute are sent to one officer’s session. Before sign-in, the limit holds for an address. */
const PAGES_PER_MINUTE = 300;
/** How many seconds to wait after a refusal for the moment, if nothing more exact is known. */
const WAIT_SECONDS = 2;

const NOT_MARKED = refuse('form_not_ours', 'The form came from another site, or without the token of your session.');

/** How a browser is answered where no page of ours has taken its request. */
export interface AnswersForBrowsers {
  missing(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
  refused(error: FastifyError, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
  /** What is refused before there is a request: the page, and the headers that it is sent with. */
  unread(refusal: Refusal): { readonly body: string; readonly headers: Readonly<Record<string, string>> };
}

const PAGE_TYPE = 'text/html; charset=utf-8';

const isForm = (request: FastifyRequest): boolean => request.method === 'POST';

export function registerPages(
  app: FastifyInstance,
  ledger: Ledger,
  demonstration: boolean,
  options: PagesOptions,
  refusalOf: (error: FastifyError) => Refusal,
): AnswersForBrowsers {
  const { publicUrl, once, provider } = options;
  const secure = publicUrl?.startsWith('https:') ?? false;
  // Browsers accept a cookie with this prefix only from this host, and only over TLS.
  const COOKIE = secure ? '__Host-bcf' : 'bcf';
  const sessions = createSessions(options.sessionKeys);
  const sightsOf = createSights(ledger);
  const people = createPeople(options.people);
  // Signed-in officers are counted by their session (below), other readers by their address.
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, isCountedApart: true };
  });
  const style = registerAssets(app);
  const now = () => ledger.clock.now();
  const headers = (request?: FastifyRequest) =>
    headersWith(provider?.origins() ?? [], request?.routeOptions.config.isShownAgain);

  const setCookie = (reply: FastifyReply, session: Session): void =>
    void reply.header(
      'set-cookie',
      serialize(COOKIE, sessions.seal(session), { path: '/', httpOnly: true, secure, sameSite: 'lax' }),
    );

  const cookieOf = (request: FastifyRequest): string | undefined => parse(request.headers.cookie ?? '')[COOKIE];

  /** Tells the browser to delete the pages of forms that it keeps. */
  const forgetPages = (reply: FastifyReply): void => void reply.header('clear-site-data', '"cache"');

  /**
   * The session of a request. A request without a session, or with one that has ended, gets a new session of nobody.
   */
  async function sessionOf(request: FastifyRequest, reply: FastifyReply): Promise<Session> {
    const found = sessions.open(cookieOf(request), now());
    // A session of nobody gives access to nothing, so nobody needs to look up whether it has ended.
    if (!found || (found.officer !== undefined && (await once.has(`ended ${found.id}`)))) {
      if (cookieOf(request) !== undefined) forgetPages(reply);
      const begun = sessions.begin(now());
      setCookie(reply, begun);
      return begun;
    }
    if (now() - found.seen < SEEN_AGAIN_MS) return found;
    const seen = { ...found, seen: now() };
    setCookie(reply, seen);
    return seen;
  }

  const around = (session: Session): Around => ({
    style,
    demonstration,
    officer: session.officer === undefined ? undefined : people.nameOf(session.officer),
    token: sessions.token(session),
    shownAt: new Date(now()).toISOString(),
  });

  /** The same for nobody, without a session. */
  const aroundNobody: Around = { style, demonstration, token: '' };

  /** Whether the browser says that a form came from one of our pages. */
  const isFromHere = (request: FastifyRequest): boolean =>
    request.headers.origin === (publicUrl === undefined ? `http://${request.host}` : new URL(publicUrl).origin);

  /**
   * Refuses a form from another site before anything else. Browsers send such a form without the session, and an answer
   * that begins a new session would sign the officer out.
   */
  const fromHere = (request: FastifyRequest): void => {
    if (!isFromHere(request)) throw new Refused(refuse('form_not_ours', 'The form came from another site.'));
  };

  /** Whether a form came from one of our pages and holds a token of the session. */
  const isOurs = (request: FastifyRequest, session: Session, form: Form): boolean =>
    isFromHere(request) && sessions.isToken(session, form['token']);

  /**
   * Whether a draft comes from its own officer, but from another session than it began in. It is shown again, and not
   * recorded.
   */
  const isDraftOf = (request: FastifyRequest, officer: string, form: Form): boolean =>
    isFromHere(request) && sessions.isToken(draftsOf(officer), form['whose']);

  const draftAgain = (request: FastifyRequest, { officer, ...session }: OfficersSession): Form | undefined => {
    const form = (request.body ?? {}) as Form;
    return isDraftOf(request, officer, form) && !sessions.isToken(session, form['token'])
      ? { ...form, go: SHOWN_AGAIN }
      : undefined;
  };

  const formOf = (request: FastifyRequest, session: Session): Form => {
    const form = (request.body ?? {}) as Form;
    if (!isOurs(request, session, form)) throw new Refused(NOT_MARKED);
    return form;
  };

  /** Keeps on the page what was typed beside a file, if the officer is no longer signed in. */
  async function keptWithoutFile(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { form } = await receive(request, reply, async () => undefined);
    const path = request.url.replace(/\/document$/, '');
    return asPage(reply)
      .status(401)
      .send(keptPage(around(await sessionOf(request, reply)), { path, form, ...ENDED }));
  }

  const uploads = app.createRateLimit({
    max: UPLOADS_PER_HOUR,
    timeWindow: '1 hour',
    keyGenerator: ({ signedIn }) => `upload ${signedIn.officer}`,
  });

  async function limitUploads(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const counted = await uploads(request);
    if (counted.isAllowed || !counted.isExceeded) return;
    const seconds = Math.max(1, counted.ttlInSeconds);
    void reply.header('retry-after', String(seconds));
    throw new Refused(tooManyFiles(UPLOADS_PER_HOUR, seconds));
  }

  /**
   * The officer’s session that a request comes with. Whether the session has ended is checked later, when the request
   * is answered.
   */
  const officersOf = onceEach((request: FastifyRequest): Session | undefined => {
    const found = sessions.open(cookieOf(request), now());
    return found?.officer === undefined ? undefined : found;
  });
  const byAddress = app.createRateLimit({ max: PAGES_PER_MINUTE });
  const bySession = app.createRateLimit({
    max: PAGES_PER_MINUTE,
    keyGenerator: (request) => `session ${officersOf(request)!.id}`,
  });

  /** Counts a page. Returns a refusal if it exceeds the limit. Officers who share an address are counted separately. */
  async function oneTooMany(request: FastifyRequest, reply: FastifyReply): Promise<Refusal | undefined> {
    const isOfficers = officersOf(request) !== undefined;
    const counted = await (isOfficers ? bySession : byAddress)(request);
    if (counted.isAllowed || !counted.isExceeded) return undefined;
    const seconds = Math.max(1, counted.ttlInSeconds);
    void reply.header('retry-after', String(seconds));
    const to = isOfficers ? 'one officer' : 'one address';
    return tooManyPages(PAGES_PER_MINUTE, to, seconds);
  }

  const redirect = (reply: FastifyReply, path: string): FastifyReply =>
    reply.redirect(publicUrl === undefined ? path : new URL(path, publicUrl).href, 303);

  /** Who asks; undefined if nobody is signed in. Rejects if the officer holds no mandate today. */
  async function askingOf(request: FastifyRequest, reply: FastifyReply): Promise<Asking | undefined> {
    const session = await sessionOf(request, reply);
    const { officer, by, shown } = session;
    if (officer === undefined || by === undefined || shown === undefined) return undefined;
    const sight = answered(sightsOf(officer));
    request.signedIn = { officer, by };
    return {
      session: { ...session, officer, by, shown },
      sight,
      around: around(session),
      draftMark: sessions.token(draftsOf(officer)),
    };
  }

  const toSignIn = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    redirect(reply, `/sign-in?to=${encodeURIComponent(isForm(request) ? '/' : request.url)}`);

  const asPage = (reply: FastifyReply): FastifyReply => reply.type(PAGE_TYPE);
  const hidden = { schema: { hide: true } };
  const ofForm = { ...hidden, config: { isShownAgain: true } } as const;

  /** Registers a page for officers. */
  const forOfficers = (path: string, options: typeof hidden, handler: Handler): void =>
    void app.get(path, options, async (request, reply) => {
      const asking = await askingOf(request, reply);
      return asking ? handler(asking, request, asPage(reply)) : toSignIn(request, reply);
    });

  const site: Site = {
    app,
    ledger,
    people,
    demonstration,
    options,
    rootOf: createRoots(ledger),
    tickets: createTickets(options.sessionKeys, secure),
    get: (path, handler) => forOfficers(path, hidden, handler),
    getDraft: (path, handler) => forOfficers(path, ofForm, handler),
    post: (path, handler) =>
      void app.post(path, ofForm, async (request, reply) => {
        fromHere(request);
        const asking = await askingOf(request, reply);
        if (!asking) return toSignIn(request, reply);
        return handler(asking, formOf(request, asking.session), request, asPage(reply));
      }),
    postDraft: (path, handler) =>
      void app.post(path, { ...hidden, config: { ...ofForm.config, keepsForm: true } }, async (request, reply) => {
        const tooMany = await oneTooMany(request, reply);
        fromHere(request);
        const asking = await askingOf(request, reply);
        if (tooMany && asking)
          return asPage(reply)
            .status(RULES[tooMany.rule].status)
            .send(
              keptPage(asking.around, {
                path: request.url,
                form: (request.body ?? {}) as Form,
                title: 'Wait a little, then continue',
                why: tooMany.detail,
              }),
            );
        if (tooMany) throw new Refused(tooMany);
        if (!asking) {
          const session = await sessionOf(request, reply);
          return asPage(reply)
            .status(401)
            .send(keptPage(around(session), { path: request.url, form: (request.body ?? {}) as Form, ...ENDED }));
        }
        const form = draftAgain(request, asking.session) ?? formOf(request, asking.session);
        return handler(asking, form, request, asPage(reply));
      }),
    postFile: (path, handler) =>
      void app.post(path, { ...hidden, config: { ...ofForm.config, takesFile: true } }, async (request, reply) => {
        fromHere(request);
        const asking = await askingOf(request, reply);
        if (!asking) return keptWithoutFile(request, reply);
        await limitUploads(request, reply);
        const own: Receive = async (take) => {
          const { form, taken } = await receive(request, reply, async (fields, file) =>
            isOurs(request, asking.session, fields) ? { of: await take(file, fields) } : undefined,
          );
          // A draft of the officer’s from another session is shown again. They must choose the file again.
          const isTheirs = isOurs(request, asking.session, form) || isDraftOf(request, asking.session.officer, form);
          if (!isTheirs) throw new Refused(NOT_MARKED);
          return { form, taken: taken?.of };
        };
        return handler(asking, own, request, asPage(reply));
      }),
    getOpen: (path, handler) =>
      void app.get(path, hidden, async (request, reply) => {
        const session = await sessionOf(request, reply);
        return handler(session, around(session), request, asPage(reply));
      }),
    postOpen: (path, handler) =>
      void app.post(path, hidden, async (request, reply) => {
        fromHere(request);
        const session = await sessionOf(request, reply);
        return handler(session, around(session), formOf(request, session), asPage(reply), request);
      }),
    signIn(reply, who) {
      // A browser that was closed has no session left, and may still keep the pages of whoever used it before.
      if (sessions.open(cookieOf(reply.request), now())?.officer !== who.officer) forgetPages(reply);
      setCookie(reply, sessions.begin(now(), who));
    },
    async signOut(reply, session) {
      if (session.officer !== undefined) {
        await once.note(`ended ${session.id}`, session.since + SESSION_MS_MAX, now());
        forgetPages(reply);
      }
      setCookie(reply, sessions.begin(now()));
    },
    isFresh: ({ shown }) => now() - shown <= options.freshMs,
    keepBack: (reply, session, back) => setCookie(reply, { ...session, back }),
    redirect,
  };

  /**
   * What surrounds a refusal. An officer whose mandate has ended can still sign out. For other refusals the session is
   * not read again, because reading it may be what failed.
   */
  const aroundRefusal = async (request: FastifyRequest, reply: FastifyReply, { rule }: Refusal): Promise<Around> =>
    rule === 'not_mandated' ? around(await sessionOf(request, reply)) : aroundNobody;

  /**
   * The names for the words of a refusal; none for a reader who is not known, or if the ledger cannot be asked for them.
   */
  const namesIn = (request: FastifyRequest): Promise<Names | undefined> =>
    officersOf(request) === undefined
      ? Promise.resolve(undefined)
      : namesFor(ledger, OPERATOR, people).catch(() => undefined);

  /** What surrounds the page of an address without a page. Only who opens an address is looked up: see {@link fromHere}. */
  const aroundMissing = async (request: FastifyRequest, reply: FastifyReply): Promise<Around> =>
    ['GET', 'HEAD'].includes(request.method) ? around(await sessionOf(request, reply)) : aroundNobody;

  // Pages accept only forms.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) =>
    done(new Refused(refuse('form_not_ours', 'The request is not a form of one of our pages.'))),
  );
  // The handler of a form with a file reads it, once it knows whose form it is.
  app.addContentTypeParser('multipart/form-data', (request, _body, done) =>
    request.routeOptions.config.takesFile ? done(null) : done(new Refused(NOT_MARKED)),
  );
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: FORM_BYTES_MAX },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body as string))),
  );
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(headers(request));
    const { keepsForm, isAsset } = request.routeOptions.config;
    const tooMany = keepsForm || isAsset ? undefined : await oneTooMany(request, reply);
    if (tooMany) throw new Refused(tooMany);
  });
  async function refused(error: FastifyError | Refused, request: FastifyRequest, reply: FastifyReply) {
    const refusal = error instanceof Refused ? error.refusal : refusalOf(error);
    const { status }: Rule = RULES[refusal.rule];
    if (status >= 500) request.log.error({ reqId: request.id, err: error }, 'page failed');
    if (status === 503 && !reply.hasHeader('retry-after')) void reply.header('retry-after', String(WAIT_SECONDS));
    // A request that was refused before the hooks of the pages still has other headers.
    return asPage(reply)
      .headers(headers(request))
      .status(status)
      .send(
        page(
          await aroundRefusal(request, reply, refusal),
          refusedPage(refusal, status >= 500 ? request.id : undefined, await namesIn(request)),
        ),
      );
  }
  app.setErrorHandler(refused);

  registerSignIn(site);
  registerSignInAgain(site);
  if (provider) registerProvider(site, provider);
  registerTasks(site);
  registerFunds(site);
  registerProposals(site);
  registerForms(site);
  registerFirstRun(site);
  registerHelp(site);
  registerAccessibility(site);
  registerQuestions(site);
  registerOverviews(site);
  registerHistory(site);
  registerCompare(site);
  registerFind(site);
  registerPartners(site);
  registerNextYear(site);

  return {
    missing: async (request, reply) =>
      asPage(reply)
        .headers(headers())
        .status(404)
        .send(missingPage(await aroundMissing(request, reply))),
    refused,
    unread: (refusal) => ({
      body: page(aroundNobody, refusedPage(refusal)).toString(),
      headers: { ...headers(), 'content-type': PAGE_TYPE },
    }),
  };
}

/**
 * How long a browser keeps an answer. Figures are not kept at all. Pages of forms are kept for their officer: a browser
 * that goes back shows them again, with what was typed, and asks anew for them in every other case. Without this it
 * cannot show an answer to a form again. They are deleted at sign-out, and when a session has ended.
 */
const KEPT_BY = { nobody: 'no-store', officer: 'private, no-cache' } as const;

/**
 * The headers of every page. It may run no script, load no style but ours, stand in no frame, and send forms only to
 * us. Some forms lead on to the identity provider, and browsers apply the rule to that address too.
 */
const headersWith = (formsLeadTo: readonly string[], isShownAgain = false) => ({
  'cache-control': isShownAgain ? KEPT_BY.officer : KEPT_BY.nobody,
  'referrer-policy': 'same-origin',
  'content-security-policy': [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self' data:",
    ["form-action 'self'", ...formsLeadTo].join(' '),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
});
