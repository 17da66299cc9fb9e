import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';
import type { Provider as OidcProvider } from 'oidc-provider';

/** A real identity provider on this machine, and a browser for it. Whoever is asked to sign in is `person`. */
export interface TestProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The person at the browser: the subject as whom they sign in. If undefined, the sign-in is given up. */
  person: string | undefined;
  /** How often somebody was asked who they are. */
  asked(): number;
  /** Opens an address of the provider in the browser, and signs in. Returns where the provider sends it in the end. */
  visit(address: string): Promise<string>;
  /** Forgets who is signed in at the provider, as another browser would. */
  anotherBrowser(): void;
  close(): Promise<void>;
}

const CLIENT = { clientId: 'bcf-ledger', clientSecret: 'only for tests' };

/** Suppresses the provider’s warnings about settings that are only fit for a test. */
async function silently<T>(act: () => Promise<T>): Promise<T> {
  const { info, warn } = console;
  Object.assign(console, { info: () => undefined, warn: () => undefined });
  try {
    return await act();
  } finally {
    Object.assign(console, { info, warn });
  }
}

/** @param at the address of the service for browsers */
export async function startProvider(t: Test, at: string): Promise<TestProvider> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let cookies = new Map<string, string>();
  let asked = 0;

  const configuration = {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        token_endpoint_auth_method: 'client_secret_post',
        redirect_uris: [`${at}/sign-in/callback`],
        post_logout_redirect_uris: [`${at}/signed-out`],
      },
    ],
    features: { devInteractions: { enabled: false } },
    interactions: { url: () => '/who' },
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    // Nobody is asked for consent that the ledger may know who they are.
    async loadExistingGrant({ oidc }: { oidc: { session: { accountId: string }; client: { clientId: string } } }) {
      const grant = new provider.Grant({ accountId: oidc.session.accountId, clientId: oidc.client.clientId });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
    cookies: { keys: ['tests'] },
    ttl: { Session: 3600, Interaction: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
  };
  const provider: OidcProvider = await silently(async () => {
    const { Provider } = await import('oidc-provider');
    return new Provider(issuer, configuration);
  });
  const answer = provider.callback();

  async function answered(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url !== '/who') {
      answer(request, response);
      return;
    }
    asked++;
    const result =
      own.person === undefined
        ? { error: 'access_denied', error_description: 'The person has given the sign-in up' }
        : { login: { accountId: own.person } };
    return provider.interactionFinished(request, response, result);
  }
  server.on('request', (request, response) => void answered(request, response));

  const own: TestProvider = {
    issuer,
    ...CLIENT,
    person: undefined,
    asked: () => asked,
    async visit(address) {
      for (let at = address; ;) {
        if (!at.startsWith(`${issuer}/`)) return at;
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
        const response = await fetch(at, { redirect: 'manual', headers: { cookie } });
        for (const each of response.headers.getSetCookie()) {
          const [, name, value] = /^([^=]+)=([^;]*)/.exec(each)!;
          if (value === '') cookies.delete(name!);
          else cookies.set(name!, value!);
        }
        const next = response.headers.get('location');
        if (next === null) throw new Error(`${at} leads nowhere: ${response.status} ${await response.text()}`);
        at = new URL(next, at).href;
      }
    },
    anotherBrowser() {
      cookies = new Map();
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  t.teardown(() => (server.listening ? own.close() : undefined));
  return own;
}
