/**
 * The rows of an answer. Each row is made when it is first read, because a page shows a hundred of ten thousand. JSON and
 * files read all rows, and get the same ones.
 * @param row makes a row from its item alone, so it makes the same row at any time
 */
export function rowsOf<Of, Row>(all: readonly Of[], row: (of: Of) => Row): Row[] {
  const rows: Row[] = [];
  rows.length = all.length;
  const made = (at: number): void => {
    if (at < all.length && !(at in rows)) rows[at] = row(all[at]!);
  };
  const whole = (): void => {
    for (let at = 0; at < all.length; at++) made(at);
  };
  return new Proxy(rows, {
    get(target, name) {
      if (isIndex(name)) made(Number(name));
      return Reflect.get(target, name) as unknown;
    },
    has: (target, name) => (isIndex(name) ? Number(name) < all.length : Reflect.has(target, name)),
    ownKeys(target) {
      whole();
      return Reflect.ownKeys(target);
    },
    getOwnPropertyDescriptor(target, name) {
      if (isIndex(name)) made(Number(name));
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
  });
}

/** In a list, only the numbers of its rows begin with a digit. */
const isIndex = (name: string | symbol): name is string => typeof name === 'string' && name >= '0' && name < ':';
