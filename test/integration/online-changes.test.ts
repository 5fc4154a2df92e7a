import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { connectedCompany, type ConnectedCompany } from "../support/online/connected-company.js";
import { startDataService, type DataService } from "../support/online/data-service.js";
import { failureOf } from "../support/online/failure.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

async function company(t: TestContext): Promise<ConnectedCompany & { service: DataService }> {
  const service = await startDataService(t);
  return { service, ...connectedCompany(t, service) };
}

describe("changes", () => {
  it("tells what changed and what was deleted, of each kind, and when to ask from the next time", async (t) => {
    const { service, data } = await company(t);
    const now = Date.now();
    service.books.insert("Customer", { DisplayName: "long ago" }, now - 2 * DAY);
    const amy = service.books.insert("Customer", { DisplayName: "Amy" }, now - HOUR);
    const bill = service.books.insert("Invoice", {}, now - 3 * DAY);
    service.books.remove("Invoice", bill.Id);
    const changes = data.changes({ entities: ["Invoice", "Customer", "Vendor"], since: new Date(now - DAY) });
    assert.equal(changes.nextSince, undefined);
    const told = await changes.toArray();
    assert.deepEqual(
      told.map(({ entity, id, deleted }) => ({ entity, id, deleted })),
      [
        { entity: "Invoice", id: bill.Id, deleted: true },
        { entity: "Customer", id: amy.Id, deleted: false },
      ],
    );
    assert.equal(told[1]?.object["DisplayName"], "Amy");
    assert.ok(Date.parse(changes.nextSince ?? "") >= now);
    assert.equal(service.requests.length, 1);
  });

  it("refuses a time that QuickBooks Online does not remember, and one that is none", async (t) => {
    const { service, data } = await company(t);
    const since = new Date(Date.now() - 30 * DAY - HOUR);
    for (const wrong of [since, since.toISOString(), "yesterday"])
      assert.throws(() => data.changes({ entities: ["Customer"], since: wrong }), {
        code: "QB_INVALID_ARGUMENT",
      });
    assert.throws(() => data.changes({ entities: ["Customer"], since }), { advice: /query\(\)/ });
    assert.throws(() => data.changes({ entities: [], since: new Date() }), { code: "QB_INVALID_ARGUMENT" });
    assert.equal(service.requests.length, 0);
  });

  it("gives more than 1,000 changes of a kind, each once, when the feed begins with the oldest", async (t) => {
    const { service, data } = await company(t);
    const now = Date.now();
    for (let number = 0; number < 2_500; number++) {
      const { Id } = service.books.insert("Customer", { number }, now - DAY + number * 1_000);
      if (number % 5 === 0) service.books.remove("Customer", Id, now - DAY + number * 1_000 + 500);
    }
    const told = await data.changes({ entities: ["Customer"], since: new Date(now - 2 * DAY) }).toArray();
    assert.equal(told.filter(({ deleted }) => deleted).length, 500);
    assert.equal(told.length, 2_500);
    assert.equal(new Set(told.map(({ id }) => id)).size, 2_500);
  });

  it("says that deletions may be missing when the feed has dropped the oldest, after all that exist", async (t) => {
    const { service, data } = await company(t);
    service.books.changesCut = "newest";
    const now = Date.now();
    const gone = service.books.insert("Customer", {}, now - 2 * DAY);
    service.books.remove("Customer", gone.Id, now - DAY);
    for (let number = 0; number < 1_200; number++)
      service.books.insert("Customer", { number }, now - HOUR + number * 1_000);
    const ids = new Set<string>();
    const reading = async () => {
      for await (const { id } of data.changes({ entities: ["Customer"], since: new Date(now - 2 * DAY) }))
        ids.add(id);
    };
    const error = await failureOf(reading());
    assert.equal(ids.size, 1_200);
    assert.match(error.message, /deletions may be missing/);
    assert.equal(error.details["missed"], 200);
  });

  it("asks for each kind alone when all together come to 1,000, which is all that an answer holds", async (t) => {
    const { service, data } = await company(t);
    const since = new Date(Date.now() - DAY);
    for (let number = 0; number < 700; number++) service.books.insert("Customer", { number });
    for (let number = 0; number < 600; number++) service.books.insert("Vendor", { number });
    const told = await data.changes({ entities: ["Customer", "Vendor", "Item"], since }).toArray();
    assert.equal(new Set(told.map(({ id }) => id)).size, 1_300);
    assert.equal(told.length, 1_300);
  });

  it("says that deletions may be missing when it dropped nothing but deletions", async (t) => {
    const { service, data } = await company(t);
    service.books.changesCut = "newest";
    const now = Date.now();
    for (let number = 0; number < 1_100; number++) {
      const { Id } = service.books.insert("Customer", { number }, now - DAY + number * 1_000);
      service.books.remove("Customer", Id, now - DAY + number * 1_000);
    }
    const error = await failureOf(
      data.changes({ entities: ["Customer"], since: new Date(now - 2 * DAY) }).toArray(),
    );
    assert.match(error.message, /deletions may be missing/);
  });

  it("does not take an answer without a list of changes, or with something else in it, for one without changes", async (t) => {
    const { service, data } = await company(t);
    for (const answer of [
      {},
      { CDCResponse: null },
      { CDCResponse: [{ QueryResponse: [{ Customer: [null] }] }] },
    ]) {
      service.plan("cdc", { kind: "status", status: 200, body: JSON.stringify(answer) });
      const error = await failureOf(data.changes({ entities: ["Customer"], since: new Date() }).toArray());
      assert.equal(error.code, "QB_ONLINE_UNAVAILABLE");
    }
    service.plan("cdc", {
      kind: "status",
      status: 200,
      body: '{"CDCResponse":[null,{"QueryResponse":[null]}]}',
    });
    assert.deepEqual(await data.changes({ entities: ["Customer"], since: new Date() }).toArray(), []);
  });
});
