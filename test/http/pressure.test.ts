import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { watchPressure } from '../../src/http/pressure.js';
import { service } from './support.js';

/** Keeps the one thread busy, as a long piece of work does. */
function work(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

t.test('where what is ready has to wait for long, that is too much; and no more once it has not', async (t) => {
  const pressure = watchPressure(100);
  t.teardown(() => pressure.stop());
  const isTooMuch = () => pressure.lateMs() > 60;
  t.notOk(isTooMuch());
  while (!isTooMuch()) {
    work(200);
    await setTimeout(1);
  }
  t.pass('requests are turned away');
  while (isTooMuch()) await setTimeout(5);
  t.pass('and taken again');
});

t.test('memory that cannot be looked at ends nothing', async (t) => {
  const { memoryUsage } = process;
  t.teardown(() => (process.memoryUsage = memoryUsage));
  process.memoryUsage = Object.assign(
    () => {
      throw new Error('EMFILE: too many open files, uv_resident_set_memory');
    },
    { rss: memoryUsage.rss },
  );
  const { app, get } = await service(t, { waitMsMax: 60_000 });
  await app.ready();
  t.equal((await app.inject('/metrics')).statusCode, 200);
  t.equal((await get('/health')).statusCode, 200);
});

t.test('a request under pressure is refused in words', async (t) => {
  const { app, get } = await service(t, { waitMsMax: 1, waitAveragedMs: 20 });
  await app.ready();
  let answer = await get('/health');
  while (answer.statusCode === 200) {
    work(50);
    await setTimeout(1);
    answer = await get('/health');
  }
  t.equal(answer.statusCode, 503);
  t.match(answer.json(), { code: 'overloaded', detail: /wait for longer than 1 ms/ });
  t.match(answer.headers, { 'retry-after': /^\d+$/ });
});
