import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { checkNode, LEAST_NODE, nodeFacts } from "../../dist/node-check.js";

const CASES = [
  ["18.20.8", "fail"],
  ["20.9.0", "fail"],
  ["20.18.3", "fail"],
  ["20.19.0", "pass"],
  ["20.20.2", "pass"],
  ["21.0.0", "pass"],
  ["22.23.3", "pass"],
  ["100.1.0", "pass"],
] as const;

for (const [version, outcome] of CASES)
  test(`Node.js ${version}: ${outcome}`, () => {
    const check = checkNode({ version, platform: "win32", architecture: "x64" });
    assert.equal(check.outcome, outcome);
    assert.match(check.summary, /^Node\.js [\d.]+, win32 x64/);
    assert.equal(check.fix === undefined, outcome === "pass");
  });

test("this Node.js will do, and the least one is that of package.json", () => {
  assert.equal(checkNode(nodeFacts()).outcome, "pass");
  const { engines } = JSON.parse(readFileSync("package.json", "utf8")) as { engines: { node: string } };
  assert.equal(engines.node, `>=${LEAST_NODE}`);
});
