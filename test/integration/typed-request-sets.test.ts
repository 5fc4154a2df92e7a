import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { QBClient, QBError, QBStatusError } from "qbconnector";
import type { Finding, RequestItem } from "qbconnector/qbxml";
import { Simulator } from "qbconnector/simulator";
import { scriptedAnswers, simulatedBooks } from "../support/typed-client.js";

async function failureOf(call: Promise<unknown>): Promise<QBError> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof QBError, inspect(error));
    return error;
  }
  return assert.fail("the call did not fail");
}

function customer(Name: string): RequestItem<"CustomerAdd"> {
  return { name: "CustomerAdd", body: { Name } };
}

function responses(...elements: readonly string[]): string {
  return `<QBXML><QBXMLMsgsRs>${elements.join("")}</QBXMLMsgsRs></QBXML>`;
}

const ret = (name: string): string => `<CustomerRet><ListID>1-1</ListID><Name>${name}</Name></CustomerRet>`;

describe("requests", () => {
  it("go in one message set, and their results come in their order", async (t) => {
    const { client, sent } = await simulatedBooks(t);
    const results = await client.requests([
      { name: "CustomerAdd", body: { Name: "Acme" }, IncludeRetElement: "Name" },
      { name: "CustomerQuery", body: {}, requestID: "all", metaData: "MetaDataAndResponseData" },
      { name: "CustomerQuery", body: { FullName: "Nobody" } },
    ]);
    const [added, found, nobody] = results;
    assert.deepEqual(added.answer, { Name: "Acme" });
    assert.deepEqual(
      [found.answer?.length, found.answer?.[0]?.Name, found.response?.retCount],
      [1, "Acme", 1],
    );
    assert.deepEqual([nobody.answer?.length, nobody.error], [0, undefined]);
    assert.deepEqual(
      results.map(({ name, requestID, outcome, processed }) => [name, requestID, outcome, processed]),
      [
        ["CustomerAdd", "1", "applied", true],
        ["CustomerQuery", "all", "not_applied", true],
        ["CustomerQuery", "2", "not_applied", true],
      ],
    );
    assert.equal(sent().length, 1);
  });

  it("are numbered without the ids that are taken", async (t) => {
    const { client } = await simulatedBooks(t);
    const results = await client.requests([
      customer("A"),
      { ...customer("B"), requestID: "1" },
      customer("C"),
      { ...customer("D"), requestID: "2" },
    ]);
    assert.deepEqual(
      results.map(({ requestID, answer }) => [requestID, answer?.Name]),
      [
        ["3", "A"],
        ["1", "B"],
        ["4", "C"],
        ["2", "D"],
      ],
    );
  });

  it("with the same id twice are refused, and so are none at all", async (t) => {
    const { client, sent } = await simulatedBooks(t);
    const twice = ["A", "B"].map((name) => ({ ...customer(name), requestID: "same" }));
    assert.equal((await failureOf(client.requests(twice))).code, "QB_INVALID_ARGUMENT");
    for (const none of [[], undefined, [null]])
      assert.equal((await failureOf(client.requests(none as []))).code, "QB_INVALID_ARGUMENT");
    assert.deepEqual(sent(), []);
  });

  it("after one that failed are not done; without stopOnError they are", async (t) => {
    const { client } = await simulatedBooks(t);
    const items = [customer("A"), customer("A"), customer("B")];
    const stopped = await client.requests(items);
    assert.deepEqual(
      stopped.map(({ outcome, processed, error }) => [
        outcome,
        processed,
        (error as QBStatusError)?.statusCode,
      ]),
      [
        ["applied", true, undefined],
        ["not_applied", true, 3100],
        ["not_applied", false, 3231],
      ],
    );
    const continued = await client.requests(items, { onError: "continueOnError" });
    assert.deepEqual(
      continued.map(({ outcome, processed }) => [outcome, processed]),
      [
        ["not_applied", true],
        ["not_applied", true],
        ["applied", true],
      ],
    );
  });

  it("use what others before them make", async (t) => {
    const { client, server } = await scriptedAnswers(t, responses());
    await client.requests([
      {
        name: "InvoiceAdd",
        body: { defMacro: "TxnID:invoice", CustomerRef: { FullName: "Acme" } },
      },
      {
        name: "ReceivePaymentAdd",
        body: {
          CustomerRef: { FullName: "Acme" },
          AppliedToTxnAdd: { TxnID: { useMacro: "TxnID:invoice" }, PaymentAmount: "10.00" },
        },
      },
    ]);
    const sent = server.requests[0]?.body ?? "";
    assert.match(sent, /<InvoiceAdd defMacro="TxnID:invoice">/);
    assert.match(sent, /<TxnID useMacro="TxnID:invoice"\/>/);
  });

  it("that use what nobody has made are not sent", async (t) => {
    const { client, sent } = await simulatedBooks(t);
    const error = await failureOf(
      client.requests([
        {
          name: "ReceivePaymentAdd",
          body: {
            CustomerRef: { FullName: "Acme" },
            AppliedToTxnAdd: { TxnID: { useMacro: "TxnID:nobody" }, PaymentAmount: "10.00" },
          },
        },
      ]),
    );
    const [finding] = error.details["findings"] as readonly Finding[];
    assert.deepEqual([error.code, finding?.rule], ["QB_REQUEST_INVALID", "macro"]);
    assert.deepEqual(sent(), []);
  });

  it("for subscriptions do not mix with others", async (t) => {
    const { client, sent } = await simulatedBooks(t);
    const id = "{90000000-0000-0000-0000-000000000000}";
    const error = await failureOf(
      client.requests([
        customer("A"),
        { name: "SubscriptionDel", body: { SubscriberID: id, SubscriptionType: "Data" } },
      ]),
    );
    const [finding] = error.details["findings"] as readonly Finding[];
    assert.deepEqual([error.code, finding?.rule], ["QB_REQUEST_INVALID", "wrongMessageSet"]);
    assert.deepEqual(sent(), []);
  });

  it("with a mistake in one of them are not sent at all, and the path counts", async (t) => {
    const { client, sent } = await simulatedBooks(t);
    const wrong = { name: "CustomerAdd", body: { Name: "B", Town: "Oslo" } } as RequestItem;
    const error = await failureOf(client.requests([customer("A"), wrong]));
    assert.match(error.message, /^QBXMLMsgsRq\/CustomerAddRq\[2\]\/CustomerAdd\/Town: /);
    assert.deepEqual(sent(), []);
  });

  it("give statuses only when that was asked for", async (t) => {
    const { client } = await simulatedBooks(t);
    const results = await client.requests([customer("A"), { name: "CustomerQuery", body: {} }], {
      responseData: "includeNone",
    });
    assert.deepEqual(
      results.map(({ answer, error, outcome }) => [answer, error, outcome]),
      [
        [undefined, undefined, "applied"],
        [undefined, undefined, "not_applied"],
      ],
    );
  });

  it("with a message set id are done once, and told again without their objects", async (t) => {
    const { client } = await simulatedBooks(t);
    const options = { newMessageSetID: "set-1" } as const;
    const [first] = await client.requests([customer("A")], options);
    assert.equal(first.answer?.Name, "A");
    const results = await client.requests([customer("A")], options);
    const [again] = results;
    assert.deepEqual([again.error, again.answer, again.outcome], [undefined, undefined, "applied"]);
    assert.equal(again.errorRecovery?.ListID, first.answer?.ListID);
    assert.deepEqual(
      [results.messageSet.newMessageSetID, results.messageSet.messageSetStatusCode],
      ["set-1", "0"],
    );
    const other = await failureOf(client.requests([customer("B")], options));
    assert.ok(other instanceof QBStatusError);
    assert.deepEqual([other.statusCode, other.outcome], [9001, "unknown"]);
  });

  it("work without a connector, too", async (t) => {
    const client = new QBClient("ApplicationName='Test'", { quickbooks: new Simulator() });
    t.after(() => client.destroy());
    const [one, other] = await client.requests([customer("A"), customer("B")]);
    assert.deepEqual([one.answer?.Name, other.answer?.Name], ["A", "B"]);
  });
});

describe("the answers to requests", () => {
  const items = [customer("A"), { name: "CustomerQuery", body: {} }, customer("C")] as const;

  it("are told apart by their ids, whatever their order", async (t) => {
    const { client } = await scriptedAnswers(
      t,
      responses(
        `<CustomerAddRs requestID="2" statusCode="0">${ret("C")}</CustomerAddRs>`,
        `<CustomerAddRs requestID="1" statusCode="0">${ret("A")}</CustomerAddRs>`,
      ),
    );
    const results = await client.requests([customer("A"), customer("C")]);
    assert.deepEqual(
      results.map(({ answer }) => answer?.Name),
      ["A", "C"],
    );
  });

  it("that are missing after a failure mean: not processed; elsewhere: unknown for writes", async (t) => {
    const failed =
      '<CustomerAddRs requestID="1" statusCode="3100" statusSeverity="Error" statusMessage="taken"/>';
    const stopped = await scriptedAnswers(t, responses(failed));
    assert.deepEqual(
      (await stopped.client.requests(items)).map(({ processed, outcome, response }) => [
        processed,
        outcome,
        response?.statusCode,
      ]),
      [
        [true, "not_applied", 3100],
        [false, "not_applied", undefined],
        [false, "not_applied", undefined],
      ],
    );
    const done = `<CustomerAddRs requestID="1" statusCode="0">${ret("A")}</CustomerAddRs>`;
    const silent = await scriptedAnswers(t, responses(done));
    assert.deepEqual(
      (await silent.client.requests(items)).map(({ outcome, error }) => [outcome, error?.code]),
      [
        ["applied", undefined],
        ["not_applied", "QB_RESPONSE"],
        ["unknown", "QB_RESPONSE"],
      ],
    );
    const continued = await silent.client.requests(items, { onError: "continueOnError" });
    assert.equal(continued[2].outcome, "unknown");
  });

  for (const [what, element] of [
    ["to a request that was not there", '<CustomerAddRs requestID="9" statusCode="0"/>'],
    ["of another kind", '<VendorAddRs requestID="1" statusCode="0"/>'],
    [
      "twice the same",
      '<CustomerAddRs requestID="1" statusCode="0"/><CustomerAddRs requestID="1" statusCode="0"/>',
    ],
  ] as const)
    it(`${what} make the set unreadable`, async (t) => {
      const { client } = await scriptedAnswers(t, responses(element));
      const error = await failureOf(client.requests(items));
      assert.deepEqual([error.code, error.outcome], ["QB_RESPONSE", "unknown"]);
    });
});
