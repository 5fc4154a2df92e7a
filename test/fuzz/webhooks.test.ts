import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { QBError } from "qbconnector";
import { readWebhook, verifyWebhook } from "qbconnector/online";

/** `QBCONNECTOR_FUZZ_RUNS=200000 node --test build/fuzz/webhooks.test.js` looks longer; `QBCONNECTOR_FUZZ_SEED` repeats. */
const RUNS = Number(process.env["QBCONNECTOR_FUZZ_RUNS"] ?? 5_000);
const SEED = Number(process.env["QBCONNECTOR_FUZZ_SEED"] ?? Date.now() % 2 ** 31);
const OPTIONS = { numRuns: RUNS, seed: SEED };
const TOKEN = "token";

function signed(body: string | Uint8Array): string {
  return createHmac("sha256", TOKEN).update(body).digest("base64");
}

/** Either a list of notifications, all complete, or a failure that says what the form is. */
function check(body: string | Uint8Array): void {
  try {
    for (const { companyId, entity, id, operation } of readWebhook(body, signed(body), TOKEN))
      for (const text of [companyId, entity, id, operation])
        assert.ok(typeof text === "string" && text !== "");
  } catch (error) {
    assert.ok(error instanceof QBError, String(error));
    assert.equal(error.code, body.length === 0 ? "QB_WEBHOOK_SIGNATURE" : "QB_WEBHOOK_PAYLOAD");
  }
}

const SHAPED = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.string(),
    fc.constantFrom("1", "Invoice", "qbo.invoice.created.v1", "created"),
    fc.jsonValue(),
  ),
  node: fc.oneof(
    { maxDepth: 5 },
    tie("leaf"),
    fc.array(tie("node"), { maxLength: 4 }),
    fc.dictionary(
      fc.constantFrom(
        ...[
          "eventNotifications",
          "realmId",
          "dataChangeEvent",
          "entities",
          "name",
          "id",
          "operation",
          "data",
        ],
        ...["type", "intuitaccountid", "intuitentityid", "deletedid", "__proto__", "constructor", "toString"],
      ),
      tie("node"),
    ),
  ),
})).node;

describe(`webhooks under fuzzing (seed ${SEED})`, () => {
  it("any signed bytes are read or refused", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), check), OPTIONS);
    fc.assert(fc.property(fc.string({ maxLength: 200, unit: "binary" }), check), OPTIONS);
  });

  it("any signed JSON is read or refused", () => {
    fc.assert(
      fc.property(SHAPED, (value) => check(JSON.stringify(value))),
      OPTIONS,
    );
  });

  it("no changed body keeps its signature", () => {
    const change = fc.tuple(
      fc.uint8Array({ minLength: 1, maxLength: 100 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
    );
    fc.assert(
      fc.property(change, ([body, place, difference]) => {
        const other = Uint8Array.from(body);
        other[place % body.length] = (body[place % body.length] as number) ^ difference;
        assert.equal(verifyWebhook(body, signed(body), TOKEN), true);
        assert.equal(verifyWebhook(other, signed(body), TOKEN), false);
      }),
      OPTIONS,
    );
  });

  it("no text but the signature is one", () => {
    const body = "[]";
    fc.assert(
      fc.property(fc.oneof(fc.base64String(), fc.string()), (text) => {
        assert.equal(verifyWebhook(body, text, TOKEN), text === signed(body));
      }),
      OPTIONS,
    );
  });
});
