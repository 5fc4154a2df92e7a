import { access } from "node:fs/promises";
import type { Check } from "../../../diagnosis.js";
import { QBError } from "../../../errors.js";
import type { QuickBooksSettings } from "../../request-processor.js";
import type { Bitness, MachineFacts } from "../machine-facts.js";
import { checkQuickBooks } from "./quickbooks-checks.js";
import type { Attempt, FileState, QuickBooksFacts } from "./quickbooks-facts.js";

/** What the diagnosis asks for. Both calls are ended by the signal. */
export interface QuickBooksSight {
  look(signal: AbortSignal): Promise<MachineFacts>;
  /** Opens QuickBooks as a call does and closes it again; gives the company file that was open. */
  open(signal: AbortSignal): Promise<string>;
  /** A call has QuickBooks at this moment, which would have to wait for it. */
  isInUse(): boolean;
  readonly bitness: Bitness;
  readonly node32: string | undefined;
}

interface Circumstances {
  readonly platform?: string;
  readonly signal?: AbortSignal | undefined;
  /** How long QuickBooks may take to let us in. */
  readonly openMs?: number;
}

type Seen = Pick<QuickBooksFacts, "machine" | "hostFailure">;

const OPEN_MS = 10_000;
const LOOK_MS = 8_000;

/** Gathers what there is to know of the way to QuickBooks, and judges it. Never fails: what does not work is a check. */
export async function diagnoseQuickBooks(
  settings: QuickBooksSettings,
  sight: QuickBooksSight,
  { platform = process.platform, signal, openMs = OPEN_MS }: Circumstances = {},
): Promise<readonly Check[]> {
  const { applicationName, companyFile } = settings;
  const given = { platform, applicationName, companyFile, bitness: sight.bitness, node32: sight.node32 };
  if (platform !== "win32") return checkQuickBooks({ ...given, ...NOTHING_SEEN });
  let seen = await look(sight, signal);
  const companyFileState = companyFile === "" ? undefined : await fileState(companyFile);
  const reason = reasonNotToOpen(sight, seen.machine);
  const attempt: Attempt =
    reason === undefined ? await open(sight, limited(openMs, signal)) : { tried: false, why: reason };
  // The dialog that kept QuickBooks from answering may have come up just then.
  if ("failure" in attempt && seen.machine !== undefined) seen = await lookAgain(sight, seen, signal);
  return checkQuickBooks({ ...given, ...seen, companyFileState, attempt });
}

const NOTHING_SEEN = Object.freeze({
  machine: undefined,
  hostFailure: undefined,
  companyFileState: undefined,
  attempt: Object.freeze({ tried: false, why: "QuickBooks needs Windows" }),
});

async function look(sight: QuickBooksSight, signal: AbortSignal | undefined): Promise<Seen> {
  try {
    return { machine: await sight.look(limited(LOOK_MS, signal)), hostFailure: undefined };
  } catch (error) {
    return { machine: undefined, hostFailure: asQBError(error) };
  }
}

async function lookAgain(
  sight: QuickBooksSight,
  before: Seen,
  signal: AbortSignal | undefined,
): Promise<Seen> {
  const now = await look(sight, signal);
  return now.machine === undefined ? before : now;
}

function reasonNotToOpen(sight: QuickBooksSight, machine: MachineFacts | undefined): string | undefined {
  if (sight.isInUse()) return "this program has QuickBooks open already, for a call";
  if (machine === undefined) return "Windows could not be asked";
  if (!machine.servers.some(({ exists }) => exists)) return "no request processor is installed";
  const runsHere = machine.quickBooks.some(({ session }) => session === machine.session);
  return runsHere
    ? undefined
    : "QuickBooks is not running in this Windows session, and would have been started";
}

async function open(sight: QuickBooksSight, signal: AbortSignal): Promise<Attempt> {
  try {
    return { tried: true, companyFile: await sight.open(signal) };
  } catch (error) {
    return { tried: true, failure: asQBError(error) };
  }
}

/** Of the account that this process runs as. */
export async function fileState(path: string): Promise<FileState> {
  try {
    await access(path);
    return "found";
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return code === "EACCES" || code === "EPERM" ? "refused" : "missing";
  }
}

function limited(milliseconds: number, signal: AbortSignal | undefined): AbortSignal {
  const limit = AbortSignal.timeout(milliseconds);
  return signal === undefined ? limit : AbortSignal.any([limit, signal]);
}

function asQBError(error: unknown): QBError {
  if (error instanceof QBError) return error;
  return new QBError("QB_INTERNAL", error instanceof Error ? error.message : String(error), { cause: error });
}
