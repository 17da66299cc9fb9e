import type { KeptStream } from '../../src/ledger/memory/streams.js';
import { join } from 'node:path';
import type { Test } from 'tap';
import { CATEGORIES, fundStream } from '../../src/ledger/catalogue.js';
import { openLedger } from '../../src/ledger/ledger.js';
import type { Command } from '../../src/domain/grammar/command.js';
import type { EventStore } from '../../src/store/event-store.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import type { SharedServer } from './eventstoredb/renamed.js';
import { contribution, folder, FUND, openedLedger, openFund, TestLedger } from './ledger.js';

/** Services that share a ledger, and money that one fund passes to the next, so that acts depend on two streams. */

/**
 * A file whose acts share commits; the same with a commit for each act; or a server that checks one stream at a time.
 */
export type Sharing = 'one file' | 'one file, act by act' | 'a server';
export const SHARINGS: readonly Sharing[] = ['one file', 'one file, act by act', 'a server'];

/** Opens a ledger with its partners and fund. Returns a function that opens another store on it. */
export async function shared(
  t: Test,
  sharing: Sharing,
): Promise<{ readonly first: TestLedger; readonly another: () => EventStore }> {
  const another = await storesOf(t, sharing);
  return { first: await openedLedger(t, undefined, false, another()), another };
}

let server: SharedServer | undefined;

/** Puts the ledgers of this process on a real server, if they are meant to be on a server. */
export function serveFrom(real: SharedServer): void {
  server = real;
}

async function storesOf(t: Test, sharing: Sharing): Promise<() => EventStore> {
  if (sharing === 'a server' && server) return server.ledger(CATEGORIES);
  const file = join(folder(t), 'ledger.sqlite');
  if (sharing === 'one file') return () => openSqliteEventStore({ file });
  if (sharing === 'one file, act by act')
    return () => {
      const store: EventStore = openSqliteEventStore({ file });
      return { ...store, together: undefined };
    };
  const { openEventStoreDB } = await import('../../src/store/eventstoredb/eventstoredb-event-store.js');
  const { startServer } = await import('./eventstoredb/server.js');
  const { connection, close } = await startServer();
  t.teardown(() => close());
  return () => openEventStoreDB({ connection, categories: CATEGORIES, pauseMs: 1 });
}

/** Another service on the same ledger, closed after the test. */
export async function service(
  t: Test,
  store: EventStore,
  { clock }: Pick<TestLedger, 'clock'>,
  standsMsMax?: number,
): Promise<TestLedger> {
  const ledger = new TestLedger(
    await openLedger(store, clock, { standsMsMax, clockMsMax: Infinity }),
    store,
    clock,
    '',
  );
  t.teardown(() => ledger.close());
  return ledger;
}

/**
 * A store whose events can be held back from a service for a while. The service then decides on what it has read
 * before.
 */
export function gated(store: EventStore): { readonly store: EventStore; hold(): () => void } {
  let open = Promise.resolve();
  return {
    store: {
      ...store,
      subscribe: (after, follower) =>
        store.subscribe(after, {
          ...follower,
          async handle(events) {
            await open;
            await follower.handle(events);
          },
        }),
    },
    hold() {
      let release = (): void => undefined;
      open = new Promise((resolve) => (release = resolve));
      return release;
    },
  };
}

export const NEXT = 'testshire-2017-18';

export const post = (type: string, data: object): Command => ({ act: 'post', fact: { type, data: data as never } });

/**
 * Makes so many draws of £50.00, each with a proposal to reverse it that waits for `county-chief`. Returns the
 * proposals.
 */
export async function drawn(ledger: TestLedger, draws: number): Promise<string[]> {
  const total = `${draws * 50}.00`;
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution({ amount: total }));
  await ledger.post('county-finance', 'ContributionReceived', {
    effective: '2016-05-01',
    contribution: 'north-extra',
    amount: total,
    bankReference: 'BACS 1',
  });
  await openFund(ledger, '2017-18');
  ledger.now('2017-05-03T09:00:00Z');
  await ledger.signed('county-finance', 'county-chief', 'CarryForwardApproved', {
    effective: '2017-03-31',
    reserve: 'kept',
    source: 'NHS_ADD',
    amount: total,
    purpose: 'winter',
    toYear: '2017-18',
    minute: 'Cabinet 7',
  });
  const proposals: string[] = [];
  for (let each = 0; each < draws; each++) {
    const draw = { effective: '2017-05-01', reserve: 'kept', amount: '50.00', minute: 'Cabinet 9' };
    const { outcome } = await ledger.signed('county-finance', 'county-chief', 'ReserveDrawn', draw);
    const data = { effective: '2017-05-01', reverses: outcome.revision, reason: 'Drawn twice' };
    const reversal: Command = { act: 'propose', fact: { type: 'FactReversed', data: data as never } };
    proposals.push((await ledger.done('county-finance', reversal)).outcome.proposal!);
  }
  return proposals;
}

/** Carries £50.00 that was drawn in the fund into the next fund, under a name. */
export const carryIn = (name: string): Command =>
  post('CarriedForwardReceived', {
    effective: '2017-05-02',
    carryIn: name,
    from: FUND,
    reserve: 'kept',
    amount: '50.00',
  });

/** Loads the funds' states, so that acts are decided in the moment in which they are sent. */
export async function ready(...services: readonly TestLedger[]): Promise<void> {
  for (const { ledger, store } of services) {
    await ledger.projector.whenTaken((await store.head())!);
    for (const fund of [FUND, NEXT]) await ledger.stateOf('fund', fundStream(fund));
  }
}

/** Waits until services have read all that there is. */
export async function level(...services: readonly TestLedger[]): Promise<void> {
  for (const { ledger, store } of services) await ledger.projector.whenTaken((await store.head())!);
}

/** What is kept of streams, without the states of funds, which only a service that has decided on a fund has. */
export const withoutStates = (streams: Iterable<KeptStream>) =>
  [...streams].map((each) => ({ ...each, ...(each.fund && { fund: { ...each.fund, own: undefined } }) }));

/** Everything in a read model, to compare two of them. */
export function remembered({ ledger: { model } }: Pick<TestLedger, 'ledger'>) {
  const { ledger, streams } = model.kept();
  // The length of the table of acts says nothing about its content.
  const acts = { ...ledger.acts, slots: undefined };
  return { ledger: { ...ledger, acts }, streams: withoutStates(streams) };
}
