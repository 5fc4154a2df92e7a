import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

/** What each door lets out at run time. A name that comes or goes is a change of the public surface: say so in the changelog. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  qbconnector: [
    "CONNECTION_STRING_NAMES",
    "ERROR_CATALOGUE",
    "QBClient",
    "QBConnector",
    "QBError",
    "QBStatusError",
    "QueryResults",
    "formatConnectionString",
    "fromHresult",
    "hashPassword",
    "isErrorCode",
    "parseConnectionString",
    "qbxml",
    "redactConnectionString",
  ],
  "qbconnector/qbxml": [
    "CodePage",
    "ResponseStream",
    "QBStatusError",
    "addDecimals",
    "child",
    "compareDecimals",
    "createdAt",
    "customFields",
    "decodeDocument",
    "equalDecimals",
    "explain",
    "explainRefusal",
    "formatAmount",
    "formatRate",
    "formatTimeInterval",
    "isDate",
    "isDecimal",
    "isNothingFound",
    "lint",
    "multiplyDecimals",
    "negateDecimal",
    "readDateTime",
    "readElement",
    "readMessageSet",
    "readReport",
    "readResponses",
    "readTimeInterval",
    "repair",
    "roundDecimal",
    "rowsOf",
    "statusError",
    "statusOf",
    "subtractDecimals",
    "sumDecimals",
    "requestTree",
    "textAt",
    "toInstant",
    "toWallClock",
    "writeDocument",
    "writeElement",
    "writeRequests",
    "writeResponses",
  ],
  "qbconnector/com": ["ComRequestProcessor"],
  "qbconnector/simulator": ["Simulator"],
  "qbconnector/online": [
    "ONLINE_PROPERTIES",
    "OnlineConnection",
    "connect",
    "formatOnlineConnectionString",
    "parseOnlineConnectionString",
    "queryText",
    "readWebhook",
    "redactOnlineConnectionString",
    "setDefaultApplication",
    "verifyWebhook",
  ],
};

describe("the doors of the package", () => {
  for (const [door, names] of Object.entries(DOORS)) {
    it(`${door} exports exactly what it promises`, async () => {
      assert.deepEqual(Object.keys((await import(door)) as object).sort(), [...names].sort());
    });
  }

  it("qbconnector has the language as a namespace, the same as behind its own door", async () => {
    const { qbxml } = await import("qbconnector");
    assert.equal(qbxml, await import("qbconnector/qbxml"));
    assert.deepEqual(qbxml.lint("<QBXML/>"), (await import("qbconnector/qbxml")).lint("<QBXML/>"));
  });

  it("are the ones that package.json opens", () => {
    const { name, exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
      name: string;
      exports: Record<string, unknown>;
    };
    const opened = Object.keys(exports).filter((path) => path !== "./package.json");
    assert.deepEqual(
      opened.map((path) => path.replace(".", name)),
      Object.keys(DOORS),
    );
  });
});
