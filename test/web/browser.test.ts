import t from 'tap';
import { FUND, contribution, line } from '../support/ledger.js';
import { barriers, follow } from './barriers.js';
import { openBrowser } from './browser.js';
import { isExpected } from './looking.js';
import { site } from './site.js';

/** The pages in a real browser: an officer signs without scripts, and a program that looks for barriers finds none. */

t.test(
  'in a browser an officer signs in three clicks, and no page has a barrier that a program can find',
  async (t) => {
    const { app, ledger } = await site(t);
    await ledger.post('pool-manager', 'PlanLineSet', line());
    const { outcome } = await ledger.done('north-ccg-finance', {
      act: 'propose',
      fact: { type: 'ContributionAgreed', data: contribution() as never },
    });
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const browser = await openBrowser();
    t.teardown(() => browser.close());

    const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    const requests: string[] = [];
    plain.on('request', (request) => requests.push(request.url()));
    await plain.goto(`${address}/sign-in`);
    await plain.check('input[value=county-finance]');
    await follow(plain, 'main form[method=post] button');
    t.equal(await plain.title(), 'Your tasks – BCF ledger');
    await follow(plain, `a[href="/proposals/${outcome.proposal!}"]`);
    await follow(plain, 'text=Sign for Testshire County Council');
    t.match(await plain.textContent('main'), /Recorded on/);
    t.ok(
      requests.every((url) => url.startsWith(address) || url.startsWith('data:')),
      'nothing is asked elsewhere',
    );
    t.equal(new Set(requests.filter((url) => url.includes('/assets/'))).size, 1);

    const looked = await (await browser.newContext({ bypassCSP: true })).newPage();
    const faults: string[] = [];
    looked.on('console', (message) => {
      if (!isExpected(message.text())) faults.push(message.text());
    });
    const addresses = ['/sign-in', '/help', '/accessibility'];
    for (const path of addresses) {
      await looked.goto(`${address}${path}`);
      t.same(await barriers(looked), [], path);
    }
    await looked.goto(`${address}/sign-in`);
    await looked.check('input[value=county-finance]');
    await follow(looked, 'main form[method=post] button');
    const made = await ledger.done('north-ccg-finance', {
      act: 'propose',
      fact: { type: 'ContributionAgreed', data: contribution({ contribution: 'second' }) as never },
    });
    const open = `/proposals/${made.outcome.proposal!}`;
    for (const width of [320, 1280]) {
      await looked.setViewportSize({ width, height: 900 });
      for (const path of [
        '/',
        '/funds',
        `/funds/${FUND}`,
        open,
        `${open}/decline`,
        `/proposals/${outcome.proposal!}`,
      ]) {
        await looked.goto(`${address}${path}`);
        t.same(await barriers(looked), [], `${path} at ${width}`);
        const over = await looked.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
        t.ok(over <= 0, `${path} is no wider than ${width}`);
      }
    }
    t.same(faults, [], 'the browser has nothing to say');
  },
);
