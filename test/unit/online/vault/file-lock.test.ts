import assert from "node:assert/strict";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { it } from "node:test";
import { withFileLock } from "../../../../dist/online/vault/file-lock.js";
import { temporaryFolder } from "../../../support/command.js";

it("a lock is given back although Windows refuses while another program looks into it", async (test) => {
  const folder = temporaryFolder(test);
  const rename = fs.renameSync;
  let refusals = 0;
  const refusing = (from: string, to: string): void => {
    if (refusals++ < 3) throw Object.assign(new Error("busy"), { code: "EBUSY" });
    rename(from, to);
  };
  const platform = Object.getOwnPropertyDescriptor(process, "platform") as PropertyDescriptor;
  test.after(() => {
    Object.defineProperty(process, "platform", platform);
    Object.assign(fs, { renameSync: rename });
    syncBuiltinESMExports();
  });
  await withFileLock(join(folder, "settings"), () => {
    Object.defineProperty(process, "platform", { ...platform, value: "win32" });
    Object.assign(fs, { renameSync: refusing });
    syncBuiltinESMExports();
    return Promise.resolve();
  });
  assert.deepEqual([fs.readdirSync(folder), refusals], [[], 4]);
});
