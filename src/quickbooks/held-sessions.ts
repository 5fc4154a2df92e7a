import type { QuickBooksSession, QuickBooksSettings } from "./request-processor.js";

export interface HeldSession {
  readonly settings: QuickBooksSettings;
  session: QuickBooksSession;
  /** Who keeps it open, in words. */
  holders(): readonly string[];
}

interface Entry extends HeldSession {
  readonly names: Map<string, string>;
}

/** Calls with equal keys can share a session. */
export function sessionKey(settings: QuickBooksSettings): string {
  const { applicationName, applicationId, companyFile, mode, authFlags, readOnly } = settings;
  return JSON.stringify([
    applicationName,
    applicationId,
    companyFileKey(companyFile),
    mode,
    authFlags,
    readOnly,
  ]);
}

/** Windows' paths know no case, and both slashes. */
function companyFileKey(companyFile: string): string {
  return companyFile.replaceAll("/", "\\").toLowerCase();
}

/** The sessions that stay open between calls, by application, file, mode and flags, each with its holders. */
export class HeldSessions {
  readonly #entries = new Map<string, Entry>();

  get(settings: QuickBooksSettings): HeldSession | undefined {
    return this.#entries.get(sessionKey(settings));
  }

  add(settings: QuickBooksSettings, session: QuickBooksSession, holder: string, name: string): HeldSession {
    const names = new Map([[holder, name]]);
    const entry: Entry = { settings, session, names, holders: () => [...names.values()] };
    this.#entries.set(sessionKey(settings), entry);
    return entry;
  }

  addHolder(held: HeldSession, holder: string, name: string): HeldSession {
    (held as Entry).names.set(holder, name);
    return held;
  }

  /** Gives the session when its last holder left; closing it is the caller's part. */
  release(holder: string): QuickBooksSession | undefined {
    const entry = this.#heldBy(holder);
    if (entry === undefined || !entry.names.delete(holder) || entry.names.size > 0) return undefined;
    this.remove(entry);
    return entry.session;
  }

  remove(held: HeldSession): void {
    this.#entries.delete(sessionKey(held.settings));
  }

  takeAll(): QuickBooksSession[] {
    const sessions = [...this.#entries.values()].map((entry) => entry.session);
    this.#entries.clear();
    return sessions;
  }

  isHeldBy(holder: string): boolean {
    return this.#heldBy(holder) !== undefined;
  }

  #heldBy(holder: string): Entry | undefined {
    return [...this.#entries.values()].find((entry) => entry.names.has(holder));
  }

  /** The sessions on another company file than the wanted one; no name means whatever file is open. */
  inTheWayOf(companyFile: string | undefined): HeldSession[] {
    if (companyFile === undefined || companyFile === "" || this.#entries.size === 0) return [];
    const wanted = companyFileKey(companyFile);
    return [...this.#entries.values()].filter(
      (entry) => companyFileKey(entry.session.companyFile) !== wanted,
    );
  }

  describe(): { companyFile: string; application: string; holders: readonly string[] }[] {
    return [...this.#entries.values()].map((entry) => ({
      companyFile: entry.session.companyFile,
      application: entry.settings.applicationName,
      holders: entry.holders(),
    }));
  }
}
