import type { Sealer } from "./sealing.js";
import type { TokenStore } from "./token-store.js";
import { emptyRecord, type VaultRecord } from "./vault-record.js";

/** A record, and the text that was stored for it when it was read or written. */
export interface HeldRecord {
  readonly text: string | undefined;
  readonly record: VaultRecord;
}

/** Records in a store for texts. */
export class SealedStore {
  readonly #store: TokenStore;
  readonly #sealer: Sealer;

  constructor(store: TokenStore, sealer: Sealer) {
    this.#store = store;
    this.#sealer = sealer;
  }

  get name(): string {
    return this.#store.name;
  }

  async held(): Promise<HeldRecord> {
    const text = await this.#store.read();
    return { text, record: text === undefined ? emptyRecord() : await this.#sealer.open(text) };
  }

  /** Undefined when something else than `held` is stored. */
  async replace({ text: expected }: HeldRecord, record: VaultRecord): Promise<HeldRecord | undefined> {
    const text = await this.#sealer.seal(record);
    return (await this.#store.replace(expected, text)) ? { text, record } : undefined;
  }

  async isStill({ text }: HeldRecord): Promise<boolean> {
    return (await this.#store.read()) === text;
  }

  exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#store.exclusively(work);
  }
}
