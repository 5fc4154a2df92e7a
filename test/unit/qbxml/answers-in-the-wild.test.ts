import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  customFields,
  readResponses,
  ResponseStream,
  type CustomerRet,
  type QBResponse,
} from "qbconnector/qbxml";

const OK = 'statusCode="0" statusSeverity="Info" statusMessage="Status OK"';

function answer(responses: string, attributes = ""): string {
  return `<?xml version="1.0" ?>\r\n<QBXML>\r\n<QBXMLMsgsRs${attributes}>\r\n${responses}\r\n</QBXMLMsgsRs>\r\n</QBXML>\r\n`;
}

function customers(fields: string): string {
  return answer(
    `<CustomerQueryRs requestID="1" ${OK}><CustomerRet>${fields}</CustomerRet></CustomerQueryRs>`,
  );
}

function first(document: string | Uint8Array): QBResponse {
  const [response] = readResponses(document).responses;
  assert.ok(response !== undefined);
  return response;
}

function customer(fields: string): Readonly<Record<string, unknown>> {
  const [record] = first(customers(fields)).answer as Record<string, unknown>[];
  assert.ok(record !== undefined);
  return record;
}

describe("records as QuickBooks writes them", () => {
  const cases: readonly (readonly [string, string, Readonly<Record<string, unknown>>])[] = [
    ["references", "<Name>A &amp; B &#233; &apos;x&apos; &#x2014;</Name>", { Name: "A & B é 'x' —" }],
    ["CDATA", "<Name><![CDATA[A & <B>]]> C</Name>", { Name: "A & <B> C" }],
    ["line ends of Windows", "<Notes>one\r\ntwo</Notes>", { Notes: "one\ntwo" }],
    ["white space", "<Notes>  a </Notes>", { Notes: "  a " }],
    ["comments", "<Name>a<!-- b -->c</Name>", { Name: "ac" }],
    ["booleans in digits", "<IsActive>1</IsActive>", { IsActive: true }],
    ["booleans in capitals, as they are", "<IsActive>TRUE</IsActive>", { IsActive: "TRUE" }],
    ["empty elements", "<Phone/><Email></Email><BillAddress/>", { Phone: "", Email: "", BillAddress: {} }],
    ["exact amounts", "<Balance>0.10</Balance>", { Balance: "0.10" }],
    ["numbers", "<Sublevel>2</Sublevel>", { Sublevel: 2 }],
    ["unknown fields", "<Mood>good</Mood><Pets><Cat>1</Cat></Pets>", { Mood: "good", Pets: { Cat: "1" } }],
    ["control characters", "<Name>a\u0019b&#26;c</Name>", { Name: "a\u0019b\u001ac" }],
  ];
  for (const [what, fields, expected] of cases)
    it(what, () => {
      assert.deepEqual({ ...customer(fields) }, expected);
    });

  it("in any encoding", () => {
    const text = customers("<Name>Zoë</Name>");
    const wide = Buffer.from(text, "utf16le");
    const declared = text.replace('"1.0" ?', '"1.0" encoding="windows-1252"?');
    const documents = [
      Buffer.from(text),
      Buffer.from(`\uFEFF${text}`),
      wide,
      Buffer.from(`\uFEFF${text}`, "utf16le"),
      Buffer.from(`\uFEFF${text}`, "utf16le").swap16(),
      Buffer.from(declared, "latin1"),
    ];
    for (const document of documents)
      assert.deepEqual(first(document).answer, [{ Name: "Zoë" }], document.subarray(0, 4).toString("hex"));
  });

  it("custom fields, whatever their name", () => {
    const field = (name: string, value: string): string =>
      `<DataExtRet><OwnerID>0</OwnerID><DataExtName>${name}</DataExtName><DataExtType>STR255TYPE</DataExtType><DataExtValue>${value}</DataExtValue></DataExtRet>`;
    const record = customer(
      field("Dog&apos;s name", "Rex") + field("__proto__", "x"),
    ) as unknown as CustomerRet;
    assert.deepEqual(
      [...customFields(record)],
      [
        ["Dog's name", "Rex"],
        ["__proto__", "x"],
      ],
    );
  });

  it("says what was odd, and where", () => {
    const { irregularities } = readResponses(customers("<Name>a\u0019b</Name>\r\n<IsActive>TRUE</IsActive>"));
    assert.deepEqual(
      irregularities.first.map(({ kind, given, line }) => [kind, given, line]),
      [
        ["character", "U+0019", 4],
        ["value", "TRUE", 5],
      ],
    );
  });
});

describe("responses as QuickBooks writes them", () => {
  it("a status alone", () => {
    const status =
      '<CustomerAddRs requestID="4" statusCode="3100" statusSeverity="Error" statusMessage="&quot;A&quot;" />';
    const { name, requestID, statusCode, statusMessage, answer: record } = first(answer(status));
    assert.deepEqual(
      [name, requestID, statusCode, statusMessage, record],
      ["CustomerAdd", "4", 3100, '"A"', undefined],
    );
    assert.equal(
      first(answer('<CustomerAddRs statusCode="3100" statusSeverity="Error"/>')).statusMessage,
      "",
    );
    assert.deepEqual(first(answer('<CustomerQueryRs statusCode="1" statusSeverity="Info"/>')).answer, []);
  });

  it("several of different fates, one with error recovery", () => {
    const recovery = "<ErrorRecovery><TxnID>5-1</TxnID><EditSequence>22</EditSequence></ErrorRecovery>";
    const { responses } = readResponses(
      answer(
        `<CustomerAddRs requestID="1" ${OK}><CustomerRet><ListID>1-1</ListID></CustomerRet></CustomerAddRs>\r\n<InvoiceAddRs requestID="2" statusCode="3180" statusSeverity="Error" statusMessage="x">${recovery}</InvoiceAddRs>`,
      ),
    );
    assert.deepEqual(
      responses.map(({ requestID, statusCode, answer: record, errorRecovery }) => [
        requestID,
        statusCode,
        record,
        errorRecovery,
      ]),
      [
        ["1", 0, { ListID: "1-1" }, undefined],
        ["2", 3180, undefined, { TxnID: "5-1", EditSequence: "22" }],
      ],
    );
  });

  it("a set without responses, and what it says of recovery", () => {
    const { responses, messageSetStatusCode } = readResponses(answer("", ' messageSetStatusCode="600"'));
    assert.deepEqual([responses, messageSetStatusCode], [[], "600"]);
  });

  it("of a request that is not known here", () => {
    const { name, answer: fields } = first(
      answer(`<WombatQueryRs ${OK}><WombatRet><Age>3</Age></WombatRet></WombatQueryRs>`),
    );
    assert.deepEqual([name, fields], ["WombatQuery", { WombatRet: { Age: "3" } }]);
  });

  const unreadable: readonly (readonly [string, string])[] = [
    ["nothing", ""],
    ["a sentence", "QuickBooks found an error"],
    ["a page of a proxy", "<html><body>502</body></html>"],
    ["a request", '<QBXML><QBXMLMsgsRq onError="stopOnError"/></QBXML>'],
    ["a cut document", customers("<Name>a</Name>").slice(0, 150)],
    ["two sets", answer("").replace("</QBXML>", "<QBXMLMsgsRs></QBXMLMsgsRs></QBXML>")],
    ["a response without status", answer("<CustomerAddRs/>")],
  ];
  for (const [what, document] of unreadable)
    it(`${what} is an error with its place, whole and in pieces`, async () => {
      const refused = { code: "QB_RESPONSE" };
      assert.throws(() => readResponses(document), refused);
      const bytes = Buffer.from(document);
      await assert.rejects(async () => {
        const stream = new ResponseStream(pieces(bytes, 7));
        for await (const event of stream) assert.notEqual(event.type, "never");
      }, refused);
    });
});

async function* pieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length)
    yield await Promise.resolve(bytes.subarray(at, at + length));
}
