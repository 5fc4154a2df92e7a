/**
 * A queue that serves its users in turn: one item of each user per round, in the order of arrival within a user.
 * An item that cannot be taken now holds nobody back.
 */
export class FairQueue<Item extends { readonly user: string }> {
  /** In the order of turns. */
  readonly #lanes = new Map<string, Item[]>();
  #servedLast: string | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  waitingOf(user: string): number {
    return this.#lanes.get(user)?.length ?? 0;
  }

  add(item: Item): void {
    const lane = this.#lanes.get(item.user);
    if (lane === undefined) this.#lanes.set(item.user, [item]);
    else lane.push(item);
    this.#size++;
  }

  /** Somebody took a turn without waiting. Nothing waits. */
  skip(user: string): void {
    this.#servedLast = user;
  }

  /** Takes the next item whose turn it is and that `ready` lets pass. */
  take(ready: (item: Item) => boolean): Item | undefined {
    this.#putLast(this.#servedLast);
    for (const [user, lane] of this.#lanes) {
      const index = lane.findIndex(ready);
      if (index < 0) continue;
      const [item] = lane.splice(index, 1);
      this.#size--;
      if (lane.length === 0) this.#lanes.delete(user);
      this.#servedLast = user;
      return item;
    }
    return undefined;
  }

  /** Also behind those who came while this user was served. */
  #putLast(user: string | undefined): void {
    const lane = user === undefined ? undefined : this.#lanes.get(user);
    if (user === undefined || lane === undefined) return;
    this.#lanes.delete(user);
    this.#lanes.set(user, lane);
  }

  remove(item: Item): boolean {
    const lane = this.#lanes.get(item.user);
    const index = lane?.indexOf(item) ?? -1;
    if (lane === undefined || index < 0) return false;
    lane.splice(index, 1);
    this.#size--;
    if (lane.length === 0) this.#lanes.delete(item.user);
    return true;
  }

  *[Symbol.iterator](): Generator<Item> {
    for (const lane of this.#lanes.values()) yield* lane;
  }
}
