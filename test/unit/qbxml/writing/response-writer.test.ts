import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readElement, writeResponses, type ResponseItem } from "qbconnector/qbxml";
import {
  BodyGenerator,
  FACTS,
  REQUEST_NAMES,
  type Amount,
  type Expected,
  type Fact,
} from "../../../support/generated-bodies.js";
import { complaints } from "../../../support/xmllint.js";

const AMOUNTS: readonly Amount[] = ["minimal", "maximal", "random"];
const STATUS = { statusCode: "0", statusSeverity: "Info", statusMessage: "Status OK" };

interface Case {
  readonly item: ResponseItem;
  readonly expected: Expected;
}

/** The answer as a program gets it, of the fields of a response. */
function answerOf(fields: Record<string, unknown>, content: readonly Fact[]): unknown {
  const [only, ...others] = content;
  if (only === undefined) return undefined;
  if (others.length > 0) return fields;
  if (only.choice === undefined) {
    const value = fields[only.name as string];
    return only.max === undefined || value === undefined ? value : [value].flat();
  }
  const { $order = Object.keys(fields).flatMap((name) => [fields[name]].flat().map(() => name)), ...lists } =
    fields;
  const next: Record<string, number> = {};
  const records = ($order as string[]).map(($element) => {
    const at = (next[$element] = (next[$element] ?? -1) + 1);
    return { $element, ...([lists[$element]].flat()[at] as object) };
  });
  return only.max === undefined ? records[0] : records;
}

function* cases(): Generator<Case> {
  let seed = 1000;
  for (const name of REQUEST_NAMES) {
    const content = FACTS.messages[`${name}Rs`]!.content.filter((fact) => fact.name !== "ErrorRecovery");
    for (const amount of AMOUNTS) {
      const { fields, children } = new BodyGenerator(++seed, amount).content(content);
      const item = { name, requestID: "a<b", answer: answerOf(fields, content) } as ResponseItem;
      const attributes = { requestID: "a<b", ...STATUS };
      yield { item, expected: { name: `${name}Rs`, attributes, children, text: "" } };
    }
  }
}

function responsesOf(text: string): unknown {
  return JSON.parse(JSON.stringify(readElement(text).children[0]?.children));
}

describe("writeResponses", () => {
  const all = [...cases()];

  it("writes the answers of all requests, in the order of the schema", (t) => {
    for (const { item, expected } of all)
      assert.deepEqual(responsesOf(writeResponses([item])), [expected], item.name);
    t.diagnostic(`${all.length} responses of ${REQUEST_NAMES.length} requests`);
  });

  it("writes what libxml2 finds well-formed", () => {
    const found = complaints(all.map(({ item }) => writeResponses([item])));
    assert.deepEqual(
      found.filter((complaint) => complaint !== undefined),
      [],
    );
  });

  it("writes statuses, counts, what to recover, and the attributes of the set", () => {
    const text = writeResponses(
      [
        {
          name: "CustomerQuery",
          answer: [{ ListID: "1" }],
          retCount: 1,
          iteratorRemainingCount: 7,
          iteratorID: "{x}",
        },
        {
          name: "CustomerMod",
          statusCode: 3200,
          statusSeverity: "Error",
          statusMessage: 'The "edit sequence"',
          ErrorRecovery: { ListID: "1" },
        },
      ],
      { newMessageSetID: "m", messageSetStatusCode: 600 },
    );
    assert.equal(
      text,
      '<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs newMessageSetID="m" messageSetStatusCode="600">\n' +
        '<CustomerQueryRs statusCode="0" statusSeverity="Info" statusMessage="Status OK" retCount="1" iteratorRemainingCount="7" iteratorID="{x}">\n' +
        "<CustomerRet>\n<ListID>1</ListID>\n</CustomerRet>\n</CustomerQueryRs>\n" +
        '<CustomerModRs statusCode="3200" statusSeverity="Error" statusMessage="The &quot;edit sequence&quot;">\n' +
        "<ErrorRecovery>\n<ListID>1</ListID>\n</ErrorRecovery>\n</CustomerModRs>\n</QBXMLMsgsRs>\n</QBXML>\n",
    );
  });

  it("puts subscriptions into their own set", () => {
    const text = writeResponses([{ name: "SubscriptionDel" }]);
    assert.equal(readElement(text).children[0]?.name, "QBXMLSubscriptionMsgsRs");
  });

  it("refuses what no response has", () => {
    const items = [{ name: "CustomerAdd", answer: { Fone: "1" } }, { name: "CustomerFind" }];
    assert.throws(() => writeResponses(items as unknown as ResponseItem[]), {
      code: "QB_REQUEST_INVALID",
      message: "QBXMLMsgsRs/CustomerAddRs/CustomerRet/Fone: CustomerRet has no element Fone (and 1 more)",
    });
  });
});
