import t from 'tap';
import { DERIVED, filled, pageOf } from '../../src/web/screens/places.js';
import { ask } from '../support/asking.js';
import { demonstration } from '../support/scenarios.js';
import { openBrowser } from './browser.js';
import { byKeyboard, lookedAt, looking } from './looking.js';
import { site } from './site.js';

const words = (text: string): string[] => text.trim().split(/\s+/);

/**
 * The pages of figures of the demonstration in a real browser: a program finds no barrier, on a telephone and on a
 * desk.
 */

/**
 * One page of each layout. `npm run test:pages` looks at every page in every state, which takes long (all-pages.ts).
 */
const LOOKS =
  words(`gap position plan minimum-tests contributions trace monitoring agreement plan-year medium-term bridge
  disputes dispute-cases dispute-case settlement`);

/** Pages that are made by hand. */
const BY_HAND = [
  '/',
  '/funds',
  '/register',
  '/audit',
  '/glossary',
  '/areas/norfolk',
  '/funds/norfolk-2016-17?on=2016-04-01&known-at=2016-04-30',
  '/funds/norfolk-2016-17/history',
  '/funds/norfolk-2016-17/history?group=plan&order=oldest',
  '/funds/norfolk-2016-17/history/13',
  '/funds/norfolk-2016-17/compare?from-on=2016-04-01&from-known-at=2016-04-30&to-on=2016-04-01&to-known-at=2016-06-30',
  '/funds/norfolk-2017-18/partners/norfolk-county-council',
  '/funds/norfolk-2017-18/year-end',
  '/funds/norfolk-thirds-2018-19/roll-forward',
  '/areas/norfolk/disputes/history',
  '/areas/norfolk/disputes/history/3',
  '/register/history',
  '/register/history/3',
  '/no-such-page',
];

/** Pages that are used with the Tab key alone. */
const BY_KEYBOARD = ['/', BY_HAND[6], BY_HAND[7]];

t.test('no page of figures has a barrier that a program can find, or is wider than its window', async (t) => {
  const ledger = await demonstration(t);
  const { app } = await site(t, ledger);
  const settlements = (await ask(ledger, 'settlements', { area: 'norfolk' })) as { answer: Record<string, unknown> };
  const cases = (await ask(ledger, 'dispute-cases', { area: 'norfolk', status: 'all' })) as {
    answer: Record<string, unknown>;
  };
  const given: Readonly<Record<string, string>> = {
    fund: 'norfolk-2017-18',
    area: 'norfolk',
    partner: 'norfolk-county-council',
    year: '2017-18',
    settlement: (settlements.answer['settlements'] as { settlement: string }[])[0]!.settlement,
    case: (cases.answer['cases'] as { case: string }[])[0]!.case,
  };
  const derived = DERIVED.filter(
    ({ name, params }) => Object.keys(params.shape).every((each) => each in given) && LOOKS.includes(name),
  ).map((each) => filled(pageOf(each), given));
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const browser = await openBrowser();
  t.teardown(() => browser.close());
  const window = await looking(browser, address, 'norfolk-finance');
  for (const path of [...BY_HAND, ...derived]) {
    await window.page.goto(`${address}${path}`);
    await lookedAt(t, window, path, [320]);
    if (BY_KEYBOARD.includes(path)) await byKeyboard(t, window, path);
  }
});
