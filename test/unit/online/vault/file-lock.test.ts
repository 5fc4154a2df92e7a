import assert from "node:assert/strict";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { promisify } from "node:util";
import { withFileLock } from "../../../../dist/online/vault/file-lock.js";
import { LockFolder } from "../../../../dist/online/vault/lock-folder.js";
import { temporaryFolder } from "../../../support/command.js";

const rename = fs.renameSync;

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** From now on the product works on Windows, and renames by this. */
function onWindows(test: TestContext, renameThere: (from: string, to: string) => void): void {
  const platform = Object.getOwnPropertyDescriptor(process, "platform") as PropertyDescriptor;
  const set = (value: PropertyDescriptor, renameSync: typeof rename): void => {
    Object.defineProperty(process, "platform", value);
    Object.assign(fs, { renameSync });
    syncBuiltinESMExports();
  };
  test.after(() => set(platform, rename));
  set({ ...platform, value: "win32" }, renameThere as typeof rename);
}

describe("the lock of a file on Windows", () => {
  it("is given back although renaming is refused while another program looks into it", async (test) => {
    const folder = temporaryFolder(test);
    let refusals = 0;
    await withFileLock(join(folder, "settings"), () => {
      onWindows(test, (from, to) => {
        if (refusals++ < 3) throw failure("EBUSY");
        rename(from, to);
      });
      return Promise.resolve();
    });
    assert.deepEqual([fs.readdirSync(folder), refusals], [[], 4]);
  });

  it("is left to whoever took it while somebody looked whether it was given up", async (test) => {
    const folder = temporaryFolder(test);
    const lock = join(folder, "settings.lock");
    fs.mkdirSync(lock);
    onWindows(test, (from, to) => {
      if (to === lock) throw failure("EPERM");
      rename(from, to);
      fs.mkdirSync(lock);
    });
    const looking = new LockFolder(60_000);
    await promisify<string, void>((path, done) => looking.rmdir(path, done))(lock);
    assert.deepEqual(fs.readdirSync(folder), ["settings.lock"]);
  });
});
