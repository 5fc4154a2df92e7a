import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { queryText } from "qbconnector/online";
import { planQuery } from "../../dist/online/data/query-text.js";
import { readSelect } from "../support/online/select-statement.js";

const RUNS = Number(process.env["QBCONNECTOR_FUZZ_RUNS"] ?? 5_000);
const SEED = Number(process.env["QBCONNECTOR_FUZZ_SEED"] ?? Date.now() % 2 ** 31);

const NASTY = fc.constantFrom(
  "'",
  "\\",
  "\\'",
  "' or Id > '0",
  " maxresults 1",
  "STARTPOSITION 5",
  "orderby",
  ";",
  "\n",
  ")",
  "x",
);
const text = fc.oneof(
  fc.string(),
  fc.array(NASTY, { maxLength: 6 }).map((parts) => parts.join("")),
);

describe("queries with values from elsewhere", () => {
  it("keep each value a value, and their clauses", () => {
    const property = fc.property(
      text,
      fc.array(text, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 1_000 }),
      fc.boolean(),
      (name, ids, most, isOrdered) => {
        const query = queryText`select * from Customer where Name = ${name} and Id in ${ids}`;
        const whole = `${query}${isOrdered ? " orderby Name" : ""} startposition 7 maxresults ${most}`;
        const read = readSelect(whole);
        assert.deepEqual(read.conditions, [
          { path: "Name", operator: "=", values: [name] },
          { path: "Id", operator: "in", values: ids },
        ]);
        const plan = planQuery(whole);
        assert.deepEqual([plan.start, plan.most, plan.isOrdered, plan.counts], [7, most, isOrdered, false]);
        // What paging makes of it is the same query.
        const page = readSelect(`${plan.base} STARTPOSITION 7 MAXRESULTS ${most}`);
        assert.deepEqual(page, read);
      },
    );
    fc.assert(property, { numRuns: RUNS, seed: SEED });
  });
});
