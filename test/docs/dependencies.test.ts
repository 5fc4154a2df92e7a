import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";

type Versions = Readonly<Record<string, string>>;

const PAGE = readFileSync("docs/design/dependencies.md", "utf8");
const facts = JSON.parse(readFileSync("package.json", "utf8")) as Readonly<Record<string, Versions>>;
const dependencies = { ...facts["dependencies"], ...facts["optionalDependencies"] };
const devDependencies = facts["devDependencies"] ?? {};

/** Names and versions of a section's rows; a cell may hold several, separated by commas. */
function versionsIn(heading: string): Versions {
  const section = PAGE.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = section
    .split("\n")
    .filter((line) => /^\| [a-z@]/.test(line) && !line.startsWith("| package "));
  const pairs = rows.flatMap((line) => {
    const [, names = "", versions = ""] = line.split("|").map((cell) => cell.trim());
    const separate = versions.split(", ");
    return names.split(", ").map((name, index) => [name, separate[index] ?? ""] as const);
  });
  return Object.fromEntries(pairs);
}

/** `5.9.3` of `npm:typescript@5.9.3`. */
function bare(versions: Versions): Versions {
  return Object.fromEntries(
    Object.entries(versions).map(([name, version]) => [name, version.replace(/^npm:.*@/, "")]),
  );
}

describe("docs/design/dependencies.md", () => {
  it("lists what the product needs", () => assert.deepEqual(versionsIn("At run time"), bare(dependencies)));

  it("lists what development needs", () => {
    assert.deepEqual(versionsIn("For development"), bare(devDependencies));
  });

  it("names homes that exist", () => {
    for (const [, name = "", home = ""] of PAGE.matchAll(/^\| (\S+) +\| [\d.]+ +\| `(src\/[^`]+)`/gm)) {
      assert.ok(existsSync(home), `${home}, the home of ${name}`);
    }
  });

  it("knows only exact versions", () => {
    for (const [name, version] of Object.entries(bare({ ...dependencies, ...devDependencies }))) {
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
    }
  });
});
