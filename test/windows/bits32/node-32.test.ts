import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { ComRequestProcessor, type ComRequestProcessorOptions } from "qbconnector/com";
import { readMessageSet } from "qbconnector/qbxml";
import { add, query } from "../../support/message-sets.js";
import { SETTINGS } from "../../support/quickbooks-requests.js";
import { until } from "../../support/until.js";
import { node32 } from "../support/node-32.js";
import { startScriptedQuickBooks } from "../support/scripted-quickbooks.js";

const COMMAND = /npm install --force --cpu=ia32/;

function processor(t: TestContext, options: ComRequestProcessorOptions): ComRequestProcessor {
  const made = new ComRequestProcessor({ logger: silent, ...options });
  t.after(() => made.release());
  return made;
}

const nothing = (): void => {};
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

describe("a 32-bit request processor and a 64-bit program", () => {
  it("runs in a 64-bit Node, with a 32-bit one named", () => {
    assert.equal(process.arch, "x64");
    assert.notEqual(node32.node32, undefined);
  });

  it("says what was found, and the command that helps, without a 32-bit Node", async (t) => {
    await assert.rejects(processor(t, {}).open(SETTINGS), {
      code: "QB_INSTALLATION",
      message: /found QBXMLRP2\.RequestProcessor \(32-bit, in-process, .*stub\.dll\)/,
      advice: COMMAND,
    });
  });

  it("says so when the 32-bit Node is a 64-bit one", async (t) => {
    await assert.rejects(processor(t, { node32: process.execPath }).open(SETTINGS), {
      code: "QB_INSTALLATION",
      message: "node32 is the path of a Node that is 64-bit, not 32-bit",
      advice: COMMAND,
    });
  });

  it("says so when the 32-bit Node has no koffi", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "qbconnector-node-32-"));
    t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
    const lonely = join(folder, "node.exe");
    copyFileSync(node32.node32 ?? "", lonely);
    await assert.rejects(processor(t, { node32: lonely }).open(SETTINGS), {
      code: "QB_PLATFORM",
      message: /koffi.* cannot be loaded by .*node\.exe \(ia32\)/,
      advice: COMMAND,
    });
  });

  for (const action of ["sleep", "crash"] as const)
    it(`ends a host or outlives it, and the next call works: ${action}`, async (t) => {
      const quickBooks = await startScriptedQuickBooks(t);
      const made = processor(t, node32);
      const session = await made.open(SETTINGS);
      quickBooks.script(({ method }) => (method === "ProcessRequest" ? { action } : undefined));
      const deadline = new AbortController();
      const written = session.process(readMessageSet(add()), { signal: deadline.signal });
      const code = action === "sleep" ? "QB_ABORTED" : "QB_QUICKBOOKS_FAILED";
      const refused = assert.rejects(written, { code, outcome: "unknown" });
      await until(() => quickBooks.calls.at(-1)?.method === "ProcessRequest", "QuickBooks has the write");
      if (action === "sleep") deadline.abort();
      await refused;
      await until(() => quickBooks.connected() === 0, "the host is gone");
      await session.close();
      quickBooks.script(({ method }) => (method === "ProcessRequest" ? { value: "é€漢😀" } : undefined));
      const next = await made.open(SETTINGS);
      assert.equal(Buffer.from(await next.process(readMessageSet(query()))).toString(), "é€漢😀");
      await next.close();
    });
});
