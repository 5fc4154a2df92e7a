import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Check } from "qbconnector";
import { checkConnection, checksIn, type ConnectionFacts } from "../../../dist/client/client-checks.js";

const NOW = new Date("2027-03-01T12:00:00Z");
const WELL: ConnectionFacts = {
  origin: "https://books:2080",
  latencyMs: 12.4,
  now: NOW,
  connectorDate: "Mon, 01 Mar 2027 12:00:01 GMT",
  certificate: { subject: "CN=books", validTo: new Date("2028-12-01T00:00:00Z") },
};
const endingOn = (date: string): Partial<ConnectionFacts> => ({
  certificate: { subject: "CN=books", validTo: new Date(date) },
});

const CASES: readonly (readonly [
  name: string,
  outcome: Check["outcome"],
  facts: Partial<ConnectionFacts>,
  says: RegExp,
])[] = [
  ["connection", "pass", {}, /https:\/\/books:2080 answers after 12 ms$/],
  ["connection", "warn", { latencyMs: 1_500 }, /1500 ms, which is slow/],
  ["clock-difference", "pass", {}, /within a minute/],
  ["clock-difference", "warn", { connectorDate: "Mon, 01 Mar 2027 12:05:00 GMT" }, /300 s ahead of this one/],
  ["clock-difference", "warn", { connectorDate: "Mon, 01 Mar 2027 11:00:00 GMT" }, /3600 s behind this one/],
  ["clock-difference", "skip", { connectorDate: undefined }, /no date/],
  ["clock-difference", "skip", { connectorDate: "soon" }, /no date/],
  ["shown-certificate", "pass", {}, /CN=books .* 2028-12-01, 640 days/],
  ["shown-certificate", "warn", endingOn("2027-03-20"), /18 days/],
  ["shown-certificate", "fail", endingOn("2027-03-01"), /has expired/],
  ["shown-certificate", "skip", { certificate: undefined }, /does not see it/],
  ["shown-certificate", "skip", { certificate: undefined, origin: "http://books" }, /plain HTTP/],
];

describe("what only the client can see", () => {
  for (const [name, outcome, facts, says] of CASES)
    it(`${name}: ${outcome}: ${says.source}`, () => {
      const check = checkConnection({ ...WELL, ...facts }).find((one) => one.name === name);
      assert.equal(check?.outcome, outcome);
      assert.match(check.summary, says);
      assert.equal(check.fix === undefined, outcome === "pass" || outcome === "skip");
    });
});

describe("the checks in an answer", () => {
  it("are taken without what else is there", () => {
    const check = { name: "a", outcome: "warn", summary: "b", fix: "c" };
    assert.deepEqual(checksIn(JSON.stringify({ checks: [{ ...check, more: 1 }] })), [check]);
    assert.deepEqual(checksIn('{"checks":[{"name":"a","outcome":"pass","summary":"b"}]}'), [
      { name: "a", outcome: "pass", summary: "b" },
    ]);
  });

  const WRONG = [
    "",
    "null",
    "[]",
    "{}",
    '{"checks":{}}',
    '{"checks":[null]}',
    '{"checks":[{"name":"a","outcome":"fine","summary":"b"}]}',
    '{"checks":[{"name":"a","outcome":"pass"}]}',
    '{"checks":[{"name":1,"outcome":"pass","summary":"b"}]}',
    '{"checks":[{"name":"a","outcome":"fail","summary":"b","fix":1}]}',
  ];
  for (const text of WRONG)
    it(`are not in ${JSON.stringify(text)}`, () => {
      assert.throws(() => checksIn(text), { code: "QB_NOT_A_CONNECTOR" });
    });
});
