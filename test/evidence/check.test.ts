import { readFileSync } from 'node:fs';
import t from 'tap';
import { bytesOf, isConsistent, isIncluded } from '../../evidence/check.js';
import { EMPTY_ROOT, leafHash } from '../../evidence/tree.js';

/** Proofs are accepted or refused exactly as a public implementation does. */

interface Vectors {
  readonly source: string;
  readonly inclusion: readonly {
    readonly name: string;
    readonly leafIdx: string;
    readonly treeSize: string;
    readonly root: string;
    readonly leafHash: string;
    readonly proof: readonly string[] | null;
    readonly wantErr: boolean;
  }[];
  readonly consistency: readonly {
    readonly name: string;
    readonly size1: string;
    readonly size2: string;
    readonly root1: string;
    readonly root2: string;
    readonly proof: readonly string[] | null;
    readonly wantErr: boolean;
  }[];
}

const file = new URL('../../../test/fixtures/merkle.json', import.meta.url);
const { source, inclusion, consistency } = JSON.parse(readFileSync(file, 'utf8')) as Vectors;
const all = (texts: readonly string[] | null) => (texts ?? []).map((text) => bytesOf(text)!);

t.test('the vectors of transparency-dev/merkle', async (t) => {
  t.match(source, /transparency-dev\/merkle \(Apache License 2\.0\)/);
  t.same([inclusion.length, consistency.length], [98, 98]);
  for (const { name, leafIdx, treeSize, root, leafHash, proof, wantErr } of inclusion) {
    const [leaf, is] = all([leafHash, root]);
    t.equal(isIncluded(leaf!, BigInt(leafIdx), BigInt(treeSize), is!, all(proof)), !wantErr, `inclusion ${name}`);
  }
  for (const { name, size1, size2, root1, root2, proof, wantErr } of consistency) {
    const [one, two] = all([root1, root2]);
    const [earlier, later] = [
      { size: BigInt(size1), root: one! },
      { size: BigInt(size2), root: two! },
    ];
    t.equal(isConsistent(earlier, later, all(proof)), !wantErr, `consistency ${name}`);
  }
});

t.test('no number is too small or too large to be refused', async (t) => {
  const leaf = leafHash('');
  t.notOk(isIncluded(leaf, -1n, 1n, leaf, []));
  t.notOk(isIncluded(leaf, 2n ** 64n - 1n, 1n, leaf, []));
  t.notOk(isConsistent({ size: -1n, root: leaf }, { size: 1n, root: leaf }, []));
  t.notOk(isConsistent({ size: 3n, root: leaf }, { size: 2n ** 64n, root: leaf }, []));
  t.notOk(isConsistent({ size: 0n, root: EMPTY_ROOT }, { size: 1n, root: leaf }, []));
});

t.test('bytes are written in one way', async (t) => {
  t.same(bytesOf('3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIw=')?.length, 32);
  for (const text of ['3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIx=', '3bib5A', '3bib-A==', ' 3bib5A==', '3bib5A==\n'])
    t.equal(bytesOf(text), undefined, JSON.stringify(text));
});
