import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, it } from "node:test";
import { ERROR_CATALOGUE, QBError, type Outcome } from "qbconnector";
import { isNothingFound, QBStatusError, statusError, statusOf } from "qbconnector/qbxml";
import { STATUS_CODES, STATUS_RANGES } from "../../../../dist/qbxml/status/status-codes.js";

const ROWS = [...STATUS_CODES.values()];

describe("the table of status codes", () => {
  it("is in order, and each row lies in the range of its severity", () => {
    const codes = ROWS.map(({ code }) => code);
    assert.deepEqual(
      codes,
      [...codes].sort((left, right) => left - right),
    );
    for (const { code, severity } of ROWS)
      assert.equal(severity, code < 500 ? "Info" : code < 1000 ? "Warn" : "Error", String(code));
  });

  it("says something of every code, in sentences", () => {
    for (const { code, meaning, advice, who, sure } of ROWS) {
      assert.match(meaning, /^\S.*[^.]$/, String(code));
      assert.match(advice, /^[A-Z].*\.$/, String(code));
      assert.ok(["developer", "operator", "quickbooksUser", "quickbooksAdministrator"].includes(who));
      assert.ok(["documented", "seen", "guess"].includes(sure));
    }
  });

  it("covers the ranges without gap or overlap up to 9099", () => {
    const ends = STATUS_RANGES.map(({ from, to }) => [from, to]);
    assert.deepEqual(ends, [
      [0, 499],
      [500, 999],
      [1000, 1999],
      [2000, 2999],
      [3000, 3099],
      [3100, 9099],
      [9100, 9199],
    ]);
  });

  it("marks what is a guess", () => {
    const sureOf = (code: number): string => statusOf(code).sure;
    assert.deepEqual([0, 500, 3040, 3100, 3045, 3231, 9001].map(sureOf), [
      "documented",
      "documented",
      "seen",
      "seen",
      "guess",
      "guess",
      "guess",
    ]);
  });
});

describe("what is often said wrongly", () => {
  it("3200 is a stale EditSequence, and neither a duplicate nor an object in use", () => {
    const { meaning, retry, retryable, advice } = statusOf(3200);
    assert.match(meaning, /EditSequence is out of date/);
    assert.doesNotMatch(meaning, /duplicate|in use|at work/);
    assert.deepEqual([retry, retryable], ["fix", false]);
    assert.match(advice, /^Read the object anew/);
  });

  it("3210 is a failed check, and no stale EditSequence", () => {
    assert.match(statusOf(3210).meaning, /check/);
    assert.doesNotMatch(statusOf(3210).meaning, /EditSequence/);
  });

  it("3170 is an object that cannot be modified, and no stale EditSequence", () => {
    assert.match(statusOf(3170).meaning, /cannot be modified/);
    assert.doesNotMatch(statusOf(3170).meaning, /EditSequence/);
    assert.equal(statusOf(3170).retryable, true);
  });

  it("a name that exists already is 3100", () => {
    assert.match(statusOf(3100).meaning, /name is in use already/);
  });
});

describe("statusOf", () => {
  const ranges: readonly (readonly [code: number, severity: string, meaning: RegExp])[] = [
    [2, "Info", /^information$/],
    [499, "Info", /^information$/],
    [777, "Warn", /warning/],
    [1999, "Error", /general/],
    [2040, "Error", /not supported/],
    [3099, "Error", /format/],
    [3999, "Error", /^an error$/],
    [9099, "Error", /^an error$/],
    [9100, "Error", /macro/],
    [9199, "Error", /macro/],
    [9200, "Error", /no code/],
    [-1, "Error", /no code/],
    [70_000, "Error", /no code/],
  ];
  for (const [code, expected, meaning] of ranges) {
    it(`explains ${code}, which has no row, by its range`, () => {
      const status = statusOf(code);
      assert.deepEqual([status.code, status.known, status.severity], [code, false, expected]);
      assert.match(status.meaning, meaning);
      assert.equal(status.retryable, false);
      assert.equal("from" in status, false);
    });
  }

  it("calls exactly the three codes of busy objects retryable without knowing the message", () => {
    const codes = ROWS.map(({ code }) => code).filter((code) => statusOf(code).retryable);
    assert.deepEqual(codes, [3170, 3175, 3176]);
  });

  it("calls 3180 retryable when its message speaks of a lock, and only 3180", () => {
    const locked = [
      'There was an error when saving a Customers list, element "X".  QuickBooks error message: This list has been modified by another user.',
      "QuickBooks error message: The internals could not be locked. They are in use by another user.",
      "Failed to acquire the lock",
      "The list is in use",
    ];
    for (const message of locked) {
      assert.deepEqual([statusOf(3180, message).retryable, statusOf(3180, message).retry], [true, "wait"]);
      assert.equal(statusOf(3100, message).retryable, false);
      assert.equal(statusOf(3200, message).retryable, false);
    }
    for (const message of [
      "",
      "QuickBooks error message: You must enter a name.",
      "in a use",
      "The name is already in use.",
    ])
      assert.deepEqual([statusOf(3180, message).retryable, statusOf(3180, message).retry], [false, "no"]);
  });
});

describe("isNothingFound", () => {
  it("is true for 1, 500 and 3120 of queries", () => {
    const found = ROWS.map(({ code }) => code).filter((code) => isNothingFound(code, "Query"));
    assert.deepEqual(found, [1, 500, 3120]);
  });

  it("is false for every other operation", () => {
    for (const operation of ["Add", "Mod", "Del", "Void", "Merge"])
      for (const code of [0, 1, 500, 3120]) assert.equal(isNothingFound(code, operation), false);
  });
});

describe("QBStatusError", () => {
  const NAME_TAKEN = {
    statusCode: 3100,
    statusSeverity: "Error",
    statusMessage: 'The name "Acme" of the list element is already in use.',
    requestName: "CustomerAddRs",
    requestID: "7",
  };

  it("carries what QuickBooks wrote and what it means", () => {
    const error = statusError(NAME_TAKEN);
    assert.ok(error instanceof QBStatusError && error instanceof QBError);
    assert.equal(error.code, "QB_STATUS");
    assert.equal(error.name, "QBStatusError");
    assert.match(inspect(error), /^QBStatusError: CustomerAdd: status 3100/);
    assert.deepEqual(
      [error.statusCode, error.severity, error.statusMessage, error.requestName, error.requestID],
      [3100, "Error", NAME_TAKEN.statusMessage, "CustomerAdd", "7"],
    );
    assert.equal(error.meaning, statusOf(3100).meaning);
    assert.equal(error.advice, statusOf(3100).advice);
    assert.notEqual(error.advice, ERROR_CATALOGUE.QB_STATUS.advice);
    assert.equal(
      error.message,
      `CustomerAdd: status 3100, ${error.meaning} (QuickBooks: ${NAME_TAKEN.statusMessage})`,
    );
    assert.deepEqual(error.details, {
      statusCode: 3100,
      severity: "Error",
      requestName: "CustomerAdd",
      requestID: "7",
    });
  });

  it("does without severity, message and requestID", () => {
    const error = statusError({ statusCode: 3250, requestName: "TimeTrackingAdd" });
    assert.deepEqual([error.severity, error.statusMessage, error.requestID], ["Error", "", undefined]);
    assert.equal(error.message, `TimeTrackingAdd: status 3250, ${error.meaning}`);
    assert.equal("requestID" in error.details, false);
    assert.equal(error.who, "quickbooksAdministrator");
  });

  it("keeps a severity that nobody has seen", () => {
    const error = statusError({ ...NAME_TAKEN, statusSeverity: "Fatal" });
    assert.deepEqual([error.severity, error.outcome], ["Fatal", "unknown"]);
  });

  const outcomes: readonly (readonly [code: number, severity: string | undefined, name: string, Outcome])[] =
    [
      [0, "Info", "CustomerAdd", "applied"],
      [3100, "Error", "CustomerAdd", "not_applied"],
      [3100, undefined, "CustomerAddRq", "not_applied"],
      [3231, "Error", "InvoiceAdd", "not_applied"],
      [3230, "Error", "InvoiceAdd", "not_applied"],
      [550, "Warn", "CustomerAdd", "applied"],
      [550, "Error", "CustomerAdd", "not_applied"],
      [530, "Warn", "CustomerMod", "applied"],
      [777, "Warn", "TxnVoid", "applied"],
      [3999, "Warn", "InvoiceMod", "applied"],
      [3200, "Warn", "InvoiceMod", "unknown"],
      [1000, "Error", "InvoiceAdd", "unknown"],
      [1000, "Error", "TxnDelRs", "unknown"],
      [1000, "Error", "InvoiceQuery", "not_applied"],
      [1000, "Error", "GeneralSummaryReportQueryRs", "not_applied"],
      [500, "Warn", "CustomerQueryRq", "not_applied"],
      [9002, "Error", "InvoiceAdd", "unknown"],
    ];
  for (const [statusCode, statusSeverity, requestName, expected] of outcomes) {
    it(`${statusCode} ${statusSeverity} of ${requestName} means ${expected}`, () => {
      assert.equal(statusError({ statusCode, statusSeverity, requestName }).outcome, expected);
    });
  }

  it("is retryable by the table, and never when the outcome is unknown", () => {
    const retryable = (statusCode: number, statusMessage?: string, statusSeverity?: string): boolean =>
      statusError({ statusCode, statusMessage, statusSeverity, requestName: "ItemServiceMod" }).retryable;
    assert.equal(retryable(3175), true);
    assert.equal(retryable(3180, "This list has been modified by another user."), true);
    assert.equal(retryable(3180, "You must enter a name."), false);
    assert.equal(retryable(3200), false);
    assert.equal(retryable(1000), false);
    assert.equal(retryable(3175, "", "Fatal"), false);
  });
});

it("a status error repeats no card number that QuickBooks quotes", () => {
  const statusMessage =
    'The string "4111 1111 1111 1111 11" in the field "CreditCardNumber" is too long (4111111111111111).';
  const error = statusError({ statusCode: 3070, statusMessage, requestName: "CustomerAdd" });
  assert.equal(
    error.statusMessage,
    'The string "(hidden)" in the field "CreditCardNumber" is too long ((hidden)).',
  );
  assert.doesNotMatch(inspect(error), /4111/);
});

it("a status error repeats the object that QuickBooks names", () => {
  const statusMessage = 'The object "80000001-1263558758" specified in the request cannot be found.';
  assert.equal(
    statusError({ statusCode: 500, statusMessage, requestName: "CustomerQuery" }).statusMessage,
    statusMessage,
  );
});
