import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";

const LINK = new URL("../../../../dist/quickbooks/com/process-link.js", import.meta.url).href;
const HOST = `process.on("disconnect", () => process.exit(0)); process.send({ ready: true });`;

function programOf(host: string): string {
  return `
import { ProcessLink } from ${JSON.stringify(LINK)};
const ended = await new Promise((resolve) => {
  const link = new ProcessLink(${JSON.stringify(host)}, process.execPath, {
    onMessage: () => link.end(),
    onGone: resolve,
  });
  link.hold(true);
});
process.stdout.write(ended);
`;
}

it("the end of a host is told when its channel was closed from here", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "qbconnector-link-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [host, program] = ["host.mjs", "program.mjs"].map((name) => join(folder, name)) as [string, string];
  writeFileSync(host, HOST);
  writeFileSync(program, programOf(host));
  const { status, stdout } = spawnSync(process.execPath, [program], { encoding: "utf8", timeout: 60_000 });
  // 13: nothing is left that could tell the end.
  assert.deepEqual({ status, stdout }, { status: 0, stdout: "exit code 0" });
});
