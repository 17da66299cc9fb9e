import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import t from 'tap';
import { hexOf } from '../../evidence/tree.js';
import { chainDigest } from '../../src/store/chain.js';
import { leafOf, type Hashed } from '../../src/store/leaf.js';
import { property } from '../support/property.js';

/** Leaves, and the digests of before the tree, can be computed by anybody from an export and their description. */

const sha256 = (...bytes: readonly Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(bytes)).digest();

const text = fc.string({ unit: 'grapheme' });
const anyEvent: fc.Arbitrary<Hashed> = fc.record({
  stream: text,
  revision: fc.bigInt({ min: 0n, max: 2n ** 53n }),
  id: fc.uuid(),
  type: text,
  data: fc.json(),
  metadata: fc.json(),
});

const written = ({ revision, ...event }: Hashed): Buffer =>
  Buffer.from(canonicalize({ ...event, revision: String(revision) })!);

t.test('the leaf of an event is SHA-256 of a zero byte and its canonical JSON', async (t) => {
  property(
    t,
    fc.property(anyEvent, (event) => hexOf(leafOf(event)) === sha256(Buffer.of(0), written(event)).toString('hex')),
  );
});

t.test('the digest of a ledger was that of the digest before it and the hash of its last event', async (t) => {
  property(
    t,
    fc.property(anyEvent, anyEvent, (one, two) => {
      const first = sha256(sha256(written(one)));
      const second = sha256(first, sha256(written(two)));
      return (
        hexOf(chainDigest(undefined, one)) === first.toString('hex') &&
        hexOf(chainDigest(first, two)) === second.toString('hex')
      );
    }),
  );
});
