import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { explain } from "qbconnector/qbxml";
import { runCommand, runWell } from "../support/command.js";

describe("qbconnector explain", () => {
  it("says what an HRESULT means and what to do", async (test) => {
    const lines = (await runWell(test, ["explain", "0x80040414"])).trimEnd().split("\n");
    assert.deepEqual(
      lines.map((line) => line.split(/ {2,}/)),
      [
        ["HRESULT", "0x80040414"],
        ["meaning", "a dialog is open in QuickBooks"],
        ["go on", "wait, then send the same again"],
        ["who", "quickbooksUser"],
        ["advice", explain("0x80040414").advice],
        ["error", "QB_QUICKBOOKS_BUSY"],
        ["sure", "documented"],
      ],
    );
  });

  it("takes an HRESULT as the negative number that COM gives", async (test) => {
    assert.match(await runWell(test, ["explain", "-2147220472"]), /^HRESULT +0x80040408$/m);
  });

  it("says what a status code means", async (test) => {
    const text = await runWell(test, ["explain", "3200"]);
    assert.match(text, /^status +3200\nseverity +Error\nmeaning +the EditSequence is out of date/);
    assert.match(text, /^go on +send again after the remedy$/m);
  });

  it("gives no way to go on where nothing failed", async (test) => {
    const text = await runWell(test, ["explain", "1"]);
    assert.match(text, /^severity +Info$/m);
    assert.doesNotMatch(text, /^(go on|error)/m);
  });

  it("says that it knows no more than the range", async (test) => {
    assert.match(await runWell(test, ["explain", "4711"]), /^sure +documented, by its range alone$/m);
  });

  for (const code of ["0x80040408", "3180", "0"]) {
    it(`prints ${code} as JSON, the same that explain() gives`, async (test) => {
      const printed = JSON.parse(await runWell(test, ["explain", code, "--json"])) as unknown;
      assert.deepEqual(printed, JSON.parse(JSON.stringify(explain(code))));
    });
  }

  for (const parameters of [
    ["explain"],
    ["explain", "abc"],
    ["explain", "3200", "3100"],
    ["explain", "3.5"],
  ]) {
    it(`ends with 1 and says why: ${parameters.join(" ")}`, async (test) => {
      const { code, stdout, stderr } = await runCommand(test, parameters);
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, /missing required argument|neither an HRESULT|too many arguments/);
    });
  }
});
