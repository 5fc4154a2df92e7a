import { QBError } from "../../errors.js";
import type { Logger } from "../../logger.js";
import { liveGrant, usableToken, type AccessToken, type TokenWish } from "./access-token.js";
import { SealedStore } from "./sealed-store.js";
import type { Sealer } from "./sealing.js";
import { TokenRefresh, type SendRefresh } from "./token-refresh.js";
import type { TokenStore } from "./token-store.js";
import { unlessAborted } from "./unless-aborted.js";
import { nextRecord, type VaultRecord } from "./vault-record.js";

export interface TokenVaultOptions {
  readonly store: TokenStore;
  readonly sealer: Sealer;
  /** Rejects with `QB_RECONNECT` when the refresh token is refused. */
  readonly refresh: SendRefresh;
  readonly logger: Logger;
  readonly now?: (() => number) | undefined;
}

interface Waiting {
  readonly signal?: AbortSignal | undefined;
}

/** A refresh that is under way, and what was wished for. */
interface Flight {
  readonly wish: TokenWish;
  readonly token: Promise<AccessToken>;
}

/** By place, for all vaults of the process. */
const flights = new Map<string, Flight>();
const ATTEMPTS = 10;

/** Keeps the tokens of one connection and renews them, once however many ask. */
export class TokenVault {
  readonly #store: SealedStore;
  readonly #refresh: TokenRefresh;
  readonly #now: () => number;

  constructor({ store, sealer, refresh, logger, now = Date.now }: TokenVaultOptions) {
    this.#store = new SealedStore(store, sealer);
    this.#refresh = new TokenRefresh(this.#store, refresh, logger, now);
    this.#now = now;
  }

  now(): number {
    return this.#now();
  }

  /** What is stored; undefined when nothing is. */
  async read(): Promise<VaultRecord | undefined> {
    const { text, record } = await this.#store.held();
    return text === undefined ? undefined : record;
  }

  /**
   * Stores what `make` gives for the stored record, or for an empty one; nothing when that is the same record.
   * `make` may be called again when another process was faster.
   */
  change(make: (record: VaultRecord) => VaultRecord, { signal }: Waiting = {}): Promise<VaultRecord> {
    return unlessAborted(() => this.#store.exclusively(() => this.#changed(make)), signal);
  }

  async #changed(make: (record: VaultRecord) => VaultRecord): Promise<VaultRecord> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const held = await this.#store.held();
      const made = make(held.record);
      if (made === held.record) return made;
      const next = { ...made, generation: held.record.generation };
      const stored = await this.#store.replace(held, nextRecord(next, {}));
      if (stored !== undefined) return stored.record;
    }
    throw new QBError("QB_TOKEN_STORE_BUSY", `others change ${this.#store.name} all the time`);
  }

  /** A token to use: the stored one, or a new one when that ends soon or is the one that was refused. */
  accessToken({ signal, ...wish }: TokenWish & Waiting = {}): Promise<AccessToken> {
    return unlessAborted(() => this.#shared(wish), signal);
  }

  /** Tokens that could not be stored, as on a full disk, are stored now or lost with the process. */
  async storeWaiting(): Promise<void> {
    if (this.#refresh.hasUnsaved) await this.#shared({});
  }

  async #shared(wish: TokenWish): Promise<AccessToken> {
    const { name } = this.#store;
    for (let flight = flights.get(name); flight !== undefined; flight = flights.get(name)) {
      if (flight.wish.force || !wish.force) {
        const token = await unlessClosed(flight.token);
        if (token !== undefined && token.value !== wish.refused) return token;
      } else await flight.token.catch(() => {});
    }
    const token = this.#token(wish).finally(() => flights.delete(name));
    flights.set(name, { wish, token });
    return token;
  }

  async #token(wish: TokenWish): Promise<AccessToken> {
    // Another process may have been refused meanwhile, because these were not there.
    if (this.#refresh.hasUnsaved) return this.#refresh.token(wish);
    const { record } = await this.#store.held();
    liveGrant(record);
    return usableToken(record, wish, this.#now()) ?? this.#refresh.token(wish);
  }
}

/** Undefined when the connection of whoever asked was closed: others ask themselves. */
async function unlessClosed(token: Promise<AccessToken>): Promise<AccessToken | undefined> {
  try {
    return await token;
  } catch (error) {
    if ((error as QBError).code === "QB_CLOSED") return undefined;
    throw error;
  }
}
