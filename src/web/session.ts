import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { createSeal } from './seal.js';

/**
 * Who is signed in, sealed into a cookie (AES-256-GCM): nothing of it is kept at the service, and nobody without a key can
 * read or make one. The first key seals, and every key opens, so that keys can be changed without signing anybody out.
 */
export const IDLE_MS_MAX = 30 * 60_000;
export const SESSION_MS_MAX = 8 * 3_600_000;

const Session = z.strictObject({
  id: z.string(),
  /** Who signed in; nobody yet, where a form is only about to be shown. */
  officer: z.string().optional(),
  /** How they are known: recorded with every event. */
  by: z.string().optional(),
  /** When they last showed who they are, in milliseconds: with a provider that may be before this session. */
  shown: z.int().optional(),
  /** Where the officer goes on once they have signed in again, where they were sent to. */
  back: z.string().optional(),
  /** When the session began, and when it was last used, in milliseconds. */
  since: z.int(),
  seen: z.int(),
});

export type Session = z.output<typeof Session>;
/** A session of somebody who has signed in. */
export type OfficersSession = Session & SignedIn;

/** Who has signed in, how, and when they showed who they are, in milliseconds. */
export type SignedIn = Required<Pick<Session, 'officer' | 'by' | 'shown'>>;

const MASK_BYTES = 32;

export interface Sessions {
  /** A new session; of nobody, or of an officer. Its identifier is always a new one. */
  begin(now: number, signedIn?: SignedIn): Session;
  seal(session: Session): string;
  /** The session in a cookie, where it was sealed here and neither its idle time nor its whole time is over. */
  open(cookie: string | undefined, now: number): Session | undefined;
  /** A token for a form of a session: another text each time, so that its bytes tell nothing when a page is compressed. */
  token(session: Pick<Session, 'id'>): string;
  isToken(session: Pick<Session, 'id'>, token: unknown): boolean;
}

/** What an officer’s draft is marked with, in place of a session: it may outlive the one in which it was begun. */
export const draftsOf = (officer: string): Pick<Session, 'id'> => ({ id: `drafts of ${officer}` });

/** @param keys 32 bytes each; the first seals */
export function createSessions(keys: readonly Buffer[]): Sessions {
  const sealed = createSeal(keys, 'session');
  const derived = keys.map((key) => Buffer.from(hkdfSync('sha256', key, '', 'form token', 32)));
  const [newest] = derived as [Buffer];
  const macOf = (key: Buffer, { id }: Pick<Session, 'id'>): Buffer => createHmac('sha256', key).update(id).digest();

  return {
    begin: (now, signedIn) => ({ id: randomBytes(16).toString('base64url'), ...signedIn, since: now, seen: now }),
    seal: (session) => sealed.seal(JSON.stringify(session)),
    open(cookie, now) {
      const text = sealed.open(cookie);
      // What an earlier program sealed may have other fields: whoever has it signs in again.
      const session = text === undefined ? undefined : Session.safeParse(JSON.parse(text)).data;
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
