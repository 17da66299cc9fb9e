import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import t from 'tap';
import { gapInWords, gapOnTheDay } from '../../src/web/screens/gap-words.js';
import {
  button,
  checkboxes,
  dateInput,
  errorMessage,
  errorSummary,
  fieldset,
  fileUpload,
  hint,
  input,
  label,
  radios,
  select,
  textarea,
} from '../../src/web/components/fields.js';
import { summaryList, table, taskList } from '../../src/web/components/lists.js';
import { backLink, breadcrumbs, pagination, skipLink } from '../../src/web/components/ways.js';
import {
  details,
  insetText,
  notificationBanner,
  phaseBanner,
  tag,
  warningText,
} from '../../src/web/components/words.js';
import { nobodyOffers, offeredByNobody } from '../../src/web/format.js';
import { Html } from '../../src/web/html.js';

/**
 * Every component makes the HTML that govuk-frontend publishes for it: the examples of its own fixtures.json. An
 * example is left out only if it uses something that our pages do not need; those are listed here.
 */
const NOT_TAKEN: Readonly<Record<string, string>> = {
  isStartButton: 'no page begins a service',
  conditional: 'what shows only when something is chosen needs a script',
  beforeInput: 'nothing stands within a field',
  afterInput: 'nothing stands within a field',
  beforeInputs: 'nothing stands within a field',
  afterInputs: 'nothing stands within a field',
  javascript: 'no page has a script',
  multiple: 'a file is sent by itself',
  caller: 'a macro of the template engine',
};

type Options = Readonly<Record<string, unknown>>;

interface Fixture {
  readonly name: string;
  readonly options: Options;
  readonly html: string;
}

const require = createRequire(import.meta.url);
const fixturesOf = (component: string): readonly Fixture[] =>
  (
    JSON.parse(
      readFileSync(require.resolve(`govuk-frontend/dist/govuk/components/${component}/fixtures.json`), 'utf8'),
    ) as { fixtures: readonly Fixture[] }
  ).fixtures;

/** Options that are text or HTML in the macros and content in our functions. */
const CONTENTS: readonly (readonly [text: string, html: string, ours: string])[] = [
  ['text', 'html', 'content'],
  ['titleText', 'titleHtml', 'title'],
  ['descriptionText', 'descriptionHtml', 'description'],
  ['summaryText', 'summaryHtml', 'summary'],
];

const isMapping = (value: unknown): value is Options =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value);

const ofAttributes = (all: Options): Options =>
  Object.fromEntries(
    Object.entries(all).map(([name, value]) => {
      if (!isMapping(value)) return [name, textOf(value)];
      const { value: own, optional } = value;
      if (optional !== true) return [name, textOf(own)];
      return [name, own === true ? true : own === null || own === false ? undefined : textOf(own)];
    }),
  );

/** The options of a macro as our functions take them. */
function ours(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.filter((each) => Boolean(each)).map((each) => ours(each));
  if (!isMapping(value)) return value;
  if (key === 'attributes') return ofAttributes(value);
  const result: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) {
    if (each === null || each === undefined || each === '') continue;
    result[name] = ours(each, name);
  }
  for (const [text, html, name] of CONTENTS) {
    const asHtml = value[html];
    const asText = value[text];
    if (typeof asHtml === 'string' && asHtml !== '') result[name] = new Html([asHtml.trim()]);
    else if (asText !== undefined && asText !== null && asText !== '') result[name] = asText;
    Reflect.deleteProperty(result, html);
    if (name !== text) Reflect.deleteProperty(result, text);
  }
  return result;
}

/** Examples that the types of our functions do not allow. */
const NOT_WRITTEN =
  /falsy|with empty (items|values)|^empty$|no params|visually hidden text removed|custom names|with field value and items|^translated$/;

const hasUntaken = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.some(hasUntaken)
    : isMapping(value) && Object.entries(value).some(([name, each]) => name in NOT_TAKEN || hasUntaken(each));

/** HTML without differences that do not matter: spaces between tags, and the order of attributes. */
const normal = (html: string): string =>
  html
    .replace(/\s+/g, ' ')
    .replace(/<([a-z0-9]+)((?:\s+[^\s=>/]+(?:="[^"]*")?)*)\s*(\/?)>/gi, (_, name: string, all: string) => {
      const each = [...all.matchAll(/([^\s=]+)(="([^"]*)")?/g)].map(([whole, attribute, given, value]) =>
        attribute === 'class' && given !== undefined ? `class="${value!.trim()}"` : whole,
      );
      return `<${[name, ...each.sort()].join(' ')}>`;
    })
    .replace(/> /g, '>')
    .replace(/ </g, '<')
    .trim();

interface Component {
  readonly make: (options: never) => Html;
  /** How the options differ from the macro’s, in addition to their names. */
  readonly options?: (options: Options) => Options;
}

const textOnly = (options: Options): Options => {
  const { content, ...rest } = options;
  return content instanceof Html ? { ...rest, content } : { ...rest, text: content };
};

/** Options of an item of a select keep their text as text. */
const COMPONENTS: Readonly<Record<string, Component>> = {
  button: { make: button },
  input: { make: input },
  'file-upload': { make: fileUpload },
  textarea: { make: textarea },
  radios: { make: radios },
  checkboxes: { make: checkboxes },
  select: {
    make: select,
    options: (all) => ({
      ...all,
      items: ((all['items'] as Options[] | undefined) ?? []).map(({ content, ...item }) => ({
        ...item,
        text: content,
      })),
    }),
  },
  'date-input': {
    make: dateInput,
    // The macro has an option for each of the three parts; ours are always a list.
    options: ({ day, month, year, ...all }) => {
      const parts = Object.entries({ day, month, year }).filter(([, part]) => part !== false);
      const given = parts.map(([name, part]) => ({ name, ...(part as Options | undefined) }));
      return day === undefined && month === undefined && year === undefined ? all : { items: given, ...all };
    },
  },
  'error-summary': { make: errorSummary, options: ({ errorList = [], ...all }) => ({ errors: errorList, ...all }) },
  'error-message': { make: errorMessage },
  hint: { make: hint },
  label: { make: label },
  fieldset: { make: fieldset },
  'summary-list': { make: summaryList },
  table: { make: table },
  tag: { make: tag },
  'inset-text': { make: insetText },
  'warning-text': { make: warningText },
  details: { make: details },
  'notification-banner': { make: notificationBanner, options: textOnly },
  'phase-banner': { make: phaseBanner, options: (all) => ({ tag: { content: '' }, ...all }) },
  'back-link': { make: backLink },
  breadcrumbs: { make: breadcrumbs },
  pagination: { make: pagination },
  'skip-link': { make: skipLink },
  'task-list': {
    make: taskList,
    options: ({ items, ...all }) => ({
      ...all,
      items: (items as Options[]).map((item) => ({
        ...item,
        hint: (item['hint'] as Options | undefined)?.['content'],
      })),
    }),
  },
};

for (const [name, { make, options = (all: Options) => all }] of Object.entries(COMPONENTS)) {
  t.test(`${name} makes what govuk-frontend publishes`, async (t) => {
    const fixtures = fixturesOf(name);
    const taken = fixtures.filter(({ name, options }) => !NOT_WRITTEN.test(name) && !hasUntaken(options));
    t.ok(taken.length > fixtures.length / 2, `${taken.length} of ${fixtures.length} examples`);
    for (const each of taken) {
      const given = options(ours(each.options) as Options);
      t.equal(normal(make(given as never).text), normal(each.html), each.name);
    }
  });
}

t.test('of a fund with more than it needs, a table says so under a title that fits', async (t) => {
  t.equal(nobodyOffers('7000000.00'), '7,000,000.00');
  t.equal(nobodyOffers('-149363321.02'), '0.00');
  t.same(offeredByNobody('10.00', '0.00', '-10.00'), { title: 'Nobody offers', sums: ['10.00', '0.00', '-10.00'] });
  t.same(offeredByNobody('-10.00', '-12.00', '-2.00'), {
    title: 'More than required',
    sums: ['10.00', '12.00', '2.00'],
  });
  t.same(offeredByNobody('-10.00', '-10.00', '0.00').sums, ['10.00', '10.00', '0.00']);
  t.match(offeredByNobody('-12.00', '-10.00', '2.00'), { sums: ['12.00', '10.00', '-2.00'] });
  for (const [before, after] of [
    ['1.00', '-1.00'],
    ['-1.00', '1.00'],
  ] as const)
    t.match(offeredByNobody(before, after, '-2.00').title, /with a minus: more than is required/);
});

t.test('the gap is told in words that fit: no sum below zero is called missing, required or a gap', (t) => {
  const gap = { requirement: '0.00', funded: '0.00', soft: '0.00', hard: '0.00' };
  t.equal(gapInWords(gap), 'Nothing is required: nothing is funded, and nothing is missing.');
  t.equal(
    gapInWords({ ...gap, requirement: '-13943000.00', hard: '-13943000.00' }),
    'The plan saves £13,943,000 more than it costs, so it needs no money: nothing is funded.',
  );
  t.equal(
    gapOnTheDay({ on: '2016-06-30', gap: '-18561000.00' }),
    'On 30 June 2016, £18,561,000 more is funded than is required',
  );
  t.equal(gapOnTheDay({ on: '2016-06-30', gap: '18561000.00' }), 'The gap on 30 June 2016 is £18,561,000');
  t.equal(gapOnTheDay({ on: '2016-06-30', gap: '0.00' }), 'There is no gap on 30 June 2016');
  t.end();
});
