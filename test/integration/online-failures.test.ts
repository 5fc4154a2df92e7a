import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { connectedCompany } from "../support/online/connected-company.js";
import { startDataService, type Mishap } from "../support/online/data-service.js";
import { failureOf } from "../support/online/failure.js";
import { until } from "../support/until.js";

const AMY = { DisplayName: "Amy" };
const ATTEMPTS = 4;

describe("a write whose answer does not come", { concurrency: 8 }, () => {
  const MISHAPS: readonly (readonly [string, Mishap])[] = [
    ["a connection that closes before anything is applied", { kind: "close" }],
    ["a connection that closes after it was applied", { kind: "close", afterApplying: true }],
    ["an answer that is cut", { kind: "cut", afterApplying: true }],
    ["a page of HTML", { kind: "html", afterApplying: true }],
    ["a 504 of a gateway", { kind: "status", status: 504, body: "<html/>", afterApplying: true }],
    ["a system fault", { kind: "fault", status: 500, code: "10000", afterApplying: true }],
    [
      "a system fault with status 200",
      { kind: "fault", status: 200, code: "10000", type: "SystemFault", afterApplying: true },
    ],
    ["503 with Retry-After", { kind: "status", status: 503, headers: { "retry-after": "0" } }],
  ];
  for (const [name, mishap] of MISHAPS) {
    it(`is repeated with the same request id: ${name}`, async (t) => {
      const service = await startDataService(t);
      const { data } = connectedCompany(t, service);
      service.plan("customer", mishap, 2);
      const made = await data.create("Customer", AMY);
      assert.equal(made.DisplayName, "Amy");
      assert.deepEqual(service.books.applied, ["create Customer"]);
      const ids = service.requestsTo("customer").map(({ parameters }) => parameters.get("requestid"));
      assert.equal(ids.length, 3);
      assert.equal(new Set(ids).size, 1);
    });

    it(`is unknown in the end, and may be repeated by its request id: ${name}`, async (t) => {
      const service = await startDataService(t);
      const { data } = connectedCompany(t, service);
      service.plan("customer", mishap, ATTEMPTS);
      const error = await failureOf(data.create("Customer", AMY));
      assert.equal(error.outcome, "unknown");
      assert.equal(error.retryable, false);
      assert.match(error.advice, /requestId/);
      const { requestId } = error.details as { requestId: string };
      const made = await data.create("Customer", AMY, { requestId });
      assert.equal(service.books.all("Customer").length, 1);
      assert.equal(service.books.all("Customer")[0]?.Id, made.Id);
      assert.equal(service.requestsTo("customer").length, ATTEMPTS + 1);
    });
  }

  it("stays unknown when a later attempt is refused", async (t) => {
    for (const [status, code, afterApplying] of [
      [400, "6240", false],
      [403, "3100", true],
    ] as const) {
      const service = await startDataService(t);
      const { data } = connectedCompany(t, service);
      service.plan("customer", { kind: "close", afterApplying });
      service.plan("customer", { kind: "fault", status, code });
      const error = await failureOf(data.create("Customer", AMY));
      assert.equal(error.outcome, "unknown");
      assert.deepEqual(service.books.applied, afterApplying ? ["create Customer"] : []);
    }
  });

  it("is not applied when nothing was sent", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    await service.close();
    const error = await failureOf(data.create("Customer", AMY, { deadlineMs: 800 }));
    assert.equal(error.code, "QB_UNREACHABLE");
    assert.equal(error.outcome, "not_applied");
  });

  it("is unknown when its time is over, or its caller ends it", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    service.plan("customer", { kind: "hold", until: held }, 4);
    const late = await failureOf(data.create("Customer", AMY, { deadlineMs: 1_000 }));
    assert.deepEqual([late.code, late.outcome], ["QB_TIMEOUT", "unknown"]);
    const caller = new AbortController();
    const ended = failureOf(data.create("Customer", AMY, { signal: caller.signal }));
    await until(() => service.requestsTo("customer").length === 2, "the second write came");
    caller.abort();
    const error = await ended;
    assert.deepEqual([error.code, error.outcome], ["QB_ABORTED", "unknown"]);
    assert.ok(error.details["requestId"]);
    const read = await failureOf(data.read("Customer", "1", { deadlineMs: 100 }));
    assert.deepEqual([read.code, read.outcome], ["QB_TIMEOUT", "not_applied"]);
    const before = await failureOf(data.create("Customer", AMY, { signal: AbortSignal.abort() }));
    assert.deepEqual([before.code, before.outcome], ["QB_ABORTED", "not_applied"]);
    release();
  });
});

describe("a query whose answer does not come", { concurrency: 8 }, () => {
  const MISHAPS: readonly (readonly [string, Mishap])[] = [
    ["QB_CONNECTION_LOST", { kind: "close" }],
    ["QB_CONNECTION_LOST", { kind: "cut" }],
    ["QB_ONLINE_UNAVAILABLE", { kind: "html" }],
    ["QB_ONLINE_UNAVAILABLE", { kind: "status", status: 500 }],
    ["QB_ONLINE_UNAVAILABLE", { kind: "fault", status: 503, code: "10000", xml: true }],
  ];
  const long = `select * from Customer where DisplayName = '${"x".repeat(2_000)}'`;
  for (const [code, mishap] of MISHAPS) {
    it(`is repeated, and can have changed nothing: ${inspect(mishap)}`, async (t) => {
      const service = await startDataService(t);
      const { data } = connectedCompany(t, service);
      service.plan("query", mishap, 2);
      assert.deepEqual(await data.query("select * from Customer").toArray(), []);
      assert.equal(service.requestsTo("query").length, 3);
      service.plan("query", mishap, ATTEMPTS);
      const error = await failureOf(data.query(long).toArray());
      assert.deepEqual([error.code, error.outcome, error.retryable], [code, "not_applied", true]);
      assert.equal(error.details["requestId"], undefined);
    });
  }
});

describe("faults", () => {
  const FAULTS: readonly (readonly [Extract<Mishap, { kind: "fault" }>, string])[] = [
    [{ kind: "fault", status: 400, code: "2020" }, "QB_ONLINE_REQUEST"],
    [{ kind: "fault", status: 200, code: "6000" }, "QB_ONLINE_REQUEST"],
    [{ kind: "fault", status: 400, code: "5010", xml: true }, "QB_STALE_OBJECT"],
    [{ kind: "fault", status: 200, code: "6240", xml: true }, "QB_DUPLICATE"],
    [{ kind: "fault", status: 400, code: "000610" }, "QB_OBJECT_NOT_FOUND"],
    [{ kind: "fault", status: 403, code: "3100", xml: true }, "QB_ONLINE_FORBIDDEN"],
    [{ kind: "fault", status: 403, code: "5020" }, "QB_ONLINE_FORBIDDEN"],
    [{ kind: "fault", status: 400, code: "6140" }, "QB_DUPLICATE"],
  ];
  for (const [fault, code] of FAULTS) {
    it(`${inspect(fault)} is ${code}, sent once`, async (t) => {
      const service = await startDataService(t);
      const { data } = connectedCompany(t, service);
      service.plan("customer", fault);
      const error = await failureOf(data.create("Customer", AMY));
      assert.equal(error.code, code);
      assert.equal(error.outcome, "not_applied");
      const faults = error.details["faults"] as { code: string; detail: string; message: string }[];
      assert.deepEqual(faults, [
        {
          code: fault.code.replace(/^0+/, ""),
          message: "a planned fault",
          detail: "planned by the test",
          element: "",
        },
      ]);
      assert.match(error.details["intuitTid"] as string, /^1-/);
      assert.equal(error.details["status"], fault.status);
      assert.equal(service.requestsTo("customer").length, 1);
    });
  }

  it("hold no token, even when the service echoes it", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    const body = '{"Fault":{"Error":[{"Message":"Bearer access-token","code":"2020"}]}}';
    for (const echo of [body, "access-token"])
      for (const status of [400, 403]) {
        service.plan("customer", { kind: "status", status, body: echo });
        const error = await failureOf(data.create("Customer", AMY));
        assert.doesNotMatch(inspect(error, { depth: 9 }), /access-token/);
      }
  });

  it("a redirection is not followed", async (t) => {
    let visits = 0;
    const elsewhere = createServer((_, response) => void response.end(`${++visits}`));
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    t.after(() => elsewhere.close());
    const host = `127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    for (const status of [301, 302, 303, 307, 308]) {
      service.plan("customer", {
        kind: "status",
        status,
        headers: { location: `http://${host}/x?secret=1` },
      });
      const error = await failureOf(data.create("Customer", AMY));
      assert.deepEqual([error.code, error.outcome], ["QB_ONLINE_UNAVAILABLE", "unknown"]);
      assert.match(error.message, new RegExp(`redirection to ${host}, `));
    }
    service.plan("query", { kind: "status", status: 307, headers: { location: `http://${host}/` } });
    const error = await failureOf(data.query("select * from Customer").toArray());
    assert.deepEqual([error.outcome, error.retryable], ["not_applied", false]);
    assert.equal(visits, 0);
    assert.equal(service.requests.length, 6);
  });
});

describe("a data service that means no good", () => {
  const TOKEN = "access-token-that-nobody-may-see-0123456789";
  const echo = {
    Error: [{ Message: `bad ${TOKEN}\u001b[2J\n${"x".repeat(100_000)}`, Detail: TOKEN, code: "1" }],
  };

  it("gets the token into no error and no log, and no escapes or endless texts either", async (t) => {
    const service = await startDataService(t);
    const { data, log } = connectedCompany(t, service, { token: () => Promise.resolve({ value: TOKEN }) });
    const plan = (status: number, body: object) =>
      service.plan("", {
        kind: "status",
        status,
        headers: { intuit_tid: TOKEN },
        body: JSON.stringify(body),
      });
    plan(200, { Fault: echo });
    plan(400, { Fault: echo });
    plan(200, { BatchItemResponse: [{ bId: "0", Fault: echo }] });
    plan(200, { Fault: echo });
    const errors: unknown[] = [
      await failureOf(data.companyInfo()),
      await failureOf(data.read("Customer", "1")),
      await data.batch([{ operation: "create", entity: "Customer", object: AMY }]),
      await failureOf(data.pdf("Invoice", "1")),
    ];
    assert.equal(service.requests.length, errors.length);
    for (const error of errors) {
      const shown = inspect(error, { depth: 9 });
      assert.match(shown, /bad \(token\)/);
      assert.ok(shown.length < 20_000, `${shown.length} characters`);
      assert.ok(!shown.includes("\u001b") && !/x\n/.test(shown));
    }
    assert.ok(!inspect([errors, log], { depth: 9 }).includes(TOKEN));
  });

  it("gets an answer without end into no memory", { timeout: 60_000 }, async (t) => {
    const server = createServer((_, response) => {
      const more = (): void => {
        while (response.write(Buffer.alloc(1024 * 1024, " ")));
      };
      response.on("drain", more).writeHead(400, { "content-type": "application/json" });
      more();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close().closeAllConnections());
    const { port } = server.address() as AddressInfo;
    const { data } = connectedCompany(t, { url: `http://127.0.0.1:${port}`, companyId: "1" });
    const error = await failureOf(data.query("select * from Customer", { deadlineMs: 50_000 }).toArray());
    assert.match(error.message, /is longer than/);
  });
});
