import type { Check } from "../diagnosis.js";
import type { MessageSet } from "../qbxml/envelope.js";

/** How QuickBooks opens the company file. Intuit's QBFileMode: single 0, multi 1, do not care 2. */
export type FileMode = "SingleUser" | "MultiUser" | "DoNotCare";

/** How a session with QuickBooks is to be opened. */
export interface QuickBooksSettings {
  /** The name by which QuickBooks asks its administrator for permission. Never empty. */
  readonly applicationName: string;
  readonly applicationId: string;
  /** Full path of the company file; empty means the file that is open in QuickBooks. */
  readonly companyFile: string;
  readonly mode: FileMode;
  /** Editions to be reached: 0x1 Simple Start, 0x2 Pro, 0x4 Premier, 0x8 Enterprise; undefined sends no flags. */
  readonly authFlags: number | undefined;
  /** Ask QuickBooks itself for read-only access as well. */
  readonly readOnly: boolean;
}

/**
 * A road to QuickBooks, in Intuit's own term. Everything that a connector knows of QuickBooks is this contract.
 *
 * Failures are `QBError`s; `fromHresult()` makes one of a request processor's failure code. A request that failed inside
 * the message set is not a failure here: it stands in the status attributes of the response.
 */
export interface RequestProcessor {
  open(settings: QuickBooksSettings, options?: { readonly signal?: AbortSignal }): Promise<QuickBooksSession>;
  /**
   * Lets go of what it keeps for the next call, such as an idle session. Called when a connector or client ends, perhaps more
   * than once; `open` may be called again.
   */
  release?(): Promise<void>;
  /** Looks at what stands between the program and QuickBooks, and changes nothing. */
  diagnose?(
    settings: QuickBooksSettings,
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly Check[]>;
}

export interface QuickBooksSession {
  /** The company file that is really open. */
  readonly companyFile: string;
  /** True when it is known to be of no use any more: another is opened for the next call, and nothing is sent to this one. */
  readonly isLost?: boolean;
  /**
   * Has QuickBooks process one message set and gives the response document; bytes are UTF-8.
   * When `signal` aborts, the caller has been answered already: end the work, then settle.
   */
  process(set: MessageSet, options?: { readonly signal?: AbortSignal }): Promise<string | Uint8Array>;
  /** Ends session and connection. May be called twice. */
  close(): Promise<void>;
}
