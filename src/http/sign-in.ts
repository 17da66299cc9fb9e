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
 * Who somebody is. What they may do is never in a token: it comes from the register, on the day.
 * A token is a JWT of the organisation's own identity provider (by JWKS), or, at a small site, one issued with the
 * ledger's own key. Demonstration identities exist only where the service has been started for them.
 */
export interface SignedIn {
  readonly officer: string;
  /** How it is known: recorded with every event. */
  readonly by: string;
  /** The instant at which the token ends; none for a demonstration's. */
  readonly until?: number;
}

/** Who asks; nobody where a probe does, or where signing in failed. */
export const signedInOf = ({ signedIn }: { readonly signedIn: SignedIn | null }): SignedIn | undefined =>
  signedIn ?? undefined;

/** At once, where nothing has to be checked that takes time. */
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
/** The types of tokens that say who asks (RFC 9068, RFC 7519), in lower case. */
const TYPES: ReadonlySet<string | undefined> = new Set(['at+jwt', 'application/at+jwt', 'jwt']);
/** Whoever could sign in under the service’s name would be taken for it in what is recorded. */
const NOBODY = `${SERVICE} is the service itself, and nobody signs in as it`;
const CLOCK_TOLERANCE_SECONDS = 30;
/** A signature costs more to check than most questions to answer. It is checked anew in time for a key that was taken back. */
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

/** Tokens whose signature was found right a moment ago. None is taken past its own end. */
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

/** Who somebody is by a token, which always ends. */
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
    // Providers sign other tokens with the same keys, and not all of them give those a type of their own.
    if ('events' in payload) throw new Error('it tells of an event, such as signing out, and signs nobody in');
    const officer = payload[claim];
    if (typeof officer !== 'string') throw new Error(`it has no "${claim}"`);
    if (officer === SERVICE) throw new Error(NOBODY);
    return { officer, by, until: payload.exp! * 1000 };
  };
}

const Part = z.string().regex(/^[\w-]{43}$/);
const LocalKey = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: Part, d: Part });

/** A key as it is in its file; nothing where the text is none. What the text says is repeated nowhere. */
function keyIn(text: string): JWK | undefined {
  try {
    return LocalKey.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The key in a file; nothing where there is no file. Throws, in words, where it cannot be read as a key. */
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

/** Reads the ledger's own key, making it on first use, readable by its owner alone. Who makes it at the same moment shares it. */
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

/** A link’s token: for pages, for ten minutes. It opens nothing but a session, since it is meant for another audience. */
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

/** Reads a link’s token. Rejects one that is not a link’s, was not made here, or whose time is over. */
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

/** Issues a token for an officer, signed with the ledger's own key. It says who they are, and nothing of what they may do. */
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
