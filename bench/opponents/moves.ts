import { DatabaseSync } from '@photostructure/sqlite';
import type { View } from '../../projections/view.js';
import { instantText } from '../../src/domain/calendar.js';
import type { Pence } from '../../src/domain/money.js';
import { PLAN, POOL, type Measure, type Term } from '../../src/domain/postings.js';
import { fundFacts } from '../log.js';
import { viewOfSums } from '../naive.js';
import type { Asker, Question } from '../question.js';
import type { Postgres } from './postgres.js';

/**
 * What a careful developer would write without a ledger: one table of movements, an index that covers the question, and
 * a sum under both dates. Time is taken for the query and its rows alone.
 */

const COLUMNS = ['fund', 'partner', 'effective', 'known', 'source', 'measure', 'term', 'pence'] as const;
type Row = Readonly<Record<'source' | 'measure' | 'term' | 'pence', string | number>>;
type Moved = [
  fund: string,
  partner: string,
  effective: string,
  known: string,
  source: string,
  measure: string,
  term: string,
  pence: number,
];

const ROWS_AT_ONCE = 20_000;
const SELECTED = 'SELECT source, measure, term, sum(pence) AS pence FROM moves';
const GROUPED = 'GROUP BY source, measure, term';

/** The partners' movements of a ledger, as rows; the pool's are their mirror, and a plan line is no partner's. */
function* moves(file: string): Generator<Moved> {
  for (const { fund, recordedAt, postings } of fundFacts(file)) {
    const known = instantText(recordedAt);
    for (const { holder, on, source, measure, term, pence } of postings) {
      if (holder !== POOL && holder !== PLAN) yield [fund, holder, on, known, source, measure, term, pence];
    }
  }
}

const viewOfRows = ({ on, partner }: Question, rows: readonly Row[]): View =>
  viewOfSums(
    on,
    rows.map(({ source, measure, term, pence }) => ({
      account: { holder: partner, source: String(source), measure: measure as Measure, term: term as Term, detail: '' },
      sum: Number(pence) as Pence,
    })),
  );

export async function sqliteMoves(file: string, ledger: string): Promise<Asker<readonly Row[]>> {
  const db = new DatabaseSync(file);
  db.exec(
    `PRAGMA journal_mode = WAL; CREATE TABLE moves (${COLUMNS.map((name) => `${name} ${name === 'pence' ? 'INTEGER' : 'TEXT'} NOT NULL`).join(', ')}) STRICT`,
  );
  const insert = db.prepare(`INSERT INTO moves VALUES (${COLUMNS.map(() => '?').join(', ')})`);
  db.exec('BEGIN');
  for (const row of moves(ledger)) insert.run(...row);
  db.exec('COMMIT');
  db.exec(`CREATE INDEX covering ON moves (${COLUMNS.join(', ')}); ANALYZE; PRAGMA cache_size = -1000000`);
  const { version } = db.prepare('SELECT sqlite_version() AS version').get() as { version: string };
  const asked = db.prepare(`${SELECTED} WHERE fund = ? AND partner = ? AND effective <= ? AND known <= ? ${GROUPED}`);
  return {
    name: `SQLite ${version}, sum under both dates`,
    ask: ({ fund, partner, on, knownAt }) => asked.all(fund, partner, on, instantText(knownAt)) as Row[],
    view: viewOfRows,
    close: async () => db.close(),
  };
}

export async function postgresMoves(postgres: Postgres, ledger: string): Promise<Asker<readonly Row[]>> {
  const client = await postgres.connect();
  await client.query({ text: 'DROP TABLE IF EXISTS moves' });
  await client.query({
    text: 'CREATE TABLE moves (fund text, partner text, effective date, known timestamptz, source text, measure text, term text, pence bigint)',
  });
  let columns: (string | number)[][] = COLUMNS.map(() => []);
  const flush = async (): Promise<void> => {
    await client.query({
      name: 'load',
      text: 'INSERT INTO moves SELECT * FROM unnest($1::text[], $2::text[], $3::date[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::bigint[])',
      values: columns,
    });
    columns = COLUMNS.map(() => []);
  };
  for (const row of moves(ledger)) {
    row.forEach((value, index) => columns[index]!.push(value));
    if (columns[0]!.length === ROWS_AT_ONCE) await flush();
  }
  await flush();
  await client.query({
    text: 'CREATE INDEX ON moves (fund, partner, effective, known) INCLUDE (source, measure, term, pence)',
  });
  await client.query({ text: 'VACUUM (ANALYZE) moves' });
  const text = `${SELECTED} WHERE fund = $1 AND partner = $2 AND effective <= $3 AND known <= $4 ${GROUPED}`;
  return {
    name: `PostgreSQL ${postgres.version}, sum under both dates`,
    async ask({ fund, partner, on, knownAt }) {
      const { rows } = await client.query({ name: 'ask', text, values: [fund, partner, on, instantText(knownAt)] });
      return rows as unknown as readonly Row[];
    },
    view: viewOfRows,
    close: () => client.end(),
  };
}
