import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { QBError } from "qbconnector";
import { connectedCompany } from "../support/online/connected-company.js";
import { startDataService, type ServiceRequest } from "../support/online/data-service.js";

interface SentBatch {
  readonly BatchItemRequest: readonly { readonly bId: string }[];
}

const customers = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    operation: "create" as const,
    entity: "Customer",
    object: { DisplayName: `Customer ${index}` },
  }));

describe("batches", () => {
  it("go in chunks of 30, with results in the order of the items", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    const results = await data.batch(customers(65));
    assert.deepEqual(
      results.map((result) => result.ok && "object" in result && result.object["DisplayName"]),
      customers(65).map(({ object }) => object.DisplayName),
    );
    const sent = service.requestsTo("batch");
    assert.deepEqual(
      sent.map(({ body }) => (JSON.parse(body) as SentBatch).BatchItemRequest.length),
      [30, 30, 5],
    );
    assert.equal(new Set(sent.map(({ parameters }) => parameters.get("requestid"))).size, 3);
  });

  it("do all kinds of work, each item with its own result", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    const [amy, bob] = [
      service.books.insert("Customer", { DisplayName: "Amy", Notes: "x" }),
      service.books.insert("Customer", { DisplayName: "Bob", Notes: "x" }),
    ];
    const [bill, other] = [service.books.insert("Invoice", {}), service.books.insert("Invoice", {})];
    const results = await data.batch([
      { operation: "update", entity: "Customer", object: { Id: amy.Id, SyncToken: "0", Active: false } },
      { operation: "update", entity: "Customer", object: { Id: bob.Id, SyncToken: "0" }, mode: "full" },
      { operation: "create", entity: "Customer", object: { DisplayName: "Amy" } },
      { operation: "delete", entity: "Invoice", object: bill },
      { operation: "void", entity: "Invoice", object: other },
      { operation: "delete", entity: "Invoice", object: { Id: "999", SyncToken: "0" } },
      { query: "select * from Customer where DisplayName = 'Amy'" },
      { query: "select count(*) from Customer" },
      { query: "select * from Customer where" },
    ]);
    assert.deepEqual(
      results.map((result) => (result.ok ? "ok" : `${result.error.code} ${result.error.outcome}`)),
      [
        ..."ok ok".split(" "),
        "QB_DUPLICATE not_applied",
        ..."ok ok".split(" "),
        "QB_OBJECT_NOT_FOUND not_applied",
        ..."ok ok".split(" "),
        "QB_ONLINE_REQUEST not_applied",
      ],
    );
    assert.equal(service.books.read("Customer", amy.Id)["Notes"], "x");
    assert.equal(service.books.read("Customer", bob.Id)["Notes"], undefined);
    assert.deepEqual(service.books.applied, [
      ...["update Customer", "update Customer", "delete Invoice", "void Invoice"],
    ]);
    const [found, counted] = [results[6], results[7]];
    assert.ok(found?.ok && "objects" in found && counted?.ok && "objects" in counted);
    assert.equal(found.objects[0]?.["Id"], amy.Id);
    assert.deepEqual(counted, { ok: true, objects: [], count: 2 });
  });

  it("say of each item what is known when a chunk is lost, and may be repeated as a whole", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    service.plan("batch", { kind: "fault", status: 429, code: "3001", headers: { "retry-after": "0" } });
    const items = [...customers(59), { query: "select * from Customer" }, ...customers(65).slice(59)];
    // The first chunk is answered; the second is applied, and its answer lost each time.
    const isSecond = (request: ServiceRequest) => request.parameters.get("requestid") === "import-7-1";
    service.plan(isSecond, { kind: "close", afterApplying: true }, 4);
    const first = await data.batch(items, { requestId: "import-7" });
    const told = first.map((result) => (result.ok ? "ok" : result.error.outcome));
    assert.deepEqual(told, [
      ...Array.from({ length: 30 }, () => "ok"),
      ...Array.from({ length: 29 }, () => "unknown"),
      ...Array.from({ length: 7 }, () => "not_applied"),
    ]);
    const lost = first[30] as { error: QBError };
    assert.equal(lost.error.details["requestId"], "import-7");
    assert.match(lost.error.advice, /requestId/);
    const again = await data.batch(items, { requestId: "import-7" });
    assert.ok(again.every(({ ok }) => ok));
    assert.equal(service.books.all("Customer").length, 65);
  });

  it("name the id to repeat them with for an item of which the answer says nothing", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    const body = '{"BatchItemResponse":[]}';
    service.plan("batch", { kind: "status", status: 200, body, afterApplying: true });
    const [item] = await data.batch(customers(1), { requestId: "import-8" });
    const first = item as { error: QBError };
    assert.equal(first.error.outcome, "unknown");
    assert.equal(first.error.details["requestId"], "import-8");
    const again = await data.batch(customers(1), { requestId: "import-8" });
    assert.ok(again.every(({ ok }) => ok));
    assert.equal(service.books.all("Customer").length, 1);
  });
});
