import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ERROR_CATALOGUE, isErrorCode, QBError, type ErrorCode } from "qbconnector";

const CODES = Object.keys(ERROR_CATALOGUE) as ErrorCode[];

describe("QBError", () => {
  for (const code of CODES) {
    it(`${code} takes from the catalogue what it is not told`, () => {
      const { family, status, retryable, who, advice } = ERROR_CATALOGUE[code];
      const error = new QBError(code, "it failed");
      assert.deepEqual(
        [error.family, error.httpStatus, error.retryable, error.who, error.advice, error.outcome],
        [family, status, retryable, who, advice, "not_applied"],
      );
      assert.match(advice, /^[A-Z].*\.$/);
      assert.ok(status >= 400 && status <= 599);
    });
  }

  it("is not retryable when nobody knows what happened", () => {
    for (const code of CODES) {
      assert.equal(new QBError(code, "it failed", { outcome: "unknown" }).retryable, false, code);
    }
    const told = new QBError("QB_SESSION_LOST", "a read", { outcome: "unknown", retryable: true });
    assert.equal(told.retryable, true);
  });

  it("keeps the cause, and details that nobody can change", () => {
    const cause = new Error("below");
    const details = { line: 3 };
    const error = new QBError("QB_XML_MALFORMED", "line 3", { cause, details });
    details.line = 4;
    assert.equal(error.cause, cause);
    assert.deepEqual(error.details, { line: 3 });
    assert.ok(Object.isFrozen(error.details));
    assert.equal("cause" in new QBError("QB_INTERNAL", "no cause"), false);
  });

  it("knows its codes", () => {
    assert.ok(CODES.every(isErrorCode));
    for (const other of ["QB_NOPE", "toString", "__proto__", "", undefined, 5])
      assert.equal(isErrorCode(other), false);
  });
});
