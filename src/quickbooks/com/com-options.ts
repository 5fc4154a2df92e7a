import { QBError } from "../../errors.js";
import { formatHresult } from "../../hresult.js";
import { standardErrorLogger, withoutFailures, type Logger } from "../../logger.js";

export interface ComRequestProcessorOptions {
  /** Where QuickBooks is talked to: in a child process, which can be ended when QuickBooks hangs, or in a thread. Default `process`. */
  readonly host?: "process" | "thread";
  /** Milliseconds that a session stays open for the next call; 0 ends it after each. Default 5000. */
  readonly idleReleaseMs?: number;
  /** Whether QuickBooks must be able to run without a person; not said to QuickBooks when it is left out. */
  readonly unattendedMode?: "required" | "optional";
  /** Whether the program needs personal data; not said to QuickBooks when it is left out. */
  readonly personalData?: "required" | "optional" | "notNeeded";
  /** Path of a 32-bit node.exe, for a QuickBooks of which only the 32-bit request processor is registered. */
  readonly node32?: string;
  /** End QuickBooks and open it again when it cannot be opened. Unsaved work of a person is lost. Default false. */
  readonly closeAndRetryConnect?: boolean;
  /** Seconds to wait until an ended QuickBooks is gone. Default 30. */
  readonly closeAndRetryTimeout?: number;
  /** How often it is ended for one call. Default 1. */
  readonly closeAndRetryCount?: number;
  /** The failures for which it is ended, as `0x80040401`. */
  readonly closeAndRetryErrorList?: readonly string[];
  /** pino's interface. Default: warnings and errors to standard error. */
  readonly logger?: Logger;
}

export interface ComOptions extends Required<
  Omit<ComRequestProcessorOptions, "unattendedMode" | "personalData" | "node32">
> {
  readonly unattendedMode: "required" | "optional" | undefined;
  readonly personalData: "required" | "optional" | "notNeeded" | undefined;
  readonly node32: string | undefined;
}

/**
 * Where a QuickBooks that hangs, or a remainder of one, stands in the way: not reached, failed inside, not started, a dialog open,
 * an internal error on opening, busy for ever, gone, not to be started by COM.
 */
const CURED_BY_A_NEW_START: readonly string[] = [
  "0x80040401",
  "0x80040402",
  "0x80040408",
  "0x80040414",
  "0x8004041C",
  "0x80010001",
  "0x80010105",
  "0x8001010A",
  "0x80080005",
  "0x800706BA",
  "0x800706BE",
];
const GREATEST_MS = 2 ** 31 - 1;

const NAMES: ReadonlySet<string> = new Set<keyof ComOptions>([
  "host",
  "idleReleaseMs",
  "unattendedMode",
  "personalData",
  "node32",
  "closeAndRetryConnect",
  "closeAndRetryTimeout",
  "closeAndRetryCount",
  "closeAndRetryErrorList",
  "logger",
]);

/** Throws `QB_INVALID_ARGUMENT` that names the wrong option. */
export function completeComOptions(options: ComRequestProcessorOptions): ComOptions {
  const unknown = Object.keys(options).find((name) => !NAMES.has(name));
  if (unknown !== undefined) throw invalid(`the option "${unknown}" is not known`);
  return Object.freeze({
    host: oneOf("host", options.host ?? "process", ["process", "thread"]),
    idleReleaseMs: wholeNumber("idleReleaseMs", options.idleReleaseMs ?? 5000, GREATEST_MS),
    unattendedMode: optional("unattendedMode", options.unattendedMode, ["required", "optional"]),
    personalData: optional("personalData", options.personalData, ["required", "optional", "notNeeded"]),
    node32: path(options.node32),
    ...closeAndRetry(options),
    logger: withoutFailures(options.logger ?? standardErrorLogger),
  });
}

function closeAndRetry(options: ComRequestProcessorOptions) {
  const { closeAndRetryConnect = false, closeAndRetryErrorList = CURED_BY_A_NEW_START } = options;
  if (typeof closeAndRetryConnect !== "boolean") throw invalid("closeAndRetryConnect must be true or false");
  if (!Array.isArray(closeAndRetryErrorList)) throw invalid("closeAndRetryErrorList must be a list");
  return {
    closeAndRetryConnect,
    closeAndRetryTimeout: wholeNumber("closeAndRetryTimeout", options.closeAndRetryTimeout ?? 30, 3600),
    closeAndRetryCount: wholeNumber("closeAndRetryCount", options.closeAndRetryCount ?? 1, 100),
    closeAndRetryErrorList: Object.freeze(closeAndRetryErrorList.map(hresult)),
  };
}

function hresult(text: unknown): string {
  if (typeof text === "string" && /^0x[\da-f]{8}$/i.test(text)) return formatHresult(Number(text));
  throw invalid(`closeAndRetryErrorList: ${JSON.stringify(text)} is no HRESULT like "0x80040401"`);
}

function oneOf<Word extends string>(name: string, value: Word, words: readonly Word[]): Word {
  if (words.includes(value)) return value;
  throw invalid(`${name} must be one of ${words.join(", ")}`);
}

function optional<Word extends string>(
  name: string,
  value: Word | undefined,
  words: readonly Word[],
): Word | undefined {
  return value === undefined ? undefined : oneOf(name, value, words);
}

function wholeNumber(name: string, value: number, greatest: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= greatest) return value;
  throw invalid(`${name} must be a whole number from 0 to ${greatest}`);
}

function path(value: unknown): string | undefined {
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw invalid("node32 must be the path of a node.exe");
}

function invalid(message: string): QBError {
  return new QBError("QB_INVALID_ARGUMENT", message);
}
