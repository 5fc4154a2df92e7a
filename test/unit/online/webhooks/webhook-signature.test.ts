import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { verifyWebhook } from "qbconnector/online";
import { opensslSignature } from "../../../support/online/webhook-signature.js";

const TOKEN = "f4c1-verifier";
const BODY = '{"eventNotifications":[ {"realmId":"1","note":"Zoë €"} ]}\n';
const SIGNATURE = opensslSignature(BODY, TOKEN);

describe("verifyWebhook", () => {
  it("accepts what openssl signs, as bytes and as text", () => {
    assert.equal(verifyWebhook(Buffer.from(BODY), SIGNATURE, TOKEN), true);
    assert.equal(verifyWebhook(new Uint8Array(Buffer.from(BODY)), SIGNATURE, TOKEN), true);
    assert.equal(verifyWebhook(BODY, SIGNATURE, TOKEN), true);
  });

  it("takes the bytes as they are, also when they are no text", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    assert.equal(verifyWebhook(bytes, opensslSignature(bytes, TOKEN), TOKEN), true);
    const decoded = Buffer.from(bytes).toString();
    assert.equal(verifyWebhook(decoded, opensslSignature(bytes, TOKEN), TOKEN), false);
  });

  it("refuses a body that was parsed and written again", () => {
    assert.equal(verifyWebhook(JSON.stringify(JSON.parse(BODY)), SIGNATURE, TOKEN), false);
  });

  it("refuses every other signature", () => {
    const raw = Buffer.from(SIGNATURE, "base64");
    const others = [
      "",
      " ",
      "=",
      SIGNATURE.slice(0, -1),
      `${SIGNATURE} `,
      `${SIGNATURE},${SIGNATURE}`,
      `sha256=${SIGNATURE}`,
      raw.toString("hex"),
      raw.toString("base64url"),
      opensslSignature(BODY, "other"),
      opensslSignature("", TOKEN),
      "é".repeat(22),
    ];
    for (const other of others) assert.equal(verifyWebhook(BODY, other, TOKEN), false, JSON.stringify(other));
    for (let at = 0; at < raw.length * 8; at++) {
      const flipped = Buffer.from(raw);
      flipped[at >> 3] = (raw[at >> 3] as number) ^ (1 << (at & 7));
      assert.equal(verifyWebhook(BODY, flipped.toString("base64"), TOKEN), false);
    }
    // The same 32 bytes in another spelling.
    const twin = `${SIGNATURE.slice(0, -2)}${String.fromCharCode(SIGNATURE.charCodeAt(42) + 1)}=`;
    assert.deepEqual(Buffer.from(twin, "base64"), raw);
    assert.equal(verifyWebhook(BODY, twin, TOKEN), false);
  });

  it("refuses a missing and a repeated signature, and an empty body whatever its signature", () => {
    assert.equal(verifyWebhook(BODY, undefined, TOKEN), false);
    assert.equal(verifyWebhook(BODY, [SIGNATURE], TOKEN), false);
    assert.equal(verifyWebhook("", opensslSignature("", TOKEN), TOKEN), false);
    assert.equal(verifyWebhook(new Uint8Array(), opensslSignature("", TOKEN), TOKEN), false);
  });

  it("takes several tokens while one is being replaced", () => {
    assert.equal(verifyWebhook(BODY, SIGNATURE, ["new", TOKEN]), true);
    assert.equal(verifyWebhook(BODY, SIGNATURE, [TOKEN, "new"]), true);
    assert.equal(verifyWebhook(BODY, SIGNATURE, ["new", "newer"]), false);
  });

  it("refuses to work without a token: anybody could sign with it", () => {
    for (const token of ["", "  ", [], [TOKEN, ""], undefined, null, 5, [undefined]])
      assert.throws(() => verifyWebhook(BODY, opensslSignature(BODY, "x"), token as string), {
        code: "QB_INVALID_ARGUMENT",
        message: "the verifier token of a webhook is missing or empty",
      });
  });

  it("explains how to get at the raw body when it is given a parsed one", () => {
    for (const body of [JSON.parse(BODY), [], undefined, null, 5, new ArrayBuffer(1)])
      assert.throws(() => verifyWebhook(body, SIGNATURE, TOKEN), {
        code: "QB_INVALID_ARGUMENT",
        advice: /express\.raw.*addContentTypeParser/,
      });
  });
});
