import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lint, readElement, repair, type QBXMLElement } from "qbconnector/qbxml";

const HEAD = '<?xml version="1.0"?>\n<?qbxml version="13.0"?>\n';

function set(requests: string, head = HEAD): string {
  return `${head}<QBXML>\n  <QBXMLMsgsRq onError="stopOnError">\n${requests}\n  </QBXMLMsgsRq>\n</QBXML>\n`;
}

function customer(content: string): string {
  return set(`<CustomerAddRq><CustomerAdd>${content}</CustomerAdd></CustomerAddRq>`);
}

function changesOf(text: string): string[] {
  return repair(text).changes.map(({ line, column, what }) => `${line}:${column} ${what}`);
}

/** Names, attributes and texts in an order that does not depend on that of the children. */
function meaningOf({ name, attributes, children, text }: QBXMLElement): unknown {
  const inside = children.map((element) => JSON.stringify(meaningOf(element))).sort();
  return [name, attributes, inside, text];
}

describe("repair", () => {
  it("leaves what is right alone, byte for byte", () => {
    const text = `\uFEFF${customer("<Name >Zo&#235;</Name>\r\n\t<!-- x --><Notes><![CDATA[<]]></Notes>")}`;
    assert.deepEqual(repair(text), { text, changes: [], remaining: [] });
  });

  it("puts elements into schema order, each with its indentation and its comment", () => {
    const text = set(
      [
        "    <BillAddRq>",
        "      <BillAdd>",
        "        <TxnDate>2026-08-13</TxnDate> <!-- the day -->",
        "        <!-- who -->",
        "        <VendorRef><ListID>1-1</ListID></VendorRef>",
        "        <ItemLineAdd>",
        "          <Amount>75.00</Amount>",
        "          <Desc>d</Desc>",
        "        </ItemLineAdd>",
        "      </BillAdd>",
        "    </BillAddRq>",
      ].join("\n"),
    );
    const repaired = repair(text);
    assert.equal(
      repaired.text,
      set(
        [
          "    <BillAddRq>",
          "      <BillAdd>",
          "        <!-- who -->",
          "        <VendorRef><ListID>1-1</ListID></VendorRef>",
          "        <TxnDate>2026-08-13</TxnDate> <!-- the day -->",
          "        <ItemLineAdd>",
          "          <Desc>d</Desc>",
          "          <Amount>75.00</Amount>",
          "        </ItemLineAdd>",
          "      </BillAdd>",
          "    </BillAddRq>",
        ].join("\n"),
      ),
    );
    assert.deepEqual(changesOf(text), [
      "7:9 moved TxnDate behind VendorRef",
      "12:11 moved Desc before Amount",
    ]);
    assert.deepEqual(repaired.remaining, []);
  });

  it("keeps the order of lines and of what it does not know", () => {
    const lines =
      "<InvoiceLineAdd><Desc>1</Desc></InvoiceLineAdd><Odd/><InvoiceLineAdd><Desc>2</Desc></InvoiceLineAdd>";
    const text = set(`<InvoiceAddRq><InvoiceAdd>${lines}<CustomerRef/></InvoiceAdd></InvoiceAddRq>`);
    const moved = set(`<InvoiceAddRq><InvoiceAdd><CustomerRef/>${lines}</InvoiceAdd></InvoiceAddRq>`);
    const { text: repaired, remaining } = repair(text);
    assert.equal(repaired, moved);
    assert.deepEqual(
      remaining.map(({ rule }) => rule),
      ["unknownElement"],
    );
  });

  const certain: readonly (readonly [string, string])[] = [
    ["<Name>a</Name><IsActive>TRUE</IsActive>", "<Name>a</Name><IsActive>true</IsActive>"],
    ["<Name>a</Name><IsActive>\n false </IsActive>", "<Name>a</Name><IsActive>false</IsActive>"],
    ["<Name>a</Name><CreditLimit>97.5</CreditLimit>", "<Name>a</Name><CreditLimit>97.50</CreditLimit>"],
    ["<Name>a</Name><CreditLimit>-0.5000</CreditLimit>", "<Name>a</Name><CreditLimit>-0.50</CreditLimit>"],
    ["<Name>a</Name><JobStatus>CLOSED</JobStatus>", "<Name>a</Name><JobStatus>Closed</JobStatus>"],
    [
      "<Name>a</Name><JobStartDate> 2026-01-31</JobStartDate>",
      "<Name>a</Name><JobStartDate>2026-01-31</JobStartDate>",
    ],
    ["<Name>A & B</Name>", "<Name>A &amp; B</Name>"],
    ["<Name>caf&eacute;&nbsp;&euro;</Name>", "<Name>caf&#233;&#160;&#8364;</Name>"],
    ["<Name>Zoë “x”</Name>", "<Name>Zo&#235; &#8220;x&#8221;</Name>"],
    ["<Name>a</Name><CreditLimit>97</CreditLimit>", "<Name>a</Name><CreditLimit>97.00</CreditLimit>"],
    ["<Name>1 < 2 <= 3</Name>", "<Name>1 &lt; 2 &lt;= 3</Name>"],
    ["<Name>a]]></Name>", "<Name>a]]&gt;</Name>"],
  ];
  for (const [wrong, right] of certain) {
    it(`makes ${right} of ${JSON.stringify(wrong)}`, () => {
      const { text, remaining, changes } = repair(customer(wrong));
      assert.equal(text, customer(right));
      assert.ok(changes.length > 0);
      assert.deepEqual(remaining, []);
    });
  }

  const doubtful: readonly string[] = [
    "<Name> a </Name>",
    "<Name>a</Name><IsActive>yes</IsActive>",
    "<Name>a</Name><CreditLimit>97.555</CreditLimit>",
    "<Name>a</Name><CreditLimit>1,000.00</CreditLimit>",
    "<Name>中</Name>",
    "<Name><![CDATA[Zoë]]></Name><!-- ë -->",
    "<Name>a</Name><IsActive>TR<!-- -->UE</IsActive>",
    "<Nmae>a</Nmae>",
    "<Name>a</Name><Phone>1</Phone><Phone>2</Phone>",
    "<Name>a &amp b</Name>",
    "<Name>a &foo; b</Name>",
    "<Name>a &#233 b</Name>",
    "<Name>a <b c</Name>",
    "<Name>a</Nmae>",
    "<Phone>1</Phone>words<Name>a</Name>",
  ];
  for (const content of doubtful) {
    it(`leaves ${content} alone`, () => {
      const text = customer(content);
      assert.deepEqual([repair(text).text, repair(text).changes], [text, []]);
    });
  }

  const body = '<QBXML><QBXMLMsgsRq onError="stopOnError"><HostQueryRq/></QBXMLMsgsRq></QBXML>';
  const doctype = "<!DOCTYPE QBXML PUBLIC '-//INTUIT//DTD QBXML QBD 1.0//EN' 'http://localhost/qbxml.dtd'>\n";
  const [xml, qbxml] = ['<?xml version="1.0"?>\n', '<?qbxml version="13.0"?>\n'];
  const prologs: readonly (readonly [string, string])[] = [
    ["nothing", body],
    ["only the declaration", xml + body],
    ["only the instruction", qbxml + body],
    ["the two swapped", qbxml + xml + body],
    ["an empty line first", `\n${xml}${qbxml}${body}`],
    ["the declaration twice", xml + xml + qbxml + body],
    ["the instruction twice", xml + qbxml + qbxml + body],
    ["the instruction behind", xml + body + qbxml],
    ["a DOCTYPE", xml + doctype + body],
    ["two DOCTYPEs", xml + doctype + doctype + body],
    ["two DOCTYPEs and the instruction", xml + doctype + doctype + qbxml + body],
    ["a DOCTYPE and the instruction", xml + doctype + qbxml + body],
    ["capital letters", `${xml}<?QBXML version="13.0"?>\n${body}`],
    ["no onError", xml + qbxml + body.replace(' onError="stopOnError"', "")],
    ["onError in other letters", xml + qbxml + body.replace("stopOn", "StopOn")],
  ];
  for (const [what, text] of prologs) {
    it(`repairs a prolog with ${what}`, () => {
      const repaired = repair(text);
      assert.equal(repaired.text, xml + qbxml + body);
      assert.deepEqual(repaired.remaining, []);
      assert.ok(repaired.changes.length > 0);
    });
  }

  it("leaves prologs alone that say two things", () => {
    for (const text of [
      `${xml}${qbxml}<?qbxml version="12.0"?>\n${body}`,
      `Notice\n${xml}${qbxml}${body}`,
      `${xml}<?qbxml version="99.0"?>\n${body}`,
    ])
      assert.equal(repair(text).text, text);
  });

  it("declares the lowest usual version that has everything, or the one that is named", () => {
    const channel = `<QBXML><QBXMLMsgsRq onError="stopOnError"><Form1099CategoryAccountMappingModRq/></QBXMLMsgsRq></QBXML>`;
    assert.match(repair(channel).text, /qbxml version="13.0"/);
    assert.match(repair(channel, { version: "16.0" }).text, /qbxml version="16.0"/);
  });

  it("shows nothing of what is confidential in its changes", () => {
    const card = "<CreditCardInfo><ExpirationMonth> 12 </ExpirationMonth></CreditCardInfo>";
    const { changes } = repair(customer(`<Name>a</Name>${card}`));
    assert.equal(changes.length, 1);
  });

  it("changes no names, attributes or texts when it moves elements", () => {
    const text = customer(
      "<Email>e</Email><Phone>1</Phone><BillAddress><City>c</City><Addr1>a</Addr1></BillAddress><Name>a</Name>",
    );
    const repaired = repair(text).text;
    assert.notEqual(repaired, text);
    assert.deepEqual(meaningOf(readElement(repaired)), meaningOf(readElement(text)));
    assert.deepEqual(lint(repaired), []);
  });
});
