import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const OUTCOMES = ["pass", "warn", "fail", "skip"];

/** Each check that the source makes, with the outcomes that it can have. */
function checksOfSource(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const name of readdirSync("src", { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const source = readFileSync(join("src", name), "utf8");
    if (!/import \{[^}]*\b(?:pass|warn|fail|skip)\b[^}]*\} from "[./]+diagnosis\.js"/.test(source)) continue;
    for (const [, outcome = "", check = ""] of source.matchAll(/\b(pass|warn|fail|skip)\(\s*"([a-z-]+)",/g))
      found.set(check, (found.get(check) ?? new Set()).add(outcome));
  }
  return found;
}

function checksOfPage(): Map<string, string> {
  const table =
    readFileSync("docs/reference/doctor.md", "utf8").split("## Checks")[1]?.split("\n## ")[0] ?? "";
  const rows = table.split("\n").filter((line) => line.startsWith("| `"));
  return new Map(
    rows.map((row) => {
      const [, name = "", , outcomes = ""] = row.split("|").map((cell) => cell.trim());
      return [name.replaceAll("`", ""), outcomes];
    }),
  );
}

/** The source, as one text. */
function wholeSource(): string {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  return files.map((name) => readFileSync(join("src", name), "utf8")).join("\n");
}

test("what the sample report says to do is what the source says", () => {
  const source = wholeSource();
  const sample = readFileSync("docs/reference/doctor.md", "utf8").split("```")[1] ?? "";
  const helps = [...sample.matchAll(/= help: (.+)$/gm)].map(([, help = ""]) => help);
  assert.equal(helps.length, 2);
  for (const help of helps) assert.ok(source.includes(help), help);
});

test("the table of checks is that of the source", () => {
  const source = new Map(
    [...checksOfSource()].map(([name, found]) => [name, OUTCOMES.filter((one) => found.has(one)).join(", ")]),
  );
  assert.ok(source.size > 15, "the source was not understood");
  const sorted = (checks: Map<string, string>): [string, string][] =>
    [...checks].sort(([one], [other]) => (one < other ? -1 : 1));
  assert.deepEqual(sorted(checksOfPage()), sorted(source));
});
