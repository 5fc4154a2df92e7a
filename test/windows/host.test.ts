import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";
import { until } from "../support/until.js";
import { HostChild } from "./support/host-child.js";
import {
  everySetting,
  newestServer,
  olderServer,
  oldestServer,
  outOfProcessServer,
  plainSettings,
} from "./support/host-settings.js";
import { startScriptedQuickBooks, type ScriptedQuickBooks } from "./support/scripted-quickbooks.js";

const companyFile = "C:\\Stub\\Company.qbw";
const sessionCalls = ["OpenConnection2", "BeginSession", "GetCurrentCompanyFileName"];
const endOfSession = ["EndSession", "CloseConnection"];

function methods({ calls }: ScriptedQuickBooks): string[] {
  return calls.map(({ method }) => method);
}

async function start(test: Parameters<typeof HostChild.start>[0]) {
  const quickBooks = await startScriptedQuickBooks(test);
  const host = await HostChild.start(test);
  return { quickBooks, host };
}

describe("the host opens a session", () => {
  it("says that it is ready, and its bitness", async (t) => {
    const { host } = await start(t);
    assert.deepEqual(host.ready, { ready: true, bitness: process.arch === "ia32" ? 32 : 64 });
  });

  it("with the calls in their order and the arguments of the settings, and tells the facts", async (t) => {
    const { quickBooks, host } = await start(t);
    const reply = await host.ask({ call: "open", server: newestServer, settings: everySetting });
    assert.ok("opened" in reply, JSON.stringify(reply));
    assert.equal(reply.opened.companyFile, companyFile);
    assert.equal(reply.opened.release, "16.0 release 3");
    assert.deepEqual(reply.opened.versions.slice(0, 3), ["1.0", "1.1", "2.0"]);
    assert.equal(reply.opened.versions.at(-1), "16.0");
    assert.deepEqual(reply.opened.notes, []);
    assert.deepEqual(
      quickBooks.calls.slice(0, 6).map((call) => [call.method, ...call.arguments]),
      [
        ["OpenConnection2", "id-1", "Test", "1"],
        ["PutAuthFlags", String(0x8000000f | 0)],
        ["PutIsReadOnly", "1"],
        ["PutUnattendedModePref", "2"],
        ["PutPersonalDataPref", "3"],
        ["BeginSession", everySetting.companyFile, "1"],
      ],
    );
  });

  it("without asking for preferences that nobody set", async (t) => {
    const { quickBooks, host } = await start(t);
    await host.ask({ call: "open", server: newestServer, settings: plainSettings });
    assert.deepEqual(methods(quickBooks), sessionCalls);
    assert.deepEqual(quickBooks.calls[1]?.arguments, [plainSettings.companyFile, "2"]);
  });

  it("in single-user mode as 0", async (t) => {
    const { quickBooks, host } = await start(t);
    const settings = { ...plainSettings, mode: "SingleUser" } as const;
    await host.ask({ call: "open", server: newestServer, settings });
    assert.equal(quickBooks.calls[1]?.arguments[1], "0");
  });

  it("with a library that has no PutAuthFlags, and notes it", async (t) => {
    const { host } = await start(t);
    const reply = await host.ask({ call: "open", server: olderServer, settings: everySetting });
    assert.ok("opened" in reply, JSON.stringify(reply));
    assert.deepEqual(reply.opened.notes, ["PutAuthFlags is not available: it goes on without authFlags"]);
  });

  it("with a library of the first generation by OpenConnection, and notes what it lacks", async (t) => {
    const { quickBooks, host } = await start(t);
    const reply = await host.ask({ call: "open", server: oldestServer, settings: everySetting });
    assert.ok("opened" in reply, JSON.stringify(reply));
    assert.deepEqual(methods(quickBooks), ["OpenConnection", "BeginSession", "GetCurrentCompanyFileName"]);
    assert.equal(reply.opened.notes.length, 2);
    assert.match(reply.opened.notes[0] ?? "", /OpenConnection2/);
    assert.match(
      reply.opened.notes[1] ?? "",
      /AuthPreferences.*authFlags, readOnly, unattendedMode, personalData/,
    );
  });

  it("when QuickBooks is too old for a preference, and notes it", async (t) => {
    const { quickBooks, host } = await start(t);
    quickBooks.script(({ method }) => (method === "PutIsReadOnly" ? { hresult: 0x8004042b } : undefined));
    const reply = await host.ask({ call: "open", server: newestServer, settings: everySetting });
    assert.ok("opened" in reply, JSON.stringify(reply));
    assert.deepEqual(reply.opened.notes, ["PutIsReadOnly is not available: it goes on without readOnly"]);
  });
});

describe("a step that fails", () => {
  const steps = [
    { step: "OpenConnection2", undone: [] },
    { step: "PutAuthFlags", undone: ["CloseConnection"] },
    { step: "PutPersonalDataPref", undone: ["CloseConnection"] },
    { step: "BeginSession", undone: ["CloseConnection"] },
    { step: "GetCurrentCompanyFileName", undone: endOfSession },
  ];
  for (const { step, undone } of steps)
    it(`is told, and what was done is undone: ${step}`, async (t) => {
      const { quickBooks, host } = await start(t);
      const failing = { hresult: 0x8004041a, description: `Keine Erlaubnis für ${step} 漢` };
      quickBooks.script(({ method }) => (method === step ? failing : undefined));
      const reply = await host.ask({ call: "open", server: newestServer, settings: everySetting });
      assert.deepEqual(reply, { id: 1, failure: { step, ...failing } });
      const names = methods(quickBooks);
      assert.deepEqual(names.slice(names.indexOf(step) + 1), undone);
      await until(() => quickBooks.connected() === 0, "the request processor is released");
      quickBooks.script(() => undefined);
      assert.ok(
        "opened" in (await host.ask({ call: "open", server: newestServer, settings: plainSettings })),
      );
    });

  it("is told before anything is called: a class that is not registered", async (t) => {
    const { quickBooks, host } = await start(t);
    const server = { ...newestServer, clsid: "{71F531F5-8E67-4A7A-9161-15733FFC3207}" };
    const reply = await host.ask({ call: "open", server, settings: plainSettings });
    assert.deepEqual(reply, {
      id: 1,
      failure: { step: "CoCreateInstance", hresult: 0x80040154, description: "" },
    });
    assert.deepEqual(quickBooks.calls, []);
  });

  it("is told although undoing fails too", async (t) => {
    const { quickBooks, host } = await start(t);
    quickBooks.script(({ method }) => (method === "OpenConnection2" ? undefined : { hresult: 0x80040402 }));
    const reply = await host.ask({ call: "open", server: newestServer, settings: plainSettings });
    assert.ok("failure" in reply && reply.failure.step === "BeginSession", JSON.stringify(reply));
    assert.equal(reply.remains, true);
    assert.deepEqual(methods(quickBooks), ["OpenConnection2", "BeginSession", "CloseConnection"]);
    await until(() => quickBooks.connected() === 0, "the request processor is released");
  });

  it("leaves the session as it is when it is a request", async (t) => {
    const { quickBooks, host } = await start(t);
    await host.ask({ call: "open", server: newestServer, settings: plainSettings });
    const failing = { hresult: 0x80040400, description: "not parsed" };
    quickBooks.script(({ method }) => (method === "ProcessRequest" ? failing : undefined));
    const reply = await host.ask({ call: "process", kind: "requests", text: "<QBXML/>" });
    assert.deepEqual(reply, { id: 2, failure: { step: "ProcessRequest", ...failing } });
    assert.deepEqual(await host.ask({ call: "check" }), { id: 3, companyFile });
  });
});

describe("the host processes", () => {
  it("requests with the ticket of the session, and sends the document by the pipe", async (t) => {
    const { quickBooks, host } = await start(t);
    quickBooks.script(({ method, arguments: given }) => {
      if (method === "BeginSession") return { value: "the ticket" };
      return method === "ProcessRequest" ? { value: `<answer to="${given[1]}"/>` } : undefined;
    });
    await host.ask({ call: "open", server: newestServer, settings: plainSettings });
    assert.equal((await host.document("requests", "Größe 漢😀")).toString(), `<answer to="Größe 漢😀"/>`);
    assert.deepEqual(quickBooks.calls.at(-1)?.arguments, ["the ticket", "Größe 漢😀"]);
  });

  it("subscriptions by their own method", async (t) => {
    const { quickBooks, host } = await start(t);
    quickBooks.script(({ method }) => ({ value: method }));
    await host.ask({ call: "open", server: newestServer, settings: plainSettings });
    assert.equal((await host.document("subscriptions", "<set/>")).toString(), "ProcessSubscription");
    assert.deepEqual(quickBooks.calls.at(-1)?.arguments, ["<set/>"]);
  });

  it("five million characters there and back, beyond Latin-1", async (t) => {
    const { quickBooks, host } = await start(t);
    const text = "aé€漢😀".repeat(833_334);
    quickBooks.script(({ method, arguments: given }) =>
      method === "ProcessRequest" ? { value: given[1] ?? "" } : undefined,
    );
    await host.ask({ call: "open", server: newestServer, settings: plainSettings });
    assert.ok((await host.document("requests", text)).equals(Buffer.from(text)));
  });

  it("an empty answer, and answers one after the other", async (t) => {
    const { quickBooks, host } = await start(t);
    quickBooks.script(({ method, arguments: given }) =>
      method === "ProcessRequest" ? { value: (given[1] ?? "").slice(1) } : undefined,
    );
    await host.ask({ call: "open", server: newestServer, settings: plainSettings });
    for (const text of ["1", "12", "1", "123"])
      assert.equal((await host.document("requests", text)).toString(), text.slice(1));
  });

  it("nothing without a session, and says so", async (t) => {
    const { host } = await start(t);
    const refused = { error: { message: "no session is open" } };
    assert.deepEqual(await host.ask({ call: "process", kind: "requests", text: "secret" }), {
      id: 1,
      ...refused,
    });
    assert.deepEqual(await host.ask({ call: "check" }), { id: 2, ...refused });
  });

  it("not a second session beside the first", async (t) => {
    const { quickBooks, host } = await start(t);
    await host.ask({ call: "open", server: newestServer, settings: plainSettings });
    const reply = await host.ask({ call: "open", server: newestServer, settings: plainSettings });
    assert.deepEqual(reply, { id: 2, error: { message: "a session is open already" } });
    assert.deepEqual(methods(quickBooks), sessionCalls);
  });
});

describe("the host ends a session", () => {
  it("by its ticket, then the connection, then the object; a second close finds nothing to do", async (t) => {
    const { quickBooks, host } = await start(t);
    await host.ask({ call: "open", server: newestServer, settings: everySetting });
    assert.deepEqual(await host.ask({ call: "close" }), { id: 2, closed: true });
    assert.deepEqual(methods(quickBooks).slice(-2), endOfSession);
    await until(() => quickBooks.connected() === 0, "the request processor is released");
    assert.deepEqual(await host.ask({ call: "close" }), { id: 3, closed: true });
    assert.deepEqual(methods(quickBooks).slice(-2), endOfSession);
  });

  it("to the last step, when an earlier one fails, and tells the first failure", async (t) => {
    const { quickBooks, host } = await start(t);
    await host.ask({ call: "open", server: newestServer, settings: plainSettings });
    quickBooks.script(() => ({ hresult: 0x8004040d, description: "gone" }));
    const reply = await host.ask({ call: "close" });
    assert.deepEqual(reply, {
      id: 2,
      failure: { step: "EndSession", hresult: 0x8004040d, description: "gone" },
    });
    assert.deepEqual(methods(quickBooks).slice(-2), endOfSession);
    await until(() => quickBooks.connected() === 0, "the request processor is released");
    assert.deepEqual(await host.ask({ call: "close" }), { id: 3, closed: true });
  });

  it("and itself when the program is gone", async (t) => {
    const { quickBooks, host } = await start(t);
    await host.ask({ call: "open", server: newestServer, settings: everySetting });
    assert.equal(await host.leave(), 0);
    assert.deepEqual(methods(quickBooks).slice(-2), endOfSession);
    assert.equal(host.stderr, "");
  });

  it("and itself when the program is gone before there was a session", async (t) => {
    const { host } = await start(t);
    assert.equal(await host.leave(), 0);
    assert.equal(host.stderr, "");
  });
});

describe("a host whose program is killed", () => {
  const program = new URL("./support/program-with-host.js", import.meta.url);
  const stdio = ["ignore", "ignore", "ignore", "ipc"] as const;

  it("lets go of QuickBooks while it is idle", async (t) => {
    const quickBooks = await startScriptedQuickBooks(t);
    const killed = fork(program, [], { execArgv: [], stdio: [...stdio] });
    await once(killed, "message");
    assert.equal(quickBooks.connected(), 1);
    killed.kill("SIGKILL");
    await until(() => quickBooks.connected() === 0, "the host is gone");
  });

  it("lets go of QuickBooks in mid-call", async (t) => {
    const quickBooks = await startScriptedQuickBooks(t, ({ method }) =>
      method === "ProcessRequest" ? { action: "sleep" } : undefined,
    );
    const killed = fork(program, ["<x/>"], { execArgv: [], stdio: [...stdio] });
    await until(() => methods(quickBooks).includes("ProcessRequest"), "QuickBooks is at work");
    killed.kill("SIGKILL");
    await until(() => quickBooks.connected() === 0, "the host is gone");
  });
});

describe("the host with a request processor in another process", () => {
  it("opens, processes, tells failures with their words, and closes", async (t) => {
    const { quickBooks, host } = await start(t);
    const text = "aé€漢😀".repeat(20_000);
    const failing = { hresult: 0x80040400, description: "nicht verstanden: ü 漢" };
    quickBooks.script(({ method, arguments: given }) => {
      if (method !== "ProcessRequest") return undefined;
      return given[1] === "fail" ? failing : { value: given[1] ?? "" };
    });
    const opened = await host.ask({ call: "open", server: outOfProcessServer, settings: everySetting });
    assert.ok("opened" in opened, JSON.stringify(opened));
    assert.equal(opened.opened.versions.at(-1), "16.0");
    assert.ok((await host.document("requests", text)).equals(Buffer.from(text)));
    const failed = await host.ask({ call: "process", kind: "requests", text: "fail" });
    assert.deepEqual(failed, { id: 3, failure: { step: "ProcessRequest", ...failing } });
    assert.deepEqual(await host.ask({ call: "close" }), { id: 4, closed: true });
    assert.deepEqual(methods(quickBooks).slice(-2), endOfSession);
    await until(() => quickBooks.connected() === 0, "the other process lets go");
  });

  it("survives the end of that process in mid-call, closes, and opens anew", async (t) => {
    const { quickBooks, host } = await start(t);
    await host.ask({ call: "open", server: outOfProcessServer, settings: plainSettings });
    quickBooks.script(({ method }) => (method === "ProcessRequest" ? { action: "exit" } : undefined));
    const failed = await host.ask({ call: "process", kind: "requests", text: "<x/>" });
    assert.ok("failure" in failed && failed.failure.step === "ProcessRequest", JSON.stringify(failed));
    const closed = await host.ask({ call: "close" });
    assert.ok("failure" in closed && closed.failure.step === "EndSession", JSON.stringify(closed));
    const opened = await host.ask({ call: "open", server: outOfProcessServer, settings: plainSettings });
    assert.ok("opened" in opened, JSON.stringify(opened));
  });
});
