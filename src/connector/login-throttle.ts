import { isIPv6 } from "node:net";
import { QBError } from "../errors.js";

interface Failures {
  count: number;
  blockedUntil: number;
  last: number;
}

const FREE_FAILURES = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const FORGET_AFTER_MS = 300_000;
const MAX_ADDRESSES = 10_000;

/**
 * Slows down password guessing by address: after five failed logins each further one doubles the pause, from 1 s to 60 s;
 * five minutes without failures clear the record. IPv6 addresses count by their /64 network.
 */
export class LoginThrottle {
  readonly #failures = new Map<string, Failures>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Throws `QB_THROTTLED` with `retryAfter` while the address has to wait. */
  check(address: string): void {
    const waitMs = (this.#failures.get(networkOf(address))?.blockedUntil ?? 0) - this.#now();
    if (waitMs <= 0) return;
    throw new QBError("QB_THROTTLED", "too many failed logins from this address", {
      retryAfter: Math.ceil(waitMs / 1000),
    });
  }

  failed(address: string): void {
    const network = networkOf(address);
    const now = this.#now();
    const known = this.#failures.get(network);
    const failures =
      known !== undefined && now - known.last < FORGET_AFTER_MS
        ? known
        : { count: 0, blockedUntil: 0, last: now };
    failures.count++;
    failures.last = now;
    const beyond = failures.count - FREE_FAILURES;
    if (beyond >= 0)
      failures.blockedUntil = now + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(beyond, 10));
    this.#remember(network, failures);
  }

  #remember(network: string, failures: Failures): void {
    this.#failures.delete(network);
    this.#failures.set(network, failures);
    if (this.#failures.size <= MAX_ADDRESSES) return;
    const oldest = this.#failures.keys().next();
    if (oldest.done !== true) this.#failures.delete(oldest.value);
  }
}

/** What counts as one place: an address, or the /64 network of an IPv6 address. */
export function networkOf(address: string): string {
  if (!isIPv6(address) || address === "::1") return address;
  const [head = "", tail] = (address.split("%", 1)[0] as string).split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(zeros).fill("0"), ...after].slice(0, 4).join(":");
}
