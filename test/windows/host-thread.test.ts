import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { OpenSession } from "../../dist/quickbooks/com/host/open-session.js";
import { oleFunctions } from "../../dist/windows/automation/ole-functions.js";
import { native } from "../../dist/windows/native.js";
import { until } from "../support/until.js";
import { newestServer, plainSettings } from "./support/host-settings.js";
import { HostWorker } from "./support/host-worker.js";
import { startScriptedQuickBooks } from "./support/scripted-quickbooks.js";

describe("the host in a thread", () => {
  it("opens, checks, processes and closes as in a process", async (t) => {
    const quickBooks = await startScriptedQuickBooks(t, ({ method }) => ({ value: method }));
    const host = await HostWorker.start(t);
    const opened = await host.ask({ call: "open", server: newestServer, settings: plainSettings });
    assert.ok("opened" in opened, JSON.stringify(opened));
    assert.deepEqual(await host.ask({ call: "check" }), { id: 2, companyFile: "GetCurrentCompanyFileName" });
    assert.equal(Buffer.from(await host.document("requests", "<x/>")).toString(), "ProcessRequest");
    assert.equal(Buffer.from(await host.document("subscriptions", "<x/>")).toString(), "ProcessSubscription");
    assert.deepEqual(await host.ask({ call: "close" }), { id: 5, closed: true });
    assert.equal(quickBooks.calls.at(-1)?.method, "CloseConnection");
  });

  it("hands over an answer without a second copy", async (t) => {
    const text = "漢€".repeat(2_500_000);
    await startScriptedQuickBooks(t, () => ({ value: text }));
    const host = await HostWorker.start(t);
    await host.ask({ call: "open", server: newestServer, settings: plainSettings });
    const answer = await host.document("requests", "<x/>");
    assert.equal(answer.buffer.byteLength, answer.length);
    assert.ok(Buffer.from(text).equals(answer));
  });

  it("leaves this thread free while QuickBooks works", async (t) => {
    let answer = (): void => {};
    let isAsked = false;
    const asked = new Promise<void>((resolve) => (answer = resolve));
    await startScriptedQuickBooks(t, async ({ method }) => {
      if (method !== "ProcessRequest") return undefined;
      isAsked = true;
      await asked;
      return { value: "late" };
    });
    const host = await HostWorker.start(t);
    await host.ask({ call: "open", server: newestServer, settings: plainSettings });
    const document = host.document("requests", "<x/>");
    await until(() => isAsked, "QuickBooks is asked");
    answer();
    assert.equal(Buffer.from(await document).toString(), "late");
  });
});

describe("the end of a host in a thread", () => {
  for (const isOpen of [true, false])
    it(`comes by itself when it is told, ${isOpen ? "with" : "without"} a session`, async (t) => {
      const quickBooks = await startScriptedQuickBooks(t);
      const host = await HostWorker.start(t);
      if (isOpen) await host.ask({ call: "open", server: newestServer, settings: plainSettings });
      const exit = once(host.worker, "exit");
      host.worker.postMessage({ end: true });
      assert.deepEqual(await exit, [0]);
      const ends = quickBooks.calls.map(({ method }) => method).slice(-2);
      assert.deepEqual(ends, isOpen ? ["EndSession", "CloseConnection"] : []);
      await until(() => quickBooks.connected() === 0, "the request processor is released");
    });
});

describe("a window on the host's thread", () => {
  const sendMessage = (window: bigint, timeoutMs: number): bigint =>
    native()
      .open("user32.dll")
      .define<bigint>(
        "intptr_t __stdcall SendMessageTimeoutW(void *window, uint32_t message, uintptr_t first, intptr_t second, uint32_t flags, uint32_t timeout, void *result)",
      )(window, 0, 0, 0, 0, timeoutMs, new Uint8Array(8));

  it("answers other programs while a session is idle, and would not without the host's pump", async (t) => {
    await startScriptedQuickBooks(t);
    const shared = new SharedArrayBuffer(8);
    const module = new URL("./support/host-with-window.js", import.meta.url);
    const host = await HostWorker.start(t, module, shared);
    const window = (): bigint => new BigInt64Array(shared)[0] ?? 0n;
    await until(() => window() !== 0n, "the window is there");
    assert.equal(Number(sendMessage(window(), 300)), 0, "nobody pumps without a session");
    await host.ask({ call: "open", server: newestServer, settings: plainSettings });
    assert.notEqual(Number(sendMessage(window(), 20_000)), 0, "the pump answers");
    await host.ask({ call: "close" });
  });
});

describe("the apartment of a session", () => {
  const unregistered = { ...newestServer, clsid: "{71F531F5-8E67-4A7A-9161-15733FFC3207}" };
  const notInitialized = 0x800401f0;

  function create(): number {
    const none = new Uint8Array(16);
    return oleFunctions().CoCreateInstance(none, null, 1, none, [null]) >>> 0;
  }

  it("is there while the session is, and left at its end", () => {
    const session = OpenSession.open(newestServer, plainSettings);
    assert.notEqual(create(), notInitialized);
    assert.equal(session.close(), undefined);
    assert.equal(create(), notInitialized);
  });

  it("is left when the session cannot be opened", () => {
    assert.throws(() => OpenSession.open(unregistered, plainSettings), { step: "CoCreateInstance" });
    assert.equal(create(), notInitialized);
  });
});
