import { QBError } from "../errors.js";
import { onOneLine } from "./table.js";

/** A mistake in how the command was used, or in what surrounds it. */
export function wrongUse(message: string, advice: string, cause?: unknown): QBError {
  return new QBError("QB_INVALID_ARGUMENT", message, { who: "operator", advice, cause });
}

/** What the command says of a failure: the message and the advice, never a stack. */
export function describeFailure(error: unknown): string {
  const message = onOneLine(error instanceof Error ? error.message : String(error));
  return error instanceof QBError
    ? `qbconnector: ${message}\n  ${onOneLine(error.advice)}\n`
    : `qbconnector: ${message}\n`;
}

/** Runs `act` and says of what it throws which file or key is concerned. */
export function naming<Value>(what: string, advice: string, act: () => Value): Value {
  try {
    return act();
  } catch (cause) {
    throw wrongUse(`${what}: ${(cause as Error).message}`, advice, cause);
  }
}
