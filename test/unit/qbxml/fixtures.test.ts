import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  readResponses,
  writeRequests,
  writeResponses,
  type QBResponse,
  type RequestItem,
  type ResponseItem,
} from "qbconnector/qbxml";
import type { Tree } from "../../support/element-tree.js";
import { judge } from "../../support/facts-oracle.js";
import { fixtures } from "../../support/fixtures.js";
import { requestObjectOf, responseObjectOf } from "../../support/instance-objects.js";
import { readBySaxes } from "../../support/saxes-tree.js";
import { complaints } from "../../support/xmllint.js";

const requests = fixtures("requests");
const responses = fixtures("responses");

describe("fixtures", () => {
  it("are 7 requests and 13 responses, well-formed to libxml2", () => {
    assert.deepEqual([requests.length, responses.length], [7, 13]);
    const texts = [...requests, ...responses].map(({ text }) => text);
    assert.deepEqual(
      complaints(texts).filter((complaint) => complaint !== undefined),
      [],
    );
  });

  it("are right by the facts: requests in the version that they declare", () => {
    for (const { name, text } of requests) {
      assert.equal(
        judge(readBySaxes(text), { version: Number(versionOf(text)), edition: "QBD" }),
        undefined,
        name,
      );
    }
    for (const { name, text } of responses) {
      const scope = { version: 16, edition: "QBD" } as const;
      assert.equal(judge(readBySaxes(text), scope, { unknownValues: true }), undefined, name);
    }
  });

  it("are written again from objects", () => {
    for (const { name, text } of requests) {
      const [set] = withoutLayout(readBySaxes(text)).children;
      const items = set?.children.map(requestObjectOf) as unknown as RequestItem[];
      const options = { ...set?.attributes, version: versionOf(text) };
      assert.deepEqual(readBySaxes(writeRequests(items, options)).children, [set], name);
    }
  });

  it("are read as typed records, written from them, and read again as the same", () => {
    for (const { name, text } of responses) {
      const [set] = readBySaxes(text).children;
      const read = readResponses(text);
      assert.deepEqual(read.responses.map(given), set?.children.map(responseObjectOf), name);
      assert.equal(read.irregularities.count, 0);
      const written = writeResponses(read.responses.map(itemOf));
      assert.deepEqual(readBySaxes(written).children, [set], name);
      assert.deepEqual(readResponses(written).responses, read.responses, name);
    }
  });
});

/** Without what the response does not say. */
function given(response: QBResponse): object {
  return Object.fromEntries(Object.entries(response).filter(([, value]) => value !== undefined));
}

function itemOf({ errorRecovery, ...response }: QBResponse): ResponseItem {
  return { ...response, ErrorRecovery: errorRecovery } as ResponseItem;
}

function versionOf(text: string): string {
  return /<\?qbxml version="([0-9.]+)"/.exec(text)?.[1] as string;
}

/** Line ends in an element without children are layout, too, where elements may stand. */
function withoutLayout(tree: Tree): Tree {
  return { ...tree, children: tree.children.map(withoutLayout), text: /\n/.test(tree.text) ? "" : tree.text };
}
