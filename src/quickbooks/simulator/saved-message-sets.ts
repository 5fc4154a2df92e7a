import { createHash } from "node:crypto";
import type { QBXMLElement } from "../../qbxml/reader.js";

/** What became of a message set that carried a newMessageSetID. */
export interface SavedOutcome {
  readonly fingerprint: string;
  readonly responses: readonly QBXMLElement[];
}

/** The outcomes that a company file keeps for error recovery, each application's for itself. */
export class SavedMessageSets {
  readonly #byApplication = new Map<string, Map<string, SavedOutcome>>();

  find(application: string, id: string): SavedOutcome | undefined {
    return this.#byApplication.get(application)?.get(id);
  }

  save(application: string, id: string, outcome: SavedOutcome): void {
    const saved = this.#byApplication.get(application) ?? new Map<string, SavedOutcome>();
    this.#byApplication.set(application, saved.set(id, outcome));
  }

  /** @returns False when nothing was saved. */
  clear(application: string, id: string): boolean {
    if (id === "ClearAllMessageSets") return this.#byApplication.delete(application);
    return this.#byApplication.get(application)?.delete(id) ?? false;
  }
}

/** Whether QuickBooks' own checksum covers white space is not known; here it covers the whole text. */
export function fingerprintOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
