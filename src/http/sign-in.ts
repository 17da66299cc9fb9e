import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  createRemoteJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  jwtVerify,
  SignJWT,
  type JWK,
  type JWTVerifyGetKey,
} from 'jose';
import { z } from 'zod';
import { SERVICE } from '../domain/grammar/mandate.js';
import { refuse, Refusal } from '../domain/rules.js';
import { systemClock, type Clock } from '../ledger/clock.js';
import { madeOnce } from './made-once.js';

/**
 * Says who somebody is. A token never says what they may do: the register says that, for the day.
 *
 * A token is a JWT of the organisation's own identity provider (by JWKS). At a small site it is one issued with the
 * ledger's own key. Demonstration identities are accepted only if the service was started for a demonstration.
 */
export interface SignedIn {
  readonly officer: string;
  /** How the name was established. It is recorded with every event. */
  readonly by: string;
  /** The instant at which the token ends; undefined for a demonstration. */
  readonly until?: number;
}

/** Who asks; undefined for a probe, or if signing in failed. */
export const signedInOf = ({ signedIn }: { readonly signedIn: SignedIn | null }): SignedIn | undefined =>
  signedIn ?? undefined;

/** Answers without a promise if no check takes time. */
export type SignIn = (authorization: string | undefined) => SignedIn | Refusal | Promise<SignedIn | Refusal>;

interface IdentityProvider {
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** The claim that holds the officer's identifier in the register. */
  readonly claim: string;
}

interface SignInOptions {
  readonly provider?: IdentityProvider | undefined;
  readonly localKey?: JWK | undefined;
  readonly demonstration: boolean;
  readonly clock?: Clock;
}

const LOCAL = 'bcf-ledger';
const LOCAL_ALGORITHM = 'EdDSA';
const PROVIDER_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
/** The types of tokens that identify the asker (RFC 9068, RFC 7519), in lower case. */
const TYPES: ReadonlySet<string | undefined> = new Set(['at+jwt', 'application/at+jwt', 'jwt']);
/** The service records acts under this name, so nobody may sign in with it. */
const NOBODY = `${SERVICE} is the service itself, and nobody signs in as it`;
const CLOCK_TOLERANCE_SECONDS = 30;
/**
 * Checking a signature costs more than most answers. A found signature is trusted for this long, so that a withdrawn
 * key is soon noticed.
 */
const CHECKED_AGAIN_MS = 60_000;
const TOKENS_KEPT_MAX = 1_000;

export async function createSignIn(options: SignInOptions): Promise<SignIn> {
  const { provider, localKey, demonstration, clock = systemClock } = options;
  const checks: ((token: string) => Promise<CheckedToken>)[] = [];
  if (localKey) {
    const key = await importJWK({ ...localKey, d: undefined }, LOCAL_ALGORITHM);
    checks.push(verifier(() => key, LOCAL, LOCAL, [LOCAL_ALGORITHM], 'sub', 'local-key', clock));
  }
  if (provider) {
    const { jwksUrl, issuer, audience, claim } = provider;
    const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: 5_000 });
    checks.push(verifier(keys, issuer, audience, PROVIDER_ALGORITHMS, claim, `jwks ${issuer}`, clock));
  }
  const checked = createChecked(clock);
  async function verified(token: string): Promise<SignedIn | Refusal> {
    let why = 'no way of signing in is configured';
    for (const check of checks) {
      try {
        return checked.keep(token, await check(token));
      } catch (error) {
        why = (error as Error).message;
      }
    }
    return refuse('sign_in_refused', `The token is not accepted: ${why}.`);
  }
  return (authorization) => {
    const [scheme, token, ...rest] = authorization?.split(' ') ?? [];
    if (!scheme) return refuse('not_signed_in', 'The request carries no Authorization header.');
    if (!token || rest.length > 0)
      return refuse('sign_in_refused', 'The Authorization header is not a scheme and a token.');
    if (demonstration && scheme.toLowerCase() === 'demonstration') {
      return token === SERVICE
        ? refuse('sign_in_refused', `The name is not accepted: ${NOBODY}.`)
        : { officer: token, by: 'demonstration' };
    }
    if (scheme.toLowerCase() !== 'bearer')
      return refuse('sign_in_refused', `The scheme "${scheme}" is not accepted here.`);
    return checked.find(token) ?? verified(token);
  };
}

/** Tokens whose signature was checked a moment ago. A token is never accepted after its own end. */
function createChecked(clock: Clock) {
  const kept = new Map<string, { readonly signedIn: SignedIn; readonly until: number }>();
  return {
    find(token: string): SignedIn | undefined {
      const found = kept.get(token);
      return found && clock.now() < found.until ? found.signedIn : undefined;
    },
    keep(token: string, signedIn: CheckedToken): SignedIn {
      if (kept.size >= TOKENS_KEPT_MAX) kept.clear();
      kept.set(token, { signedIn, until: Math.min(signedIn.until, clock.now() + CHECKED_AGAIN_MS) });
      return signedIn;
    },
  };
}

/** Who somebody is by a token. A token always ends. */
type CheckedToken = SignedIn & Required<Pick<SignedIn, 'until'>>;

function verifier(
  key: JWTVerifyGetKey,
  issuer: string,
  audience: string,
  algorithms: string[],
  claim: string,
  by: string,
  clock: Clock,
): (token: string) => Promise<CheckedToken> {
  return async (token) => {
    const { payload, protectedHeader } = await jwtVerify(token, key, {
      issuer,
      audience,
      algorithms,
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(clock.now()),
    });
    if (!TYPES.has(protectedHeader.typ?.toLowerCase())) {
      throw new Error(`its type is "${protectedHeader.typ!}", where at+jwt or JWT is needed`);
    }
    // Providers sign other tokens with the same keys, and some give those no type of their own.
    if ('events' in payload) throw new Error('it reports an event, such as signing out, and cannot be used to sign in');
    const officer = payload[claim];
    if (typeof officer !== 'string') throw new Error(`it has no "${claim}"`);
    if (officer === SERVICE) throw new Error(NOBODY);
    return { officer, by, until: payload.exp! * 1000 };
  };
}

const Part = z.string().regex(/^[\w-]{43}$/);
const LocalKey = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: Part, d: Part });

/** The key in the text of a file; undefined if the text is no key. The text is never repeated in an error. */
function keyIn(text: string): JWK | undefined {
  try {
    return LocalKey.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * The key in a file; undefined if the file does not exist. Throws an error with a sentence for the operator if the file
 * cannot be read as a key.
 */
function keyOf(file: string): JWK | undefined {
  try {
    const key = keyIn(readFileSync(file, 'utf8'));
    if (key) return key;
    throw new Error(
      `The key file ${file} cannot be read as a key: it must be the JSON of an Ed25519 key, as this program writes it. Put a copy of it back, or move it away: a new key is made then, and tokens signed with the old one are no longer accepted.`,
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code !== 'ENOENT') throw new Error(`The key file ${file} cannot be read: ${code}.`, { cause: error });
    return undefined;
  }
}

/**
 * Reads the ledger's own key. On first use it makes the key, in a file that only its owner can read. If two processes
 * make it at the same moment, both use the same key.
 */
export async function localKey(file: string): Promise<JWK> {
  const there = keyOf(file);
  if (there) return there;
  const { privateKey } = await generateKeyPair(LOCAL_ALGORITHM, { extractable: true });
  madeOnce(file, `${JSON.stringify(await exportJWK(privateKey))}\n`);
  return keyOf(file)!;
}

const LINK_AUDIENCE = 'bcf-ledger-pages';
const LINK_TYPE = 'sign-in-link+jwt';
const LINK_SECONDS = 600;

/**
 * The token of a sign-in link, valid for ten minutes. It can only begin a session of the pages, because its audience is
 * another than that of the API.
 */
export async function issueSignInLink(key: JWK, officer: string, nowSeconds: number): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: LOCAL_ALGORITHM, typ: LINK_TYPE })
    .setSubject(officer)
    .setIssuer(LOCAL)
    .setAudience(LINK_AUDIENCE)
    .setJti(randomUUID())
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + LINK_SECONDS)
    .sign(await importJWK(key, LOCAL_ALGORITHM));
}

/** Reads the token of a link. Rejects a token that is not a link’s, was not made with this key, or has expired. */
export function linkReader(key: JWK, clock: Clock = systemClock) {
  return async (token: string): Promise<{ readonly officer: string; readonly id: string }> => {
    const { payload } = await jwtVerify(token, await importJWK({ ...key, d: undefined }, LOCAL_ALGORITHM), {
      issuer: LOCAL,
      audience: LINK_AUDIENCE,
      typ: LINK_TYPE,
      algorithms: [LOCAL_ALGORITHM],
      requiredClaims: ['exp', 'jti', 'sub'],
      currentDate: new Date(clock.now()),
    });
    return { officer: payload.sub!, id: payload.jti! };
  };
}

/**
 * Issues a token for an officer, signed with the ledger's own key. It says who they are; it does not say what they may
 * do.
 */
export async function issueToken(key: JWK, officer: string, hours: number, nowSeconds: number): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: LOCAL_ALGORITHM, typ: 'JWT' })
    .setSubject(officer)
    .setIssuer(LOCAL)
    .setAudience(LOCAL)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + hours * 3600)
    .sign(await importJWK(key, LOCAL_ALGORITHM));
}
