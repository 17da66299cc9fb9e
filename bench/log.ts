import { DatabaseSync } from '@photostructure/sqlite';
import { instantOf, type Instant } from '../src/domain/calendar.js';
import type { FactData } from '../src/domain/grammar/event.js';
import type { Posting } from '../src/domain/postings.js';
import { postingsOf } from '../src/domain/grammar/evolve.js';
import { KINDS, placed } from '../src/ledger/catalogue.js';

/**
 * The facts of a ledger's funds, read from its file by a connection of its own: what every opponent is given, and what
 * the naive answers are worked out from. It shares only the facts' own postings with the read path.
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

/** Page by page: an iterator of SQLite’s does not outlive a wait between two of its rows. */
const ROWS_AT_ONCE = 10_000;

interface Row {
  readonly position: number;
  readonly stream: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

export function* fundFacts(file: string): Generator<FundFact> {
  const db = new DatabaseSync(file, { readOnly: true });
  const log = db.prepare(
    'SELECT position, stream, type, data, metadata FROM events WHERE position > ? ORDER BY position LIMIT ?',
  );
  try {
    let after = 0;
    for (;;) {
      const rows = log.all(after, ROWS_AT_ONCE) as unknown as Row[];
      for (const { stream, type, data, metadata } of rows) {
        const { kind, name: fund } = placed(stream);
        if (kind !== 'fund') continue;
        const { recordedAt } = JSON.parse(metadata) as { recordedAt: string };
        const postings = postingsOf(KINDS.fund, { type, data: JSON.parse(data) as FactData });
        yield { fund, type, data, metadata, recordedAt: instantOf(recordedAt)!, postings };
      }
      if (rows.length < ROWS_AT_ONCE) return;
      after = rows.at(-1)!.position;
    }
  } finally {
    db.close();
  }
}
