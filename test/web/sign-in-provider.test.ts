import type { FastifyInstance } from 'fastify';
import t, { type Test } from 'tap';
import { createPeople, PeopleFile } from '../../src/web/people.js';
import { createProvider } from '../../src/web/provider.js';
import { startProvider, type TestProvider } from '../support/oidc.js';
import { contribution, FUND, openedLedger } from '../support/ledger.js';
import { fieldsOf, ORIGIN, ownOnce, site } from './site.js';

/** Signing in with the organisation’s provider, against a real provider, with attacks on the way. */

/** A browser in front of the service: it keeps every cookie by its name, as browsers do. */
class Browser {
  readonly cookies = new Map<string, string>();
  readonly #app: FastifyInstance;
  readonly #provider: TestProvider;

  constructor(app: FastifyInstance, provider: TestProvider) {
    this.#app = app;
    this.#provider = provider;
  }

  async #ask(method: 'GET' | 'POST', url: string, fields?: Record<string, string>) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.#app.inject({
      method,
      url,
      headers: {
        host: '127.0.0.1:8181',
        cookie,
        ...(fields && { origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(fields && { payload: new URLSearchParams(fields).toString() }),
    });
    for (const each of [answer.headers['set-cookie'] ?? []].flat()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(each)!;
      if (value === '') this.cookies.delete(name!);
      else this.cookies.set(name!, value!);
    }
    return answer;
  }

  get(url: string) {
    return this.#ask('GET', url.replace(ORIGIN, ''));
  }

  async send(page: string, action: string, filled: Record<string, string> = {}) {
    const { body } = await this.get(page);
    return this.#ask('POST', action, { ...fieldsOf(body, action), ...filled });
  }

  /** Begins a sign-in: the address of the provider to which the officer is sent. */
  async begin(to = '/', filled: Record<string, string> = {}): Promise<URL> {
    const sent = await this.send(`/sign-in?to=${encodeURIComponent(to)}`, '/sign-in/provider', filled);
    if (sent.statusCode !== 303) throw new Error(sent.body);
    return new URL(String(sent.headers.location));
  }

  /** Signs in as a person whom the provider knows. Returns what the service answers when they come back. */
  async signIn(person: string, to = '/') {
    this.#provider.person = person;
    return this.get(await this.#provider.visit((await this.begin(to)).href));
  }
}

async function providedSite(t: Test) {
  const provider = await startProvider(t, ORIGIN);
  const ledger = await openedLedger(t, undefined, true);
  // The provider uses today’s clock.
  ledger.now(new Date(performance.timeOrigin + performance.now()).toISOString());
  const people = [
    { officer: 'county-finance', name: 'C. Finance', issuer: provider.issuer, subject: 'anna' },
    { officer: 'registrar', name: 'R. Egistrar', title: 'registrar' },
    { officer: 'nobody-any-more', name: 'N. More', issuer: provider.issuer, subject: 'norman' },
    { officer: 'county-chief', name: 'C. Chief', issuer: 'https://elsewhere.example', subject: 'zoe' },
  ];
  const once = ownOnce(t);
  const made = await site(t, ledger, {
    demonstration: false,
    publicUrl: ORIGIN,
    once,
    people,
    provider: createProvider(provider),
  });
  return { ...made, provider, browser: () => new Browser(made.app, provider) };
}

t.test('an officer signs in with their organisation’s account, and comes back to where they were', async (t) => {
  const { provider, browser } = await providedSite(t);
  const anna = browser();
  const page = await anna.get(`/sign-in?to=%2Ffunds%2F${FUND}`);
  t.match(page.body, `at ${new URL(provider.issuer).host}`);
  t.match(page.headers['content-security-policy'], `form-action 'self' ${provider.issuer};`);
  const back = await anna.signIn('anna', `/funds/${FUND}`);
  t.match([back.statusCode, back.headers.location], [303, `${ORIGIN}/funds/${FUND}`]);
  t.same([...anna.cookies.keys()], ['bcf'], 'of the sign-in nothing is left in the browser');
  t.match((await anna.get(`/funds/${FUND}`)).body, 'C. Finance');

  const out = await anna.send('/', '/sign-out');
  const ending = new URL(String(out.headers.location));
  t.equal(ending.origin, provider.issuer, 'and is signed out there too');
  t.equal(ending.searchParams.get('post_logout_redirect_uri'), `${ORIGIN}/signed-out`);
  t.equal((await anna.get('/')).headers.location, `${ORIGIN}/sign-in?to=%2F`);
});

t.test('somebody whom the ledger does not know is told whom to ask, and what to tell them', async (t) => {
  const { provider, browser } = await providedSite(t);
  const { statusCode, body } = await browser().signIn('<b>zoe</b>');
  t.match([statusCode, body], [403, 'You have no mandate in this ledger']);
  t.match(body, 'Registrars: R. Egistrar, registrar');
  t.match(body, provider.issuer);
  t.match(body, '&lt;b&gt;zoe&lt;/b&gt;');
  t.notMatch(body, '<b>zoe');
  provider.anotherBrowser();
  const zoe = browser();
  t.equal((await zoe.signIn('zoe')).statusCode, 403, 'a subject of another provider is somebody else');
  t.equal((await zoe.get('/')).statusCode, 303);
  provider.anotherBrowser();
  const norman = browser();
  t.equal((await norman.signIn('norman')).statusCode, 303);
  t.match((await norman.get('/')).body, 'not_mandated', 'who is known and holds no mandate sees nothing');
});

t.test('a sign-in is completed once, in the browser in which it was begun, within ten minutes', async (t) => {
  const { provider, browser, ledger } = await providedSite(t);
  provider.person = 'anna';
  const anna = browser();
  const back = await provider.visit((await anna.begin()).href);
  const kept = new Map(anna.cookies);
  const other = browser();
  await other.get('/sign-in');
  t.match((await other.get(back)).body, 'begun in another browser');
  t.equal((await anna.get(back)).statusCode, 303);
  t.match((await anna.get(back)).body, 'begun in another browser', 'the ticket is gone');
  for (const [name, value] of kept) anna.cookies.set(name, value);
  const again = await anna.get(back);
  t.match([again.statusCode, again.body], [401, 'has been completed already']);

  const late = browser();
  const address = await provider.visit((await late.begin()).href);
  ledger.now(new Date(ledger.clock.now() + 11 * 60_000).toISOString());
  t.match((await late.get(address)).body, 'more than ten minutes ago');
});

t.test('nothing is believed that is not what was asked for', async (t) => {
  const { provider, browser } = await providedSite(t);
  provider.person = 'anna';
  const changed = async (change: (asked: URL, back: () => Promise<URL>) => Promise<URL>) => {
    const anna = browser();
    const asked = await anna.begin();
    const back = await change(asked, async () => new URL(await provider.visit(asked.href)));
    const answer = await anna.get(back.href);
    t.equal((await anna.get('/')).statusCode, 303, 'nobody is signed in');
    return answer;
  };
  const cases: readonly (readonly [name: string, change: Parameters<typeof changed>[0], says: RegExp])[] = [
    [
      'another state',
      async (_, back) => {
        const url = await back();
        url.searchParams.set('state', 'a'.repeat(43));
        return url;
      },
      /another browser/,
    ],
    [
      'no state',
      async (_, back) => {
        const url = await back();
        url.searchParams.delete('state');
        return url;
      },
      /another browser/,
    ],
    [
      'a state like the one that was begun',
      async (_, back) => {
        const url = await back();
        url.searchParams.set('state', `${url.searchParams.get('state')!.slice(0, 20)}${'a'.repeat(23)}`);
        return url;
      },
      /another browser/,
    ],
    [
      'another nonce',
      async (asked, back) => {
        asked.searchParams.set('nonce', 'another');
        return back();
      },
      /is not accepted: unexpected JWT claim value/,
    ],
    [
      'another verifier',
      async (asked, back) => {
        asked.searchParams.set('code_challenge', 'a'.repeat(43));
        return back();
      },
      /The identity provider says: grant request is invalid/,
    ],
    [
      'another issuer',
      async (_, back) => {
        const url = await back();
        url.searchParams.set('iss', 'https://evil.example');
        return url;
      },
      /is not accepted: invalid response encountered/,
    ],
    [
      'a made-up code',
      async (_, back) => {
        const url = await back();
        url.searchParams.set('code', 'made-up');
        return url;
      },
      /The identity provider says/,
    ],
    [
      'a sign-in that was given up',
      async (_, back) => {
        provider.anotherBrowser();
        provider.person = undefined;
        return back();
      },
      /The identity provider says: The person has given the sign-in up/,
    ],
  ];
  for (const [name, change, says] of cases) {
    const { statusCode, body } = await changed(change);
    t.match([statusCode, body], [401, says], name);
    t.match(body, 'Rule: sign_in_not_good', name);
  }
});

t.test(
  'a sign-in leads to a place of this service, ends the session before it, and begins at a page of ours',
  async (t) => {
    const { provider, browser, app } = await providedSite(t);
    for (const to of ['https://evil.example', '//evil.example', '/\\evil.example']) {
      const anna = browser();
      provider.person = 'anna';
      const asked = await anna.begin('/', { to });
      const before = anna.cookies.get('bcf');
      const back = await anna.get(await provider.visit(asked.href));
      t.equal(back.headers.location, `${ORIGIN}/`, to);
      t.not(anna.cookies.get('bcf'), before);
      const attacker = browser();
      attacker.cookies.set('bcf', before!);
      t.equal((await attacker.get('/')).statusCode, 303, 'the session from before is nobody’s');
    }
    const foreign = await app.inject({
      method: 'POST',
      url: '/sign-in/provider',
      headers: { host: '127.0.0.1:8181', origin: 'https://evil.example' },
    });
    t.equal(foreign.statusCode, 403);
    const many = browser();
    for (let begun = 0; begun < 8; begun++) await many.begin();
    t.equal([...many.cookies.keys()].filter((name) => name.startsWith('bcf-sign-in-')).length, 5);
  },
);

t.test('to sign, the provider asks anew who the officer is, however long they are signed in there', async (t) => {
  const { provider, browser, ledger } = await providedSite(t);
  const { outcome } = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: { type: 'ContributionAgreed', data: contribution() as never },
  });
  const address = `/proposals/${outcome.proposal!}`;
  const anna = browser();
  await anna.signIn('anna');
  t.equal(provider.asked(), 1);
  const asked = await anna.send(address, `${address}/sign`);
  const again = `/sign-in/again?to=${encodeURIComponent(address)}`;
  t.equal(asked.headers.location, `${ORIGIN}${again}`, 'the provider has not said when she signed in there');
  const sent = await anna.send(again, '/sign-in/provider');
  const there = new URL(String(sent.headers.location));
  t.match([there.searchParams.get('prompt'), there.searchParams.get('max_age')], ['login', '1800']);
  const back = await anna.get(await provider.visit(there.href));
  t.equal(provider.asked(), 2);
  t.equal(back.headers.location, `${ORIGIN}${address}`);
  const signed = await anna.send(address, `${address}/sign`);
  t.equal(signed.headers.location, `${ORIGIN}${address}`);
  t.match((await anna.get(address)).body, 'Recorded on');

  // This provider ignores the request for a recent sign-in, and does not say when she signed in.
  for (const minutes of [16, 16]) {
    ledger.now(new Date(ledger.clock.now() + minutes * 60_000).toISOString());
    await anna.get('/');
  }
  const begun = await anna.send(again, '/sign-in/provider');
  const asOne = new URL(String(begun.headers.location));
  asOne.searchParams.delete('max_age');
  asOne.searchParams.delete('prompt');
  const refused = await anna.get(await provider.visit(asOne.href));
  t.match([refused.statusCode, refused.body], [401, /is not accepted/]);
});

t.test('where the provider does not answer, it is said, and pages go on', async (t) => {
  const { provider, browser } = await providedSite(t);
  const anna = browser();
  provider.person = 'anna';
  const waiting = await provider.visit((await anna.begin()).href);
  const other = browser();
  await provider.close();
  const unanswered = await anna.get(waiting);
  t.match([unanswered.statusCode, unanswered.body], [503, /provider_unavailable/]);
  t.equal((await other.send('/sign-in', '/sign-in/provider')).statusCode, 303, 'what is known of it is kept');
  const cold = await site(t, undefined, {
    demonstration: false,
    publicUrl: ORIGIN,
    provider: createProvider(provider),
  });
  const visitor = new Browser(cold.app, provider);
  const sent = await visitor.send('/sign-in', '/sign-in/provider');
  t.match([sent.statusCode, sent.body], [503, 'does not answer']);
  t.equal((await visitor.get('/signed-out')).statusCode, 200);
});

t.test('the file of people names each officer once, and each person once', async (t) => {
  const anna = { officer: 'anna', name: 'A.', issuer: 'https://id.example', subject: '1' };
  const wrong: readonly (readonly [people: unknown, says: RegExp])[] = [
    [[anna, anna], /each officer once.*another officer has this one/s],
    [[anna, { ...anna, officer: 'other' }], /a subject of its own/],
    [[{ officer: 'anna', name: 'A.', subject: '1' }], /an issuer and a subject, or neither/],
    [[{ officer: 'ledger-service', name: 'A.' }], /is the service itself/],
  ];
  for (const [people, says] of wrong) t.match(PeopleFile.safeParse(people).error?.message, says);
  const { officerBy } = createPeople(PeopleFile.parse([anna, { officer: 'other', name: 'O.' }]));
  t.equal(officerBy({ issuer: 'https://id.example', subject: '1' }), 'anna');
  t.equal(officerBy({ issuer: 'https://id.example/', subject: '1' }), undefined);
});
