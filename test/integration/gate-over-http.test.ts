import assert from "node:assert/strict";
import { test } from "node:test";
import { XMLParser } from "fast-xml-parser";
import { send } from "../support/http-exchange.js";
import { messageSet } from "../support/message-sets.js";
import { startConnector } from "../support/running-connector.js";

const READER = { authorizedUsers: [{ user: "Foo", password: "Bar", readOnly: true }] };
const ADD = "<CustomerAddRq><CustomerAdd><Name>x</Name></CustomerAdd></CustomerAddRq>";
const READ = '<CustomerQueryRq requestID="1"/>';
const PROLOG = '<?xml version="1.0"?><?qbxml version="16.0"?>';

/** Names of all elements in a document, as a reader that is not ours sees them. */
function elementNames(document: string): string[] {
  const names: string[] = [];
  const parser = new XMLParser({ preserveOrder: true, processEntities: false });
  const visit = (nodes: Record<string, unknown>[]): void => {
    for (const node of nodes) {
      for (const [name, content] of Object.entries(node)) {
        if (!Array.isArray(content) || name.startsWith("?")) continue;
        names.push(name);
        visit(content as Record<string, unknown>[]);
      }
    }
  };
  visit(parser.parse(document) as Record<string, unknown>[]);
  return names;
}

function utf16(text: string, order: "le" | "be", mark: boolean): Buffer {
  const bytes = Buffer.from(`${mark ? "\ufeff" : ""}${text}`, "utf16le");
  return order === "le" ? bytes : bytes.swap16();
}

const HARMLESS: Readonly<Record<string, string | Uint8Array>> = {
  "an Add in a comment": messageSet(`<!-- ${ADD} -->${READ}`),
  "an Add in CDATA": messageSet(
    `<CustomerQueryRq><FullName><![CDATA[</FullName></CustomerQueryRq>${ADD}]]></FullName></CustomerQueryRq>`,
  ),
  "an Add in escaped text": messageSet(
    `<CustomerQueryRq><FullName>&lt;/FullName&gt;${ADD.replaceAll("<", "&#60;")}</FullName></CustomerQueryRq>`,
  ),
  "an Add in an attribute": messageSet(
    `<CustomerQueryRq requestID="&quot;/>${ADD.replaceAll("<", "&lt;")}"/>`,
  ),
  "a comment before the root": messageSet(READ).replace("<QBXML>", `<!--${ADD}--><QBXML>`),
  "UTF-8 with mark": `\ufeff${messageSet(READ)}`,
  "UTF-16 LE with mark": utf16(messageSet(READ), "le", true),
  "UTF-16 BE with mark": utf16(messageSet(READ), "be", true),
  "UTF-16 LE without mark": utf16(messageSet(READ), "le", false),
  "UTF-16 BE without mark": utf16(messageSet(READ), "be", false),
  "a declaration of another single-byte encoding": messageSet(READ).replace("utf-8", "iso-8859-1"),
};

test("what only looks like a write goes through, and nobody can see a write in what was written anew", async (t) => {
  const { url, processor } = await startConnector(t, READER);
  for (const [name, document] of Object.entries(HARMLESS)) {
    const { status, body } = await send(url, document);
    assert.equal(status, 200, `${name}: ${body}`);
    const text = processor.calls.at(-1)?.set.text ?? "";
    assert.ok(!elementNames(text).includes("CustomerAddRq"), `${name}: ${text}`);
    assert.doesNotMatch(text, /<!--|<!\[CDATA\[|<!DOCTYPE|[^\t\n\x20-\x7e]/, name);
    assert.equal(text.match(/<\?/g)?.length, 2, name);
  }
});

const HIDDEN_WRITES: Readonly<Record<string, string | Uint8Array>> = {
  plain: messageSet(ADD),
  "between comments": messageSet(`<!----><!-- x -->${ADD}<!-- -->`),
  "after a comment with markup": messageSet(`<!-- <QBXML> -->${READ}${ADD}`),
  "UTF-16 LE with mark": utf16(messageSet(ADD), "le", true),
  "UTF-16 BE without mark": utf16(messageSet(ADD), "be", false),
  "a lying declaration of UTF-16": utf16(messageSet(ADD).replace("utf-8", "utf-8"), "le", true),
  "a self-closed write": messageSet("<CustomerAddRq/>"),
  "blanks in the tag": messageSet("<CustomerAddRq\n\t ></CustomerAddRq\n>"),
};

test("a write stays a write, however it is wrapped", async (t) => {
  const { url, processor } = await startConnector(t, READER);
  for (const [name, document] of Object.entries(HIDDEN_WRITES))
    assert.equal((await send(url, document)).json.code, "QB_READ_ONLY", name);
  assert.equal(processor.sessions.length, 0);
});

const REFUSED: Readonly<Record<string, string | Uint8Array>> = {
  "an internal entity": `${PROLOG}<!DOCTYPE QBXML [<!ENTITY a "${ADD}">]><QBXML><QBXMLMsgsRq onError="stopOnError">&a;</QBXMLMsgsRq></QBXML>`,
  "a plain DOCTYPE": messageSet(READ).replace("<QBXML>", "<!DOCTYPE QBXML><QBXML>"),
  "an external DTD": messageSet(READ).replace(
    "<QBXML>",
    '<!DOCTYPE QBXML SYSTEM "file:///etc/passwd"><QBXML>',
  ),
  "an unknown entity": messageSet(`<CustomerQueryRq><FullName>&nbsp;</FullName></CustomerQueryRq>`),
  "a processing instruction inside": messageSet(`<?php x?>${READ}`),
  "a stylesheet": messageSet(READ).replace("<QBXML>", '<?xml-stylesheet href="x"?><QBXML>'),
  "a second qbxml instruction": messageSet(READ).replace("<QBXML>", '<?qbxml version="1.0"?><QBXML>'),
  "a qbxml instruction behind": `${messageSet(READ)}<?qbxml version="16.0"?>`,
  "two message sets": messageSet(READ).replace(
    "</QBXML>",
    `<QBXMLMsgsRq onError="stopOnError">${ADD}</QBXMLMsgsRq></QBXML>`,
  ),
  "a nested message set": messageSet(`<QBXMLMsgsRq onError="stopOnError">${READ}</QBXMLMsgsRq>`),
  "a message set inside a query": messageSet(
    `<CustomerQueryRq><QBXMLMsgsRq onError="stopOnError">${ADD}</QBXMLMsgsRq></CustomerQueryRq>`,
  ),
  "a prefix": messageSet("<q:CustomerQueryRq xmlns:q='urn:x'/>"),
  "a default namespace": messageSet("<CustomerQueryRq xmlns='urn:x'/>"),
  "a namespace on the root": messageSet(READ).replace("<QBXML>", "<QBXML xmlns='urn:x'>"),
  "two roots": messageSet(READ) + "<QBXML/>",
  "text behind the root": `${messageSet(READ)}x`,
  "text beside requests": messageSet(`x${READ}`),
  "the root in lower case": messageSet(READ).replaceAll("QBXML>", "qbxml>"),
  "another root": "<?xml version='1.0'?><?qbxml version='16.0'?><Envelope/>",
  "a set of responses": `${PROLOG}<QBXML><QBXMLMsgsRs/></QBXML>`,
  "no qbxml instruction": messageSet(READ).replace(/<\?qbxml[^>]*>/, ""),
  "no onError": messageSet(READ, ""),
  "an attribute twice": messageSet('<CustomerQueryRq requestID="1" requestID="2"/>'),
  "XML 1.1": messageSet(READ).replace('version="1.0"', 'version="1.1"'),
  "a NUL": messageSet("<CustomerQueryRq><FullName>\0</FullName></CustomerQueryRq>"),
  "a reference to NUL": messageSet("<CustomerQueryRq><FullName>&#0;</FullName></CustomerQueryRq>"),
  "half a surrogate": messageSet("<CustomerQueryRq><FullName>&#xD800;</FullName></CustomerQueryRq>"),
  "65 levels": messageSet("<a>".repeat(70) + "</a>".repeat(70)),
  empty: "",
  "not XML": "CustomerQueryRq",
  JSON: '{"CustomerQueryRq":{}}',
  truncated: messageSet(READ).slice(0, -5),
  "overlong UTF-8": Buffer.concat([Buffer.from(PROLOG), Buffer.from([0xc0, 0xbc]), Buffer.from("QBXML>")]),
  "a declaration of UTF-16 before single bytes": messageSet(READ).replace("utf-8", "utf-16"),
  "an unknown encoding": messageSet(READ).replace("utf-8", "utf-7"),
  "two marks": `\ufeff\ufeff${messageSet(READ)}`,
  "UTF-16 with half a character": utf16(messageSet(READ), "le", true).subarray(0, -1),
};

test("what qbXML does not need is refused with 400 and a problem document, and nothing reaches QuickBooks", async (t) => {
  const { url, processor } = await startConnector(t);
  for (const [name, document] of Object.entries(REFUSED)) {
    const { status, json, headers } = await send(url, document);
    assert.equal(status, 400, name);
    assert.match(json.code ?? "", /^QB_(XML_MALFORMED|MESSAGE_SET|CHARACTER_ENCODING)$/, name);
    assert.equal(headers["content-type"], "application/problem+json", name);
    assert.equal(json.outcome, "not_applied", name);
    assert.ok((json.advice ?? "").length > 0, name);
    if (json.code !== "QB_CHARACTER_ENCODING")
      assert.match(json.detail ?? "", /^line \d+, column \d+: /, name);
  }
  assert.equal(processor.sessions.length, 0);
});

test("a charset that lies about the bytes is refused, whatever the declaration says", async (t) => {
  const { url, processor } = await startConnector(t);
  const cases: [string, Uint8Array][] = [
    ["text/xml; charset=utf-8", utf16(messageSet(READ), "le", true)],
    ["text/xml; charset=utf-16", Buffer.from(messageSet(READ))],
    ["text/xml; charset=nonsense", Buffer.from(messageSet(READ))],
    [
      "text/xml; charset=utf-8",
      Buffer.from(messageSet("<CustomerQueryRq><FullName>K\xe4se</FullName></CustomerQueryRq>"), "latin1"),
    ],
  ];
  for (const [type, bytes] of cases)
    assert.equal((await send(url, bytes, { headers: { "content-type": type } })).status, 400, type);
  assert.equal(processor.sessions.length, 0);
  const latin = messageSet("<CustomerQueryRq><FullName>K\xe4se</FullName></CustomerQueryRq>");
  const charset = { headers: { "content-type": 'application/xml; charset="ISO-8859-1"' } };
  assert.equal((await send(url, Buffer.from(latin, "latin1"), charset)).status, 200);
  assert.match(processor.calls[0]?.set.text ?? "", /K&#228;se/);
});
