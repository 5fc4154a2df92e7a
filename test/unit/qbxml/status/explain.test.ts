import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { fromHresult } from "qbconnector";
import { explain, statusError, statusOf, type Explanation } from "qbconnector/qbxml";
import { HRESULTS } from "../../../../dist/hresult.js";
import { STATUS_CODES } from "../../../../dist/qbxml/status/status-codes.js";

const RETRIES = ["no", "wait", "fix", "user", "reconnect"];

function checkWhole(explanation: Explanation): void {
  assert.match(explanation.meaning, /\S/);
  assert.match(explanation.advice, /^[A-Z].*\.$/);
  assert.ok(RETRIES.includes(explanation.retry));
  assert.ok(["documented", "seen", "guess"].includes(explanation.sure));
  assert.ok(["developer", "operator", "quickbooksUser", "quickbooksAdministrator"].includes(explanation.who));
}

describe("explain", () => {
  const spellings: readonly (string | number)[] = [
    "0x80040408",
    "0X80040408",
    " 0x80040408\n",
    "80040408",
    0x80040408,
    -2147220472,
    "-2147220472",
    "2147746824",
  ];
  for (const spelling of spellings) {
    it(`knows QuickBooks that cannot be started by ${JSON.stringify(spelling)}`, () => {
      assert.deepEqual(explain(spelling), {
        kind: "hresult",
        code: "0x80040408",
        known: true,
        meaning: HRESULTS.get(0x80040408)?.meaning,
        who: "operator",
        advice: fromHresult(0x80040408).advice,
        retry: "fix",
        sure: "documented",
        errorCode: "QB_QUICKBOOKS_UNREACHABLE",
      });
    });
  }

  it("never says that 0x80040408 is a session that is not open", () => {
    assert.match(explain("0x80040408").meaning, /could not be started/);
    assert.doesNotMatch(explain("0x80040408").meaning, /session (is )?not open|no session/);
    assert.match(explain("0x8004040C").meaning, /no session/);
  });

  for (const code of [3200, "3200", "+3200", "3200 "]) {
    it(`knows the stale EditSequence by ${JSON.stringify(code)}`, () => {
      const { meaning, advice } = statusOf(3200);
      assert.deepEqual(explain(code), {
        kind: "status",
        code: 3200,
        known: true,
        severity: "Error",
        meaning,
        who: "developer",
        advice,
        retry: "fix",
        sure: "seen",
        errorCode: "QB_STATUS",
      });
    });
  }

  it("says of every HRESULT what its error says", () => {
    for (const hresult of HRESULTS.keys()) {
      const explanation = explain(hresult);
      checkWhole(explanation);
      const error = fromHresult(hresult);
      assert.deepEqual(
        [explanation.kind, explanation.known, explanation.code, explanation.errorCode],
        ["hresult", true, error.hresult, error.code],
      );
      assert.deepEqual([explanation.who, explanation.advice], [error.who, error.advice]);
    }
  });

  it("says of every status code what its error says", () => {
    for (const code of STATUS_CODES.keys()) {
      const explanation = explain(code);
      checkWhole(explanation);
      const error = statusError({ statusCode: code, requestName: "CustomerAdd" });
      assert.deepEqual(
        [explanation.kind, explanation.known, explanation.meaning, explanation.advice],
        ["status", true, error.meaning, error.advice],
      );
      assert.equal(explanation.errorCode, code < 1000 ? undefined : "QB_STATUS");
    }
  });

  const ranges: readonly (readonly [code: string | number, meaning: RegExp, known?: true])[] = [
    ["0x80040301", /QBFC/],
    ["0x80040441", /request processor that this library does not know/],
    ["0x80040112", /failure of COM/],
    ["0x80004003", /general failure of COM/],
    ["0x80010122", /between the processes/],
    ["0x80020010", /method by name/],
    ["0x80070003", /error of Windows/],
    ["0xC0000005", /does not know/],
    ["0x0", /no failure/],
    ["0xC8C", /no failure/],
    [-5, /does not know/],
    ["0x80040154", /not registered/, true],
    ["0x8001010a", /busy/, true],
    ["0x800706BA", /not there any more/, true],
    ["0x800702E4", /elevated/, true],
    ["-2147024703", /another bitness/, true],
    [4711, /an error/],
    [70_000, /no code that QuickBooks is known to use/],
  ];
  for (const [code, meaning, known = false] of ranges) {
    it(`explains ${code} by ${known ? "itself" : "its range"}`, () => {
      const explanation = explain(code);
      checkWhole(explanation);
      assert.match(explanation.meaning, meaning);
      assert.equal(explanation.known, known);
    });
  }

  it("has something to say of every number of 32 bits, in each spelling the same", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }), (number) => {
        const explanation = explain(number);
        checkWhole(explanation);
        assert.deepEqual(explain(String(number)), explanation);
        const isStatus = number >= 0 && number < 2 ** 31;
        assert.equal(explanation.kind, isStatus ? "status" : "hresult");
        if (!isStatus) assert.deepEqual(explain(`0x${(number >>> 0).toString(16)}`), explanation);
      }),
      { numRuns: 1000 },
    );
  });

  const none: readonly unknown[] = [
    "",
    "abc",
    "0x",
    "0x1G",
    "3.5",
    3.5,
    NaN,
    Infinity,
    2 ** 32,
    -(2 ** 31) - 1,
  ];
  for (const code of [...none, "0x100000000", "99999999999", "32 00", "3200x", 3200n, null, undefined, {}]) {
    it(`refuses ${typeof code} ${typeof code === "bigint" ? code : JSON.stringify(code)}`, () => {
      assert.throws(() => explain(code as string), { code: "QB_INVALID_ARGUMENT" });
    });
  }
});
