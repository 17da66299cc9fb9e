import t, { type Test } from 'tap';
import type { Browser } from 'playwright-core';
import { largeFund, RECORDED_UNTIL } from '../../bench/facts.js';
import { makeLedger } from '../../bench/data.js';
import type { Instant } from '../../src/domain/calendar.js';
import { allFacts } from '../../src/ledger/catalogue.js';
import { refuse } from '../../src/domain/rules.js';
import { settableClock } from '../../src/ledger/clock.js';
import { openLedger } from '../../src/ledger/ledger.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { DERIVED, filled, pageOf } from '../../src/web/screens/places.js';
import { ask } from '../support/asking.js';
import { decided } from '../http/disputing.js';
import { acts, caseNamed, DISPUTES, disputing } from '../support/disputes.js';
import { contribution, folder, FUND, openedLedger, openFund, TestLedger } from '../support/ledger.js';
import { demonstration } from '../support/scenarios.js';
import { follow } from './barriers.js';
import { openBrowser } from './browser.js';
import { byKeyboard, lookedAt, looking, type Looking } from './looking.js';
import { site } from './site.js';

/**
 * Every page in every state, in a real browser: `npm run test:pages`. The gate runs a part of it (screens.test.ts).
 * States: signed out; a fund in which nothing has happened; the demonstration; a fund of forty partners and ten
 * thousand facts; a fund with deals and arrears; refusals; a ledger that has stopped answering.
 * `BCF_STATES=empty,large` runs only these states.
 */

// A state has hundreds of pages, and the machine may be slow.
t.setTimeout(0);

const STATES = process.env['BCF_STATES']?.split(',');
const state = (name: string, words: string, act: (t: Test, browser: Browser) => Promise<void>): void =>
  void t.test(words, { timeout: 0, skip: STATES && !STATES.includes(name) ? 'not asked for' : false }, async (t) => {
    const browser = await openBrowser();
    t.teardown(() => browser.close());
    await act(t, browser);
  });

type Given = Readonly<Record<string, string>>;

/** Pages that are made by hand. */
const byHand = ({ fund = '', area = '', partner = '' }: Given): string[] => [
  ...['/', '/funds', '/register', '/audit', '/glossary', '/help', '/accessibility', '/find', `/find?text=${area}`],
  ...[
    '',
    '/history',
    '/history?group=plan&order=oldest',
    '/history/0',
    '/compare',
    '/year-end',
    '/roll-forward',
    '/propose',
    '/record',
    '/deal',
  ].map((each) => `/funds/${fund}${each}`),
  `/funds/${fund}/partners/${partner}`,
  `/areas/${area}`,
  ...['', '/propose', '/record', '/history', '/history/0'].map((each) => `/register${each}`),
];

/** The page of each question that can be asked with the given names. */
const derived = (given: Given): string[] =>
  DERIVED.filter(({ params }) => Object.keys(params.shape).every((each) => each in given)).map((each) =>
    filled(pageOf(each), given),
  );

const slug = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();

/**
 * The first page of the form of each fact. It is at one of two addresses, by whether the fact waits for a signature.
 */
async function forms(window: Looking, address: string, { fund, area }: Given): Promise<string[]> {
  const places: Readonly<Record<string, string>> = {
    fund: `/funds/${fund!}`,
    dispute: `/areas/${area!}/disputes`,
    register: '/register',
  };
  const found: string[] = [];
  for (const { kind, fact } of allFacts()) {
    for (const way of ['propose', 'record']) {
      const path = `${places[kind.name]!}/${way}/${slug(fact.name)}`;
      const answer = await window.page.request.get(`${address}${path}`);
      if (answer.status() === 200) found.push(path);
    }
  }
  return found;
}

async function lookedAtAll(
  t: Test,
  window: Looking,
  address: string,
  paths: readonly string[],
  statuses: readonly number[] = [200, 403, 404],
): Promise<void> {
  let stops = 0;
  for (const path of paths) {
    const answer = await window.page.goto(`${address}${path}`);
    t.ok(statuses.includes(answer!.status()), `${path} is there: ${answer!.status()}`);
    await lookedAt(t, window, path);
    // With the keyboard at the narrowest width, where there is least space.
    stops += await byKeyboard(t, window, path);
  }
  t.comment(`${paths.length} pages, ${stops} stops of the keyboard`);
}

const TABLE = 'main form button[value="table f.lines"]:visible';

/** The pages on which many cases are settled at once: their table, how cases are chosen and sent as a file, and what is wrong. */
async function tablesOfCases(t: Test, window: Looking, address: string): Promise<void> {
  const { page } = window;
  const look = async (what: string): Promise<void> => {
    await lookedAt(t, window, what);
    await byKeyboard(t, window, what);
  };
  await page.goto(`${address}/areas/norfolk/disputes/propose/dispute-settled`);
  await follow(page, TABLE);
  await look('a table of cases, empty');
  await follow(page, 'button[value=table-find]');
  await look('cases to choose from');
  await page.selectOption('select[name="by.status"]', 'all');
  await follow(page, 'button[value=table-find]');
  await look('cases that fit');
  await follow(page, 'button[value=table-add]');
  await look('a table of the cases that were chosen');
  const chosen = await page.inputValue('textarea[name=table]');
  t.match(chosen, /^Case,/, 'cases were chosen');
  await follow(page, 'button[value=table-read]');
  await look('the cases as they go back into the form, or what is wrong with them');
  await page.goto(`${address}/areas/norfolk/disputes/propose/dispute-settled`);
  await follow(page, TABLE);
  await page.fill('textarea[name=table]', 'Case,Agreed,Given up\nnobody,much\n,1,000.00,0.00');
  await follow(page, 'button[value=table-read]');
  await look('a table of cases with faults');
  await follow(page, 'button[value=table-leave]');
  await look('a table of cases that would be lost');
  await follow(page, 'button[value=table-file]');
  await look('a file of cases');
}

async function served(t: Test, ledger: TestLedger): Promise<string> {
  const { app } = await site(t, ledger);
  return app.listen({ host: '127.0.0.1', port: 0 });
}

state('signed-out', 'signed out', async (t, browser) => {
  const address = await served(t, await openedLedger(t, undefined, true));
  const window = await looking(browser, address);
  await lookedAtAll(t, window, address, [
    '/sign-in',
    '/help',
    '/glossary',
    '/accessibility',
    '/no-such-page',
    '/funds',
  ]);
});

state('empty', 'a fund in which nothing has happened', async (t, browser) => {
  const ledger = await openedLedger(t, undefined, true);
  const address = await served(t, ledger);
  const window = await looking(browser, address, 'county-finance');
  const given = { fund: FUND, area: 'testshire', partner: 'north-ccg', year: '2016-17' };
  await lookedAtAll(t, window, address, [...byHand(given), ...derived(given)]);
});

state('normal', 'the demonstration, with the form of every fact', async (t, browser) => {
  const ledger = await demonstration(t);
  const address = await served(t, ledger);
  const window = await looking(browser, address, 'norfolk-finance');
  const named = async (question: string, list: string, field: string): Promise<string> => {
    const { answer } = (await ask(ledger, question, {
      area: 'norfolk',
      ...(list === 'cases' && { status: 'all' }),
    })) as {
      readonly answer: Readonly<Record<string, readonly Given[]>>;
    };
    return answer[list]![0]![field]!;
  };
  const given = {
    fund: 'norfolk-2017-18',
    area: 'norfolk',
    partner: 'norfolk-county-council',
    year: '2017-18',
    settlement: await named('settlements', 'settlements', 'settlement'),
    case: await named('dispute-cases', 'cases', 'case'),
  };
  await lookedAtAll(t, window, address, [
    ...byHand(given),
    ...derived(given),
    '/funds/norfolk-2016-17?on=2016-04-01&known-at=2016-04-30',
    '/funds/norfolk-2016-17/compare?from-on=2016-04-01&from-known-at=2016-04-30&to-on=2016-04-01&to-known-at=2016-06-30',
    '/areas/norfolk/disputes/propose',
    '/areas/norfolk/disputes/record',
    '/areas/norfolk/disputes/deal',
    ...(await forms(window, address, { fund: 'norfolk-2025-26', area: 'norfolk' })),
  ]);
  await tablesOfCases(t, window, address);
});

state('large', 'a fund of forty partners and ten thousand facts', async (t, browser) => {
  const file = `${folder(t)}/large.sqlite`;
  const store = openSqliteEventStore({ file });
  const shape = largeFund(10_000);
  await makeLedger(store, 10_080, 20_170_401, shape);
  const clock = settableClock((RECORDED_UNTIL + 3_600_000) as Instant);
  const opened = await openLedger(store, clock);
  t.teardown(() => opened.close());
  const address = await served(t, new TestLedger(opened, store, clock, file));
  const window = await looking(browser, address, 'county-finance');
  const [fund] = shape.funds as [string];
  const given = { fund, area: 'largeshire', partner: 'place-1-ccg', year: '2017-18' };
  await lookedAtAll(t, window, address, [
    ...byHand(given),
    ...derived(given),
    ...['contribution-agreed', 'budget-vired'].map((each) => `/funds/${fund}/propose/${each}`),
    ...['contribution-received', 'plan-line-revised'].map((each) => `/funds/${fund}/record/${each}`),
  ]);
});

state('together', 'what is agreed together, and what falls due', async (t, browser) => {
  const ledger = await disputing(t, undefined, true);
  await acts(ledger).raise();
  await openFund(ledger, '2018-19');
  const stage = { effective: '2018-11-01', case: caseNamed('one'), stage: 'informal' };
  await ledger.post('north-ccg-finance', 'DisputeStageEntered', stage, DISPUTES);
  const propose = async (act: object, where: string): Promise<string> =>
    (await ledger.done('county-finance', { act: 'propose', ...act } as never, { in: where })).outcome.proposal!;
  const offered = (name: string) => ({
    type: 'ContributionAgreed',
    data: contribution({ contribution: name, effective: '2018-12-01' }),
  });
  const fund = 'testshire-2018-19';
  const whole = await propose({ fact: offered('one'), further: [offered('two')] }, fund);
  const first = await propose({ fact: offered('three') }, fund);
  const dropped = { type: 'SplitDecided', data: decided('one', 6_000) };
  const second = await propose({ fact: dropped, otherHalf: first }, DISPUTES);
  ledger.now('2018-11-05T09:00:00Z');
  const address = await served(t, ledger);
  const window = await looking(browser, address, 'county-finance');
  const proposals = [whole, first, second].map((each) => `/proposals/${each}`);
  await lookedAtAll(t, window, address, [
    ...['/', ...proposals, `${proposals[0]!}/counter`, `/funds/${fund}/deal?p.otherHalf=${second}`],
    ...['/areas/testshire/bridge', `/areas/testshire/disputes/deal?p.otherHalf=${first}`],
    ...[`/funds/${FUND}/roll-forward`, `/funds/${fund}/roll-forward`],
  ]);
});

state('refused', 'what is refused, in words', async (t, browser) => {
  const ledger = await openedLedger(t, undefined, true);
  const { outcome } = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: { type: 'ContributionAgreed', data: contribution() as never },
  });
  const address = await served(t, ledger);
  const window = await looking(browser, address, 'county-finance');
  const { page } = window;
  const proposal = `/proposals/${outcome.proposal!}`;
  await lookedAtAll(
    t,
    window,
    address,
    [
      '/funds/nowhere-2016-17',
      `/funds/${FUND}/history/999`,
      '/proposals/00000000-0000-4000-8000-000000000000',
      proposal,
      `${proposal}/decline`,
      `${proposal}/counter`,
      `/funds/${FUND}?on=31+February+2016`,
    ],
    [200, 400, 404],
  );
  await page.goto(`${address}${proposal}/decline`);
  await follow(page, 'main button');
  await lookedAt(t, window, 'declined without a reason');
  await page.goto(`${address}/funds/${FUND}/propose/agreement-signed`);
  await follow(page, 'main button:has-text("Continue"):visible >> nth=-1');
  await lookedAt(t, window, 'a form with faults');
  await byKeyboard(t, window, 'a form with faults');
  await page.goto(`${address}${proposal}`);
  await ledger.submit('north-ccg-finance', { act: 'withdraw', proposal: outcome.proposal!, reason: 'The board met.' });
  await follow(page, 'text=Sign for Testshire County Council');
  await lookedAt(t, window, 'signed too late');
});

state('unsound', 'a ledger that answers no more', async (t, browser) => {
  const made = await openedLedger(t, undefined, true);
  let isDamaged = false;
  const unsound = () =>
    isDamaged
      ? { refusal: refuse('ledger_damaged', 'Position 7 of the log is not what was recorded.'), questionsToo: true }
      : undefined;
  const ledger = new TestLedger({ ...made.ledger, unsound }, made.store, made.clock, made.file);
  const address = await served(t, ledger);
  const window = await looking(browser, address, 'county-finance');
  isDamaged = true;
  for (const path of ['/', '/funds', `/funds/${FUND}`, `/funds/${FUND}/gap`, `/funds/${FUND}/propose`]) {
    const answer = await window.page.goto(`${address}${path}`);
    t.equal(answer!.status(), 503, path);
    await lookedAt(t, window, path);
  }
});
