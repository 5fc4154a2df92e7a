import { QBError } from "../../errors.js";

/** The connector's own certificate cannot be used; `advice` says what to do. Neither may hold passwords or keys. */
export function certificateError(message: string, advice?: string, cause?: unknown): QBError {
  return new QBError("QB_CERTIFICATE", message, { advice, cause });
}
