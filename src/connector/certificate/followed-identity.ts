import { QBError } from "../../errors.js";
import { certificateError } from "./certificate-error.js";
import { isSameIdentity, type ServerIdentity } from "./server-identity.js";
import { StoreWatch } from "./store-watch.js";

export interface IdentitySource {
  /** What tells that the store has changed; undefined when it cannot change. */
  readonly stamp: (() => string | undefined) | undefined;
  /** Reads it for the first time. */
  readonly open: () => ServerIdentity;
  /** Reads it again after a change. */
  readonly reopen: () => ServerIdentity;
  /** Undefined for what is not renewed here. */
  readonly renewal?: Renewal;
}

interface Renewal {
  readonly isDue: (identity: ServerIdentity) => boolean;
  readonly renew: (identity: ServerIdentity) => ServerIdentity;
}

const RENEWAL_INTERVAL_MS = 60 * 60 * 1000;

/**
 * An identity that is read again when its store changes, and renewed before it ends. When that fails the one from before stays in
 * use, and `onError` hears of it, once.
 */
export class FollowedIdentity {
  readonly #source: IdentitySource;
  readonly #onError: (error: QBError) => void;
  readonly #watch: StoreWatch | undefined;
  #identity: ServerIdentity;
  #renewalTriedAt = -Infinity;

  constructor(source: IdentitySource, onError: (error: QBError) => void) {
    this.#source = source;
    this.#onError = onError;
    this.#watch = source.stamp === undefined ? undefined : new StoreWatch(source.stamp);
    this.#identity = source.open();
  }

  /** The same object as long as nothing has changed. */
  get identity(): ServerIdentity {
    if (this.#watch?.hasChanged() === true) this.#replaceBy(() => this.#source.reopen());
    const { renewal } = this.#source;
    if (renewal?.isDue(this.#identity) === true && this.#mayTryToRenew())
      this.#replaceBy(() => renewal.renew(this.#identity));
    return this.#identity;
  }

  #mayTryToRenew(): boolean {
    const now = Date.now();
    if (Math.abs(now - this.#renewalTriedAt) < RENEWAL_INTERVAL_MS) return false;
    this.#renewalTriedAt = now;
    return true;
  }

  #replaceBy(read: () => ServerIdentity): void {
    try {
      const identity = read();
      if (!isSameIdentity(identity, this.#identity)) this.#identity = identity;
    } catch (cause) {
      this.#onError(
        cause instanceof QBError
          ? cause
          : certificateError("the certificate cannot be read", undefined, cause),
      );
    }
  }
}
