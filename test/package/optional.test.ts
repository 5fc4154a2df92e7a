import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);

const LEFT_OUT = new Set(["node_modules", ".git", "dist", "build", "coverage"]);
const QUIET = ["--loglevel=error", "--no-audit", "--no-fund", "--prefer-offline"];

describe("an installation without optional packages", () => {
  let copy = "";

  before(async () => {
    copy = await mkdtemp(join(tmpdir(), "qbconnector-optional-"));
    await cp(".", copy, { recursive: true, filter: (source) => !LEFT_OUT.has(relative(".", source)) });
    await run("npm", ["ci", "--omit=optional", ...QUIET], { cwd: copy });
    await run("npm", ["run", "build"], { cwd: copy });
  });

  after(() => rm(copy, { recursive: true, force: true }));

  it("opens every door", async () => {
    const program = `
      import { QBConnector } from "qbconnector";
      import { readMessageSet } from "qbconnector/qbxml";
      import { Simulator } from "qbconnector/simulator";
      const connector = new QBConnector({ localPort: 0, quickbooks: new Simulator() });
      await connector.listen();
      console.log(connector.listening, typeof readMessageSet);
      await connector.close();`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", program], { cwd: copy });
    assert.equal(stdout, "true function\n");
  });

  it("runs the command", async () => {
    const { stdout } = await run(process.execPath, ["dist/cli/main.js", "--version"], { cwd: copy });
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  });
});
