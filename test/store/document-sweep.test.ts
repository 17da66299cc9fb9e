import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { openDocuments } from '../../src/store/documents.js';
import { noteIn, notedIn } from '../../src/store/document-note.js';
import { startSweeping, sweepDocuments, type Swept } from '../../src/store/document-sweep.js';
import { folder } from '../support/ledger.js';
import { asyncProperty } from '../support/property.js';

/** The sweep of the folder of documents. A file that nothing names is removed after a while; any other stays. */

const STREAM = 'fund-testshire-2016-17';
const OTHER = 'fund-elsewhere-2016-17';
const DAY = 86_400_000;
const NOW = Date.parse('2026-11-30T12:00:00Z');

async function* content(text: string) {
  yield Buffer.from(text);
}

function opened(t: Test) {
  const path = folder(t);
  const documents = openDocuments({ folder: path, bytesMax: 10_000, now: NOW, freeBytesMin: 0 });
  const keep = async (text: string, days: number, stream = STREAM): Promise<string> => {
    const { sha256 } = await documents.keep(stream, 'txt', content(text));
    const then = new Date(NOW - days * DAY);
    utimesSync(join(path, stream, `${sha256}.txt`), then, then);
    return sha256;
  };
  const names = new Map<string, Set<string>>([[STREAM, new Set()]]);
  const sweep = (more: Partial<Parameters<typeof sweepDocuments>[0]> = {}): Promise<Swept> =>
    sweepDocuments({
      folder: path,
      named: async (stream) => names.get(stream),
      now: NOW,
      unnamedMs: 30 * DAY,
      remove: true,
      ...more,
    });
  const kept = (stream = STREAM): string[] => readdirSync(join(path, stream)).sort();
  return { path, documents, keep, names, sweep, kept };
}

t.test('a file that nothing names goes after a while; what is named, or is young, stays', async (t) => {
  const { keep, names, sweep, kept, path } = opened(t);
  const abandoned = await keep('abandoned', 31);
  const named = await keep('named', 400);
  const young = await keep('young', 29);
  names.get(STREAM)!.add(named);
  writeFileSync(join(path, STREAM, 'notes.of.the.operator'), 'x');
  writeFileSync(join(path, 'a file of the operator'), 'x');
  const unnamed = [{ stream: STREAM, sha256: abandoned, type: 'txt', bytes: 9, since: NOW - 31 * DAY }];
  t.same(await sweep({ remove: false }), { unnamed, strange: [] });
  t.equal(kept().length, 4, 'only listed');
  t.same(await sweep(), { unnamed, strange: [] });
  t.same(kept(), [`${named}.txt`, `${young}.txt`, 'notes.of.the.operator'].sort());
  t.same(await sweep(), { unnamed: [], strange: [] });
});

t.test('the folder of a stream that the ledger has not is left as it is, and told', async (t) => {
  const { keep, sweep, kept } = opened(t);
  const sha256 = await keep('of another ledger', 400, OTHER);
  t.same(await sweep(), { unnamed: [], strange: [OTHER] });
  t.same(kept(OTHER), [`${sha256}.txt`]);
});

t.test('a file that somebody else removes while the sweep looks at it is none that was removed', async (t) => {
  const { keep, sweep, path, names } = opened(t);
  const sha256 = await keep('abandoned', 400);
  const swept = await sweep({
    named: async (stream) => {
      rmSync(join(path, STREAM, `${sha256}.txt`));
      return names.get(stream);
    },
  });
  t.same(swept, { unnamed: [], strange: [] });
});

t.test('a ledger that cannot be read sweeps nothing', async (t) => {
  const { keep, sweep, kept } = opened(t);
  const sha256 = await keep('abandoned', 400);
  await t.rejects(sweep({ named: () => Promise.reject(new Error('hidden')) }), /hidden/);
  t.same(kept(), [`${sha256}.txt`]);
});

t.test('what is named, sent again or stands in a draft while the sweep looks at it is put back', async (t) => {
  const { keep, sweep, kept, documents, names } = opened(t);
  const whiles: Readonly<Record<string, (sha256: string) => Promise<unknown>>> = {
    'an act names it': async (sha256) => names.get(STREAM)!.add(sha256),
    'a draft that names it is shown': (sha256) => documents.renew(STREAM, sha256, NOW),
    'the stream is not to be found any more': async () => names.delete(STREAM),
  };
  for (const [name, happens] of Object.entries(whiles)) {
    const sha256 = await keep(name, 400);
    let asked = 0;
    const named = async (stream: string) => {
      if (++asked === 2) await happens(sha256);
      return names.get(stream);
    };
    t.same((await sweep({ named })).unnamed, [], name);
    t.ok(kept().includes(`${sha256}.txt`), name);
    t.equal(await documents.has(STREAM, sha256), true, name);
  }
  names.set(STREAM, new Set());
  const again = await keep('sent again', 400);
  let asked = 0;
  await sweep({
    named: async (stream) => {
      if (++asked === 2) await documents.keep(STREAM, 'txt', content('sent again'));
      return names.get(stream);
    },
  });
  t.ok(await documents.has(STREAM, again), 'sent again, it is there');
});

t.test('what a sweep that was cut off has laid aside is put back before anything else', async (t) => {
  const { keep, sweep, path, documents, names } = opened(t);
  const sha256 = await keep('named', 400);
  names.get(STREAM)!.add(sha256);
  mkdirSync(join(path, '.swept'));
  renameSync(join(path, STREAM, `${sha256}.txt`), join(path, '.swept', `${STREAM},${sha256}.txt`));
  t.equal(await documents.has(STREAM, sha256), false);
  await sweep();
  t.equal(await documents.has(STREAM, sha256), true);
  t.same(readdirSync(join(path, '.swept')), []);
});

t.test(
  'a file that was sent again is as young as that, whatever a sweep that was cut off had laid aside of it',
  async (t) => {
    const { keep, sweep, path, kept } = opened(t);
    const sha256 = await keep('sent again', 400);
    mkdirSync(join(path, '.swept'));
    renameSync(join(path, STREAM, `${sha256}.txt`), join(path, '.swept', `${STREAM},${sha256}.txt`));
    await keep('sent again', 0);
    t.same(await sweep(), { unnamed: [], strange: [] });
    t.same(kept(), [`${sha256}.txt`]);
    t.same(readdirSync(join(path, '.swept')), []);
    t.same(await sweep({ now: NOW + 31 * DAY }), {
      unnamed: [{ stream: STREAM, sha256, type: 'txt', bytes: 10, since: NOW }],
      strange: [],
    });
  },
);

t.test('a folder notes which ledger it belongs to; what is no such note is told', async (t) => {
  const path = folder(t);
  t.equal(await notedIn(path), undefined);
  const noted = { where: '/var/lib/bcf/ledger.sqlite', size: 12, root: 'a'.repeat(64) };
  noteIn(path, { ...noted, size: 11 });
  noteIn(path, noted);
  t.same(await notedIn(path), noted);
  for (const text of ['', 'null', '{"size":12}']) {
    writeFileSync(join(path, '.ledger'), text);
    await t.rejects(notedIn(path), /is not a note of a ledger: no file is removed/, text);
  }
});

const anAct = fc.record({
  file: fc.nat({ max: 3 }),
  days: fc.nat({ max: 60 }),
  isSentAgain: fc.nat({ max: 4 }).map((each) => each === 0),
  turns: fc.nat({ max: 4 }),
});

t.test('beside uploads, drafts and acts in any order, no sweep takes what is named', async (t) => {
  await asyncProperty(
    t,
    fc.asyncProperty(fc.array(anAct, { minLength: 10, maxLength: 30 }), async (acts) => {
      const { keep, sweep, documents, names, path } = opened(t);
      const all: string[] = [];
      for (let file = 0; file <= 3; file++) all.push(await keep(`document ${file}`, 60));
      /** An officer continues an old draft, or sends its document again, and records it after a while. */
      const officer = async (own: typeof acts): Promise<void> => {
        for (const { file, days, isSentAgain, turns } of own) {
          const at = join(path, STREAM, `${all[file]!}.txt`);
          if (isSentAgain) await documents.keep(STREAM, 'txt', content(`document ${file}`));
          const then = new Date(NOW - days * DAY);
          if (existsSync(at)) utimesSync(at, then, then);
          for (let each = 0; each < turns; each++) await turn();
          await documents.renew(STREAM, all[file]!, NOW);
          if (existsSync(at)) names.get(STREAM)!.add(all[file]!);
        }
      };
      const half = Math.floor(acts.length / 2);
      let isOver = false;
      const sweeping = async (): Promise<void> => {
        while (!isOver) await sweep();
      };
      const officers = Promise.all([officer(acts.slice(0, half)), officer(acts.slice(half))]);
      await Promise.all([officers.finally(() => (isOver = true)), sweeping()]);
      await sweep();
      for (const sha256 of names.get(STREAM)!)
        if (!(await documents.has(STREAM, sha256))) throw new Error(`${sha256} is named, and is gone.`);
    }),
    6,
  );
});

t.test(
  'the service sweeps after a while and then again and again; a fault is logged, and the next round tries again',
  async (t) => {
    const said: string[] = [];
    let rounds = 0;
    let notes = 0;
    let enough: () => void = () => undefined;
    const swept = new Promise<void>((resolve) => (enough = resolve));
    const unnamed = [{ stream: STREAM, sha256: 'f', type: 'pdf' as const, bytes: 1, since: 0 }];
    const say = (_what: object, words: string): void => void said.push(words);
    const sweeping = startSweeping(
      {
        async sweep() {
          if (++rounds === 1) throw new Error('the store is away');
          if (rounds === 4) enough();
          if (rounds === 2) return { unnamed, strange: [] };
          return rounds === 3
            ? { unnamed, strange: [OTHER], whyNot: 'It is the folder of another ledger.' }
            : { unnamed: [], strange: [] };
        },
        async note() {
          if (++notes === 1) throw new Error('the disk is full');
        },
      },
      { firstMs: 1, everyMs: 5, noteMs: 60_000 },
      { info: say, warn: say, error: say },
    );
    await swept;
    await sweeping.stop();
    const [at, noted] = [rounds, notes];
    t.same(said, [
      'the folder of documents could not note how far its ledger has come',
      'the folder of documents could not be swept',
      'a document that nothing names was removed',
      'a folder of documents is of nothing in this ledger, and is left as it is',
      'no document was removed. It is the folder of another ledger.',
    ]);
    t.equal(noted, rounds + 2, 'noted at the start, before each sweep, and at the stop');
    await turn();
    t.same([rounds, notes], [at, noted], 'after its stop it sweeps no more');
  },
);
