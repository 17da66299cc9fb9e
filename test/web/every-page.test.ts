import t from 'tap';
import { demonstration } from '../support/scenarios.js';
import { site } from './site.js';
import { mainOf, plain, readOf, walk, type Walked } from './walk.js';

/** What holds of every page of the demonstration. */

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

let everything:
  Promise<{ readonly pages: readonly Walked[]; readonly get: (path: string) => Promise<string> }> | undefined;

/** The pages, read once for all tests; and how another is read. */
const everyPage = () =>
  (everything ??= (async () => {
    const { visitor } = await site(t, await demonstration(t));
    const machine = () => visitor().signIn('norfolk-auditor');
    const pages = await walk(machine, FROM, 2);
    let asked = 0;
    let own = await machine();
    const get = async (path: string): Promise<string> => {
      if (++asked % 100 === 0) own = await machine();
      const { statusCode, headers, body } = await own.get(path);
      return statusCode === 303 ? get(headers.location!) : body;
    };
    return { pages, get };
  })());

/** The form of the dates, and the address that a browser asks for when its button is pressed and nothing was changed. */
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

/** What a page tells: all but the form, and the address of the page itself. */
const toldBy = (body: string): string => readOf(mainOf(body).replace(/<form method="get"[\s\S]*?<\/form>/, ''));

t.test('“Show” with nothing changed asks the same question, and gives the same answer', async (t) => {
  const { pages, get } = await everyPage();
  t.comment(`${pages.length} pages`);
  let pressed = 0;
  for (const page of pages) {
    const address = shown(page);
    // A page further on in a list begins at the first again.
    if (address === undefined || /[?&](after|page)=/.test(page.path)) continue;
    t.equal(toldBy(await get(address)), toldBy(page.body), page.path);
    pressed++;
  }
  t.ok(pressed > 100, `${pressed} pages`);
});
