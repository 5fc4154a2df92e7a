import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";

const PAGE = "docs/SECURITY.md";

interface Promised {
  readonly what: string;
  /** File and title of each test that shows it. */
  readonly shownBy: readonly (readonly [file: string, title: string])[];
}

/** The headings below which promises stand, each with that of the attackers, and how many of those there are. */
const SECTIONS = [
  { title: "## What is promised", attacker: "### ", attackers: 5 },
  { title: "### What is promised online", attacker: "#### ", attackers: 7 },
] as const;

function sectionOf(page: string, title: string): string {
  const depth = title.indexOf(" ");
  return page.split(`\n${title}\n`)[1]?.split(new RegExp(`\\n#{2,${depth}} `))[0] ?? "";
}

/** Each item of a section, on one line. */
function promisesOf(section: string): Promised[] {
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
  const page = readFileSync(PAGE, "utf8");
  const promises = SECTIONS.flatMap(({ title }) => promisesOf(sectionOf(page, title)));

  for (const { title, attacker, attackers } of SECTIONS)
    it(`has promises against each attacker: ${title}`, () => {
      const parts = sectionOf(page, title).split(`\n${attacker}`).slice(1);
      assert.equal(parts.length, attackers);
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
