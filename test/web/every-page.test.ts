import t from 'tap';
import { hexOf } from '../../evidence/tree.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { plainly } from '../../src/web/format.js';
import { demonstration } from '../support/scenarios.js';
import { site, type Visitor } from './site.js';
import { linksOf, mainOf, plain, readOf, walk, type Walked } from './walk.js';

/** Checks that hold for every page of the demonstration. */

const FROM = [
  '/',
  '/funds/norfolk-2017-18',
  '/funds/norfolk-2019-20?on=2020-04-01',
  '/funds/norfolk-2016-17?on=2016-04-01&known-at=2016-04-30',
  '/funds/norfolk-2016-17?known-at=2016-06-30T12:00:00Z',
  '/funds/norfolk-2017-18/instalments?on=2017-07-31',
  '/funds/norfolk-2017-18/history?group=plan&order=oldest',
  '/areas/norfolk/bridge',
  '/register/history/26',
];

const FORMS_FROM = [
  ...['propose/contribution-agreed', 'propose/agreement-varied', 'record/fact-reversed', 'deal'].flatMap((each) =>
    ['norfolk-2017-18', 'norfolk-2025-26'].map((fund) => `/funds/${fund}/${each}`),
  ),
  ...['propose/split-decided', 'propose/disputes-settled', 'record/fact-reversed', 'deal'].map(
    (each) => `/areas/norfolk/disputes/${each}`,
  ),
];

let everything:
  | Promise<{
      readonly ledger: Ledger;
      readonly pages: readonly Walked[];
      /** The first page of forms, which an officer fills in. */
      readonly forms: readonly Walked[];
      readonly machineOf: (officer: string) => () => Promise<Visitor>;
      readonly get: (path: string) => Promise<string>;
    }>
  | undefined;

/** The pages, read once for all tests; and how another is read. */
const everyPage = () =>
  (everything ??= (async () => {
    const own = await demonstration(t);
    const { visitor } = await site(t, own);
    const machineOf = (officer: string) => () => visitor().signIn(officer);
    const machine = machineOf('norfolk-auditor');
    const pages = await walk(machine, FROM, 2);
    const forms = await walk(machineOf('norfolk-finance'), FORMS_FROM, 0);
    let asked = 0;
    let reader = await machine();
    const get = async (path: string): Promise<string> => {
      if (++asked % 100 === 0) reader = await machine();
      const { statusCode, headers, body } = await reader.get(path);
      return statusCode === 303 ? get(headers.location!) : body;
    };
    return { ledger: own.ledger, pages, forms, machineOf, get };
  })());

/** The form of the dates, and the address that a browser asks for if its button is pressed and nothing was changed. */
function shown({ body }: Walked): string | undefined {
  const [, action, fields] =
    /<div class="bcf-dates">\s*<form method="get" action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/.exec(body) ?? [];
  if (action === undefined) return undefined;
  const sent = [...fields!.matchAll(/<input[^>]*>|<select[\s\S]*?<\/select>/g)].map(([field]): [string, string] => {
    const name = plain(/ name="([^"]*)"/.exec(field)![1]!);
    const options = [...field.matchAll(/<option[^>]*>/g)].map(([option]) => option);
    const chosen = options.find((each) => each.includes(' selected')) ?? options[0] ?? field;
    return [name, plain(/ value="([^"]*)"/.exec(chosen)?.[1] ?? '')];
  });
  return `${plain(action)}?${new URLSearchParams(sent).toString()}`;
}

/** The text of a page, without the form and the page’s own address. */
const toldBy = (body: string): string => readOf(mainOf(body).replace(/<form method="get"[\s\S]*?<\/form>/, ''));

t.test('“Show” with nothing changed asks the same question, and gives the same answer', async (t) => {
  const { pages, get } = await everyPage();
  t.comment(`${pages.length} pages`);
  let pressed = 0;
  for (const page of pages) {
    const address = shown(page);
    // With other dates, a list begins at its first page.
    if (address === undefined || /[?&](after|page)=/.test(page.path)) continue;
    t.equal(toldBy(await get(address)), toldBy(page.body), page.path);
    pressed++;
  }
  t.ok(pressed > 100, `${pressed} pages`);
});

/** The address of a fact’s page, in any stream. */
const FACT = /\/history\/\d+(?=\?|$)/;

/** Parts that belong together: a row of a table, a line of a list, or everything about a thing below its heading. */
const ROWS = /<tr[\s\S]*?<\/tr>|<li>[\s\S]*?<\/li>|<h\d[^>]*>[^<]*<\/h\d>\s*<dl[\s\S]*?<\/dl>/g;

t.test('a link to a fact leads to the fact whose words stand beside it', async (t) => {
  const { pages, get } = await everyPage();
  const facts = new Map<string, string>();
  const factAt = async (href: string): Promise<string> => {
    if (!facts.has(href)) facts.set(href, readOf(mainOf(await get(href))));
    return facts.get(href)!;
  };
  let looked = 0;
  for (const { path, body } of pages) {
    for (const row of mainOf(body).match(ROWS) ?? []) {
      const link = linksOf(row).find(({ href }) => FACT.test(href));
      if (!link) continue;
      const fact = await factAt(link.href);
      if (link.text === 'Open') {
        const beside = readOf(row).split(/\n|: |; |, /);
        const found = beside.filter((each) => each !== 'None' && fact.includes(each));
        // The heading above a thing names it.
        t.ok(found.length > 1 || (row.startsWith('<h') && found.includes(beside[0]!)), `${path}: ${link.href}`);
      } else {
        // An instalment leads to the fact under which it fell due.
        t.ok(fact.includes(link.text.replace(/^.* under: /, '')), `${path}: ${link.text}`);
      }
      looked++;
    }
  }
  t.ok(looked > 100, `${looked} links`);
});

/** Values for the dates for which a page has fields. */
const datesAt = (path: string, fields: readonly string[]): (string | null)[] => {
  const asked = new URLSearchParams(path.split('?')[1]);
  return fields.map((each) => asked.get(each));
};

t.test('the dates of a fund travel: its pages lead to each other at the dates that were asked for', async (t) => {
  const { pages } = await everyPage();
  const takes = new Map(
    pages.map(({ path, body }) => [
      path.split('?')[0]!,
      [...(body.includes('name="on-day"') ? ['on'] : []), ...(body.includes('name="known-day"') ? ['known-at'] : [])],
    ]),
  );
  const around = /<nav\s+class="govuk-breadcrumbs"[\s\S]*?<\/main>/;
  let looked = 0;
  for (const { path, body } of pages) {
    const [fund] = /^\/funds\/[^/?]+(?=.*[?&]on=.*known-at=)/.exec(path) ?? [];
    if (fund === undefined) continue;
    const own = around.exec(body)![0].replace(/<div class="bcf-dates">[\s\S]*?<\/form>[\s\S]*?<\/div>/, '');
    for (const { href } of linksOf(own)) {
      const [address] = href.split('?') as [string];
      if (!(address === fund || address.startsWith(`${fund}/`)) || !takes.get(address)?.length) continue;
      // A chart of the whole year ends with the year.
      const fields = takes.get(address)!.filter((each) => !(each === 'on' && href.includes('along=days')));
      t.same(datesAt(href, fields), datesAt(path, fields), `${path}: ${href}`);
      looked++;
    }
  }
  t.ok(looked > 100, `${looked} links`);
});

t.test('a partner who followed another is found at the day on which it is one', async (t) => {
  const { pages, get } = await everyPage();
  const fund = pages.find(({ path }) => path === '/funds/norfolk-2019-20?on=2020-04-01')!;
  const { href } = linksOf(fund.body).find(({ text }) => text === 'NHS Norfolk and Waveney CCG')!;
  t.match(await get(href), 'NHS Norfolk and Waveney CCG has agreed to');
});

t.test('a comparison that begins before the changes of a day shows them', async (t) => {
  const { pages, get } = await everyPage();
  let followed = 0;
  for (const { path, body } of pages.filter((each) => /\/compare$/.test(each.path))) {
    const [, part = ''] = /changed on these days([\s\S]*?)<\/p>/.exec(body) ?? [];
    for (const { href } of linksOf(part)) {
      t.notMatch(await get(href), 'Nothing moved between these dates', `${path}: ${href}`);
      followed++;
    }
  }
  t.ok(followed > 5, `${followed} links`);
});

t.test(
  'the gaps of an area are compared with what stood before anything was known, unless a day is asked for',
  async (t) => {
    const { pages } = await everyPage();
    const { body } = pages.find(({ path }) => path === '/areas/norfolk/bridge')!;
    t.match(readOf(mainOf(body)), 'First: before anything was known. Then: as known');
    for (const page of pages) t.notMatch(readOf(mainOf(page.body)), '1970', page.path);
  },
);

/** What a page shows: without folded parts, and without parts for programs. */
const visible = (body: string): string =>
  readOf(mainOf(body).replace(/<details[\s\S]*?<\/details>|<p class="govuk-body-s">Rule: [\s\S]*?<\/p>/g, ''));

/**
 * Names that programs use for figures, fields, facts, sources, cases, officers and bodies, and words for missing
 * values.
 */
const CODE =
  /\b[a-z]+[A-Z][A-Za-z]*\b|\b(?:[A-Z][a-z]+){2,}\b|\b[A-Z]+_[A-Z0-9_]+\b|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b|\bnull\b|\bknown-at\b|\(plan\)/g;

/** The same pages with each choice of each list that their forms offer, one page of each question. */
async function chosen(pages: readonly Walked[], get: (path: string) => Promise<string>): Promise<Walked[]> {
  const found: Walked[] = [];
  const seen = new Set<string>();
  for (const { path, body } of pages) {
    const [address, asked] = path.split('?') as [string, string?];
    for (const [list, name] of body.matchAll(/<select[^>]* name="([^"]*)"[\s\S]*?<\/select>/g)) {
      const kind = `${address.split('/').at(-1)!} ${name!}`;
      if (name === 'partner' || name === 'source' || seen.has(kind)) continue;
      seen.add(kind);
      for (const [, value] of list.matchAll(/<option value="([^"]+)"/g)) {
        const at = new URLSearchParams(asked);
        at.set(name!, plain(value!));
        const to = `${address}?${at.toString()}`;
        found.push({ path: to, body: await get(to) });
      }
    }
  }
  return found;
}

t.test('no page shows a code where a name is known', async (t) => {
  const { pages: walked, ledger, get } = await everyPage();
  const offered = '/funds/norfolk-2016-17/trace?measure=proposed&on=2016-04-01&known-at=2016-04-30';
  const pages = [...walked, ...(await chosen(walked, get)), { path: offered, body: await get(offered) }];
  t.match(pages.at(-1)!.body, /href="\/proposals\/[^"]*">The proposal</);
  const bodies = [...ledger.model.register().partners.keys()].filter((body) => body.includes('-'));
  for (const { path, body } of pages) {
    const text = visible(body);
    t.same([...new Set(text.match(CODE) ?? [])], [], path);
    // Officers whom the file of people does not know, and contributions, have names made of the names of bodies. These
    // are allowed.
    const words = new Set(text.split(/[^a-z0-9-]+/));
    t.same(
      bodies.filter((each) => words.has(each)),
      [],
      path,
    );
  }
});

t.test('an area has one name on every page', async (t) => {
  const { pages, ledger } = await everyPage();
  const areas = new Set(ledger.model.funds().map((fund) => fund.slice(0, -'-2016-17'.length)));
  const others = [...areas].map(plainly).filter((each) => each.includes(' '));
  t.ok(others.includes('Norfolk deal'));
  for (const { path, body } of pages)
    t.same(
      others.filter((each) => visible(body).split('\n').includes(each)),
      [],
      path,
    );
});

t.test('one thing is told in the singular', async (t) => {
  const { pages, forms } = await everyPage();
  for (const { path, body } of [...pages, ...forms])
    t.same(visible(body).match(/(?<![\d,.£:] ?)\b1 (?!is\b|was\b|has\b|as\b|changes it\b)[a-z]+s\b/g) ?? [], [], path);
});

const titleOf = (body: string): string => readOf(/<title>([\s\S]*?)<\/title>/.exec(body)![1]!);

t.test('two tabs can be told apart: no two pages have one title', async (t) => {
  const { pages, forms } = await everyPage();
  const titled = new Map<string, string>();
  for (const { path, body } of [...pages, ...forms]) {
    // Pages of one list that begin at different rows are one page.
    const [, dates = ''] = /<div class="bcf-dates">[\s\S]*?<\/form>([\s\S]*?)<\/p>/.exec(body) ?? [];
    const own = `${path.split('?')[0]!} ${readOf(dates).split('.')[0]!}`;
    const title = titleOf(body);
    t.ok([undefined, own].includes(titled.get(title)), `${title}: ${own} and ${titled.get(title)!}`);
    titled.set(title, own);
  }
  t.ok(titled.size > 300, `${titled.size} titles`);
});

const twice = (all: readonly string[]): string[] => [...new Set(all.filter((each, at) => all.indexOf(each) !== at))];

t.test('each table has a caption, and each of its rows a header; no two have one name', async (t) => {
  const { pages, forms } = await everyPage();
  let rows = 0;
  for (const { path, body } of [...pages, ...forms]) {
    t.notMatch(body, /<h\d[^>]*>(<a[^>]*>)?(Open|None)</, `${path}: a heading says what is under it`);
    const tables = body.match(/<table[\s\S]*?<\/table>/g) ?? [];
    const captions = tables.map((each) => readOf(/<caption[^>]*>([\s\S]*?)<\/caption>/.exec(each)?.[1] ?? ''));
    t.notOk(captions.includes(''), `${path}: every table has a caption`);
    t.same(twice(captions), [], `${path}: captions`);
    const regions = [...body.matchAll(/ aria-label="([^"]*)"/g)].map(([, name]) => name!);
    t.same(twice(regions), [], `${path}: names of regions`);
    for (const [row] of tables.flatMap((each) => [...each.matchAll(/<tr[\s\S]*?<\/tr>/g)])) {
      if (row.includes('scope="col"')) continue;
      const [, header = ''] = /^<tr[^>]*>\s*<th scope="row"[^>]*>([\s\S]*?)<\/th>/.exec(row) ?? [];
      t.not(readOf(header), '', `${path}: ${readOf(row)}`);
      rows++;
    }
  }
  t.ok(rows > 1_000, `${rows} rows`);
});

t.test('a printed page names the root of its events, to whoever sees all of them whole', async (t) => {
  const { pages, ledger, machineOf } = await everyPage();
  const PRINTED = /first (\d+) events of the ledger\.(?: Their root: ((?:[0-9a-f]{8} ?){8})\.)?/;
  const lancashire = await walk(machineOf('lancashire-finance'), ['/', '/funds/lancashire-2023-24'], 1);
  let printed = 0;
  for (const { path, body } of lancashire) {
    const [, size, root] = PRINTED.exec(body.slice(body.indexOf('bcf-print'))) ?? [];
    // A page that says how much of the ledger it rests on says so on paper, too.
    t.equal(size !== undefined, /first \d+ events of the ledger/.test(body), path);
    if (size === undefined) continue;
    t.equal(root?.trim(), hexOf(await ledger.tree.rootAt(Number(size))).replace(/.{8}(?!$)/g, '$& '), path);
    printed++;
  }
  t.ok(printed > 40, `${printed} pages`);
  // The keeper’s officers see the funds of Lancashire, and not its claims: with roots they could guess them.
  for (const { path, body } of pages) {
    t.notMatch(body, 'Their root:', path);
    if (/first \d+ events of the ledger/.test(body)) t.match(printedOn(body), 'Their root is left out: ', path);
  }
});

/** What a page says in its foot on paper. */
const printedOn = (body: string): string => readOf(/<p class="bcf-print[\s\S]*?<\/p>/.exec(body)?.[0] ?? '');

t.test(
  'a printed page of figures says its days, from how much of the ledger it is, who printed it and when',
  async (t) => {
    const { pages } = await everyPage();
    const A_DAY = /\d{1,2} [A-Z][a-z]+ \d{4}/;
    let printed = 0;
    for (const { path, body } of pages) {
      const paper = printedOn(body);
      t.match(paper, /Shown to .+ on \d{1,2} [A-Z][a-z]+ \d{4}, [\d:]+[ap]m\.$/, path);
      const hasFigures =
        /govuk-table__cell--numeric[^>]*>[^<]*\d\.\d{2}</.test(body) && !/^\/(reference|glossary)/.test(path);
      if (!hasFigures) continue;
      t.match(paper.replace(/Shown to .*/, ''), A_DAY, `${path} names a day`);
      t.match(
        paper,
        /first \d+ events of the ledger|No event of the ledger/,
        `${path} says from how many events it is`,
      );
      printed++;
    }
    t.ok(printed > 40, `${printed} pages`);
  },
);

/** The cells of a file for a spreadsheet. */
const cellsOf = (file: string): string[][] =>
  file
    .replace(/^\uFEFF/, '')
    .trim()
    .split(/\r\n(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((row) =>
      [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, bare]) => quoted ?? bare ?? ''),
    );

const inPence = (cell = ''): number => (/^-?\d+\.\d{2}$/.test(cell) ? Math.round(Number(cell) * 100) : 0);

t.test('the columns of a file can be added up, unless its page says that they cannot', async (t) => {
  const { pages, get } = await everyPage();
  let files = 0;
  for (const { path, body } of pages) {
    const [, file, said] = /href="([^"]*format=csv)">Download as a spreadsheet \(CSV\)<\/a>([^<]*)/.exec(body) ?? [];
    if (file === undefined || said!.includes('do not add its columns up')) continue;
    const [head, ...rows] = cellsOf(await get(plain(file))) as [string[], ...string[][]];
    files++;
    for (const row of rows) t.notMatch(row.join('|'), /(^|\|)(Total|Opening|Closing)\b/, `${path}: ${row.join('|')}`);
    for (const [at, name] of head.entries()) {
      const sums = rows.map((row) => inPence(row[at])).filter((each) => each !== 0);
      const all = sums.reduce((sum, each) => sum + each, 0);
      if (sums.length > 2)
        t.notOk(
          sums.some((each) => each * 2 === all),
          `${path}: a row of the column ${name} adds up the others`,
        );
    }
  }
  t.ok(files > 40, `${files} files`);
});
