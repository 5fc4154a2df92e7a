import { QBError } from "../../errors.js";

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the call gives up, waiting included. Default: 120 seconds, and what Intuit's limits make it wait. */
  readonly deadlineMs?: number | undefined;
}

export interface WriteOptions extends CallOptions {
  /**
   * Names this write; QuickBooks Online applies it once however often it comes. Default: a new one for each call. After an
   * outcome `unknown`, give that of the error's `details.requestId` to repeat the call safely. What is unknown stays so until
   * the repeated call succeeds, or QuickBooks Online refuses the request itself: other failures speak of that call only.
   */
  readonly requestId?: string | undefined;
}

const LONGEST_REQUEST_ID = 50;

/** A request id that was given, checked, or a new one. */
export function requestIdOf({ requestId }: WriteOptions, room = 0): string {
  if (requestId === undefined) return crypto.randomUUID();
  const longest = LONGEST_REQUEST_ID - room;
  if (/^[\x21-\x7e]+$/.test(requestId) && requestId.length <= longest) return requestId;
  throw new QBError(
    "QB_INVALID_ARGUMENT",
    `requestId: 1 to ${longest} characters, printable ASCII without spaces`,
  );
}
