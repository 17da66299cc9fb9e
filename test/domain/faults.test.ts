import t from 'tap';
import { z } from 'zod';
import { readAs } from '../../src/domain/faults.js';

const Shape = z.strictObject({
  flag: z.boolean(),
  kind: z.enum(['ccg', 'icb']),
  mark: z.literal('yes'),
  rows: z.array(z.string()).min(1).max(2),
  pair: z.array(z.string()).min(2),
  share: z.int().min(1).max(10),
  id: z.uuid(),
  code: z.string().regex(/^[A-Z]+$/),
  name: z.string({ error: 'must be a name' }),
  own: z.string({ error: 'is missing' }),
  nothing: z.null(),
  either: z.union([z.string(), z.number()]),
});
const good = {
  flag: true,
  kind: 'ccg',
  mark: 'yes',
  rows: ['a'],
  pair: ['a', 'b'],
  share: 1,
  id: '00000000-0000-4000-8000-000000000000',
  code: 'A',
  name: 'a',
  own: 'a',
  nothing: null,
  either: 1,
};

const faultsOf = (sent: unknown): Record<string, string> => {
  const read = readAs(Shape, sent);
  return 'faults' in read ? Object.fromEntries(read.faults.map(({ path, words }) => [path.join('.'), words])) : {};
};

t.test('what is as it must be is read', async (t) => {
  t.same(readAs(Shape, good), { value: good });
});

t.test('a field that is not there says so, and what it must be', async (t) => {
  t.match(faultsOf({}), {
    flag: 'is missing: true or false',
    kind: 'is missing: one of ccg, icb',
    mark: 'is missing: yes',
    rows: 'is missing: a list',
    share: 'is missing: a number',
    name: 'is missing: it must be a name',
    own: 'is missing',
    nothing: 'is missing: null',
  });
  t.same(faultsOf(undefined), { '': 'is missing: fields in braces' });
});

t.test('a field that is wrong says what it must be', async (t) => {
  const wrong = { flag: 'x', kind: 'x', mark: 'x', rows: [], pair: ['a'], share: 0, id: 'x', code: 'x', name: 1 };
  t.match(faultsOf({ ...good, ...wrong, amout: '1.00' }), {
    flag: 'must be true or false',
    kind: 'must be one of ccg, icb',
    mark: 'must be yes',
    rows: 'must have at least one',
    pair: 'must have at least 2',
    share: 'must be 1 or more',
    id: 'must be an identifier, a UUID',
    code: 'is not written as it must be',
    name: 'must be a name',
    amout: 'no such field',
  });
  t.match(faultsOf({ ...good, rows: ['a', 'b', 'c'], share: 11, either: true }), {
    rows: 'must have at most 2',
    share: 'must be 10 or less',
    either: /./,
  });
});

t.test('of a value that may be of several kinds, what is wrong is said of the kind that it is', async (t) => {
  const Either = z.strictObject({
    of: z.union([z.array(z.strictObject({ sum: z.string() })), z.strictObject({ every: z.enum(['month']) })], {
      error: 'must be a list or a rule',
    }),
  });
  const wrong = (of: unknown): Record<string, string> => {
    const found = readAs(Either, { of });
    return 'faults' in found ? Object.fromEntries(found.faults.map(({ path, words }) => [path.join('.'), words])) : {};
  };
  t.same(wrong([{ sum: '1' }, { sum: 2 }]), { 'of.1.sum': 'must be text' });
  t.same(wrong({ every: 'day', often: true }), { 'of.every': 'must be month', 'of.often': 'no such field' });
  t.same(wrong(7), { of: 'must be a list or a rule' });
  t.same(wrong(undefined), { of: 'is missing: it must be a list or a rule' });
});
