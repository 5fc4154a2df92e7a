import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";

const FACTS = "src/qbxml/schema/qbxml-16.0.json";
const GENERATED = ["src/qbxml/schema/request-facts.ts", "src/qbxml/schema/types.ts"];

function check(folder: string): { readonly status: number | null; readonly stderr: string } {
  const script = join(folder, "scripts", "generate-schema.mjs");
  return spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
}

describe("the generated files", () => {
  let copy = "";

  before(() => {
    copy = mkdtempSync(join(tmpdir(), "qbconnector-generated-"));
    cpSync("scripts", join(copy, "scripts"), { recursive: true });
    for (const file of [FACTS, ...GENERATED]) cpSync(file, join(copy, file), { recursive: true });
  });

  after(() => rmSync(copy, { recursive: true, force: true }));

  it("are what the facts say", () => {
    const { status, stderr } = check(resolve("."));
    assert.equal(status, 0, stderr);
  });

  for (const file of GENERATED) {
    it(`are found stale when ${file} was edited by hand`, () => {
      assert.equal(check(copy).status, 0);
      const before = readFileSync(join(copy, file), "utf8");
      appendFileSync(join(copy, file), "// one line more\n");
      const { status, stderr } = check(copy);
      writeFileSync(join(copy, file), before);
      assert.equal(status, 1);
      assert.equal(stderr, `${file} is stale; run: npm run generate\n`);
    });
  }

  it("are found stale when a fact changed", () => {
    const facts = JSON.parse(readFileSync(join(copy, FACTS), "utf8")) as {
      messages: Record<string, { writes: boolean }>;
      enums: Record<string, string[]>;
    };
    const add = facts.messages["CustomerAddRq"];
    assert.ok(add?.writes === true);
    add.writes = false;
    facts.enums["PaidStatus"]?.push("Forgiven");
    writeFileSync(join(copy, FACTS), JSON.stringify(facts));
    const { status, stderr } = check(copy);
    assert.equal(status, 1);
    for (const file of GENERATED) assert.ok(stderr.includes(`${file} is stale`), stderr);
  });
});
