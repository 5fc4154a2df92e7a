import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connectedCompany } from "../support/online/connected-company.js";
import { startDataService } from "../support/online/data-service.js";
import { failureOf } from "../support/online/failure.js";

describe("objects of QuickBooks Online", () => {
  it("are created, read, changed sparsely and as a whole", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    const made = await data.create("Customer", { DisplayName: "Amy's Bird Sanctuary", Notes: "a" });
    const sparse = await data.update("Customer", { ...version(made), Notes: "b" });
    assert.equal(sparse["DisplayName"], "Amy's Bird Sanctuary");
    const full = await data.update("Customer", { ...version(sparse), Notes: "c" }, { mode: "full" });
    assert.equal(full["DisplayName"], undefined);
    assert.deepEqual(await data.read("Customer", full["Id"] as string), full);
    assert.deepEqual(service.books.applied, ["create Customer", "update Customer", "update Customer"]);
    const [first] = service.requests;
    assert.equal(first?.headers.authorization, "Bearer access-token");
    assert.equal(first.parameters.get("minorversion"), "75");
    assert.match(first.parameters.get("requestid") ?? "", /^[\w-]{36}$/);
    assert.equal(service.requestsTo("customer/")[0]?.parameters.has("requestid"), false);
  });

  it("are deleted, with the version or by id alone, and voided", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    const line = { Line: [{ Amount: 10, DetailType: "SalesItemLineDetail" }] };
    const [a, b, c] = [service.books.insert("Invoice", line), service.books.insert("Invoice", line), 0];
    assert.equal(c, 0);
    assert.equal((await data.delete("Invoice", a))["status"], "Deleted");
    assert.equal((await data.void("Invoice", b.Id))["PrivateNote"], "Voided");
    assert.equal((await data.delete("Invoice", b.Id, { requestId: "delete-1" }))["Id"], b.Id);
    const payment = service.books.insert("Payment", {});
    await data.void("Payment", payment);
    assert.deepEqual(service.books.applied, [
      "delete Invoice",
      "void Invoice",
      "delete Invoice",
      "void Payment",
    ]);
  });

  it("tell what QuickBooks Online refuses, with its number, field and intuit_tid", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    const made = await data.create("Customer", { DisplayName: "Amy" });
    const double = await failureOf(data.create("Customer", { DisplayName: "Amy" }));
    assert.equal(double.code, "QB_DUPLICATE");
    assert.equal(double.outcome, "not_applied");
    assert.deepEqual(double.details["faults"], [
      {
        code: "6240",
        message: "Duplicate Name Exists Error",
        detail: `Duplicate Name Exists Error : Id=${made["Id"] as string}`,
        element: "DisplayName",
      },
    ]);
    assert.match(double.details["intuitTid"] as string, /^1-/);
    await data.update("Customer", { ...version(made), Notes: "b" });
    assert.equal(
      (await failureOf(data.update("Customer", { ...version(made), Notes: "c" }))).code,
      "QB_STALE_OBJECT",
    );
    assert.equal((await failureOf(data.read("Customer", "999"))).code, "QB_OBJECT_NOT_FOUND");
    const missing = await failureOf(data.create("Invoice", {} as never));
    assert.equal(missing.code, "QB_ONLINE_REQUEST");
    assert.match(missing.message, /2020/);
  });

  it("do not say that nothing was deleted when a lost deletion by id is repeated", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    const { Id } = service.books.insert("Invoice", {});
    const requestId = "delete-1";
    service.plan(({ parameters }) => parameters.has("operation"), { kind: "close", afterApplying: true }, 4);
    const lost = await failureOf(data.delete("Invoice", Id, { requestId }));
    assert.deepEqual([lost.outcome, lost.details["requestId"]], ["unknown", requestId]);
    const again = await failureOf(data.delete("Invoice", Id, { requestId }));
    assert.deepEqual(
      [again.code, again.outcome, again.details["requestId"]],
      ["QB_OBJECT_NOT_FOUND", "unknown", requestId],
    );
    assert.match(again.advice, /has deleted/);
    const never = await failureOf(data.delete("Invoice", "999"));
    assert.deepEqual([never.code, never.outcome], ["QB_OBJECT_NOT_FOUND", "not_applied"]);
  });

  it("refuses before anything is sent: a version that is missing, a kind or an id that is none", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    const before = service.requests.length;
    for (const work of [
      data.update("Customer", { Id: "1", Notes: "b" } as never),
      data.update("Customer", { SyncToken: "0" } as never),
      data.create("Customer/1", {}),
      data.read("Customer", "../1"),
      data.create("Customer", { DisplayName: "A" }, { requestId: "x".repeat(51) }),
    ])
      assert.equal((await failureOf(work)).code, "QB_INVALID_ARGUMENT");
    assert.equal(service.requests.length, before);
  });
});

function version(object: Record<string, unknown>): { Id: string; SyncToken: string } {
  return { Id: object["Id"] as string, SyncToken: object["SyncToken"] as string };
}
