import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { createSeal } from './seal.js';

/**
 * Seals who is signed in into a cookie (AES-256-GCM). The service keeps no session itself, and only a holder of a key
 * can read or make one. The first key seals and every key opens, so keys can be changed while officers stay signed in.
 */
export const IDLE_MS_MAX = 30 * 60_000;
export const SESSION_MS_MAX = 8 * 3_600_000;

const Session = z.strictObject({
  id: z.string(),
  /** The officer; undefined in a session before sign-in, which protects forms. */
  officer: z.string().optional(),
  /** How the officer’s identity was established. It is recorded with every event. */
  by: z.string().optional(),
  /**
   * When the officer last showed who they are, in milliseconds since 1970. With a provider this may be before the
   * session began.
   */
  shown: z.int().optional(),
  /** The page to which the officer returns after signing in again, if they were sent to sign in. */
  back: z.string().optional(),
  /** When the session began, and when it was last used, in milliseconds since 1970. */
  since: z.int(),
  seen: z.int(),
});

export type Session = z.output<typeof Session>;
/** A session of a signed-in officer. */
export type OfficersSession = Session & SignedIn;

/** Who has signed in, how, and when they showed who they are, in milliseconds since 1970. */
export type SignedIn = Required<Pick<Session, 'officer' | 'by' | 'shown'>>;

const MASK_BYTES = 32;

export interface Sessions {
  /** Begins a session, of an officer or of nobody. Its identifier is always new. */
  begin(now: number, signedIn?: SignedIn): Session;
  seal(session: Session): string;
  /** The session in a cookie; undefined if it was not sealed here, was idle for too long, or is too old. */
  open(cookie: string | undefined, now: number): Session | undefined;
  /**
   * A token for a form of a session. Each token is a new text, so that the size of a compressed page tells nothing
   * about it.
   */
  token(session: Pick<Session, 'id'>): string;
  isToken(session: Pick<Session, 'id'>, token: unknown): boolean;
}

/** Marks an officer’s draft in place of a session, because a draft may outlive the session in which it began. */
export const draftsOf = (officer: string): Pick<Session, 'id'> => ({ id: `drafts of ${officer}` });

/** @param keys 32 bytes each; the first seals */
export function createSessions(keys: readonly Buffer[]): Sessions {
  const sealed = createSeal(keys, 'session');
  const derived = keys.map((key) => Buffer.from(hkdfSync('sha256', key, '', 'form token', 32)));
  const [newest] = derived as [Buffer];
  const macOf = (key: Buffer, { id }: Pick<Session, 'id'>): Buffer => createHmac('sha256', key).update(id).digest();

  return {
    begin: (now, signedIn) => ({ id: randomBytes(16).toString('base64url'), ...signedIn, since: now, seen: now }),
    seal: (session) => sealed.seal(Buffer.from(JSON.stringify(session))),
    open(cookie, now) {
      const text = sealed.open(cookie);
      // A cookie of an earlier program may have other fields. Its holder signs in again.
      const session = text === undefined ? undefined : Session.safeParse(JSON.parse(text.toString())).data;
      if (!session || now - session.seen > IDLE_MS_MAX || now - session.since > SESSION_MS_MAX) return undefined;
      return session;
    },
    token(session) {
      const mask = randomBytes(MASK_BYTES);
      const mac = macOf(newest, session);
      return Buffer.concat([mask, mac.map((byte, index) => byte ^ mask[index]!)]).toString('base64url');
    },
    isToken(session, token) {
      if (typeof token !== 'string') return false;
      const sent = Buffer.from(token, 'base64url');
      if (sent.length !== 2 * MASK_BYTES) return false;
      const mask = sent.subarray(0, MASK_BYTES);
      const mac = sent.subarray(MASK_BYTES).map((byte, index) => byte ^ mask[index]!);
      return derived.some((key) => timingSafeEqual(mac, macOf(key, session)));
    },
  };
}
