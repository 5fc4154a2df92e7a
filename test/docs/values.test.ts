import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import * as language from "qbconnector/qbxml";
import { customFields } from "../../dist/qbxml/values/custom-fields.js";
import * as dateTime from "../../dist/qbxml/values/date-time.js";
import * as decimal from "../../dist/qbxml/values/decimal.js";
import { readReport, rowsOf } from "../../dist/qbxml/report/report.js";
import * as timeInterval from "../../dist/qbxml/values/time-interval.js";

const PAGE = readFileSync("docs/reference/values.md", "utf8");
const FUNCTIONS = { ...decimal, ...dateTime, ...timeInterval, customFields, readReport, rowsOf };
const DOOR: ReadonlyMap<string, unknown> = new Map(Object.entries(language));

describe("docs/reference/values.md", () => {
  for (const [name, value] of Object.entries(FUNCTIONS)) {
    it(`names ${name}, which comes through the door`, () => {
      assert.match(PAGE, new RegExp(`\`${name}\\b`));
      assert.equal(DOOR.get(name), value);
    });
  }

  it("says in its tables and sentences what is true", () => {
    const { addDecimals, multiplyDecimals, formatTimeInterval, readTimeInterval, sumDecimals } = language;
    assert.match(PAGE, /`1\.10` and `2\.2` make `3\.30`/);
    assert.equal(addDecimals("1.10", "2.2"), "3.30");
    assert.match(PAGE, /`1\.10` times `2\.2` is `2\.420`/);
    assert.equal(multiplyDecimals("1.10", "2.2"), "2.420");
    assert.match(PAGE, /the sum of none is `0`/);
    assert.equal(sumDecimals([]), "0");
    assert.match(
      PAGE,
      /`readTimeInterval\("PT1H30M"\)` is 90 minutes, `formatTimeInterval\(90\)` is `PT1H30M`/,
    );
    assert.deepEqual([readTimeInterval("PT1H30M"), formatTimeInterval(90)], [90, "PT1H30M"]);
  });

  it("gives the true instants in its example", () => {
    const { createdAt, toInstant } = language;
    assert.match(PAGE, /toInstant\(text, "America\/Los_Angeles"\).*\/\/ 2020-10-10T02:09:27\.000Z/);
    const instant = toInstant("2020-10-09T19:09:27-08:00", "America/Los_Angeles");
    assert.equal(instant.toISOString(), "2020-10-10T02:09:27.000Z");
    assert.match(PAGE, /createdAt\("80000001-1602295767"\)/);
    assert.deepEqual(createdAt("80000001-1602295767"), instant);
  });
});
