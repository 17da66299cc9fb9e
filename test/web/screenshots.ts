import { mkdirSync } from 'node:fs';
import { openBrowser } from './browser.js';

/** Pictures of the main pages of a demonstration that is being served: `npm run screenshots -- http://127.0.0.1:8181 docs/pages`. */

const [address = 'http://127.0.0.1:8181', folder = 'docs/pages', all] = process.argv.slice(2);
const WIDTHS = all === undefined ? [1280] : [320, 1280];

/** Pages of figures, at the dates at which they show most. */
const FIGURES = [
  [
    'compare',
    '/funds/norfolk-2016-17/compare?from-on=2016-04-01&from-known-at=2016-04-30&to-on=2016-04-01&to-known-at=2016-06-30',
  ],
  ['history', '/funds/norfolk-2016-17/history?group=contributions'],
  ['fact', '/funds/norfolk-2016-17/history/13'],
  ['partner', '/funds/norfolk-2017-18/partners/norfolk-county-council'],
  ['plan', '/funds/norfolk-2017-18/plan'],
  ['monitoring', '/funds/norfolk-2017-18/monitoring'],
  ['minimum-tests', '/funds/norfolk-2025-26/minimum-tests'],
  ['year-end', '/funds/norfolk-2017-18/year-end'],
  ['disputes', '/areas/norfolk/disputes'],
  ['cases', '/areas/norfolk/disputes/cases?status=all'],
  ['medium-term', '/areas/norfolk/medium-term'],
  ['find', '/find?text=norwich'],
  ['audit', '/audit'],
] as const;

mkdirSync(folder, { recursive: true });
const browser = await openBrowser();
try {
  for (const width of WIDTHS) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, javaScriptEnabled: false });
    const page = await context.newPage();
    // Documents show the top of a page. For checking pages, the whole page is taken.
    const picture = async (name: string, fullPage = all !== undefined): Promise<void> => {
      const suffix = all === undefined ? '' : `-${width}`;
      // A document shows a page from its head, wherever the last choice on it was.
      await page.evaluate('scrollTo(0, 0)');
      await page.screenshot({ path: `${folder}/${name}${suffix}.png`, fullPage });
    };
    await page.goto(`${address}/sign-in`);
    await picture('sign-in', false);
    await page.check('input[value=norfolk-finance]');
    await page.click('main form[method=post] button');
    await picture('tasks', all !== undefined);
    await page.click('text=Funds');
    await picture('funds');
    await page.goto(`${address}/funds/norfolk-2016-17?on=2016-04-01&known-at=2016-04-30`);
    await picture('fund');
    if (all !== undefined) {
      await page.emulateMedia({ media: 'print' });
      await picture('fund-print');
      await page.emulateMedia({ media: 'screen' });
    }
    await page.goto(`${address}/funds/norfolk-2016-17?on=2016-04-01&known-at=2016-04-30`);
    await page.click('main table a[href^="/proposals/"]');
    await picture('receipt');
    for (const [name, path] of FIGURES) {
      await page.goto(`${address}${path}`);
      await picture(name);
    }
    await page.goto(`${address}/`);
    const open = page.locator('.govuk-task-list__link').first();
    if ((await open.count()) > 0) {
      await open.click();
      await picture('proposal');
    }
    await page.goto(
      `${address}/funds/norfolk-2016-17/compare?from-on=2016-04-01&from-known-at=2016-04-30&to-on=2016-04-01&to-known-at=2016-06-30`,
    );
    await picture('compare');
    await page.goto(`${address}/funds/norfolk-2016-17/history?known-at=2016-06-30`);
    await picture('history');
    await page.goto(`${address}/funds/norfolk-2016-17/propose/contribution-agreed`);
    await page.check('input[value=norfolk-county-council]');
    await page.check('input[value=LA_ADD]');
    await picture('form');
    const press = async (words: string): Promise<void> => {
      const arrived = page.waitForEvent('domcontentloaded');
      await page.locator(`main button:has-text("${words}")`).last().click();
      await arrived;
    };
    await press('Continue');
    for (const [part, typed] of [
      ['day', '1'],
      ['month', '4'],
      ['year', '2016'],
    ] as const)
      await page.fill(`[name="f.effective-${part}"]`, typed);
    await page.fill('[name="f.amount"]', '1.6 million');
    await page.check('[name="f.recurrent"][value=no]');
    await press('Continue');
    await press('Split by quarter');
    await picture('instalments');
    await press('Continue');
    await picture('answers', true);
    await context.close();
  }
} finally {
  await browser.close();
}
