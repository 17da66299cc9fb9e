import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/**
 * A real browser for tests: the one named by BCF_BROWSER, the machine’s own, or the one from npm. It starts with our
 * own arguments, because the package’s arguments switch web security off.
 */
const OF_THE_MACHINE = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export async function openBrowser(): Promise<Browser> {
  const own = OF_THE_MACHINE.find((path) => existsSync(path));
  const packaged = async () => (await import('@sparticuz/chromium')).default.executablePath();
  return chromium.launch({
    executablePath: own ?? (await packaged()),
    args: ['--no-sandbox', '--disable-gpu', '--headless=new', '--hide-scrollbars', '--disable-dev-shm-usage'],
    headless: true,
  });
}
