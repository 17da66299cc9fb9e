import {
  allowInsecureRequests,
  AuthorizationResponseError,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  ClientError,
  discovery,
  enableNonRepudiationChecks,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  ResponseBodyError,
  type Configuration,
} from 'openid-client';
import { refuse } from '../domain/rules.js';
import { Refused } from './refused.js';

/**
 * The organisation’s identity provider, as a client of OpenID Connect asks it: by the code flow with PKCE, and by nothing
 * else. Of what it says only who somebody is and when they signed in there is used; its tokens are kept nowhere.
 */
export interface ProviderOptions {
  readonly issuer: string;
  readonly clientId: string;
  /** Left out, the service is a public client: PKCE alone ties a code to it. */
  readonly clientSecret?: string | undefined;
}

/** What is kept of a sign-in until the provider sends the officer back. */
export interface Begun {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** How old the sign-in may be, in seconds, where it must be a fresh one. */
  readonly maxAge?: number | undefined;
}

export interface Provider {
  readonly issuer: string;
  /** Where pages’ forms may lead, by way of our own addresses: the origins of the provider. */
  origins(): readonly string[];
  /**
   * Begins a sign-in: where to send the officer, and what to keep. A fresh one has the provider ask them anew who they are.
   * Throws {@link Refused} where the provider does not answer.
   */
  begin(callback: string, maxAge?: number): Promise<{ readonly address: string; readonly begun: Begun }>;
  /**
   * Completes a sign-in, by the address at which the officer came back. `shown` is when they showed who they are, in
   * milliseconds; undefined where the provider does not say. Throws {@link Refused} where anything is not as it must be.
   */
  finish(address: URL, begun: Begun): Promise<{ readonly subject: string; readonly shown: number | undefined }>;
  /** Where the officer’s session at the provider ends; undefined where it has no such address, or does not answer. */
  ending(returnTo: string): Promise<string | undefined>;
}

const TIMEOUT_SECONDS = 5;

/** How the client says that it was given no answer, or none of a provider. */
const NO_ANSWER: ReadonlySet<string | undefined> = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
]);

/** What is wrong with a sign-in, as an officer reads it. */
function refusalOf(error: unknown): Refused {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const { error: code, error_description: words = code } = error;
    return new Refused(refuse('sign_in_not_good', `The identity provider says: ${words.slice(0, 200)}.`));
  }
  const { message } = error as Error;
  if (error instanceof ClientError && !NO_ANSWER.has(error.code))
    return new Refused(refuse('sign_in_not_good', `What the identity provider sent is not accepted: ${message}.`));
  return new Refused(refuse('provider_unavailable', `The identity provider does not answer: ${message}.`));
}

/** Asks nothing before somebody signs in, or `origins` is needed: the service starts without its provider. */
export function createProvider({ issuer, clientId, clientSecret }: ProviderOptions): Provider {
  // Settings take http:// on this machine only.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- it is marked so to stand out
  const insecure = issuer.startsWith('http:') ? [allowInsecureRequests] : [];
  let known: Configuration | undefined;
  let asked: Promise<Configuration> | undefined;

  async function found(): Promise<Configuration> {
    asked ??= discovery(new URL(issuer), clientId, clientSecret, clientSecret === undefined ? None() : undefined, {
      // The signature of what is said is held to the provider’s keys, beside the connection over which it came.
      execute: [...insecure, enableNonRepudiationChecks],
      timeout: TIMEOUT_SECONDS,
    });
    try {
      return (known = await asked);
    } catch (error) {
      throw new Refused(
        refuse('provider_unavailable', `${new URL(issuer).host} does not answer: ${(error as Error).message}.`),
      );
    } finally {
      asked = undefined;
    }
  }

  const configured = async (): Promise<Configuration> => known ?? found();

  return {
    issuer,
    origins() {
      const { authorization_endpoint: begins, end_session_endpoint: ends } = known?.serverMetadata() ?? {};
      return [...new Set([issuer, begins, ends].flatMap((each) => (each === undefined ? [] : [new URL(each).origin])))];
    },
    async begin(callback, maxAge) {
      const configuration = await configured();
      const begun = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier(), maxAge };
      const address = buildAuthorizationUrl(configuration, {
        redirect_uri: callback,
        scope: 'openid',
        state: begun.state,
        nonce: begun.nonce,
        code_challenge: await calculatePKCECodeChallenge(begun.verifier),
        code_challenge_method: 'S256',
        ...(maxAge !== undefined && { prompt: 'login', max_age: String(maxAge) }),
      });
      return { address: address.href, begun };
    },
    async finish(address, { state, nonce, verifier, maxAge }) {
      const configuration = await configured();
      try {
        const answer = await authorizationCodeGrant(configuration, address, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          ...(maxAge !== undefined && { maxAge }),
        });
        const { sub: subject, auth_time: at } = answer.claims()!;
        return { subject, shown: at === undefined ? undefined : at * 1000 };
      } catch (error) {
        throw refusalOf(error);
      }
    },
    async ending(returnTo) {
      const configuration = await configured().catch(() => undefined);
      if (configuration?.serverMetadata().end_session_endpoint === undefined) return undefined;
      return buildEndSessionUrl(configuration, { post_logout_redirect_uri: returnTo }).href;
    },
  };
}
