import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { lint, repair, type LintFinding } from "qbconnector/qbxml";
import { fixtures } from "../../support/fixtures.js";
import { readBySaxes } from "../../support/saxes-tree.js";
import { complaints } from "../../support/xmllint.js";

interface BrokenRequest {
  readonly what: string;
  /** The lines of the document, or those between the tags of its message set. */
  readonly text?: readonly string[];
  readonly body?: readonly string[];
  readonly version?: string;
  readonly attributes?: string;
  /** Line, column and rule of each finding. */
  readonly finds: readonly string[];
  /** The sentence of the first one, and the advice. */
  readonly says: string;
  readonly helps?: string;
  readonly isRepaired?: true;
}

const right = fixtures("in-the-wild");
const broken = JSON.parse(
  readFileSync("test/fixtures/qbxml/broken-requests.json", "utf8"),
) as BrokenRequest[];

function textOf({ text, body = [], version = "13.0", attributes }: BrokenRequest): string {
  if (text !== undefined) return text.join("\n");
  const set = ["QBXMLMsgsRq", attributes ?? 'onError="stopOnError"'].join(" ");
  const head = `<?xml version="1.0" encoding="utf-8"?>\n<?qbxml version="${version}"?>\n`;
  return `${head}<QBXML>\n<${set}>\n${body.join("\n")}\n</QBXMLMsgsRq>\n</QBXML>\n`;
}

function places(findings: readonly LintFinding[]): string[] {
  return findings.map(({ rule, line, column }) => `${line}:${column} ${rule}`);
}

function errorsOf(findings: readonly LintFinding[]): LintFinding[] {
  return findings.filter(({ severity }) => severity === "error");
}

describe("requests as programs send them", () => {
  it("are 49 documents, well-formed to libxml2", () => {
    assert.equal(right.length, 49);
    const found = complaints(right.map(({ text }) => text));
    assert.deepEqual(
      found.filter((complaint) => complaint !== undefined),
      [],
    );
  });

  it("have no findings, whatever the line ends and the encoding", () => {
    for (const { name, text } of right) {
      assert.deepEqual(lint(text), [], name);
      assert.deepEqual(lint(text.replaceAll("\n", "\r\n")), [], name);
      assert.deepEqual(lint(`\uFEFF${text}`), [], name);
      const wide = text.replace(/encoding=(["'])[^"']*\1/, 'encoding="UTF-16"');
      assert.deepEqual(lint(Buffer.from(`\uFEFF${wide}`, "utf16le")), [], name);
    }
  });

  it("have none in later versions either", () => {
    for (const { name, text } of right) assert.deepEqual(lint(text, { version: "16.0" }), [], name);
  });

  it("are left as they are by repair", () => {
    for (const { name, text } of right) {
      const { text: repaired, changes } = repair(text);
      assert.deepEqual([repaired, changes], [text, []], name);
    }
  });

  it("are right again after their elements were swapped and repaired", () => {
    let swapped = 0;
    for (const { name, text } of right) {
      const wrong = text.replace(
        /<(\w+)>([^<>]*)<\/\1>(\s*)<(?!\1)(\w+)>([^<>]*)<\/\4>/,
        "<$4>$5</$4>$3<$1>$2</$1>",
      );
      if (errorsOf(lint(wrong)).some(({ rule }) => rule !== "wrongOrder") || lint(wrong).length === 0)
        continue;
      swapped++;
      assert.deepEqual(readBySaxes(repair(wrong).text), readBySaxes(text), name);
    }
    assert.ok(swapped > 20, `${swapped} documents`);
  });
});

describe("requests that QuickBooks refuses", () => {
  it("are more than a hundred", () => {
    assert.ok(broken.length > 100, `${broken.length}`);
  });

  for (const request of broken) {
    const { what, finds, says, helps, isRepaired = false } = request;
    it(`${what}: ${says}`, () => {
      const text = textOf(request);
      const findings = lint(text);
      assert.deepEqual(places(findings), finds);
      assert.deepEqual([findings[0]?.message, findings[0]?.repair], [says, helps]);
      assert.deepEqual(JSON.parse(JSON.stringify(findings)), findings);
      const { text: repaired, changes, remaining } = repair(text);
      assert.equal(changes.length > 0 && errorsOf(remaining).length === 0, isRepaired);
      assert.deepEqual(lint(repaired), remaining);
      assert.equal(repair(repaired).text, repaired);
    });
  }
});
