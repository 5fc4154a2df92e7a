import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import fc from "fast-check";
import {
  lint,
  readElement,
  readMessageSet,
  repair,
  type LintFinding,
  type QBXMLElement,
} from "qbconnector/qbxml";
import { mutated } from "../support/mutations.js";

/** `QBCONNECTOR_FUZZ_RUNS=200000 node --test build/fuzz/repair.test.js` looks longer; `QBCONNECTOR_FUZZ_SEED` repeats. */
const RUNS = Number(process.env["QBCONNECTOR_FUZZ_RUNS"] ?? 2_000);
const SEED = Number(process.env["QBCONNECTOR_FUZZ_SEED"] ?? Date.now() % 2 ** 31);

const HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<?qbxml version="16.0"?>\n';
const DOCUMENTS = [
  `${HEAD}<QBXML>\n  <QBXMLMsgsRq onError="stopOnError">\n    <CustomerQueryRq requestID="1" iterator="Start">\n      <MaxReturned>10</MaxReturned>\n      <ActiveStatus>All</ActiveStatus>\n    </CustomerQueryRq>\n  </QBXMLMsgsRq>\n</QBXML>\n`,
  `${HEAD}<QBXML><QBXMLMsgsRq onError='continueOnError'><CustomerAddRq><CustomerAdd><Name>A &amp; B &#233;</Name><IsActive>true</IsActive><BillAddress><Addr1>1</Addr1><City>c</City></BillAddress><Phone>1</Phone><CreditLimit>1.00</CreditLimit></CustomerAdd></CustomerAddRq></QBXMLMsgsRq></QBXML>`,
  `<?xml version="1.0"?>\n<?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="stopOnError"><InvoiceAddRq><InvoiceAdd defMacro="TxnID:a"><CustomerRef><FullName>x</FullName></CustomerRef><TxnDate>2026-01-31</TxnDate> <!-- d -->\n<Memo>m</Memo><InvoiceLineAdd><ItemRef><FullName>i</FullName></ItemRef><Quantity>1</Quantity></InvoiceLineAdd><InvoiceLineAdd><Desc><![CDATA[<]]></Desc></InvoiceLineAdd></InvoiceAdd></InvoiceAddRq></QBXMLMsgsRq></QBXML>`,
  `<QBXML><QBXMLMsgsRs><CustomerQueryRs statusCode="0" statusSeverity="Info"><CustomerRet><ListID>1-1</ListID><Name>é</Name></CustomerRet></CustomerQueryRs></QBXMLMsgsRs></QBXML>`,
];
const FRAGMENTS = [
  "<Name>n</Name>",
  "<Phone>2</Phone>",
  "<Memo/>",
  "<InvoiceLineAdd/>",
  "<Odd><Name/></Odd>",
  "<MaxReturned> 5</MaxReturned>",
  "<IsActive>TRUE</IsActive>",
  "<CreditLimit>97.5</CreditLimit>",
  "<CustomerRef>x</CustomerRef>",
  "<!-- c -->",
  "\n  ",
  " ",
  "words",
  "&",
  "&nbsp;",
  "&amp",
  "<",
  "< ",
  "]]>",
  '<?qbxml version="13.0"?>',
  '<?xml version="1.0"?>',
  "<!DOCTYPE QBXML>",
  ' useMacro="TxnID:a"',
  ' onError="StopOnError"',
  "é",
  "中",
];

const isBroken = (findings: readonly LintFinding[]): boolean => findings[0]?.rule === "malformed";

/** How often each name stands there. */
function namesIn(element: QBXMLElement): string[] {
  return [element.name, ...element.children.flatMap(namesIn)].sort();
}

/** What the gate refuses, lint has an error for. */
function checkAgainstGate(text: string, findings: readonly LintFinding[]): void {
  if (findings.some(({ severity }) => severity === "error")) return;
  if (/<QBXML(?:Subscription)?MsgsRs[\s/>]/.test(text)) return;
  assert.doesNotThrow(() => readMessageSet(text), JSON.stringify(findings));
}

function checkRepair(text: string): "broken" | "clean" | "changed" | "left" {
  const before = lint(text);
  const repaired = repair(text);
  checkAgainstGate(text, before);
  assert.deepEqual(repaired.remaining, lint(repaired.text));
  if (repaired.changes.length === 0) assert.equal(repaired.text, text);
  assert.deepEqual(repair(repaired.text), { ...repaired, changes: [] });
  for (const [at, { line, column }] of before.entries()) {
    const last = before[at - 1] ?? { line: 1, column: 1 };
    assert.ok(line > last.line || (line === last.line && column >= last.column), "in document order");
  }
  if (isBroken(before)) {
    assert.equal(before.length, 1);
    return repaired.changes.length > 0 ? "changed" : "broken";
  }
  assert.ok(
    repaired.remaining.length <= before.length,
    JSON.stringify([before, repaired.remaining], null, 1),
  );
  if (before.length === 0) return "clean";
  return repaired.changes.length > 0 ? "changed" : "left";
}

describe("repair, of documents that were changed at random", () => {
  it("is idempotent and never adds findings", (test: TestContext) => {
    const counts = { broken: 0, clean: 0, changed: 0, left: 0 };
    fc.assert(
      fc.property(mutated(DOCUMENTS, FRAGMENTS), (text) => void counts[checkRepair(text)]++),
      { numRuns: RUNS, seed: SEED },
    );
    test.diagnostic(`seed ${SEED}: ${JSON.stringify(counts)}`);
    for (const [kind, count] of Object.entries(counts)) assert.ok(count > 0, `${kind} among ${RUNS}`);
  });

  it("loses no element", () => {
    const order = fc.shuffledSubarray(
      [
        "<Name>a</Name>",
        "<Phone>1</Phone>",
        "<Odd/>",
        "<Fax>2</Fax>",
        "<Email>e</Email>",
        "<!-- c -->",
        "\n",
        "<BillAddress><City>c</City><Addr1>a</Addr1></BillAddress>",
      ],
      { minLength: 2 },
    );
    const property = fc.property(order, (parts) => {
      const text = `${HEAD}<QBXML><QBXMLMsgsRq onError="stopOnError"><CustomerAddRq><CustomerAdd>${parts.join("")}</CustomerAdd></CustomerAddRq></QBXMLMsgsRq></QBXML>`;
      const repaired = repair(text);
      assert.deepEqual(namesIn(readElement(repaired.text)), namesIn(readElement(text)));
      assert.equal([...repaired.text].sort().join(""), [...text].sort().join(""));
      assert.ok(repaired.remaining.every(({ rule }) => rule !== "wrongOrder"));
    });
    fc.assert(property, { numRuns: 500, seed: SEED });
  });
});
