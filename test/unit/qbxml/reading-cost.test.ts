import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lint, readResponses, repair } from "qbconnector/qbxml";
import { leastCost } from "../../support/least-cost.js";

type Make = (size: number) => string;

/** Documents in one line, of which a careless reader looks at each part again and again. */
const REQUESTS: Readonly<Record<string, Make>> = {
  "elements that nobody knows": (size) => customer(numbered((at) => `<U${at % 5000}/>`, size)),
  "elements in the wrong order": (size) => customer(fill("<Phone>1</Phone><Name>x</Name>", size)),
  "ampersands that begin no reference": (size) => customer(`<Name>${fill("&", size)}</Name>`),
  "brackets that begin no tag": (size) => customer(fill("< ", size)),
};

const RESPONSES: Readonly<Record<string, Make>> = {
  "control characters as such and as references in attributes": (size) =>
    customers(fill('<Name a="\x01&#1;" b="\x02&#1;"/>', size)),
  "control characters as such and as references in texts": (size) =>
    customers(fill("<Name>\x01\x01&#1;</Name>", size)),
  "values that have not the form of their field": (size) =>
    customers(fill("<IsActive>\x01</IsActive>", size)),
};

function customer(content: string): string {
  return `<?xml version="1.0"?><?qbxml version="16.0"?><QBXML><QBXMLMsgsRq onError="stopOnError"><CustomerAddRq><CustomerAdd>${content}</CustomerAdd></CustomerAddRq></QBXMLMsgsRq></QBXML>`;
}

function customers(content: string): string {
  return `<QBXML><QBXMLMsgsRs><CustomerQueryRs statusCode="0"><CustomerRet>${content}</CustomerRet></CustomerQueryRs></QBXMLMsgsRs></QBXML>`;
}

function fill(piece: string, size: number): string {
  return piece.repeat(Math.ceil(size / piece.length));
}

function numbered(piece: (at: number) => string, size: number): string {
  return Array.from({ length: Math.ceil(size / piece(1000).length) }, (_, at) => piece(at)).join("");
}

function costOf(read: (document: string) => unknown, document: string, rounds: number): number {
  return leastCost(() => read(document), rounds);
}

/** What looks at everything again and again would cost 1024 times as much. */
function costsInProportion(read: (document: string) => unknown, make: Make): void {
  const small = costOf(read, make(4 * 1024), 5);
  const large = costOf(read, make(128 * 1024), 1);
  assert.ok(large < 300 * small + 50_000, `${small} µs for 4 KB, ${large} µs for 128 KB`);
}

describe("32 times the document costs about 32 times as much", () => {
  for (const [name, make] of Object.entries(REQUESTS)) {
    it(`to lint: ${name}`, () => costsInProportion((document) => lint(document), make));
    it(`to repair: ${name}`, () => costsInProportion((document) => repair(document), make));
  }
  for (const [name, make] of Object.entries(RESPONSES))
    it(`to read: ${name}`, () => costsInProportion((document) => readResponses(document), make));
});

it("a message set of many unknown requests does not keep the process busy with guesses", () => {
  const requests = Array.from({ length: 150 }, (_, at) => `<CustomerAdd${at}Rq/>`).join("");
  const document = customer("<Name>x</Name>").replace("<CustomerAddRq>", `${requests}<CustomerAddRq>`);
  const findings = lint(document);
  assert.deepEqual(
    findings.map(({ rule }) => rule),
    requests
      .split("/>")
      .slice(1)
      .map(() => "unknownRequest"),
  );
  assert.equal(findings.filter(({ message }) => message.includes("; ")).length, 100);
});
