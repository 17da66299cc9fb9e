import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import t, { type Test } from 'tap';
import { openLedger, type Ledger } from '../../src/ledger/ledger.js';
import { startProving } from '../../src/ledger/audit/proof.js';
import type { Snapshots } from '../../src/ledger/memory/snapshot.js';
import { verify } from '../../src/ledger/audit/verify.js';
import { snapshotFile } from '../../src/store/snapshot-file.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { Refusal } from '../../src/domain/rules.js';
import { act } from '../../src/ledger/act.js';
import { ask } from '../../src/ledger/ask.js';
import { OPERATOR } from '../../src/ledger/access.js';
import { QUERIES } from '../../src/ledger/questions/all.js';
import { AMOUNT, atRest, DAMAGES, edited } from '../support/damages.js';
import { folder, FUND, line, openedLedger, stated } from '../support/ledger.js';

/** Damage to the file of a ledger is reported in words, at opening and by verify, and nothing runs for ever. */

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
