import type { QuickBooksSession, QuickBooksSettings } from "./request-processor.js";

export interface HeldSession {
  readonly settings: QuickBooksSettings;
  /** The file that it has, or had before it was lost. */
  readonly companyFile: string;
  /** Undefined after QuickBooks dropped it, until it is opened again. */
  session: QuickBooksSession | undefined;
  /** Who keeps it open, in words. */
  holders(): readonly string[];
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
export function companyFileKey(companyFile: string): string {
  return companyFile.replaceAll("/", "\\").toLowerCase();
}

class Entry implements HeldSession {
  readonly settings: QuickBooksSettings;
  readonly companyFile: string;
  readonly names: Map<string, string>;
  session: QuickBooksSession | undefined;

  constructor(settings: QuickBooksSettings, session: QuickBooksSession, holder: string, name: string) {
    this.settings = settings;
    this.companyFile = session.companyFile;
    this.session = session;
    this.names = new Map([[holder, name]]);
  }

  holders(): readonly string[] {
    return [...this.names.values()];
  }
}

/** The sessions that stay open between calls, by application, file, mode and flags, each with its holders. */
export class HeldSessions {
  readonly #entries = new Map<string, Entry>();

  get(settings: QuickBooksSettings): HeldSession | undefined {
    return this.#entries.size === 0 ? undefined : this.#entries.get(sessionKey(settings));
  }

  add(settings: QuickBooksSettings, session: QuickBooksSession, holder: string, name: string): HeldSession {
    const entry = new Entry(settings, session, holder, name);
    this.#entries.set(sessionKey(settings), entry);
    return entry;
  }

  addHolder(settings: QuickBooksSettings, holder: string, name: string): void {
    this.#entries.get(sessionKey(settings))?.names.set(holder, name);
  }

  /** Gives the session when its last holder left; closing it is the caller's part. */
  release(holder: string): QuickBooksSession | undefined {
    for (const [key, entry] of this.#entries) {
      if (!entry.names.delete(holder) || entry.names.size > 0) continue;
      this.#entries.delete(key);
      return entry.session;
    }
    return undefined;
  }

  takeAll(): QuickBooksSession[] {
    const sessions = [...this.#entries.values()].map((entry) => entry.session);
    this.#entries.clear();
    return sessions.filter((session) => session !== undefined);
  }

  /** True when the holder's session is really open. */
  isOpenFor(holder: string): boolean {
    return [...this.#entries.values()].some(
      ({ session, names }) => session !== undefined && session.isLost !== true && names.has(holder),
    );
  }

  /** The sessions on another company file than the wanted one; no name means whatever file is open. */
  inTheWayOf(companyFile: string | undefined): readonly HeldSession[] {
    if (companyFile === undefined || companyFile === "" || this.#entries.size === 0) return NONE;
    const wanted = companyFileKey(companyFile);
    // QuickBooks may report a file by another name than the one that it was asked for.
    const isWanted = (file: string): boolean => companyFileKey(file) === wanted;
    return [...this.#entries.values()].filter(
      (entry) => !isWanted(entry.companyFile) && !isWanted(entry.settings.companyFile),
    );
  }

  describe(): { companyFile: string; application: string; holders: readonly string[] }[] {
    return [...this.#entries.values()].map((entry) => ({
      companyFile: entry.companyFile,
      application: entry.settings.applicationName,
      holders: entry.holders(),
    }));
  }
}

const NONE: readonly HeldSession[] = Object.freeze([]);
