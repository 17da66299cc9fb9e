import { DatabaseSync } from '@photostructure/sqlite';
import { NO_MONEY, plus, type Pence } from '../src/domain/money.js';
import { accountKey, type Account } from '../src/domain/postings.js';
import { postingsOf } from '../src/domain/stream.js';
import { instantText } from '../src/domain/calendar.js';
import { fundStream, KINDS } from '../src/ledger/catalogue.js';
import type { FactData } from '../src/domain/facts.js';
import type { View } from '../projections/view.js';
import type { Question } from './questions.js';

/**
 * The answers by definition: for each question, the sum over the whole log of every posting that is early enough on both
 * dates. It reads the file by itself, and shares nothing with the read path but the facts' own postings.
 */
export function naiveViews(file: string, questions: readonly Question[]): View[] {
  const asked = questions.map((question) => ({
    ...question,
    stream: fundStream(question.fund),
    known: instantText(question.knownAt),
    sums: new Map<string, { readonly account: Account; sum: Pence }>(),
  }));
  const db = new DatabaseSync(file, { readOnly: true });
  const log = db.prepare(
    "SELECT stream, type, data, metadata FROM events WHERE stream LIKE 'fund-%' ORDER BY position",
  );
  for (const row of log.iterate() as Iterable<Record<'stream' | 'type' | 'data' | 'metadata', string>>) {
    const { recordedAt } = JSON.parse(row.metadata) as { recordedAt: string };
    const postings = postingsOf(KINDS.fund, { type: row.type, data: JSON.parse(row.data) as FactData });
    for (const { stream, known, on, sums } of asked) {
      if (stream !== row.stream || recordedAt > known) continue;
      for (const posting of postings) {
        if (posting.on > on) continue;
        const key = accountKey(posting);
        const standing = sums.get(key);
        if (standing) standing.sum = plus(standing.sum, posting.pence);
        else sums.set(key, { account: posting, sum: posting.pence });
      }
    }
  }
  db.close();
  return asked.map(({ on, sums }) => ({
    on,
    balance: (account) => sums.get(accountKey(account))?.sum ?? NO_MONEY,
    accounts: [...sums.values()].map(({ account }) => account),
  }));
}
