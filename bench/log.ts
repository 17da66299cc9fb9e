import { DatabaseSync } from '@photostructure/sqlite';
import { instantOf, type Instant } from '../src/domain/calendar.js';
import type { FactData } from '../src/domain/facts.js';
import type { Posting } from '../src/domain/postings.js';
import { postingsOf } from '../src/domain/stream.js';
import { KINDS, placed } from '../src/ledger/catalogue.js';

/**
 * The facts of a ledger's funds, read from its file by a connection of its own: what every opponent is given, and what
 * the naive answers are worked out from. It shares nothing with the read path but the facts' own postings.
 */
export interface FundFact {
  readonly fund: string;
  readonly type: string;
  /** Data and metadata as they are stored. */
  readonly data: string;
  readonly metadata: string;
  readonly recordedAt: Instant;
  readonly postings: readonly Posting[];
}

export function* fundFacts(file: string): Generator<FundFact> {
  const db = new DatabaseSync(file, { readOnly: true });
  const log = db.prepare(
    "SELECT stream, type, data, metadata FROM events WHERE stream LIKE 'fund-%' ORDER BY position",
  );
  try {
    for (const row of log.iterate() as Iterable<Record<'stream' | 'type' | 'data' | 'metadata', string>>) {
      const { stream, type, data, metadata } = row;
      const { recordedAt } = JSON.parse(metadata) as { recordedAt: string };
      yield {
        fund: placed(stream).name,
        type,
        data,
        metadata,
        recordedAt: instantOf(recordedAt)!,
        postings: postingsOf(KINDS.fund, { type, data: JSON.parse(data) as FactData }),
      };
    }
  } finally {
    db.close();
  }
}
