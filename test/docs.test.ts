import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { readConfig, settings } from '../src/config.js';
import { PROTOCOLS } from '../src/domain/dispute/reference.js';
import { CAPACITIES } from '../src/domain/fund/plan/plan-years.js';
import { PROPOSAL_EVENTS } from '../src/domain/grammar/proposal.js';
import { GRANT_SERIES } from '../src/domain/reference/grant-series.js';
import { NATIONAL_TOTALS } from '../src/domain/reference/national-totals.js';
import { RULE_SETS } from '../src/domain/reference/rule-sets.js';
import { SUPPLIER_CLASSES } from '../src/domain/reference/supplier-classes.js';
import { SOURCES } from '../src/domain/sources.js';
import { saidOf } from '../src/domain/grammar/naming.js';
import { allFacts, canonical, eventLine } from '../src/ledger/catalogue.js';
import { actsPage } from '../src/ledger/acts/acts-page.js';
import { addedTo, eventCatalogue } from '../src/ledger/event-catalogue.js';
import { FIGURE_WORDS, figuresInAnswers, figuresPage } from '../src/ledger/figure-words.js';
import { QUERIES } from '../src/ledger/questions/all.js';
import { load, planLoad } from '../src/ledger/acts/load.js';
import { asked } from './support/asking.js';
import { emptyLedger, openedLedger } from './support/ledger.js';

const read = (name: string): string => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');

t.test('the event catalogue is written from the declarations', async (t) => {
  const catalogue = eventCatalogue();
  t.equal(read('docs/events.md'), catalogue, 'run: node build/src/main.js catalogue > docs/events.md');
  for (const name of [...allFacts().map(({ fact }) => fact.name), ...Object.keys(PROPOSAL_EVENTS)]) {
    t.ok(catalogue.includes(`\`${name}\``), name);
  }
});

t.test('the pages of figures and of the file of acts are written from the declarations', async (t) => {
  t.equal(read('docs/figures.md'), figuresPage(), 'run: node build/src/main.js catalogue --figures > docs/figures.md');
  t.equal(read('docs/acts.md'), actsPage(), 'run: node build/src/main.js catalogue --acts > docs/acts.md');
  const unsaid = figuresInAnswers().filter(({ words }) => words === undefined);
  t.same(unsaid, [], 'every figure says what it is: in its own schema, or in src/ledger/figure-words.ts');
  const used = new Set(figuresInAnswers().map(({ name }) => name));
  t.same(
    Object.keys(FIGURE_WORDS).filter((name) => !used.has(name)),
    [],
    'and nothing is said of figures that are none',
  );
});

t.test('the README names only settings that there are', async (t) => {
  const known = new Set(settings().map((each) => each.name));
  for (const [name] of read('README.md').matchAll(/BCF_[A-Z_]+/g)) t.ok(known.has(name), name);
  t.ok(readConfig({}));
});

t.test('every dependency is named in the decisions, with what it replaces', async (t) => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  const decisions = read('docs/decisions/parts.md');
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    if (name.startsWith('@types/')) continue;
    t.ok(decisions.includes(name.replace(/^@fastify\//, '')), name);
  }
});

t.test('what ships with evidence names public sources, and no dossier of ours', async (t) => {
  const reference = { SOURCES, RULE_SETS, NATIONAL_TOTALS, GRANT_SERIES, PROTOCOLS, CAPACITIES, SUPPLIER_CLASSES };
  const folder = fileURLToPath(new URL('../../scenarios/', import.meta.url));
  const texts: [string, string][] = [
    ...Object.entries(reference).map(([name, data]): [string, string] => [name, JSON.stringify(data)]),
    ...readdirSync(folder).map((name): [string, string] => [name, read(`scenarios/${name}`)]),
  ];
  for (const [name, text] of texts) t.notMatch(text, /domain\.md|\[[SWRID]\d*\]/, name);
});

/** The files of a folder of the repository with a given ending, and their texts. */
const filesOf = (folder: string, ending: string): [name: string, text: string][] =>
  readdirSync(fileURLToPath(new URL(`../../${folder}`, import.meta.url)), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.includes('node_modules'))
    .map((name) => [`${folder}/${name}`, read(`${folder}/${name}`)]);

/** The folders of code. */
const CODE = ['src', 'projections', 'evidence', 'bench', 'test'];

const isThere = (name: string): boolean => existsSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)));

t.test('sources and tests cite only documents and sections that are in the repository', async (t) => {
  const headings = [...read('docs/sources.md').matchAll(/^## (.+)$/gm)].map(([, heading]) => heading!);
  let cited = 0;
  for (const folder of CODE) {
    for (const [name, text] of filesOf(folder, '.ts')) {
      for (const [path] of text.matchAll(/[\w./-]+\.md\b/g)) {
        t.ok(isThere(path.replace(/^(\.\.\/)+/, '')), `${name} cites ${path}`);
      }
      if (folder === 'test') continue;
      const prose = text.replace(/\n *(\*|\/\/) /g, ' ');
      for (const [, section] of prose.matchAll(/docs\/sources\.md, (.{10,40})/g)) {
        cited++;
        t.ok(
          headings.some((heading) => section!.startsWith(heading)),
          `${name} cites a section: ${section}`,
        );
      }
    }
  }
  t.ok(cited > 50, `${cited} citations of docs/sources.md`);
});

t.test('links between documents lead to files that are there', async (t) => {
  const documents: [string, string][] = [['README.md', read('README.md')], ...filesOf('docs', '.md')];
  for (const [name, text] of documents) {
    for (const [, link] of text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)) {
      t.ok(isThere(posix.join(posix.dirname(name), link!)), `${name} links to ${link}`);
    }
  }
});

t.test('documents name only files of code that are there', async (t) => {
  const code = CODE.flatMap((folder) => filesOf(folder, '.ts')).map(([name]) => `/${name}`);
  for (const [name, text] of [['README.md', read('README.md')], ...filesOf('docs', '.md')] as const) {
    for (const [, file] of text.matchAll(/`([\w./-]+\.ts)`/g)) {
      t.ok(
        code.some((each) => each.endsWith(`/${file}`)),
        `${name} names ${file}`,
      );
    }
  }
});

t.test('the examples of files of acts open a ledger, and go on from it', async (t) => {
  const ledger = await emptyLedger(t);
  ledger.now('2026-04-02T09:00:00Z');
  const planned = planLoad([{ name: 'opening.example.json', content: JSON.parse(read('docs/opening.example.json')) }]);
  const into = { ledger: ledger.ledger, clock: ledger.clock, signedInBy: 'file' };
  await load(planned, into);
  t.same(ledger.ledger.model.funds(), ['testshire-2026-27']);

  ledger.now('2026-05-05T09:00:00Z');
  const name = 'negotiation.example.json';
  await load(planLoad([{ name, content: JSON.parse(read(`docs/${name}`)) }]), into);
  const gap = await asked(ledger, 'gap', { fund: 'testshire-2026-27', on: '2026-10-01' });
  t.match(gap, { requirement: '1275000.00', funded: '1000000.00', hard: '275000.00', soft: '0.00' });
});

t.test(
  'every question of officers, auditors and other systems has a command and an address that are there',
  async (t) => {
    const rows = [...read('docs/questions.md').matchAll(/^\| +(\d*) +\| .+? +\| `(\S+)` +\| `(\S+)`.* \|$/gm)];
    const numbers = rows.map(([, number]) => Number(number)).filter((number) => number > 0);
    t.strictSame(
      numbers,
      Array.from({ length: 26 }, (_, index) => index + 1),
    );
    for (const [, , command, address] of rows) {
      const query = QUERIES.find(({ name }) => name === String(command));
      // Checking and reading the whole ledger have commands of their own. Over HTTP, reading is the feed of events.
      if (query) t.equal(query.path, address, String(command));
      else t.strictSame([['verify', 'export'].includes(command!), address], [true, '/events'], String(command));
    }
  },
);

t.test('each field that a decision adds says what it is, in the declaration of its fact', async (t) => {
  const without = allFacts().flatMap(({ fact }) =>
    Object.entries(addedTo(fact)).flatMap(([name, type]) =>
      saidOf(type, 'description') === undefined ? [`${fact.name} ${name}`] : [],
    ),
  );
  t.same(without, []);
});

t.test('the hash of an event is what the documentation says that it is', async (t) => {
  const ledger = await openedLedger(t);
  const [event] = await ledger.store.readAll({ limit: 1 });
  const { hash, data, metadata, id, revision, stream, type } = JSON.parse(eventLine(event!)) as Record<string, unknown>;
  const texts = { data: canonical(data), metadata: canonical(metadata), id, revision, stream, type };
  t.equal(hash, createHash('sha256').update('\0').update(canonical(texts)).digest('hex'));
});
