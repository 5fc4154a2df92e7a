import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import fc from "fast-check";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { QBError } from "qbconnector";
import {
  CodePage,
  decodeDocument,
  readMessageSet,
  type MessageSet,
  type OutsideCodePage,
} from "qbconnector/qbxml";
import { readCanonical } from "../support/canonical-reader.js";
import { mutated, mutatedBytes } from "../support/mutations.js";
import { canonical, complaints } from "../support/xmllint.js";

/** `QBCONNECTOR_FUZZ_RUNS=200000 node --test build/fuzz/gate.test.js` looks longer; `QBCONNECTOR_FUZZ_SEED` repeats. */
const RUNS = Number(process.env["QBCONNECTOR_FUZZ_RUNS"] ?? 6_000);
const SEED = Number(process.env["QBCONNECTOR_FUZZ_SEED"] ?? Date.now() % 2 ** 31);

const HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<?qbxml version="16.0"?>\n';
const DOCUMENTS = [
  `${HEAD}<QBXML>\n  <QBXMLMsgsRq onError="stopOnError">\n    <CustomerQueryRq requestID="1" iterator="Start"><MaxReturned>10</MaxReturned></CustomerQueryRq>\n  </QBXMLMsgsRq>\n</QBXML>\n`,
  `${HEAD}<QBXML><QBXMLMsgsRq onError='continueOnError'><CustomerAddRq><CustomerAdd><Name>A &amp; B &#233;</Name></CustomerAdd></CustomerAddRq><InvoiceQueryRq/></QBXMLMsgsRq></QBXML>`,
  `<?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="stopOnError" responseData="includeAll"><HostQueryRq requestID="a&quot;b"/><CompanyQueryRq></CompanyQueryRq><!-- c --></QBXMLMsgsRq></QBXML>`,
  `${HEAD}<!-- top --><QBXML><QBXMLMsgsRq newMessageSetID="1" oldMessageSetID="0" onError="stopOnError"><TxnDelRq><TxnDelType>Invoice</TxnDelType><TxnID>1-2</TxnID></TxnDelRq></QBXMLMsgsRq></QBXML>`,
  `${HEAD}<QBXML><QBXMLMsgsRq onError="stopOnError"><CustomerQueryRq><FullName><![CDATA[<a>&amp;]]> x</FullName><FullName>é€</FullName></CustomerQueryRq></QBXMLMsgsRq></QBXML>`,
  `<?qbxml version="16.0"?><QBXML><QBXMLSubscriptionMsgsRq><DataEventSubscriptionQueryRq/></QBXMLSubscriptionMsgsRq></QBXML>`,
];

/** Between tags these are accepted, so that what hides in them is looked at. */
const HARMLESS = [
  "<CustomerAddRq/>",
  "<CustomerAddRq><CustomerAdd><Name>x</Name></CustomerAdd></CustomerAddRq>",
  "<CustomerQueryRq/>",
  "<!-- <CustomerAddRq/> -->",
  "<!---->",
  "<![CDATA[ ]]>",
  "\r\n",
  "\r",
  "&#32;",
  "<A b='>\"&#34;&lt;'>&lt;<!-- --><![CDATA[<CustomerAddRq/>]]>&gt;</A>",
  '<A b="\r\n&#13;&#10;">\r\n&#13;&#10;</A>',
];
const FRAGMENTS = [
  "<CustomerAddRq/>", "<CustomerAddRq><CustomerAdd><Name>x</Name></CustomerAdd></CustomerAddRq>", "<CustomerQueryRq/>",
  "<!--", "-->", "<!-->", "<!-- <CustomerAddRq/> -->", "<![CDATA[", "]]>", "<![CDATA[<CustomerAddRq/>]]>", "<?x y?>",
  '<?qbxml version="16.0"?>', '<?xml version="1.0"?>', '<!DOCTYPE QBXML [<!ENTITY a "<CustomerAddRq/>">]>', "&a;", "&nbsp;",
  "&#0;", "&#xD800;", "&#60;", "&lt;", "&amp;", "&", "&#x110000;", "\u00a0", "\ufeff", "\u2028", "\u0085", "\0", "\r\n", "\r", "\t",
  '<QBXMLMsgsRq onError="stopOnError">', "</QBXMLMsgsRq>", "<QBXML>", "</QBXML>", ' newMessageSetID="1"', ' x="1"', " __proto__='2'",
  ' xmlns="u"', ' xmlns:q="u"', "<q:CustomerAddRq/>", '"', "'", "<", ">", "/>", "</", "=", "\ud800", "\ud83d\ude00", "Ő", "″", "＂", "＜CustomerAddRq/＞", "é", "<A>", "</A>", "<A/>",
]; // prettier-ignore

const ALL = FRAGMENTS.flatMap((fragment, at) => [fragment, HARMLESS[at % HARMLESS.length] as string]);

/** Every quotation mark, bracket and ampersand that transliteration may come to, and others. */
const OUTSIDE = DOCUMENTS.flatMap((document) => [
  document.replace("<CustomerQueryRq", '<CustomerQueryRq a="&#x2033; b=＂＜&#xFF06;lt;"'),
  document.replace("</", "Ő″＂＜＆\u0301\u2003</"),
  document.replace(" onError", ' responseData="x″ newMessageSetID=＂1" onError'),
]);

const { messages } = JSON.parse(readFileSync(schemaPath(), "utf8")) as {
  messages: Record<string, { writes?: boolean }>;
};
const QUERIES = new Set(
  Object.keys(messages).filter((name) => name.endsWith("Rq") && messages[name]?.writes === false),
);

function schemaPath(): string {
  const door = createRequire(import.meta.url).resolve("qbconnector/package.json");
  return join(dirname(door), "dist/qbxml/schema/qbxml-16.0.json");
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  commentPropName: "#comment",
  cdataPropName: "#cdata",
});

type Node = Record<string, unknown>;

function tagOf(node: Node): string {
  return Object.keys(node).find((key) => key !== ":@") as string;
}

function elementsOf(nodes: readonly Node[]): Node[] {
  return nodes.filter((node) => tagOf(node) !== "#text");
}

function childrenOf(node: Node): Node[] {
  return node[tagOf(node)] as Node[];
}

/** Reads the text as fast-xml-parser does, and compares it with what the gate says of it. */
function judgeText(set: MessageSet): void {
  const { text } = set;
  assert.match(text, /^[\t\n\x20-\x7e]*$/, "not ASCII");
  assert.equal(XMLValidator.validate(text), true);
  const top = elementsOf(parser.parse(text) as Node[]);
  assert.deepEqual(top.map(tagOf), ["?xml", "?qbxml", "QBXML"]);
  const sets = elementsOf(childrenOf(top[2] as Node));
  assert.deepEqual(sets.map(tagOf), [set.kind === "requests" ? "QBXMLMsgsRq" : "QBXMLSubscriptionMsgsRq"]);
  const requests = elementsOf(childrenOf(sets[0] as Node));
  assert.deepEqual(
    requests.map(tagOf),
    set.requests.map((request) => request.name),
  );
  judgeWrites(set, sets[0] as Node, requests);
  assert.doesNotMatch(text.slice(HEAD.length), /<[!?]/, "a comment, CDATA section or instruction is left");
}

function judgeWrites(set: MessageSet, element: Node, requests: readonly Node[]): void {
  const ids = Object.keys((element[":@"] ?? {}) as object).filter((name) => /MessageSetID$/.test(name));
  const writes = ids.length > 0 || requests.some((request) => !QUERIES.has(tagOf(request)));
  if (writes) assert.equal(set.writes, true, "a write that the gate takes for a read");
}

function judgeSecondReading(set: MessageSet, codePage: CodePage): void {
  const again = readMessageSet(set.text, { codePage });
  assert.equal(again.text, set.text, "another reading writes another text");
  const { text: _text, changes: _changes, ...facts } = set;
  const { text: _again, changes, ...factsAgain } = again;
  assert.deepEqual(changes, []);
  if (set.changes.length === 0) assert.deepEqual(factsAgain, facts);
}

interface Accepted {
  readonly original: string;
  readonly set: MessageSet;
}

/** Undefined when the gate refuses; anything but a QBError is a failure. */
function attempt(read: () => Accepted): Accepted | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof QBError) return undefined;
    throw error;
  }
}

/** libxml2 must agree that the originals are well-formed, and must see in both the same elements, attributes and text. */
function judgeWithLibxml(accepted: readonly Accepted[], sameContent: boolean): void {
  const originals = accepted.map(({ original }) =>
    original.replace(/^(<\?xml[^>]*?)\s+encoding\s*=\s*(["'])[^"']*\2/, "$1"),
  );
  const rewritten = accepted.map(({ set }) => set.text);
  for (const [at, complaint] of complaints([...originals, ...rewritten]).entries()) {
    const document = [...originals, ...rewritten][at];
    assert.equal(complaint, undefined, `libxml2 refuses ${JSON.stringify(document)} (seed ${SEED})`);
  }
  if (!sameContent) return;
  const before = readCanonical(canonical(originals));
  const after = readCanonical(canonical(rewritten));
  assert.equal(before.length, accepted.length);
  for (const [at, events] of before.entries())
    assert.deepEqual(after[at], events, `${JSON.stringify(originals[at])} (seed ${SEED})`);
}

function hunt<Document>(
  t: TestContext,
  runs: number,
  documents: fc.Arbitrary<Document>,
  codePage: CodePage,
  read: (document: Document) => Accepted,
): Accepted[] {
  const accepted: Accepted[] = [];
  const property = fc.property(documents, (document) => {
    const result = attempt(() => read(document));
    if (result === undefined) return;
    judgeText(result.set);
    judgeSecondReading(result.set, codePage);
    accepted.push(result);
  });
  fc.assert(property, { numRuns: runs, seed: SEED });
  t.diagnostic(`${runs} documents, ${accepted.length} accepted, seed ${SEED}`);
  assert.ok(accepted.length > runs / 100, "too few documents pass the gate for the others to mean anything");
  return accepted;
}

describe("the gate against mutated documents", () => {
  it("what it passes on is what libxml2 and fast-xml-parser read", (t) => {
    const codePage = CodePage.of(65001);
    const read = (original: string): Accepted => ({ original, set: readMessageSet(original, { codePage }) });
    judgeWithLibxml(hunt(t, RUNS, mutated(DOCUMENTS, ALL), codePage, read), true);
  });

  for (const outsideCodePage of ["transliterate", "replace"] satisfies OutsideCodePage[]) {
    it(`with ${outsideCodePage}, too, a changed character never becomes markup`, (t) => {
      const codePage = CodePage.of(1252);
      const read = (original: string): Accepted => {
        return { original, set: readMessageSet(original, { codePage, outsideCodePage }) };
      };
      const accepted = hunt(t, Math.ceil(RUNS / 3), mutated(OUTSIDE, ALL), codePage, read);
      judgeWithLibxml(accepted, false);
      assert.ok(
        accepted.some(({ set }) => set.changes.length > 0),
        "no character was ever changed",
      );
    });
  }

  it("bytes in every encoding, broken in places", (t) => {
    const codePage = CodePage.of(65001);
    const encodings = fc.constantFrom("utf8", "utf16le", "utf16be", "latin1");
    const encoded = fc
      .tuple(mutated(DOCUMENTS, ALL), encodings, fc.constantFrom("", "\ufeff"))
      .map(([text, encoding, mark]) => encode(mark + text, encoding));
    const charset = fc.constantFrom(undefined, undefined, "utf-8", "utf-16", "windows-1252");
    const documents = fc.tuple(mutatedBytes(encoded), charset);
    const read = ([bytes, said]: [Buffer, string | undefined]): Accepted => {
      const original = decodeDocument(bytes, said);
      return { original, set: readMessageSet(original, { codePage }) };
    };
    judgeWithLibxml(hunt(t, Math.ceil(RUNS / 2), documents, codePage, read), true);
  });
});

type Encoding = "utf8" | "utf16le" | "utf16be" | "latin1";

function encode(text: string, encoding: Encoding): Buffer {
  if (encoding === "utf16be") return Buffer.from(text, "utf16le").swap16();
  if (encoding !== "latin1") return Buffer.from(text, encoding);
  return Buffer.from(text.replace(/^\ufeff/, "").replace("utf-8", "iso-8859-1"), "latin1");
}
