import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judge } from "../../support/facts-oracle.js";
import { fixtures } from "../../support/fixtures.js";
import { readBySaxes } from "../../support/saxes-tree.js";
import { complaints } from "../../support/xmllint.js";

const requests = fixtures("requests");
const responses = fixtures("responses");

describe("fixtures", () => {
  it("are 7 requests and 13 responses, well-formed to libxml2", () => {
    assert.deepEqual([requests.length, responses.length], [7, 13]);
    const texts = [...requests, ...responses].map(({ text }) => text);
    assert.deepEqual(
      complaints(texts),
      texts.map(() => undefined),
    );
  });

  it("are right by the facts: requests in the version that they declare", () => {
    for (const { name, text } of requests) {
      const version = Number(/<\?qbxml version="([0-9.]+)"/.exec(text)?.[1]);
      assert.equal(judge(readBySaxes(text), { version, edition: "QBD" }), undefined, name);
    }
    for (const { name, text } of responses) {
      const scope = { version: 16, edition: "QBD" } as const;
      assert.equal(judge(readBySaxes(text), scope, { unknownValues: true }), undefined, name);
    }
  });
});
