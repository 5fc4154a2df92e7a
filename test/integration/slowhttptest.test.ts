import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { underAttack } from "../support/siege.js";

/** The attacks of slowhttptest, a foreign program from Debian. */
const MODES: Readonly<Record<string, readonly string[]>> = {
  "slow headers (-H)": ["-H", "-i", "1", "-t", "POST"],
  "slow bodies (-B)": ["-B", "-i", "1", "-s", "8192"],
  "slow reading (-X)": ["-X", "-w", "10", "-y", "20", "-n", "1", "-z", "5", "-k", "3"],
  "overlapping ranges (-R)": ["-R", "-a", "10", "-b", "3000"],
};
const LOAD = ["-c", "150", "-r", "150", "-l", "3", "-p", "2"];

/** Runs it to its end; gives the lines of its statistics: seconds, closed, pending, connected, service available. */
async function slowhttptest(t: TestContext, url: string, mode: readonly string[]): Promise<number[][]> {
  const folder = mkdtempSync(join(tmpdir(), "qbconnector-slow-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const child = spawn("slowhttptest", [...mode, ...LOAD, "-u", url, "-g", "-o", join(folder, "statistics")], {
    stdio: "ignore",
  });
  t.after(() => child.kill());
  const [code] = (await Promise.race([
    once(child, "close"),
    once(child, "error").then(([cause]) => {
      throw new Error("slowhttptest is missing: apt-get install slowhttptest", { cause });
    }),
  ])) as [number];
  assert.equal(code, 0);
  const [, ...lines] = readFileSync(join(folder, "statistics.csv"), "utf8").trim().split("\n");
  return lines.map((line) => line.split(",").map(Number));
}

for (const [name, mode] of Object.entries(MODES))
  underAttack(
    `slowhttptest: ${name}`,
    { timeout: 1, limits: { headerMs: 1_000, bodyMs: 1_000, connections: 100 } },
    async (siege, t) => {
      const attack = slowhttptest(t, `${siege.url}/health`, mode);
      let over = false;
      const ended = attack.finally(() => (over = true));
      while (!over) await siege.othersAreServed(1);
      const lines = await ended;
      assert.ok(lines.length > 0);
      for (const line of lines)
        assert.ok((line[4] as number) > 0, `its own probe was served: ${line.join()}`);
    },
  );
