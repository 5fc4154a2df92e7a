import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QBError } from "qbconnector";
import { readResponses, ResponseStream, type ResponseEvent, type ResponseSet } from "qbconnector/qbxml";

const OK = 'statusCode="0" statusSeverity="Info" statusMessage="Status OK"';

function document(responses: string): string {
  return `<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs>\n${responses}\n</QBXMLMsgsRs>\n</QBXML>\n`;
}

function response(name: string, content: string): ResponseSet {
  return readResponses(document(`<${name}Rs ${OK}>${content}</${name}Rs>`));
}

/** The answer of one response, as JSON: objects of different prototypes are equal, and keys keep their order. */
function answer(name: string, content: string): string {
  return JSON.stringify(response(name, content).responses[0]?.answer);
}

function irregular(name: string, content: string): string[] {
  const { irregularities } = response(name, content);
  assert.equal(irregularities.first.length, irregularities.count);
  return irregularities.first.map(({ kind, given, path }) => `${kind} ${given} in ${path}`);
}

describe("what a response should not hold", () => {
  const HINT = "<Hint>x</Hint>";

  it("does not take the place of the record: an element beside it is left out and reported", () => {
    const content = `${HINT}<CustomerRet><Name>A</Name></CustomerRet>${HINT}`;
    assert.equal(answer("CustomerAdd", content), '{"Name":"A"}');
    assert.equal(answer("CustomerQuery", content), '[{"Name":"A"}]');
    const path = "element Hint in QBXML/QBXMLMsgsRs/CustomerAddRs/Hint";
    assert.deepEqual(irregular("CustomerAdd", content), [path, path]);
  });

  it("a second record where one is due is left out and reported", () => {
    const content = "<CustomerRet><Name>A</Name></CustomerRet><CustomerRet><Name>B</Name></CustomerRet>";
    assert.equal(answer("CustomerAdd", content), '{"Name":"A"}');
    assert.equal(irregular("CustomerAdd", content).length, 1);
  });

  it("a kind of record that is not known yet is a record", () => {
    const content =
      "<ItemServiceRet><Name>A</Name></ItemServiceRet><ItemDroneRet><Name>B</Name></ItemDroneRet>";
    const found = '[{"$element":"ItemServiceRet","Name":"A"},{"$element":"ItemDroneRet","Name":"B"}]';
    assert.equal(answer("ItemQuery", content), found);
  });

  it("a single element that comes again, not only at once, becomes an array", () => {
    const twice = "<Name>A</Name><Phone>1</Phone><Name>B</Name><Name>C</Name>";
    assert.equal(
      answer("CustomerAdd", `<CustomerRet>${twice}</CustomerRet>`),
      '{"Name":["A","B","C"],"Phone":"1"}',
    );
  });

  it("text where elements belong is kept and reported", () => {
    const content = "<CustomerRet><ParentRef>Acme</ParentRef><ClassRef>é</ClassRef></CustomerRet>";
    assert.equal(answer("CustomerAdd", content), '{"ParentRef":{"$text":"Acme"},"ClassRef":{"$text":"é"}}');
    assert.deepEqual(
      irregular("CustomerAdd", content).map((line) => line.split(" in ")[0]),
      ["value Acme", "value é"],
    );
  });

  it("unknown elements are kept: texts, structures, attributes, repeated ones", () => {
    const content =
      '<CustomerRet><New>1</New><New>2</New><Box a="é"><In>é</In></Box><Tag b="2">t</Tag></CustomerRet>';
    assert.equal(
      answer("CustomerAdd", content),
      '{"New":["1","2"],"Box":{"a":"é","In":"é"},"Tag":{"b":"2","$text":"t"}}',
    );
  });

  it("names of members of objects are data", () => {
    const content =
      "<CustomerRet><__proto__><polluted>1</polluted></__proto__><constructor>x</constructor><toString>y</toString></CustomerRet>";
    const record = response("CustomerAdd", content).responses[0]?.answer as object;
    assert.deepEqual(Object.keys(record), ["__proto__", "constructor", "toString"]);
    assert.equal(Object.getPrototypeOf(record), Object.prototype);
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });
});

describe("values that do not have the form of their field", () => {
  it("are kept as text and reported", () => {
    const content = "<CustomerRet><IsActive>maybe</IsActive><Sublevel>1e3</Sublevel></CustomerRet>";
    assert.equal(answer("CustomerAdd", content), '{"IsActive":"maybe","Sublevel":"1e3"}');
    assert.deepEqual(irregular("CustomerAdd", content), [
      "value maybe in QBXML/QBXMLMsgsRs/CustomerAddRs/CustomerRet/IsActive",
      "value 1e3 in QBXML/QBXMLMsgsRs/CustomerAddRs/CustomerRet/Sublevel",
    ]);
  });

  it("are no reason to lose control characters, unless strict", () => {
    const content = "<CustomerRet><Notes>a\u000bb&#1;</Notes></CustomerRet>";
    assert.equal(answer("CustomerAdd", content), '{"Notes":"a\\u000bb\\u0001"}');
    assert.deepEqual(
      irregular("CustomerAdd", content).map((line) => line.split(" in ")[0]),
      ["character U+000B", "character U+0001"],
    );
    assert.throws(
      () => readResponses(document(`<CustomerAddRs ${OK}>${content}</CustomerAddRs>`), { strict: true }),
      { code: "QB_RESPONSE" },
    );
  });
});

describe("what is no response document", () => {
  const rows: readonly (readonly [string, string])[] = [
    ["nothing", ""],
    ["another root", "<html></html>"],
    ["no message set", "<QBXML></QBXML>"],
    ["a set of requests", '<QBXML><QBXMLMsgsRq onError="stopOnError"/></QBXML>'],
    ["two sets", "<QBXML><QBXMLMsgsRs/><QBXMLMsgsRs/></QBXML>"],
    ["no response", document("<Customer/>")],
    ["no status", document("<CustomerAddRs/>")],
    ["text", document("x")],
    ["a document that is cut", document("").slice(0, -12)],
  ];
  for (const [name, text] of rows) {
    it(`${name} is QB_RESPONSE with a place`, () => {
      assert.throws(
        () => readResponses(text),
        (error) => {
          assert.ok(error instanceof QBError && error.code === "QB_RESPONSE");
          return Number(error.details["line"]) > 0 && Number(error.details["column"]) > 0;
        },
      );
    });
  }
});

describe("a response document that arrives in pieces", () => {
  it("gives each record as soon as it is there", async () => {
    const events: string[] = [];
    const head = `<QBXML><QBXMLMsgsRs><CustomerQueryRs requestID="7" ${OK} iteratorRemainingCount="3" iteratorID="{a}">`;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`${head}<CustomerRet><Name>A</Name></CustomerRet><CustomerRet><Na`);
      await Promise.resolve();
      events.push("more");
      yield Buffer.from("me>B</Name></CustomerRet></CustomerQueryRs></QBXMLMsgsRs></QBXML>");
    }
    for await (const event of new ResponseStream(pieces())) events.push(shown(event));
    assert.deepEqual(events, [
      "set",
      "response 7 3 {a}",
      'record {"Name":"A"}',
      "more",
      'record {"Name":"B"}',
      "end",
    ]);
  });
});

function shown(event: ResponseEvent): string {
  if (event.type === "record") return `record ${JSON.stringify(event.record)}`;
  if (event.type !== "response") return event.type;
  const { requestID, iteratorRemainingCount, iteratorID } = event.head;
  return `response ${requestID} ${iteratorRemainingCount} ${iteratorID}`;
}
