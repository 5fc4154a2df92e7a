import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { lastingPath, whyItMayVanish } from "../../../dist/cli/lasting-path.js";
import { NO_LINKS, temporaryFolder } from "../../support/command.js";

function installed(t: TestContext): { readonly folder: string; readonly own: string } {
  const folder = temporaryFolder(t);
  const store = join(folder, ".pnpm/qbconnector@1.2.3/dist");
  mkdirSync(store, { recursive: true });
  const own = join(store, "main.js");
  writeFileSync(own, "");
  return { folder, own };
}

test(
  "the name by which the command was called is kept when it leads to this very file",
  { skip: NO_LINKS },
  (t) => {
    const { folder, own } = installed(t);
    const called = join(folder, "qbconnector");
    symlinkSync(own, called);
    assert.equal(lastingPath(called, own), called);
  },
);

test("the own name is kept when the command was called by that of another file, of none, or by no name", (t) => {
  const { folder, own } = installed(t);
  writeFileSync(join(folder, "other.js"), "");
  assert.equal(lastingPath(join(folder, "other.js"), own), own);
  assert.equal(lastingPath(join(folder, "none.js"), own), own);
  assert.equal(lastingPath(undefined, own), own);
});

const TEMP = String.raw`C:\Users\ann\AppData\Local\Temp`;

for (const [path, why] of [
  [
    String.raw`C:\Users\ann\AppData\Local\npm-cache\_npx\9f0c\node_modules\qbconnector\dist\cli\main.js`,
    /cache/,
  ],
  [
    String.raw`C:\Users\ann\AppData\Local\pnpm-cache\dlx\9f\node_modules\qbconnector\dist\cli\main.js`,
    /cache/,
  ],
  [String.raw`c:\users\ANN\appdata\local\temp\try\main.js`, /temporary folder/],
  [String.raw`C:\Users\ann\AppData\Local\fnm_multishells\16_17\node.exe`, /fnm/],
  [String.raw`C:\Users\ann\AppData\Local\nvm\v22.1.0\node.exe`, /one version/],
  [
    String.raw`D:\x\node_modules\.pnpm\qbconnector@0.1.0\node_modules\qbconnector\dist\cli\main.js`,
    /one version/,
  ],
] as const)
  test(`it is said that ${path} will not stay`, () => {
    assert.match(whyItMayVanish(path, TEMP) ?? "", why);
  });

for (const path of [
  String.raw`C:\Program Files\nodejs\node.exe`,
  String.raw`C:\Users\ann\AppData\Roaming\npm\node_modules\qbconnector\dist\cli\main.js`,
  String.raw`C:\Users\ann\AppData\Local\Temperature\main.js`,
  String.raw`D:\npx\v2\main.js`,
])
  test(`nothing is said of ${path}`, () => {
    assert.equal(whyItMayVanish(path, TEMP), undefined);
  });
