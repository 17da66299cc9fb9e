import type { Test } from 'tap';

/** Whether every list of an answer is as long as expected. */
function asLong(found: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null || wanted instanceof RegExp) return true;
  if (Array.isArray(wanted) && (!Array.isArray(found) || found.length !== wanted.length)) return false;
  return Object.entries(wanted).every(([name, each]) =>
    asLong((found as Record<string, unknown> | undefined)?.[name], each),
  );
}

/**
 * Checks that an answer matches, and that no list in it is longer than expected. `t.match` alone allows longer lists.
 */
export function told(t: Test, found: unknown, wanted: unknown, message = 'is told'): void {
  t.match(found, wanted, message);
  t.ok(asLong(found, wanted), `${message}, and no more`);
}
