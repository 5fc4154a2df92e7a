import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { errorOfFault, faultIn } from "../../../../dist/online/data/fault.js";
import { secondsOf } from "../../../../dist/online/data/answer-failure.js";
import { faultInXml } from "../../../../dist/online/data/xml-fault.js";

const FACTS = { status: 400, intuitTid: undefined };
const told = (text: string) => faultInXml(text)?.errors[0];
const xml = (inner: string, head = '<?xml version="1.0" encoding="UTF-8"?>') =>
  `${head}<IntuitResponse xmlns="http://schema.intuit.com/finance/v3" time="2026-01-31T12:00:00Z">${inner}</IntuitResponse>`;

describe("a fault", () => {
  it("is read in both spellings, alone or in a list", () => {
    const error = { code: "3200", message: "m", detail: "d", element: "" };
    for (const answer of [
      { Fault: { Error: [{ Message: "m", Detail: "d", code: "3200" }], type: "T" } },
      { Fault: { Error: { Message: "m", Detail: "d", code: 3200 }, type: "T" } },
      { fault: { error: [{ message: "m", detail: "d", code: "003200" }], type: "T" } },
    ])
      assert.deepEqual(faultIn(answer), { type: "T", errors: [error] });
  });

  it("is none in answers that have another form", () => {
    for (const answer of [undefined, null, 1, "Fault", [], {}, { Fault: null }, { Fault: "x" }])
      assert.equal(faultIn(answer), undefined);
  });

  it("is told even when there is nothing in it", () => {
    for (const fault of [{}, { Error: [] }, { Error: [null, 5] }, { Error: "x", type: {} }]) {
      const found = faultIn({ Fault: fault });
      assert.ok(found);
      const error = errorOfFault(found, FACTS);
      assert.deepEqual([error.code, error.outcome], ["QB_ONLINE_REQUEST", "not_applied"]);
      assert.match(error.message, /QuickBooks Online: ./);
    }
  });
});

describe("a fault in XML", () => {
  it("is read with its attributes, entities and numeric references", () => {
    const fault =
      '<Fault type="ValidationFault"><Error code="6240" element="Name"><Message>A &amp; B</Message><Detail>Amy&#39;s 007</Detail></Error><Error code="610"/></Fault>';
    assert.deepEqual(faultInXml(xml(fault)), {
      type: "ValidationFault",
      errors: [
        { code: "6240", message: "A & B", detail: "Amy's 007", element: "Name" },
        { code: "610", message: "", detail: "", element: "" },
      ],
    });
  });

  it("is read with a prefix", () => {
    const text =
      '<n:IntuitResponse xmlns:n="x"><n:Fault type="S"><n:Error code="3001"/></n:Fault></n:IntuitResponse>';
    assert.equal(told(text)?.code, "3001");
  });

  it("is none when the document is hostile, broken or something else", () => {
    const fault = '<Fault type="S"><Error code="1"><Message>&x;</Message></Error></Fault>';
    assert.equal(told(xml(fault, '<!DOCTYPE a [<!ENTITY x "lol">]>')), undefined);
    assert.equal(told(xml(fault).slice(0, -30)), undefined);
    assert.equal(told(xml(`<Fault>${"x".repeat(200_000)}</Fault>`)), undefined);
    assert.equal(told("<html><body/></html>"), undefined);
    assert.equal(told(""), undefined);
  });

  it("cannot reach into prototypes", () => {
    faultInXml(xml('<__proto__><polluted>1</polluted></__proto__><Fault><constructor a="1"/></Fault>'));
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });
});

describe("Retry-After", () => {
  it("is seconds, or a date by the clock of the server", () => {
    const date = "Sat, 31 Jan 2026 12:00:00 GMT";
    const later = "Sat, 31 Jan 2026 12:01:30 GMT";
    assert.equal(secondsOf("30", date), 30);
    assert.equal(secondsOf(later, date), 90);
    assert.equal(secondsOf(date, later), 0);
    assert.equal(secondsOf("soon", date), undefined);
    assert.equal(secondsOf(undefined, date), undefined);
    assert.equal(secondsOf("", date), undefined);
  });
});
