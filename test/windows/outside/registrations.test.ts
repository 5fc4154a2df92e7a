import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { QBClient } from "qbconnector";
import { Simulator } from "qbconnector/simulator";
import { add, query } from "../../support/message-sets.js";
import { answeredBy } from "../support/simulator-behind-stub.js";
import { startWindowsConnector } from "../support/windows-connector.js";
import { registerLocalServer, registerStub } from "../support/wine.js";

async function registerAll(): Promise<void> {
  await registerStub();
  await registerLocalServer("/regserver");
}

beforeEach(registerAll);
after(registerAll);

test("with the request processor in our bitness and QBXMLRP2e, the former is taken", async (t) => {
  const connector = { allowClientSettings: ["AuthFlags"] } as const;
  const { url, pin, quickBooks } = await startWindowsConnector(t, answeredBy(new Simulator()), { connector });
  await using client = new QBClient(`URL='${url}' User='Foo' Password='Bar' SSLPin='${pin}' AuthFlags='0xF'`);
  await client.send(query());
  // The stub's QBXMLRP2e does not know auth flags.
  assert.deepEqual(quickBooks.calls.find(({ method }) => method === "PutAuthFlags")?.arguments, ["15"]);
});

test("with QBXMLRP2e alone, the way of the other bitness, calls go to its process", async (t) => {
  await registerStub("/u");
  const simulated = answeredBy(new Simulator());
  let next: "crash" | "sleep" | undefined;
  const { client, quickBooks } = await startWindowsConnector(t, async (call) => {
    const action = call.method === "ProcessRequest" ? next : undefined;
    if (action === undefined) return await simulated(call);
    next = undefined;
    return { action };
  });
  const caller = client();
  const { Name } = await caller.request("CustomerAdd", { Name: "Over there" });
  assert.equal(Name, "Over there");
  next = "sleep";
  await assert.rejects(caller.send(add(), { deadlineMs: 2_000 }), {
    code: "QB_DEADLINE",
    outcome: "unknown",
  });
  const found = await caller.request("CustomerQuery", { FullName: ["Over there"] });
  assert.equal(found.length, 1);
  next = "crash";
  // Here the crash is in another process, and comes as an HRESULT.
  await assert.rejects(caller.send(add()), { outcome: "unknown", retryable: false });
  assert.match(await caller.send(query()), /<CustomerQueryRs/);
  assert.ok(quickBooks.calls.some(({ method }) => method === "OpenConnection2"));
});

test("with the library of old versions alone, OpenConnection is called", async (t) => {
  await registerLocalServer("/unregserver");
  await registerStub("/n", "/i:QBXMLRP.RequestProcessor");
  const { client, quickBooks } = await startWindowsConnector(t, answeredBy(new Simulator()));
  assert.match(await client().send(query()), /<CustomerQueryRs/);
  assert.deepEqual(
    quickBooks.calls.slice(0, 2).map(({ method }) => method),
    ["OpenConnection", "BeginSession"],
  );
});

test("with nothing registered the error says what was looked for", async (t) => {
  await registerLocalServer("/unregserver");
  await registerStub("/u");
  const { client, quickBooks } = await startWindowsConnector(t, () => undefined);
  await assert.rejects(client().send(query()), (error: Record<string, unknown>) => {
    assert.equal(error["code"], "QB_INSTALLATION");
    assert.match(String(error["message"]), /QBXMLRP2\.RequestProcessor/);
    assert.notEqual(error["advice"], "");
    return true;
  });
  assert.equal(quickBooks.calls.length, 0);
  await registerAll();
  await client().send(query());
  assert.ok(quickBooks.calls.length > 0);
});
