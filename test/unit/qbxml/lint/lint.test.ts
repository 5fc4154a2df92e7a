import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lint, type LintFinding, type LintOptions } from "qbconnector/qbxml";

const HEAD = '<?xml version="1.0"?>\n<?qbxml version="16.0"?>\n';

function places(findings: readonly LintFinding[]): string[] {
  return findings.map(({ rule, line, column }) => `${line}:${column} ${rule}`);
}

function set(requests: string, head = HEAD): string {
  return `${head}<QBXML><QBXMLMsgsRq onError="stopOnError">\n${requests}\n</QBXMLMsgsRq></QBXML>\n`;
}

function customer(content: string): string {
  return set(`<CustomerAddRq><CustomerAdd>${content}</CustomerAdd></CustomerAddRq>`);
}

function check(text: string, expected: readonly string[], options?: LintOptions): void {
  assert.deepEqual(places(lint(text, options)), expected);
}

describe("lint", () => {
  it("finds nothing in what is right", () => {
    check(set("<HostQueryRq/>"), []);
    check(customer("<Name>a &amp; b</Name><Notes><![CDATA[<b>]]></Notes>"), []);
    check(set("<!-- é 中 --><HostQueryRq/>"), []);
    check(`\uFEFF${set("<HostQueryRq/>")}`, []);
    assert.deepEqual(lint(Buffer.from(set("<HostQueryRq/>"), "utf16le")), []);
  });

  it("tells line and column of tags, texts and attributes", () => {
    const text = set(
      '<CustomerQueryRq requestID="1"\n   iterator="start">\n  <MaxReturned>ten</MaxReturned>\n\t<Nmae/>\n</CustomerQueryRq>',
    );
    check(text, ["5:4 attributeValue", "6:16 form", "7:2 unknownElement"]);
  });

  it("goes past text beside elements", () => {
    const text = customer("\n<Phone>1</Phone> words\n<Name>a</Name><![CDATA[more]]>\n<Emial/>\n");
    check(text, ["5:1 wrongOrder", "5:18 content", "7:1 unknownElement"]);
    assert.equal(lint(text)[1]?.path, "QBXMLMsgsRq/CustomerAddRq/CustomerAdd");
    check(set("words<HostQueryRq/>"), ["4:1 content"]);
    check(`${HEAD}<QBXML>words<QBXMLMsgsRq onError="stopOnError"/></QBXML>`, ["3:8 content"]);
  });

  it("counts characters, not bytes", () => {
    const text = customer("<Name>&#233;</Name><CompanyName>Zoë Øre</CompanyName><Emial>e</Emial>");
    const column = text.split("\n")[3]!.indexOf("<Emial>") + 1;
    assert.deepEqual(places(lint(text)).at(-1), `4:${column} unknownElement`);
  });

  it("checks against the version that the document declares, or another", () => {
    const text = customer("<Name>a</Name><JobTitle>b</JobTitle>");
    check(text, []);
    check(text.replace("16.0", "11.0"), ["4:43 tooNew"]);
    check(text, ["4:43 tooNew"], { version: "11.0" });
    assert.equal(lint(text, { version: "11.0" })[0]?.since, "12.0");
  });

  it("checks for the country that is named, or that the version names", () => {
    const account =
      "<AccountAddRq><AccountAdd><Name>a</Name><AccountType>Bank</AccountType><SalesTaxCodeRef/></AccountAdd></AccountAddRq>";
    check(set(account), ["4:72 notInCountry"]);
    check(set(account), [], { country: "CA" });
    check(set(account, HEAD.replace("16.0", "CA16.0")), []);
  });

  it("refuses options that mean nothing", () => {
    const code = { code: "QB_INVALID_ARGUMENT" };
    assert.throws(() => lint("<QBXML/>", { version: "17.0" }), code);
    assert.throws(() => lint("<QBXML/>", { country: "DE" as "US" }), code);
    assert.throws(() => lint("<QBXML/>", { codePage: "nonsense" }), code);
  });

  it("freezes its findings, which are plain JSON", () => {
    const findings = lint(customer("<Name/><Emial/>"));
    assert.ok(findings.every(Object.isFrozen));
    assert.deepEqual(JSON.parse(JSON.stringify(findings)), findings);
  });
});

describe("lint, characters", () => {
  it("warns of raw ones, refuses those outside the code page", () => {
    const findings = lint(customer("<Name>Zoë 中</Name>"));
    assert.deepEqual(
      findings.map(({ rule, severity, given, path }) => [rule, severity, given, path]),
      [
        ["characters", "warning", "ë", "QBXMLMsgsRq/CustomerAddRq/CustomerAdd/Name"],
        ["characters", "error", "中", "QBXMLMsgsRq/CustomerAddRq/CustomerAdd/Name"],
      ],
    );
    check(customer("<Name>öö</Name>"), ["4:35 characters"]);
    check(customer("<Name>&#20013;</Name>"), ["4:35 characters"]);
    check(customer("<Name>&#20013;</Name>"), [], { codePage: 936 });
    assert.match(lint(customer("<Name>Łódź</Name>"))[0]?.repair ?? "", /write L/);
  });
});

describe("lint, characters of answers", () => {
  it("are as QuickBooks wrote them", () => {
    const response = '<CustomerAddRs statusCode="3100" statusSeverity="Error" statusMessage="Zoë 中"/>';
    check(`<QBXML><QBXMLMsgsRs>${response}</QBXMLMsgsRs></QBXML>`, []);
    const request = '<CustomerQueryRq requestID="Zoë"/>';
    check(set(request), ["4:31 characters"]);
  });
});

describe("lint, prolog and envelope", () => {
  const body = '<QBXML><QBXMLMsgsRq onError="stopOnError"><HostQueryRq/></QBXMLMsgsRq></QBXML>';
  const [xml, qbxml] = ['<?xml version="1.0"?>', '<?qbxml version="13.0"?>'];
  const doctype = "<!DOCTYPE QBXML PUBLIC '-//INTUIT//DTD QBXML QBD 1.0//EN' 'http://localhost/qbxml.dtd'>";
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["no declaration", `${qbxml}${body}`, ["1:1 prolog"]],
    ["no instruction", `${xml}\n${body}`, ["2:1 prolog"]],
    ["neither", body, ["1:1 prolog", "1:1 prolog"]],
    ["an empty line before the declaration", `\n${xml}${qbxml}${body}`, ["2:1 prolog"]],
    ["words before the declaration", `Notice: x\n${xml}${qbxml}${body}`, ["1:1 prolog"]],
    ["the two swapped", `${qbxml}\n${xml}${body}`, ["2:1 prolog"]],
    ["two instructions", `${xml}${qbxml}\n${qbxml}${body}`, ["2:1 prolog"]],
    ["the instruction inside", `${xml}\n${body.replace("<QBXML>", `<QBXML>${qbxml}`)}`, ["2:8 prolog"]],
    ["the instruction behind", `${xml}\n${body}\n${qbxml}`, ["3:1 prolog"]],
    ["a version that is not", `${xml}\n<?qbxml version="17.0"?>${body}`, ["2:1 prolog"]],
    ["no version", `${xml}\n<?qbxml?>${body}`, ["2:1 prolog"]],
    ["another instruction", `${xml}\n<?php echo 1 ?>${qbxml}${body}`, ["2:1 prolog"]],
    ["the DOCTYPE of versions 1.x", `${xml}\n${doctype}\n${body}`, ["2:1 prolog"]],
    ["another root", `${xml}${qbxml}\n<qbxml/>`, ["2:1 envelope"]],
    ["an empty root", `${xml}${qbxml}\n<QBXML/>`, ["2:1 envelope"]],
    [
      "a request without its set",
      `${xml}${qbxml}\n<QBXML><HostQueryRq/><HostQueryRq/></QBXML>`,
      ["2:8 envelope"],
    ],
    [
      "two sets",
      `${xml}${qbxml}\n<QBXML><QBXMLMsgsRq onError="stopOnError"/>\n<QBXMLMsgsRq onError="stopOnError"/></QBXML>`,
      ["3:1 envelope"],
    ],
    ["no onError", `${xml}${qbxml}\n<QBXML><QBXMLMsgsRq/></QBXML>`, ["2:8 missingAttribute"]],
  ];
  for (const [what, text, expected] of cases) it(`finds ${what}`, () => check(text, expected));

  it("asks neither declaration nor instruction of responses", () => {
    check("<QBXML><QBXMLMsgsRs/></QBXML>", []);
  });
});

describe("lint of bytes in another encoding than they say", () => {
  const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

  it("names the first byte, its place, and what helps", () => {
    const [finding, ...others] = lint(bytes(customer("<Name>a</Name>\n<Notes>caf\xe9</Notes>")));
    assert.equal(others.length, 0);
    assert.deepEqual([finding?.line, finding?.column], [5, 11]);
    assert.match(finding?.message ?? "", /the byte E9 is not UTF-8/);
    assert.match(finding?.repair ?? "", /encoding="windows-1252"/);
  });

  it("counts characters before it, and takes U+FFFD for itself", () => {
    const before = Buffer.from(`${HEAD}<QBXML><!-- é 中 \uFFFD `);
    const [finding] = lint(Buffer.concat([before, Buffer.from([0xe2, 0x28]), Buffer.from("--></QBXML>")]));
    assert.deepEqual([finding?.line, finding?.column], [3, 19]);
    assert.match(finding?.message ?? "", /the byte E2 /);
  });

  it("finds nothing to say once the encoding is declared", () => {
    const declared = HEAD.replace("?>", ' encoding="windows-1252"?>');
    const found = lint(
      bytes(set("<CustomerQueryRq><FullName>caf\xe9</FullName></CustomerQueryRq>", declared)),
    );
    assert.deepEqual(places(found), ["4:31 characters"]);
    assert.equal(lint(bytes(set("<HostQueryRq/>", HEAD.replace("?>", ' encoding="UTF-16"?>')))).length, 1);
  });
});

describe("lint of broken XML", () => {
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    ["nothing", "", "1:1", /no element/],
    ["only words", "hello", "1:1", /no element/],
    ["a bare &", customer("<Name>A & B</Name>"), "4:37", /bare &/],
    ["an entity of HTML", customer("<Name>caf&eacute;</Name>"), "4:38", /&eacute; is not an entity/],
    ["a bare <", customer("<Name>a < b</Name>"), "4:37", /begins no tag/],
    ["a wrong end tag", customer("<Name>a</Nmae>"), "4:36", /<\/Nmae> stands where <\/Name> must/],
    ["a missing end tag", `${HEAD}<QBXML>\n<QBXMLMsgsRq onError="stopOnError">\n`, "4:1", /never closed/],
    ["an end tag too many", `${HEAD}<QBXML/></QBXML>`, "3:9", /closes nothing/],
    ["a value without quotes", `${HEAD}<QBXML><QBXMLMsgsRq onError=x/></QBXML>`, "3:21", /quotation marks/],
    ["an attribute twice", `${HEAD}<QBXML a="1" a="2"/>`, "3:14", /twice/],
    ["a tag without its end", `${HEAD}<QBXML>\n<QBXMLMsgsRq onError="x`, "4:1", /does not end/],
    ["a control character", customer("<Name>a\u0001</Name>"), "4:36", /control character/],
    ["a namespace", `${HEAD}<QBXML xmlns="x"/>`, "3:8", /namespaces/],
    ["two roots", `${HEAD}<QBXML/>\n<QBXML/>`, "4:1", /behind the end/],
    ["words behind the end", `${set("<HostQueryRq/>")}bye`, "6:1", /outside of the elements/],
    ["-- in a comment", set("<!-- a -- b -->"), "4:1", /--/],
    ["]]> in text", customer("<Name>]]></Name>"), "4:35", /\]\]>/],
    ["a reference to no character", customer("<Name>&#0;</Name>"), "4:35", /no character/],
    ["half a character", customer("<Name>\uD800</Name>"), "1:1", /surrogate/],
    ["deep nesting", set("<A>".repeat(100) + "</A>".repeat(100)), "4:187", /64 levels/],
  ];
  for (const [what, text, place, message] of cases) {
    it(`is one finding: ${what}`, () => {
      const findings = lint(text);
      assert.equal(findings.length, 1, JSON.stringify(findings));
      assert.equal(findings[0]?.rule, "malformed");
      assert.match(findings[0].message, message);
      assert.equal(`${findings[0].line}:${findings[0].column}`, place);
    });
  }

  it("is one finding: bytes that are not of their encoding", () => {
    const [finding, ...others] = lint(Buffer.from([0x3c, 0xff, 0x3e]));
    assert.deepEqual([finding?.rule, others.length], ["malformed", 0]);
  });
});

/** Of the shape of requests that people asked about because QuickBooks said no more than 0x80040400. */
describe("lint of requests as they are asked about", () => {
  const head = '<?xml version="1.0" encoding="utf-8"?>\n<?qbxml version="13.0"?>\n';
  const ask = (requests: string): string[] =>
    lint(set(requests, head)).map(({ rule, path }) => `${rule} ${path.replace(/^QBXMLMsgsRq\//, "")}`);

  it("a bill: the date before the vendor, the amount of a line before its description", () => {
    const line =
      "<ItemLineAdd><ItemRef><ListID>7-1</ListID></ItemRef><Amount>75.00</Amount><Desc>d</Desc></ItemLineAdd>";
    const bill = `<TxnDate>2026-08-13</TxnDate><VendorRef><ListID>7D-1</ListID></VendorRef>${line}`;
    assert.deepEqual(ask(`<BillAddRq><BillAdd>${bill}</BillAdd></BillAddRq>`), [
      "wrongOrder BillAddRq/BillAdd/TxnDate",
      "wrongOrder BillAddRq/BillAdd/ItemLineAdd/Desc",
    ]);
  });

  it("a sales order: lines first, the rate of each before its item", () => {
    const line =
      "<SalesOrderLineAdd><Rate>1.00</Rate><ItemRef><ListID>1-1</ListID></ItemRef><Quantity>2</Quantity></SalesOrderLineAdd>";
    const order = `${line}${line}<CustomerRef><ListID>DD-1</ListID></CustomerRef><RefNumber>SO-1</RefNumber>`;
    assert.deepEqual(ask(`<SalesOrderAddRq><SalesOrderAdd>${order}</SalesOrderAdd></SalesOrderAddRq>`), [
      "wrongOrder SalesOrderAddRq/SalesOrderAdd/SalesOrderLineAdd[1]",
      "wrongOrder SalesOrderAddRq/SalesOrderAdd/SalesOrderLineAdd[1]/Rate",
      "wrongOrder SalesOrderAddRq/SalesOrderAdd/SalesOrderLineAdd[2]/Rate",
    ]);
  });

  it("a payment: the method before the amount, applied by hand and automatically", () => {
    const payment =
      "<CustomerRef><FullName>A</FullName></CustomerRef><PaymentMethodRef><FullName>Check</FullName></PaymentMethodRef><TotalAmount>10.5</TotalAmount>" +
      "<IsAutoApply>true</IsAutoApply><AppliedToTxnAdd><TxnID>1-1</TxnID><PaymentAmount>10.50</PaymentAmount></AppliedToTxnAdd>";
    assert.deepEqual(
      ask(`<ReceivePaymentAddRq><ReceivePaymentAdd>${payment}</ReceivePaymentAdd></ReceivePaymentAddRq>`),
      [
        "wrongOrder ReceivePaymentAddRq/ReceivePaymentAdd/TotalAmount",
        "form ReceivePaymentAddRq/ReceivePaymentAdd/TotalAmount",
        "mixedChoice ReceivePaymentAddRq/ReceivePaymentAdd/AppliedToTxnAdd",
      ],
    );
  });

  it("an item: income account and price without the structure around them", () => {
    const item =
      "<Name>a</Name><Desc>d</Desc><Price>1.00</Price><AccountRef><FullName>Sales</FullName></AccountRef>";
    assert.deepEqual(
      ask(
        `<ItemNonInventoryAddRq><ItemNonInventoryAdd>${item}</ItemNonInventoryAdd></ItemNonInventoryAddRq>`,
      )[0],
      "missingElement ItemNonInventoryAddRq/ItemNonInventoryAdd",
    );
  });

  it("a customer looked up by name and by filter at the same time", () => {
    const query = "<FullName>A</FullName><MaxReturned>1</MaxReturned><ActiveStatus>All</ActiveStatus>";
    assert.deepEqual(ask(`<CustomerQueryRq>${query}</CustomerQueryRq>`), [
      "mixedChoice CustomerQueryRq/MaxReturned",
    ]);
  });

  it("an iterator on a list that has none, and one without MaxReturned", () => {
    assert.deepEqual(ask('<AccountQueryRq iterator="Start"/><ItemInventoryQueryRq iterator="Start"/>'), [
      "unknownAttribute AccountQueryRq",
      "iterator ItemInventoryQueryRq",
    ]);
  });

  it("a request built by hand without a message set, and one without a prolog", () => {
    const request = "<CustomerAddRq><CustomerAdd><Name>a</Name></CustomerAdd></CustomerAddRq>";
    check(`${head}<QBXML>${request}</QBXML>`, ["3:8 envelope"]);
    check(`<QBXML><QBXMLMsgsRq onError="stopOnError">${request}</QBXMLMsgsRq></QBXML>`, [
      "1:1 prolog",
      "1:1 prolog",
    ]);
  });
});
