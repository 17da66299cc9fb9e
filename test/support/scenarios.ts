import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import root, { type Test } from 'tap';
import { load, planLoad, type NamedFile } from '../../src/ledger/acts/load.js';
import { emptyLedger, folder, type TestLedger } from './ledger.js';

const FOLDER = fileURLToPath(new URL('../../../scenarios', import.meta.url));

/** The files of the demonstration whose names match. */
export const scenarios = (named = /./): NamedFile[] =>
  readdirSync(FOLDER)
    .filter((name) => named.test(name))
    .sort()
    .map((name) => ({ name, content: JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as unknown }));

/** A ledger into which files are loaded, with only the steps before an instant. */
export async function loadedLedger(t: Test, files: readonly NamedFile[], until = '9999'): Promise<TestLedger> {
  const ledger = await emptyLedger(t);
  const planned = planLoad(files).filter(({ step }) => step.at! < until);
  await load(planned, { ledger: ledger.ledger, clock: ledger.clock, signedInBy: 'file' });
  return ledger;
}

let whole: Promise<TestLedger> | undefined;

/** A test’s own copy of the whole demonstration, which is loaded once for all tests of a file. */
export async function demonstration(t: Test): Promise<TestLedger> {
  whole ??= loadedLedger(root, scenarios());
  const { ledger: loaded, file } = await whole;
  await loaded.close();
  const copy = join(folder(t), 'demonstration.sqlite');
  copyFileSync(file, copy);
  const ledger = await emptyLedger(t, copy);
  ledger.clock.set(ledger.ledger.model.lastRecorded());
  return ledger;
}
