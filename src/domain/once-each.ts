/** A function of something that never changes: what it returns for each is worked out once, and kept as long as that is. */
export function onceEach<Of extends object, Result>(work: (of: Of) => Result): (of: Of) => Result {
  const done = new WeakMap<Of, { readonly result: Result }>();
  return (of) => {
    let found = done.get(of);
    if (!found) done.set(of, (found = { result: work(of) }));
    return found.result;
  };
}
