import t, { type Test } from 'tap';
import type { BrowserContext, Page } from 'playwright-core';
import { contribution, FUND, line, openedLedger } from '../support/ledger.js';
import { follow } from './barriers.js';
import { openBrowser } from './browser.js';
import { site } from './site.js';

/** Officers who go back in a form, press a button twice, or use two tabs, in a real browser. */

const FORM = `/funds/${FUND}/propose/contribution-agreed`;
const CONTINUE = 'main button:has-text("Continue"):not(.govuk-visually-hidden)';
const PROPOSE = 'main button:text-is("Propose")';
const STEPS = ['Who pays and source of funding', 'Amount, how often and effective day', 'Instalments'];

const titleOf = async (page: Page): Promise<string> => (await page.textContent('h1')) ?? '';

/** Goes back. If the browser cannot show the page again, resolves to what it shows instead. */
async function back(page: Page): Promise<void> {
  await page.goBack({ waitUntil: 'domcontentloaded' }).catch(() => page.waitForURL(/^chrome-error:/));
}

/** What a page holds, once the browser has arrived there. */
async function contentOf(page: Page): Promise<string> {
  for (;;) {
    try {
      return await page.content();
    } catch {
      await page.waitForLoadState();
    }
  }
}

/** Waits for the page of a proposal. A second press of a button breaks off the answer to the first one, so it waits once more. */
async function atProposal(page: Page): Promise<void> {
  const arrived = () => page.waitForURL(/\/proposals\//);
  await arrived().catch(arrived);
}

async function signedIn(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${address}/sign-in`);
  await page.check('input[value=north-ccg-finance]');
  await follow(page, 'main form[method=post] button');
  return page;
}

/** Fills the form in, up to the page on which the answers are checked. */
async function filledIn(page: Page, address: string, amount: string): Promise<void> {
  await page.goto(`${address}${FORM}`);
  await page.check('input[value=NHS_ADD]');
  await follow(page, CONTINUE);
  await page.fill('[name="f.amount"]', amount);
  await page.check('[name="f.recurrent"][value=no]');
  await follow(page, CONTINUE);
  await follow(page, 'main button:has-text("Split by quarter")');
  await follow(page, CONTINUE);
}

async function served(t: Test) {
  const ledger = await openedLedger(t, undefined, true);
  const { app } = await site(t, ledger);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const browser = await openBrowser();
  t.teardown(() => browser.close());
  return { ledger, address, browser };
}

t.test('an officer goes back through every step, sees their answers, and records once', async (t) => {
  const { ledger, address, browser } = await served(t);
  const size = (): number => ledger.ledger.model.size();
  for (const javaScriptEnabled of [false, true]) {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await signedIn(context, address);
    const [amount, quarter] = ['100000', '25000'];
    await filledIn(page, address, amount);
    t.equal(await titleOf(page), 'Check your answers');

    await back(page);
    t.equal(await titleOf(page), STEPS[2]);
    t.equal(await page.inputValue('[name="f.instalments.0.amount"]'), `${quarter}.00`);
    await back(page);
    t.equal(await page.inputValue('[name="f.instalments.0.amount"]'), '8333.34', 'split by month before');
    await back(page);
    t.equal(await titleOf(page), STEPS[1]);
    t.equal(await page.inputValue('[name="f.amount"]'), amount);
    await back(page);
    t.equal(await titleOf(page), STEPS[0]);
    t.ok(await page.isChecked('input[value=north-ccg]'));
    t.ok(await page.isChecked('input[value=NHS_ADD]'));

    // With scripts on, only the browser differs: our pages have none.
    if (javaScriptEnabled) return context.close();

    await follow(page, CONTINUE);
    await page.fill('[name="f.amount"]', 'much');
    await follow(page, CONTINUE);
    t.match(await page.textContent('main'), 'There is a problem');
    await page.fill('[name="f.amount"]', `${amount}.50`);
    await follow(page, CONTINUE);
    await back(page);
    t.match(await page.textContent('main'), 'There is a problem', 'a page with an error is shown again, too');

    await filledIn(page, address, amount);
    const before = size();
    await Promise.all([atProposal(page), page.dblclick(PROPOSE)]);
    t.equal(size(), before + 1, 'a double click proposes once');
    const proposal = page.url();
    await page.reload();
    t.equal(page.url(), proposal, 'the receipt can be loaded again');
    await back(page);
    t.equal(await titleOf(page), 'Check your answers');
    await Promise.all([atProposal(page), page.click(PROPOSE)]);
    t.equal(page.url(), proposal, 'the same form leads to the same proposal');
    t.equal(size(), before + 1);

    await back(page);
    await follow(page, 'main button:has-text("Change amount")');
    await page.fill('[name="f.amount"]', `${amount}.75`);
    await follow(page, CONTINUE);
    t.equal(await titleOf(page), 'Check your answers', 'the sum is split by quarter again');
    await follow(page, PROPOSE);
    t.match(await page.textContent('main'), 'You have sent this form already, with other answers');
    t.equal(size(), before + 1);
    await follow(page, 'text=Read what is recorded of it');
    t.match(
      await page.textContent('main'),
      'The proposal, with all its steps',
      'what was recorded first is one link away',
    );
    await context.close();
  }
});

t.test('of two tabs of one form, the second is told what the first has changed', async (t) => {
  const { ledger, address, browser } = await served(t);
  const context = await browser.newContext({ javaScriptEnabled: false });
  const one = await signedIn(context, address);
  const other = await context.newPage();
  await filledIn(one, address, '1000');
  await filledIn(other, address, '1000');
  await follow(one, PROPOSE);
  const size = ledger.ledger.model.size();
  await follow(other, PROPOSE);
  t.match(await other.textContent('main'), /The name “[^”]+” is taken by now.*Read your answers again, and send them/s);
  t.equal(ledger.ledger.model.size(), size);
  await follow(other, PROPOSE);
  t.equal(ledger.ledger.model.size(), size + 1, 'sent once more, it is another offer under a name of its own');
});

t.test('after signing out, going back shows no answer and no figure', async (t) => {
  const { address, browser } = await served(t);
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await signedIn(context, address);
  await page.goto(`${address}/funds/${FUND}`);
  await filledIn(page, address, '765432');
  t.match(await page.content(), '765,432');
  await follow(page, 'button:text-is("Sign out")');
  t.match(await titleOf(page), 'You have signed out');
  for (let at = 0; at < 8; at++) {
    await back(page);
    const shown = await contentOf(page);
    t.notMatch(shown, /765.?432|Check your answers|Signatures/, `${at + 1} pages back`);
  }
});

t.test('only pages of forms are kept by the browser, and they are deleted when the session ends', async (t) => {
  const { visitor, ledger } = await site(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const kept = 'private, no-cache';
  const north = await visitor().signIn('north-ccg-finance');
  const form = await north.get(FORM);
  t.equal(form.headers['cache-control'], kept, 'the first page of a form');
  const next = await north.send(form, FORM, { go: 'next', 'f.payer': 'north-ccg', 'f.source': 'NHS_ADD' });
  t.match([next.statusCode, next.headers['cache-control']], [200, kept], 'the next page');
  const wrong = await north.send(form, FORM, { go: 'next', 'f.payer': '' });
  t.match([wrong.statusCode, wrong.headers['cache-control']], [400, kept], 'a page with an error');
  const foreign = await north.post(FORM, { go: 'next' });
  t.match([foreign.statusCode, foreign.headers['cache-control']], [403, kept], 'a refusal of what was sent');
  for (const path of [
    '/',
    '/funds',
    `/funds/${FUND}`,
    `/funds/${FUND}/gap?format=csv`,
    `/funds/${FUND}/propose`,
    '/nowhere',
  ])
    t.equal((await north.get(path)).headers['cache-control'], 'no-store', path);
  t.equal(next.headers['clear-site-data'], undefined);

  const { cookie } = north;
  const out = await north.send(await north.get('/'), '/sign-out');
  t.match([out.statusCode, out.headers['clear-site-data']], [303, '"cache"']);
  t.equal((await north.get('/sign-in')).headers['clear-site-data'], undefined, 'nobody’s session keeps nothing');
  const later = await visitor().get('/', { cookie });
  t.match([later.statusCode, later.headers['clear-site-data']], [303, '"cache"'], 'a session that has ended elsewhere');
  t.equal((await visitor().get('/')).headers['clear-site-data'], undefined, 'somebody who comes for the first time');
});

t.test('whoever signs in has the browser delete the pages that it kept for the officer before', async (t) => {
  const { visitor } = await site(t);
  // A browser that was closed without sign-out has no session left, and still has the pages on its disk.
  const person = visitor();
  const done = await person.send(await person.get('/sign-in'), '/sign-in', { officer: 'county-finance' });
  t.match([done.statusCode, done.headers['clear-site-data']], [303, '"cache"']);
});
