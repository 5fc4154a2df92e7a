import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, type Stats } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { promisify } from "node:util";
import { LockFolder } from "../../../../dist/online/vault/lock-folder.js";

const DAY = 86_400_000;

/** A lock that was renewed so long from now: the clock was set since. */
function lockOf(t: TestContext, fromNow: number) {
  const folder = mkdtempSync(join(tmpdir(), "qbconnector-lock-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const lock = join(folder, "settings.txt.lock");
  mkdirSync(lock);
  const renew = (time: number): void => utimesSync(lock, new Date(time), new Date(time));
  const first = Date.now() + fromNow;
  renew(first);
  return { lock, renew, first };
}

function looking(fs: LockFolder) {
  const stat = promisify<string, Stats>((path, done) => fs.stat(path, done));
  const isGivenUp = async (lock: string): Promise<boolean> => (await stat(lock)).mtime.getTime() < 0;
  return {
    isGivenUp,
    remove: promisify<string, void>((path, done) => fs.rmdir(path, done)),
    untilGivenUp: async (lock: string): Promise<void> => {
      const end = Date.now() + 20_000;
      while (!(await isGivenUp(lock))) assert.ok(Date.now() < end, "it is not given up");
    },
  };
}

for (const [when, fromNow] of [
  ["in the future", DAY],
  ["long ago", -DAY],
] as const)
  describe(`a lock whose time lies ${when}`, () => {
    it("is given up when nobody renews it, and then removed", async (t) => {
      const { lock } = lockOf(t, fromNow);
      const early = looking(new LockFolder(3_600_000));
      assert.equal(await early.isGivenUp(lock), false);
      await early.remove(lock);
      assert.ok(existsSync(lock), "removed before its time");
      const { untilGivenUp, remove } = looking(new LockFolder(50));
      await untilGivenUp(lock);
      await remove(lock);
      assert.ok(!existsSync(lock));
    });

    it("belongs to its holder as long as he renews it", async (t) => {
      const { lock, renew, first } = lockOf(t, fromNow);
      const { untilGivenUp, remove } = looking(new LockFolder(50));
      await untilGivenUp(lock);
      renew(first + 5_000);
      await remove(lock);
      assert.ok(existsSync(lock), "removed although it was renewed");
    });
  });
