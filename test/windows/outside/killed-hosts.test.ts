import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { curl } from "../../support/curl.js";
import { add, query } from "../../support/message-sets.js";
import { until } from "../../support/until.js";
import type { StubHandler, StubReply } from "../support/scripted-quickbooks.js";
import { hostProcesses, wineProcesses } from "../support/wine-processes.js";
import { startWindowsConnector, type WindowsConnector } from "../support/windows-connector.js";

type Failure = Partial<Record<"code" | "outcome" | "retryable", unknown>>;

const DOCUMENT =
  '<?xml version="1.0" ?><QBXML><QBXMLMsgsRs><CustomerQueryRs statusCode="0"/></QBXMLMsgsRs></QBXML>';
const SUBSCRIPTION =
  '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLSubscriptionMsgsRq><DataEventSubscriptionDelRq><SubscriberID>{6B063959-81B0-4622-85D6-F548C8CCB517}</SubscriberID></DataEventSubscriptionDelRq></QBXMLSubscriptionMsgsRq></QBXML>';
const WAYS = ["killed", "crash", "exit"] as const;
const EVERY_SETTING = {
  com: { unattendedMode: "optional", personalData: "optional" },
  connector: {
    authorizedUsers: [
      { user: "Foo", password: "Bar", qbConnectionString: "AuthFlags='0x8000000F'" },
      { user: "Reader", password: "Bar", qbConnectionString: "AuthFlags='0x8000000F' ReadOnly='true'" },
    ],
  },
} as const;

/** The steps of a session's life: who comes there with what, and what is true of the books when the host ends there. */
const STEPS = [
  { step: "OpenConnection2", user: "Foo", sent: add(), outcome: "not_applied" },
  { step: "PutAuthFlags", user: "Foo", sent: add(), outcome: "not_applied" },
  { step: "PutIsReadOnly", user: "Reader", sent: query(), outcome: "not_applied" },
  { step: "PutUnattendedModePref", user: "Foo", sent: add(), outcome: "not_applied" },
  { step: "PutPersonalDataPref", user: "Foo", sent: add(), outcome: "not_applied" },
  { step: "BeginSession", user: "Foo", sent: add(), outcome: "not_applied" },
  { step: "GetCurrentCompanyFileName", user: "Foo", sent: add(), outcome: "not_applied" },
  { step: "ProcessRequest", user: "Foo", sent: add(), outcome: "unknown" },
  { step: "ProcessSubscription", user: "Foo", sent: SUBSCRIPTION, outcome: "unknown" },
  { step: "EndSession", user: "Foo", sent: add(), outcome: undefined },
  { step: "CloseConnection", user: "Foo", sent: add(), outcome: undefined },
] as const;

/** Ends the hosts as another program of the machine would: without a word to them. */
function killHosts(): void {
  const hosts = hostProcesses();
  assert.equal(hosts.length, 1, "one host runs");
  for (const { pid } of hosts) process.kill(pid, "SIGKILL");
}

/** QuickBooks answers, until its next call of `step`: there the host ends in this way. */
function endingAt(
  step: string,
  way: (typeof WAYS)[number],
): { handler: StubHandler; hasEnded: () => boolean } {
  let hasEnded = false;
  const end = (): StubReply => {
    hasEnded = true;
    if (way !== "killed") return { action: way };
    killHosts();
    return { action: "sleep" };
  };
  const handler: StubHandler = ({ method }) => {
    if (method === step && !hasEnded) return end();
    return method.startsWith("Process") ? { value: DOCUMENT } : undefined;
  };
  return { handler, hasEnded: () => hasEnded };
}

async function failureOf(call: Promise<unknown>): Promise<Failure> {
  return await call.then(
    () => ({}),
    (error: Failure) => error,
  );
}

async function assertHealthy({ url }: WindowsConnector): Promise<void> {
  const { stdout } = await curl(["-k", "-w", "%{http_code}", "-o", "/dev/null", `${url}/health`]);
  assert.equal(stdout, "200");
}

/** A connector after whose end no program of Windows is left. */
async function start(t: TestContext, idleReleaseMs: number): Promise<WindowsConnector> {
  assert.deepEqual(wineProcesses(), [], "nothing is left of what ran before");
  const options = { ...EVERY_SETTING, com: { ...EVERY_SETTING.com, idleReleaseMs } };
  const connector = await startWindowsConnector(t, () => undefined, options);
  t.after(() => until(() => wineProcesses().length === 0, "no program of ours is left"));
  return connector;
}

describe("the host of a session ends by force", () => {
  for (const way of WAYS)
    it(`at each step (${way}): the caller is told, the server answers, no process is left`, async (t) => {
      const connector = await start(t, 0);
      const { client, quickBooks } = connector;
      const callers = { Foo: client("Foo"), Reader: client("Reader") };
      for (const { step, user, sent, outcome } of STEPS) {
        const script = endingAt(step, way);
        quickBooks.script(script.handler);
        const failure = await failureOf(callers[user].send(sent));
        await until(script.hasEnded, `${step} is reached`);
        const expected = outcome === undefined ? [undefined, undefined] : ["QB_QUICKBOOKS_FAILED", outcome];
        assert.deepEqual([failure.code, failure.outcome], expected, step);
        await assertHealthy(connector);
        assert.equal(await callers.Foo.send(query()), DOCUMENT, `the call after ${step}`);
        await until(() => hostProcesses().length === 0, `no host is left after ${step}`);
      }
    });

  it("while it waits for the next call: the next call has another one", async (t) => {
    const connector = await start(t, 60_000);
    const { client, quickBooks } = connector;
    quickBooks.script(({ method }) => (method === "ProcessRequest" ? { value: DOCUMENT } : undefined));
    const caller = client();
    for (let sessions = 1; sessions <= 3; sessions++) {
      assert.equal(await caller.send(add()), DOCUMENT);
      assert.equal(quickBooks.calls.filter(({ method }) => method === "BeginSession").length, sessions);
      killHosts();
      await until(() => hostProcesses().length === 0 && quickBooks.connected() === 0, "the host is gone");
      await assertHealthy(connector);
    }
    assert.equal(await caller.send(query()), DOCUMENT);
  });
});
