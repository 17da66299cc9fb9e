import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Random } from '../../bench/random.js';
import { issueToken, localKey } from '../../src/http/sign-in.js';
import { settableClock, systemClock } from '../../src/ledger/clock.js';
import { openLedger } from '../../src/ledger/ledger.js';
import { snapshotFile } from '../../src/store/snapshot-file.js';
import { headFileOf } from '../../src/store/sqlite/noted-head.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import {
  at,
  contribution,
  COUNTY,
  FUND,
  grant,
  line,
  NORTH,
  openedLedger,
  SOUTH,
  TestLedger,
} from '../support/ledger.js';
import { serve } from './service.js';
import type { Outcome, Tally } from './tally.js';

/** The ledgers that a campaign damages copies of, each in a folder of its own, made once. */
export interface Room {
  readonly folder: string;
  /** A ledger at rest, with a snapshot that the service wrote of it. */
  readonly atRest: string;
  /** The same, with a snapshot that the process which judges files at rest wrote of it. */
  readonly judged: string;
  /** The same ledger as it stood some hundred acts before. */
  readonly older: string;
  /** The same ledger left by a service that was killed: the last acts are in its log, and not in its file. */
  readonly logged: string;
  /** What officers sign in with at a service on any of them. */
  readonly tokens: Readonly<Record<string, string>>;
  /** A new folder with a copy of a ledger. */
  copyOf(base: string): string;
  forget(folder: string): void;
}

/** What this machine has, without which some of it cannot be tried. */
export interface Tools {
  /** Calls to the system can be watched, made to fail, and killed at. */
  readonly strace: boolean;
  /** It can be said how far the files of a process may grow. */
  readonly prlimit: boolean;
}

/** One thing that is tried: its own random choices, and where it says what became of it. */
export interface Case {
  readonly room: Room;
  readonly random: Random;
  readonly seed: number;
  readonly tools: Tools;
  readonly tally: Tally;
  note(outcome: Outcome, words?: string): void;
}

export const FILE = 'ledger.sqlite';
/** What says that a snapshot was made by the process that judges files at rest. */
export const JUDGE = 'the judge of a campaign';
export const OFFICERS = ['pool-manager', 'county-finance', 'north-ccg-finance', 'auditor'] as const;

/** Later than everything in the story, and long over. */
export const AFTER_THE_STORY = '2018-01-01T00:00:00.000Z';

const FACTS_AT_ONCE = 900;
/** Figures rest on these: what damages one of them unseen would show. */
const RECEIPTS = 200;

export async function makeRoom(): Promise<Room> {
  const folder = mkdtempSync(join(tmpdir(), 'bcf-torture-'));
  const closing: (() => unknown)[] = [];
  // What makes test ledgers wants something that says when the test is over.
  const t = { teardown: (end: () => unknown) => void closing.push(end) } as unknown as Test;
  const [atRest, judged, older, logged] = ['at-rest', 'judged', 'older', 'logged'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];

  const begun = await openedLedger(t);
  await begun.close();
  const first = await goOn(begun);
  await beginning(first);
  await first.close();
  copyLedger(first.file, older);
  const second = await goOn(first);
  await end(second);
  await second.close();
  copyLedger(second.file, atRest);
  copyLedger(second.file, judged);
  await withSnapshot(judged);
  const third = await goOn(second);
  await late(third);
  // Nobody closes it: what a service that was killed leaves. SQLite's shared memory means nothing to who opens it next.
  copyLedger(third.file, logged);
  cpSync(`${third.file}-wal`, join(logged, `${FILE}-wal`));
  await third.close();
  // As it is noted within a second of the last act.
  copyHead(third.file, logged);
  for (const close of closing) await close();

  const key = await localKey(join(atRest, `${FILE}.key.json`));
  for (const each of [judged, older, logged]) cpSync(join(atRest, `${FILE}.key.json`), join(each, `${FILE}.key.json`));
  const issued = OFFICERS.map(
    async (officer) => [officer, await issueToken(key, officer, 24 * 7, Math.floor(systemClock.now() / 1000))] as const,
  );
  const tokens = Object.fromEntries(await Promise.all(issued));
  await (await serve(older)).stop();
  await (await serve(atRest)).stop();
  let copies = 0;
  return {
    folder,
    atRest,
    judged,
    older,
    logged,
    tokens,
    copyOf(base) {
      const copy = join(folder, `case-${++copies}`);
      cpSync(base, copy, { recursive: true });
      return copy;
    },
    forget: (each) => rmSync(each, { recursive: true, force: true }),
  };
}

function copyLedger(file: string, to: string): void {
  cpSync(file, join(to, FILE));
  copyHead(file, to);
}

const copyHead = (file: string, to: string): void => cpSync(headFileOf(file), headFileOf(join(to, FILE)));

/** Opens the ledger that was closed, to go on with it. */
async function goOn({ clock, file }: TestLedger): Promise<TestLedger> {
  const store = openSqliteEventStore({ file, notedBy: JUDGE });
  return new TestLedger(await openLedger(store, clock, { clockMsMax: Infinity }), store, clock, file);
}

async function beginning(ledger: TestLedger): Promise<void> {
  await gapsStated(ledger, FACTS_AT_ONCE);
  ledger.now('2016-03-10T09:00:00Z');
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const south = contribution({ contribution: 'south-extra', payer: SOUTH, amount: '750000.00' });
  await ledger.signed('south-ccg-finance', 'county-finance', 'ContributionAgreed', south);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.post('county-finance', 'GrantDetermined', grant());
}

/** Has the judge’s own snapshot beside a ledger. */
async function withSnapshot(folder: string): Promise<void> {
  const file = join(folder, FILE);
  const snapshots = { file: snapshotFile(`${file}.snapshot`), program: () => JUDGE, write: true };
  const store = openSqliteEventStore({ file, notedBy: JUDGE });
  await (await openLedger(store, settableClock(at(AFTER_THE_STORY)), { snapshots })).close();
}

/** At once, so that they share commits. */
async function gapsStated(ledger: TestLedger, count: number): Promise<void> {
  const data = { effective: '2016-04-01', statedOn: '2016-04-01', amount: '1.00', basis: 'a report' };
  await Promise.all(
    Array.from({ length: count }, (_, number) =>
      ledger.post('county-finance', 'GapStated', { ...data, claimant: `Paper ${number}` }),
    ),
  );
}

async function end(ledger: TestLedger): Promise<void> {
  ledger.now('2016-06-01T09:00:00Z');
  await Promise.all(
    Array.from({ length: RECEIPTS }, (_, number) =>
      ledger.post('county-finance', 'ContributionReceived', {
        effective: '2016-05-20',
        contribution: 'north-extra',
        amount: `${1_000 + number}.00`,
        bankReference: `BACS ${number}`,
      }),
    ),
  );
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'reablement', amount: '500000.00' }));
  ledger.now('2016-10-01T09:00:00Z');
  await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: { type: 'ContributionAgreed', data: contribution({ contribution: 'north-late', amount: '1.00' }) as never },
  });
}

async function late(ledger: TestLedger): Promise<void> {
  for (let day = 1; day <= 20; day++) {
    ledger.now(`2016-11-${String(day).padStart(2, '0')}T09:00:00Z`);
    await ledger.post('pool-manager', 'PlanLineSet', line({ line: `late-${day}`, amount: `${day}000.00` }));
  }
}

/** What a partner's officer, a pool manager and an auditor ask, each at dates that are over. */
const WHEN = [
  ['2016-04-01', '2016-03-31T00:00:00.000Z'],
  ['2016-06-30', '2016-06-02T00:00:00.000Z'],
  ['2017-03-31', AFTER_THE_STORY],
] as const;

export interface Question {
  readonly name: string;
  readonly asked: Readonly<Record<string, string>>;
  readonly path: string;
}

export const QUESTIONS: readonly Question[] = WHEN.flatMap(([on, knownAt]) => {
  const dates = { on, 'known-at': knownAt };
  const query = `?on=${on}&known-at=${knownAt}`;
  const fund = `/v1/funds/${FUND}`;
  return [
    { name: 'gap', asked: { fund: FUND, ...dates }, path: `${fund}/gap${query}` },
    { name: 'position', asked: { fund: FUND, ...dates }, path: `${fund}/position${query}` },
    { name: 'plan', asked: { fund: FUND, ...dates }, path: `${fund}/plan${query}` },
    ...[NORTH, COUNTY].map((partner) => ({
      name: 'partner-position',
      asked: { fund: FUND, partner, ...dates },
      path: `${fund}/partners/${partner}/position${query}`,
    })),
  ];
});
