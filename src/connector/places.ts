import type { Connection } from "./connections.js";
import { networkOf } from "./login-throttle.js";

/** The places for connections of the connector's own server, and who gives way when they are all taken. */
export class Places {
  /** Nobody was authorized on these yet; by the network they come from, the oldest first. */
  readonly #strangers = new Map<string, Set<Connection>>();
  /** With the number of their last authorization. */
  readonly #known = new Map<Connection, number>();
  #authorizations = 0;
  #taken = 0;

  get taken(): number {
    return this.#taken;
  }

  take(connection: Connection): void {
    const network = networkOf(connection.address);
    const there = this.#strangers.get(network) ?? new Set();
    this.#strangers.set(network, there.add(connection));
    this.#taken++;
  }

  /** Somebody was authorized on the connection. */
  trust(connection: Connection): void {
    if (this.#known.has(connection) || this.#removeStranger(connection))
      this.#known.set(connection, ++this.#authorizations);
  }

  leave(connection: Connection): void {
    if (this.#removeStranger(connection) || this.#known.delete(connection)) this.#taken--;
  }

  /**
   * Strangers first, of the network that has most of them, so that a flood pushes out nobody but itself. Then the connection
   * that has been idle longest. Undefined when all are at work.
   */
  nextToGo(): Connection | undefined {
    let most: ReadonlySet<Connection> = new Set();
    for (const there of this.#strangers.values()) if (there.size > most.size) most = there;
    const [oldest] = most;
    return oldest ?? this.#longestIdle();
  }

  #longestIdle(): Connection | undefined {
    let found: Connection | undefined;
    let earliest = Infinity;
    for (const [connection, last] of this.#known) {
      if (connection.active > 0 || last > earliest) continue;
      found = connection;
      earliest = last;
    }
    return found;
  }

  #removeStranger(connection: Connection): boolean {
    const network = networkOf(connection.address);
    const there = this.#strangers.get(network);
    if (there?.delete(connection) !== true) return false;
    if (there.size === 0) this.#strangers.delete(network);
    return true;
  }
}
