import fc from 'fast-check';
import t from 'tap';
import { isConsistent, isIncluded } from '../../evidence/check.js';
import { createTree } from '../../evidence/memory.js';
import { added, hexOf, leafHash, rootOf, stretchesOver, treeOver, type Edge, type Hash } from '../../evidence/tree.js';
import { property } from '../support/property.js';
import { naiveLeaf, naiveRoot } from './naive.js';

/** The tree follows RFC 6962: its roots, and what its proofs show. */

const SIZE = 130;
/** Up to so many leaves, wrong proofs are tried too. */
const FEW = 34;
const LEAVES = Array.from({ length: SIZE }, (_, index) => leafHash(`entry ${index}`));

t.test('the roots that others have published for eight leaves', async (t) => {
  // From testonly/constants.go of transparency-dev/merkle.
  const entries = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const begin = 'e3b0c442 6e340b9c fac54203 aeb6bcfe d37ee418 4e3bbb1f 76e67dad ddb89be4 5dc9da79'.split(' ');
  const tree = createTree();
  const roots = [await tree.rootAt(0)];
  for (const [index, entry] of entries.entries()) {
    tree.add(leafHash(Buffer.from(entry, 'hex').toString()));
    roots.push(await tree.rootAt(index + 1));
  }
  t.same(
    roots.map((root) => hexOf(root).slice(0, 8)),
    begin,
  );
});

t.test('an edge, whatever is added to it, has the root that the definition gives, and does not change', async (t) => {
  const edges: (Edge | undefined)[] = [undefined];
  for (const [index, leaf] of LEAVES.entries()) {
    t.same(leaf, naiveLeaf(`entry ${index}`));
    edges.push(added(edges[index], leaf));
  }
  for (const [size, edge] of edges.entries()) {
    t.equal(edge?.size ?? 0, size);
    t.same(rootOf(edge), naiveRoot(LEAVES.slice(0, size)));
  }
});

t.test('every proof of every leaf and of every earlier tree, at every size, is taken, and no other is', async (t) => {
  const tree = createTree();
  for (const leaf of LEAVES) tree.add(leaf);
  const roots = await Promise.all(Array.from({ length: SIZE + 1 }, (_, size) => tree.rootAt(size)));
  const wrong = { taken: [] as string[], refused: [] as string[] };
  for (let size = 1; size <= SIZE; size++) {
    for (let index = 0; index < size; index++) {
      const proof = await tree.inclusion(index, size);
      const holds = (at: number, of: number, path = proof) =>
        isIncluded(LEAVES[index]!, BigInt(at), BigInt(of), roots[size]!, path);
      if (!holds(index, size)) wrong.refused.push(`leaf ${index} of ${size}`);
      if (size > FEW) continue;
      const another = holds((index + 1) % size, size) && size > 1;
      if (another || holds(index, size, [...proof, LEAVES[0]!])) wrong.taken.push(`leaf ${index} of ${size}`);
    }
    for (let earlier = 1; earlier <= size; earlier++) {
      const proof = await tree.consistency(earlier, size);
      const holds = (root: Hash, path = proof) =>
        isConsistent({ size: BigInt(earlier), root }, { size: BigInt(size), root: roots[size]! }, path);
      if (!holds(roots[earlier]!)) wrong.refused.push(`${earlier} of ${size}`);
      if (size > FEW) continue;
      if (holds(roots[earlier - 1]!) || holds(roots[earlier]!, [...proof, LEAVES[0]!]))
        wrong.taken.push(`${earlier} of ${size}`);
    }
  }
  t.same(wrong, { taken: [], refused: [] });
});

t.test('a tree of some hundred thousand leaves is read at any size from what is kept of it', async (t) => {
  const tree = createTree();
  const edges: (Edge | undefined)[] = [undefined];
  const leaves = Array.from({ length: 2 ** 17 + 300 }, (_, index) => leafHash(String(index)));
  for (const leaf of leaves) {
    edges.push(added(edges.at(-1), leaf));
    tree.add(leaf);
  }
  for (const size of [255, 256, 257, 2 ** 16 - 1, 2 ** 16, 2 ** 16 + 1, 2 ** 17 + 255, 2 ** 17 + 256, leaves.length]) {
    const root = rootOf(edges[size]);
    t.same(await tree.rootAt(size), root, String(size));
    for (const leaf of [0, 255, size >> 1, size - 1].filter((each) => each < size)) {
      t.ok(isIncluded(leaves[leaf]!, BigInt(leaf), BigInt(size), root, await tree.inclusion(leaf, size)));
      const head = { size: BigInt(leaf + 1), root: rootOf(edges[leaf + 1]) };
      t.ok(isConsistent(head, { size: BigInt(size), root }, await tree.consistency(leaf + 1, size)));
    }
  }
});

/** A tree too large to keep. All its leaves are the same, and so are all whole subtrees of a level. */
function endless() {
  const ofLevel = [leafHash('')];
  const at = (level: number): Hash => {
    while (ofLevel.length <= level) {
      const below = ofLevel.at(-1)!;
      ofLevel.push(
        rootOf({ size: 2, level: 0, hash: below, before: { size: 1, level: 0, hash: below, before: undefined } }),
      );
    }
    return ofLevel[level]!;
  };
  return treeOver(({ level, count }) => Promise.resolve(Array<Hash>(count).fill(at(level))));
}

t.test('sizes around 2 to the power of 31, 32 and 52 are whole numbers like any other', async (t) => {
  const leaf = leafHash('');
  for (const power of [2 ** 31, 2 ** 32, 2 ** 52]) {
    for (const size of [power - 1, power, power + 1]) {
      const tree = endless();
      const head = { size: BigInt(size), root: await tree.rootAt(size) };
      t.ok(isIncluded(leaf, head.size - 1n, head.size, head.root, await tree.inclusion(size - 1, size)), String(size));
      for (const earlier of [1, power / 2 + 1, power - 2, power - 1, size]) {
        const begin = { size: BigInt(earlier), root: await tree.rootAt(earlier) };
        t.ok(isConsistent(begin, head, await tree.consistency(earlier, size)), `${earlier} of ${size}`);
      }
    }
    t.same(
      stretchesOver(0, power + 1).map(({ level, place, count }) => (place + count) * 2 ** level),
      [power, power + 1],
    );
  }
});

t.test('at the most 255 hashes of each level are read, and each leaf is in one of them', async (t) => {
  property(
    t,
    fc.property(fc.maxSafeNat(), (size) => {
      let to = 0;
      for (const { level, place, count } of stretchesOver(0, size)) {
        if (count > 255 || place * 2 ** level !== to) return false;
        to += count * 2 ** level;
      }
      return to === size;
    }),
  );
});

t.test('what is not there is proven by nothing', async (t) => {
  const tree = createTree();
  for (const leaf of LEAVES) tree.add(leaf);
  await t.rejects(tree.rootAt(SIZE + 1), { name: 'HashMissing', message: /leaf 130 is missing/ });
  await t.rejects(tree.rootAt(512), {
    name: 'HashMissing',
    message: /the subtree at place 0 of level 8 is missing/,
  });
  await t.rejects(tree.inclusion(7, 7), RangeError);
  await t.rejects(tree.inclusion(-1, 7), RangeError);
  await t.rejects(tree.consistency(0, 7), RangeError);
  await t.rejects(tree.consistency(8, 7), RangeError);
});
