import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { ALONE } from '../support/alone.js';
import { folder } from '../support/ledger.js';

const BENCH = fileURLToPath(new URL('../../bench/run.js', import.meta.url));

/** Runs the bench with no opponent installed: no program on the path, and no package beside it. */
async function bench(args: readonly string[], packages: string) {
  const [env, ...alone] = [...ALONE.slice(0, -1), 'PATH=', process.execPath];
  const child = spawn(env, [...alone, '--expose-gc', BENCH, '--packages', packages, ...args]);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

t.test('a small run measures the ledger, and names every opponent that is not there', async (t) => {
  const packages = folder(t);
  const chart = join(packages, 'chart.svg');
  const { code, out, err } = await bench(['1000', '--seconds', '0.02', '--chart', chart], packages);
  t.equal(code, 0, err);
  for (const measured of [
    'position of a partner, ours',
    'ours, a receipt of the first day',
    'rebuild, ours',
    'opened again, ours',
    'ours, in process',
    'ours, over HTTP',
    'ours, position over HTTP, bearer token, asked again',
    'ours, position over HTTP, bearer token, asked anew',
  ]) {
    t.match(out, new RegExp(`^${measured} .*\\d`, 'm'));
  }
  const missing = [...out.matchAll(/^(.+?) {2,}.*not measured: (.+?) is not installed/gm)];
  t.same(
    missing.map(([, what, who]) => [what, who]),
    [
      ['position of a partner, PostgreSQL', 'pg'],
      ['position of a partner, ledger', 'ledger'],
      ['position of a partner, hledger', 'hledger'],
      ['rebuild, ledger balance', 'ledger'],
      ['rebuild, hledger stats', 'hledger'],
      ['rebuild, emmett-sqlite', 'sqlite3'],
      ['PostgreSQL INSERT … COMMIT', 'pg'],
      ['emmett-sqlite append', 'sqlite3'],
      ['emmett-postgresql append', 'pg'],
    ],
  );
  t.match(out, /^c: in process over emmett-sqlite +≥ 10 +— +not measured in this run$/m);
  t.match(readFileSync(chart, 'utf8'), /^<svg .*prefers-color-scheme: dark.*rebuild, ours.*<\/svg>\n$/s);
});

t.test('a small run measures pages beside the same questions, and puts its tables into a document', async (t) => {
  const packages = folder(t);
  const document = join(packages, 'tables');
  writeFileSync(document, readFileSync('docs/bench.md', 'utf8'));
  const { code, out, err } = await bench(
    ['pages', '1000', '--facts', '1000', '--seconds', '0.01', '--only', 'History', '--into', document],
    packages,
  );
  t.equal(code, 0, err);
  t.match(out, /^1,000 events in 1 fund of 12 partners$/m);
  t.match(out, /^one fund of 40 partners, 100 lines and 1,000 facts$/m);
  t.equal(
    out.match(/^History of one group +[\d.]+, [\d.]+ +[\d.]+, [\d.]+ +[\d.]+ +[\d.]+, [\d.]+ +\d+$/gm)?.length,
    2,
  );
  t.match(out, /^requests of a first visit: .* ≤ 5 +2\.0 +yes$/m);
  t.match(out, /^requests of the next: .* ≤ 1 +1\.0 +yes$/m);
  const written = readFileSync(document, 'utf8');
  t.match(written, /^\| History of one body +\| [\d.]+, [\d.]+ +\|/m);
  t.match(written, /## Under load/, 'the rest stays');
});

t.test('what cannot be measured is refused with words', async (t) => {
  const packages = folder(t);
  for (const [args, words] of [
    [['10'], 'A size is a whole number of events, 1000 or more.'],
    [['1000', '--seconds', '0'], 'Each thing is measured for a number of seconds.'],
    [['1000', '--seed', 'x'], 'A seed is a whole number.'],
    [['disputes', '1'], 'Disputes are a whole number of cases'],
    [['pages', '1000', '--facts', '15'], 'The large fund has a multiple of ten facts, 1000 or more.'],
  ] as const) {
    const { code, out, err } = await bench(args, packages);
    t.equal(code, 1);
    t.equal(out, '');
    t.match(err, words);
  }
});
