import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

/** A program that looks for what prevents people from using a page. */

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Found {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

const ALL = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Rules whose findings depend on the width of the page. All others find the same at every width, because pages hold no script. */
const OF_LAYOUT = { type: 'rule', values: ['color-contrast', 'target-size', 'scrollable-region-focusable'] };

/**
 * What axe finds by the rules of WCAG 2.2, levels A and AA, or by those of them that depend on the width. The script belongs to the
 * test: pages have none. Rules that pass are not reported, because that takes long.
 */
export async function barriers(page: Page, which: 'all' | 'of-layout' = 'all'): Promise<string[]> {
  if (!(await page.evaluate(`'axe' in window`))) await page.evaluate(AXE);
  const runOnly = which === 'all' ? ALL : OF_LAYOUT;
  const run = `axe.run({ runOnly: ${JSON.stringify(runOnly)}, resultTypes: ['violations'] })`;
  const { violations } = await page.evaluate<Found>(run);
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`);
}

/** How many pixels a page is wider than its window, and which captions are cut off at its edge. */
export const tooWide = (page: Page): Promise<{ readonly page: number; readonly captions: readonly string[] }> =>
  page.evaluate(`({
    page: Math.max(0, document.documentElement.scrollWidth - window.innerWidth),
    captions: [...document.querySelectorAll('caption')]
      .filter((each) => each.getBoundingClientRect().right > window.innerWidth + 1)
      .map((each) => each.textContent.trim()),
  })`);

/** Clicks, and waits for the new page. Until it arrives, the browser still shows the old one. */
export async function follow(page: Page, what: string): Promise<void> {
  const arrived = page.waitForEvent('domcontentloaded');
  await page.click(what);
  await arrived;
}
