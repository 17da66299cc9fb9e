/**
 * What must happen once, or must not be undone: the end of a session, the use of a sign-in link. It is kept beside the
 * ledger and never in it, until it does not matter any more. Where it cannot be reached, what asks it is refused.
 */
export interface OnceStore {
  /**
   * Notes that something has happened, until an instant, in milliseconds. Returns whether it had not happened before.
   * Throws {@link StoreUnavailable} where it cannot be noted.
   */
  note(what: string, until: number, now: number): boolean;
  /** Whether it has happened. Throws {@link StoreUnavailable} where that cannot be read. */
  has(what: string): boolean;
  close(): void;
}
