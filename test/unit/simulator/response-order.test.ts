import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { QBXMLElement } from "qbconnector/qbxml";
import { answerText, messageSet, responses } from "../../support/quickbooks-requests.js";
import {
  addCustomer,
  addJob,
  done,
  invoiceAdd,
  invoiceLine,
  openCompany,
} from "../../support/simulated-company.js";

interface Particle {
  readonly name?: string;
  readonly ref?: string;
  readonly min?: number;
  readonly choice?: readonly (readonly Particle[])[];
}

const schema = new URL("../../../src/qbxml/schema/qbxml-16.0.json", import.meta.url);
const facts = JSON.parse(readFileSync(schema, "utf8")) as {
  types: Record<string, { content?: Particle[]; sameAs?: string }>;
  messages: Record<string, { content: Particle[] }>;
};

const flat = (content: readonly Particle[]): Particle[] =>
  content.flatMap((particle) => particle.choice?.flatMap((part) => flat(part)) ?? [particle]);

/** An element's children stand where the facts say, and all that must be there is. */
function checkAgainstFacts(element: QBXMLElement, content: readonly Particle[]): void {
  const particles = flat(content);
  const places = element.children.map(({ name }) =>
    particles.findIndex((particle) => particle.name === name),
  );
  assert.ok(!places.includes(-1), `${element.name} holds an unknown element`);
  assert.deepEqual(
    places,
    places.toSorted((one, other) => one - other),
    `${element.name} is out of order`,
  );
  for (const { name, min } of content) {
    if (name !== undefined && min !== 0)
      assert.ok(
        element.children.some((child) => child.name === name),
        `${element.name} lacks ${name}`,
      );
  }
  element.children.forEach((child, index) => {
    const { ref } = particles[places[index] ?? 0] as Particle;
    const type = facts.types[ref ?? ""];
    if (type === undefined) assert.notEqual(child.text, "", `${child.name} is empty`);
    else checkAgainstFacts(child, type.content ?? facts.types[type.sameAs ?? ""]?.content ?? []);
  });
}

describe("responses of the simulator", () => {
  it("have the order of the schema and nothing empty", async () => {
    const session = await openCompany();
    const address = "<Addr1>1 Elm Street</Addr1><City>Springdale</City><Note>Gate</Note>";
    await addCustomer(
      session,
      "Elm",
      `<CompanyName>Elm &amp; Co</CompanyName><BillAddress>${address}</BillAddress><ShipToAddress><Name>Barn</Name>${address}</ShipToAddress><Phone>1</Phone><AdditionalContactRef><ContactName>Main</ContactName><ContactValue>1</ContactValue></AdditionalContactRef><CreditLimit>5.00</CreditLimit><Notes>n</Notes>`,
    );
    await addJob(session, "Elm", "Kitchen");
    const line = invoiceLine("<Quantity>1</Quantity><ServiceDate>2026-01-01</ServiceDate><Other1>o</Other1>");
    await done(session, invoiceAdd("Elm", line, "<PONumber>7</PONumber><Memo>m</Memo>"));
    const queries =
      "<HostQueryRq/><CompanyQueryRq/><CustomerQueryRq/><AccountQueryRq/><ItemServiceQueryRq/><InvoiceQueryRq><IncludeLineItems>1</IncludeLineItems></InvoiceQueryRq>";
    const writes =
      "<CustomerAddRq><CustomerAdd><Name>Oak</Name></CustomerAdd></CustomerAddRq><TxnDelRq><TxnDelType>Invoice</TxnDelType><TxnID>1-1</TxnID></TxnDelRq>";
    for (const result of await responses(session, queries + writes)) {
      checkAgainstFacts(result, facts.messages[result.name]?.content ?? []);
    }
  });

  it("put each element on its own line without indentation, and escape", async () => {
    const session = await openCompany();
    await addCustomer(session, "Elm &amp; Ash", "<Notes>caf&#233; &lt;b&gt;</Notes>");
    const text = await answerText(session, messageSet("<CustomerQueryRq/>"));
    assert.ok(
      text.startsWith('<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs>\n<CustomerQueryRs statusCode="0"'),
    );
    assert.ok(text.includes("\n<Name>Elm &amp; Ash</Name>\n"));
    assert.ok(text.includes("\n<Notes>caf&#233; &lt;b&gt;</Notes>\n"));
    assert.doesNotMatch(text, /^\s|<\?qbxml/m);
  });
});
