import t from 'tap';
import { demonstration } from '../support/scenarios.js';
import { site, type Visitor } from './site.js';
import { linksOf, mainOf, readOf, walk } from './walk.js';

/** No link on a page of the demonstration leads its officer to a page from which they cannot continue. */

const FROM = [
  '/',
  '/funds/norfolk-2016-17',
  '/funds/norfolk-2017-18?on=2017-07-31',
  '/funds/norfolk-2019-20?on=2020-04-01',
  '/funds/norfolk-2016-17/compare',
  '/areas/norfolk/bridge',
  '/areas/norfolk/disputes',
];

/** Days that can be typed but cannot be asked for, as three fields each. */
const DAYS: Readonly<Record<string, readonly [day: string, month: string, year: string]>> = {
  'before the ledger speaks of anything': ['31', '3', '2013'],
  'after all that it speaks of': ['1', '4', '2099'],
  'no day at all': ['31', '2', '2017'],
  'no number': ['x', '4', '2017'],
  'a year of two digits': ['27', '3', '17'],
  'before anything was known': ['1', '4', '2013'],
};

/** What a page shows of an answer: a table, a drawing, key figures, a list of facts or the source of figures. */
const FIGURES = /<table|<svg|class="bcf-(?:figures|history|print)|Worked out from/;

/** A visitor with a new address for every so many pages, because the service limits the pages per minute. */
function machines(sign: () => Promise<Visitor>) {
  let own: Promise<Visitor> | undefined;
  let asked = 0;
  return async (): Promise<Visitor> => {
    if (asked++ % 150 === 0) own = undefined;
    return (own ??= sign());
  };
}

t.test(
  'whatever date is typed on a page, the page stays, with what was typed and what is wrong above it',
  async (t) => {
    const { visitor } = await site(t, await demonstration(t));
    const sign = () => visitor().signIn('norfolk-auditor');
    const machine = machines(sign);
    const pages = await walk(sign, FROM, 1);
    let tried = 0;
    for (const { path, body } of pages) {
      const [, action, fields] =
        /<div class="bcf-dates">\s*<form method="get" action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/.exec(body) ?? [];
      if (action === undefined) continue;
      for (const [, prefix] of fields!.matchAll(/ name="([a-z-]+)-day"/g)) {
        for (const [name, typed] of Object.entries(DAYS)) {
          const sent = ['day', 'month', 'year'].map((part, at) => [`${prefix!}-${part}`, typed[at]!]);
          const others = [...fields!.matchAll(/ name="([a-z-]+)-day"/g)].flatMap(([, other]) =>
            other === prefix ? [] : ['day', 'month', 'year'].map((part) => [`${other!}-${part}`, '']),
          );
          const asked = `${action}?${new URLSearchParams(Object.fromEntries([...sent, ...others]) as Record<string, string>).toString()}`;
          const first = await (await machine()).get(asked);
          const answer =
            first.statusCode === 303 ? await (await machine()).get(first.headers.location as string) : first;
          const about = `${path}: ${prefix!}, ${name}`;
          tried++;
          const isAnswered = answer.statusCode === 200 && !answer.body.includes('<title>Error: ');
          if (isAnswered && name === 'before anything was known') continue;
          t.ok([400, 404, 422].includes(answer.statusCode), `${about}: ${answer.statusCode}`);
          t.match(answer.body, '<title>Error: ', about);
          t.match(answer.body, 'There is a problem', about);
          t.notMatch(mainOf(answer.body), FIGURES, `${about}: no figures of another day`);
          if (name === 'a year of two digits')
            t.match(answer.body, 'must have a year of four digits, like 27 3 2017', about);
          for (const [field, value] of sent)
            t.match(answer.body, new RegExp(`name="${field!}"[^>]*value="${value!}"`), `${about} keeps ${field!}`);
        }
      }
    }
    t.ok(tried > 200, `${tried} dates`);
  },
);

t.test('what is refused beside the dates is told above the page too, which stays', async (t) => {
  const { visitor } = await site(t, await demonstration(t));
  const auditor = await visitor().signIn('norfolk-auditor');
  const bridge = await auditor.get('/areas/norfolk/bridge?from=2018-19&to=2016-17');
  t.match(
    [bridge.statusCode, readOf(mainOf(bridge.body))],
    [422, /^There is a problem\nThe first year, 2018-19, is after the last year, 2016-17/],
  );
  t.match(bridge.body, /<option value="2018-19" selected>[\s\S]*<option value="2016-17" selected>/, 'both are kept');
  const other = await auditor.get('/areas/norfolk/bridge?from=never');
  t.match([other.statusCode, readOf(mainOf(other.body))], [400, /^There is a problem\nFirst year must be/]);
  const early = await auditor.get('/funds/norfolk-2016-17?on=2016-04-01&known-at=2014-04-01');
  t.match([early.statusCode, early.body], [404, /Norfolk, 2016 to 2017/]);
  t.match(readOf(mainOf(early.body)), 'or leave the day on which it was known empty');
  const unheard = await auditor.get('/funds/nowhere-2016-17?on=2016-04-01');
  t.match([unheard.statusCode, readOf(mainOf(unheard.body))], [404, /There is no fund named nowhere-2016-17/]);
  const before = await auditor.get('/funds/lancashire-2023-24?on=2014-01-01');
  t.match(readOf(mainOf(before.body)), 'Nothing about it was known on that day');
  const file = await auditor.get('/funds/norfolk-2016-17/gap?on=2013-03-31&format=csv');
  t.match([file.statusCode, file.headers['content-type']], [400, /text\/html/]);
});

/** One of each kind of officer: of a council, of an auditor, of the keeper, of a board of the NHS, and of a district. */
const OFFICERS = [
  'norfolk-finance',
  'norfolk-auditor',
  'norfolk-registrar',
  'norfolk-and-waveney-icb-finance',
  'breckland-district-finance',
];

for (const officer of OFFICERS)
  t.test(`every link that is shown to ${officer} leads to a page`, async (t) => {
    const { visitor } = await site(t, await demonstration(t));
    const sign = () => visitor().signIn(officer);
    const machine = machines(sign);
    const from = ['/', '/funds', '/areas/suffolk', '/areas/norfolk', '/funds/norfolk-2017-18', '/register/history/26'];
    const pages = await walk(sign, from, 1);
    // Of links with the same words on pages of one kind, only one is followed.
    const followed = new Map<string, string>();
    for (const { path, body } of pages)
      for (const { href, text } of linksOf(body))
        if (/^\/(?!assets|sign-|docs)/.test(href))
          followed.set(`${path.split('?')[0]!.replace(/[\d-]{6,}/g, '')} ${text.replace(/[\d£,.]+/g, '')}`, href);
    for (const href of new Set(followed.values())) {
      let answer = await (await machine()).get(href);
      if (answer.statusCode === 303) answer = await (await machine()).get(answer.headers.location as string);
      if (answer.statusCode !== 200) t.fail(`${href}: ${answer.statusCode}`);
      t.notMatch(answer.body, /You can (?:propose|record) nothing here/, href);
    }
    t.ok(followed.size > 100, `${followed.size} links of ${pages.length} pages`);
  });

/** What a refusal says to an officer whom a button was never meant for. */
const NOT_FOR_THEM = /Rule: (?:role_not_allowed|wrong_partner|not_mandated|not_your_fund)|Done: nothing/;

for (const officer of [...OFFICERS, 'norwich-ccg-finance'])
  t.test(`every button that is shown to ${officer} does what it says`, async (t) => {
    const { visitor } = await site(t, await demonstration(t));
    const sign = () => visitor().signIn(officer);
    const machine = machines(sign);
    const from = ['/', '/funds', '/funds/norfolk-2017-18', '/funds/norfolk-2025-26', '/funds/norfolk-thirds-2018-19'];
    const pages = await walk(sign, from, 1);
    let pressed = 0;
    for (const { path } of pages) {
      const page = await (await machine()).get(path);
      for (const [, action, own] of page.body.matchAll(
        /<form method="post" action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g,
      )) {
        if (action === '/sign-out') continue;
        for (const [button] of own!.matchAll(/<button[^>]*>/g)) {
          const [name, value] = ['name', 'value'].map((each) => new RegExp(` ${each}="([^"]*)"`).exec(button)?.[1]);
          const reader = await machine();
          const sent = await reader.send(page, action!, {
            ...(name !== undefined && { [name]: value! }),
            ...(own!.includes('name="reason"') && { reason: 'It is tried.' }),
          });
          const answer = sent.statusCode === 303 ? await reader.get(sent.headers.location as string) : sent;
          t.not(sent.statusCode, 403, `${path}: ${button}`);
          t.notMatch(answer.body, NOT_FOR_THEM, `${path}: ${button}`);
          pressed++;
        }
      }
    }
    t.comment(`${pressed} buttons of ${pages.length} pages`);
  });
