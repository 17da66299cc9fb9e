import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FactData } from '../../src/domain/grammar/event.js';
import { Refusal } from '../../src/domain/rules.js';
import { encode, fundStream, REGISTER_STREAM } from '../../src/ledger/catalogue.js';
import { systemClock } from '../../src/ledger/clock.js';
import { openLedger } from '../../src/ledger/ledger.js';
import { issueToken, localKey } from '../../src/http/sign-in.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { RULES_NOW } from '../../src/domain/grammar/rule-versions.js';
import { eventId } from '../../src/ledger/acts/event-id.js';

/** A ledger with many officers and enough to read, and the service on it in a process of its own, as a user runs it. */

export const FUND = 'loadshire-2016-17';
const HOST = 'host';
const PAYER = 'payer';
/** So many officers follow events, and others do what else is done. */
const FOLLOWERS = 60;
const EVENTS_AT_ONCE = 200;

const follower = (index: number): string => `follower-${index}`;
const finance = (officer: string) => ({ officer, role: 'finance-officer' });

/** Makes a ledger with so many events to read, some 900 bytes each. */
export async function makeRoom(file: string, events: number): Promise<void> {
  const store = openSqliteEventStore({ file });
  const ledger = await openLedger(store, systemClock, {});
  let keys = 0;
  const post = async (type: string, data: object, stream: string): Promise<void> => {
    const done = await ledger.submit({
      kind: stream === REGISTER_STREAM ? 'register' : 'fund',
      stream,
      command: { act: 'post', fact: { type, data: data as FactData } },
      officer: 'keeper',
      signedInBy: 'load',
      key: `room-${++keys}`,
      correlation: 'load',
      evidence: [],
    });
    if (done instanceof Refusal) throw new Error(`${type}: ${done.detail}`);
  };
  const followers = Array.from({ length: FOLLOWERS }, (_, index) => ({ officer: follower(index), role: 'auditor' }));
  const body = { effective: '2016-01-01', partner: HOST, name: 'The host', kind: 'county' };
  const first = [{ officer: 'keeper', role: 'registrar' }, finance('poster'), ...followers.slice(0, FOLLOWERS / 2)];
  await post(
    'LedgerOpened',
    { ...body, ledger: 'A ledger under load', demonstration: false, officers: first },
    REGISTER_STREAM,
  );
  const others = { effective: '2016-01-01', partner: PAYER, name: 'The payer', kind: 'ccg' };
  const proposers = [...['proposer-0', 'proposer-1'].map(finance), ...followers.slice(FOLLOWERS / 2)];
  await post('PartnerRegistered', { ...others, officers: proposers }, REGISTER_STREAM);
  const opened = { effective: '2016-04-01', area: 'loadshire', year: '2016-17', host: HOST, partners: [HOST, PAYER] };
  await post('FundOpened', opened, fundStream(FUND));
  await ledger.close();
  await fill(file, events);
}

/** Writes what is read: facts that nobody decides again, straight into the store. */
async function fill(file: string, events: number): Promise<void> {
  const store = openSqliteEventStore({ file });
  const stream = fundStream(FUND);
  const { length } = await store.readStream(stream, {});
  const recordedAt = new Date(systemClock.now()).toISOString();
  for (let made = 0; made < events; made += EVENTS_AT_ONCE) {
    const some = Array.from({ length: Math.min(EVENTS_AT_ONCE, events - made) }, (_, index) => {
      const key = `filled-${made + index}`;
      const data = { effective: '2016-04-01', claimant: 'Press', statedOn: '2016-04-01', amount: '1.00' };
      const metadata = {
        ...{
          schemaVersion: 1,
          rules: RULES_NOW,
          recordedAt,
          officer: 'poster',
          partner: HOST,
          role: 'finance-officer',
        },
        ...{ signedInBy: 'load', key, request: 'load', correlation: 'load', evidence: [] },
      };
      const text = { ...data, basis: `${key}: ${'a report that goes on for some time. '.repeat(12)}`.trim() };
      return encode(eventId('load', key, 0), 'GapStated', text as never, metadata as never);
    });
    await store.append(stream, BigInt(length + made - 1), some);
  }
  await store.close();
}

/** Tokens of the ledger’s own key. */
export async function tokensOf(file: string) {
  const key = await localKey(`${file}.key.json`);
  const token = (officer: string): Promise<string> => issueToken(key, officer, 8, Math.floor(systemClock.now() / 1000));
  return {
    token,
    followers: (from: number, to: number): Promise<string[]> =>
      Promise.all(Array.from({ length: to - from }, (_, index) => token(follower(from + index)))),
  };
}

export interface Serving {
  readonly port: number;
  /** Its memory in megabytes: what the system counts as resident. */
  resident(): number;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** Starts `bcf-ledger serve` on a ledger, with the settings that it has by itself. @param node options of Node */
export async function serveRoom(file: string, node: readonly string[]): Promise<Serving> {
  const child = spawn(process.execPath, [...node, MAIN, 'serve', '--ledger', file, '--port', '0'], {
    env: { ...process.env, BCF_EVENTSTOREDB: undefined, NODE_V8_COVERAGE: undefined },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let said = '';
  const port = await new Promise<number>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString()}`.slice(-10_000);
      const found = /at http:\/\/[^;\s]+:(\d+);?/.exec(said)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    void ended.then(() => reject(new Error(`The service did not start: ${said}`)));
  });
  return {
    port,
    resident() {
      const status = readFileSync(`/proc/${child.pid!}/status`, 'utf8');
      return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024);
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
