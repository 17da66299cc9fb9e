import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A scanner of files for a test: a real program, run by Node. The content of the scanned file decides what it does:
 * `REFUSE` ends with 1, `HANG` never ends and starts another process that does not either, `SIGNAL` starts one and is
 * ended by a signal, `LEAVE` starts one that closes its output and ends with 0, `REMOVE` deletes the file, and `ALTER`
 * writes into it. Any other content ends with 0. It writes its input to `<path>.log`.
 */
export function scannerIn(folder: string): string {
  const path = join(folder, 'scan.mjs');
  writeFileSync(
    path,
    `#!${process.execPath}
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
const file = process.argv.at(-1);
const text = readFileSync(file, 'latin1');
const secret = Object.keys(process.env).filter((name) => name.startsWith('BCF_'));
appendFileSync(${JSON.stringify(`${path}.log`)}, JSON.stringify({ pid: process.pid, args: process.argv.slice(2), secret }) + '\\n');
console.log('looked at it');
if (text.includes('REFUSE')) {
  console.error('FOUND something');
  process.exit(1);
}
if (text.includes('REMOVE')) rmSync(file);
if (text.includes('ALTER')) appendFileSync(file, 'more');
if (text.includes('LEAVE')) {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  appendFileSync(${JSON.stringify(`${path}.log`)}, JSON.stringify({ pid: child.pid }) + '\\n');
  process.exit(0);
}
if (text.includes('HANG') || text.includes('SIGNAL')) {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
  appendFileSync(${JSON.stringify(`${path}.log`)}, JSON.stringify({ pid: child.pid }) + '\\n');
  if (text.includes('SIGNAL')) process.kill(process.pid, 'SIGTERM');
  setInterval(() => undefined, 1000);
}
`,
  );
  chmodSync(path, 0o700);
  return path;
}
