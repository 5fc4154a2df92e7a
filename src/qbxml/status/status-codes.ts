import type { Actor, Outcome } from "../../errors.js";
import type { RetryClass } from "../../hresult.js";

/**
 * How we know: `documented` by the vendor, in documentation or libraries; `seen` in real answers; `guess` is neither.
 */
export type Sure = "documented" | "seen" | "guess";

/** As QuickBooks writes it; other words than these three were never seen. */
export type StatusSeverity = "Info" | "Warn" | "Error" | (string & {});

/** What is known of a status code. */
export interface StatusCode {
  readonly code: number;
  readonly severity: "Info" | "Warn" | "Error";
  readonly meaning: string;
  /** How to go on. `whenLocked`: wait when QuickBooks' message speaks of a lock, else it never helps. */
  readonly retry: RetryClass | "whenLocked";
  readonly who: Actor;
  readonly advice: string;
  readonly sure: Sure;
  /** What it says of a request that writes. */
  readonly writeOutcome: Outcome;
}

type Row = Omit<StatusCode, "code">;
type How = Pick<StatusCode, "retry" | "who" | "advice">;

function information(meaning: string, advice: string, sure: Sure): Row {
  return row("Info", meaning, { retry: "no", who: "developer", advice }, sure, "applied");
}

function warning(meaning: string, advice: string, sure: Sure): Row {
  return row("Warn", meaning, { retry: "no", who: "developer", advice }, sure, "applied");
}

function error(meaning: string, how: How, sure: Sure, writeOutcome: Outcome = "not_applied"): Row {
  return row("Error", meaning, how, sure, writeOutcome);
}

function row(severity: Row["severity"], meaning: string, how: How, sure: Sure, writeOutcome: Outcome): Row {
  return Object.freeze({ severity, meaning, ...how, sure, writeOutcome });
}

/** The request itself is wrong. */
function correct(advice: string): How {
  return { retry: "no", who: "developer", advice };
}

function fix(advice: string): How {
  return { retry: "fix", who: "developer", advice };
}

function ask(who: Actor, advice: string): How {
  return { retry: "user", who, advice };
}

/** Others hold what the request needs. */
const LATER: How = { retry: "wait", who: "quickbooksUser", advice: "Wait a few seconds and send it again." };
const LOOK_UP = ask("developer", "Look up what was done before sending anything again.");
const CLOSING_DATE = ask(
  "quickbooksAdministrator",
  "Use a date after the closing date, or have the books opened.",
);
const TWO_DECIMALS = correct('Write amounts with exactly two decimals, "97.50".');
const FIVE_DECIMALS = correct("Write at most ten digits before and five after the decimal point.");

/** The codes that have a meaning of their own. */
const ROWS: Readonly<Record<number, Row>> = {
  0: information("done", "Nothing has to be done.", "documented"),
  1: information("the query matched nothing", "Take it as an empty result.", "documented"),

  500: warning(
    "some of the objects that the request names were not found; those that were found are in the answer",
    "Compare what came back with what was asked for.",
    "documented",
  ),
  501: warning(
    "an object cannot be expressed in this qbXML version",
    "Declare a newer qbXML version.",
    "documented",
  ),
  510: warning("an object cannot be returned", "Look at the object in QuickBooks.", "documented"),
  530: warning("the request has a field that is not supported here", "Leave the field out.", "documented"),
  531: warning(
    "the request has a value that is not supported here",
    "Choose another of the field's values.",
    "documented",
  ),
  540: warning("there are more matches than the online edition gives", "Narrow the filter.", "documented"),
  550: warning(
    "the object was saved, but its note was not",
    "Do not send it again; add the note alone.",
    "documented",
  ),
  560: warning("the request has a field that is deprecated", "Use the field's successor.", "documented"),
  570: warning(
    "a transaction could not be linked, because it is closed already",
    "Look at both transactions.",
    "documented",
  ),
  600: row(
    "Warn",
    "of the message set: nothing is stored under this id that could be cleared or reported",
    LOOK_UP,
    "documented",
    "unknown",
  ),

  1000: error("an internal error of QuickBooks", LOOK_UP, "documented", "unknown"),
  1010: error(
    "the system is not available",
    ask("operator", "See what QuickBooks shows on its screen, and whether it runs."),
    "documented",
  ),
  1030: error("the request is not supported here", correct("Use another request."), "documented"),
  1060: error(
    "the requestID is not valid, or longer than 50 characters",
    correct("Shorten the requestID."),
    "documented",
  ),

  3000: error(
    "an object id is malformed or unknown",
    correct("Take ListID and TxnID from an answer of the same company file."),
    "documented",
  ),
  3010: error(
    "a value cannot be read as a boolean",
    correct('Write "true", "false", "1" or "0".'),
    "documented",
  ),
  3020: error("a value cannot be read as a date", correct("Write YYYY-MM-DD."), "documented"),
  3030: error("a date range is reversed or not valid", correct("Put the earlier date first."), "documented"),
  3031: error(
    "a range of names is reversed or not valid",
    correct("Put the lower name first."),
    "documented",
  ),
  3035: error("a value cannot be read as a time interval", correct("Write PTnHnMnS, as PT1H30M."), "seen"),
  3040: error("a value cannot be read as an amount", TWO_DECIMALS, "seen"),
  3045: error("a value cannot be read as a price", FIVE_DECIMALS, "guess"),
  3050: error("a value cannot be read as a percentage", FIVE_DECIMALS, "guess"),
  3060: error("a value cannot be read as a quantity", FIVE_DECIMALS, "guess"),
  3065: error("a value cannot be read as a GUID", correct("Write 0, or a GUID within braces."), "guess"),
  3070: error(
    "a text is longer than its field, or not valid",
    correct("Shorten the text that the message names."),
    "guess",
  ),
  3080: error("a text is not valid", correct("Correct the text that the message names."), "guess"),
  3085: error("a number is not valid", correct("Write a whole number."), "guess"),
  3090: error(
    "the name of an object is not valid",
    correct("Leave out colons and control characters."),
    "guess",
  ),

  3100: error(
    "the name is in use already; customers, vendors, employees and other names share one list of names",
    fix("Choose another name, or use the object that has it."),
    "seen",
  ),
  3101: error("an amount that results is too large", correct("Split the transaction."), "guess"),
  3110: error(
    "a value is not one of the field's values",
    correct("Choose one of the values of the declared qbXML version."),
    "seen",
  ),
  3120: error(
    "an object that the request names does not exist",
    fix("Query for the object; it may have been deleted or merged."),
    "seen",
  ),
  3130: error(
    "the parent that the request names does not exist",
    fix("Add the parent first, or correct ParentRef."),
    "guess",
  ),
  3140: error(
    "a reference, by name or id, leads to nothing",
    fix("Add the object that the message names, or correct the reference."),
    "seen",
  ),
  3150: error("an element that is required is missing", correct("Add what the message names."), "seen"),
  3151: error(
    "an element is not valid for this kind of object",
    correct("Leave out what the message names."),
    "guess",
  ),
  3153: error("elements contradict each other", correct("Leave out one of them."), "guess"),
  3160: error(
    "the object cannot be deleted, mostly because something uses it",
    ask("quickbooksUser", "Make it inactive instead, or delete first what uses it."),
    "guess",
  ),
  3161: error("what lies before the closing date cannot be deleted", CLOSING_DATE, "guess"),
  3162: error(
    "not allowed in the mode in which the company file is open, mostly multi-user mode",
    ask("quickbooksUser", "Switch QuickBooks to the other mode."),
    "guess",
  ),
  3170: error("the object cannot be modified, mostly because somebody else has it at work", LATER, "seen"),
  3171: error("what lies before the closing date cannot be modified", CLOSING_DATE, "guess"),
  3172: error(
    "the object cannot be modified, because one that it belongs with was changed",
    fix("Read the object anew, make the change again and send that."),
    "guess",
  ),
  3173: error(
    "an object that belongs with it was changed or deleted",
    fix("Read the object anew, make the change again and send that."),
    "guess",
  ),
  3175: error("somebody else has the object at work", LATER, "seen"),
  3176: error("somebody else has an object at work that belongs with it", LATER, "seen"),
  3177: error("a value that must be unique is not", correct("Choose another value."), "guess"),
  3180: error(
    "the object cannot be saved, for the reason that QuickBooks gives",
    {
      retry: "whenLocked",
      who: "developer",
      advice:
        "Read QuickBooks' reason in statusMessage: when it speaks of a lock or of another user, wait and send it again; " +
        "else correct the request. DataExtAdd gives it where a value exists already: use DataExtMod there.",
    },
    "seen",
  ),
  3185: error(
    "the transaction cannot be voided",
    ask("quickbooksUser", "Look at the transaction in QuickBooks."),
    "guess",
  ),
  3190: error("an element cannot be cleared", correct("Leave the empty element out."), "guess"),
  3191: error("an element cannot be cleared here", correct("Leave the empty element out."), "guess"),
  3200: error(
    "the EditSequence is out of date: the object was changed since it was read",
    fix("Read the object anew, make the change again and send that with the new EditSequence."),
    "seen",
  ),
  3205: error("the address is not valid", correct("Use either address lines or their parts."), "guess"),
  3210: error(
    "a value does not pass a check of QuickBooks",
    correct("Correct what the message names."),
    "seen",
  ),
  3220: error(
    "the request is not authorized",
    ask("quickbooksAdministrator", "Grant the application the permission in QuickBooks."),
    "guess",
  ),
  3230: error(
    "the request was rolled back, because another of its message set failed",
    fix("Correct the request that failed and send the set again."),
    "guess",
  ),
  3231: error(
    "the request was not processed, because one before it failed",
    fix("Correct the request that failed; send it and those after it again."),
    "guess",
  ),
  3240: error("the time of creation does not match", fix("Read the object anew."), "guess"),
  3250: error(
    "the feature is switched off, or this edition of QuickBooks does not have it",
    ask("quickbooksAdministrator", "Switch the feature on in the preferences of QuickBooks."),
    "seen",
  ),
  3260: error(
    "the QuickBooks user may not do this",
    ask("quickbooksAdministrator", "Give the user the right in QuickBooks."),
    "seen",
  ),
  3261: error(
    "the application may not see sensitive data",
    ask("quickbooksAdministrator", "Allow personal data in Integrated Applications of the preferences."),
    "seen",
  ),
  3270: error("a posting account is missing", correct("Name the account."), "guess"),
  3280: error("the type of the item does not fit", correct("Use an item of another type."), "guess"),
  3290: error("the order does not fit", correct("Look at what the message names."), "guess"),
  3300: error(
    "the object cannot be saved for another reason",
    correct("Look at what the message names."),
    "guess",
  ),

  9001: error(
    "of the message set: another text was sent under this newMessageSetID before",
    LOOK_UP,
    "guess",
    "unknown",
  ),
  9002: error("of the message set: nothing is stored under this id", LOOK_UP, "guess", "unknown"),
  9003: error("of the message set: error recovery could not begin anew", LOOK_UP, "guess", "unknown"),
  9004: error(
    "of the message set: the message set id is not valid",
    correct("Shorten the message set id."),
    "guess",
  ),
  9005: error("of the message set: the outcome could not be stored", LOOK_UP, "guess", "unknown"),
};

/** The codes that have a meaning of their own, in ascending order. */
export const STATUS_CODES: ReadonlyMap<number, StatusCode> = new Map(
  Object.entries(ROWS).map(([code, known]) => [
    Number(code),
    Object.freeze({ code: Number(code), ...known }),
  ]),
);

export interface StatusRange extends Row {
  readonly from: number;
  readonly to: number;
}

const READ_MESSAGE = correct("Look at what QuickBooks says in statusMessage.");

/** What a code that has no row is, by where it lies. */
export const STATUS_RANGES: readonly StatusRange[] = Object.freeze([
  { from: 0, to: 499, ...information("information", "Read statusMessage.", "documented") },
  {
    from: 500,
    to: 999,
    ...warning(
      "a warning: it was done, but not quite as asked",
      "Look at what QuickBooks says in statusMessage.",
      "documented",
    ),
  },
  { from: 1000, to: 1999, ...error("a general error", READ_MESSAGE, "documented") },
  {
    from: 2000,
    to: 2999,
    ...error("not supported by QuickBooks, or a login of its online edition", READ_MESSAGE, "documented"),
  },
  { from: 3000, to: 3099, ...error("the format of a value is wrong", READ_MESSAGE, "documented") },
  { from: 3100, to: 9099, ...error("an error", READ_MESSAGE, "documented") },
  {
    from: 9100,
    to: 9199,
    ...error(
      "an error with a macro",
      correct("Define a macro with defMacro before useMacro names it, once in the message set."),
      "documented",
    ),
  },
]);

/** Codes outside of every range. */
export const UNKNOWN_STATUS: Row = error("no code that QuickBooks is known to use", READ_MESSAGE, "guess");
