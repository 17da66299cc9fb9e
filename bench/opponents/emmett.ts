import { randomUUID } from 'node:crypto';
import { DatabaseSync } from '@photostructure/sqlite';
import type { View } from '../../projections/view.js';
import type { Day } from '../../src/domain/calendar.js';
import type { FactData } from '../../src/domain/grammar/event.js';
import { accountKey, type Posting } from '../../src/domain/postings.js';
import { plus } from '../../src/domain/money.js';
import { postingsOf } from '../../src/domain/grammar/evolve.js';
import { KINDS } from '../../src/ledger/catalogue.js';
import { fundFacts } from '../log.js';
import { viewOfSums, type Summed } from '../naive.js';
import { packageOf } from './packages.js';
import type { Postgres } from './postgres.js';

/** The event store that is nearest to this one in its language, Emmett, on SQLite and on PostgreSQL. */

interface EmmettEvent {
  readonly type: string;
  readonly data: unknown;
  readonly metadata?: unknown;
}

export interface EmmettStore {
  appendToStream(
    stream: string,
    events: EmmettEvent[],
    options?: { readonly expectedStreamVersion?: bigint },
  ): Promise<{ readonly nextExpectedStreamVersion: bigint }>;
  readStream(stream: string): Promise<{ readonly events: readonly EmmettEvent[] }>;
  close?(): Promise<void>;
}

interface EmmettSqlite {
  getSQLiteEventStore(options: { readonly fileName: string }): EmmettStore;
}

interface EmmettPostgres {
  getPostgreSQLEventStore(connection: string): EmmettStore;
}

/** Throws {@link Missing} where the package is not installed. */
export async function emmettSqlite(packages: string, file: string): Promise<EmmettStore> {
  await packageOf(packages, 'sqlite3');
  const { getSQLiteEventStore } = await packageOf<EmmettSqlite>(packages, '@event-driven-io/emmett-sqlite');
  // It asks for this mode while its first transaction may be open, which SQLite allows only where the file has it already.
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL');
  db.close();
  return getSQLiteEventStore({ fileName: file });
}

/** Throws {@link Missing} where the package is not installed. */
export async function emmettPostgres(packages: string, postgres: Postgres): Promise<EmmettStore> {
  const { getPostgreSQLEventStore } = await packageOf<EmmettPostgres>(packages, '@event-driven-io/emmett-postgresql');
  return getPostgreSQLEventStore(postgres.connection);
}

/** Appends one event after another to streams of its own, each at the revision that it expects. */
export function emmettAppender(store: EmmettStore, event: EmmettEvent): () => () => Promise<void> {
  return () => {
    const stream = `bench-${randomUUID()}`;
    let at: bigint | undefined;
    return async () => {
      const expected = at === undefined ? {} : { expectedStreamVersion: at };
      ({ nextExpectedStreamVersion: at } = await store.appendToStream(stream, [event], expected));
    };
  };
}

const EVENTS_PER_APPEND = 500;

/** Copies the funds of a ledger into a store of Emmett's. */
export async function copyToEmmett(store: EmmettStore, ledger: string): Promise<void> {
  const waiting = new Map<string, EmmettEvent[]>();
  for (const { fund, type, data, metadata } of fundFacts(ledger)) {
    const events = waiting.get(fund) ?? [];
    waiting.set(fund, events);
    events.push({ type, data: JSON.parse(data), metadata: JSON.parse(metadata) });
    if (events.length === EVENTS_PER_APPEND) await store.appendToStream(fund, events.splice(0));
  }
  for (const [fund, events] of waiting) if (events.length > 0) await store.appendToStream(fund, events);
}

/** Reads every fund and adds up its postings by account and day: what is needed to answer. Returns a view on a day. */
export async function rebuildFromEmmett(store: EmmettStore, funds: readonly string[], on: Day) {
  const views = new Map<string, View>();
  for (const fund of funds) {
    const sums = new Map<string, { account: Posting; sum: Summed['sum'] }>();
    const { events } = await store.readStream(fund);
    for (const { type, data } of events) {
      for (const posting of postingsOf(KINDS.fund, { type, data: data as FactData })) {
        const key = `${posting.on} ${accountKey(posting)}`;
        const standing = sums.get(key);
        if (standing) standing.sum = plus(standing.sum, posting.pence);
        else sums.set(key, { account: posting, sum: posting.pence });
      }
    }
    const early = [...sums.values()].filter(({ account }) => account.on <= on);
    views.set(fund, viewOfSums(on, early));
  }
  return views;
}
