import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { QBError, QBStatusError, type QueryResults } from "qbconnector";
import { Agent } from "undici";
import type { CustomerRet } from "qbconnector/qbxml";
import { Simulator } from "qbconnector/simulator";
import { makeConnector, startConnector, type RunningConnector } from "../support/running-connector.js";
import { gate, type Step } from "../support/scripted-processor.js";
import {
  addCustomers,
  clientOf,
  heldSessions,
  simulatedBooks,
  type TypedClient,
} from "../support/typed-client.js";
import { until } from "../support/until.js";

const FIRST = 'requestID="1" statusCode="0" iteratorRemainingCount="2" iteratorID="{1}"';

function page(attributes: string, names: readonly string[] = []): string {
  const records = names.map(
    (name) =>
      `<CustomerRet><ListID>${name}-1</ListID><TimeModified>2026-01-01T00:00:00</TimeModified><Name>${name}</Name></CustomerRet>`,
  );
  return `<QBXML><QBXMLMsgsRs><CustomerQueryRs ${attributes}>${records.join("")}</CustomerQueryRs></QBXMLMsgsRs></QBXML>`;
}

async function scriptedBooks(
  t: TestContext,
  ...steps: readonly (string | Step)[]
): Promise<TypedClient & RunningConnector> {
  const running = await startConnector(t);
  running.processor.steps.push(...steps.map((step) => (typeof step === "string" ? () => step : step)));
  return { ...running, ...clientOf(t, running.url) };
}

interface Ended {
  readonly received: string[];
  readonly error: QBError;
}

/** Reads to the failure; `onRecord` is called with the number of each record. */
async function readToFailure(
  results: QueryResults<CustomerRet>,
  onRecord: (count: number) => Promise<void> | void = () => {},
): Promise<Ended> {
  const received: string[] = [];
  try {
    for await (const { Name } of results) {
      received.push(Name);
      await onRecord(received.length);
    }
  } catch (error) {
    assert.ok(error instanceof QBError, String(error));
    return { received, error };
  }
  return assert.fail("the query did not fail");
}

function checkDied({ error, received }: Ended, cause: string): void {
  assert.deepEqual([error.code, error.outcome, error.retryable], ["QB_ITERATOR", "not_applied", false]);
  assert.equal((error.cause as QBError).code, cause);
  const { lastID, lastTimeModified, ...place } = error.details;
  assert.equal(place["received"], received.length);
  assert.equal(typeof lastID, "string");
  assert.equal(typeof lastTimeModified, "string");
}

describe("an iterator that dies", () => {
  it("because its connection was closed on the connector says how far it got", async (t) => {
    const { url } = await startConnector(t, { quickbooks: new Simulator() });
    const agent = new Agent();
    t.after(() => agent.destroy());
    const paths: string[] = [];
    const dispatcher = {
      request: (options: Parameters<Agent["request"]>[0]) => {
        paths.push(String(options.path));
        return agent.request(options);
      },
    };
    const { client } = clientOf(t, url, { dispatcher: dispatcher as never });
    const names = await addCustomers(client, 25);
    const results = client.query("Customer", {}, { pageSize: 10 });
    const ended = await readToFailure(results, async (count) => {
      if (count !== 15) return;
      const authorization = `Basic ${Buffer.from("Foo:Bar").toString("base64")}`;
      const closed = await fetch(url + (paths.at(-1) ?? ""), {
        method: "DELETE",
        headers: { authorization },
      });
      assert.equal(closed.status, 204);
    });
    checkDied(ended, "QB_TICKET");
    assert.deepEqual(ended.received, names.slice(0, 20));
    const { request, received, pages, remaining } = ended.error.details;
    assert.deepEqual(
      { request, received, pages, remaining },
      { request: "CustomerQuery", received: 20, pages: 2, remaining: 5 },
    );
    assert.match(ended.error.message, /^CustomerQuery: the iterator ended after 20 records: /);
  });

  it("because the connector was started again says how far it got", async (t) => {
    const simulator = new Simulator();
    const first = await startConnector(t, { quickbooks: simulator });
    const { client } = clientOf(t, first.url);
    await addCustomers(client, 25);
    const ended = await readToFailure(client.query("Customer", {}, { pageSize: 10 }), async (count) => {
      if (count !== 10) return;
      await first.connector.destroy();
      const { connector } = makeConnector(t, { quickbooks: simulator, localPort: first.port });
      await connector.listen();
    });
    // What the client finds of the connections that it had: closed, or one that is new.
    assert.equal(ended.error.code, "QB_ITERATOR");
    assert.match((ended.error.cause as QBError).code, /^(?:QB_TICKET|QB_CONNECTION_LOST)$/);
    assert.equal(ended.received.length, 10);
  });

  it("because the connector is gone says how far it got", async (t) => {
    const { client, connector } = await simulatedBooks(t);
    await addCustomers(client, 25);
    const ended = await readToFailure(client.query("Customer", {}, { pageSize: 10 }), async (count) => {
      if (count === 10) await connector.destroy();
    });
    assert.equal(ended.error.code, "QB_ITERATOR");
    assert.match((ended.error.cause as QBError).code, /^(?:QB_UNREACHABLE|QB_CONNECTION_LOST)$/);
    assert.equal(ended.received.length, 10);
  });

  for (const [why, answer, cause] of [
    ["QuickBooks does not know it any more", page('statusCode="3000" statusSeverity="Error"'), "QB_STATUS"],
    ["an answer is broken", page(FIRST, ["C"]).slice(0, -40), "QB_RESPONSE"],
    ["an answer belongs to something else", "<QBXML><QBXMLMsgsRs/></QBXML>", "QB_RESPONSE"],
    ["it stands still", page('statusCode="0" iteratorRemainingCount="2" iteratorID="{1}"'), "QB_RESPONSE"],
  ] as const)
    it(`because ${why} says how far it got, and is closed`, async (t) => {
      const { client, processor } = await scriptedBooks(t, page(FIRST, ["A", "B"]));
      processor.otherwise = () => answer;
      const ended = await readToFailure(client.query("Customer"));
      checkDied(ended, cause);
      assert.deepEqual(ended.received.slice(0, 2), ["A", "B"]);
      assert.equal(ended.error.details["lastTimeModified"], "2026-01-01T00:00:00");
      assert.equal(JSON.stringify(ended.error).includes("{1}"), false);
      await until(() => processor.openSessions === 0, "the connection is closed");
    });

  it("because QuickBooks lost its session is not begun anew in silence", async (t) => {
    const { client, processor } = await scriptedBooks(t, page(FIRST, ["A", "B"]), () => {
      throw new QBError("QB_SESSION_LOST", "QuickBooks has ended");
    });
    checkDied(await readToFailure(client.query("Customer")), "QB_SESSION_LOST");
    assert.equal(processor.calls.filter(({ set }) => set.requests[0]?.iterator === "Start").length, 1);
  });

  it("does not take the persistent connection of the client with it", async (t) => {
    const { client, url } = await simulatedBooks(t);
    await client.openQBConnection();
    const { client: other, processor } = await scriptedBooks(t, page(FIRST, ["A"]), () => {
      throw new QBError("QB_TICKET", "gone");
    });
    await other.openQBConnection();
    checkDied(await readToFailure(other.query("Customer")), "QB_TICKET");
    assert.match(other.qbConnectionString, /Ticket=/);
    await until(() => processor.openSessions === 1, "only the connection of the client is open");
    assert.equal(await heldSessions(url), 1);
  });
});

describe("a query that fails otherwise", () => {
  it("at its first request gives the error of that request", async (t) => {
    const refused = page('statusCode="3000" statusSeverity="Error" statusMessage="no"');
    const { client, processor } = await scriptedBooks(t, refused);
    const { error } = await readToFailure(client.query("Customer"));
    assert.ok(error instanceof QBStatusError);
    assert.equal(error.statusCode, 3000);
    await until(() => processor.openSessions === 0, "the connection is closed");
  });

  it("because it is wrong sends nothing", async (t) => {
    const { client, sent } = await simulatedBooks(t);
    const filter = { Name: "Acme", Nam: "x" } as object;
    const { error } = await readToFailure(client.query("Customer", filter));
    assert.equal(error.code, "QB_REQUEST_INVALID");
    for (const pageSize of [0, -1, 1.5, NaN, 2 ** 31])
      assert.equal(
        (await readToFailure(client.query("Customer", {}, { pageSize }))).error.code,
        "QB_INVALID_ARGUMENT",
      );
    const nothing = null as unknown as object;
    assert.equal((await readToFailure(client.query("Customer", nothing))).error.code, "QB_INVALID_ARGUMENT");
    const option = { pagesize: 5 } as object;
    assert.equal(
      (await readToFailure(client.query("Customer", {}, option))).error.code,
      "QB_INVALID_ARGUMENT",
    );
    assert.deepEqual(sent(), []);
  });

  it("without an iterator keeps its error", async (t) => {
    const broken =
      '<QBXML><QBXMLMsgsRs><CustomerQueryRs statusCode="0"><CustomerRet><Name>A</Name></CustomerRet>';
    const { client } = await scriptedBooks(t, broken);
    const ended = await readToFailure(client.query("Customer", { FullName: ["A"] }));
    assert.deepEqual([ended.received, ended.error.code], [["A"], "QB_RESPONSE"]);
  });

  it("that says that there is more, but not how to get it, is not taken for complete", async (t) => {
    const { client } = await scriptedBooks(t, page('statusCode="0"', ["A", "B"]));
    const ended = await readToFailure(client.query("Customer", {}, { pageSize: 2 }));
    assert.deepEqual([ended.received, ended.error.code], [["A", "B"], "QB_RESPONSE"]);
  });

  it("without an iterator in the answer is complete when the page is not full", async (t) => {
    const { client } = await scriptedBooks(t, page('statusCode="0"', ["A", "B"]));
    assert.equal((await client.query("Customer", {}, { pageSize: 3 }).toArray()).length, 2);
  });
});

describe("a query that its caller aborts", () => {
  it("between records ends with QB_ABORTED, is stopped and closed", async (t) => {
    const { client, sent, url } = await simulatedBooks(t);
    await addCustomers(client, 25);
    const controller = new AbortController();
    const results = client.query("Customer", {}, { pageSize: 10, signal: controller.signal });
    const ended = await readToFailure(results, (count) => {
      if (count === 5) controller.abort();
    });
    assert.deepEqual([ended.error.code, ended.received.length], ["QB_ABORTED", 5]);
    await until(() => sent().at(-1)?.[0]?.includes('iterator="Stop"') === true, "Stop was sent");
    await client.close();
    assert.equal(await heldSessions(url), 0);
  });

  it("while it waits for QuickBooks ends at once", async (t) => {
    const { step, open } = gate();
    const { client, processor } = await scriptedBooks(t, page(FIRST, ["A", "B"]), step);
    const controller = new AbortController();
    const reading = readToFailure(client.query("Customer", {}, { signal: controller.signal }));
    await processor.reached(2);
    controller.abort();
    const ended = await reading;
    assert.deepEqual([ended.error.code, ended.received], ["QB_ABORTED", ["A", "B"]]);
    open();
    await until(() => processor.openSessions === 0, "the connection is closed");
    assert.equal(processor.calls.at(-1)?.set.requests[0]?.iterator, "Stop");
  });

  it("without a connector ends, too", async (t) => {
    const { QBClient } = await import("qbconnector");
    const client = new QBClient("ApplicationName='Test'", { quickbooks: new Simulator() });
    t.after(() => client.destroy());
    await addCustomers(client, 5);
    const controller = new AbortController();
    const results = client.query("Customer", {}, { pageSize: 2, signal: controller.signal });
    const ended = await readToFailure(results, (count) => {
      if (count === 1) controller.abort();
    });
    assert.deepEqual([ended.error.code, ended.received.length], ["QB_ABORTED", 1]);
  });
});

describe("a query whose client is closed in the middle", () => {
  it("ends with QB_CLOSED, and its connection is closed", async (t) => {
    const { client, url } = await simulatedBooks(t);
    await addCustomers(client, 25);
    const ended = await readToFailure(client.query("Customer", {}, { pageSize: 10 }), async (count) => {
      if (count === 5) await client.close();
    });
    assert.deepEqual([ended.error.code, ended.received.length], ["QB_CLOSED", 10]);
    assert.equal(await heldSessions(url), 0);
  });
});
