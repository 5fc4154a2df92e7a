import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ERROR_CATALOGUE } from "qbconnector";
import { formatHresult, HRESULTS } from "../../dist/hresult.js";

const PAGE = readFileSync("docs/reference/errors.md", "utf8");

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

describe("docs/reference/errors.md", () => {
  it("has a row for every code, and no other", () => {
    assert.deepEqual(
      rowsOf("codes").map(([code]) => code),
      Object.keys(ERROR_CATALOGUE),
    );
  });

  it("says of every code what the catalogue says", () => {
    for (const [code = "", family, status, retryable, who] of rowsOf("codes")) {
      const entry = ERROR_CATALOGUE[code as keyof typeof ERROR_CATALOGUE];
      assert.deepEqual(
        [family, status, retryable, who],
        [entry.family, String(entry.status), entry.retryable ? "yes" : "no", entry.who],
        code,
      );
    }
  });

  it("has a row for every HRESULT, and no other", () => {
    assert.deepEqual(
      rowsOf("hresults").map(([hresult, , code]) => [hresult, code]),
      [...HRESULTS].map(([number, { code }]) => [formatHresult(number), code]),
    );
  });

  it("explains every family", () => {
    const families = new Set(Object.values(ERROR_CATALOGUE).map(({ family }) => family));
    for (const family of families) assert.match(PAGE, new RegExp(`^\\| \`${family}\` +\\| `, "m"));
  });

  it("is what the generator writes", () => {
    const { status, stderr } = spawnSync(process.execPath, ["scripts/generate-docs.mjs", "--check"], {
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
  });

  it("says of every fault of QuickBooks Online what it becomes", () => {
    const source = readFileSync("src/online/data/fault.ts", "utf8");
    const table = /const CODES[^{]*\{([^}]*)\}/.exec(source)?.[1] ?? "";
    const known = [...table.matchAll(/(\d+): "(QB_\w+)"/g)].map(([, fault, code]) => [fault, code]);
    const rows = [...PAGE.matchAll(/^\| `(\d+)` +\| `(QB_\w+)` +\|/gm)].map(([, fault, code]) => [
      fault,
      code,
    ]);
    assert.ok(known.length > 5);
    assert.deepEqual(rows, known);
  });
});
