import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { customFields } from "qbconnector/qbxml";

const OWNER = "{6B5D2A0E-3C41-4B7F-9A52-0D1E8C7F4A33}";

const customer = {
  ListID: "80000001-1422671082",
  Name: "Fjord Outfitters",
  DataExtRet: [
    { OwnerID: "0", DataExtName: "Region", DataExtType: "STR255TYPE", DataExtValue: "North" },
    { OwnerID: "0", DataExtName: "Discount", DataExtType: "PERCENTTYPE", DataExtValue: "2.50" },
    { OwnerID: OWNER, DataExtName: "Region", DataExtType: "STR255TYPE", DataExtValue: "EU-7" },
    { DataExtName: "Since", DataExtType: "DATETIMETYPE", DataExtValue: "2019-05-01T00:00:00" },
  ],
};

describe("customFields", () => {
  it("gives what people see in QuickBooks by name, as text", () => {
    assert.deepEqual(
      [...customFields(customer)],
      [
        ["Region", "North"],
        ["Discount", "2.50"],
        ["Since", "2019-05-01T00:00:00"],
      ],
    );
  });

  it("gives those of an application, however its GUID is written", () => {
    assert.deepEqual([...customFields(customer, OWNER)], [["Region", "EU-7"]]);
    assert.deepEqual([...customFields(customer, OWNER.toLowerCase())], [["Region", "EU-7"]]);
    assert.equal(customFields(customer, "{00000000-0000-0000-0000-000000000000}").size, 0);
  });

  it("works for lines too", () => {
    const line = {
      TxnLineID: "3A-1422671082",
      DataExtRet: [{ OwnerID: "0", DataExtName: "Colour", DataExtType: "STR255TYPE", DataExtValue: "red" }],
    };
    assert.equal(customFields(line).get("Colour"), "red");
  });

  it("is empty without custom fields", () => {
    const record: { Name: string; DataExtRet?: [] } = { Name: "Fjord Outfitters" };
    assert.equal(customFields(record).size, 0);
    assert.equal(customFields({ DataExtRet: undefined }).size, 0);
    assert.equal(customFields({ DataExtRet: [] }).size, 0);
  });

  it("takes __proto__ and its friends as names", () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
    const DataExtRet = names.map((name) => ({
      OwnerID: "0",
      DataExtName: name,
      DataExtValue: `the ${name}`,
    }));
    const fields = customFields({ DataExtRet });
    for (const name of names) assert.equal(fields.get(name), `the ${name}`);
    assert.equal(customFields({ DataExtRet: [] }).get("__proto__"), undefined);
  });

  it("leaves out what has no name, and takes a value that is missing as empty", () => {
    assert.deepEqual(
      [...customFields({ DataExtRet: [{ OwnerID: "0", DataExtValue: "x" }, { DataExtName: "Note" }] })],
      [["Note", ""]],
    );
  });
});
