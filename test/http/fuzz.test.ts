import { parseArgs } from 'node:util';
import t from 'tap';
import { fuzz } from './fuzzing.js';
import { service } from './support.js';

/** `npm run fuzz -- [--requests N] [--seed S]`. The gate runs a small part of it, always with the same seed. */
const { values } = parseArgs({
  options: { requests: { type: 'string', default: '400' }, seed: { type: 'string', default: '20161' } },
});
const [requests, seed] = [Number(values.requests), Number(values.seed)];
const isLong = requests > 400;
// A long run has no time limit.
if (isLong) t.setTimeout(0);

t.test(`${requests} requests made from the document and damaged, seed ${seed}`, async (t) => {
  if (!isLong) t.setTimeout(240_000);
  const { app, ledger } = await service(t);
  const head = () => ledger.store.head();
  const part = Math.ceil(requests / 10);
  const began = await head();
  let used = 0;
  for (let made = 0; made < requests; made += part) {
    const found = await fuzz(app, head, { requests: Math.min(part, requests - made), seed: seed + made });
    t.same(found.faults, []);
    t.comment(
      `${made + part} requests: ${[...found.statuses].map(([status, count]) => `${status} × ${count}`).join(', ')}`,
    );
    if (!isLong || !globalThis.gc) continue;
    globalThis.gc();
    const { heapUsed } = process.memoryUsage();
    // The ledger grows with each post, and the first parts also compile what later ones use.
    if (made === 4 * part) used = heapUsed;
    t.comment(`${Math.round(heapUsed / 2 ** 20)} MiB in use`);
    if (used > 0) t.ok(heapUsed < used * 1.5, 'memory stays level');
  }
  t.not(await head(), began, 'what nothing is wrong with is recorded');
});
