import type { QBError } from "../../../errors.js";
import type { Bitness, MachineFacts } from "../machine-facts.js";

/** How it went to open QuickBooks; `tried` false when nobody tried, and why. */
export type Attempt =
  | { readonly tried: true; readonly companyFile: string }
  | { readonly tried: true; readonly failure: QBError }
  | { readonly tried: false; readonly why: string };

/** What a look at a file said. `refused`: it is there or not, but this account may not look. */
export type FileState = "found" | "missing" | "refused";

/** All that the checks of the way to QuickBooks judge; gathered before, so that they are pure functions. */
export interface QuickBooksFacts {
  readonly platform: string;
  /** Of the Node.js that runs the host. */
  readonly bitness: Bitness;
  /** A 32-bit node.exe that was given for a 32-bit QuickBooks. */
  readonly node32: string | undefined;
  /** Undefined when the host could not look; then `hostFailure` says why. */
  readonly machine: MachineFacts | undefined;
  readonly hostFailure: QBError | undefined;
  readonly applicationName: string;
  /** Empty for the one that is open in QuickBooks. */
  readonly companyFile: string;
  readonly companyFileState: FileState | undefined;
  readonly attempt: Attempt;
}
