import { QBError, type Actor, type ErrorCode } from "../../errors.js";
import { formatHresult, HRESULTS, type RetryClass } from "../../hresult.js";
import { statusOf, type Sure } from "./status.js";

interface Facts {
  /** False: explained by its range alone. */
  readonly known: boolean;
  readonly meaning: string;
  readonly who: Actor;
  readonly advice: string;
  /** How to go on: `no`, `wait`, `fix`, `user` or `reconnect`. */
  readonly retry: RetryClass;
  readonly sure: Sure;
}

/** A failure of the request processor, or of what Windows has between: the whole message set failed. */
export interface HresultExplanation extends Facts {
  readonly kind: "hresult";
  /** `0x80040408` */
  readonly code: string;
  /** The code of the `QBError` that this library makes of it. */
  readonly errorCode: ErrorCode;
}

/** The status of one response, or of a message set. */
export interface StatusExplanation extends Facts {
  readonly kind: "status";
  readonly code: number;
  readonly severity: "Info" | "Warn" | "Error";
  /** The code of the `QBError` that this library makes of it; undefined when it is no error. */
  readonly errorCode: ErrorCode | undefined;
}

export type Explanation = HresultExplanation | StatusExplanation;

/**
 * Explains a number that QuickBooks gave: an HRESULT in any of its spellings (`"0x80040408"`, `0x80040408`, `-2147220472`,
 * `"80040408"`) or a status code (`3200`, `"3200"`). Numbers without an explanation of their own are explained by their
 * range. Throws `QB_INVALID_ARGUMENT` for what is no whole number of 32 bits.
 */
export function explain(code: number | string): Explanation {
  const { value, isHexadecimal } = numberOf(code);
  const isStatus = !isHexadecimal && value >= 0 && value <= GREATEST_POSITIVE;
  return isStatus ? explainStatus(value) : explainHresult(value >>> 0);
}

const GREATEST_POSITIVE = 0x7fff_ffff;
const GREATEST = 0xffff_ffff;
const LEAST = -0x8000_0000;

function numberOf(code: unknown): { value: number; isHexadecimal: boolean } {
  const text = typeof code === "string" ? code.trim() : "";
  const hexadecimal = /^(?:0x)?(8004[0-9a-f]{4})$|^0x([0-9a-f]+)$/i.exec(text);
  const digits = hexadecimal?.[1] ?? hexadecimal?.[2];
  const decimal = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
  const value =
    typeof code === "number" ? code : digits === undefined ? decimal : Number.parseInt(digits, 16);
  if (!Number.isInteger(value) || value < LEAST || value > GREATEST) throw notCode(code);
  return { value, isHexadecimal: digits !== undefined };
}

function notCode(code: unknown): QBError {
  const what =
    typeof code === "string"
      ? JSON.stringify(code.slice(0, 40))
      : typeof code === "number"
        ? `${code}`
        : typeof code;
  return new QBError(
    "QB_INVALID_ARGUMENT",
    `${what} is neither an HRESULT, as 0x80040408, nor a status code, as 3200`,
  );
}

function explainStatus(code: number): StatusExplanation {
  const { known, severity, meaning, who, advice, retry, sure } = statusOf(code);
  const errorCode = severity === "Error" ? "QB_STATUS" : undefined;
  return Object.freeze({
    kind: "status",
    code,
    known,
    severity,
    meaning,
    who,
    advice,
    retry,
    sure,
    errorCode,
  });
}

function explainHresult(hresult: number): HresultExplanation {
  const code = formatHresult(hresult);
  const own = HRESULTS.get(hresult);
  if (own !== undefined) {
    const { code: errorCode, meaning, who, advice, retry } = own;
    const facts = { meaning, who, advice, retry, sure: "documented" } as const;
    return Object.freeze({ kind: "hresult", code, known: true, ...facts, errorCode });
  }
  const facts = RANGES.find(({ holds }) => holds(hresult))?.facts ?? NOT_KNOWN;
  return Object.freeze({ kind: "hresult", code, known: false, ...facts, errorCode: "QB_QUICKBOOKS_FAILED" });
}

type RangeFacts = Omit<Facts, "known">;

const SEE_LOG = "See the message, the connector's log, and qbsdklog.txt of QuickBooks.";

interface Range {
  readonly holds: (hresult: number) => boolean;
  readonly facts: RangeFacts;
}

function range(from: number, to: number, meaning: string, sure: Sure): Range {
  const facts: RangeFacts = { meaning, who: "operator", advice: SEE_LOG, retry: "no", sure };
  return { holds: (hresult) => hresult >= from && hresult <= to, facts: Object.freeze(facts) };
}

const RANGES: readonly Range[] = [
  range(0, 0x7fffffff, "no failure: an HRESULT below 0x80000000 means success", "documented"),
  range(0x80040300, 0x8004030f, "a failure of QBFC, a library that this one does not use", "seen"),
  range(
    0x80040400,
    0x800404ff,
    "a failure of the request processor that this library does not know",
    "guess",
  ),
  range(0x80040000, 0x800401ff, "a failure of COM", "documented"),
  range(0x80000000, 0x8000ffff, "a general failure of COM", "documented"),
  range(0x80010000, 0x8001ffff, "a failure between the processes of caller and QuickBooks", "documented"),
  range(0x80020000, 0x8002ffff, "a failure of calling a method by name", "documented"),
  range(0x80070000, 0x8007ffff, "an error of Windows", "documented"),
];

const NOT_KNOWN = range(0, 0xffffffff, "a failure that this library does not know", "guess").facts;
