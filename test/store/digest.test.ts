import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import t from 'tap';
import { digestAfter, eventHash, type Hashed } from '../../src/store/digest.js';
import { property } from '../support/property.js';

/** Hashes and digests are what anybody can work out from an export, by the words of digest.ts alone. */

const sha256 = (bytes: string | Buffer): Buffer => createHash('sha256').update(bytes).digest();

const text = fc.string({ unit: 'grapheme' });
const anyEvent: fc.Arbitrary<Hashed> = fc.record({
  stream: text,
  revision: fc.bigInt({ min: 0n, max: 2n ** 53n }),
  id: fc.uuid(),
  type: text,
  data: fc.json(),
  metadata: fc.json(),
});

t.test('the hash of an event is that of its canonical JSON', async (t) => {
  property(
    t,
    fc.property(anyEvent, ({ revision, ...event }) => {
      const written = canonicalize({ ...event, revision: String(revision) })!;
      return eventHash({ ...event, revision }) === sha256(written).toString('hex');
    }),
  );
});

t.test('the digest of a ledger is that of the digest before it and the hash of its last event', async (t) => {
  const one = sha256('one').toString('hex');
  const two = sha256('two').toString('hex');
  const first = digestAfter('', one);
  t.equal(first, sha256(Buffer.from(one, 'hex')).toString('hex'));
  t.equal(
    digestAfter(first, two),
    sha256(Buffer.concat([Buffer.from(first, 'hex'), Buffer.from(two, 'hex')])).toString('hex'),
  );
});
