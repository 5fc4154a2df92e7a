import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { QuickBooksSession } from "qbconnector";
import { textAt } from "qbconnector/qbxml";
import { Simulator } from "qbconnector/simulator";
import { response, responses, SETTINGS, statusOf } from "../../support/quickbooks-requests.js";
import { addCustomer, addJob, column, done, openCompany } from "../../support/simulated-company.js";

async function trees(): Promise<QuickBooksSession> {
  let minute = 0;
  const session = await openCompany({
    timeZone: "UTC",
    clock: () => new Date(Date.UTC(2026, 0, 1, 12, minute)),
  });
  for (const name of ["Ash", "Beech", "Cedar", "Elm"]) {
    minute++;
    await addCustomer(session, name, name === "Cedar" ? "<IsActive>false</IsActive>" : "");
  }
  await addJob(session, "Ash", "Beech bench");
  return session;
}

describe("a simulated customer query", () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["without filters: the active ones by name", "", ["Ash", "Ash:Beech bench", "Beech", "Elm"]],
    ["InactiveOnly", "<ActiveStatus>InactiveOnly</ActiveStatus>", ["Cedar"]],
    ["All", "<ActiveStatus>All</ActiveStatus>", ["Ash", "Ash:Beech bench", "Beech", "Cedar", "Elm"]],
    ["MaxReturned", "<MaxReturned>2</MaxReturned>", ["Ash", "Ash:Beech bench"]],
    [
      "StartsWith",
      "<NameFilter><MatchCriterion>StartsWith</MatchCriterion><Name>bE</Name></NameFilter>",
      ["Beech"],
    ],
    [
      "Contains",
      "<NameFilter><MatchCriterion>Contains</MatchCriterion><Name>beech</Name></NameFilter>",
      ["Ash:Beech bench", "Beech"],
    ],
    [
      "EndsWith",
      "<NameFilter><MatchCriterion>EndsWith</MatchCriterion><Name>ch</Name></NameFilter>",
      ["Ash:Beech bench", "Beech"],
    ],
    [
      "a range of names",
      "<NameRangeFilter><FromName>Beech</FromName><ToName>El</ToName></NameRangeFilter>",
      ["Beech", "Elm"],
    ],
    ["a range without end", "<NameRangeFilter><FromName>B</FromName></NameRangeFilter>", ["Beech", "Elm"]],
    [
      "FromModifiedDate, which is inclusive",
      "<FromModifiedDate>2026-01-01T12:04:00</FromModifiedDate>",
      ["Ash:Beech bench", "Elm"],
    ],
    ["ToModifiedDate", "<ToModifiedDate>2026-01-01T12:01:59</ToModifiedDate>", ["Ash"]],
    [
      "a date as both ends",
      "<FromModifiedDate>2026-01-01</FromModifiedDate><ToModifiedDate>2026-01-01</ToModifiedDate>",
      ["Ash", "Ash:Beech bench", "Beech", "Elm"],
    ],
    [
      "an offset",
      "<FromModifiedDate>2026-01-01T07:04:00-05:00</FromModifiedDate>",
      ["Ash:Beech bench", "Elm"],
    ],
    [
      "names, in the order asked for, active or not",
      "<FullName>elm</FullName><FullName>Cedar</FullName>",
      ["Elm", "Cedar"],
    ],
  ];
  for (const [what, filter, names] of cases) {
    it(`gives ${what}`, async () => {
      const result = await response(await trees(), `<CustomerQueryRq>${filter}</CustomerQueryRq>`);
      assert.deepEqual(column(result, "FullName"), names);
      assert.deepEqual(statusOf(result), ["0", "Info"]);
    });
  }

  it("answers a filter that matches nothing with 1, Info", async () => {
    const filter = "<NameFilter><MatchCriterion>Contains</MatchCriterion><Name>zzz</Name></NameFilter>";
    const result = await response(
      await trees(),
      `<CustomerQueryRq metaData="MetaDataOnly">${filter}</CustomerQueryRq>`,
    );
    assert.deepEqual(statusOf(result), ["1", "Info"]);
    assert.equal(result.attributes["retCount"], "0");
  });

  it("answers names that do not exist with 500, Warn, beside those that do", async () => {
    const result = await response(
      await trees(),
      "<CustomerQueryRq><FullName>Oak</FullName><FullName>Elm</FullName></CustomerQueryRq>",
    );
    assert.deepEqual(statusOf(result), ["500", "Warn"]);
    assert.match(
      result.attributes["statusMessage"] ?? "",
      /required element \("Oak"\) that could not be found/,
    );
    assert.deepEqual(column(result, "FullName"), ["Elm"]);
  });

  it("returns only the elements asked for, in schema order", async () => {
    const only =
      "<IncludeRetElement>FullName</IncludeRetElement><IncludeRetElement>ListID</IncludeRetElement>";
    const customer = await done(await trees(), `<CustomerQueryRq>${only}</CustomerQueryRq>`);
    assert.deepEqual(
      customer.children.map(({ name }) => name),
      ["ListID", "FullName"],
    );
  });

  it("counts with metaData", async () => {
    const session = await trees();
    const [only, both] = await responses(
      session,
      '<CustomerQueryRq metaData="MetaDataOnly"/><CustomerQueryRq metaData="MetaDataAndResponseData"><MaxReturned>1</MaxReturned></CustomerQueryRq>',
    );
    assert.deepEqual([only?.attributes["retCount"], only?.children.length], ["4", 0]);
    assert.deepEqual([both?.attributes["retCount"], both?.children.length], ["4", 1]);
  });
});

describe("simulated iterators", () => {
  const start = '<CustomerQueryRq iterator="Start"><MaxReturned>2</MaxReturned></CustomerQueryRq>';
  const continueWith = (id: string | undefined, size = 2): string =>
    `<CustomerQueryRq iterator="Continue" iteratorID="${id}"><MaxReturned>${size}</MaxReturned></CustomerQueryRq>`;

  it("give page after page until nothing remains", async () => {
    const session = await trees();
    const first = await response(session, start);
    const id = first.attributes["iteratorID"];
    assert.match(id ?? "", /^\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/);
    assert.equal(first.attributes["iteratorRemainingCount"], "2");
    const last = await response(session, continueWith(id));
    assert.deepEqual(column(last, "FullName"), ["Beech", "Elm"]);
    assert.deepEqual([last.attributes["iteratorRemainingCount"], last.attributes["iteratorID"]], ["0", id]);
    assert.deepEqual(statusOf(await response(session, continueWith(id))), ["3000", "Error"]);
  });

  it("pass over what was deleted since", async () => {
    const session = await trees();
    const first = await response(session, start);
    const elm = await done(session, "<CustomerQueryRq><FullName>Elm</FullName></CustomerQueryRq>");
    await response(
      session,
      `<ListDelRq><ListDelType>Customer</ListDelType><ListID>${textAt(elm, "ListID")}</ListID></ListDelRq>`,
    );
    const last = await response(session, continueWith(first.attributes["iteratorID"]));
    assert.deepEqual(column(last, "FullName"), ["Beech"]);
    assert.equal(last.attributes["iteratorRemainingCount"], "0");
  });

  it("stop", async () => {
    const session = await trees();
    const id = (await response(session, start)).attributes["iteratorID"];
    assert.deepEqual(
      statusOf(await response(session, `<CustomerQueryRq iterator="Stop" iteratorID="${id}"/>`)),
      ["0", "Info"],
    );
    assert.deepEqual(statusOf(await response(session, continueWith(id))), ["3000", "Error"]);
  });

  it("end with their session", async () => {
    const simulator = new Simulator();
    const first = await simulator.open(SETTINGS);
    for (const name of ["Ash", "Beech", "Elm"]) await addCustomer(first, name);
    const id = (await response(first, start)).attributes["iteratorID"];
    const second = await simulator.open(SETTINGS);
    assert.deepEqual(statusOf(await response(second, continueWith(id))), ["3000", "Error"]);
  });

  it("need MaxReturned, and do not go with look-ups or another request", async () => {
    const session = await trees();
    const id = (await response(session, start)).attributes["iteratorID"];
    const [without, lookup, other] = await responses(
      session,
      `<CustomerQueryRq iterator="Start"/><CustomerQueryRq iterator="Start"><FullName>Elm</FullName></CustomerQueryRq>` +
        `<ItemServiceQueryRq iterator="Continue" iteratorID="${id}"><MaxReturned>1</MaxReturned></ItemServiceQueryRq>`,
    );
    assert.deepEqual(
      [without, lookup, other].map((result) => result?.attributes["statusCode"]),
      ["3150", "3153", "3000"],
    );
  });

  it("give each object exactly once, whatever the size of the pages", async () => {
    const session = await openCompany();
    const names = Array.from({ length: 23 }, (_, index) => `Customer ${String(index).padStart(2, "0")}`);
    for (const name of names) await addCustomer(session, name);
    const anyPages = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 23, maxLength: 23 });
    const property = fc.asyncProperty(anyPages, async (sizes) => {
      const seen: (string | undefined)[] = [];
      const [size = 1, ...rest] = sizes;
      let page = await response(
        session,
        `<CustomerQueryRq iterator="Start"><MaxReturned>${size}</MaxReturned></CustomerQueryRq>`,
      );
      seen.push(...column(page, "FullName"));
      for (const next of rest) {
        assert.equal(page.attributes["iteratorRemainingCount"], String(names.length - seen.length));
        if (seen.length === names.length) break;
        page = await response(session, continueWith(page.attributes["iteratorID"], next));
        seen.push(...column(page, "FullName"));
      }
      assert.deepEqual(seen, names);
    });
    await fc.assert(property, { numRuns: 30 });
  });
});
