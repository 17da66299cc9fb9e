import t from 'tap';
import { z } from 'zod';
import { Refusal } from '../../src/domain/rules.js';
import { QUERIES } from '../../src/ledger/questions/all.js';
import { shapeOf, type Shape } from '../../src/web/asking.js';
import { sum } from '../../src/web/format.js';
import {
  answerPart,
  definitionsOf,
  isFigure,
  titleIn,
  valueOf,
  type Data,
  type Showing,
} from '../../src/web/screens/answer.js';
import { BY_HAND, DERIVED, filled, pageOf } from '../../src/web/screens/places.js';
import { ask } from '../support/asking.js';
import { demonstration } from '../support/scenarios.js';
import { site } from './site.js';

/** Every question of the ledger has a page, and the page shows every figure of the answer. */

const HOSTILE = `"><script>alert(1)</script>`;

/** Texts that the ledger itself writes. */
const TEXTS: Readonly<Record<string, string>> = { recordedAt: '2016-04-01T09:00:00.000Z', role: 'auditor' };

/** An answer in which every sum is different, and every text is hostile. */
function answerOf(shape: Shape, figures: string[], of = ''): unknown {
  const [option] = shape.anyOf ?? shape.oneOf ?? [];
  if (option) return answerOf(option, figures, of);
  if (shape.const !== undefined) return shape.const;
  if (shape.enum) return shape.enum[0];
  if (shape.properties)
    return Object.fromEntries(
      Object.entries(shape.properties).map(([name, each]) => [name, answerOf(each, figures, name)]),
    );
  if (shape.items) return [answerOf(shape.items, figures, of), answerOf(shape.items, figures, of)];
  if (isFigure(shape)) {
    figures.push(
      `${figures.length % 2 === 0 ? '-' : ''}${7_000 + figures.length}.${String(figures.length % 100).padStart(2, '0')}`,
    );
    return figures.at(-1);
  }
  const type = [shape.type].flat()[0];
  return type === 'integer' ? 3 : type === 'boolean' ? true : (TEXTS[of] ?? HOSTILE);
}

const SHOWING: Showing = {
  names: { of: (name) => name, known: () => undefined, in: (sentence) => sentence },
  people: { nameOf: (officer) => officer, known: () => undefined, officerBy: () => undefined, letters: () => [] },
  factAddress: () => '/somewhere',
  dates: 'On a day',
  given: new Set(),
  page: 1,
};

t.test('the page of every question shows every figure of its answer, and hostile text as text', async (t) => {
  let shown = 0;
  for (const query of QUERIES) {
    const shape = shapeOf(query);
    const figures: string[] = [];
    const { text } = answerPart(shape, answerOf(shape, figures) as Data, SHOWING);
    t.same(
      figures.filter((figure) => !text.includes(`>${sum(figure)}<`) && !text.includes(sum(figure))),
      [],
      query.name,
    );
    t.notMatch(text, /<script/, query.name);
    for (const [title, words] of definitionsOf(shape)) t.ok(words.length > 5, `${query.name}: ${title}`);
    shown += figures.length;
  }
  t.ok(shown > 500, `${shown} figures`);
});

t.test('a page is wider by no list: columns that do not fit stand in a second table', async (t) => {
  const shape = shapeOf(QUERIES.find(({ name }) => name === 'position')!);
  const { text } = answerPart(shape, answerOf(shape, []) as Data, SHOWING);
  for (const row of text.split('<tr').slice(1)) {
    t.ok((row.split('</tr>')[0]!.match(/govuk-table__header--numeric/g) ?? []).length <= 6);
  }
  t.match(text, 'part 1 of 3');
});

/** Values from the demonstration for the parameters of each question. */
const GIVEN: Readonly<Record<string, string>> = {
  officer: 'norfolk-finance',
  fund: 'norfolk-2017-18',
  area: 'norfolk',
  partner: 'norfolk-county-council',
  year: '2017-18',
};

/** Every sum of an answer. */
const sumsIn = (value: unknown): string[] =>
  typeof value === 'string'
    ? /^-?\d+\.\d{2}$/.test(value)
      ? [value]
      : []
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(sumsIn)
      : [];

t.test('every question of the demonstration is answered on its page as it is answered to programs', async (t) => {
  const ledger = await demonstration(t);
  const { app, visitor } = await site(t, ledger);
  const officer = await visitor().signIn('norfolk-finance');
  for (const address of Object.values(BY_HAND))
    t.ok(app.hasRoute({ method: 'GET', url: address.replace(/\{(\w+)\}/g, ':$1') }), address);
  const settlements = (await ask(ledger, 'settlements', { area: 'norfolk' })) as { answer: Data };
  const cases = (await ask(ledger, 'dispute-cases', { area: 'norfolk', status: 'all' })) as { answer: Data };
  const [settlement] = settlements.answer['settlements'] as { settlement: string }[];
  const [first] = cases.answer['cases'] as { case: string }[];
  const given = { ...GIVEN, settlement: settlement!.settlement, case: first!.case };
  let looked = 0;
  for (const query of DERIVED) {
    const named = Object.fromEntries(Object.keys(query.params.shape).map((name) => [name, given[name as never]]));
    if (Object.values(named).includes(undefined as never)) continue;
    const path = filled(pageOf(query), named);
    const { statusCode, body, headers } = await officer.get(path);
    t.equal(statusCode, 200, path);
    t.equal(headers['cache-control'], 'no-store');
    t.ok(Buffer.byteLength(body) < 400_000, `${path}: ${Buffer.byteLength(body)}`);
    t.notMatch(body, /undefined|\[object|NaN|<[^>]* style=/, path);
    const found = await ask(ledger, query.name, named);
    if (found instanceof Refusal) throw new Error(path);
    const page = z.object({}).loose().parse(found.answer);
    t.same(
      [...new Set(sumsIn(page))].filter((each) => !body.includes(sum(each))),
      [],
      path,
    );
    looked++;
  }
  t.ok(looked >= DERIVED.length - 1, `${looked} of ${DERIVED.length} pages`);
});

/**
 * Every title of a field in the answers whose pages are made from declarations, by the field’s name and the kind of its
 * value.
 */
function titlesOf(): Map<string, Map<string, Set<string>>> {
  const titles = new Map<string, Map<string, Set<string>>>();
  const look = (shape: Shape): void => {
    for (const [name, each] of Object.entries(shape.properties ?? {})) {
      const own = titles.get(name) ?? new Map<string, Set<string>>();
      const of = valueOf(each);
      titles.set(name, own.set(of, new Set([...(own.get(of) ?? []), titleIn(shape, name)])));
      look(each);
    }
    for (const each of [shape.items ?? [], shape.anyOf ?? [], shape.oneOf ?? []].flat()) look(each);
  };
  for (const query of DERIVED) look(shapeOf(query));
  return titles;
}

t.test('a name with several meanings has a title for each: nobody approved what was only proposed', async (t) => {
  const titles = titlesOf();
  const told = (name: string) =>
    Object.fromEntries([...titles.get(name)!].map(([value, each]) => [value, [...each].sort()]));
  t.same(told('by'), { list: ['Approved by', 'By'], other: ['By', 'From', 'To be passed down by'] });
  t.same(told('proposed'), { sum: ['Offered'], other: ['Proposed'] });
  t.same(told('stated'), { list: ['Gaps that were stated'], sum: ['Stated'] });
  t.same(told('items'), { list: ['Grants'] });
  t.same(told('recurrent'), { sum: ['Every year'], flag: ['How often'] });
  t.same(told('revision'), { other: ['Fact', 'Newest fact', 'Newest fact of its disputes'] });
  // Names with values of several kinds and a title of their own. Each was checked by hand, and the title fits every
  // kind.
  const LOOKED_AT = ['beside', 'given', 'next', 'ringFenced'];
  const special = [...titles].filter(
    ([name, of]) =>
      of.size > 1 &&
      [...of.values()].some((each) =>
        [...each].some((title) => title.replaceAll(' ', '').toLowerCase() !== name.toLowerCase()),
      ),
  );
  t.same(
    special
      .map(([name]) => name)
      .filter((name) => !['by', 'proposed', 'stated', 'recurrent'].includes(name))
      .sort(),
    LOOKED_AT,
  );
});

t.test('a page that would end before it begins says so above and beside the field', async (t) => {
  const { visitor } = await site(t, await demonstration(t));
  const reader = await visitor().signIn('norfolk-auditor');
  const statement = '/funds/norfolk-2017-18/partners/norfolk-county-council/statement';
  const said = 'The first day, 1 June 2017, is after 1 May 2017, on which the statement ends.';
  const years = 'The first year, 2019-20, is after the last year, 2016-17.';
  const pages: Readonly<Record<string, readonly [field: string, words: string]>> = {
    [`${statement}?from=2017-06-01&on=2017-05-01`]: ['from', said],
    [`/areas/norfolk/medium-term?from=2019-20&to=2016-17`]: ['from', years],
    [`/areas/norfolk/bridge?from=2019-20&to=2016-17`]: ['from', years],
  };
  for (const [path, [field, words]] of Object.entries(pages)) {
    const { statusCode, body } = await reader.get(path);
    t.equal(statusCode, 422, path);
    t.match(body, new RegExp(`<a href="#${field}(-day)?">${words}</a>`), path);
    t.match(body, new RegExp(`id="${field}-error"[\\s\\S]*?${words}`), path);
    t.match(body, '<title>Error: ', path);
  }
  // Every page with a first day or year is among them; two dates that are compared may stand in any order.
  const ranged = DERIVED.filter(({ options }) => 'from' in options.shape).map(({ name }) => name);
  t.same(ranged.sort(), ['bridge', 'medium-term', 'statement']);
  const back = await reader.get('/funds/norfolk-2016-17/compare?from-known-at=2016-06-30&to-known-at=2016-04-30');
  t.match([back.statusCode, back.body], [200, 'as known at the end of 30 June 2016. Then:']);
});
