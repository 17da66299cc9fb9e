import { readdirSync } from 'node:fs';

/** What every test counts towards: the whole of the product, built, and nothing of the tests themselves. */
const product = ['build/src', 'build/projections', 'build/evidence'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => `${folder}/${name}`),
);

export default (): string[] => product;
