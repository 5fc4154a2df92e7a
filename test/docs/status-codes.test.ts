import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";
import { STATUS_CODES, STATUS_RANGES } from "../../dist/qbxml/status/status-codes.js";

const PATH = "docs/reference/status-codes.md";
const PAGE = readFileSync(PATH, "utf8");

/** The rows between the markers of a table, each as its cells. */
function rowsOf(name: string): string[][] {
  const part = PAGE.split(`<!-- ${name} -->`)[1]?.split(`<!-- end of ${name} -->`)[0] ?? "";
  const lines = part.split("\n").filter((line) => line.startsWith("| `"));
  return lines.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

describe("docs/reference/status-codes.md", () => {
  it("has a row for every status code, and no other", () => {
    assert.deepEqual(
      rowsOf("statuses").map(([code, severity, meaning, , who]) => [Number(code), severity, meaning, who]),
      [...STATUS_CODES.values()].map(({ code, severity, meaning, who }) => [code, severity, meaning, who]),
    );
  });

  it("says of every code what a write was and how sure that is", () => {
    assert.deepEqual(
      rowsOf("statuses").map((cells) => cells.slice(-2)),
      [...STATUS_CODES.values()].map(({ writeOutcome, sure }) => [writeOutcome, sure]),
    );
  });

  it("has a row for every range", () => {
    assert.deepEqual(
      rowsOf("ranges").map(([range]) => range),
      STATUS_RANGES.map(({ from, to }) => `${from} to ${to}`),
    );
  });

  it("is found stale when somebody writes into a table by hand", (test) => {
    // Below the package, where Node finds the dependencies.
    const folder = mkdtempSync(resolve("build", "stale-docs-"));
    test.after(() => rmSync(folder, { recursive: true, force: true }));
    for (const part of ["docs", "scripts", "dist", "package.json", ".prettierrc.json"])
      cpSync(part, join(folder, part), { recursive: true });
    const check = (): { status: number | null; stderr: string } =>
      spawnSync(process.execPath, ["scripts/generate-docs.mjs", "--check"], {
        cwd: folder,
        encoding: "utf8",
      });
    assert.equal(check().status, 0);
    writeFileSync(join(folder, PATH), PAGE.replace("the query matched nothing", "the query failed"));
    const { status, stderr } = check();
    assert.deepEqual([status, stderr], [1, `${PATH} is stale; run: npm run generate\n`]);
  });
});
