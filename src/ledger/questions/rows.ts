/**
 * The rows of an answer, each of which is put together when somebody reads it: a page shows a hundred of ten thousand. Who
 * reads them all, as JSON and files do, gets the same rows.
 * @param row makes a row from what it is of, and looks at nothing that changes
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

/** Lists have no names that begin with a digit but the numbers of their rows. */
const isIndex = (name: string | symbol): name is string => typeof name === 'string' && name >= '0' && name < ':';
