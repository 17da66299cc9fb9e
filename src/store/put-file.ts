import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Puts a file in place whole or not at all, for its owner alone: it is written beside the place, synced, renamed, and the
 * folder is synced. After a power cut there is the old file or the new one. Throws, and leaves what is there, where it
 * cannot be written. `synced` may be false for what is checked whenever it is read and can be made anew.
 */
export function putFile(path: string, parts: Iterable<Uint8Array>, { synced = true } = {}): void {
  const beside = `${path}.new`;
  // What a program that was killed has left. Of two that are at it at once one fails, or its file is replaced.
  rmSync(beside, { force: true });
  const file = openSync(beside, 'wx', 0o600);
  try {
    for (const part of parts) writeAll(file, part);
    if (synced) fsyncSync(file);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  if (synced) syncFolder(dirname(path));
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

/** Has a folder's list of files on disk: until then a power cut may bring an older list back. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
