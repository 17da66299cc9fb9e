import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Where the opponents are found. None of them is needed to build or to test the ledger: programs come from the
 * distribution, packages from `bench/package.json`. One that is missing is named in the table.
 */

/** An opponent that cannot be measured here, and why. */
export class Missing extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'Missing';
  }
}

/** The folder whose `node_modules` has the packages: this one as it is written, not as it is built. */
export const PACKAGES = new URL('../../../bench/', import.meta.url).pathname;

/** Loads a package that the project does not depend on. Throws {@link Missing} where it is not installed. */
export async function packageOf<Exports>(folder: string, name: string): Promise<Exports> {
  let file: string;
  try {
    file = createRequire(join(folder, 'package.json')).resolve(name);
  } catch {
    throw new Missing(`${name} is not installed (npm ci --prefix bench)`);
  }
  return (await import(pathToFileURL(file).href)) as Exports;
}

/** The version of a program on the path. Throws {@link Missing} where it is not installed. */
export function programVersion(name: string): string {
  const { status, stdout } = spawnSync(name, ['--version'], { encoding: 'utf8' });
  if (status !== 0) throw new Missing(`${name} is not installed (apt-get install ${name})`);
  return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? '';
}

/** The first of some folders, and of those on the path, that holds a program. */
export const folderWith = (program: string, folders: readonly string[]): string | undefined =>
  [...folders, ...(process.env['PATH'] ?? '').split(delimiter)].find((folder) => existsSync(join(folder, program)));

/**
 * What an opponent measured, or its one line that says why it was not. If one fails outside its promise, the table
 * names it with its error, and the others are still measured.
 */
export async function orMissing<Measured>(
  measure: () => Promise<Measured>,
  missing: (why: string) => Measured,
): Promise<Measured> {
  let fell!: (error: Error) => void;
  const fallen = new Promise<never>((_resolve, reject) => {
    fell = (error) => reject(new Missing(`it failed: ${error.message}`));
  });
  process.once('uncaughtException', fell);
  try {
    return await Promise.race([measure(), fallen]);
  } catch (error) {
    if (error instanceof Missing) return missing(error.message);
    throw error;
  } finally {
    process.off('uncaughtException', fell);
  }
}
