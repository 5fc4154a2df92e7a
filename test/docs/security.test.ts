import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";

const PAGE = "docs/SECURITY.md";

interface Promised {
  readonly what: string;
  /** File and title of each test that shows it. */
  readonly shownBy: readonly (readonly [file: string, title: string])[];
}

/** Each item below the headings of "What is promised", on one line. */
function promisesOf(page: string): Promised[] {
  const section = page.split("\n## What is promised\n")[1]?.split("\n## ")[0] ?? "";
  const items = section.split(/\n(?=- |### |\n)/).filter((part) => part.startsWith("- "));
  return items.map((item) => {
    const [what = "", proof = ""] = item.replaceAll(/\s+/g, " ").trim().split(" Shown by ");
    return { what, shownBy: proof.split("; `").flatMap(testsIn) };
  });
}

/** Of `file`: "title", "title". Titles may hold quotes, but not what stands between two of them. */
function testsIn(part: string): (readonly [string, string])[] {
  const [, file = "", titles = ""] = /^`?([^`]+)`: "(.*)"\.?$/.exec(part) ?? [];
  assert.ok(file !== "", `${part} in ${PAGE}`);
  return titles.split('", "').map((title) => [file, title] as const);
}

/** The title as the source writes it, between quotes; … is an expression in a template. */
function isTitleIn(source: string, title: string): boolean {
  const words = title.split("…").map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(["\`])${words.join("\\$\\{[^`]+\\}")}\\1`).test(source);
}

describe(PAGE, () => {
  const promises = promisesOf(readFileSync(PAGE, "utf8"));

  it("has promises against each attacker", () => {
    const section = readFileSync(PAGE, "utf8").split("\n## What is promised\n")[1]?.split("\n## ")[0] ?? "";
    const parts = section.split("\n### ").slice(1);
    assert.equal(parts.length, 5);
    for (const part of parts) assert.match(part, /^- \*\*/m);
  });

  for (const { what, shownBy } of promises) {
    it(`names the tests that show: ${/\*\*(.+?)\*\*/.exec(what)?.[1] ?? what}`, () => {
      assert.ok(shownBy.length > 0, what);
      for (const [file, title] of shownBy) {
        assert.ok(existsSync(file), file);
        assert.ok(isTitleIn(readFileSync(file, "utf8"), title), `"${title}" in ${file}`);
      }
    });
  }
});
