import t, { type Test } from 'tap';
import type { Page } from 'playwright-core';
import { contribution, FUND, line } from '../support/ledger.js';
import { disputing } from '../support/disputes.js';
import { barriers, follow, tooWide } from './barriers.js';
import { openBrowser } from './browser.js';
import { site } from './site.js';

/** Forms in a real browser without scripts: filled in by hand, and looked at for barriers, wide and narrow. */

const FORMS = [
  `/funds/${FUND}/propose`,
  `/funds/${FUND}/record`,
  `/funds/${FUND}/propose/agreement-signed`,
  `/funds/${FUND}/propose/discretionary-payment-withdrawn`,
  `/funds/${FUND}/propose/budget-vired`,
  `/funds/${FUND}/propose/period-closed`,
  `/funds/${FUND}/record/fact-reversed`,
  `/funds/${FUND}/record/grant-determined`,
  '/areas/testshire/disputes/record/dispute-raised',
  '/areas/testshire/disputes/propose/dispute-settled',
  '/register/record/partner-registered',
  '/register/record/fund-opened',
];

async function looked(t: Test, page: Page, what: string): Promise<void> {
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    t.same(await barriers(page), [], `${what} at ${width}`);
    t.ok((await tooWide(page)).page <= 0, `${what} is no wider than ${width}`);
  }
}

t.test('a form is filled in without scripts, and no page of it has a barrier that a program can find', async (t) => {
  const ledger = await disputing(t, undefined, true);
  const { app } = await site(t, ledger);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const browser = await openBrowser();
  t.teardown(() => browser.close());

  const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await plain.goto(`${address}/sign-in`);
  await plain.check('input[value=north-ccg-finance]');
  await follow(plain, 'main form[method=post] button');
  await plain.goto(`${address}/funds/${FUND}`);
  await follow(plain, 'text=Propose');
  await follow(plain, 'text=Agree a contribution');
  await plain.check('input[value=north-ccg]');
  await plain.check('input[value=NHS_ADD]');
  await follow(plain, 'main button:has-text("Continue")');
  await plain.fill('[name="f.amount"]', '£250,000');
  await plain.check('[name="f.recurrent"][value=no]');
  for (const [part, value] of [
    ['day', '1'],
    ['month', 'July'],
    ['year', '2016'],
  ])
    await plain.fill(`[name="f.effective-${part!}"]`, value!);
  await follow(plain, 'main button:has-text("Continue")');
  await follow(plain, 'main button:has-text("Split by quarter")');
  t.equal(await plain.inputValue('[name="f.instalments.2.amount"]'), '83333.33');
  // The Enter key continues, and presses none of the buttons of the list.
  await Promise.all([plain.waitForEvent('domcontentloaded'), plain.press('[name="f.instalments.0.amount"]', 'Enter')]);
  t.match(await plain.textContent('main'), /Nobody offers/);
  await follow(plain, 'main button:text-is("Propose")');
  t.match(await plain.textContent('h1'), 'contributes £250,000.00');
  t.match(plain.url(), /\/proposals\//);

  const page = await (await browser.newContext({ bypassCSP: true })).newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('400')) faults.push(message.text());
  });
  await page.goto(`${address}/sign-in`);
  await page.check('input[value=county-chief]');
  await follow(page, 'main form[method=post] button');
  for (const form of FORMS) {
    await page.goto(`${address}${form}`);
    await looked(t, page, form);
  }
  await page.goto(`${address}/funds/${FUND}/propose/agreement-signed`);
  await follow(page, 'main button:has-text("Continue"):visible >> nth=-1');
  await looked(t, page, 'a page with faults');
  await page.goto(`${address}/funds/${FUND}/record/gap-stated`);
  await page.fill('[name="f.amount"]', '1');
  await follow(page, 'main button:has-text("Continue")');
  await page.fill('[name="f.claimant"]', 'The board');
  await page.fill('[name="f.basis"]', 'Its paper of March.');
  for (const name of ['effective', 'statedOn'])
    for (const [part, value] of [
      ['day', '1'],
      ['month', '4'],
      ['year', '2016'],
    ])
      await page.fill(`[name="f.${name}-${part!}"]`, value!);
  await follow(page, 'main button:has-text("Continue")');
  t.match(await page.textContent('h1'), 'Check your answers');
  await looked(t, page, 'the page of answers');
  t.same(faults, [], 'the browser has nothing to say');
});
