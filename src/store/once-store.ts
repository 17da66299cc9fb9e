/**
 * Records of what must happen only once, or must not be undone: the end of a session, the use of a sign-in link. They
 * are kept beside the ledger, never in it, until they no longer matter. If the store cannot be reached, the request is
 * refused.
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
