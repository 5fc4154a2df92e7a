import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connectedCompany } from "../support/online/connected-company.js";
import { startDataService } from "../support/online/data-service.js";
import { failureOf } from "../support/online/failure.js";
import { until } from "../support/until.js";

const AMY = { DisplayName: "Amy" };
const throttled = (retryAfter?: string, status = 429) => ({
  kind: "fault" as const,
  status,
  code: "003001",
  type: "SERVICE",
  xml: status === 403,
  headers: retryAfter === undefined ? {} : { "retry-after": retryAfter },
});

describe("Intuit's limits", () => {
  it("are waited for by every connection to the company, and by no other", async (t) => {
    const service = await startDataService(t);
    const [first, second] = [connectedCompany(t, service), connectedCompany(t, service)];
    const other = await startDataService(t, "99");
    service.plan("customer", throttled("1"));
    const creating = first.data.create("Customer", AMY);
    await until(() => service.requests.length === 1, "the first was throttled");
    await until(() => first.log.length === 1, "and knows");
    const asking = second.data.query("select * from Customer").toArray();
    await connectedCompany(t, other).data.companyInfo();
    // The other company was asked and has answered; here nothing has begun anew.
    assert.equal(service.requests.length, 1);
    await Promise.all([creating, asking]);
    assert.deepEqual(service.books.applied, ["create Customer"]);
    const ids = service.requestsTo("customer").map(({ parameters }) => parameters.get("requestid"));
    assert.equal(new Set(ids).size, 1);
  });

  it("end a call whose deadline comes before, which has changed nothing", async (t) => {
    const date = new Date(Date.now() + 300_000).toUTCString();
    for (const [retryAfter, least, most] of [
      [undefined, 60, 62],
      ["120", 120, 122],
      [date, 295, 302],
    ] as const) {
      const service = await startDataService(t);
      const { data } = connectedCompany(t, service);
      service.plan("customer", throttled(retryAfter));
      const error = await failureOf(data.create("Customer", AMY, { deadlineMs: 5_000 }));
      assert.deepEqual([error.code, error.outcome, error.retryable], ["QB_RATE_LIMIT", "not_applied", true]);
      const seconds = error.retryAfter ?? 0;
      assert.ok(seconds >= least && seconds <= most, `${seconds} seconds`);
      assert.equal(service.requests.length, 1);
    }
  });

  it("keep nobody waiting who has closed the connection", async (t) => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    const service = await startDataService(t);
    const { api, data, log } = connectedCompany(t, service);
    service.plan("customer", throttled("100"));
    const waiting = failureOf(data.create("Customer", AMY));
    await until(() => log.length === 1, "the call was throttled");
    const behind = failureOf(data.companyInfo());
    api.close();
    const later = failureOf(data.companyInfo());
    for (const error of await Promise.all([waiting, behind, later]))
      assert.deepEqual([error.code, error.outcome], ["QB_CLOSED", "not_applied"]);
    assert.equal(service.requests.length, 1);
    await until(() => timers() <= before, "no timer keeps the process alive");
  });

  it("may come as XML with 403", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    service.plan("customer", throttled("0", 403), 2);
    assert.equal((await data.create("Customer", AMY)).DisplayName, "Amy");
    assert.equal(service.requests.length, 3);
  });

  it("are not waited for for ever", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    service.plan("customer", throttled("0"), 100);
    const error = await failureOf(data.create("Customer", AMY));
    assert.deepEqual([error.code, error.outcome], ["QB_RATE_LIMIT", "not_applied"]);
    assert.ok(service.requests.length < 10);
  });

  it("leave a write unknown whose earlier attempt was lost", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    service.plan("customer", { kind: "close", afterApplying: true });
    service.plan("customer", throttled("100"));
    const error = await failureOf(data.create("Customer", AMY, { deadlineMs: 10_000 }));
    assert.deepEqual([error.code, error.outcome], ["QB_RATE_LIMIT", "unknown"]);
  });

  it("are kept: ten at the same time for a company, however many connections there are", async (t) => {
    const service = await startDataService(t);
    const connections = [connectedCompany(t, service), connectedCompany(t, service)];
    let release = (): void => {};
    service.plan("query", { kind: "hold", until: new Promise<void>((resolve) => (release = resolve)) }, 100);
    const calls = Array.from({ length: 40 }, (_, index) =>
      connections[index % 2]?.data.query("select * from Customer").toArray(),
    );
    await until(() => service.requests.length === 10, "ten are there");
    const caller = new AbortController();
    const ended = failureOf(
      (connections[0] as (typeof connections)[0]).data.companyInfo({ signal: caller.signal }),
    );
    caller.abort();
    assert.equal((await ended).code, "QB_ABORTED");
    assert.equal(service.requests.length, 10);
    release();
    await Promise.all(calls);
    assert.equal(service.requests.length, 40);
    assert.equal(service.peak, 10);
    assert.equal(service.throttled, 0);
  });

  it("are kept by calls that waited for a token while all others ended", async (t) => {
    const service = await startDataService(t);
    let issue = (token: { value: string }): void => assert.fail(token.value);
    const token = new Promise<{ value: string }>((resolve) => (issue = resolve));
    const [late, other] = [
      connectedCompany(t, service, { token: () => token }),
      connectedCompany(t, service),
    ];
    const waiting = Array.from({ length: 10 }, () => late.data.companyInfo());
    await other.data.companyInfo();
    let release = (): void => {};
    service.plan("", { kind: "hold", until: new Promise<void>((resolve) => (release = resolve)) }, 100);
    const held = Array.from({ length: 10 }, () => other.data.companyInfo());
    await until(() => service.requests.length === 11, "ten are there");
    issue({ value: "access-token" });
    await token;
    await late.api.companyId();
    release();
    await Promise.all([...waiting, ...held]);
    assert.equal(service.peak, 10);
  });

  it("make nobody wait for a time that is out of proportion, and keep no processor busy meanwhile", async (t) => {
    const warnings: string[] = [];
    const heard = ({ name }: Error) => void warnings.push(name);
    process.on("warning", heard);
    t.after(() => process.off("warning", heard));
    for (const retryAfter of ["9".repeat(12), "9".repeat(400), "Wed, 21 Oct 2099 07:28:00 GMT"]) {
      const service = await startDataService(t, retryAfter.length.toString());
      const { api, data, log } = connectedCompany(t, service);
      service.plan("", throttled(retryAfter), 2);
      const waiting = failureOf(data.companyInfo());
      await until(() => log.length === 1, "it was throttled");
      const later = await failureOf(data.companyInfo({ deadlineMs: 5_000 }));
      assert.ok((later.retryAfter ?? Infinity) <= 602, `${later.retryAfter} seconds`);
      api.close();
      assert.equal((await waiting).code, "QB_CLOSED");
      assert.equal(service.requests.length, 1);
    }
    assert.deepEqual(warnings, []);
  });
});
