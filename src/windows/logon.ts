import { QBError } from "../errors.js";
import { logonFailure } from "./logon-failures.js";
import type { LogonAnswer, LogonTask } from "./logon-thread.js";
import { LogonThreads, NoLogonAnswer } from "./logon-threads.js";

export interface LogonCredentials {
  /** `name`, `DOMAIN\name` or `name@domain`. */
  readonly user: string;
  readonly password: string;
  /** Interactive instead of network logon. */
  readonly interactive: boolean;
}

/** A domain controller that does not answer takes Windows longer to give up. */
const TIME_LIMIT_MS = 60_000;

const threads = new LogonThreads(new URL("./logon-thread.js", import.meta.url), TIME_LIMIT_MS);

/**
 * Asks Windows whether a logon succeeds, and logs off at once; a refusal says why. Rejects with `QB_LOGON_UNAVAILABLE` when Windows
 * cannot say.
 *
 * The call blocks, and its error is the thread's own, so each has a thread to itself.
 */
export async function logOn(
  credentials: LogonCredentials,
  library = "advapi32.dll",
): Promise<true | { readonly reason: string }> {
  const { user, password, interactive } = credentials;
  // Windows would read as far as the first NUL, and ignore what follows.
  if (`${user}${password}`.includes("\0")) return { reason: "name and password cannot hold a NUL character" };
  return verdictOf(await answerOf({ user, password, interactive, library }));
}

function verdictOf(answer: LogonAnswer): true | { readonly reason: string } {
  if (answer.kind === "cannot") throw unavailable(answer.message, answer.advice);
  if (answer.kind === "accepted") return answer.asGuest ? { reason: GUEST } : true;
  const { judged, reason } = logonFailure(answer.lastError);
  if (judged) return { reason };
  throw unavailable(reason, "The password may be right: see to what is said here, then log in again.");
}

const GUEST =
  "Windows took it for a guest, whose password it does not check: disable the guest account, and check the user's name";

async function answerOf(task: LogonTask): Promise<LogonAnswer> {
  try {
    return await threads.ask(task);
  } catch (error) {
    if (!(error instanceof NoLogonAnswer)) throw error;
    throw unavailable(error.message, undefined, error.cause);
  }
}

function unavailable(message: string, advice?: string, cause?: unknown): QBError {
  return new QBError("QB_LOGON_UNAVAILABLE", message, { advice, cause });
}
