import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QBError } from "qbconnector";
import { readMessageSet, type EnvelopeOptions } from "qbconnector/qbxml";
import { leastCost } from "../../support/least-cost.js";

/** Documents of which a careless reader looks at each part again and again. */
const SHAPES: Readonly<Record<string, (size: number) => string>> = {
  "one text": (size) => set(`<A>${fill("x", size)}</A>`),
  references: (size) => set(`<A>${fill("&amp;", size)}</A>`),
  "characters above ASCII": (size) => set(`<A>${fill("é", size)}</A>`),
  "CDATA sections": (size) => set(`<A>${fill("<![CDATA[a]]>", size)}</A>`),
  "brackets in CDATA": (size) => set(`<A><![CDATA[${fill("]", size)}]]></A>`),
  comments: (size) => set(`<A>${fill("a<!---->", size)}</A>`),
  "one comment": (size) => set(`<!--${fill("- ", size)}--><A/>`),
  "empty elements": (size) => set(fill("<A/>", size)),
  attributes: (size) => set(`<A ${Array.from({ length: size / 12 }, (_, at) => `a${at}="1"`).join(" ")}/>`),
  "halves of an end of CDATA in many texts": (size) => set(fill("<A>]></A>", size)),
  "one value": (size) => set(`<A a="${fill("&lt;", size)}"/>`),
  "blanks in the instruction": (size) => set("").replace("version=", `version${fill(" ", size)}=`),
  "blanks in an instruction that is wrong": (size) => set("").replace('="16.0"', fill(" ", size)),
  "carriage returns": (size) => set(fill("\r", size)),
  "a reference without end": (size) => set(`<A>&${fill("a", size)}`),
  "comments without end": (size) => set(`<A>Ж${fill("<!-", size)}`),
  "changes in one line": (size) => set(`<A>${fill("xŐ", size)}</A>`),
  "changes as references": (size) => set(`<A>${fill("&#336;", size)}</A>`),
  "changes in CDATA": (size) => set(`<A>${fill("<![CDATA[Ő]]>", size)}</A>`),
  "changes in attributes": (size) => set(fill('<A a="Ő"/>', size)),
  "changes behind comments": (size) => set(`<A>${fill("<!--Ő-->x", size)}Ő</A>`),
};

function set(body: string): string {
  return `<?qbxml version="16.0"?><QBXML><QBXMLMsgsRq onError="stopOnError">${body}</QBXMLMsgsRq></QBXML>`;
}

function fill(piece: string, size: number): string {
  return piece.repeat(Math.ceil(size / piece.length));
}

function readOrRefuse(document: string): void {
  const options: EnvelopeOptions = { outsideCodePage: "replace" };
  try {
    readMessageSet(document, options);
  } catch (error) {
    assert.ok(error instanceof QBError, String(error));
  }
}

function costOf(document: string, rounds: number): number {
  return leastCost(() => readOrRefuse(document), rounds);
}

/** What looks at everything again and again would cost 1024 times as much. */
describe("32 times the document costs about 32 times as much", () => {
  for (const [name, make] of Object.entries(SHAPES)) {
    it(name, () => {
      const small = costOf(make(32 * 1024), 5);
      const large = costOf(make(1024 * 1024), 2);
      assert.ok(large < 300 * small + 50_000, `${small} µs for 32 KB, ${large} µs for 1 MB`);
    });
  }
});
