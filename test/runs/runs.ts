import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

/**
 * A run: the files of tests of one room, one after the other in one process. Node starts once for them, and the program is
 * loaded and compiled once. Every file can be run by itself as well. Three runs go on beside each other: none is much longer
 * than the others.
 */

const TESTS = fileURLToPath(new URL('../', import.meta.url));

/** Tests that start services, each in a process of its own, and wait for them. */
const SERVICES = /^cli\/(serving|keeping|loss|eventstoredb)\.test/;

/** Each run, with the test files that it takes. Tests that need a process of their own are in separate runs. */
export const RUNS: Readonly<Record<string, (file: string) => boolean>> = {
  torture: (file) => file.startsWith('torture/'),
  'on-eventstoredb': (file) => file.endsWith('.eventstoredb.test.js'),
  programs: (file) => /^(cli|bench)\//.test(file) && !SERVICES.test(file),
  services: (file) => SERVICES.test(file),
  doors: (file) => file === 'http/doors.test.js',
  http: (file) => file.startsWith('http/') && !file.endsWith('.eventstoredb.test.js') && file !== 'http/doors.test.js',
  ledger: (file) => file.startsWith('ledger/'),
  store: (file) => file.startsWith('store/'),
  figures: (file) => /^(projections|evidence)\//.test(file),
  domain: (file) => file.startsWith('domain/'),
  pages: (file) => file.startsWith('web/'),
  whole: (file) => dirname(file) === '.',
};

/** Every file of tests, by its path below the folder of tests. */
export const testFiles = (): string[] =>
  readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.js'))
    .sort();

/** Runs the files of one run. The name of each is printed before its tests. */
export async function run(name: string): Promise<void> {
  for (const file of testFiles().filter(RUNS[name]!)) {
    t.comment(file);
    await import(`../${file}`);
  }
}
