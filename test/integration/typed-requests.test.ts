import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { QBClient, QBError, QBStatusError } from "qbconnector";
import type { CustomerAdd, CustomerRet, Finding } from "qbconnector/qbxml";
import { Simulator } from "qbconnector/simulator";
import { httpAnswer, startRawServer } from "../support/raw-server.js";
import { startConnector } from "../support/running-connector.js";
import { clientOf, scriptedAnswers, scriptedResponses, simulatedBooks } from "../support/typed-client.js";

async function failureOf(call: Promise<unknown>): Promise<QBError> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof QBError, inspect(error));
    return error;
  }
  return assert.fail("the call did not fail");
}

const ACME = { ListID: "80000001-1", TimeCreated: "2026-01-01T00:00:00", EditSequence: "1", Name: "Acme" };
const ACME_RET = { ...ACME, TimeModified: ACME.TimeCreated, FullName: "Acme", Sublevel: 0 } as CustomerRet;

describe("request", () => {
  it("writes the fields in the order of the schema, and gives the new object", async (t) => {
    const { client, sent } = await simulatedBooks(t);
    const customer = await client.request("CustomerAdd", {
      Phone: "555",
      BillAddress: { Country: "Norway", City: "Oslo" },
      IsActive: true,
      Name: "Acme",
    });
    assert.equal(customer.Name, "Acme");
    assert.equal(customer.Balance, "0.00");
    assert.equal(customer.IsActive, true);
    assert.deepEqual(customer.BillAddress, { City: "Oslo", Country: "Norway" });
    assert.deepEqual(sent(), [['<CustomerAddRq requestID="1">']]);
  });

  it("gives what a query found as an ordinary array, with the response beside it", async (t) => {
    const { client } = await simulatedBooks(t);
    await client.request("CustomerAdd", { Name: "Acme" });
    const found = await client.request(
      "CustomerQuery",
      { ActiveStatus: "All" },
      { metaData: "MetaDataAndResponseData", requestID: "mine" },
    );
    assert.equal(found.length, 1);
    assert.deepEqual(Object.keys(found), ["0"]);
    assert.deepEqual(
      found.map(({ Name }) => Name),
      ["Acme"],
    );
    const { retCount, requestID, statusCode, irregularities } = found.response;
    assert.deepEqual([retCount, requestID, statusCode, irregularities.count], [1, "mine", 0, 0]);
  });

  it("gives the fields that were asked for only", async (t) => {
    const { client } = await simulatedBooks(t);
    const added = await client.request("CustomerAdd", { Name: "Acme" }, { IncludeRetElement: ["Name"] });
    assert.deepEqual(added, { Name: "Acme" });
    const found = await client.request("CustomerQuery", { IncludeRetElement: "FullName" });
    assert.deepEqual(found, [{ FullName: "Acme" }]);
  });

  it("counts without giving, and gives one record where there can be one only", async (t) => {
    const { client } = await simulatedBooks(t);
    await client.request("CustomerAdd", { Name: "Acme" });
    const counted = await client.request("CustomerQuery", {}, { metaData: "MetaDataOnly" });
    assert.deepEqual([counted.length, counted.response.retCount], [0, 1]);
    const company = await client.request("CompanyQuery", {});
    assert.equal(typeof company?.CompanyName, "string");
  });

  it("what was not found is an empty array, or undefined", async (t) => {
    const { client, log } = await simulatedBooks(t);
    assert.deepEqual(await client.request("CustomerQuery", {}), []);
    const missing = await client.request("CustomerQuery", { ListID: "80000099-1" });
    assert.deepEqual([missing.length, missing.response.statusCode], [0, 500]);
    assert.deepEqual(log, []);
    const nobody = await scriptedResponses(t, {
      name: "CompanyQuery",
      statusCode: 1,
      statusSeverity: "Info",
      statusMessage: "nothing",
    });
    assert.equal(await nobody.client.request("CompanyQuery", {}), undefined);
  });

  it("an object that a filter refers to and that is not there is an error, one that is looked up is not", async (t) => {
    const { client } = await scriptedResponses(t, {
      name: "InvoiceQuery",
      statusCode: 3120,
      statusSeverity: "Error",
      statusMessage: "there is none",
    });
    assert.deepEqual(await client.request("InvoiceQuery", { TxnID: ["1-1"] }), []);
    const filtered = client.request("InvoiceQuery", { EntityFilter: { ListID: "1-1" } });
    assert.equal(((await failureOf(filtered)) as QBStatusError).statusCode, 3120);
  });

  it("a status that is an error is thrown, with its meaning and outcome", async (t) => {
    const { client } = await simulatedBooks(t);
    await client.request("CustomerAdd", { Name: "Acme" });
    const error = await failureOf(client.request("CustomerAdd", { Name: "Acme" }, { requestID: "again" }));
    assert.ok(error instanceof QBStatusError);
    const { code, statusCode, severity, requestName, requestID, outcome, retryable } = error;
    assert.deepEqual(
      { code, statusCode, severity, requestName, requestID, outcome, retryable },
      {
        code: "QB_STATUS",
        statusCode: 3100,
        severity: "Error",
        requestName: "CustomerAdd",
        requestID: "again",
        outcome: "not_applied",
        retryable: false,
      },
    );
    assert.match(error.statusMessage, /already in use/);
  });

  it("a warning goes to the logger without what QuickBooks says of the object", async (t) => {
    const { client, log } = await scriptedResponses(t, {
      name: "CustomerAdd",
      statusCode: 530,
      statusSeverity: "Warn",
      statusMessage: "Secret Ltd has no such field",
      answer: ACME_RET,
    });
    assert.equal((await client.request("CustomerAdd", { Name: "Acme" })).Name, "Acme");
    assert.equal(log.length, 1);
    assert.equal(log[0]?.level, "warn");
    assert.deepEqual(log[0].fields, { request: "CustomerAdd", statusCode: 530 });
    assert.doesNotMatch(log[0].message, /Secret/);
  });

  for (const [what, body] of [
    ["an unknown field", { Nam: "Acme" }],
    ["a number for an amount", { Name: "Acme", CreditLimit: 5 }],
    ["a control character", { Name: "Ac\u0001me" }],
    ["no object at all", undefined],
  ] as const)
    it(`${what} is refused before anything is sent`, async (t) => {
      const { client, sent } = await simulatedBooks(t);
      const error = await failureOf(client.request("CustomerAdd", body as unknown as CustomerAdd));
      assert.deepEqual([error.code, error.outcome], ["QB_REQUEST_INVALID", "not_applied"]);
      assert.ok((error.details["findings"] as unknown[]).length > 0);
      assert.deepEqual(sent(), []);
    });

  it("unknown requests and options are refused before anything is sent", async (t) => {
    const { client, sent } = await simulatedBooks(t);
    const unknown = await failureOf(client.request("CustomerAddRq" as "CustomerAdd", { Name: "A" }));
    const [finding] = unknown.details["findings"] as readonly Finding[];
    assert.deepEqual([unknown.code, finding?.repair], ["QB_REQUEST_INVALID", "write CustomerAdd"]);
    const option = { onError: "stopOnError" } as object;
    const error = await failureOf(client.request("CustomerAdd", { Name: "A" }, option));
    assert.deepEqual([error.code, /onError/.test(error.message)], ["QB_INVALID_ARGUMENT", true]);
    assert.deepEqual(sent(), []);
  });

  it("what the QuickBooks of another version or country does not know is refused", async (t) => {
    const customer = { Name: "Acme", CurrencyRef: { FullName: "Krone" }, SalesTaxCountry: "Canada" } as const;
    for (const [options, path] of [
      [{ qbxmlVersion: "7.0" }, "CustomerAdd/CurrencyRef"],
      [{ country: "US" }, "CustomerAdd/SalesTaxCountry"],
    ] as const) {
      const { client, sent } = await simulatedBooks(t, {}, options);
      const error = await failureOf(client.request("CustomerAdd", customer));
      const paths = (error.details["findings"] as readonly Finding[]).map((finding) => finding.path);
      assert.ok(paths.includes(`QBXMLMsgsRq/CustomerAddRq/${path}`), paths.join());
      assert.deepEqual(sent(), []);
    }
    const { client, sent } = await simulatedBooks(t, {}, { country: "CA", qbxmlVersion: "14.0" });
    // The simulated company is American, so it is QuickBooks that refuses now.
    assert.notEqual((await failureOf(client.request("CustomerAdd", customer))).code, "QB_REQUEST_INVALID");
    assert.equal(sent().length, 1);
  });

  it("values that QuickBooks would refuse are refused before anything is sent", async (t) => {
    const { client, sent } = await simulatedBooks(t);
    const wrong = { Name: "x".repeat(42), CreditLimit: "1.5", JobStatus: "Open" } as unknown as CustomerAdd;
    const error = await failureOf(client.request("CustomerAdd", wrong));
    const rules = (error.details["findings"] as readonly Finding[]).map(({ rule }) => rule);
    assert.deepEqual(rules.sort(), ["enum", "form", "maxLength"]);
    assert.deepEqual(sent(), []);
  });

  it("a warning of the check is told, and does not stop it", async (t) => {
    const { client, log } = await simulatedBooks(t);
    assert.deepEqual(await client.request("CustomerQuery", { IncludeRetElement: ["Nam"] }), []);
    assert.deepEqual(
      log.map(({ level, fields }) => [level, fields]),
      [["warn", { rule: "includeRetElement", path: "QBXMLMsgsRq/CustomerQueryRq/IncludeRetElement" }]],
    );
  });

  for (const options of [{ qbxmlVersion: "16" }, { qbxmlVersion: 16 }, { country: "NL" }, { country: null }])
    it(`${JSON.stringify(options)} are no options of a client`, () => {
      assert.throws(() => new QBClient("", options as object), { code: "QB_INVALID_ARGUMENT" });
    });

  it("a subscription goes in its own message set", async (t) => {
    const { client, server } = await scriptedAnswers(
      t,
      '<QBXML><QBXMLSubscriptionMsgsRs><SubscriptionDelRs requestID="1" statusCode="0"/></QBXMLSubscriptionMsgsRs></QBXML>',
    );
    const body = {
      SubscriberID: "{90000000-0000-0000-0000-000000000000}",
      SubscriptionType: "Data",
    } as const;
    assert.equal(await client.request("SubscriptionDel", body), undefined);
    assert.match(server.requests[0]?.body ?? "", /<QBXMLSubscriptionMsgsRq>\s*<SubscriptionDelRq/);
  });

  it("works without a connector, too", async (t) => {
    const client = new QBClient("ApplicationName='Test'", { quickbooks: new Simulator() });
    t.after(() => client.destroy());
    assert.equal((await client.request("CustomerAdd", { Name: "Acme" })).Name, "Acme");
    const again = await failureOf(client.request("CustomerAdd", { Name: "Acme" }));
    assert.equal(again.code, "QB_STATUS");
  });

  it("an iterator of one's own lives in the persistent connection", async (t) => {
    const { client } = await simulatedBooks(t);
    for (const Name of ["A", "B", "C"]) await client.request("CustomerAdd", { Name });
    await client.openQBConnection();
    const first = await client.request("CustomerQuery", { MaxReturned: 2 }, { iterator: "Start" });
    const { iteratorID, iteratorRemainingCount } = first.response;
    assert.deepEqual([first.length, iteratorRemainingCount], [2, 1]);
    const rest = await client.request(
      "CustomerQuery",
      { MaxReturned: 2 },
      { iterator: "Continue", iteratorID },
    );
    assert.deepEqual([rest.length, rest.response.iteratorRemainingCount], [1, 0]);
  });

  it("characters that the connector changed are told as with send()", async (t) => {
    const { url } = await startConnector(t, { quickbooks: new Simulator(), outsideCodePage: "replace" });
    const { client, log } = clientOf(t, url);
    await client.request("CustomerAdd", { Name: "Łódź" });
    assert.equal(log.filter(({ message }) => /the connector changed \d characters/.test(message)).length, 1);
  });
});

describe("an answer that cannot be used", () => {
  const done = (attributes: string, content = ""): string =>
    `<QBXML><QBXMLMsgsRs><CustomerAddRs ${attributes} statusCode="0" statusSeverity="Info" statusMessage="OK">${content}</CustomerAddRs></QBXMLMsgsRs></QBXML>`;

  for (const [what, document, outcome] of [
    ["is broken", '<QBXML><QBXMLMsgsRs><CustomerAddRs statusCode="0">', "unknown"],
    ["is something else", "<html><body>login</body></html>", "unknown"],
    ["holds no response", "<QBXML><QBXMLMsgsRs/></QBXML>", "unknown"],
    ["belongs to another request", done('requestID="7"'), "unknown"],
    [
      "belongs to a request of another kind",
      '<QBXML><QBXMLMsgsRs><VendorAddRs requestID="1" statusCode="0"/></QBXMLMsgsRs></QBXML>',
      "unknown",
    ],
    ["holds no object, but says that it was done", done('requestID="1"'), "applied"],
  ] as const)
    it(`that ${what} is QB_RESPONSE; a write is then ${outcome}`, async (t) => {
      const { client } = await scriptedAnswers(t, document);
      const error = await failureOf(client.request("CustomerAdd", { Name: "Acme" }));
      assert.deepEqual([error.code, error.outcome, error.retryable], ["QB_RESPONSE", outcome, false]);
    });

  it("to a read changed nothing", async (t) => {
    const { client } = await scriptedAnswers(t, "<QBXML><QBXMLMsgsRs>");
    const error = await failureOf(client.request("CustomerQuery", {}));
    assert.deepEqual([error.code, error.outcome], ["QB_RESPONSE", "not_applied"]);
    assert.equal(typeof error.details["line"], "number");
  });

  it("without an id is taken when it is the only one", async (t) => {
    const ret = "<CustomerRet><ListID>1-1</ListID><Name>Acme</Name></CustomerRet>";
    const { client } = await scriptedAnswers(t, done("", ret));
    assert.equal((await client.request("CustomerAdd", { Name: "Acme" })).ListID, "1-1");
  });

  it("that never comes leaves a write unknown", async (t) => {
    const server = await startRawServer(t, (socket) => socket.destroy());
    const { client } = clientOf(t, server.url);
    const error = await failureOf(client.request("CustomerAdd", { Name: "Acme" }));
    assert.deepEqual([error.code, error.outcome], ["QB_CONNECTION_LOST", "unknown"]);
    assert.equal(server.requests.length, 1);
  });

  it("that is cut in the middle leaves a write unknown", async (t) => {
    const whole = httpAnswer(200, { "content-type": "text/xml" }, done('requestID="1"'));
    const server = await startRawServer(t, (socket) => void socket.end(whole.subarray(0, -20)));
    const { client } = clientOf(t, server.url);
    const error = await failureOf(client.request("CustomerAdd", { Name: "Acme" }));
    assert.deepEqual([error.code, error.outcome], ["QB_CONNECTION_LOST", "unknown"]);
  });
});

describe("control characters in an answer", () => {
  const NAME = "Ac\u0002me &#x1F;";
  const document = `<QBXML><QBXMLMsgsRs><CustomerQueryRs requestID="1" statusCode="0"><CustomerRet><Name>${NAME}</Name></CustomerRet></CustomerQueryRs></QBXMLMsgsRs></QBXML>`;

  it("are kept, told of, and logged without the text around them", async (t) => {
    const { client, log } = await scriptedAnswers(t, document);
    const found = await client.request("CustomerQuery", {});
    assert.deepEqual(found, [{ Name: "Ac\u0002me \u001F" }]);
    const { count, first } = found.response.irregularities;
    assert.equal(count, 2);
    assert.deepEqual(
      first.map(({ kind, given }) => [kind, given]),
      [
        ["character", "U+0002"],
        ["character", "U+001F"],
      ],
    );
    assert.deepEqual(
      log.map(({ level, fields }) => [level, fields]),
      [["warn", { count: 2 }]],
    );
    assert.doesNotMatch(log[0]?.message ?? "", /Ac/);
  });
});
