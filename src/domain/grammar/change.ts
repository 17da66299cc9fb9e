/**
 * The only way to change the state of a stream. The fields of states are read-only, so the compiler refuses any change
 * outside these functions. While changes are noted, each function notes how to undo its change. So facts can be tried
 * one after another, each on the state that the facts before it left, and then all be undone.
 *
 * These functions are synchronous, and notes begin and end within one turn of the event loop, so two sets of notes
 * never mix.
 */

type Undo = () => void;

/** How to undo each change, oldest first; undefined while changes are not noted. */
let noted: Undo[] | undefined;

/** Notes how to undo a change of another shape than those below, if changes are noted. */
export function onUndo(undo: Undo): void {
  noted?.push(undo);
}

/** Sets an entry of a map. */
export function put<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key, value: Value): void {
  const own = map as Map<Key, Value>;
  if (noted) {
    if (own.has(key)) {
      const before = own.get(key)!;
      noted.push(() => own.set(key, before));
    } else noted.push(() => own.delete(key));
  }
  own.set(key, value);
}

/** Takes an entry out of a map. Undone, it is back in its place: answers list entries in their order. */
export function drop<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): void {
  const own = map as Map<Key, Value>;
  if (noted && own.has(key)) {
    const before = [...own];
    noted.push(() => {
      own.clear();
      for (const [each, value] of before) own.set(each, value);
    });
  }
  own.delete(key);
}

/** Adds a value at the end of a list. */
export function append<Value>(list: readonly Value[], value: Value): void {
  const own = list as Value[];
  noted?.push(() => own.pop());
  own.push(value);
}

/** Sets a field, or one value of a list by its index. */
export function assign<Of extends object, Field extends keyof Of>(of: Of, field: Field, value: Of[Field]): void {
  if (noted) {
    const had = field in of;
    const before = of[field];
    noted.push(() => {
      if (had) of[field] = before;
      else Reflect.deleteProperty(of, field);
    });
  }
  of[field] = value;
}

/** Changes that are being noted. */
export interface Changes {
  /** Keeps the changes. Returns what undoes them later, once whatever was changed after them has been undone. */
  keep(): () => void;
  /** Undoes all changes, the last first, so that every state is as it was when noting began. */
  undo(): void;
}

/** Begins to note changes, until they are kept or undone. Those noted inside are kept or undone before those outside. */
export function noteChanges(): Changes {
  const outer = noted;
  const own: Undo[] = [];
  noted = own;
  const end = (): void => {
    if (noted !== own) throw new Error('Changes that were noted inside have not been kept or undone.');
    noted = outer;
  };
  const undoAll = (): void => {
    for (const undo of own.toReversed()) undo();
  };
  return {
    keep() {
      end();
      if (outer) for (const undo of own) outer.push(undo);
      return undoAll;
    },
    undo() {
      end();
      undoAll();
    },
  };
}

/** Calls a function that changes states, undoes all its changes, also if it throws, and returns its result. */
export function trying<Result>(work: () => Result): Result {
  const changes = noteChanges();
  try {
    return work();
  } finally {
    changes.undo();
  }
}
