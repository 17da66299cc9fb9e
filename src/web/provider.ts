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
 * The organisation’s identity provider, as an OpenID Connect client asks it, only by the code flow with PKCE. The
 * service uses who somebody is and when they signed in. It keeps none of the provider’s tokens.
 */
export interface ProviderOptions {
  readonly issuer: string;
  readonly clientId: string;
  /** Without it, the service is a public client, and only PKCE ties a code to it. */
  readonly clientSecret?: string | undefined;
}

/** What is kept of a sign-in until the officer returns from the provider. */
export interface Begun {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** How old the sign-in may be, in seconds, if it must be recent. */
  readonly maxAge?: number | undefined;
}

export interface Provider {
  readonly issuer: string;
  /** The origins of the provider. Forms of our pages may be redirected to them. */
  origins(): readonly string[];
  /**
   * Begins a sign-in. Resolves to the address to which the officer is sent, and to what must be kept. For a recent
   * sign-in the provider asks the officer again who they are. Throws {@link Refused} if the provider does not answer.
   */
  begin(callback: string, maxAge?: number): Promise<{ readonly address: string; readonly begun: Begun }>;
  /**
   * Completes a sign-in, from the address at which the officer returned. `shown` is when they showed who they are, in
   * milliseconds since 1970; undefined if the provider does not say. Throws {@link Refused} if any check fails.
   */
  finish(address: URL, begun: Begun): Promise<{ readonly subject: string; readonly shown: number | undefined }>;
  /**
   * The address at which the officer’s session with the provider ends; undefined if the provider has none, or does not
   * answer.
   */
  ending(returnTo: string): Promise<string | undefined>;
}

const TIMEOUT_SECONDS = 5;

/** The client’s error codes for no answer, or for an answer that is not a provider’s. */
const NO_ANSWER: ReadonlySet<string | undefined> = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
]);

/** What is wrong with a sign-in, in words for an officer. */
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

/**
 * Asks the provider only when somebody signs in, or when `origins` is needed, so the service can start while its
 * provider is down.
 */
export function createProvider({ issuer, clientId, clientSecret }: ProviderOptions): Provider {
  // Settings allow http:// only on this machine.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- it is marked so to stand out
  const insecure = issuer.startsWith('http:') ? [allowInsecureRequests] : [];
  let known: Configuration | undefined;
  let asked: Promise<Configuration> | undefined;

  async function found(): Promise<Configuration> {
    asked ??= discovery(new URL(issuer), clientId, clientSecret, clientSecret === undefined ? None() : undefined, {
      // The signature of each token is checked against the provider’s keys, in addition to the TLS connection.
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
