import { QBError } from "../errors.js";

/** What bounds one client's use of the connector. */
export interface Limits {
  /** Size of a request's body, unpacked. Default 16 MiB. */
  readonly requestBytes: number;
  /** Size of all headers of a request. Default 16 KiB. */
  readonly headerBytes: number;
  /** Time for the headers of a request to arrive. Default 20 000. */
  readonly headerMs: number;
  /** Time for the whole body to arrive; `timeout` bounds the pauses in it. Default 300 000. */
  readonly bodyMs: number;
  /** Open connections. Default 1000. */
  readonly connections: number;
  /** Calls that wait for QuickBooks; one user may take half of them. Default 256. */
  readonly queueLength: number;
  /** Time for the listeners of one decision. Default 30 000. */
  readonly listenerMs: number;
  /** Time for a call, waiting included, and the longest that a client may ask for. Default 600 000. */
  readonly deadlineMs: number;
  /** How long a call waits while somebody holds another company file open. Default 30 000. */
  readonly companyFileWaitMs: number;
  /** An unused persistent connection of a client is closed after so long. Default 300 000. */
  readonly ticketIdleMs: number;
}

const DEFAULTS: Limits = Object.freeze({
  requestBytes: 16 * 1024 * 1024,
  headerBytes: 16 * 1024,
  headerMs: 20_000,
  bodyMs: 300_000,
  connections: 1_000,
  queueLength: 256,
  listenerMs: 30_000,
  deadlineMs: 600_000,
  companyFileWaitMs: 30_000,
  ticketIdleMs: 300_000,
});

/** A timer of Node cannot be longer. */
const GREATEST = 2 ** 31 - 1;

/** Fills in the defaults. Throws `QB_INVALID_ARGUMENT` for unknown names and for anything but whole numbers from 1. */
export function completeLimits(given: Partial<Limits> = {}): Limits {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULTS, name))
      throw new QBError("QB_INVALID_ARGUMENT", `limits.${name} is not known`);
    if (value !== undefined && (!Number.isInteger(value) || value < 1 || value > GREATEST)) {
      throw new QBError("QB_INVALID_ARGUMENT", `limits.${name} must be a whole number from 1 to ${GREATEST}`);
    }
  }
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return Object.freeze({ ...DEFAULTS, ...set });
}
