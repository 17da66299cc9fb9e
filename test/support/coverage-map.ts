import { readdirSync } from 'node:fs';

/** What the coverage of every test counts: the whole built product, without the tests. */
const product = ['build/src', 'build/projections', 'build/evidence'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => `${folder}/${name}`),
);

export default (): string[] => product;
