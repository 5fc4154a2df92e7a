import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { inspect } from "node:util";
import { QBClient, QBError } from "qbconnector";
import { lint, type LintFinding } from "qbconnector/qbxml";
import { Simulator } from "qbconnector/simulator";
import { send } from "../support/http-exchange.js";
import { messageSet } from "../support/message-sets.js";
import { startConnector } from "../support/running-connector.js";
import { failing, ScriptedProcessor } from "../support/scripted-processor.js";

const CANNOT_PARSE = 0x80040400;
/** The second line of the set has a customer whose phone stands before the name, and an amount that is none. */
const WRONG = messageSet(
  '\n<CustomerAddRq requestID="1"><CustomerAdd><Phone>1</Phone><Name>Confidential Inc</Name><CreditLimit>12.5</CreditLimit></CustomerAdd></CustomerAddRq>\n',
);

const LONG = messageSet("<CustomerQueryRq><Odd/></CustomerQueryRq>".repeat(10_000));

function findingsOf(details: Readonly<Record<string, unknown>> | undefined): LintFinding[] {
  return (details?.["findings"] ?? []) as LintFinding[];
}

function clientOf(t: TestContext, connectionString: string, options: object = {}): QBClient {
  const client = new QBClient(connectionString, options);
  t.after(() => client.destroy());
  return client;
}

async function refusal(call: Promise<unknown>): Promise<QBError> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof QBError, inspect(error));
    assert.equal(error.hresult, "0x80040400");
    return error;
  }
  return assert.fail("the call did not fail");
}

describe("a set that QuickBooks refuses with 0x80040400", () => {
  it("comes back with what lint finds in it, in the lines of its sender", async (t) => {
    const { url, processor } = await startConnector(t, { enableSSL: false });
    processor.steps.push(failing(CANNOT_PARSE), failing(CANNOT_PARSE));
    const { status, json } = await send(url, WRONG);
    const findings = findingsOf(json.details);
    assert.equal(status, 422);
    assert.deepEqual(findings, JSON.parse(JSON.stringify(lint(WRONG))));
    assert.deepEqual(
      findings.map(({ rule, line, path }) => [rule, line, path]),
      [
        ["wrongOrder", 4, "QBXMLMsgsRq/CustomerAddRq/CustomerAdd/Phone"],
        ["form", 4, "QBXMLMsgsRq/CustomerAddRq/CustomerAdd/CreditLimit"],
      ],
    );
    const client = clientOf(t, `URL='${url}' User='Foo' Password='Bar'`);
    const error = await refusal(client.send(WRONG));
    assert.deepEqual(findingsOf(error.details), findings);
    assert.deepEqual([error.code, error.outcome], ["QB_REQUEST_REFUSED", "not_applied"]);
  });

  it("shows its findings neither to the log nor to listeners", async (t) => {
    const { url, processor, connector, log } = await startConnector(t, { enableSSL: false });
    const heard: unknown[] = [];
    connector.on("error", (event) => heard.push(event));
    connector.on("status", (event) => heard.push(event));
    processor.steps.push(failing(CANNOT_PARSE));
    const { body } = await send(url, WRONG.replace("12.5", "Confidential"));
    assert.match(body, /Confidential/);
    assert.ok(heard.length > 0);
    for (const text of [inspect(heard, { depth: 9 }), inspect(log, { depth: 9 })]) {
      assert.doesNotMatch(text, /Confidential/);
      assert.doesNotMatch(text, /wrongOrder/);
    }
  });

  it("has at most twenty findings, and none of what the gate puts right by itself", async (t) => {
    const { url, processor } = await startConnector(t, { enableSSL: false });
    processor.otherwise = failing(CANNOT_PARSE);
    const many = messageSet("<CustomerQueryRq><Odd/></CustomerQueryRq>".repeat(30));
    assert.equal(findingsOf((await send(url, many)).json.details).length, 20);
    const raw = `<?qbxml version="16.0"?><QBXML><QBXMLMsgsRq onError="stopOnError"><CustomerAddRq><CustomerAdd><Name>é</Name></CustomerAdd></CustomerAddRq></QBXMLMsgsRq></QBXML>`;
    assert.deepEqual(
      lint(raw).map(({ rule }) => rule),
      ["prolog", "characters"],
    );
    assert.equal((await send(url, raw)).json.details, undefined);
  });

  it("is not looked through when it is long, nor is any other failure", async (t) => {
    const { url, processor } = await startConnector(t, { enableSSL: false });
    processor.steps.push(failing(CANNOT_PARSE), failing(0x80040402));
    assert.equal((await send(url, LONG)).json.details, undefined);
    assert.equal((await send(url, WRONG)).json.details, undefined);
  });

  it("is explained on a road without a network, too", async (t) => {
    const processor = new ScriptedProcessor();
    processor.steps.push(failing(CANNOT_PARSE));
    processor.steps.push(failing(CANNOT_PARSE));
    const client = clientOf(t, "", { quickbooks: processor });
    assert.deepEqual(findingsOf((await refusal(client.send(WRONG))).details), lint(WRONG));
    assert.deepEqual((await refusal(client.send(LONG))).details, {});
  });

  it("is what the simulator refuses, and the first finding is its reason", async (t) => {
    const { url } = await startConnector(t, { enableSSL: false, quickbooks: new Simulator() });
    const client = clientOf(t, `URL='${url}' User='Foo' Password='Bar'`);
    const error = await refusal(client.send(WRONG));
    assert.ok(error.message.includes(findingsOf(error.details)[0]?.message ?? "nothing"));
  });
});
