import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import t from 'tap';
import { trying } from '../../../src/domain/grammar/change.js';
import type { LedgerEvent } from '../../../src/domain/grammar/event.js';
import { initialStream, type StreamState } from '../../../src/domain/grammar/kind.js';
import { evolve } from '../../../src/domain/grammar/evolve.js';
import { decode, kindOf } from '../../../src/ledger/catalogue.js';
import { folder } from '../../support/ledger.js';
import { property } from '../../support/property.js';
import { testStore } from '../../support/store.js';

/** Ledgers with every fact that exists. Facts that are tried and undone must leave every state as it was. */
const FIXTURES = fileURLToPath(new URL('../../../../test/fixtures/rules-1', import.meta.url));

const ledgers = readdirSync(FIXTURES).filter((name) => name.endsWith('.sqlite.gz'));

/** All of a state, in the order of its entries and fields. */
const written = (state: unknown): string =>
  inspect(state, { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity });

for (const name of ledgers) {
  t.test(`${name}: whatever is tried leaves nothing behind`, async (t) => {
    const file = join(folder(t), name.replace(/\.gz$/, ''));
    writeFileSync(file, gunzipSync(readFileSync(join(FIXTURES, name))), { mode: 0o600 });
    const store = await testStore(t, file);
    t.teardown(() => store.close());
    const streams = new Map<string, LedgerEvent[]>();
    for (const event of (await store.readAll()).map((each) => decode(each))) {
      if (event.revision === 0) streams.set(event.stream, []);
      streams.get(event.stream)!.push(event);
    }
    const cut = fc.double({ min: 0, max: 1, noNaN: true });
    property(
      t,
      fc.property(cut, cut, (one, other) => {
        for (const [stream, events] of streams) {
          const kind = kindOf(stream);
          const state: StreamState<unknown> = initialStream(kind, stream);
          const [from, to] = [one, other].map((each) => Math.floor(each * (events.length + 1))).sort((a, b) => a - b);
          for (const event of events.slice(0, from)) evolve(kind, state, event);
          const before = written(state);
          const after = trying(() => {
            for (const event of events.slice(from, to)) evolve(kind, state, event);
            return written(state);
          });
          if (written(state) !== before) throw new Error(`${stream}: revisions ${from} to ${to} left something.`);
          if (from !== to && after === before) throw new Error(`${stream}: nothing was tried.`);
        }
      }),
      3,
    );
  });
}
