/**
 * A place for one sealed text. What comes in is encrypted already; a store keeps it as it is and never looks into it.
 * Write one to keep tokens in a database.
 */
export interface TokenStore {
  /** Stores with the same name are the same place: within a process they share one refresh. */
  readonly name: string;
  /** The text kept, undefined when there is none. */
  read(): Promise<string | undefined>;
  /**
   * Replaces `expected` by `next` as a whole and durably, or changes nothing and gives false when something else is there.
   * `expected` is undefined when nothing was there.
   */
  replace(expected: string | undefined, next: string): Promise<boolean>;
  /** Runs `work` while no other process runs its own for this place. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result>;
}
