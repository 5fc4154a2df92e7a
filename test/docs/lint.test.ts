import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { lint, repair } from "qbconnector/qbxml";
import { FINDING_RULES } from "../../dist/qbxml/check/finding.js";

const PAGE = readFileSync("docs/reference/lint.md", "utf8");
const GUIDE = readFileSync("docs/guides/when-quickbooks-says-0x80040400.md", "utf8");

/** The cells of the first table below a heading. */
function rowsBelow(page: string, heading: string): string[][] {
  const [, table = ""] =
    /\n\|[^\n]*\n\|[-| ]*\n((?:\|[^\n]*\n)+)/.exec(page.slice(page.indexOf(heading))) ?? [];
  return table
    .trim()
    .split("\n")
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe("docs/reference/lint.md", () => {
  it("has the rules of the source, in their order and words", () => {
    const rules = Object.entries(FINDING_RULES).map(([rule, meaning]) => [`\`${rule}\``, meaning]);
    assert.deepEqual(rowsBelow(PAGE, "## Rules"), rules);
  });

  it("has every member of a finding", () => {
    const source = readFileSync("src/qbxml/check/finding.ts", "utf8");
    const bodies = [...source.matchAll(/interface (?:Lint)?Finding [^{]*\{([^]*?)\n\}/g)].map(
      ([, body]) => body,
    );
    const members = [...bodies.join("").matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
    const documented = rowsBelow(PAGE, "## A finding").flatMap(([cell = ""]) => cell.match(/\w+/g) ?? []);
    assert.deepEqual(documented, members);
  });

  it("says of its example what lint says, and that it can be repaired", () => {
    const [, text = ""] = /const text = `([^`]*)`/.exec(PAGE) ?? [];
    const said = lint(text).map(({ line, column, rule, message }) => `${line}:${column} ${rule}: ${message}`);
    assert.deepEqual(said, [/^\/\/ (.*)$/m.exec(PAGE)?.[1]]);
    assert.deepEqual(repair(text).remaining, []);
  });
});

describe("docs/guides/when-quickbooks-says-0x80040400.md", () => {
  it("names only rules that there are", () => {
    const rules = rowsBelow(GUIDE, "## The most common mistakes").flatMap(
      ([, cell = ""]) => cell.match(/\w+/g) ?? [],
    );
    assert.ok(rules.length > 10);
    for (const rule of rules) assert.ok(Object.hasOwn(FINDING_RULES, rule), rule);
  });
});
