import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import t, { type Test } from 'tap';
import { openLedger, type Ledger } from '../../src/ledger/ledger.js';
import { startProving } from '../../src/ledger/audit/proof.js';
import type { Snapshots } from '../../src/ledger/memory/snapshot.js';
import { verify, type CheckName } from '../../src/ledger/audit/verify.js';
import { snapshotFile } from '../../src/store/snapshot-file.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { leafOf } from '../../src/store/leaf.js';
import { Refusal } from '../../src/domain/rules.js';
import { act } from '../../src/ledger/act.js';
import { ask } from '../../src/ledger/ask.js';
import { OPERATOR } from '../../src/ledger/access.js';
import { QUERIES } from '../../src/ledger/questions/all.js';
import { contribution, folder, FUND, line, openedLedger, stated, type TestLedger } from '../support/ledger.js';

/** Damage to the file of a ledger is reported in words, at opening and by verify, and nothing runs for ever. */

/** A closed ledger of some hundred facts, copied so that this process holds nothing of it open. */
async function atRest(t: Test, facts = 600): Promise<{ file: string; clock: TestLedger['clock'] }> {
  const made = await openedLedger(t);
  await made.post('county-finance', 'PlanLineSet', line());
  await made.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  await stated(made, facts);
  await made.close();
  const file = join(folder(t), 'ledger.sqlite');
  copyFileSync(made.file, file);
  return { file, clock: made.clock };
}

type Database = InstanceType<typeof DatabaseSync>;

function edited(file: string, act: (db: Database) => void): void {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = DELETE');
  const triggers = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all() as { name: string }[];
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
  act(db);
  db.exec('PRAGMA journal_mode = WAL');
  db.close();
}

const sql =
  (...statements: string[]) =>
  (file: string): void =>
    edited(file, (db) => statements.forEach((each) => db.exec(each)));

const AMOUNT = `UPDATE events SET data = replace(data, '1000000.00', '1000001.00') WHERE position = 7`;

/** Makes the leaf of an event match its changed bytes. */
function releaf(db: Database, position: number): void {
  const row = db
    .prepare('SELECT stream, revision, id, type, data, metadata FROM events WHERE position = ?')
    .get(position) as Record<'stream' | 'id' | 'type' | 'data' | 'metadata', string> & { revision: number };
  const leaf = leafOf({ ...row, revision: BigInt(row.revision) });
  db.prepare('UPDATE leaves SET hash = ? WHERE position = ?').run(Buffer.from(leaf), position);
}

/** The pages of the table of events that hold rows, in the order of their rows. */
function leafPages(bytes: Buffer, size: number, root: number): number[] {
  const at = (root - 1) * size;
  // An inner page of a table lists its children; a page of rows is itself.
  if (bytes[at] === 0x0d) return [root];
  const cells = bytes.readUInt16BE(at + 3);
  const children = Array.from({ length: cells }, (_, cell) =>
    bytes.readUInt32BE(at + bytes.readUInt16BE(at + 12 + 2 * cell)),
  );
  return [...children, bytes.readUInt32BE(at + 8)].flatMap((child) => leafPages(bytes, size, child));
}

function pagesOf(file: string): { bytes: Buffer; size: number; pages: number[] } {
  const bytes = readFileSync(file);
  const copy = `${file}.look`;
  copyFileSync(file, copy);
  const db = new DatabaseSync(copy);
  const { rootpage } = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'events'").get() as {
    rootpage: number;
  };
  db.close();
  const size = bytes.readUInt16BE(16);
  return { bytes, size, pages: leafPages(bytes, size, rootpage) };
}

/** Swaps two pages of events, as a disk or a copy may. */
function swapped(file: string): void {
  const { bytes, size, pages } = pagesOf(file);
  const [one, other] = [pages[2]!, pages[5]!].map((page) => (page - 1) * size) as [number, number];
  const kept = Buffer.from(bytes.subarray(one, one + size));
  bytes.copy(bytes, one, other, other + size);
  kept.copy(bytes, other);
  writeFileSync(file, bytes);
}

function zeroed(file: string): void {
  const { bytes, size, pages } = pagesOf(file);
  bytes.fill(0, (pages[3]! - 1) * size, pages[3]! * size);
  writeFileSync(file, bytes);
}

/** Zeroes the second half of a page of events, as a disk with smaller blocks may leave it. */
function halfZeroed(file: string): void {
  const { bytes, size, pages } = pagesOf(file);
  bytes.fill(0, (pages[3]! - 0.5) * size, pages[3]! * size);
  writeFileSync(file, bytes);
}

interface Damage {
  readonly does: (file: string) => void;
  /** The message at opening; undefined if only verify, which checks the whole tree, can find the damage. */
  readonly opening: RegExp | undefined;
  readonly verify: CheckName;
}

const DAMAGES: Readonly<Record<string, Damage>> = {
  'an amount edited': { does: sql(AMOUNT), opening: /Position 7 .* is not what was recorded/, verify: 'tree' },
  'a recorded instant edited': {
    does: sql(`UPDATE events SET metadata = replace(metadata, '2016-03-01T09', '2016-03-01T08') WHERE position = 1`),
    opening: /Position 1 .* is not what was recorded/,
    verify: 'tree',
  },
  'an event deleted from the middle': {
    does: sql('DELETE FROM events WHERE position = 200'),
    opening: /Position 201 comes straight after 199: .* missing/,
    verify: 'sequence',
  },
  'the first event deleted': {
    does: sql('DELETE FROM events WHERE position = 1'),
    opening: /Position 2 comes straight after the beginning/,
    verify: 'sequence',
  },
  'the tail deleted': {
    does: sql('DELETE FROM events WHERE position > 500'),
    opening: /goes on after event 500, and the events do not/,
    verify: 'tree',
  },
  'every event deleted': {
    does: sql('DELETE FROM events'),
    opening: /goes on after event 0, and the events do not/,
    verify: 'tree',
  },
  'a leaf edited': {
    does: sql('UPDATE leaves SET hash = zeroblob(32) WHERE position = 7'),
    opening: /Position 7 .* is not what was recorded/,
    verify: 'tree',
  },
  'the last leaves dropped': {
    does: sql('DELETE FROM leaves WHERE position > 500'),
    opening: /Position 501 .* has no leaf/,
    verify: 'tree',
  },
  'the subtrees dropped': {
    does: sql('DELETE FROM subtrees'),
    opening: /the subtree at place 0 of level 8 is missing/,
    verify: 'tree',
  },
  'an event edited with its leaf': {
    does: (file) =>
      edited(file, (db) => {
        db.exec(AMOUNT);
        releaf(db, 7);
      }),
    opening: undefined,
    verify: 'tree',
  },
  'two pages swapped': { does: swapped, opening: /Position \d+ comes (straight )?after \d+/, verify: 'structure' },
  'a page zeroed': { does: zeroed, opening: /malformed/, verify: 'structure' },
  'half a page zeroed': {
    does: halfZeroed,
    opening: /Position \d+ cannot be read: what stands there is no event/,
    verify: 'structure',
  },
  'the file cut short': {
    does: (file) => {
      const bytes = readFileSync(file);
      const size = bytes.readUInt16BE(16);
      writeFileSync(file, bytes.subarray(0, Math.floor(bytes.length / size / 2) * size));
    },
    opening: /malformed|missing|not what was recorded|goes on after/,
    verify: 'structure',
  },
};

for (const [name, { does, opening, verify: check }] of Object.entries(DAMAGES)) {
  t.test(`${name} is told`, async (t) => {
    const { file, clock } = await atRest(t);
    does(file);
    const at = async (use: (of: ReturnType<typeof openSqliteEventStore>) => Promise<unknown>) => {
      const store = openSqliteEventStore({ file, readOnly: true });
      try {
        return await use(store);
      } finally {
        await store.close();
      }
    };
    const opened = await at((store) => openLedger(store, clock)).then(
      () => undefined,
      (error: unknown) => (error as Error).message,
    );
    if (opening) t.match(opened, opening, 'by opening it');
    else {
      // A leaf that somebody has recomputed is found by the tree of its 256 events, once the service has checked it.
      t.equal(opened, undefined);
      await t.rejects(
        at((store) => startProving(store, () => 600, 0).whole),
        { name: 'LedgerDamaged', message: /the subtree at place 0 of level 8 is another/ },
        'by proving it',
      );
    }
    const found = await at(async (store) => (await verify(store)).problems).catch((error: unknown) => [
      { check: 'structure', words: (error as Error).message },
    ]);
    t.ok(
      (found as { check: string }[]).some((each) => each.check === check),
      `by verify: ${JSON.stringify((found as object[])[0])}`,
    );
  });
}

const MANY = 1_100;

/** A ledger at rest with a snapshot of it, copied so that this process holds nothing of it open. */
async function withSnapshot(t: Test) {
  const { file: made, clock } = await atRest(t, MANY);
  const snapshots = (file: string): Snapshots => ({
    file: snapshotFile(`${file}.snapshot`),
    program: () => 'this program',
    write: true,
  });
  await (await openLedger(openSqliteEventStore({ file: made }), clock, { snapshots: snapshots(made) })).close();
  const file = join(folder(t), 'ledger.sqlite');
  for (const each of ['', '.snapshot', '.snapshot.key']) copyFileSync(`${made}${each}`, `${file}${each}`);
  const open = async (proveEveryMs?: number): Promise<Ledger> => {
    const ledger = await openLedger(openSqliteEventStore({ file }), clock, {
      snapshots: snapshots(file),
      proveEveryMs,
    });
    t.teardown(() => ledger.close());
    return ledger;
  };
  return { file, open };
}

t.test('what a snapshot spared a start is proven afterwards, and how far is said', async (t) => {
  const { open } = await withSnapshot(t);
  const ledger = await open(0);
  t.ok(ledger.fromSnapshot > MANY);
  await ledger.whenProven;
  t.same(ledger.proven(), { size: ledger.model.size(), of: ledger.model.size() });
  t.equal(ledger.unsound(), undefined);
  const unproven = await open();
  t.equal(unproven.proven(), undefined, 'who only asks a question proves nothing');
});

t.test('while it is being proven it is said how far', async (t) => {
  const { open } = await withSnapshot(t);
  const ledger = await open(1_000);
  const { size, of } = ledger.proven()!;
  t.equal(of, ledger.model.size());
  t.ok(size < of, `${size} of ${of}`);
});

t.test('what can be read no further, or has lost a part of its tree, is not proven', async (t) => {
  const { open } = await withSnapshot(t);
  const { store, model } = await open();
  const beyond = startProving(store, () => model.size() + 1, 0);
  await t.rejects(beyond.whole, { name: 'LedgerDamaged', message: /nothing can be read/ });
  const without = startProving({ ...store, subtrees: () => Promise.resolve([]) }, () => model.size(), 0);
  await t.rejects(without.whole, { name: 'LedgerDamaged', message: /is missing/ });
});

t.test('in a ledger that is found damaged no act is recorded, by whichever face', async (t) => {
  const { ledger } = await openedLedger(t);
  ledger.projector.foundDamaged('a leaf is another');
  const command = { act: 'post', fact: { type: 'PlanLineSet', data: line() as never } } as const;
  const submission = { kind: 'fund', stream: `fund-${FUND}`, command, officer: 'pool-manager' } as const;
  const more = { signedInBy: 'test', key: 'one', correlation: 'test', evidence: [] };
  t.match(await act(ledger, OPERATOR, { ...submission, ...more }), {
    rule: 'ledger_damaged',
    detail: 'a leaf is another',
  });
});

t.test('a difference that is found afterwards ends answers and acts alike, naming the place', async (t) => {
  const { file, open } = await withSnapshot(t);
  edited(file, (db) => db.exec(AMOUNT));
  const ledger = await open(0);
  t.ok(ledger.fromSnapshot > MANY, 'the snapshot is of the ledger as it was');
  await t.rejects(ledger.whenProven, { name: 'LedgerDamaged' });
  const words = /Position 7 .* is not what was recorded/;
  t.match(ledger.unsound(), { questionsToo: true, refusal: { rule: 'ledger_damaged', detail: words } });
  const gap = QUERIES.find(({ name }) => name === 'gap')!;
  const answer = await ask(ledger, OPERATOR, gap, { fund: FUND });
  t.ok(answer instanceof Refusal);
  t.match(answer, { rule: 'ledger_damaged', detail: words });
});

t.test(
  'what is altered under a running ledger is told by whoever reads it first, and ends answers and acts alike',
  async (t) => {
    const made = await openedLedger(t);
    await made.post('county-finance', 'PlanLineSet', line({ amount: '1000000.00' }));
    await stated(made, 3);
    const stream = `fund-${FUND}`;
    const { ledger } = made;
    t.equal((await ledger.entries(stream, ledger.model.size())).length, 5);
    // While it is in use, no other connection can remove the log.
    const db = new DatabaseSync(made.file);
    db.exec('DROP TRIGGER events_are_never_updated; DROP TRIGGER leaves_are_never_deleted');
    db.exec(AMOUNT);
    t.equal(
      (await ledger.entries(stream, ledger.model.size())).length,
      5,
      'what was read before is told as it was recorded',
    );
    t.equal(ledger.unsound(), undefined, 'nobody has read it yet');
    await t.rejects(ledger.entries(stream, ledger.model.size(), -1), {
      name: 'LedgerDamaged',
      message: /Position 7 .* is not what was recorded/,
    });
    t.match(ledger.unsound(), { refusal: { rule: 'ledger_damaged' }, questionsToo: true });
    t.match(await verify(made.store), { found: { tree: 1 } }, 'whoever looks for damage reads on');
    db.exec('DELETE FROM leaves WHERE position = 7');
    db.close();
    await t.rejects(
      made.store.readAll(),
      { message: /Position 7 .* is not what was recorded/ },
      'the first is what is said',
    );
    const again = openSqliteEventStore({ file: made.file, readOnly: true });
    await t.rejects(again.readAll(), { message: /Position 7 .* has no leaf in the ledger’s tree/ });
    await again.close();
  },
);

t.test('a snapshot that somebody altered and digested anew is not used', async (t) => {
  const { file, open } = await withSnapshot(t);
  const other = `${file}.other`;
  // Made by the same program for the same ledger, but without the secret.
  const kept = snapshotFile(`${file}.snapshot`).read()!;
  snapshotFile(other).write(kept.about, kept.parts());
  kept.close();
  copyFileSync(other, `${file}.snapshot`);
  t.equal((await open()).fromSnapshot, 0);
});
