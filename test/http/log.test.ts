import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pino } from 'pino';
import t from 'tap';
import { logTo } from '../../src/http/log.js';

const linesIn = (file: string): unknown[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { readonly msg: unknown }).msg);

t.test('lines wait to be written together, and are written in their order', async (t) => {
  const file = join(t.testdir(), 'log');
  const log = logTo(openSync(file, 'w'));
  const logger = pino({}, log);
  logger.info('first');
  logger.info('second');
  log.flushSync();
  t.same(linesIn(file), ['first', 'second'], 'what waits when the service stops is written then');
  logger.info('third');
  while (linesIn(file).length < 3) await setTimeout(50);
  t.same(linesIn(file), ['first', 'second', 'third'], 'and otherwise after a while, without being asked');
});

t.test('lines for a place that cannot be written wait, up to a bound, and hold nothing up', async (t) => {
  const log = logTo('/dev/full');
  const line = `${'x'.repeat(64 * 1_024)}\n`;
  for (let lines = 0; lines < 40; lines++) log.write(line);
  await setTimeout(20);
  for (let lines = 0; lines < 40; lines++) log.write(line);
  log.flushSync();
  t.pass('it returns');
});
