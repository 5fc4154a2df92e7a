import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { QuickBooksSession } from "qbconnector";
import { textAt, type QBXMLElement } from "qbconnector/qbxml";
import { Simulator } from "qbconnector/simulator";
import { answerSet, response, responses, SETTINGS, statusOf } from "../../support/quickbooks-requests.js";
import { addCustomer, column, openCompany } from "../../support/simulated-company.js";

const add = (name: string): string =>
  `<CustomerAddRq requestID="1"><CustomerAdd><Name>${name}</Name></CustomerAdd></CustomerAddRq>`;

describe("values that the simulator answers with a status", () => {
  const customer = (content: string): string =>
    `<CustomerAddRq><CustomerAdd><Name>Elm</Name>${content}</CustomerAdd></CustomerAddRq>`;
  const cases: readonly (readonly [string, string, string])[] = [
    ["3000", "a malformed id", "<CustomerQueryRq><ListID>12</ListID></CustomerQueryRq>"],
    ["3010", "a boolean", customer("<IsActive>yes</IsActive>")],
    ["3020", "a date", customer("<JobStartDate>2026-02-30</JobStartDate>")],
    [
      "3030",
      "a reversed date range",
      "<CustomerQueryRq><FromModifiedDate>2026-02-01</FromModifiedDate><ToModifiedDate>2026-01-01</ToModifiedDate></CustomerQueryRq>",
    ],
    [
      "3031",
      "a reversed range of names",
      "<CustomerQueryRq><NameRangeFilter><FromName>b</FromName><ToName>a</ToName></NameRangeFilter></CustomerQueryRq>",
    ],
    ["3040", "an amount with one decimal", customer("<CreditLimit>97.5</CreditLimit>")],
    ["3040", "an amount without decimals", customer("<CreditLimit>97</CreditLimit>")],
    [
      "3070",
      "a name that is too long",
      `<CustomerAddRq><CustomerAdd><Name>${"n".repeat(42)}</Name></CustomerAdd></CustomerAddRq>`,
    ],
    ["3085", "a count of nothing", "<CustomerQueryRq><MaxReturned>0</MaxReturned></CustomerQueryRq>"],
    [
      "3090",
      "a colon in a name",
      "<CustomerAddRq><CustomerAdd><Name>a:b</Name></CustomerAdd></CustomerAddRq>",
    ],
    ["3110", "an enum", customer("<JobStatus>Finished</JobStatus>")],
    ["3150", "an empty name", "<CustomerAddRq><CustomerAdd><Name/></CustomerAdd></CustomerAddRq>"],
    ["1060", "a requestID of 51 characters", `<HostQueryRq requestID="${"r".repeat(51)}"/>`],
  ];
  for (const [code, what, request] of cases) {
    it(`${code} for ${what}`, async () => {
      const results = await responses(await openCompany(), `${request}<HostQueryRq/>`);
      assert.deepEqual(
        results.map((result) => statusOf(result)),
        [
          [code, "Error"],
          ["0", "Info"],
        ],
      );
      assert.deepEqual(results[0]?.children, []);
    });
  }

  it("words a malformed id as QuickBooks does", async () => {
    const result = await response(
      await openCompany(),
      "<CustomerQueryRq><ListID>12</ListID></CustomerQueryRq>",
    );
    assert.equal(
      result.attributes["statusMessage"],
      'The given object ID "12" in the field "ListID" is invalid.',
    );
  });
});

describe("onError in the simulator", () => {
  it("stopOnError keeps what was done and does nothing after the failure", async () => {
    const session = await openCompany();
    const requests = add("Ash") + add("Ash") + add("Beech");
    const results = await responses(session, requests, { attributes: 'onError="stopOnError"' });
    assert.deepEqual(
      results.map((result) => statusOf(result)[0]),
      ["0", "3100", "3231"],
    );
    assert.deepEqual(column(await response(session, "<CustomerQueryRq/>"), "Name"), ["Ash"]);
  });

  it("a warning does not stop", async () => {
    const session = await openCompany();
    const requests = `<CustomerQueryRq><FullName>x</FullName></CustomerQueryRq>${add("Ash")}`;
    const results = await responses(session, requests, { attributes: 'onError="stopOnError"' });
    assert.deepEqual(
      results.map((result) => statusOf(result)[0]),
      ["500", "0"],
    );
  });

  it("a set that cannot be parsed does nothing at all", async () => {
    const session = await openCompany();
    await assert.rejects(answerSet(session, `${add("Ash")}<CustomerAddRq/>`), { hresult: "0x80040400" });
    assert.deepEqual(statusOf(await response(session, "<CustomerQueryRq/>")), ["1", "Info"]);
  });

  it("a customer and an invoice for it go in one set", async () => {
    const line = "<InvoiceLineAdd><ItemRef><FullName>Consulting</FullName></ItemRef></InvoiceLineAdd>";
    const invoice = `<InvoiceAddRq><InvoiceAdd defMacro="TxnID:first"><CustomerRef><FullName>Ash</FullName></CustomerRef>${line}</InvoiceAdd></InvoiceAddRq>`;
    const results = await responses(await openCompany(), add("Ash") + invoice, {
      attributes: 'onError="stopOnError"',
    });
    assert.deepEqual(
      results.map((result) => statusOf(result)[0]),
      ["0", "0"],
    );
  });
});

describe("error recovery in the simulator", () => {
  const recover = (
    session: QuickBooksSession,
    requests: string,
    ids: string,
    version = "16.0",
  ): Promise<QBXMLElement> =>
    answerSet(session, requests, { version, attributes: `onError="stopOnError" ${ids}` });
  const statusCode = (set: QBXMLElement): string | undefined => set.attributes["messageSetStatusCode"];
  const customers = async (session: QuickBooksSession): Promise<unknown> =>
    column(await response(session, "<CustomerQueryRq/>"), "Name");

  it("does not do a set twice, and gives the outcome again, shortened", async () => {
    const session = await openCompany();
    const first = await recover(session, add("Ash"), 'newMessageSetID="A"');
    assert.deepEqual({ ...first.attributes }, { newMessageSetID: "A", messageSetStatusCode: "0" });
    const ret = first.children[0]?.children[0] as QBXMLElement;
    const again = await recover(session, add("Ash"), 'newMessageSetID="A"');
    assert.deepEqual(statusOf(again.children[0]!), ["0", "Info"]);
    const recovery = again.children[0]?.children[0] as QBXMLElement;
    assert.equal(recovery.name, "ErrorRecovery");
    assert.equal(textAt(recovery, "ListID"), textAt(ret, "ListID"));
    assert.equal(textAt(recovery, "EditSequence"), textAt(ret, "EditSequence"));
    assert.deepEqual(await customers(session), ["Ash"]);
    const old = await recover(session, "", 'oldMessageSetID="A" newMessageSetID="A"', "10.0");
    assert.deepEqual([statusCode(old), old.children[0]?.children], ["0", []]);
  });

  it("does not do a set again that names its own id as the old one", async () => {
    const session = await openCompany();
    const ids = 'oldMessageSetID="A" newMessageSetID="A"';
    await recover(session, add("Ash"), ids);
    assert.deepEqual(statusOf((await recover(session, add("Ash"), ids)).children[0]!), ["0", "Info"]);
    assert.deepEqual(await customers(session), ["Ash"]);
  });

  it("refuses another text under the same id", async () => {
    const session = await openCompany();
    await recover(session, add("Ash"), 'newMessageSetID="A"');
    const other = await recover(session, add("Beech"), 'newMessageSetID="A"');
    assert.deepEqual([statusCode(other), other.children], ["9001", []]);
    assert.deepEqual(await customers(session), ["Ash"]);
  });

  it("reports, clears, and chains", async () => {
    const session = await openCompany();
    await recover(session, add("Ash"), 'newMessageSetID="A"');
    const ask = (id: string): Promise<QBXMLElement> =>
      recover(session, "", `oldMessageSetID="${id}" newMessageSetID="${id}"`);
    assert.equal((await ask("A")).children.length, 1);
    assert.equal(
      statusCode(await recover(session, add("Beech"), 'oldMessageSetID="A" newMessageSetID="B"')),
      "0",
    );
    assert.equal(statusCode(await ask("A")), "600");
    assert.equal(statusCode(await ask("B")), "0");
    assert.equal(statusCode(await recover(session, "", 'oldMessageSetID="B"')), "0");
    assert.equal(statusCode(await recover(session, "", 'oldMessageSetID="B"')), "600");
    assert.deepEqual(await customers(session), ["Ash", "Beech"]);
  });

  it("clears all of one application, not those of others", async () => {
    const simulator = new Simulator();
    const mine = await simulator.open(SETTINGS);
    const theirs = await simulator.open({ ...SETTINGS, applicationName: "Other" });
    await recover(mine, add("Ash"), 'newMessageSetID="A"');
    await recover(theirs, add("Beech"), 'newMessageSetID="A"');
    assert.equal(statusCode(await recover(mine, "", 'oldMessageSetID="ClearAllMessageSets"')), "0");
    assert.equal(statusCode(await recover(mine, "", 'oldMessageSetID="A" newMessageSetID="A"')), "600");
    assert.equal(statusCode(await recover(theirs, "", 'oldMessageSetID="A" newMessageSetID="A"')), "0");
  });

  it("refuses an id of more than 23 characters", async () => {
    const session = await openCompany();
    assert.equal(
      statusCode(await recover(session, add("Ash"), `newMessageSetID="${"x".repeat(24)}"`)),
      "9004",
    );
    assert.deepEqual(statusOf(await response(session, "<CustomerQueryRq/>")), ["1", "Info"]);
  });
});

describe("a read-only session of the simulator", () => {
  it("answers writes with 3260 and does the queries", async () => {
    const simulator = new Simulator();
    const writer = await simulator.open(SETTINGS);
    await addCustomer(writer, "Ash");
    const reader = await simulator.open({ ...SETTINGS, readOnly: true });
    const results = await responses(reader, `${add("Beech")}<CustomerQueryRq/>`);
    assert.deepEqual(
      results.map((result) => statusOf(result)[0]),
      ["3260", "0"],
    );
    assert.equal(results[1]?.children.length, 1);
  });
});
