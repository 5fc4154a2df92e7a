import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readElement } from "qbconnector/qbxml";
import { checkMessageSet, checkRequest } from "../../../../dist/qbxml/check/check.js";
import type { CheckScope, Finding } from "../../../../dist/qbxml/check/finding.js";

const V16: CheckScope = { version: 16, edition: "QBD" };

function check(request: string, scope: CheckScope = V16): Finding[] {
  return checkRequest(readElement(request), scope);
}

function rulesAndPaths(findings: readonly Finding[]): string[] {
  return findings.map(({ rule, path }) => `${rule} ${path}`);
}

function checkSet(requests: string, attributes = 'onError="stopOnError"', name = "QBXMLMsgsRq"): Finding[] {
  return checkMessageSet(readElement(`<${name} ${attributes}>${requests}</${name}>`), V16);
}

function customerAdd(content: string): string {
  return `<CustomerAddRq><CustomerAdd>${content}</CustomerAdd></CustomerAddRq>`;
}

function invoiceAdd(content: string): string {
  return `<InvoiceAddRq><InvoiceAdd>${content}</InvoiceAdd></InvoiceAddRq>`;
}

describe("checkRequest, structure", () => {
  const right: readonly (readonly [string, string])[] = [
    ["an empty query", "<CustomerQueryRq/>"],
    ["a query by ids", "<CustomerQueryRq><ListID>1-1</ListID><ListID>2-2</ListID></CustomerQueryRq>"],
    [
      "a choice inside a choice",
      "<CustomerQueryRq><MaxReturned>1</MaxReturned><NameRangeFilter><FromName>a</FromName></NameRangeFilter><OwnerID>0</OwnerID></CustomerQueryRq>",
    ],
    [
      "iterator attributes",
      '<CustomerQueryRq requestID="1" iterator="Continue" iteratorID="{x}" metaData="NoMetaData"><MaxReturned>9</MaxReturned></CustomerQueryRq>',
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
      "<SubscriptionDelRq><SubscriberID>{00000000-0000-0000-0000-000000000000}</SubscriberID><SubscriptionType>Data</SubscriptionType></SubscriptionDelRq>",
    ],
  ];
  for (const [what, request] of right) {
    it(`takes ${what}`, () => assert.deepEqual(check(request), []));
  }

  const wrong: readonly (readonly [string, string, string])[] = [
    ["unknownRequest", "CustomerFindRq", "<CustomerFindRq/>"],
    ["unknownRequest", "CustomerQueryRs", "<CustomerQueryRs/>"],
    ["unknownElement", "CustomerAddRq/CustomerAdd/Nmae", customerAdd("<Nmae>a</Nmae>")],
    ["notInCountry", "CustomerAddRq/CustomerAdd/Suffix", customerAdd("<Name>a</Name><Suffix>Jr</Suffix>")],
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
      "ListDelRq/ListDelType[2]",
      "<ListDelRq><ListDelType>Class</ListDelType><ListDelType>Class</ListDelType><ListID>1-1</ListID></ListDelRq>",
    ],
    ["tooMany", "CustomerAddRq/CustomerAdd/Name[2]", customerAdd("<Name>a</Name><Name>b</Name>")],
    [
      "tooMany",
      "CustomerAddRq/CustomerAdd/ShipToAddress[51]",
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
      assert.deepEqual(rulesAndPaths(check(request)), [`${rule} ${path}`]);
    });
  }

  it("knows which version brought a request, an element", () => {
    const jobTitle = customerAdd("<Name>a</Name><JobTitle>b</JobTitle>");
    const [tooNew, ...others] = check(jobTitle, { version: 11, edition: "QBD" });
    assert.deepEqual(
      [tooNew?.rule, tooNew?.path, tooNew?.since],
      ["tooNew", "CustomerAddRq/CustomerAdd/JobTitle", "12.0"],
    );
    assert.deepEqual(others, []);
    assert.deepEqual(check(jobTitle, { version: 12, edition: "QBD" }), []);
    assert.equal(check("<CurrencyQueryRq/>", { version: 7, edition: "QBD" })[0]?.rule, "tooNew");
  });

  it("knows countries", () => {
    const request =
      "<AccountAddRq><AccountAdd><Name>a</Name><AccountType>Bank</AccountType><SalesTaxCodeRef/></AccountAdd></AccountAddRq>";
    assert.deepEqual(rulesAndPaths(check(request)), ["notInCountry AccountAddRq/AccountAdd/SalesTaxCodeRef"]);
    assert.deepEqual(check(request, { version: 16, edition: "QBCA" }), []);
  });

  it("needs none of a choice that the edition does not have", () => {
    const line = "<InventoryAdjustmentLineMod><TxnLineID>1</TxnLineID></InventoryAdjustmentLineMod>";
    const request = `<InventoryAdjustmentModRq><InventoryAdjustmentMod><TxnID>1</TxnID><EditSequence>1</EditSequence>${line}</InventoryAdjustmentMod></InventoryAdjustmentModRq>`;
    assert.deepEqual(check(request, { version: 16, edition: "QBAU" }), []);
  });

  it("goes on inside what came too late", () => {
    const address = "<ShipToAddress><Name>s</Name><Nmae>t</Nmae></ShipToAddress>";
    const findings = check(customerAdd(`<Name>a</Name>${address}`), { version: 8, edition: "QBD" });
    assert.deepEqual(rulesAndPaths(findings), [
      "tooNew CustomerAddRq/CustomerAdd/ShipToAddress",
      "unknownElement CustomerAddRq/CustomerAdd/ShipToAddress/Nmae",
    ]);
  });
});

describe("checkRequest, one mistake", () => {
  const single: readonly (readonly [string, string, string])[] = [
    [
      "an element that stands much too late",
      customerAdd(
        "<Phone>1</Phone><AltPhone>2</AltPhone><Fax>3</Fax><Email>e</Email><CompanyName>c</CompanyName>",
      ).replace("<Phone>", "<Name>a</Name><Phone>"),
      "wrongOrder CustomerAddRq/CustomerAdd/CompanyName",
    ],
    [
      "an element that stands much too early",
      customerAdd("<Name>a</Name><Email>e</Email><CompanyName>c</CompanyName><Phone>1</Phone><Fax>3</Fax>"),
      "wrongOrder CustomerAddRq/CustomerAdd/Email",
    ],
    [
      "a required element at the end",
      customerAdd("<CompanyName>c</CompanyName><Phone>1</Phone><Fax>3</Fax><Name>a</Name>"),
      "wrongOrder CustomerAddRq/CustomerAdd/Name",
    ],
    [
      "a required element behind two others",
      customerAdd("<CompanyName>c</CompanyName><Phone>1</Phone><Name>a</Name>"),
      "wrongOrder CustomerAddRq/CustomerAdd/Name",
    ],
    [
      "lines before the customer",
      invoiceAdd("<InvoiceLineAdd/><InvoiceLineAdd/><InvoiceLineAdd/><CustomerRef/><Memo>m</Memo>"),
      "wrongOrder InvoiceAddRq/InvoiceAdd/InvoiceLineAdd[1]",
    ],
    [
      "an element between lines",
      invoiceAdd("<CustomerRef/><InvoiceLineAdd/><Memo>m</Memo><InvoiceLineAdd/>"),
      "wrongOrder InvoiceAddRq/InvoiceAdd/Memo",
    ],
    [
      "the second of two, in the wrong place",
      customerAdd("<Name>a</Name><Phone>1</Phone><Email>e</Email><Phone>2</Phone>"),
      "tooMany CustomerAddRq/CustomerAdd/Phone[2]",
    ],
    [
      "the first of two, in the wrong place",
      customerAdd("<Name>a</Name><Phone>1</Phone><CompanyName>c</CompanyName><Phone>2</Phone>"),
      "tooMany CustomerAddRq/CustomerAdd/Phone[1]",
    ],
    [
      "all of another alternative",
      "<CustomerQueryRq><ListID>1-1</ListID><MaxReturned>1</MaxReturned><ActiveStatus>All</ActiveStatus><FromModifiedDate>2026-01-01</FromModifiedDate></CustomerQueryRq>",
      "mixedChoice CustomerQueryRq/MaxReturned",
    ],
    [
      "a required element with a slip of the pen",
      customerAdd("<Nmae>a</Nmae><Phone>1</Phone>"),
      "unknownElement CustomerAddRq/CustomerAdd/Nmae",
    ],
    [
      "the structure left out around its elements",
      "<CustomerAddRq><Name>a</Name><Phone>1</Phone></CustomerAddRq>",
      "missingElement CustomerAddRq",
    ],
  ];
  for (const [what, request, expected] of single) {
    it(`is one finding: ${what}`, () => assert.deepEqual(rulesAndPaths(check(request)), [expected]));
  }

  it("does not hide the others, which come in document order", () => {
    const request = invoiceAdd(
      "<Memo>m</Memo><CustomerRef><FullNme>x</FullNme></CustomerRef><TxnDate>2026-02-30</TxnDate><IsPending>yes</IsPending>" +
        "<InvoiceLineAdd><Quantity>1,5</Quantity><ItemRef/></InvoiceLineAdd><InvoiceLineAdd><Rate>x</Rate></InvoiceLineAdd>",
    );
    assert.deepEqual(rulesAndPaths(check(request)), [
      "wrongOrder InvoiceAddRq/InvoiceAdd/Memo",
      "unknownElement InvoiceAddRq/InvoiceAdd/CustomerRef/FullNme",
      "form InvoiceAddRq/InvoiceAdd/TxnDate",
      "form InvoiceAddRq/InvoiceAdd/IsPending",
      "form InvoiceAddRq/InvoiceAdd/InvoiceLineAdd[1]/Quantity",
      "wrongOrder InvoiceAddRq/InvoiceAdd/InvoiceLineAdd[1]/ItemRef",
      "form InvoiceAddRq/InvoiceAdd/InvoiceLineAdd[2]/Rate",
    ]);
  });

  it("of two neighbours that were swapped is the one at which a reader stops", () => {
    const swapped = (content: string): string[] => rulesAndPaths(check(content));
    assert.deepEqual(swapped(customerAdd("<Name>a</Name><Email>e</Email><Phone>1</Phone>")), [
      "wrongOrder CustomerAddRq/CustomerAdd/Phone",
    ]);
    const mod = "<EditSequence>1</EditSequence><ListID>1-1</ListID><Name>a</Name>";
    assert.deepEqual(swapped(`<CustomerModRq><CustomerMod>${mod}</CustomerMod></CustomerModRq>`), [
      "wrongOrder CustomerModRq/CustomerMod/EditSequence",
    ]);
  });
});

describe("checkRequest, what a finding says", () => {
  it("of order: the neighbours", () => {
    const [finding] = check(
      customerAdd("<Name>a</Name><Fax>f</Fax><Email>e</Email><CompanyName>c</CompanyName>"),
    );
    assert.equal(finding?.message, "CompanyName belongs after Name and before Fax in CustomerAdd");
    assert.equal(finding.repair, "move CompanyName behind Name");
    assert.ok(finding.expected?.includes("Contact"), finding.expected?.join());
    assert.ok(finding.expected?.every((name) => !["Name", "Phone", "CompanyName"].includes(name)));
  });

  it("of names: the nearest one, or where it belongs", () => {
    const message = (request: string): string | undefined => check(request)[0]?.message;
    assert.match(message(customerAdd("<Name>a</Name><EMail>e</EMail>")) ?? "", /did you mean Email\?/);
    assert.match(
      message(customerAdd("<Name>a</Name><City>c</City>")) ?? "",
      /belongs in BillAddress, ShipAddress/,
    );
    const inAddress = customerAdd("<Name>a</Name><BillAddress><Phone>1</Phone></BillAddress>");
    assert.match(message(inAddress) ?? "", /belongs in CustomerAdd/);
    assert.match(message("<CustomerQuery/>") ?? "", /stands inside CustomerQueryRq/);
    assert.match(message("<JournalQueryRq/>") ?? "", /there is JournalEntryQueryRq$/);
    const words = check(
      invoiceAdd(
        "<Customer>a</Customer><InvoiceLineAdd><Description>a</Description><Qty>1</Qty><Price>2.00</Price></InvoiceLineAdd>",
      ),
    );
    assert.deepEqual(
      words.map(({ repair }) => repair),
      ["write CustomerRef", "write Desc", "write Quantity", "write Rate"],
    );
    const zip = "<BillAddress><Address1>a</Address1><Zip>1</Zip></BillAddress>";
    assert.deepEqual(
      check(customerAdd(`<Name>a</Name>${zip}`)).map(({ repair }) => repair),
      ["write Addr1", "write PostalCode"],
    );
    assert.match(message("<CustomerQureyRq/>") ?? "", /did you mean CustomerQueryRq\?/);
    assert.match(message("<CustomerQueryRq requestId='1'/>") ?? "", /requestID/);
    const text = invoiceAdd("<CustomerRef>Acme</CustomerRef>");
    assert.match(check(text)[0]?.repair ?? "", /<FullName>/);
  });

  it("of values: what is allowed and what was probably meant", () => {
    const of = (element: string): Finding | undefined => check(customerAdd(`<Name>a</Name>${element}`))[0];
    assert.deepEqual(of("<JobStatus>closed</JobStatus>")?.repair, "write Closed");
    assert.deepEqual(of("<JobStatus>x</JobStatus>")?.allowed, [
      "Awarded",
      "Closed",
      "InProgress",
      "None",
      "NotAwarded",
      "Pending",
    ]);
    assert.equal(of("<IsActive> TRUE</IsActive>")?.repair, "write true");
    assert.equal(of("<IsActive>yes</IsActive>")?.repair, "write true");
    assert.equal(of("<CreditLimit>$1,200.50</CreditLimit>")?.repair, "write 1200.50");
    assert.equal(of("<CreditLimit>12,50</CreditLimit>")?.repair, undefined);
    for (const [given, meant] of [
      ["01/31/2026", "2026-01-31"],
      ["31.1.2026", "2026-01-31"],
      ["01/02/2026", undefined],
      ["2026-01-31T00:00:00", "2026-01-31"],
    ])
      assert.equal(of(`<JobStartDate>${given}</JobStartDate>`)?.repair, meant && `write ${meant}`);
    for (const [given, meant] of [
      ["2026-01-31T10:00:00.123Z", "2026-01-31T10:00:00+00:00"],
      ["2026-01-31 10:00:00", "2026-01-31T10:00:00"],
      ["2026-01-31T10:00:00.5-0800", "2026-01-31T10:00:00-08:00"],
      ["1/31/2026", "2026-01-31"],
      ["soon", undefined],
    ]) {
      const [finding] = check(
        `<CustomerQueryRq><FromModifiedDate>${given}</FromModifiedDate></CustomerQueryRq>`,
      );
      assert.equal(finding?.repair, meant && `write ${meant}`);
    }
    assert.equal(of("<CreditLimit>97.5</CreditLimit>")?.repair, "write 97.50");
  });

  it("nothing of card numbers and the like", () => {
    const card = "<CreditCardNumber>4111111111111111222222222222</CreditCardNumber>";
    const [finding] = check(customerAdd(`<Name>a</Name><CreditCardInfo>${card}</CreditCardInfo>`));
    assert.equal(finding?.rule, "maxLength");
    assert.equal(finding.given, "(hidden)");
    assert.doesNotMatch(JSON.stringify(finding), /4111/);
  });

  it("not more than 60 characters of a value", () => {
    const [finding] = check(customerAdd(`<Name>${"n".repeat(500)}</Name>`));
    assert.equal(finding?.given?.length, 60);
  });
});

describe("checkRequest, use", () => {
  const page = "<MaxReturned>5</MaxReturned>";
  const cases: readonly (readonly [string, string, string[]])[] = [
    ["Start without MaxReturned", '<CustomerQueryRq iterator="Start"/>', ["iterator CustomerQueryRq"]],
    ["Start", `<CustomerQueryRq iterator="Start">${page}</CustomerQueryRq>`, []],
    [
      "Start with an id",
      `<CustomerQueryRq iterator="Start" iteratorID="{x}">${page}</CustomerQueryRq>`,
      ["iterator CustomerQueryRq"],
    ],
    [
      "Continue without an id",
      `<CustomerQueryRq iterator="Continue">${page}</CustomerQueryRq>`,
      ["iterator CustomerQueryRq"],
    ],
    ["Stop without an id", '<CustomerQueryRq iterator="Stop"/>', ["iterator CustomerQueryRq"]],
    ["Stop", '<CustomerQueryRq iterator="Stop" iteratorID="{x}"/>', []],
    ["an id alone", '<CustomerQueryRq iteratorID="{x}"/>', ["iterator CustomerQueryRq"]],
    [
      "a look-up",
      '<CustomerQueryRq iterator="Start"><FullName>a</FullName></CustomerQueryRq>',
      ["iterator CustomerQueryRq"],
    ],
    [
      "a request id of 51 characters",
      `<CustomerQueryRq requestID="${"1".repeat(51)}"/>`,
      ["maxLength CustomerQueryRq"],
    ],
    ["a request id of 50 characters", `<CustomerQueryRq requestID="${"1".repeat(50)}"/>`, []],
    [
      "IncludeRetElement",
      "<CustomerQueryRq><IncludeRetElement>Name</IncludeRetElement><IncludeRetElement>Nome</IncludeRetElement></CustomerQueryRq>",
      ["includeRetElement CustomerQueryRq/IncludeRetElement[2]"],
    ],
  ];
  for (const [what, request, expected] of cases) {
    it(`knows ${what}`, () => assert.deepEqual(rulesAndPaths(check(request)), expected));
  }

  it("only warns of what the answer does not have", () => {
    const [finding] = check("<ItemQueryRq><IncludeRetElement>IsActve</IncludeRetElement></ItemQueryRq>");
    assert.deepEqual([finding?.severity, finding?.repair], ["warning", "write IsActive"]);
  });
});

describe("checkMessageSet", () => {
  const invoice = '<InvoiceAddRq><InvoiceAdd defMacro="TxnID:a"><CustomerRef/></InvoiceAdd></InvoiceAddRq>';
  const payment =
    '<ReceivePaymentAddRq><ReceivePaymentAdd><CustomerRef/><AppliedToTxnAdd><TxnID useMacro="TxnID:a"/></AppliedToTxnAdd></ReceivePaymentAdd></ReceivePaymentAddRq>';
  const use = "QBXMLMsgsRq/ReceivePaymentAddRq/ReceivePaymentAdd/AppliedToTxnAdd/TxnID";

  it("wants macros defined once, before they are used, and empty", () => {
    assert.deepEqual(checkSet(invoice + payment), []);
    assert.deepEqual(rulesAndPaths(checkSet(payment + invoice)), [`macro ${use}`]);
    assert.deepEqual(rulesAndPaths(checkSet(invoice + invoice)), [
      "macro QBXMLMsgsRq/InvoiceAddRq[2]/InvoiceAdd",
    ]);
    const filled = payment.replace("/></Applied", ">1-1</TxnID></Applied");
    assert.deepEqual(rulesAndPaths(checkSet(invoice + filled)), [`macro ${use}`]);
  });

  it("wants each request in its own kind of set", () => {
    const query =
      "<DataEventSubscriptionQueryRq><SubscriberID>0</SubscriberID></DataEventSubscriptionQueryRq>";
    assert.deepEqual(rulesAndPaths(checkSet(query)), [
      "wrongMessageSet QBXMLMsgsRq/DataEventSubscriptionQueryRq",
    ]);
    assert.deepEqual(checkSet(query, "", "QBXMLSubscriptionMsgsRq"), []);
  });

  it("knows the attributes of the set", () => {
    const rules = (attributes: string): string[] => checkSet("", attributes).map(({ rule }) => rule);
    assert.deepEqual(rules(""), ["missingAttribute"]);
    assert.deepEqual(rules('onError="stop"'), ["attributeValue"]);
    assert.deepEqual(rules('onError="rollbackOnError"'), ["attributeValue"]);
    assert.deepEqual(rules(`onError="stopOnError" newMessageSetID="${"1".repeat(24)}"`), ["maxLength"]);
    assert.deepEqual(rules(`onError="stopOnError" newMessageSetID="${"1".repeat(23)}"`), []);
    assert.deepEqual(rules('onError="stopOnError" onerror="x"'), ["unknownAttribute"]);
  });

  it("numbers requests of the same name", () => {
    const findings = checkSet("<CustomerQueryRq/><CustomerQueryRq><Nmae/></CustomerQueryRq>");
    assert.deepEqual(rulesAndPaths(findings), ["unknownElement QBXMLMsgsRq/CustomerQueryRq[2]/Nmae"]);
  });

  it("a value of a response that is newer than the declared version is only a warning", () => {
    const status = 'statusCode="0" statusSeverity="Info" statusMessage="Status OK"';
    const template = "<TemplateRet><TemplateType>BillPayment</TemplateType></TemplateRet>";
    const set = readElement(
      `<QBXMLMsgsRs><TemplateQueryRs ${status}>${template}</TemplateQueryRs></QBXMLMsgsRs>`,
    );
    assert.deepEqual(
      checkMessageSet(set, { version: 14, edition: "QBD" }).map(({ rule, severity }) => [rule, severity]),
      [["tooNew", "warning"]],
    );
  });

  it("checks responses: objects may be partial, values are open", () => {
    const status = 'statusCode="0" statusSeverity="Info" statusMessage="Status OK"';
    const respond = (content: string): Finding[] =>
      checkSet(`<CustomerQueryRs ${status}>${content}</CustomerQueryRs>`, "", "QBXMLMsgsRs");
    assert.deepEqual(respond("<CustomerRet><Name>a</Name></CustomerRet>"), []);
    const mail = "<CustomerRet><PreferredDeliveryMethod>Mail</PreferredDeliveryMethod></CustomerRet>";
    assert.deepEqual(
      respond(mail).map(({ rule, severity }) => [rule, severity]),
      [["enum", "warning"]],
    );
    assert.deepEqual(
      respond("<CustomerRet><Phone>1</Phone><Name>a</Name></CustomerRet>").map(({ rule }) => rule),
      ["wrongOrder"],
    );
    assert.deepEqual(
      checkSet("<CustomerQueryRs/>", "", "QBXMLMsgsRs").map(({ message }) => message),
      [
        "CustomerQueryRs needs the attribute statusCode",
        "CustomerQueryRs needs the attribute statusSeverity",
      ],
    );
  });
});

describe("responses whose requests take no IncludeRetElement", () => {
  it("hold whole objects", () => {
    const status = 'statusCode="0" statusSeverity="Info"';
    const text = `<DataExtModRs ${status}><DataExtRet><DataExtName>a</DataExtName></DataExtRet></DataExtModRs>`;
    const findings = checkSet(text, "", "QBXMLMsgsRs");
    assert.deepEqual(rulesAndPaths(findings).slice(0, 1), [
      "missingElement QBXMLMsgsRs/DataExtModRs/DataExtRet",
    ]);
  });
});

describe("checkRequest, cost", () => {
  it("grows with the document, also with many mistakes", () => {
    const ids = "<ListID>1-1</ListID>".repeat(20_000);
    assert.deepEqual(check(`<CustomerQueryRq>${ids}</CustomerQueryRq>`), []);
    const long = `<ListID>${"1".repeat(40)}</ListID>`.repeat(20_000);
    assert.equal(check(`<CustomerQueryRq>${long}</CustomerQueryRq>`).length, 20_000);
    const mixed = "<InvoiceLineAdd/><Memo/>".repeat(10_000);
    assert.ok(check(invoiceAdd(`<CustomerRef/>${mixed}`)).length > 0);
  });
});

describe("checkRequest, values", () => {
  const right = [
    customerAdd(
      "<Name>a</Name><IsActive>1</IsActive><CreditLimit>-12.50</CreditLimit><JobStatus>Closed</JobStatus>",
    ),
    customerAdd("<Name>a</Name><CreditLimit/><JobStartDate/>"),
    "<CustomerQueryRq><FromModifiedDate>2026-02-28T23:59:59-05:00</FromModifiedDate></CustomerQueryRq>",
    invoiceAdd(
      "<CustomerRef/><InvoiceLineAdd><Quantity>1.12345</Quantity><Rate>-0.5</Rate></InvoiceLineAdd>",
    ),
  ];
  for (const request of right) it(`takes ${request}`, () => assert.deepEqual(check(request), []));

  const wrong: readonly (readonly [rule: string, type: string, field: string, request: string])[] = [
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
    ["enum", "ENUMTYPE", "JobStatus", customerAdd("<Name>a</Name><JobStatus/>")],
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
      const [finding, ...others] = check(request);
      assert.equal(finding?.rule, rule);
      assert.ok(finding.path.endsWith(`/${field}`), finding.path);
      assert.deepEqual(others, []);
    });
  }

  it("says where", () => {
    const lines = "<InvoiceLineAdd/><InvoiceLineAdd><Rate>x</Rate></InvoiceLineAdd>";
    const [finding] = check(invoiceAdd(`<CustomerRef/>${lines}`));
    assert.equal(finding?.path, "InvoiceAddRq/InvoiceAdd/InvoiceLineAdd[2]/Rate");
    assert.equal(finding.given, "x");
  });
});
