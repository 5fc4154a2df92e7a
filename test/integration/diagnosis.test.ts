import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test, type TestContext } from "node:test";
import {
  fromHresult,
  QBClient,
  type Check,
  type QBClientOptions,
  type QBConnectorOptions,
} from "qbconnector";
import { NO_PROGRAMS } from "../support/command.js";
import { curl } from "../support/curl.js";
import { DiagnosingProcessor, SEEN, type Question } from "../support/diagnosing-processor.js";
import { exchange, send } from "../support/http-exchange.js";
import { query } from "../support/message-sets.js";
import { startConnector, type RunningConnector } from "../support/running-connector.js";
import { failing, gate } from "../support/scripted-processor.js";
import { until } from "../support/until.js";

interface Diagnosed extends RunningConnector {
  readonly quickbooks: DiagnosingProcessor;
}

async function startDiagnosed(t: TestContext, options: QBConnectorOptions = {}): Promise<Diagnosed> {
  const quickbooks = new DiagnosingProcessor();
  return { ...(await startConnector(t, { quickbooks, ...options })), quickbooks };
}

function outcomes(checks: readonly Check[]): Record<string, string> {
  return Object.fromEntries(checks.map(({ name, outcome }) => [name, outcome]));
}

function summaryOf(checks: readonly Check[], name: string): string {
  return checks.find((check) => check.name === name)?.summary ?? "";
}

async function diagnosis(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly Check[]> {
  const { status, json } = await exchange(url, { path: "/diagnosis", method: "GET", headers });
  assert.equal(status, 200, JSON.stringify(json));
  return json["checks"] as readonly Check[];
}

function clientOf(t: TestContext, text: string, options: QBClientOptions = {}): QBClient {
  const client = new QBClient(text, options);
  t.after(() => client.destroy());
  return client;
}

/** A look that ends when the test says so, whatever the signal says. */
function slowLook(): { look: () => Promise<readonly Check[]>; end: () => void } {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { look: () => ended.then(() => SEEN), end };
}

const OWN = { node: "pass", port: "pass", certificate: "skip", clock: "pass", users: "pass", calls: "skip" };

test(
  "curl: GET /diagnosis gives the checks of the connector and those of its request processor",
  { skip: NO_PROGRAMS },
  async (t) => {
    const { url, quickbooks, port } = await startDiagnosed(t);
    const { stdout, exitCode, stderr } = await curl(["-u", "Foo:Bar", "-v", `${url}/diagnosis`]);
    assert.equal(exitCode, 0);
    assert.match(stderr, /< content-type: application\/json/i);
    assert.match(stderr, /< cache-control: no-store/i);
    const { checks } = JSON.parse(stdout) as { checks: Check[] };
    assert.deepEqual(outcomes(checks), { ...OWN, dialog: "warn" });
    assert.deepEqual(checks.slice(-1), SEEN);
    assert.match(summaryOf(checks, "port"), new RegExp(`127\\.0\\.0\\.1, port ${port}`));
    assert.equal(quickbooks.questions.length, 1);
    assert.equal(quickbooks.sessions.length, 0);
  },
);

test("curl: over HTTPS the diagnosis tells the certificate's end", { skip: NO_PROGRAMS }, async (t) => {
  const { url } = await startDiagnosed(t, { enableSSL: true });
  const { stdout } = await curl(["-k", "-u", "Foo:Bar", `${url}/diagnosis`]);
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  assert.match(
    summaryOf(checks, "certificate"),
    /qbconnector self-made is valid until \d{4}-\d\d-\d\d, 7\d\d days/,
  );
});

test("the diagnosis is only for users who may write", async (t) => {
  const { url, quickbooks } = await startDiagnosed(t, {
    authorizedUsers: [
      { user: "Foo", password: "Bar", readOnly: true },
      { user: "Bound", password: "Bar", qbConnectionString: "ReadOnly=true" },
    ],
  });
  const ask = (credentials: string | null) =>
    exchange(url, { path: "/diagnosis", method: "GET", credentials });
  const answers = await Promise.all([null, "Foo:wrong", "Foo:Bar", "Bound:Bar"].map(ask));
  assert.deepEqual(
    answers.map(({ status, json }) => [status, json.code]),
    [
      [401, "QB_UNAUTHORIZED"],
      [401, "QB_UNAUTHORIZED"],
      [403, "QB_READ_ONLY"],
      [403, "QB_READ_ONLY"],
    ],
  );
  assert.equal(quickbooks.questions.length, 0);
  assert.equal((await exchange(url, { path: "/diagnosis", method: "POST" })).status, 405);
});

test("the diagnosis looks at the company file of the user, and at another only where clients may choose", async (t) => {
  const users = [{ user: "Foo", password: "Bar", qbConnectionString: "CompanyFile='C:\\Shop.qbw'" }];
  const bound = await startDiagnosed(t, { authorizedUsers: users });
  await diagnosis(bound.url);
  assert.equal(bound.quickbooks.questions[0]?.settings.companyFile, "C:\\Shop.qbw");
  const headers = { "qb-settings": encodeURIComponent("CompanyFile='C:\\Other.qbw'") };
  const refused = await exchange(bound.url, { path: "/diagnosis", method: "GET", headers });
  assert.deepEqual([refused.status, refused.json.code], [403, "QB_SETTING_REFUSED"]);
  assert.equal(bound.quickbooks.questions.length, 1);
});

test("the diagnosis comes while QuickBooks does not come back from a call", async (t) => {
  const { url, quickbooks } = await startDiagnosed(t);
  const { step, open } = gate();
  quickbooks.steps.push(step);
  const call = send(url, query());
  await quickbooks.reached(1);
  assert.equal(outcomes(await diagnosis(url))["dialog"], "warn");
  open();
  assert.equal((await call).status, 200);
});

test("the diagnosis tells how the last call went", async (t) => {
  const { url, quickbooks } = await startDiagnosed(t);
  quickbooks.steps.push(failing(0x80040408));
  await send(url, query());
  const after = await diagnosis(url);
  assert.equal(outcomes(after)["calls"], "fail");
  assert.match(summaryOf(after, "calls"), /QB_QUICKBOOKS_UNREACHABLE/);
  await send(url, query());
  assert.equal(outcomes(await diagnosis(url))["calls"], "pass");
});

test("one look at QuickBooks at a time, and one that takes too long is left behind", async (t) => {
  const { url, quickbooks } = await startDiagnosed(t);
  const { look, end } = slowLook();
  quickbooks.look = look;
  const late = await diagnosis(url, { "qb-deadline-ms": "50" });
  assert.equal(outcomes(late)["quickbooks"], "fail");
  assert.match(summaryOf(late, "quickbooks"), /did not end in its time/);
  assert.equal(quickbooks.questions[0]?.signal?.aborted, true);
  const meanwhile = await diagnosis(url);
  assert.deepEqual(outcomes(meanwhile), { ...OWN, quickbooks: "skip" });
  assert.match(summaryOf(meanwhile, "quickbooks"), /another diagnosis/);
  assert.equal(quickbooks.questions.length, 1);
  end();
  assert.equal(outcomes(await diagnosis(url))["dialog"], "warn");
  assert.equal(quickbooks.questions.length, 2);
});

test("a client that goes away ends the look", async (t) => {
  const { url, quickbooks } = await startDiagnosed(t);
  quickbooks.look = ({ signal }: Question) =>
    new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("ended"))));
  const controller = new AbortController();
  const gone = exchange(url, { path: "/diagnosis", method: "GET", signal: controller.signal }).catch(
    () => {},
  );
  await until(() => quickbooks.questions.length === 1, "the processor was asked");
  controller.abort();
  await gone;
  await until(() => quickbooks.questions[0]?.signal?.aborted === true, "the look was ended");
  quickbooks.look = async () => SEEN;
  assert.equal(outcomes(await diagnosis(url))["dialog"], "warn");
});

test("a request processor that fails, or that cannot look, is a check as well", async (t) => {
  const { url, quickbooks } = await startDiagnosed(t);
  quickbooks.look = () => Promise.reject(fromHresult(0x80040405));
  const failed = (await diagnosis(url)).at(-1);
  assert.equal(failed?.outcome, "fail");
  assert.match(failed?.summary ?? "", /0x80040405/);
  quickbooks.look = () => {
    throw new TypeError("secret of the program");
  };
  const thrown = (await diagnosis(url)).at(-1);
  assert.equal(thrown?.outcome, "fail");
  assert.doesNotMatch(JSON.stringify(thrown), /secret/);
  const without = await startConnector(t);
  assert.equal(outcomes(await diagnosis(without.url))["quickbooks"], "skip");
});

test("a mounted connector is told from one that listens", async (t) => {
  const { connector, quickbooks } = await startDiagnosed(t);
  const server = createServer();
  connector.attach(server, { path: "/quickbooks" });
  await connector.close();
  connector.attach(server, { path: "/books" });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as { port: number };
  const { json } = await exchange(`http://127.0.0.1:${port}`, { path: "/books/diagnosis", method: "GET" });
  assert.deepEqual(outcomes(json["checks"] as Check[]), { ...OWN, port: "skip", dialog: "warn" });
  assert.equal(quickbooks.questions.length, 1);
});

test("client.diagnose() adds what only the client sees", async (t) => {
  const { url, connector } = await startDiagnosed(t, { enableSSL: true });
  const { pin } = connector.sslCert.exportPublic();
  const client = clientOf(t, `URL='${url}' User='Foo' Password='Bar' SSLPin='${pin}'`);
  const checks = await client.diagnose();
  assert.deepEqual(outcomes(checks), {
    connection: "pass",
    "clock-difference": "pass",
    "shown-certificate": "pass",
    ...OWN,
    certificate: "pass",
    dialog: "warn",
  });
  assert.match(summaryOf(checks, "shown-certificate"), /qbconnector self-made/);
  const plain = await startDiagnosed(t);
  const other = clientOf(t, `URL='${plain.url}' User='Foo' Password='Bar'`);
  assert.equal(outcomes(await other.diagnose())["shown-certificate"], "skip");
});

test("client.diagnose() fails as other calls do, and ends with its signal", async (t) => {
  const { url, quickbooks } = await startDiagnosed(t);
  const stranger = clientOf(t, `URL='${url}' User='Foo' Password='wrong'`);
  await assert.rejects(stranger.diagnose(), { code: "QB_UNAUTHORIZED" });
  const client = clientOf(t, `URL='${url}' User='Foo' Password='Bar'`);
  const { look, end } = slowLook();
  quickbooks.look = look;
  const controller = new AbortController();
  const asking = client.diagnose({ signal: controller.signal });
  await until(() => quickbooks.questions.length === 1, "the processor was asked");
  controller.abort();
  await assert.rejects(asking, { code: "QB_ABORTED", outcome: "not_applied" });
  end();
});

test("client.diagnose() without URL asks the request processor of the program", async (t) => {
  const quickbooks = new DiagnosingProcessor();
  const client = clientOf(t, "CompanyFile='C:\\Shop.qbw' ApplicationName='Shop'", { quickbooks });
  assert.deepEqual(outcomes(await client.diagnose()), { node: "pass", dialog: "warn" });
  const { settings } = quickbooks.questions[0] as Question;
  assert.deepEqual([settings.companyFile, settings.applicationName], ["C:\\Shop.qbw", "Shop"]);
});
