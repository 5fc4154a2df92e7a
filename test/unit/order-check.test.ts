import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readElement } from "qbconnector/qbxml";
import { checkOrder } from "../../dist/qbxml/schema/order-check.js";
import { checkValues } from "../../dist/qbxml/schema/value-check.js";

const V16 = { version: 16, edition: "QBD" };

function customerAdd(content: string): string {
  return `<CustomerAddRq><CustomerAdd>${content}</CustomerAdd></CustomerAddRq>`;
}

function invoiceAdd(content: string): string {
  return `<InvoiceAddRq><InvoiceAdd>${content}</InvoiceAdd></InvoiceAddRq>`;
}

describe("checkOrder", () => {
  const right: readonly (readonly [string, string])[] = [
    ["an empty query", "<CustomerQueryRq/>"],
    ["a query by ids", "<CustomerQueryRq><ListID>1-1</ListID><ListID>2-2</ListID></CustomerQueryRq>"],
    [
      "a choice inside a choice",
      "<CustomerQueryRq><MaxReturned>1</MaxReturned><NameRangeFilter><FromName>a</FromName></NameRangeFilter><OwnerID>0</OwnerID></CustomerQueryRq>",
    ],
    [
      "iterator attributes",
      '<CustomerQueryRq requestID="1" iterator="Continue" iteratorID="{x}" metaData="NoMetaData"/>',
    ],
    ["an add", customerAdd("<Name>a</Name><Phone>1</Phone><Email>e</Email>")],
    ["an empty structure", customerAdd("<Name>a</Name><BillAddress/>")],
    [
      "a repeated choice in any order",
      invoiceAdd(
        "<CustomerRef/><InvoiceLineAdd/><InvoiceLineGroupAdd><ItemGroupRef/></InvoiceLineGroupAdd><InvoiceLineAdd/>",
      ),
    ],
    [
      "a macro where one may stand",
      '<ReceivePaymentAddRq><ReceivePaymentAdd><CustomerRef/><AppliedToTxnAdd><TxnID useMacro="TxnID:a"/></AppliedToTxnAdd></ReceivePaymentAdd></ReceivePaymentAddRq>',
    ],
    [
      "a definition of a macro",
      '<InvoiceAddRq><InvoiceAdd defMacro="TxnID:a"><CustomerRef/></InvoiceAdd></InvoiceAddRq>',
    ],
    [
      "a subscription",
      "<SubscriptionDelRq><SubscriberID>{00000000-0000-0000-0000-000000000000}</SubscriberID><SubscriptionType>All</SubscriptionType></SubscriptionDelRq>",
    ],
  ];
  for (const [what, request] of right) {
    it(`takes ${what}`, () => assert.equal(checkOrder(readElement(request), V16), undefined));
  }

  const wrong: readonly (readonly [string, string, string])[] = [
    ["unknownRequest", "CustomerFindRq", "<CustomerFindRq/>"],
    ["unknownRequest", "CustomerQueryRs", "<CustomerQueryRs/>"],
    ["unknownElement", "CustomerAddRq/CustomerAdd/Nmae", customerAdd("<Nmae>a</Nmae>")],
    ["unknownElement", "CustomerAddRq/CustomerAdd/Suffix", customerAdd("<Name>a</Name><Suffix>Jr</Suffix>")],
    [
      "wrongOrder",
      "CustomerAddRq/CustomerAdd/Phone",
      customerAdd("<Name>a</Name><Email>e</Email><Phone>1</Phone>"),
    ],
    ["wrongOrder", "CustomerAddRq/CustomerAdd/Phone", customerAdd("<Phone>1</Phone><Name>a</Name>")],
    ["missingElement", "CustomerAddRq", "<CustomerAddRq/>"],
    ["missingElement", "CustomerAddRq/CustomerAdd", customerAdd("<Phone>1</Phone>")],
    [
      "missingElement",
      "ItemServiceAddRq/ItemServiceAdd",
      "<ItemServiceAddRq><ItemServiceAdd><Name>a</Name></ItemServiceAdd></ItemServiceAddRq>",
    ],
    [
      "tooMany",
      "ListDelRq/ListDelType",
      "<ListDelRq><ListDelType>Class</ListDelType><ListDelType>Class</ListDelType></ListDelRq>",
    ],
    ["tooMany", "CustomerAddRq/CustomerAdd/Name", customerAdd("<Name>a</Name><Name>b</Name>")],
    [
      "tooMany",
      "CustomerAddRq/CustomerAdd/ShipToAddress",
      customerAdd(`<Name>a</Name>${"<ShipToAddress><Name>s</Name></ShipToAddress>".repeat(51)}`),
    ],
    [
      "mixedChoice",
      "CustomerQueryRq/FullName",
      "<CustomerQueryRq><ListID>1-1</ListID><FullName>a</FullName></CustomerQueryRq>",
    ],
    [
      "mixedChoice",
      "CustomerQueryRq/MaxReturned",
      "<CustomerQueryRq><FullName>a</FullName><MaxReturned>1</MaxReturned></CustomerQueryRq>",
    ],
    [
      "mixedChoice",
      "CustomerQueryRq/NameRangeFilter",
      "<CustomerQueryRq><NameFilter><MatchCriterion>Contains</MatchCriterion><Name>a</Name></NameFilter><NameRangeFilter/></CustomerQueryRq>",
    ],
    ["content", "CustomerAddRq/CustomerAdd", "<CustomerAddRq><CustomerAdd>a</CustomerAdd></CustomerAddRq>"],
    ["content", "CustomerAddRq/CustomerAdd/Name", customerAdd("<Name><First>a</First></Name>")],
    ["unknownAttribute", "CustomerQueryRq", '<CustomerQueryRq requestId="1"/>'],
    ["unknownAttribute", "CustomerAddRq/CustomerAdd/Name", customerAdd('<Name useMacro="x"/>')],
    ["unknownAttribute", "AccountQueryRq", '<AccountQueryRq iterator="Start"/>'],
    ["attributeValue", "CustomerQueryRq", '<CustomerQueryRq iterator="Begin"/>'],
    [
      "missingElement",
      "InvoiceAddRq/InvoiceAdd/InvoiceLineGroupAdd[2]",
      invoiceAdd(
        "<CustomerRef/><InvoiceLineGroupAdd><ItemGroupRef/></InvoiceLineGroupAdd><InvoiceLineGroupAdd/>",
      ),
    ],
  ];
  for (const [rule, path, request] of wrong) {
    it(`finds ${rule} at ${path}`, () => {
      const finding = checkOrder(readElement(request), V16);
      assert.deepEqual([finding?.rule, finding?.path], [rule, path], finding?.message);
    });
  }

  it("knows which version brought a request, an element, an attribute's owner", () => {
    const jobTitle = customerAdd("<Name>a</Name><JobTitle>b</JobTitle>");
    const tooNew = checkOrder(readElement(jobTitle), { version: 11, edition: "QBD" });
    assert.deepEqual([tooNew?.rule, tooNew?.path], ["tooNew", "CustomerAddRq/CustomerAdd/JobTitle"]);
    assert.equal(checkOrder(readElement(jobTitle), { version: 12, edition: "QBD" }), undefined);
    assert.equal(
      checkOrder(readElement("<CurrencyQueryRq/>"), { version: 7, edition: "QBD" })?.rule,
      "tooNew",
    );
  });

  it("needs none of a choice that the edition does not have", () => {
    const request = readElement(
      "<InventoryAdjustmentModRq><InventoryAdjustmentMod><TxnID>1</TxnID><EditSequence>1</EditSequence>" +
        "<InventoryAdjustmentLineMod><TxnLineID>1</TxnLineID></InventoryAdjustmentLineMod>" +
        "</InventoryAdjustmentMod></InventoryAdjustmentModRq>",
    );
    assert.equal(checkOrder(request, { version: 16, edition: "QBAU" }), undefined);
  });

  it("knows editions", () => {
    const request = readElement(
      "<AccountAddRq><AccountAdd><Name>a</Name><AccountType>Bank</AccountType><SalesTaxCodeRef/></AccountAdd></AccountAddRq>",
    );
    assert.equal(checkOrder(request, V16)?.rule, "unknownElement");
    assert.equal(checkOrder(request, { version: 16, edition: "QBCA" }), undefined);
  });

  it("is not slowed by a long list of ids", () => {
    const request = readElement(
      `<CustomerQueryRq>${"<ListID>1-1</ListID>".repeat(20_000)}</CustomerQueryRq>`,
    );
    const begin = performance.now();
    assert.equal(checkOrder(request, V16), undefined);
    assert.equal(checkValues(request, "QBD"), undefined);
    assert.ok(performance.now() - begin < 2000);
  });
});

describe("checkValues", () => {
  const right = [
    customerAdd(
      "<Name>a</Name><IsActive>1</IsActive><CreditLimit>-12.50</CreditLimit><JobStatus>Closed</JobStatus>",
    ),
    customerAdd("<Name>a</Name><CreditLimit/><JobStartDate/><JobStatus/>"),
    "<CustomerQueryRq><FromModifiedDate>2026-02-28T23:59:59-05:00</FromModifiedDate></CustomerQueryRq>",
    invoiceAdd(
      "<CustomerRef/><InvoiceLineAdd><Quantity>1.12345</Quantity><Rate>-0.5</Rate></InvoiceLineAdd>",
    ),
  ];
  for (const request of right)
    it(`takes ${request}`, () => assert.equal(checkValues(readElement(request), "QBD"), undefined));

  const wrong: readonly (readonly [string, string, string, string])[] = [
    ["form", "BOOLTYPE", "IsActive", customerAdd("<Name>a</Name><IsActive>yes</IsActive>")],
    ["form", "AMTTYPE", "CreditLimit", customerAdd("<Name>a</Name><CreditLimit>97.5</CreditLimit>")],
    [
      "form",
      "DATETYPE",
      "JobStartDate",
      customerAdd("<Name>a</Name><JobStartDate>2026-02-29</JobStartDate>"),
    ],
    [
      "form",
      "DATETIMETYPE",
      "FromModifiedDate",
      "<CustomerQueryRq><FromModifiedDate>2026-01-01T24:00:00</FromModifiedDate></CustomerQueryRq>",
    ],
    [
      "form",
      "DATETIMETYPE",
      "FromModifiedDate",
      "<CustomerQueryRq><FromModifiedDate>2026-01-01T10:00:00Z</FromModifiedDate></CustomerQueryRq>",
    ],
    ["form", "INTTYPE", "MaxReturned", "<CustomerQueryRq><MaxReturned>ten</MaxReturned></CustomerQueryRq>"],
    [
      "form",
      "QUANTYPE",
      "Quantity",
      invoiceAdd("<CustomerRef/><InvoiceLineAdd><Quantity>1.123456</Quantity></InvoiceLineAdd>"),
    ],
    ["enum", "ENUMTYPE", "JobStatus", customerAdd("<Name>a</Name><JobStatus>Done</JobStatus>")],
    ["maxLength", "STRTYPE", "Name", customerAdd(`<Name>${"n".repeat(42)}</Name>`)],
    [
      "maxLength",
      "STRTYPE",
      "ResaleNumber",
      customerAdd(`<Name>a</Name><ResaleNumber>${"1".repeat(16)}</ResaleNumber>`),
    ],
    [
      "maxLength",
      "IDTYPE",
      "ListID",
      `<CustomerQueryRq><ListID>${"1".repeat(37)}</ListID></CustomerQueryRq>`,
    ],
  ];
  for (const [rule, type, field, request] of wrong) {
    it(`finds ${rule} in a ${type}`, () => {
      const finding = checkValues(readElement(request), "QBD");
      assert.deepEqual([finding?.rule, finding?.type, finding?.field], [rule, type, field]);
    });
  }

  it("says where", () => {
    const lines = "<InvoiceLineAdd/><InvoiceLineAdd><Rate>x</Rate></InvoiceLineAdd>";
    const finding = checkValues(readElement(invoiceAdd(`<CustomerRef/>${lines}`)), "QBD");
    assert.equal(finding?.path, "InvoiceAddRq/InvoiceAdd/InvoiceLineAdd[2]/Rate");
    assert.equal(finding?.value, "x");
  });
});
