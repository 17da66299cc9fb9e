import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from './documents.js';
import type { Beginning } from './event-store.js';
import { putFile } from './put-file.js';

/**
 * A folder of documents notes which ledger it belongs to: where the ledger is, and how far it has come. A ledger elsewhere, or one
 * that does not begin with these events, is another one, a copy or an older one: it cannot know what all the files are for, so it
 * removes none of them.
 */
export interface Noted extends Beginning {
  readonly where: string;
}

const fileIn = (folder: string): string => join(folder, '.ledger');

/** What a folder notes of its ledger; undefined where it notes nothing. Rejects where the note cannot be read. */
export async function notedIn(folder: string): Promise<Noted | undefined> {
  const path = fileIn(folder);
  const text = await readFile(path, 'utf8').catch(unlessMissing);
  if (text === undefined) return undefined;
  const { where, size, root } = asObject(text);
  if (typeof where === 'string' && typeof size === 'number' && typeof root === 'string') return { where, size, root };
  throw new Error(`${path} is not a note of a ledger: no file is removed while it is there.`);
}

function asObject(text: string): Partial<Record<keyof Noted, unknown>> {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    return {};
  }
}

/** Notes it, in the place of what was noted before. Throws where it cannot be written. */
export const noteIn = (folder: string, { where, size, root }: Noted): void =>
  putFile(fileIn(folder), [Buffer.from(`${JSON.stringify({ where, size, root })}\n`)]);
