import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ERROR_CATALOGUE } from "qbconnector";

const PAGE = readFileSync("docs/reference/qbxml.md", "utf8");
const DOOR = readFileSync("src/qbxml/index.ts", "utf8");

/** Values and types alike; the generated types, which come with a star, have a sentence of their own. */
function exportedNames(): string[] {
  const lists = [...DOOR.matchAll(/export (?:type )?\{([^}]*)\}/g)].map(([, list]) => list as string);
  return lists
    .join(",")
    .split(",")
    .map((name) => name.replace(/\btype\b/, "").trim())
    .filter((name) => name !== "");
}

/** Code without type annotations runs as it is. */
const EXAMPLES = [...PAGE.matchAll(/^```ts\n([^]*?)^```$/gm)]
  .map(([, code]) => code as string)
  .filter((code) => code.includes("); // "));

describe("docs/reference/qbxml.md", () => {
  const names = exportedNames();

  it("knows all exports", () => {
    assert.ok(names.includes("lint") && names.includes("QBResponse"), names.join());
    for (const [, line = ""] of DOOR.matchAll(/^export (.*)$/gm)) assert.match(line, /^(type )?[{*]/);
  });

  for (const name of names) {
    it(`names ${name}`, () => assert.match(PAGE, new RegExp(`\`(new )?${name}\\b`)));
  }

  it("names only error codes that there are", () => {
    const codes = PAGE.match(/\bQB_[A-Z_]+/g) ?? [];
    assert.ok(codes.length > 10);
    for (const code of codes) assert.ok(Object.hasOwn(ERROR_CATALOGUE, code), code);
  });

  for (const [index, code] of EXAMPLES.entries()) {
    it(`says what example ${index + 1} prints`, () => {
      const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
        encoding: "utf8",
      });
      const said = [...code.matchAll(/\); \/\/ (.*)$/gm)].map(([, text]) => text);
      assert.deepEqual(stdout.trim().split("\n"), said, stderr);
    });
  }

  it("has examples", () => assert.ok(EXAMPLES.length > 5));
});
