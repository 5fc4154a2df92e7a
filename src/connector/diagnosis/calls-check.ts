import { fail, pass, skip, warn, type Check } from "../../diagnosis.js";
import { ERROR_CATALOGUE, isErrorCode } from "../../errors.js";
import type { QueueState } from "../../quickbooks/session-queue.js";

export type CallsFacts = Pick<QueueState, "waiting" | "running" | "lastSuccess" | "lastFailure">;

/** A call that takes longer is worth a look at the screen of QuickBooks. */
const LONG_MS = 60_000;

/** How the calls of this connector went. */
export function checkCalls({ waiting, running, lastSuccess, lastFailure }: CallsFacts): Check {
  if (running !== undefined && running.sinceMs >= LONG_MS)
    return warn(
      "calls",
      `a call has been running for ${Math.round(running.sinceMs / 1000)} s, and ${waiting} wait`,
      "Look at the screen of QuickBooks: a dialog may be waiting there, or QuickBooks hangs.",
    );
  if (lastFailure !== undefined && (lastSuccess === undefined || lastFailure.at > lastSuccess))
    return fail(
      "calls",
      `the last call failed, at ${lastFailure.at.toISOString()}: ${lastFailure.code}`,
      isErrorCode(lastFailure.code) ? ERROR_CATALOGUE[lastFailure.code].advice : "See the connector's log.",
    );
  if (lastSuccess !== undefined)
    return pass("calls", `the last call succeeded, at ${lastSuccess.toISOString()}`);
  return skip("calls", "QuickBooks was not called since the connector started");
}
