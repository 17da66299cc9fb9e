/** A value that nobody can change, nor anything in it: everybody who asks is given the same one. */
export function frozen<Each>(value: Each): Each {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const each of Object.values(value)) frozen(each);
  return Object.freeze(value);
}
