import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { instantOf, instantText, londonDay, type Instant } from '../../src/domain/calendar.js';
import type { FactData, Metadata } from '../../src/domain/grammar/event.js';
import { RULES_NOW } from '../../src/domain/grammar/rule-versions.js';
import { Refusal, type RuleCode } from '../../src/domain/rules.js';
import type { Command } from '../../src/domain/grammar/command.js';
import { encode, fundStream, KINDS, placed, REGISTER_STREAM } from '../../src/ledger/catalogue.js';
import { settableClock, type SettableClock } from '../../src/ledger/clock.js';
import { openLedger, type Ledger } from '../../src/ledger/ledger.js';
import { eventId } from '../../src/ledger/acts/event-id.js';
import type { Done, Submission } from '../../src/ledger/acts/submission.js';
import type { EventStore, EventPosition } from '../../src/store/event-store.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { testStore } from './store.js';

/** A new folder for a test, removed after it. */
export function folder(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'bcf-ledger-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export const at = (text: string): Instant => instantOf(text)!;

/** The people of the test ledger: a county that hosts, two CCGs and two districts, each with two officers. */
export const COUNTY = 'county';
export const NORTH = 'north-ccg';
export const SOUTH = 'south-ccg';
export const EAST = 'east-district';
export const WEST = 'west-district';
export const PARTNERS = [COUNTY, NORTH, SOUTH, EAST, WEST] as const;

const officers = (partner: string) => [
  { officer: `${partner}-finance`, role: 'finance-officer' },
  { officer: `${partner}-chief`, role: 'chief-finance-officer' },
];

export const FUND = 'testshire-2016-17';

let keys = 0;

/** A real ledger on a real store, a SQLite file unless the tests run on another, with a clock that the test sets. */
export class TestLedger {
  readonly ledger: Ledger;
  readonly store: EventStore;
  readonly clock: SettableClock;
  readonly file: string;

  constructor(ledger: Ledger, store: EventStore, clock: SettableClock, file: string) {
    this.ledger = ledger;
    this.store = store;
    this.clock = clock;
    this.file = file;
  }

  /** Puts the clock at an instant: `2016-04-30T12:00:00Z`. */
  now(text: string): this {
    this.clock.set(at(text));
    return this;
  }

  /** Submits a command as an officer, to the test fund unless told otherwise. */
  submit(officer: string, command: Command, more: Partial<Submission> & { in?: string } = {}): Promise<Done | Refusal> {
    const { in: where = FUND, ...rest } = more;
    const stream = where === REGISTER_STREAM || where.startsWith('disputes-') ? where : fundStream(where);
    return this.ledger.submit({
      kind: placed(stream).kind,
      stream,
      command,
      officer,
      signedInBy: 'test',
      key: `key-${++keys}`,
      correlation: 'test',
      evidence: [],
      ...rest,
    });
  }

  /** What has happened can be recorded on its day at the earliest, so the clock is set to noon of that day. */
  #onItsDay(command: Command, where = FUND): void {
    if (!('fact' in command)) return;
    const { type, data } = command.fact;
    const kind = where === REGISTER_STREAM || where.startsWith('disputes-') ? placed(where).kind : 'fund';
    const day = KINDS[kind].byName.get(type)?.happened?.(data);
    if (day !== undefined && londonDay(this.clock.now()) < day) this.clock.set(at(`${day}T12:00:00Z`));
  }

  /** Submits an act that must succeed. */
  async done(officer: string, command: Command, more: Partial<Submission> & { in?: string } = {}): Promise<Done> {
    this.#onItsDay(command, more.in);
    const done = await this.submit(officer, command, more);
    if (done instanceof Refusal) throw new Error(`${command.act} was refused: ${done.rule}: ${done.detail}`);
    return done;
  }

  /** Submits an act that must be refused, and returns the rule. Throws if an event was left behind. */
  async refused(
    officer: string,
    command: Command,
    more: Partial<Submission> & { in?: string } = {},
  ): Promise<RuleCode> {
    const head = await this.store.head();
    this.#onItsDay(command, more.in);
    const done = await this.submit(officer, command, more);
    if (!(done instanceof Refusal)) throw new Error(`${command.act} was not refused.`);
    if ((await this.store.head()) !== head)
      throw new Error(`${command.act} was refused as ${done.rule}, but left an event.`);
    return done.rule;
  }

  post(officer: string, type: string, data: Readonly<Record<string, unknown>>, where?: string): Promise<Done> {
    return this.done(officer, { act: 'post', fact: { type, data: data as FactData } }, where ? { in: where } : {});
  }

  /** Proposes as one officer and agrees as another. Returns the agreement. */
  async signed(
    proposer: string,
    signer: string,
    type: string,
    data: Readonly<Record<string, unknown>>,
    where?: string,
  ): Promise<Done> {
    const more = where ? { in: where } : {};
    const proposed = await this.done(proposer, { act: 'propose', fact: { type, data: data as FactData } }, more);
    return this.done(signer, { act: 'agree', proposal: proposed.outcome.proposal! }, more);
  }

  /** The position of an event of the ledger, by its place; 1 is the first. */
  async position(place: number): Promise<EventPosition> {
    return (await this.store.readAll({ limit: place }))[place - 1]!.position;
  }

  close(): Promise<void> {
    return this.ledger.close();
  }
}

export interface Refused {
  readonly name: string;
  readonly officer: string;
  readonly act: 'post' | 'propose';
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly rule: RuleCode;
}

/** Tries each act on one stream. All must be refused, each by its rule, and leave nothing behind. */
export async function refusals(t: Test, ledger: TestLedger, where: string, all: readonly Refused[]): Promise<void> {
  for (const { name, officer, act, type, data, rule } of all) {
    t.equal(await ledger.refused(officer, { act, fact: { type, data: data as FactData } }, { in: where }), rule, name);
  }
}

/** Opens an empty ledger in a new file, or on a given store. */
export async function emptyLedger(
  t: Test,
  file = join(folder(t), 'ledger.sqlite'),
  given?: EventStore,
): Promise<TestLedger> {
  const clock = settableClock(at('2016-03-01T09:00:00Z'));
  const store = given ?? (await testStore(t, file));
  const ledger = new TestLedger(await openLedger(store, clock, { clockMsMax: Infinity }), store, clock, file);
  t.teardown(() => ledger.close());
  return ledger;
}

/** Another service on the same file, as another process would be. */
export async function onSameFile(t: Test, { clock, file }: TestLedger): Promise<TestLedger> {
  const store = openSqliteEventStore({ file });
  const ledger = new TestLedger(await openLedger(store, clock, { clockMsMax: Infinity }), store, clock, file);
  t.teardown(() => ledger.close());
  return ledger;
}

export const LEDGER_OPENED = {
  effective: '2016-01-01',
  ledger: 'Test ledger',
  demonstration: false,
  partner: COUNTY,
  name: 'Testshire County Council',
  kind: 'county',
  officers: [
    { officer: 'registrar', role: 'registrar' },
    { officer: 'pool-manager', role: 'pool-manager' },
    { officer: 'auditor', role: 'auditor' },
    ...officers(COUNTY),
  ],
};

/** Opens a ledger with its partners and the fund `testshire-2016-17`, hosted by the county. */
export const openedLedger = async (
  t: Test,
  file?: string,
  demonstration = false,
  store?: EventStore,
): Promise<TestLedger> => opened(await emptyLedger(t, file, store), demonstration);

/** Opens an empty ledger, with its partners and its fund. */
export async function opened(ledger: TestLedger, demonstration: boolean): Promise<TestLedger> {
  await ledger.post('registrar', 'LedgerOpened', { ...LEDGER_OPENED, demonstration }, REGISTER_STREAM);
  for (const [partner, name, kind] of [
    [NORTH, 'NHS North CCG', 'ccg'],
    [SOUTH, 'NHS South CCG', 'ccg'],
    [EAST, 'East District Council', 'district'],
    [WEST, 'West District Council', 'district'],
  ] as const) {
    await ledger.post(
      'registrar',
      'PartnerRegistered',
      { effective: '2016-01-01', partner, name, kind, officers: officers(partner) },
      REGISTER_STREAM,
    );
  }
  await openFund(ledger, '2016-17');
  return ledger;
}

/** Opens the fund of a year and loads its state, so that a test can look at it at once. */
export async function openFund(ledger: TestLedger, year: string): Promise<Done> {
  const fund = `testshire-${year}`;
  const done = await ledger.post(
    'pool-manager',
    'FundOpened',
    { effective: `${year.slice(0, 4)}-04-01`, area: 'testshire', year, host: COUNTY, partners: [...PARTNERS] },
    fund,
  );
  await ledger.ledger.stateOf('fund', fundStream(fund));
  return done;
}

/** A contribution of a CCG, as its data: recurrent, effective on the first day, due on the first of April unless told. */
export const contribution = (more: Readonly<Record<string, unknown>> = {}) => {
  const data = {
    effective: '2016-04-01',
    contribution: 'north-extra',
    payer: NORTH,
    source: 'NHS_ADD',
    amount: '1000000.00',
    recurrent: true,
    ...more,
  };
  return { instalments: [{ due: data.effective, amount: data.amount }], ...data };
};

export const line = (more: Readonly<Record<string, unknown>> = {}) => ({
  effective: '2016-04-01',
  line: 'home-care',
  description: 'Home care',
  category: 'base',
  source: 'NHS_ADD',
  recurrent: true,
  amount: '1000000.00',
  ...more,
});

export const grant = (more: Readonly<Record<string, unknown>> = {}) => {
  const data = {
    effective: '2016-04-01',
    grant: 'dfg',
    holder: COUNTY,
    source: 'DFG',
    amount: '900000.00',
    recurrent: true,
    determination: 'Test determination',
    ...more,
  };
  return { tranches: [{ due: '2016-05-01', amount: data.amount }], ...data };
};

/** The metadata of an event, for events that a test writes directly into a store. */
export const carried = (more: Partial<Metadata> = {}): Metadata => ({
  schemaVersion: 1,
  rules: RULES_NOW,
  recordedAt: '2016-03-01T09:00:00.000Z',
  officer: 'county-finance',
  partner: COUNTY,
  role: 'finance-officer',
  signedInBy: 'test',
  key: 'k',
  request: 'r',
  correlation: 'c',
  evidence: [],
  ...more,
});

/** Writes many stated gaps directly into the store, which is faster than posting them one by one. */
export async function stated({ store, ledger, clock }: TestLedger, count: number): Promise<void> {
  const stream = fundStream(FUND);
  const head = ledger.model.stream('fund', stream).revision;
  const data = {
    effective: '2016-04-01',
    claimant: 'Press',
    statedOn: '2016-04-01',
    amount: '1.00',
    basis: 'a report',
  };
  const events = Array.from({ length: count }, (_, index) =>
    encode(
      eventId('many', String(head + index), 0),
      'GapStated',
      data as never,
      carried({ key: `many-${head + index}`, recordedAt: instantText(ledger.model.now(clock)) }),
    ),
  );
  const { position } = await store.append(stream, BigInt(head), events);
  await ledger.projector.whenTaken(position);
}

export { REGISTER_STREAM };
