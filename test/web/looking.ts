import type { Browser, Page } from 'playwright-core';
import type { Test } from 'tap';
import { barriers, follow, tooWide } from './barriers.js';

/** Looks at a page in a real browser: at every width, with the keyboard, and with wider spacing of text. */

/** A telephone, which has the width of a desk at 400 %; a tablet; a desk. */
export const WIDTHS = [320, 768, 1280] as const;
const HEIGHT = 900;

export interface Looking {
  readonly page: Page;
  /** The browser’s complaints about a page, and requests to other places, since the last call. */
  heard(): string[];
}

/** A browser window in which an officer, or nobody, is signed in. Its complaints and requests are recorded. */
export async function looking(browser: Browser, address: string, officer?: string): Promise<Looking> {
  const context = await browser.newContext({ bypassCSP: true, viewport: { width: 320, height: HEIGHT } });
  const page = await context.newPage();
  let heard: string[] = [];
  page.on('console', (message) => {
    if (!isExpected(message.text())) heard.push(`${page.url()} says ${message.text()}`);
  });
  page.on('pageerror', (error) => heard.push(`${page.url()} throws ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !url.startsWith('data:')) heard.push(`${page.url()} asks ${url}`);
  });
  if (officer !== undefined) {
    await page.goto(`${address}/sign-in`);
    await page.check(`input[value=${officer}]`);
    await follow(page, 'main form[method=post] button');
    // Without a sign-in every page would be the sign-in page, and the run would look at nothing else.
    await page.waitForSelector('text=Sign out');
  }
  return {
    page,
    heard() {
      const all = heard;
      heard = [];
      return all;
    },
  };
}

/**
 * Whether what a browser writes in its console tells of no fault: a page with an error status, which may be right, or that
 * it has deleted pages as it was told to.
 */
export const isExpected = (text: string): boolean =>
  /status of 4\d\d|status of 503|^Clear-Site-Data header on '[^']*': Cleared data types: "cache"\.$/.test(text);

/** The text spacing of WCAG 1.4.12, which must not cut anything off or push it out of the page. */
const SPACED = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
  p { margin-bottom: 2em !important; }`;

/**
 * Checks the open page, with folded parts opened: barriers, widths, spacing, and that it holds no script of its own.
 * @param barriersAt the widths at which a program looks for barriers, which takes most of the time
 */
export async function lookedAt(
  t: Test,
  { page, heard }: Looking,
  what: string,
  barriersAt: readonly number[] = WIDTHS,
): Promise<void> {
  t.equal(await page.evaluate(`document.querySelectorAll('script').length`), 0, `${what} holds no script`);
  // Folded parts are opened and checked too.
  await page.evaluate(`document.querySelectorAll('details').forEach((each) => { each.open = true; })`);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: HEIGHT });
    const rules = width === barriersAt[0] ? 'all' : 'of-layout';
    if (barriersAt.includes(width)) t.same(await barriers(page, rules), [], `${what} at ${width}`);
    t.same(await tooWide(page), { page: 0, captions: [] }, `${what} fits ${width}`);
  }
  await page.setViewportSize({ width: WIDTHS[0], height: HEIGHT });
  const style = await page.addStyleTag({ content: SPACED });
  t.equal((await tooWide(page)).page, 0, `${what} fits with more space between lines, letters and words`);
  await style.evaluate('(element) => element.remove()');
  t.same(heard(), [], `the browser has nothing to say of ${what}`);
}

/** The element with the focus, what is at its place, and how it shows the focus. */
const FOCUSED = `(() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const box = at.getBoundingClientRect();
  const style = getComputedStyle(at);
  // Of choices the browser’s own box is under what is drawn.
  const drawn = at.matches('input[type=radio], input[type=checkbox]') ? getComputedStyle(at.nextElementSibling, '::before') : style;
  const seen = (each) => each.outlineStyle !== 'none' && parseFloat(each.outlineWidth) > 0 || each.boxShadow !== 'none';
  const x = Math.min(Math.max(box.x + Math.min(box.width, 20) / 2, 0), innerWidth - 1);
  // A frame may be taller than the window: the middle of what is seen of it.
  const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
  const top = document.elementFromPoint(x, y);
  const label = at.labels && at.labels[0];
  return {
    what: (at.textContent || at.name || at.getAttribute('aria-label') || at.tagName).trim().slice(0, 60),
    isSeen: seen(style) || seen(drawn) || style.backgroundColor === 'rgb(255, 221, 0)',
    isInWindow: box.bottom > 0 && box.top < innerHeight,
    isCovered: !(top && (at.contains(top) || top.contains(at) || (label && label.contains(top)))),
    order: at.tabIndex,
  };
})()`;

interface Focused {
  readonly what: string;
  readonly isSeen: boolean;
  readonly isInWindow: boolean;
  readonly isCovered: boolean;
  readonly order: number;
}

/**
 * Goes through a page with the Tab key alone. Each element shows its focus, nothing covers it, and the end is reached.
 */
export async function byKeyboard(t: Test, { page }: Looking, what: string, most = 400): Promise<number> {
  await page.evaluate('window.scrollTo(0, 0); document.activeElement && document.activeElement.blur()');
  const wrong: string[] = [];
  let stops = 0;
  for (; stops < most; stops++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate<Focused | null>(FOCUSED);
    if (!at) break;
    if (!at.isSeen) wrong.push(`${at.what}: its focus is not seen`);
    if (!at.isInWindow) wrong.push(`${at.what}: it is not in the window`);
    if (at.isCovered) wrong.push(`${at.what}: something lies over it`);
    if (at.order > 0) wrong.push(`${at.what}: it has an order of its own`);
  }
  t.same(wrong, [], `${what} by the keyboard`);
  t.ok(stops > 0 && stops < most, `${what} has an end, after ${stops} stops`);
  return stops;
}
