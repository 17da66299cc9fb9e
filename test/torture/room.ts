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

/** The ledgers whose copies a campaign damages. Each has its own folder, and is made once. */
export interface Room {
  readonly folder: string;
  /** A ledger at rest, with a snapshot that the service wrote. */
  readonly atRest: string;
  /** The same, with a snapshot written by the process that judges files at rest. */
  readonly judged: string;
  /** The same ledger some hundred acts earlier. */
  readonly older: string;
  /** The same ledger left by a killed service: its last acts are in the log, and not in the file. */
  readonly logged: string;
  /** Tokens of the officers for a service on any of these ledgers. */
  readonly tokens: Readonly<Record<string, string>>;
  /** A new folder with a copy of a ledger. */
  copyOf(base: string): string;
  forget(folder: string): void;
}

/** Tools of this machine, without which some kinds cannot be tried. */
export interface Tools {
  /** Whether system calls can be watched, made to fail, and used as points to kill at. */
  readonly strace: boolean;
  /** Whether the size of a process’s files can be limited. */
  readonly prlimit: boolean;
}

/** One case: its own random choices, and the place to report its result. */
export interface Case {
  readonly room: Room;
  readonly random: Random;
  readonly seed: number;
  readonly tools: Tools;
  readonly tally: Tally;
  note(outcome: Outcome, words?: string): void;
}

export const FILE = 'ledger.sqlite';
/** The name of the program in snapshots made by the judging process. */
export const JUDGE = 'the judge of a campaign';
export const OFFICERS = ['pool-manager', 'county-finance', 'north-ccg-finance', 'auditor'] as const;

/** Later than everything in the story, and long past. */
export const AFTER_THE_STORY = '2018-01-01T00:00:00.000Z';

const FACTS_AT_ONCE = 900;
/** Receipts on which figures depend, so that unnoticed damage to one of them would show. */
const RECEIPTS = 200;

export async function makeRoom(): Promise<Room> {
  const folder = mkdtempSync(join(tmpdir(), 'bcf-torture-'));
  const closing: (() => unknown)[] = [];
  // The helpers of test ledgers need an object that runs code when the test is over.
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
  // Nobody closes it, like a killed service. SQLite's shared memory file is worthless for the next program that opens
  // the ledger.
  copyLedger(third.file, logged);
  cpSync(`${third.file}-wal`, join(logged, `${FILE}-wal`));
  await third.close();
  // The service notes its head within a second of the last act.
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

/** Opens the closed ledger, to continue it. */
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

/** Puts the judge’s own snapshot beside a ledger. */
async function withSnapshot(folder: string): Promise<void> {
  const file = join(folder, FILE);
  const snapshots = { file: snapshotFile(`${file}.snapshot`), program: () => JUDGE, write: true };
  const store = openSqliteEventStore({ file, notedBy: JUDGE });
  await (await openLedger(store, settableClock(at(AFTER_THE_STORY)), { snapshots })).close();
}

/** Sends them at once, so that they share commits. */
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

/** Questions of a partner's officer, a pool manager and an auditor, each at past dates. */
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
