import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";
import { findServers } from "../../dist/quickbooks/com/host/find-servers.js";
import { native } from "../../dist/windows/native.js";
import { until } from "../support/until.js";
import type { Growth, Meal } from "./support/eating-program.js";
import { everySetting, newestServer, plainSettings } from "./support/host-settings.js";
import { HostWorker } from "./support/host-worker.js";
import { startScriptedQuickBooks } from "./support/scripted-quickbooks.js";

const megabyte = 1024 * 1024;
const largeText = "aé€漢😀".repeat(874_000);
/** What stays in memory until the next collection, several times over; a leak is 250 MB. */
const slack = 70 * megabyte;

async function growth(meal: Meal): Promise<Growth> {
  const program = fork(new URL("./support/eating-program.js", import.meta.url), [], {
    execArgv: ["--expose-gc"],
    serialization: "json",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  program.send(meal);
  const [growth] = (await once(program, "message")) as [Growth];
  program.disconnect();
  await once(program, "exit");
  return growth;
}

/** How many objects of the stub live in this process; this thread keeps its library from being unloaded. */
function liveObjectCounter(): () => number {
  const server = findServers().find(({ clsid }) => clsid === newestServer.clsid);
  assert.ok(server, "the stub is registered");
  return native().open(server.path).define<number>("int32_t __stdcall StubLiveObjects()");
}

describe("memory of many calls", () => {
  const large = { calls: 25, request: "<x/>", forgetful: false };

  it("is given back: answers of 10 MB", async (t) => {
    await startScriptedQuickBooks(t, ({ method }) =>
      method === "ProcessRequest" ? { value: largeText } : undefined,
    );
    const [{ bytes: clean, received }, { bytes: forgetful }] = [
      await growth(large),
      await growth({ ...large, forgetful: true }),
    ];
    t.diagnostic(
      `25 answers of 10 MB: ${clean / megabyte} MB, without VariantClear ${forgetful / megabyte} MB`,
    );
    assert.equal(received, 25 * Buffer.byteLength(largeText));
    assert.ok(clean < slack, `grew by ${clean}`);
    assert.ok(forgetful > 140 * megabyte, `the control grew by ${forgetful} only`);
  });

  it("is given back: requests of 10 MB", async (t) => {
    const quickBooks = await startScriptedQuickBooks(t);
    const { bytes: clean } = await growth({ ...large, request: largeText });
    t.diagnostic(`25 requests of 10 MB: ${clean / megabyte} MB`);
    const sizes = quickBooks.calls.map((call) => call.arguments[1]?.length);
    assert.equal(sizes.filter((size) => size === largeText.length).length, 28);
    assert.ok(clean < slack, `grew by ${clean}`);
  });

  it("is given back: failures that say 10 MB", async (t) => {
    const failing = { hresult: 0x80040400, description: largeText };
    await startScriptedQuickBooks(t, ({ method }) => (method === "ProcessRequest" ? failing : undefined));
    const { bytes: clean, received } = await growth(large);
    t.diagnostic(`25 failures with 10 MB: ${clean / megabyte} MB`);
    assert.equal(received, 25 * largeText.length);
    assert.ok(clean < slack, `grew by ${clean}`);
  });
});

describe("objects", () => {
  const steps = [
    "OpenConnection2",
    "PutAuthFlags",
    "PutIsReadOnly",
    "PutUnattendedModePref",
    "PutPersonalDataPref",
    "BeginSession",
    "GetCurrentCompanyFileName",
  ];
  for (const step of steps)
    it(`are released when opening fails at ${step}`, async (t) => {
      const liveObjects = liveObjectCounter();
      let seen = 0;
      await startScriptedQuickBooks(t, ({ method }) => {
        seen = Math.max(seen, liveObjects());
        return method === step ? { hresult: 0x80040402 } : undefined;
      });
      const host = await HostWorker.start(t);
      const reply = await host.ask({ call: "open", server: newestServer, settings: everySetting });
      assert.ok("failure" in reply && reply.failure.step === step, JSON.stringify(reply));
      assert.ok(seen > 0, "there was an object");
      assert.equal(liveObjects(), 0);
    });

  it("are released by close, after requests that failed and succeeded", async (t) => {
    const liveObjects = liveObjectCounter();
    const quickBooks = await startScriptedQuickBooks(t, () => ({ value: "answer" }));
    const host = await HostWorker.start(t);
    for (let session = 0; session < 20; session++) {
      await host.ask({ call: "open", server: newestServer, settings: everySetting });
      assert.equal(Buffer.from(await host.document("requests", "<x/>")).toString(), "answer");
      assert.ok(liveObjects() > 0);
      quickBooks.script(() => ({ hresult: 0x80040402 }));
      await host.ask({ call: "process", kind: "requests", text: "<x/>" });
      await host.ask({ call: "close" });
      quickBooks.script(() => ({ value: "answer" }));
      assert.equal(liveObjects(), 0);
    }
    await until(() => quickBooks.connected() === 0, "no request processor is left");
  });

  it("let a thread end", async (t) => {
    await startScriptedQuickBooks(t);
    const host = await HostWorker.start(t);
    await host.ask({ call: "open", server: newestServer, settings: plainSettings });
    await host.ask({ call: "close" });
    assert.equal(await host.worker.terminate(), 1);
  });
});
