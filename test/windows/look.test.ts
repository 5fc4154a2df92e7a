import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { Check, QuickBooksSettings } from "qbconnector";
import { ComRequestProcessor } from "qbconnector/com";
import { findServers } from "../../dist/quickbooks/com/host/find-servers.js";
import { look } from "../../dist/quickbooks/com/host/look.js";
import { until } from "../support/until.js";
import { startScriptedQuickBooks } from "./support/scripted-quickbooks.js";

const PROG_ID = "QBXMLRP2.RequestProcessor";
const SETTINGS: QuickBooksSettings = {
  applicationName: "My Shop",
  applicationId: "",
  companyFile: "",
  mode: "DoNotCare",
  authFlags: undefined,
  readOnly: false,
};
const TITLE = "Automatic Backup";
/** A dialog as Windows makes them; says beforehand whether there is a desktop, without which none comes up. */
const SHOW_DIALOG = `
  const { native } = await import(process.argv[2]);
  const user = native().open("user32.dll");
  const make = user.define("intptr_t __stdcall CreateWindowExW(uint32_t a, str16 b, str16 c, uint32_t d, int e, int f, int g, int h, intptr_t i, intptr_t j, intptr_t k, intptr_t l)");
  const show = user.define("int __stdcall MessageBoxW(intptr_t owner, str16 text, str16 title, uint32_t kind)");
  console.log(BigInt(make(0, "STATIC", "", 0, 0, 0, 1, 1, 0, 0, 0, 0)) === 0n ? "no desktop" : "desktop");
  setImmediate(() => show(0, "Now?", ${JSON.stringify(TITLE)}, 0));
  setInterval(() => {}, 1000);`;

function reg(...parameters: readonly string[]): void {
  const { status, stderr } = spawnSync("reg", parameters, { encoding: "utf8" });
  assert.equal(status, 0, `reg ${parameters.join(" ")}: ${stderr}`);
}

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "qbconnector-look-"));
  copyFileSync(process.execPath, join(folder, "QBW32.EXE"));
});
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));

/** A process with the name of QuickBooks, until the test ends. */
async function startQuickBooks(t: TestContext, program = "setInterval(() => {}, 1000); console.log('up')") {
  const script = join(folder, "quickbooks.mjs");
  writeFileSync(script, program);
  const native = new URL("../../dist/windows/native.js", import.meta.url).href;
  const child = spawn(join(folder, "QBW32.EXE"), [script, native], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => ended(child));
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  await until(() => said.includes("\n"), "the process with QuickBooks' name is up");
  return { child, pid: child.pid as number, said: said.trim() };
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill();
  await until(() => child.exitCode !== null || child.signalCode !== null, "the process has ended");
}

describe("findServers", () => {
  it("reads what is registered, in both halves of the registry", (t) => {
    const before = findServers();
    const server = before.find(({ progId, kind }) => progId === PROG_ID && kind === "in-process");
    assert.ok(server, JSON.stringify(before));
    assert.deepEqual([server.view, server.exists], ["64-bit", true]);
    assert.match(server.path, /stub\.dll$/);
    const apart = before.find(({ progId }) => progId === "QBXMLRP2e.RequestProcessor");
    assert.deepEqual([apart?.kind, apart?.exists], ["local-server", true]);
    assert.match(apart?.path ?? "", /stub\.exe$/);

    const key = `HKCR\\CLSID\\${server.clsid}`;
    t.after(() => reg("delete", key, "/f", "/reg:32"));
    const path = "%SystemRoot%\\no such folder\\QBXMLRP2.dll";
    reg("add", `${key}\\InprocServer32`, "/ve", "/t", "REG_EXPAND_SZ", "/d", path, "/f", "/reg:32");
    const after = findServers();
    assert.deepEqual(
      after.filter(({ view, progId }) => view === "32-bit" && progId === PROG_ID),
      [
        {
          ...server,
          view: "32-bit",
          path: `${process.env["SystemRoot"]}\\no such folder\\QBXMLRP2.dll`,
          exists: false,
        },
      ],
    );
    const in64 = (servers: typeof before): typeof before => servers.filter(({ view }) => view === "64-bit");
    assert.deepEqual(in64(after), in64(before));
  });
});

describe("look", () => {
  it("sees QuickBooks with its session and rights, and sees it go", async (t) => {
    const { child, pid } = await startQuickBooks(t);
    const facts = look();
    assert.deepEqual(facts.quickBooks, [
      { name: "QBW32.EXE", pid, session: facts.session, elevated: facts.elevated },
    ]);
    assert.equal(typeof facts.elevated, "boolean");
    assert.notEqual(facts.user, "");
    assert.match(facts.windowsVersion, /\(10\./);
    await ended(child);
    assert.deepEqual(look().quickBooks, []);
  });

  it("sees the dialogs of QuickBooks, where there is a desktop, and no others", async (t) => {
    const { pid, said } = await startQuickBooks(t, SHOW_DIALOG);
    t.diagnostic(said);
    if (said === "desktop") await until(() => look().dialogs.length > 0, "the dialog is seen");
    assert.deepEqual(look().dialogs, said === "desktop" ? [{ pid, title: TITLE }] : []);
  });
});

describe("the diagnosis on Windows", () => {
  async function diagnose(t: TestContext): Promise<Map<string, Check>> {
    const processor = new ComRequestProcessor();
    t.after(() => processor.release());
    const checks = await processor.diagnose(SETTINGS);
    return new Map(checks.map((check) => [check.name, check]));
  }

  it("passes every check when QuickBooks runs and lets us in", async (t) => {
    const script = await startScriptedQuickBooks(t);
    await startQuickBooks(t);
    const checks = await diagnose(t);
    const outcomes = [...checks.values()].map(({ name, outcome }) => `${name} ${outcome}`);
    assert.deepEqual(outcomes, [
      "windows pass",
      "koffi pass",
      "registration pass",
      "bitness pass",
      "desktop pass",
      "quickbooks-process pass",
      "quickbooks-session pass",
      "elevation pass",
      "dialog pass",
      "company-file skip",
      "authorization pass",
    ]);
    assert.match(checks.get("authorization")?.summary ?? "", /"My Shop" open C:\\Stub\\Company\.qbw/);
    assert.ok(script.calls.some(({ method }) => method === "BeginSession"));
  });

  it("says what QuickBooks says when it does not let us in", async (t) => {
    await startScriptedQuickBooks(t, ({ method }) =>
      method === "BeginSession" ? { hresult: 0x80040418 } : undefined,
    );
    await startQuickBooks(t);
    const { outcome, summary, fix } = (await diagnose(t)).get("authorization") as Check;
    assert.equal(outcome, "fail", summary);
    assert.match(summary, /0x80040418: the application was never authorized/);
    assert.match(fix ?? "", /QuickBooks administrator, in single-user mode/);
  });

  it("does not start QuickBooks", async (t) => {
    const script = await startScriptedQuickBooks(t);
    const checks = await diagnose(t);
    assert.equal(checks.get("quickbooks-process")?.outcome, "fail");
    assert.equal(checks.get("authorization")?.outcome, "skip");
    assert.deepEqual(script.calls, []);
  });

  it("is what qbconnector doctor prints, and --open tries it", async (t) => {
    const script = await startScriptedQuickBooks(t);
    const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
    const file = join(folder, "Shop.qbw");
    const parameters = ["doctor", "--json", "--open", "--company-file", file, "--application", "Other Shop"];
    const output = join(folder, "out.json");
    const child = spawn(process.execPath, [main, ...parameters], {
      env: { ...process.env, APPDATA: dirname(output) },
    });
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    const status = await new Promise((resolve) => child.once("close", resolve));
    const { checks } = JSON.parse(stdout) as { checks: readonly Check[] };
    const found = new Map(checks.map(({ name, outcome }) => [name, outcome]));
    assert.equal(status, 5, stdout);
    assert.deepEqual(
      ["koffi", "registration", "company-file", "quickbooks-process", "authorization"].map((name) =>
        found.get(name),
      ),
      ["pass", "pass", "fail", "warn", "pass"],
    );
    const opened = script.calls.find(({ method }) => method === "BeginSession");
    assert.equal(opened?.arguments[0], file);
  });
});
