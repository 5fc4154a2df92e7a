import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, it } from "node:test";
import { readWebhook, type WebhookNotification } from "qbconnector/online";
import { opensslSignature } from "../../../support/online/webhook-signature.js";

const TOKEN = "f4c1-verifier";
const COMPANIES = ["4620816365179422850", "9341455000000001"] as const;

function read(body: string | Uint8Array): WebhookNotification[] {
  return readWebhook(body, opensslSignature(body, TOKEN), TOKEN);
}

function readObject(body: unknown): WebhookNotification[] {
  return read(JSON.stringify(body));
}

function envelope(...entities: unknown[]): unknown {
  return { eventNotifications: [{ realmId: COMPANIES[0], dataChangeEvent: { entities } }] };
}

function event(type: string, more: object = {}): object {
  return {
    specversion: "1.0",
    id: "88cd52aa-Customer-123",
    source: "intuit.abc=",
    type,
    datacontenttype: "application/json",
    time: "2026-03-17T16:19:17.179851517Z",
    intuitentityid: "123",
    intuitaccountid: COMPANIES[0],
    ...more,
  };
}

describe("readWebhook", () => {
  it("reads the old envelope: several companies in their order", () => {
    const changed = (name: string, id: string, operation: string) => ({
      name,
      id,
      operation,
      lastUpdated: "2026-01-02T03:04:05.000Z",
    });
    const body = {
      eventNotifications: COMPANIES.map((realmId, index) => ({
        realmId,
        dataChangeEvent: {
          entities: [
            changed("Customer", `${index}1`, "Create"),
            { ...changed("Vendor", `${index}2`, "Merge"), deletedId: "9" },
          ],
        },
      })),
    };
    const common = { time: "2026-01-02T03:04:05.000Z", format: "eventNotifications" };
    assert.deepEqual(
      readObject(body),
      COMPANIES.flatMap((companyId, index) => [
        { companyId, entity: "Customer", id: `${index}1`, operation: "Create", ...common },
        { companyId, entity: "Vendor", id: `${index}2`, operation: "Merge", ...common, deletedId: "9" },
      ]),
    );
  });

  it("reads CloudEvents: several companies in their order, and leaves other fields out", () => {
    const body = [
      event("qbo.customer.merged.v1", { data: { deletedid: "27", secret: "x" } }),
      event("qbo.salesreceipt.updated.v1", { intuitaccountid: COMPANIES[1], extra: { deep: [] } }),
    ];
    const common = {
      id: "123",
      time: "2026-03-17T16:19:17.179851517Z",
      eventId: "88cd52aa-Customer-123",
      format: "cloudEvents",
    };
    const [customer, receipt] = ["qbo.customer.merged.v1", "qbo.salesreceipt.updated.v1"];
    assert.deepEqual(readObject(body), [
      {
        companyId: COMPANIES[0],
        entity: "Customer",
        operation: "Merge",
        type: customer,
        deletedId: "27",
        ...common,
      },
      { companyId: COMPANIES[1], entity: "SalesReceipt", operation: "Update", type: receipt, ...common },
    ]);
    assert.equal(readObject(body[0]).length, 1);
  });

  it("names kinds and operations alike in both", () => {
    const kinds = [
      "Account",
      "BillPayment",
      "JournalEntry",
      "TimeActivity",
      "Budget",
      "TaxAgency",
      "JournalCode",
    ];
    for (const name of kinds) {
      const [old] = readObject(envelope({ name, id: "1", operation: "Create" }));
      const [now] = readObject([event(`qbo.${name.toLowerCase()}.created.v1`)]);
      assert.deepEqual([old?.entity, now?.entity], [name, name]);
    }
    const operations = {
      Create: "created",
      Update: "updated",
      Delete: "deleted",
      Merge: "merged",
      Void: "voided",
      Emailed: "emailed",
    };
    for (const [name, past] of Object.entries(operations)) {
      const [old] = readObject(envelope({ name: "Invoice", id: "1", operation: name }));
      const [now] = readObject([event(`qbo.invoice.${past}.v1`)]);
      assert.deepEqual([old?.operation, now?.operation], [name, name]);
    }
  });

  it("reports what it does not know as such", () => {
    const [odd] = readObject(envelope({ name: "Rocket", id: "1", operation: "Launch" }));
    assert.deepEqual([odd?.entity, odd?.operation], ["Rocket", "Unknown"]);
    const types = [
      "qbo.rocket.launched.v1",
      "payroll.employee",
      "qbo.invoice.created",
      "qbo.invoice.paid.v2",
    ];
    assert.deepEqual(
      readObject(types.map((type) => event(type))).map(({ entity, operation, type }) => [
        entity,
        operation,
        type,
      ]),
      [
        ["rocket", "Unknown", types[0]],
        ["payroll.employee", "Unknown", types[1]],
        ["qbo.invoice.created", "Unknown", types[2]],
        ["Invoice", "Unknown", types[3]],
      ],
    );
  });

  it("gives an empty list for an empty delivery", () => {
    assert.deepEqual(readObject({ eventNotifications: [] }), []);
    assert.deepEqual(readObject([]), []);
  });

  it("refuses before it parses what is not signed", () => {
    const signature = opensslSignature("[]", TOKEN);
    for (const given of [undefined, signature, [signature]])
      assert.throws(() => readWebhook("{", given, TOKEN), { code: "QB_WEBHOOK_SIGNATURE", httpStatus: 401 });
  });

  it("keeps token and signature out of the failure", () => {
    try {
      readWebhook("{}", "wrong-signature", TOKEN);
      assert.fail();
    } catch (error) {
      assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /f4c1-verifier|wrong-signature/);
    }
  });

  it("says where a signed body has an unknown form", () => {
    const entity = { name: "Invoice", id: "1", operation: "Create" };
    const { intuitaccountid: _, ...homeless } = event("qbo.invoice.created.v1") as Record<string, unknown>;
    const at = "eventNotifications[0]";
    const wrong: [unknown, string][] = [
      [5, "the body is no list"],
      [null, "the body is no list"],
      [{}, "[0].type is no text of 1 to 200 characters"],
      [[5], "[0] is no object"],
      [[homeless], "[0].intuitaccountid is no text of 1 to 200 characters"],
      [[event("")], "[0].type is no text of 1 to 200 characters"],
      [{ eventNotifications: {} }, "eventNotifications is no list"],
      [{ eventNotifications: [null] }, `${at} is no object`],
      [{ eventNotifications: [{ realmId: 5 }] }, `${at}.realmId is no text of 1 to 200 characters`],
      [{ eventNotifications: [{ realmId: "1" }] }, `${at}.dataChangeEvent is no object`],
      [
        envelope({ ...entity, id: 12 }),
        `${at}.dataChangeEvent.entities[0].id is no text of 1 to 200 characters`,
      ],
      [
        envelope(entity, { ...entity, name: "x".repeat(201) }),
        `${at}.dataChangeEvent.entities[1].name is no text of 1 to 200 characters`,
      ],
    ];
    for (const [body, message] of wrong)
      assert.throws(() => readObject(body), { code: "QB_WEBHOOK_PAYLOAD", message });
    for (const body of ["{", "not json", "\u0000"])
      assert.throws(() => read(body), { code: "QB_WEBHOOK_PAYLOAD", message: "the body is no JSON" });
    const latin1 = Buffer.from('[{"type":"é"}]', "latin1");
    assert.throws(() => read(latin1), { code: "QB_WEBHOOK_PAYLOAD", message: "the body is no JSON" });
  });

  it("bounds what it takes", () => {
    const long = "[]".padEnd(4 * 1024 * 1024);
    assert.deepEqual(read(long), []);
    assert.throws(() => read(`${long} `), {
      code: "QB_WEBHOOK_PAYLOAD",
      message: /longer than 4194304 bytes/,
    });
    const deep = "[".repeat(2 * 1024 * 1024) + "]".repeat(2 * 1024 * 1024);
    assert.throws(() => read(deep), { code: "QB_WEBHOOK_PAYLOAD", message: "[0] is no object" });
    const many = Array.from({ length: 30_000 }, () => ({ name: "Invoice", id: "1", operation: "Create" }));
    assert.equal(readObject(envelope(...many)).length, many.length);
  });

  it("takes the last of two fields with the same name, and no field from a prototype", () => {
    const twice = `{"eventNotifications":[],"eventNotifications":[{"realmId":"1","realmId":"2","dataChangeEvent":{"entities":[{"name":"Item","id":"1","id":"7","operation":"Create"}]}}]}`;
    assert.deepEqual(
      read(twice).map(({ companyId, id }) => [companyId, id]),
      [["2", "7"]],
    );
    const inherited = `[{"__proto__":${JSON.stringify(event("qbo.item.created.v1"))}}]`;
    assert.throws(() => read(inherited), { code: "QB_WEBHOOK_PAYLOAD" });
  });
});
