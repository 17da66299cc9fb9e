import t from 'tap';
import { partsOf, valueOf } from '../../../src/ledger/memory/apart.js';

/** A value that was taken apart is put together again, its long arrays as they are in their own parts. */

const long = 20_000;
const value = () => ({
  name: 'a fund',
  few: Uint32Array.of(1, 2, 3),
  bytes: Uint8Array.from({ length: 4 * long }, (_, at) => at),
  map: new Map<string, unknown>([
    ['words', Uint32Array.from({ length: long }, (_, at) => at * 7)],
    ['money', Float64Array.from({ length: long }, (_, at) => at / 8)],
    ['others', Int16Array.from({ length: 4 * long }, (_, at) => at)],
    // Eight bytes a number, from a place that is no multiple of eight.
    ['late', new Float64Array(new ArrayBuffer(8 * long + 8), 8, long)],
  ]),
});

t.test('a value comes back from its parts, each long array from one of its own', async (t) => {
  const parts = [...partsOf(value())];
  t.equal(parts.length, 5, 'its own part and four long arrays; one of another kind stays inside');
  const [own, ...others] = parts.map((part) => Uint8Array.from(part));
  const back = valueOf(own!, () => others.shift()!) as ReturnType<typeof value>;
  t.strictSame(back, value());
  t.equal(others.length, 0);
  t.ok(back.map.get('money') instanceof Float64Array);
});

t.test('a long array lies where its part lies, and is not copied', async (t) => {
  const [own, ...others] = [...partsOf({ money: new Float64Array(long) })].map((part) => Uint8Array.from(part));
  const [part] = others;
  const { money } = valueOf(own!, () => others.shift()!) as { money: Float64Array };
  t.equal(money.buffer, part!.buffer);
});
