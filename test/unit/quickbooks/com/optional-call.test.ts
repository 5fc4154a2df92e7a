import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { askIfPossible, callIfKnown } from "../../../../dist/quickbooks/com/host/optional-call.js";
import { AutomationFailure } from "../../../../dist/windows/automation/automation-failure.js";

const UNEXPECTED = 0x8000ffff;
const NOT_AVAILABLE = 0x8004042b;

function failing(hresult: number): () => never {
  return () => {
    throw new AutomationFailure("ReleaseLevel", hresult);
  };
}

describe("what the host asks of a session", () => {
  it("a fact that cannot be had is a note, and no reason to refuse the session", () => {
    const notes: string[] = [];
    assert.equal(askIfPossible(notes, "the release is unknown", failing(UNEXPECTED)), undefined);
    assert.equal(askIfPossible(notes, "the release is unknown", failing(NOT_AVAILABLE)), undefined);
    assert.equal(
      askIfPossible(notes, "the release is unknown", () => "16.0"),
      "16.0",
    );
    assert.deepEqual(notes, [
      "ReleaseLevel failed with 0x8000FFFF: the release is unknown",
      "ReleaseLevel is not available: the release is unknown",
    ]);
  });

  it("a step that fails for another reason than age is a failure", () => {
    const notes: string[] = [];
    assert.throws(() => callIfKnown(notes, "it goes on", failing(UNEXPECTED)), { hresult: UNEXPECTED });
    assert.deepEqual(notes, []);
  });

  it("a defect of our own is not hidden in a note", () => {
    const ask = () => {
      throw new TypeError("ours");
    };
    assert.throws(() => askIfPossible([], "it goes on", ask), TypeError);
  });
});
