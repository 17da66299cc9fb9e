/**
 * What must happen once, or must not be undone: the end of a session, the use of a sign-in link. It is kept beside the
 * ledger and never in it, until it does not matter any more. Where it cannot be reached, what asks it is refused.
 */
export interface OnceStore {
  /**
   * Notes that something has happened, until an instant, in milliseconds. Resolves to whether it had not happened before.
   * Rejects {@link StoreUnavailable} where it cannot be noted; then it may have been, and counts as having happened.
   */
  note(what: string, until: number, now: number): Promise<boolean>;
  /** Whether it has happened. Rejects {@link StoreUnavailable} where that cannot be read. */
  has(what: string): Promise<boolean>;
  close(): Promise<void>;
}
