import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Simulator } from "qbconnector/simulator";
import { add, query } from "../../support/message-sets.js";
import { until } from "../../support/until.js";
import type { ScriptedQuickBooks, StubHandler, StubReply } from "../support/scripted-quickbooks.js";
import { answeredBy } from "../support/simulator-behind-stub.js";
import { startWindowsConnector } from "../support/windows-connector.js";

type Failure = Partial<Record<"code" | "outcome" | "retryable", unknown>>;

const DOCUMENT =
  '<?xml version="1.0" ?><QBXML><QBXMLMsgsRs><HostQueryRs statusCode="0"/></QBXMLMsgsRs></QBXML>';
const BOOKS =
  "ApplicationName='Bücher 漢字 😀' CompanyFile='C:\\Büro\\Ελλάδα.qbw' AuthFlags='0x8000000F' ConnectionMode='MultiUser' ReadOnly='true'";
const briefly = { com: { idleReleaseMs: 300 } } as const;

/** Answers every request, except that the next call of `method` gets `reply` once it is set. */
function books(inner: StubHandler = () => ({})): {
  next?: { method: string; reply: StubReply } | undefined;
  handler: StubHandler;
} {
  const state: ReturnType<typeof books> = {
    handler: async (call) => {
      if (call.method === state.next?.method) {
        const { reply } = state.next;
        state.next = undefined;
        return reply;
      }
      const reply = await inner(call);
      return call.method === "ProcessRequest" ? { value: DOCUMENT, ...reply } : reply;
    },
  };
  return state;
}

function methods({ calls }: ScriptedQuickBooks, pattern = /./): string[] {
  return calls.map(({ method }) => method).filter((method) => pattern.test(method));
}

async function failureOf(call: Promise<unknown>): Promise<Failure> {
  return await call.then(
    () => ({}),
    (error: Failure) => error,
  );
}

describe("the end of a session", () => {
  it("comes in order when nobody uses it, so that QuickBooks can be closed", async (t) => {
    const { client, quickBooks } = await startWindowsConnector(t, books().handler, briefly);
    await client().send(query());
    await until(() => quickBooks.connected() === 0, "the session was released");
    assert.deepEqual(methods(quickBooks).slice(-3), ["ProcessRequest", "EndSession", "CloseConnection"]);
  });

  it("waits for the persistent connection, also when a crash lies between", async (t) => {
    const state = books();
    const { client, quickBooks } = await startWindowsConnector(t, state.handler, briefly);
    const holder = client();
    await holder.openQBConnection();
    state.next = { method: "ProcessRequest", reply: { action: "crash" } };
    const { code, outcome } = await failureOf(holder.send(query()));
    assert.deepEqual([code, outcome], ["QB_QUICKBOOKS_FAILED", "not_applied"]);
    assert.equal(await holder.send(query()), DOCUMENT);
    assert.equal(methods(quickBooks, /^BeginSession$/).length, 2);
    assert.deepEqual(methods(quickBooks, /^(End|Close)/), []);
    await holder.closeQBConnection();
    await until(() => quickBooks.connected() === 0, "the session was released");
    assert.deepEqual(methods(quickBooks, /^(End|Close)/), ["EndSession", "CloseConnection"]);
  });
});

describe("what the settings say reaches QuickBooks", () => {
  it("names beyond Latin, 32-bit flags, read-only access, the mode, no person, personal data", async (t) => {
    const { client, quickBooks } = await startWindowsConnector(t, books().handler, {
      com: { unattendedMode: "required", personalData: "optional" },
      connector: {
        authorizedUsers: [{ user: "Foo", password: "Bar", qbConnectionString: BOOKS }],
      },
    });
    await client().send(query());
    const seen = quickBooks.calls.map(({ method, arguments: said }) => [method, ...said]);
    assert.deepEqual(seen.slice(0, 6), [
      ["OpenConnection2", "", "Bücher 漢字 😀", "1"],
      ["PutAuthFlags", String(0x8000000f | 0)],
      ["PutIsReadOnly", "1"],
      ["PutUnattendedModePref", "1"],
      ["PutPersonalDataPref", "2"],
      ["BeginSession", "C:\\Büro\\Ελλάδα.qbw", "1"],
    ]);
  });

  it("a set of subscriptions goes to ProcessSubscription", async (t) => {
    const answer = "<QBXML><QBXMLSubscriptionMsgsRs/></QBXML>";
    const { client, quickBooks } = await startWindowsConnector(t, ({ method }) =>
      method === "ProcessSubscription" ? { value: answer } : undefined,
    );
    const set = `<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLSubscriptionMsgsRq><DataEventSubscriptionQueryRq/></QBXMLSubscriptionMsgsRq></QBXML>`;
    assert.equal(await client().send(set), answer);
    assert.deepEqual(methods(quickBooks, /^Process/), ["ProcessSubscription"]);
  });
});

describe("a library that goes down at every third call", () => {
  it("leaves each write done at most once, with its true outcome", async (t) => {
    let asked = 0;
    const { client, quickBooks } = await startWindowsConnector(t, ({ method }) => {
      if (method !== "ProcessRequest") return undefined;
      return ++asked % 3 === 0 ? { action: "crash" } : { value: DOCUMENT };
    });
    const caller = client();
    const told = new Map<string, unknown>();
    for (let index = 0; index < 8; index++) {
      const { code, outcome = "applied" } = await failureOf(caller.send(add(`write-${index}`)));
      if (outcome !== "applied") assert.equal(code, "QB_QUICKBOOKS_FAILED");
      told.set(`write-${index}`, outcome);
    }
    for (const [id, outcome] of told) {
      const sent = quickBooks.calls.filter(({ arguments: said }) => said[1]?.includes(`"${id}"`)).length;
      assert.equal(sent, outcome === "not_applied" ? 0 : 1, `${id}: ${String(outcome)}`);
    }
    assert.deepEqual([told.get("write-2"), told.get("write-5")], ["unknown", "unknown"]);
  });

  it("ends an iterator, and says where", async (t) => {
    const state = books(answeredBy(new Simulator()));
    const { client } = await startWindowsConnector(t, state.handler);
    const caller = client();
    for (const Name of ["A", "B", "C", "D", "E"]) await caller.request("CustomerAdd", { Name });
    const received: string[] = [];
    const iterate = async (): Promise<void> => {
      for await (const { Name } of caller.query("Customer", {}, { pageSize: 2 })) {
        received.push(Name ?? "");
        if (received.length === 2) state.next = { method: "ProcessRequest", reply: { action: "crash" } };
      }
    };
    await assert.rejects(iterate(), (error: Failure & { details: Record<string, unknown> }) => {
      assert.deepEqual([error.code, error.details["received"]], ["QB_ITERATOR", 2]);
      return true;
    });
    assert.equal(received.length, 2);
  });
});

describe("the life of a session", () => {
  const cases = [
    ["sleep", "BeginSession", "QB_DEADLINE"],
    ["crash", "OpenConnection2", "QB_QUICKBOOKS_FAILED"],
    ["crash", "GetCurrentCompanyFileName", "QB_QUICKBOOKS_FAILED"],
  ] as const;
  it("may break off while it is opened: the caller is answered, and the next call works", async (t) => {
    const state = books();
    const { client, quickBooks } = await startWindowsConnector(t, state.handler, {
      com: { idleReleaseMs: 0 },
    });
    const caller = client();
    for (const [action, method, expected] of cases) {
      state.next = { method, reply: { action } };
      const { code, outcome } = await failureOf(caller.send(add("lost"), { deadlineMs: 6_000 }));
      assert.deepEqual([code, outcome], [expected, "not_applied"], method);
      assert.equal(await caller.send(query()), DOCUMENT, method);
    }
    assert.ok(quickBooks.calls.every(({ arguments: said }) => said[1]?.includes('"lost"') !== true));
  });
});
