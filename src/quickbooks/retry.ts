import { QBError } from "../errors.js";
import { meaningOf } from "../hresult.js";
import { isBeforeWork } from "./call-failure.js";
import type { CallSignal } from "./job.js";

/** How long a call waits before it is repeated, for a QuickBooks that takes nothing at the moment. */
export const RETRY_PAUSES_MS: readonly number[] = Object.freeze([250, 500, 1000]);

export interface RepeatedWork<Value> {
  readonly attempt: () => Promise<Value>;
  /** Lets go of a session that QuickBooks lost. */
  readonly onLost: () => Promise<void> | undefined;
  /** What QuickBooks had already may be done once more in a new session. */
  readonly isRepeatable: boolean;
}

/**
 * Tries again what passes by itself, as the table of HRESULTs says: after each of the pauses when QuickBooks is busy, once in
 * a new session when it lost the old one. Never what may have been applied, not for a caller who has gone, and not what the
 * processor says to be in vain.
 */
export async function withRetries<Value>(
  signal: CallSignal,
  pausesMs: readonly number[],
  { attempt, onLost, isRepeatable }: RepeatedWork<Value>,
): Promise<Value> {
  let pauses = 0;
  let isAnew = false;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const pauseMs = pausesMs[pauses];
      if (pauseMs !== undefined && isBusy(error, signal, isRepeatable)) {
        pauses++;
        // Nothing of it was done, whatever ends the pause.
        signal.reached = false;
        await signal.pause(pauseMs);
      } else {
        if (!isLost(error)) throw error;
        await onLost();
        if (isAnew || !error.retryable || (signal.reached && !isRepeatable)) throw error;
        isAnew = true;
      }
      if (signal.abandoned) throw error;
    }
  }
}

/** QuickBooks is busy; where it has certainly taken nothing, even a write can be handed over again. */
function isBusy(error: unknown, { reached }: CallSignal, isRepeatable: boolean): boolean {
  if (!(error instanceof QBError) || meaningOf(error.hresult)?.retry !== "wait" || !error.retryable)
    return false;
  return !reached || isRepeatable || (error.outcome === "not_applied" && isBeforeWork(error));
}

function isLost(error: unknown): error is QBError {
  return error instanceof QBError && meaningOf(error.hresult)?.retry === "reconnect";
}
