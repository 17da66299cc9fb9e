import { leafHash, type Hash } from '../../evidence/tree.js';
import type { RecordedEvent } from './event-store.js';

/**
 * The leaf of an event in the tree of its ledger (evidence/tree.ts). It can be worked out from an export with nothing but
 * SHA-256: of a zero byte and the canonical JSON (RFC 8785) of the event’s fields, data and metadata as the texts they are
 * stored as. The index of a leaf is the event’s place: its number in the ledger, from 0, wherever it is stored.
 */

/** What is hashed of an event: all that it says and where it stands, not where it is stored. */
export type Hashed = Pick<RecordedEvent, 'stream' | 'revision' | 'id' | 'type' | 'data' | 'metadata'>;

/** The text whose hash is the event’s. */
export function leafText({ stream, revision, id, type, data, metadata }: Hashed): string {
  // Canonical JSON sorts the names of fields, as they are here; texts are written as JSON.stringify writes them.
  const [ofData, ofId, ofMetadata, ofRevision, ofStream, ofType] = [
    data,
    id,
    metadata,
    String(revision),
    stream,
    type,
  ].map((text) => JSON.stringify(text));
  return `{"data":${ofData},"id":${ofId},"metadata":${ofMetadata},"revision":${ofRevision},"stream":${ofStream},"type":${ofType}}`;
}

/** The leaf hash of an event. */
export const leafOf = (event: Hashed): Hash => leafHash(leafText(event));
