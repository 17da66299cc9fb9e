import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openLedger } from '../../../src/ledger/ledger.js';
import type { ReadModel } from '../../../src/ledger/memory/read-model.js';
import { toSnapshot, type Snapshots } from '../../../src/ledger/memory/snapshot.js';
import { snapshotFile, type SnapshotFile } from '../../../src/store/snapshot-file.js';
import { openSqliteEventStore } from '../../../src/store/sqlite/sqlite-event-store.js';
import { contribution, folder, FUND, line, openedLedger, stated, TestLedger } from '../../support/ledger.js';
import { withoutStates } from '../../support/sharing.js';

/**
 * A start from a snapshot gives exactly the same read model as a start from the first event. Otherwise the snapshot is
 * not used.
 */

const program = () => 'this program';

interface Kept {
  readonly file: string;
  readonly snapshot: string;
  readonly snapshots: Snapshots;
  readonly clock: TestLedger['clock'];
  open(snapshots?: Snapshots | null): Promise<Ledger>;
}

/** A closed ledger of 1,100 facts and more, with some of everything that is kept, and its snapshot. */
async function kept(t: Test, facts = 1_100): Promise<Kept> {
  const made = await openedLedger(t, join(folder(t), 'ledger.sqlite'));
  const { clock, file } = made;
  await made.post('county-finance', 'PlanLineSet', line());
  await made.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const offer = { type: 'ContributionAgreed', data: contribution({ contribution: 'on-the-table' }) as never };
  await made.done('north-ccg-finance', { act: 'propose', fact: offer });
  const disputes = { effective: '2016-04-01', area: 'testshire', partners: ['county', 'north-ccg'] };
  await made.post('pool-manager', 'DisputesOpened', disputes, 'disputes-testshire');
  await stated(made, facts);
  await made.close();
  const snapshot = `${file}.snapshot`;
  const snapshots = { file: snapshotFile(snapshot), program, write: true };
  const open = async (given: Snapshots | null = snapshots) => {
    const ledger = await openLedger(openSqliteEventStore({ file }), clock, { snapshots: given ?? undefined });
    t.teardown(() => ledger.close());
    return ledger;
  };
  await (await open()).close();
  return { file, snapshot, snapshots, clock, open };
}

/** The whole state in the order of its entries and fields, whatever kind of map holds it. */
const inspected = (state: unknown): string =>
  JSON.stringify(state, (_, value: unknown) => (value instanceof Map ? [...(value as Map<unknown, unknown>)] : value));

/** Everything in a read model. */
const remembered = (model: ReadModel) => ({
  ledger: model.kept().ledger,
  streams: withoutStates(model.kept().streams),
});

t.test(
  'a ledger that is opened from a snapshot remembers what one that is read from the first event does',
  async (t) => {
    const { open } = await kept(t);
    const [ledger, anew] = [await open(), await open(null)];
    t.equal(anew.fromSnapshot, 0);
    t.equal(ledger.fromSnapshot, anew.model.size());
    t.ok(ledger.fromSnapshot > 1_000);
    t.strictSame(remembered(ledger.model), remembered(anew.model));
    t.strictSame(await ledger.stateOf('fund', `fund-${FUND}`), await anew.stateOf('fund', `fund-${FUND}`));
  },
);

t.test('what follows a snapshot is read and added, and acts go on as they would have', async (t) => {
  const { open, clock, file } = await kept(t);
  const act = async (ledger: Ledger) => {
    const test = new TestLedger(ledger, ledger.store, clock, file);
    await test.post('county-finance', 'PlanLineSet', line({ line: 'later' }));
    const proposal = ledger.model.openProposals()[0]!.proposal;
    await test.done('county-finance', { act: 'agree', proposal: proposal.id }, { key: 'once' });
    return (await test.done('county-finance', { act: 'agree', proposal: proposal.id }, { key: 'once' })).replayed;
  };
  const from = await open();
  t.ok(await act(from), 'the same key is the same act');
  const [again, anew] = [await open(), await open(null)];
  t.equal(again.fromSnapshot, anew.model.size() - 3);
  t.strictSame(remembered(again.model), remembered(anew.model));
  t.strictSame(remembered(from.model), remembered(anew.model));
});

t.test('the state of a fund that was decided on is in the snapshot, and is read part by part', async (t) => {
  const { open, clock, file } = await kept(t);
  const first = await open();
  const stream = `fund-${FUND}`;
  t.notOk(first.model.isAtHand(stream), 'nobody has decided on it yet');
  await new TestLedger(first, first.store, clock, file).post('county-finance', 'PlanLineSet', line({ line: 'later' }));
  await first.close();
  const [again, anew] = [await open(), await open(null)];
  t.equal(again.fromSnapshot, again.model.size(), 'its length is reason enough to write a new one');
  t.ok(again.model.isAtHand(stream));
  t.match(again.model.stream('fund', stream).own.items.get('later'), { kind: 'line', began: '2016-04-01' });
  const whole = await anew.stateOf('fund', stream);
  const { own, ...table } = again.model.stream('fund', stream);
  t.equal(inspected(own), inspected(whole.own));
  t.strictSame({ ...table, own: whole.own }, whole);
});

t.test('a snapshot is written once there is enough that is not in it', async (t) => {
  const { open, snapshot, clock, file } = await kept(t);
  const before = readFileSync(snapshot);
  const add = async (count: number) => {
    const ledger = await open();
    await stated(new TestLedger(ledger, ledger.store, clock, file), count);
    await ledger.close();
  };
  await add(900);
  t.ok(readFileSync(snapshot).equals(before), 'nine hundred events are read in no time');
  await add(200);
  t.notOk(readFileSync(snapshot).equals(before));
  const last = await open();
  t.equal(last.fromSnapshot, last.model.size());
});

t.test('who may only read a ledger writes no snapshot, and reads one', async (t) => {
  const { open, snapshot, snapshots } = await kept(t);
  t.ok((await open({ ...snapshots, write: false })).fromSnapshot > 1_000);
  rmSync(snapshot);
  await (await open({ ...snapshots, write: false })).close();
  t.equal(snapshots.file.read(), undefined);
});

t.test('a snapshot that cannot be written costs nothing but the time that it would have saved', async (t) => {
  const { open, snapshots } = await kept(t);
  const file: SnapshotFile = {
    read: () => undefined,
    write: () => {
      throw new Error('the disk is full');
    },
  };
  const ledger = await open({ ...snapshots, file });
  t.equal(ledger.fromSnapshot, 0);
  t.ok(ledger.model.size() > 1_000);
});

t.test('a state that is ahead of the ledger is in no snapshot', async (t) => {
  const { open, snapshot, snapshots } = await kept(t);
  rmSync(snapshot);
  const ledger = await open({ ...snapshots, write: false });
  Object.assign(ledger.model.stream('register', 'register'), { revision: 99, last: 99 });
  t.throws(() => remembered(ledger.model), /The state of register is ahead of the ledger/);
  t.equal(await toSnapshot(ledger.store, ledger.model, snapshots, 0), 0);
  t.equal(snapshots.file.read(), undefined);
});

t.test('a snapshot is not used', async (t) => {
  const { open, snapshot, snapshots, file } = await kept(t);
  const size = (await open(null)).model.size();
  const unused = async (why: string, given = snapshots) => {
    const ledger = await open({ ...given, write: false });
    t.equal(ledger.fromSnapshot, 0, why);
    t.equal(ledger.model.size(), size);
    await ledger.close();
  };

  await unused('that another program made', { ...snapshots, program: () => 'a later program' });

  const whole = readFileSync(snapshot);
  for (const place of [100, Math.floor(whole.length / 2), whole.length - 100]) {
    const changed = Buffer.from(whole);
    changed[place]! ^= 1;
    writeFileSync(snapshot, changed);
    await unused(`of which byte ${place} has changed`);
  }

  const other = await kept(t);
  copyFileSync(other.snapshot, snapshot);
  await unused('of another ledger');

  const longer = await kept(t, 1_200);
  copyFileSync(file, join(folder(t), 'earlier.sqlite'));
  copyFileSync(longer.snapshot, snapshot);
  await unused('of a ledger that has come further');

  const { about } = snapshotFile(longer.snapshot).read()!;
  snapshots.file.write(about, []);
  await unused('that is of nothing');
});

t.test('a store that keeps no tree has no snapshots, and its ledger makes the same tree', async (t) => {
  const { clock, file, snapshot, snapshots } = await kept(t);
  rmSync(snapshot);
  const { leaves, subtrees, ...store } = openSqliteEventStore({ file });
  t.ok(leaves);
  t.ok(subtrees);
  const other = await openLedger(openSqliteEventStore({ file }), clock);
  const ledger = await openLedger(store, clock, { snapshots });
  for (const size of [0, 1, 255, 256, 1_000, ledger.model.size()])
    t.same(await ledger.tree.rootAt(size), await other.tree.rootAt(size), String(size));
  await other.close();
  await ledger.close();
  t.equal(snapshots.file.read(), undefined);
});
