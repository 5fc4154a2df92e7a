import assert from "node:assert/strict";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { it } from "node:test";

it("the facts are read when the first request is written, not when the door is opened", async () => {
  const files: string[] = [];
  const { readFileSync } = fs;
  fs.readFileSync = ((path, options) => {
    files.push(String(path));
    return readFileSync(path, options);
  }) as typeof readFileSync;
  syncBuiltinESMExports();
  const factsRead = (): number => files.filter((path) => path.endsWith("qbxml-16.0.json")).length;
  const { writeRequests } = await import("qbconnector/qbxml");
  assert.equal(factsRead(), 0);
  writeRequests([{ name: "HostQuery", body: {} }]);
  writeRequests([{ name: "CompanyQuery", body: {} }]);
  assert.equal(factsRead(), 1);
});
