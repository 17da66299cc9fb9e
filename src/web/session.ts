import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

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
  /** When they signed in, and when they were last seen, in milliseconds. */
  since: z.int(),
  seen: z.int(),
});

export type Session = z.output<typeof Session>;
/** A session of somebody who has signed in. */
export type OfficersSession = Session & Required<Pick<Session, 'officer' | 'by'>>;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MASK_BYTES = 32;
const COOKIE_BYTES_MAX = 2_048;

export interface Sessions {
  /** A new session; of nobody, or of an officer. Its identifier is always a new one. */
  begin(now: number, signedIn?: { readonly officer: string; readonly by: string }): Session;
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
  const derived = keys.map((key) => ({
    seal: Buffer.from(hkdfSync('sha256', key, '', 'session', 32)),
    token: Buffer.from(hkdfSync('sha256', key, '', 'form token', 32)),
  }));
  const [newest] = derived as [(typeof derived)[number]];
  const macOf = (key: Buffer, { id }: Pick<Session, 'id'>): Buffer => createHmac('sha256', key).update(id).digest();

  function opened(sealed: Buffer, key: Buffer): Session | undefined {
    try {
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      const plain = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
      return Session.parse(JSON.parse(plain.toString('utf8')));
    } catch {
      return undefined;
    }
  }

  return {
    begin: (now, signedIn) => ({ id: randomBytes(16).toString('base64url'), ...signedIn, since: now, seen: now }),
    seal(session) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', newest.seal, nonce, { authTagLength: TAG_BYTES });
      const sealed = Buffer.concat([
        nonce,
        cipher.update(JSON.stringify(session)),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return sealed.toString('base64url');
    },
    open(cookie, now) {
      if (cookie === undefined || cookie.length > COOKIE_BYTES_MAX) return undefined;
      const sealed = Buffer.from(cookie, 'base64url');
      if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
      for (const { seal } of derived) {
        const session = opened(sealed, seal);
        if (session)
          return now - session.seen <= IDLE_MS_MAX && now - session.since <= SESSION_MS_MAX ? session : undefined;
      }
      return undefined;
    },
    token(session) {
      const mask = randomBytes(MASK_BYTES);
      const mac = macOf(newest.token, session);
      return Buffer.concat([mask, mac.map((byte, index) => byte ^ mask[index]!)]).toString('base64url');
    },
    isToken(session, token) {
      if (typeof token !== 'string') return false;
      const sent = Buffer.from(token, 'base64url');
      if (sent.length !== 2 * MASK_BYTES) return false;
      const mask = sent.subarray(0, MASK_BYTES);
      const mac = sent.subarray(MASK_BYTES).map((byte, index) => byte ^ mask[index]!);
      return derived.some(({ token: key }) => timingSafeEqual(mac, macOf(key, session)));
    },
  };
}
