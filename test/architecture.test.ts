import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { KINDS } from '../src/ledger/catalogue.js';
import { RUNS, testFiles } from './runs/runs.js';

/** Checks which files may import which: the arrows of docs/decisions/shape.md, by walking the imports. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const files = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));

const sources = [...files('src'), ...files('projections'), ...files('evidence')];

interface Import {
  readonly from: string;
  readonly to: string;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const all = [/^(?:import|export)\s[^;]*?from\s+'([^']+)';/gms, /\bimport\('([^']+)'\)/g];
  return all
    .flatMap((each) => [...text.matchAll(each)])
    .map(([, target = '']) => ({
      from: file,
      to: target.startsWith('.')
        ? relative(ROOT, resolve(ROOT, dirname(file), target)).replace(/\.js$/, '.ts')
        : target,
    }));
}

const imports = sources.flatMap(importsOf);
const ours = (target: string): boolean => /^(src|projections|evidence)\//.test(target);

/** What every room of the domain may use: money, days, postings and refusals. */
const SHARED = [
  'calendar',
  'chart',
  'faults',
  'json-text',
  'money',
  'once-each',
  'order',
  'postings',
  'roles',
  'rules',
  'same-value',
  'sources',
  'values',
  'working-days',
].map((name) => `src/domain/${name}.ts`);

/** Which of our folders each room may import, and which packages. */
const MAY: Readonly<Record<string, { readonly ours: readonly string[]; readonly packages: readonly string[] }>> = {
  'src/domain': { ours: ['src/domain'], packages: ['zod', 'decimal.js'] },
  // The grammar of acts knows no register, no fund and no dispute.
  'src/domain/grammar': { ours: ['src/domain/grammar/', ...SHARED], packages: ['zod'] },
  'src/domain/reference': { ours: ['src/domain/reference/', ...SHARED], packages: ['decimal.js'] },
  'src/domain/register': {
    ours: ['src/domain/grammar/', 'src/domain/reference/', 'src/domain/register/', ...SHARED],
    packages: ['zod'],
  },
  'src/domain/fund': {
    ours: ['src/domain/grammar/', 'src/domain/reference/', 'src/domain/register/', 'src/domain/fund/', ...SHARED],
    packages: ['zod'],
  },
  'src/domain/dispute': {
    ours: ['src/domain/grammar/', 'src/domain/reference/', 'src/domain/register/', 'src/domain/dispute/', ...SHARED],
    packages: ['zod'],
  },
  projections: {
    ours: [
      'projections',
      'src/domain/money.ts',
      'src/domain/calendar.ts',
      'src/domain/chart.ts',
      'src/domain/once-each.ts',
      'src/domain/order.ts',
      'src/domain/postings.ts',
      'src/domain/sources.ts',
      'src/domain/grammar/event.ts',
      'src/domain/grammar/offers.ts',
      'src/domain/grammar/proposal.ts',
      'src/domain/grammar/succession.ts',
      'src/domain/grammar/remembered.ts',
      'src/domain/dispute/',
      'src/domain/register/',
      'src/domain/fund/',
    ],
    packages: [],
  },
  evidence: { ours: ['evidence'], packages: ['node:crypto'] },
  'src/ledger': {
    ours: [
      'src/ledger',
      'src/domain',
      'projections',
      'evidence',
      'src/store/event-store.ts',
      'src/store/leaf.ts',
      'src/store/chain.ts',
      'src/store/snapshot-file.ts',
      'src/store/pages.ts',
      'src/store/stored-tree.ts',
    ],
    packages: ['zod', 'uuid', 'canonicalize', 'node:crypto', 'node:timers/promises', 'node:v8'],
  },
  'src/ledger/questions': { ours: ['src/ledger', 'src/domain', 'projections'], packages: ['zod'] },
  'src/store': {
    ours: ['src/store', 'evidence'],
    packages: ['node:child_process', 'node:crypto', 'node:fs', 'node:path', 'node:stream'],
  },
  'src/store/sqlite': {
    ours: ['src/store', 'evidence'],
    packages: ['@photostructure/sqlite', 'zod', 'node:fs', 'node:os', 'node:path', 'node:timers/promises', 'node:url'],
  },
  'src/store/eventstoredb': {
    ours: ['src/store/eventstoredb', 'src/store/event-store.ts', 'src/store/once-store.ts'],
    packages: ['@eventstore/db-client', 'canonicalize', 'node:crypto', 'node:timers/promises'],
  },
  'src/http': {
    ours: [
      'src/http',
      'src/web/pages.ts',
      'src/web/site.ts',
      'src/ledger',
      'src/domain',
      'src/store/event-store.ts',
      'src/store/pages.ts',
    ],
    packages: [
      'fastify',
      '@fastify/',
      'fastify-type-provider-zod',
      'fast-json-stringify',
      'helmet',
      'jose',
      'negotiator',
      'pino',
      'prom-client',
      'zod',
      'node:',
    ],
  },
  'src/web': {
    ours: [
      'src/web',
      'src/ledger',
      'src/domain',
      'src/store/documents.ts',
      'src/store/event-store.ts',
      'src/store/once-store.ts',
    ],
    packages: ['@fastify/busboy', 'cookie', 'fastify', 'nodemailer', 'openid-client', 'zod', 'node:'],
  },
  'src/web/components': { ours: ['src/web'], packages: [] },
  'src/web/screens': {
    ours: [
      'src/web',
      'src/ledger/act.ts',
      'src/ledger/acts/what-if.ts',
      'src/ledger/catalogue.ts',
      // The list of figures. Each figure of an answer is named there once.
      'src/ledger/questions/question.ts',
      'src/domain',
    ],
    packages: ['zod', 'node:crypto'],
  },
  'src/cli': {
    ours: ['src/cli', 'src/ledger', 'src/domain', 'src/store/event-store.ts', 'src/store/pages.ts'],
    packages: ['commander', 'cli-progress', 'cli-table3', 'zod'],
  },
};

/** The room of a file: the nearest of its folders that has an entry above. */
function room(file: string): string {
  let folder = dirname(file);
  while (!(folder in MAY) && folder !== '.') folder = dirname(folder);
  return folder;
}

/** The files with which programs and threads begin, and files only for these. */
const ROOTS: ReadonlySet<string> = new Set(['src/main.ts', 'src/config.ts', 'src/threads.ts', 'src/read-thread.ts']);

t.test('every import keeps to the arrows between the rooms', async (t) => {
  t.ok(imports.length > 100);
  for (const { from, to } of imports) {
    // Only the composition root knows every part. It alone reads the settings and starts the second thread, which knows
    // only the parts that it needs.
    if (ROOTS.has(from)) continue;
    const may = MAY[room(from)];
    const allowed = ours(to) ? may?.ours : may?.packages;
    t.ok(
      allowed?.some((each) => to.startsWith(each)),
      `${from} imports ${to}`,
    );
  }
});

/** The circles of imports: each as a sorted list of its files; empty if there are none. */
function circles(all: readonly Import[]): string[][] {
  const to = new Map<string, string[]>();
  for (const each of all) to.set(each.from, [...(to.get(each.from) ?? []), each.to]);
  const reached = (start: string): ReadonlySet<string> => {
    const seen = new Set<string>();
    for (const rest = [...(to.get(start) ?? [])]; rest.length > 0;) {
      const next = rest.pop()!;
      if (seen.has(next)) continue;
      seen.add(next);
      rest.push(...(to.get(next) ?? []));
    }
    return seen;
  };
  const reach = new Map([...to.keys()].map((file) => [file, reached(file)]));
  const inCircles = [...to.keys()].filter((file) => reach.get(file)!.has(file));
  const found = inCircles.map((file) =>
    inCircles.filter((each) => reach.get(file)!.has(each) && reach.get(each)!.has(file)).sort(),
  );
  return [...new Map(found.map((each) => [each.join(), each])).values()];
}

t.test('no file leads back to itself', async (t) => {
  t.same(circles(imports), []);
  t.same(
    circles(
      files('bench')
        .filter((file) => !file.includes('node_modules'))
        .flatMap(importsOf),
    ),
    [],
    'bench',
  );
  const [a, b, c] = ['a.ts', 'b.ts', 'c.ts'] as const;
  const some = [
    { from: a, to: b },
    { from: b, to: a },
    { from: b, to: c },
  ];
  t.same(circles(some), [[a, b]], 'a circle is found');
});

t.test('the domain and the projections run no input or output', async (t) => {
  for (const { from, to } of imports) {
    if (from.startsWith('src/domain/') || from.startsWith('projections/'))
      t.notOk(to.startsWith('node:'), `${from} imports ${to}`);
  }
});

t.test('time, the environment, questions and acts have one door each', async (t) => {
  const doors: readonly (readonly [pattern: RegExp, file: string])[] = [
    [/\bDate\.now\(/, 'src/ledger/clock.ts'],
    [/\bnew Date\(\)/, 'nowhere'],
    [/\bconsole\./, 'nowhere'],
    [/\bprocess\.env\b/, 'src/main.ts'],
    [/\bquery\.run\(/, 'src/ledger/ask.ts'],
    [/\bledger\.submit\(/, 'src/ledger/act.ts'],
  ];
  for (const file of sources) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    for (const [pattern, door] of doors) t.notOk(pattern.test(text) && file !== door, `${file}: ${String(pattern)}`);
  }
});

t.test('whoever goes through a store page by page does it where pages are held to their order', async (t) => {
  for (const file of sources.filter((each) => !each.startsWith('src/store/'))) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const looks = text.split('\n').filter((line) => /\.(readAll|readStream|parts!?\.read)\(/.test(line));
    for (const look of looks)
      t.match(look, /goingOn|limit: [12] }/, `${file}: ${look.trim()} reads a page that nothing holds to its order`);
  }
});

t.test('no file is too long to fit in the head, and none is an index of others', async (t) => {
  for (const file of sources) {
    t.notOk(file.endsWith('/index.ts'), file);
    const lines = readFileSync(join(ROOT, file), 'utf8').split('\n').length;
    t.ok(lines < 700, `${file} has ${lines} lines`);
  }
});

t.test('every source is used by another, or is where a program or a thread begins', async (t) => {
  const used = new Set(imports.map((each) => each.to));
  // Checking a proof is a program for whoever is given a proof.
  const begins = new Set(['src/main.ts', 'src/read-thread.ts', 'evidence/check.ts']);
  for (const file of sources) t.ok(used.has(file) || begins.has(file), file);
});

/** The names of the facts that are declared, and the file in which each is. */
function declaredIn(texts: ReadonlyMap<string, string>): Map<string, string> {
  const names = new Set(Object.values(KINDS).flatMap(({ byName }) => [...byName.keys()]));
  const found = new Map<string, string>();
  for (const name of names) {
    const own = [...texts].filter(([, text]) => new RegExp(`(name:|NAME =) '${name}'`).test(text));
    t.equal(own.length, 1, `${name} is declared in one file: ${own.map(([file]) => file).join(', ')}`);
    found.set(name, own[0]![0]);
  }
  return found;
}

/** Files that name facts of others, and how often. Each entry says why no property of the fact can serve instead. */
const NAMED_ELSEWHERE: Readonly<Record<string, number>> = {
  // The list of sources says which fact brings in money of each source. The facts depend on the list, so the list
  // cannot import them.
  'src/domain/sources.ts': 4,
};

t.test('a fact is named in its own file; what others need to know of it, its declaration says', async (t) => {
  const texts = new Map(
    [...files('src'), ...files('projections')].map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]),
  );
  const declared = declaredIn(texts);
  const mentions: Record<string, number> = {};
  for (const [file, text] of texts) {
    const named = [...text.matchAll(/'([A-Z][A-Za-z]+)'|^ *([A-Z][A-Za-z]+):/gm)].flatMap(([, quoted, key]) => {
      const name = quoted ?? key!;
      return declared.has(name) && declared.get(name) !== file ? [name] : [];
    });
    if (named.length > 0) mentions[file] = named.length;
  }
  t.same(mentions, NAMED_ELSEWHERE);
});

t.test('tests of the domain use the rules alone: they open no file and no store', async (t) => {
  for (const file of files('test/domain')) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const taken = [...text.matchAll(/import \{([^}]*)\} from '[^']*support\/(?:ledger|disputes)\.js'/g)];
    const opening = taken.join().match(/\b(emptyLedger|openedLedger|disputing|onSameFile|folder)\b/g) ?? [];
    const stores = importsOf(file).filter(({ to }) => /^(src\/store|node:fs)/.test(to));
    t.same([...opening, ...stores.map(({ to }) => to)], [], file);
  }
});

t.test('every file of tests is taken by one run, and every run has one of its own', async (t) => {
  const runs = files('test/runs').flatMap((file) => /([\w-]+)\.run\.ts$/.exec(file)?.slice(1) ?? []);
  t.same(runs.sort(), Object.keys(RUNS).sort());
  for (const file of testFiles()) t.equal(Object.values(RUNS).filter((takes) => takes(file)).length, 1, file);
});
