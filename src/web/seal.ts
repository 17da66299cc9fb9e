import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Seals bytes that a browser keeps, so that only this service can read or make it (AES-256-GCM). Each purpose has its
 * own keys.
 */
export interface Seal {
  seal(bytes: Buffer): string;
  /** The sealed bytes; undefined if they were not sealed here for this purpose. */
  open(sealed: string | undefined): Buffer | undefined;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED_LENGTH_MAX = 2_048;

/** @param keys 32 bytes each; the first seals, and every key opens */
export function createSeal(keys: readonly Buffer[], purpose: string): Seal {
  const derived = keys.map((key) => Buffer.from(hkdfSync('sha256', key, '', purpose, 32)));
  const [newest] = derived as [Buffer];

  function openedBy(key: Buffer, sealed: Buffer): Buffer | undefined {
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch {
      return undefined;
    }
  }

  return {
    seal(bytes) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', newest, nonce, { authTagLength: TAG_BYTES });
      const sealed = [nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()];
      return Buffer.concat(sealed).toString('base64url');
    },
    open(text) {
      if (text === undefined || text.length > SEALED_LENGTH_MAX) return undefined;
      const sealed = Buffer.from(text, 'base64url');
      if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
      for (const key of derived) {
        const plain = openedBy(key, sealed);
        if (plain !== undefined) return plain;
      }
      return undefined;
    },
  };
}
