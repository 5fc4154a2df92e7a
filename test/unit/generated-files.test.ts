import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";

const FACTS = "src/qbxml/schema/qbxml-16.0.json";
const GENERATED = "src/qbxml/schema/request-facts.ts";

function check(folder: string): { readonly status: number | null; readonly stderr: string } {
  const script = join(folder, "scripts", "generate-schema.mjs");
  return spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
}

describe("the generated table of requests", () => {
  let copy = "";

  before(() => {
    copy = mkdtempSync(join(tmpdir(), "qbconnector-generated-"));
    cpSync("scripts/generate-schema.mjs", join(copy, "scripts/generate-schema.mjs"), { recursive: true });
    cpSync(FACTS, join(copy, FACTS), { recursive: true });
    cpSync(GENERATED, join(copy, GENERATED));
  });

  after(() => rmSync(copy, { recursive: true, force: true }));

  it("is what the facts say", () => {
    const { status, stderr } = check(resolve("."));
    assert.equal(status, 0, stderr);
  });

  it("is found stale when it was edited by hand", () => {
    assert.equal(check(copy).status, 0);
    const before = readFileSync(join(copy, GENERATED), "utf8");
    appendFileSync(join(copy, GENERATED), "// one line more\n");
    assert.equal(check(copy).status, 1);
    writeFileSync(join(copy, GENERATED), before);
  });

  it("is found stale when a fact changed", () => {
    const facts = JSON.parse(readFileSync(join(copy, FACTS), "utf8")) as {
      messages: Record<string, { writes: boolean }>;
    };
    const add = facts.messages["CustomerAddRq"];
    assert.ok(add?.writes === true);
    add.writes = false;
    writeFileSync(join(copy, FACTS), JSON.stringify(facts));
    const { status, stderr } = check(copy);
    assert.equal(status, 1);
    assert.match(stderr, /request-facts\.ts is stale/);
  });
});
