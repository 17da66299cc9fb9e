import { randomBytes } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import type { Test } from 'tap';
import { linkReader, localKey } from '../../src/http/sign-in.js';
import type { OnceStore } from '../../src/store/once-store.js';
import type { PagesOptions } from '../../src/web/site.js';
import { openSqliteOnceStore } from '../../src/store/sqlite/once-store.js';
import { service } from '../http/support.js';
import { folder, openedLedger, type TestLedger } from '../support/ledger.js';

/**
 * The pages on a test ledger, used as by a browser without scripts, which keeps its cookie and sends what forms hold.
 */
export interface Visitor {
  get(path: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  /** Sends the form of a page that has one for this address, filled in. */
  send(
    page: LightMyRequestResponse,
    action: string,
    filled?: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>;
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  signIn(officer: string): Promise<Visitor>;
  cookie: string;
}

export const ORIGIN = 'http://127.0.0.1:8181';

/** The values of a form’s hidden fields. */
export function fieldsOf(body: string, action: string): Record<string, string> {
  const form = body.split('<form').find((each) => each.includes(`action="${action}"`));
  if (form === undefined) throw new Error(`There is no form for ${action}.`);
  const [own = ''] = form.split('</form>');
  return Object.fromEntries(
    [...own.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]),
  );
}

export function ownOnce(t: Test): OnceStore {
  const once = openSqliteOnceStore(`${folder(t)}/once`);
  t.teardown(() => once.close());
  return once;
}

/** Settings of the site that differ from most tests. */
interface Otherwise {
  readonly demonstration?: boolean;
  readonly publicUrl?: string;
  readonly once?: OnceStore;
  readonly firstRunCode?: string;
  readonly people?: PagesOptions['people'];
  readonly provider?: PagesOptions['provider'];
  readonly documents?: PagesOptions['documents'];
  readonly documentsOfDisputes?: boolean;
}

const PEOPLE = [
  { officer: 'county-chief', name: 'C. Chief', title: 'director of finance' },
  { officer: 'south-ccg-chief', name: 'S. South' },
];

export async function site(
  t: Test,
  given?: TestLedger,
  { demonstration = true, publicUrl, once = ownOnce(t), firstRunCode, people = PEOPLE, ...more }: Otherwise = {},
) {
  const ledger = given ?? (await openedLedger(t, undefined, true));
  const path = folder(t);
  const key = await localKey(`${path}/key.json`);
  const { app } = await service(
    t,
    {
      demonstration,
      pages: {
        publicUrl,
        sessionKeys: [randomBytes(32)],
        once,
        firstRunCode,
        people,
        ...more,
        freshMs: 30 * 60_000,
        readLink: linkReader(key, ledger.clock),
      },
    },
    ledger,
  );

  let visitors = 0;
  const visitor = (): Visitor => {
    // Each visitor has an address of its own, so that one visitor’s requests do not count against another’s limit.
    const remoteAddress = `10.0.0.${++visitors}`;
    const self: Visitor = {
      cookie: '',
      async get(url, headers = {}) {
        const answer = await app.inject({
          method: 'GET',
          remoteAddress,
          url,
          headers: { host: '127.0.0.1:8181', cookie: self.cookie, ...headers },
        });
        return kept(answer);
      },
      async post(url, fields, headers = {}) {
        const answer = await app.inject({
          method: 'POST',
          remoteAddress,
          url,
          headers: {
            host: '127.0.0.1:8181',
            cookie: self.cookie,
            origin: publicUrl ?? ORIGIN,
            'content-type': 'application/x-www-form-urlencoded',
            ...headers,
          },
          payload: new URLSearchParams(fields).toString(),
        });
        return kept(answer);
      },
      send: (page, action, filled = {}, headers = {}) =>
        self.post(action, { ...fieldsOf(page.body, action), ...filled }, headers),
      async signIn(officer) {
        await self.send(await self.get('/sign-in'), '/sign-in', { officer });
        return self;
      },
    };
    const kept = (answer: LightMyRequestResponse): LightMyRequestResponse => {
      const set = answer.headers['set-cookie'];
      const last = Array.isArray(set) ? set.at(-1) : set;
      if (last !== undefined) self.cookie = last.split(';')[0]!;
      return answer;
    };
    return self;
  };
  return { app, ledger, key, visitor };
}
