import { copyFileSync } from 'node:fs';
import t from 'tap';
import { hexOf } from '../../evidence/tree.js';
import { verify } from '../../src/ledger/audit/verify.js';
import { chainDigest } from '../../src/store/chain.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { everything } from '../store/conformance.js';
import { atRest, DAMAGES } from '../support/damages.js';
import { openedLedger } from '../support/ledger.js';
import { runHere } from './run.js';

/** A root from a printed page, or a digest that somebody noted, is held to a ledger: to one that is well, and to a damaged one. */

t.test('a digest that an earlier program gave is found where it was, or told to be of nothing', async (t) => {
  const ledger = await openedLedger(t);
  const [first, second] = await ledger.store.readAll();
  const digest = hexOf(chainDigest(chainDigest(undefined, first!), second!));
  await ledger.close();
  const verify = (...words: string[]) => runHere(['verify', '--ledger', ledger.file, '--digest', ...words]);
  t.match(await verify(digest), { code: 0, err: /The digest is that of the first 2 events\./ });
  t.match(await verify(digest.toUpperCase(), '--at', '2'), { code: 0, err: /of the first 2 events/ });
  t.match(await verify(digest, '--at', '3'), { code: 1, out: /covers the first 2 events, but --at says 3\./ });
  const other = '0'.repeat(64);
  t.match(await verify(other), {
    code: 1,
    out: /this ledger does not begin with the events that the digest covers/,
    err: /found by digest/,
  });
  t.match(await verify('abc'), { code: 2, err: /64 hexadecimal digits/ });
});

t.test('a root that a page names is held to the first events of the ledger', async (t) => {
  const ledger = await openedLedger(t);
  const [two, all] = [hexOf(await ledger.ledger.tree.rootAt(2)), hexOf(await ledger.ledger.tree.rootAt(6))];
  await ledger.close();
  const verify = (...words: string[]) => runHere(['verify', '--ledger', ledger.file, '--root', ...words]);
  t.match(await verify(two, '--at', '2'), { code: 0, err: /The root is that of the first 2 events\./ });
  t.match(await verify(all.toUpperCase(), '--at', '6'), { code: 0, err: /of the first 6 events/ });
  const onPaper = all.match(/.{8}/g)!.join(' ');
  t.match(await verify(onPaper, '--at', '6'), { code: 0, err: /of the first 6 events/ }, 'in groups, as on paper');
  t.match(await verify(two, '--at', '3'), {
    code: 1,
    out: /not the root of the first 3 events\. Compare the root and the number of events with the paper or your note\. If both are right, this ledger is an older copy or a backup, or/,
    err: /found by root/,
  });
  t.match(await verify(two, '--at', '7'), {
    code: 1,
    out: /only 6 events can be read, and not 7\. Compare the root and .* an older copy or a backup/,
  });
  t.match(await verify(two), { code: 2, err: /with --at/ });
  for (const size of ['0', '-2', '0x2', '2e0', '2.0', '+2', ' 2', '', '99999999999999999999'])
    t.match(await verify(two, `--at=${size}`), { code: 2, err: /whole number of events in digits, 1 at least/ }, size);
  t.match(await runHere(['verify', '--ledger', ledger.file, '--at', '2']), {
    code: 2,
    out: '',
    err: /Give --root or --digest with it/,
  });
});

/** What leaves the bytes of every event as they were: a root is worked out from those. */
const EVENTS_STAY: readonly string[] = ['a leaf edited', 'the last leaves dropped', 'the subtrees dropped'];

t.test('whatever verify finds in a damaged ledger, it finds with a root and a digest as well', async (t) => {
  const { file } = await atRest(t);
  const store = openSqliteEventStore({ file, readOnly: true });
  const { size, root } = await verify(store);
  const digest = (await everything(store)).reduce<Uint8Array | undefined>(chainDigest, undefined)!;
  await store.close();
  const noted = ['--root', root, '--digest', hexOf(digest), '--at', String(size)];
  for (const [name, { does }] of Object.entries(DAMAGES)) {
    const copy = `${file}.copy`;
    copyFileSync(file, copy);
    does(copy);
    const [alone, held] = [
      await runHere(['verify', '--json', '--ledger', copy]),
      await runHere(['verify', '--json', '--ledger', copy, ...noted]),
    ];
    t.equal(held.code, alone.code, name);
    if (alone.out === '') {
      t.match(held, { out: '', err: alone.err }, `${name}: it cannot be read at all`);
      continue;
    }
    const problemsOf = (out: string) => (JSON.parse(out) as { problems: { check: string }[] }).problems;
    const [found, all] = [problemsOf(alone.out), problemsOf(held.out)];
    t.not(found.length, 0, name);
    t.same(all.slice(0, found.length), found, `${name}: what is found without them comes first`);
    const more = all.slice(found.length).map(({ check }) => check);
    t.same(more, EVENTS_STAY.includes(name) ? [] : ['digest', 'root'], `${name}: and they do not fit`);
  }
});
