import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { connectedCompany } from "../support/online/connected-company.js";
import { failureOf } from "../support/online/failure.js";
import { startDataService, type DataService, type ServiceRequest } from "../support/online/data-service.js";
import { until } from "../support/until.js";

async function withCustomers(t: TestContext, count: number): Promise<DataService> {
  const service = await startDataService(t);
  for (let number = 1; number <= count; number++)
    service.books.insert("Customer", { DisplayName: `Customer ${number}`, Balance: number / 4 });
  return service;
}

describe("queries of QuickBooks Online", () => {
  it("gives every object once, page after page, though the service has no order of its own", async (t) => {
    const service = await withCustomers(t, 2_345);
    const { data } = connectedCompany(t, service);
    const names = new Set<unknown>();
    for await (const { DisplayName } of data.query("select * from Customer")) names.add(DisplayName);
    assert.equal(names.size, 2_345);
    const asked = service.requestsTo("query").map(({ parameters }) => parameters.get("query"));
    assert.deepEqual(asked, [
      "select * from Customer ORDERBY Id STARTPOSITION 1 MAXRESULTS 1000",
      "select * from Customer ORDERBY Id STARTPOSITION 1001 MAXRESULTS 1000",
      "select * from Customer ORDERBY Id STARTPOSITION 2001 MAXRESULTS 1000",
    ]);
  });

  it("goes on after pages that the service has cut without a word", async (t) => {
    const service = await withCustomers(t, 1_250);
    service.books.largestPage = 500;
    const { data } = connectedCompany(t, service);
    const found = await data.query("select * from Customer maxresults 2000").toArray();
    assert.equal(new Set(found.map(({ Id }) => Id)).size, 1_250);
  });

  it("keeps to STARTPOSITION, MAXRESULTS and ORDERBY of the text", async (t) => {
    const service = await withCustomers(t, 60);
    const { data } = connectedCompany(t, service);
    const query = "select * from Customer orderby Balance desc startposition 11 maxresults 25";
    const found = await data.query(query, { pageSize: 10 }).toArray();
    assert.deepEqual(
      found.map(({ Balance }) => Balance),
      Array.from({ length: 25 }, (_, index) => (50 - index) / 4),
    );
    const asked = service.requestsTo("query").map(({ parameters }) => parameters.get("query"));
    assert.deepEqual(asked, [
      "select * from Customer orderby Balance desc STARTPOSITION 11 MAXRESULTS 10",
      "select * from Customer orderby Balance desc STARTPOSITION 21 MAXRESULTS 10",
      "select * from Customer orderby Balance desc STARTPOSITION 31 MAXRESULTS 5",
    ]);
  });

  it("counts", async (t) => {
    const { data } = connectedCompany(t, await withCustomers(t, 7));
    assert.deepEqual(await data.query<number>("select count(*) from Customer").toArray(), [7]);
  });

  it("takes no answer for a count, or for objects, that holds none", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    for (const [text, answer] of [
      ["select count(*) from Customer", {}],
      ["select count(*) from Customer", { totalCount: "many" }],
      ["select * from Customer", { Customer: [null] }],
    ] as const) {
      service.plan("query", { kind: "status", status: 200, body: JSON.stringify({ QueryResponse: answer }) });
      assert.equal((await failureOf(data.query(text).toArray())).code, "QB_ONLINE_UNAVAILABLE");
    }
  });

  it("fetches one page ahead and no more, and stops when the loop is left", async (t) => {
    const service = await withCustomers(t, 50);
    const { data } = connectedCompany(t, service);
    const isSecond = ({ parameters }: ServiceRequest) =>
      /STARTPOSITION 11 /.test(parameters.get("query") ?? "");
    service.plan(isSecond, { kind: "hold", until: new Promise(() => {}) });
    const results = data.query("select * from Customer", { pageSize: 10 });
    for await (const { Id } of results) {
      assert.ok(Id);
      await until(() => service.requestsTo("query").length === 2, "the next page was asked for");
      break;
    }
    await until(() => service.running === 0, "the next page was given up");
    assert.equal(service.requestsTo("query").length, 2);
    assert.throws(() => results[Symbol.asyncIterator](), { code: "QB_INVALID_ARGUMENT" });
  });

  it("ends with the failure of a page when its turn comes, after what was read before", async (t) => {
    const service = await withCustomers(t, 50);
    const { data } = connectedCompany(t, service);
    const isThird = ({ parameters }: ServiceRequest) =>
      /STARTPOSITION 21 /.test(parameters.get("query") ?? "");
    service.plan(isThird, { kind: "fault", status: 400, code: "6000" });
    const ids: unknown[] = [];
    const reading = async () => {
      for await (const { Id } of data.query("select * from Customer", { pageSize: 10 })) ids.push(Id);
    };
    await assert.rejects(reading(), { code: "QB_ONLINE_REQUEST" });
    assert.equal(ids.length, 20);
  });

  it("sends long queries as a body", async (t) => {
    const service = await withCustomers(t, 3);
    const { data } = connectedCompany(t, service);
    const ids = Array.from({ length: 500 }, (_, index) => `'${index + 1}'`).join(", ");
    const found = await data.query(`select * from Customer where Id in (${ids})`).toArray();
    assert.equal(found.length, 3);
    const [asked] = service.requestsTo("query");
    assert.equal(asked?.method, "POST");
    assert.equal(asked.parameters.has("requestid"), false);
  });

  it("asks as it is written when a kind cannot be sorted", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    const [company] = await data.query("select * from CompanyInfo").toArray();
    assert.equal(company?.["CompanyName"], "Sandbox Company");
  });

  it("tells a mistake in the text", async (t) => {
    const { data } = connectedCompany(t, await withCustomers(t, 1));
    await assert.rejects(data.query("select * from Customer where").toArray(), {
      code: "QB_ONLINE_REQUEST",
      outcome: "not_applied",
      message: /QueryParserError/,
    });
    assert.throws(() => data.query("delete from Customer"), { code: "QB_INVALID_ARGUMENT" });
    assert.throws(() => data.query("select * from Customer where Name = 'a"), {
      code: "QB_INVALID_ARGUMENT",
    });
  });
});
