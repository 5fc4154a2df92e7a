import assert from "node:assert/strict";
import { test } from "node:test";
import { Simulator } from "qbconnector/simulator";
import { curl } from "../../support/curl.js";
import { add, messageSet, query } from "../../support/message-sets.js";
import { until } from "../../support/until.js";
import type { StubReply } from "../support/scripted-quickbooks.js";
import { answeredBy } from "../support/simulator-behind-stub.js";
import { startWindowsConnector } from "../support/windows-connector.js";

/** Answers as the simulator does, unless the next answer to ProcessRequest was set. */
function company(): { next?: StubReply; handler: Parameters<typeof startWindowsConnector>[1] } {
  const simulated = answeredBy(new Simulator());
  const state: { next?: StubReply; handler: Parameters<typeof startWindowsConnector>[1] } = {
    handler: async (call) => {
      const { next } = state;
      if (call.method !== "ProcessRequest" || next === undefined) return await simulated(call);
      delete state.next;
      return next;
    },
  };
  return state;
}

/** What the connector hands over, and the simulator answers, has character references for all beyond ASCII. */
function decoded(xml: string): string {
  return xml.replace(/&#(\d+);/g, (_reference, number: string) => String.fromCodePoint(Number(number)));
}

const addCustomer = (name: string): string =>
  messageSet(`<CustomerAddRq><CustomerAdd><Name>${name}</Name></CustomerAdd></CustomerAddRq>`);

test("curl on another system adds and asks over TLS", async (t) => {
  const { url, pin, quickBooks } = await startWindowsConnector(t, company().handler);
  const post = ["-k", "--pinnedpubkey", pin, "-u", "Foo:Bar", "-H", "Content-Type: text/xml"];
  const added = await curl([...post, "--data-binary", "@-", url], addCustomer("Käse &#8364; Œuf"));
  assert.match(added.stdout, /<CustomerAddRs statusCode="0"/);
  const found = await curl([...post, "--data-binary", "@-", url], query());
  assert.ok(decoded(found.stdout).includes("<FullName>Käse € Œuf</FullName>"), found.stdout);
  assert.deepEqual(
    quickBooks.calls.map(({ method }) => method).filter((method) => /Connection|Session$/.test(method)),
    ["OpenConnection2", "BeginSession"],
  );
});

test("a QBClient adds and asks, and a read-only user cannot write", async (t) => {
  const { client, quickBooks } = await startWindowsConnector(t, company().handler);
  const added = await client().request("CustomerAdd", { Name: "Remote" });
  assert.equal(added.Name, "Remote");
  const reader = client("Reader");
  const found = await reader.request("CustomerQuery", { FullName: ["Remote"] });
  assert.equal(found[0]?.ListID, added.ListID);
  const before = quickBooks.calls.filter(({ method }) => method === "ProcessRequest").length;
  await assert.rejects(reader.request("CustomerAdd", { Name: "Refused" }), { code: "QB_READ_ONLY" });
  assert.equal(quickBooks.calls.filter(({ method }) => method === "ProcessRequest").length, before);
});

test("the deadline of a call with a QuickBooks that hangs: the outcome is told, the next call works", async (t) => {
  const books = company();
  const { client, quickBooks } = await startWindowsConnector(t, books.handler);
  const caller = client();
  await caller.send(query());
  books.next = { action: "sleep" };
  await assert.rejects(caller.send(add(), { deadlineMs: 1_500 }), (error: Record<string, unknown>) => {
    assert.deepEqual(
      [error["code"], error["outcome"], error["retryable"]],
      ["QB_DEADLINE", "unknown", false],
    );
    return true;
  });
  await until(() => quickBooks.connected() === 0, "the host that hangs was ended");
  assert.match(await caller.send(query()), /<CustomerQueryRs/);
});

for (const action of ["crash", "exit"] as const) {
  test(`QuickBooks' library goes down in mid-call (${action}): the connector stays`, async (t) => {
    const books = company();
    const { client } = await startWindowsConnector(t, books.handler);
    const caller = client();
    books.next = { action };
    await assert.rejects(caller.send(add()), (error: Record<string, unknown>) => {
      const { code, outcome, retryable } = error;
      assert.deepEqual([code, outcome, retryable], ["QB_QUICKBOOKS_FAILED", "unknown", false]);
      return true;
    });
    assert.match(await caller.send(query()), /<CustomerQueryRs/);
  });
}

test("while QuickBooks works, the connector answers others", async (t) => {
  let answer = (): void => {};
  const waiting = new Promise<void>((resolve) => (answer = resolve));
  const { client, url, quickBooks } = await startWindowsConnector(t, async ({ method }) => {
    if (method === "ProcessRequest") await waiting;
    return { value: method === "ProcessRequest" ? "<QBXML/>" : "" };
  });
  const call = client().send(query());
  await until(() => quickBooks.calls.some(({ method }) => method === "ProcessRequest"), "it is asked");
  const { stdout } = await curl(["-k", "-w", "%{http_code}", "-o", "/dev/null", `${url}/health`]);
  assert.equal(stdout, "200");
  answer();
  assert.equal(await call, "<QBXML/>");
});

test("5 million characters beyond Latin-1 come whole in both directions", async (t) => {
  // Requests hold only what QuickBooks can store; answers are anything.
  const asked = "€üŽ…".repeat(1_250_000);
  const found = "Ελ乳€😀".repeat(714_286);
  const answer = `<?xml version="1.0" ?><QBXML><QBXMLMsgsRs><CustomerQueryRs statusCode="0">${found}</CustomerQueryRs></QBXMLMsgsRs></QBXML>`;
  const { client, quickBooks } = await startWindowsConnector(t, ({ method }) =>
    method === "ProcessRequest" ? { value: answer } : undefined,
  );
  const received = await client().send(
    messageSet(`<CustomerQueryRq><FullName>${asked}</FullName></CustomerQueryRq>`),
  );
  assert.ok(received === answer, `${received.length} characters of ${answer.length}`);
  const sent = quickBooks.calls.find(({ method }) => method === "ProcessRequest")?.arguments[1] ?? "";
  assert.ok(decoded(sent).includes(asked), `${sent.length} characters`);
});
