import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import t from 'tap';
import { put, trying } from '../../../src/domain/grammar/change.js';
import type { LedgerEvent } from '../../../src/domain/grammar/event.js';
import { evolveOwn } from '../../../src/domain/grammar/evolve.js';
import { FUND } from '../../../src/domain/fund/facts.js';
import { emptyFund, type FundState } from '../../../src/domain/fund/state.js';
import { decode } from '../../../src/ledger/catalogue.js';
import { packed, unpacked } from '../../../src/ledger/memory/packed-fund.js';
import { folder } from '../../support/ledger.js';
import { property } from '../../support/property.js';
import { testStore } from '../../support/store.js';

/**
 * A state that was packed and unpacked decides and changes like one that never was, and reads only what is asked for.
 */

/** The whole state in the order of its entries and fields, whatever kind of map holds it. */
const written = (state: FundState): string =>
  JSON.stringify(state, (_, value: unknown) => (value instanceof Map ? [...(value as Map<unknown, unknown>)] : value));

const again = (state: FundState): FundState => unpacked(packed(state));

/** A fund with so many items, each with a series of agreed sums. */
function fundOf(items: number): FundState {
  const state = emptyFund();
  for (let each = 0; each < items; each++) {
    put(state.items, `item-${each}`, { kind: 'assumption' });
    put(state.named, `item-${each}`, each);
    put(state.series, `agreed|item-${each}`, { days: [], moves: [] });
  }
  return state;
}

t.test('a fund of no items is packed and unpacked', async (t) => {
  t.equal(written(again(emptyFund())), written(emptyFund()));
});

t.test('the entries of maps keep their order, however they are read, changed and packed again', async (t) => {
  const key = fc.integer({ min: 0, max: 240 }).map((each) => `item-${each}`);
  const step = fc.oneof(
    fc.record({ does: fc.constant('get' as const), key }),
    fc.record({ does: fc.constant('set' as const), key }),
    fc.record({ does: fc.constant('delete' as const), key }),
    fc.record({ does: fc.constant('pack' as const), key }),
    fc.record({ does: fc.constant('go through' as const), key }),
  );
  property(
    t,
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const plain = fundOf(200);
      let state = again(plain);
      for (const { does, key: name } of steps) {
        const maps = [plain.items, state.items].map((map) => map as Map<string, { kind: 'assumption' }>);
        const [one, other] = maps as [(typeof maps)[number], (typeof maps)[number]];
        if (does === 'pack') state = again(state);
        else if (does === 'go through') {
          if (String([...one.keys()]) !== String([...other.keys()])) throw new Error('The keys are in another order.');
          if (one.size !== other.size) throw new Error('There are more, or fewer.');
          const seen: string[] = [];
          other.forEach((_, each) => seen.push(each));
          if (String(seen) !== String([...one.keys()])) throw new Error('They are gone through in another order.');
          if ([...one.values()].length !== [...other.values()].length) throw new Error('Values are missing.');
        } else if (does === 'set') for (const map of maps) map.set(name, { kind: 'assumption' });
        else if (does === 'delete') {
          if (one.delete(name) !== other.delete(name)) throw new Error('Only one had it.');
        } else if (
          one.has(name) !== other.has(name) ||
          (one.get(name) === undefined) !== (other.get(name) === undefined)
        )
          throw new Error('Only one has it.');
      }
      if (written(state) !== written(plain)) throw new Error('The states differ.');
    }),
    100,
  );
});

t.test('of parts that nobody has asked for, the bytes go over as they are', async (t) => {
  const first = packed(fundOf(2_000));
  t.equal(first.parts.length, 40);
  const state = unpacked(first);
  t.same(state.items.get('item-1234'), { kind: 'assumption' });
  t.ok(state.series.has('agreed|item-1234'), 'what is kept of one item lies together');
  const second = packed(state);
  t.equal(second.parts.filter((part, at) => part === first.parts[at]).length, 39);
  t.equal(written(unpacked(second)), written(fundOf(2_000)));
});

t.test('the fund of the demonstration moves on from any event as if it had never been packed', async (t) => {
  const name = 'demonstration.sqlite.gz';
  const fixtures = fileURLToPath(new URL('../../../../test/fixtures/rules-1', import.meta.url));
  const file = join(folder(t), 'ledger.sqlite');
  writeFileSync(file, gunzipSync(readFileSync(join(fixtures, name))), { mode: 0o600 });
  const store = await testStore(t, file);
  t.teardown(() => store.close());
  const streams = new Map<string, LedgerEvent[]>();
  for (const event of (await store.readAll()).map((each) => decode(each))) {
    if (!event.stream.startsWith('fund-')) continue;
    streams.set(event.stream, [...(streams.get(event.stream) ?? []), event]);
  }
  t.ok(streams.size > 1);
  const folded = (state: FundState, events: readonly LedgerEvent[]): FundState => {
    for (const event of events) evolveOwn(FUND, state, event);
    return state;
  };
  property(
    t,
    fc.property(fc.constantFrom(...streams.values()), fc.double({ min: 0, max: 1, noNaN: true }), (events, part) => {
      const cut = Math.floor(part * events.length);
      const state = again(folded(emptyFund(), events.slice(0, cut)));
      const before = written(again(state));
      trying(() => folded(state, events.slice(cut)));
      if (written(state) !== before) throw new Error('What was tried has left something.');
      const moved = folded(again(state), events.slice(cut));
      if (written(moved) !== written(folded(emptyFund(), events))) throw new Error(`From ${cut} it moves otherwise.`);
    }),
    20,
  );
});
