import { hash } from 'node:crypto';
import { leafText, type Hashed } from './leaf.js';

/**
 * The digest of a ledger up to an event, as programs kept it and people noted it down before there was the tree: SHA-256 of
 * the digest before it, 32 bytes and none before the first, followed by the SHA-256 of the event’s canonical text.
 */
export function chainDigest(before: Uint8Array | undefined, event: Hashed): Uint8Array {
  const ofEvent = hash('sha256', leafText(event), 'buffer');
  return hash('sha256', before ? Buffer.concat([before, ofEvent]) : ofEvent, 'buffer');
}
