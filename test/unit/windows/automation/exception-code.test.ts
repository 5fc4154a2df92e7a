import assert from "node:assert/strict";
import { it } from "node:test";
import { AutomationFailure, exceptionCode } from "../../../../dist/windows/automation/automation-failure.js";

it("a failure without any code in EXCEPINFO is 0x80020009, and never success", () => {
  for (const [scode, wCode, hresult] of [
    [0x8004_0400 | 0, 0, 0x8004_0400],
    [0x8004_0400 | 0, 1004, 0x8004_0400],
    [0, 1004, 1004],
    [0, 0, 0x8002_0009],
  ] as const)
    assert.equal(new AutomationFailure("ProcessRequest", exceptionCode(scode, wCode)).hresult, hresult);
});
