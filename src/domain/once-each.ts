/**
 * Makes a function of an object that never changes compute its result once for each object, and keep it as long as the
 * object lives.
 */
export function onceEach<Of extends object, Result>(work: (of: Of) => Result): (of: Of) => Result {
  const done = new WeakMap<Of, { readonly result: Result }>();
  return (of) => {
    let found = done.get(of);
    if (!found) done.set(of, (found = { result: work(of) }));
    return found.result;
  };
}
