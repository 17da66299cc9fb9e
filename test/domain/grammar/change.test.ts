import t from 'tap';
import { append, assign, drop, noteChanges, put, trying } from '../../../src/domain/grammar/change.js';

/** A state of every shape that states have. */
const state = () => ({
  map: new Map([
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ]) as ReadonlyMap<string, number | undefined>,
  list: ['x'] as readonly string[],
  field: 'before' as string | undefined,
});

type State = ReturnType<typeof state> & { later?: string };

function changed(of: State): void {
  put(of.map, 'a', 10);
  put(of.map, 'd', 4);
  drop(of.map, 'b');
  drop(of.map, 'nobody');
  append(of.list, 'y');
  append(of.list, 'z');
  assign(of, 'field', 'after');
  assign(of, 'later', 'new');
  put(of.map, 'd', 5);
}

const asPlain = (of: State) => ({ ...of, map: [...of.map], list: [...of.list] });

t.test('changes that nobody notes stand', async (t) => {
  const of: State = state();
  changed(of);
  t.same(asPlain(of), {
    map: [
      ['a', 10],
      ['c', 3],
      ['d', 5],
    ],
    list: ['x', 'y', 'z'],
    field: 'after',
    later: 'new',
  });
});

t.test(
  'what is tried is undone to the last detail, the order of entries and fields that were not there included',
  async (t) => {
    const of: State = state();
    const seen = trying(() => {
      changed(of);
      return asPlain(of);
    });
    t.same(seen.list, ['x', 'y', 'z'], 'meanwhile it is there');
    t.same(asPlain(of), asPlain(state()));
    t.notOk('later' in of);
    t.throws(
      () =>
        trying(() => {
          changed(of);
          throw new Error('half-way');
        }),
      { message: 'half-way' },
    );
    t.same(asPlain(of), asPlain(state()), 'also where it fails half-way');
  },
);

t.test('what is tried inside is undone by itself; what is kept inside is undone with what is outside', async (t) => {
  const of: State = state();
  const outer = noteChanges();
  put(of.map, 'outer', 1);
  trying(() => put(of.map, 'inner', 2));
  t.same([...of.map.keys()], ['a', 'b', 'c', 'outer']);
  const inner = noteChanges();
  put(of.map, 'kept', 3);
  t.throws(() => outer.keep(), { message: /noted inside/ }, 'the inner end first');
  inner.keep();
  t.same([...of.map.keys()], ['a', 'b', 'c', 'outer', 'kept']);
  outer.undo();
  t.same(asPlain(of), asPlain(state()));
});

t.test('what is kept stands for good', async (t) => {
  const of: State = state();
  const changes = noteChanges();
  changed(of);
  changes.keep();
  const after = asPlain(of);
  trying(() => changed(of));
  t.same(asPlain(of), after);
});
