import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { planQuery, queryText } from "../../../../dist/online/data/query-text.js";
import { readSelect } from "../../../support/online/select-statement.js";

describe("queryText", () => {
  it("quotes what comes from elsewhere, so that it stays a value", () => {
    for (const name of ["Amy's", "O\\'Brien", "\\", "' or Id > '0", "a\nb", ""]) {
      const text = queryText`select * from Customer where DisplayName = ${name} maxresults ${5}`;
      const { conditions, most } = readSelect(text);
      assert.deepEqual(conditions, [{ path: "DisplayName", operator: "=", values: [name] }]);
      assert.equal(most, 5);
      assert.equal(planQuery(text).most, 5);
    }
  });

  it("writes numbers, dates and lists", () => {
    assert.equal(
      queryText`where Active = ${true} and T > ${new Date(0)} and Id in ${["1", "2"]} and A < ${1.5}`,
      "where Active = true and T > '1970-01-01T00:00:00.000Z' and Id in ('1', '2') and A < 1.5",
    );
  });

  it("refuses what is no value", () => {
    for (const value of [undefined, null, Number.NaN, {}, [], new Date(Number.NaN)])
      assert.throws(() => queryText`select ${value as string}`, { code: "QB_INVALID_ARGUMENT" });
  });
});

describe("the plan of a query", () => {
  it("finds clauses outside of literals only", () => {
    const text = "select * from Item where Name = 'x maxresults 5' and B = 'it\\'s orderby' ; ";
    const plan = planQuery(text);
    assert.deepEqual(
      { ...plan, base: plan.base.length },
      { base: text.length - 3, start: 1, most: Infinity, counts: false, isOrdered: false, entity: "Item" },
    );
  });

  it("reads the clauses in any case", () => {
    const plan = planQuery("Select Count ( * ) From Item Order By Name StartPosition 3\nMaxResults 9;");
    assert.deepEqual(plan, {
      base: "Select Count ( * ) From Item Order By Name",
      start: 3,
      most: 9,
      counts: true,
      isOrdered: true,
      entity: "Item",
    });
  });
});
