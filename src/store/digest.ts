import { hash } from 'node:crypto';
import type { RecordedEvent } from './event-store.js';

/**
 * The fingerprint of an event, and the digest of a ledger up to an event. Both can be worked out from an export with
 * nothing but SHA-256: the hash of an event is that of the canonical JSON (RFC 8785) of its fields; the digest is that of
 * the digest before it, 32 bytes and none before the first, followed by the 32 bytes of the event’s hash.
 */

/** What is hashed of an event. */
export type Hashed = Pick<RecordedEvent, 'stream' | 'revision' | 'id' | 'type' | 'data' | 'metadata'>;

/** The fingerprint of an event in hexadecimal: of all that it says and where it stands, not of where it is stored. */
export function eventHash({ stream, revision, id, type, data, metadata }: Hashed): string {
  // Canonical JSON sorts the names of fields, as they are here; texts are written as JSON.stringify writes them.
  const [ofData, ofId, ofMetadata, ofRevision, ofStream, ofType] = [
    data,
    id,
    metadata,
    String(revision),
    stream,
    type,
  ].map((text) => JSON.stringify(text));
  return hash(
    'sha256',
    `{"data":${ofData},"id":${ofId},"metadata":${ofMetadata},"revision":${ofRevision},"stream":${ofStream},"type":${ofType}}`,
  );
}

/**
 * The digest of a ledger up to an event, in hexadecimal, from the event’s hash and the digest up to the event before it,
 * which is empty for the first.
 */
export const digestAfter = (before: string, ofEvent: string): string =>
  hash('sha256', Buffer.from(before + ofEvent, 'hex'));
