/** Freezes a value and everything in it, so that all callers can share it. */
export function frozen<Each>(value: Each): Each {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const each of Object.values(value)) frozen(each);
  return Object.freeze(value);
}
