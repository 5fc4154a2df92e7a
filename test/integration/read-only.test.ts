import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { send } from "../support/http-exchange.js";
import { messageSet } from "../support/message-sets.js";
import { startConnector } from "../support/running-connector.js";

interface Facts {
  readonly messages: Readonly<Record<string, { readonly set: string; readonly writes?: boolean }>>;
}

const facts = JSON.parse(readFileSync("src/qbxml/schema/qbxml-16.0.json", "utf8")) as Facts;
const requests = Object.entries(facts.messages).filter(([, { writes }]) => writes !== undefined);
const READER = { authorizedUsers: [{ user: "Foo", password: "Bar", readOnly: true }] };

function setOf(name: string, kind = facts.messages[name]?.set ?? "QBXMLMsgsRq"): string {
  if (kind === "QBXMLMsgsRq") return messageSet(`<${name} requestID="1"/>`);
  return `<?xml version="1.0"?><?qbxml version="16.0"?><QBXML><${kind}><${name} requestID="1"/></${kind}></QBXML>`;
}

test("a read-only user can send each of the 102 requests that do not write", async (t) => {
  const { url, processor } = await startConnector(t, READER);
  const reads = requests.filter(([, { writes }]) => !writes).map(([name]) => name);
  assert.equal(reads.length, 102);
  for (const name of reads) {
    assert.match(name, /QueryRq$/);
    assert.equal((await send(url, setOf(name))).status, 200, name);
  }
  assert.equal(processor.calls.length, 102);
  assert.ok(processor.calls.every(({ set }) => !set.writes));
});

test("each of the 137 requests that write is refused to him by name, and nothing reaches QuickBooks", async (t) => {
  const { url, processor } = await startConnector(t, READER);
  const writes = requests.filter(([, fact]) => fact.writes).map(([name]) => name);
  assert.equal(writes.length, 137);
  for (const name of writes) {
    const { status, json } = await send(url, setOf(name));
    assert.deepEqual([status, json.code, json.outcome], [403, "QB_READ_ONLY", "not_applied"], name);
    assert.deepEqual(json.details, { requests: [name] });
    assert.ok(json.detail?.includes(name));
  }
  assert.equal(processor.calls.length, 0);
  assert.equal(processor.sessions.length, 0);
});

test("a set of reads with one write in any place is refused as a whole", async (t) => {
  const { url, processor } = await startConnector(t, READER);
  const read = "<CustomerQueryRq/>";
  const write = "<CustomerAddRq><CustomerAdd><Name>x</Name></CustomerAdd></CustomerAddRq>";
  for (const body of [write + read, read + write, read + write + read]) {
    const { json } = await send(url, messageSet(body));
    assert.deepEqual(json.details, { requests: ["CustomerAddRq"] });
  }
  assert.equal(processor.sessions.length, 0);
});

test("message set ids are refused to a read-only user, also of an empty set that would clear the log", async (t) => {
  const { url, processor } = await startConnector(t, READER);
  for (const attributes of [
    'newMessageSetID="1"',
    'oldMessageSetID="1"',
    'newMessageSetID="1" oldMessageSetID="2"',
    'oldMessageSetID="ClearAllMessageSets"',
    'oldMessageSetID=""',
  ]) {
    for (const body of ["", "<CustomerQueryRq/>"]) {
      const { status, json } = await send(url, messageSet(body, `onError="stopOnError" ${attributes}`));
      assert.deepEqual([status, json.code], [403, "QB_READ_ONLY"], attributes);
    }
  }
  assert.equal(processor.sessions.length, 0);
});

test("unknown requests and tricks with case are writes", async (t) => {
  const { url, processor } = await startConnector(t, READER);
  const names = [
    "customerqueryrq",
    "CUSTOMERQUERYRQ",
    "CustomerQueryRQ",
    "CustomerQuery",
    "CustomerQueryRq2",
    "UnknownQueryRq",
    "constructor",
    "toString",
    "hasOwnProperty",
    "CustomerQueryRs",
  ];
  for (const name of names)
    assert.equal((await send(url, setOf(name, "QBXMLMsgsRq"))).json.code, "QB_READ_ONLY", name);
  const subscription = setOf("CustomerQueryRq", "QBXMLSubscriptionMsgsRq");
  assert.equal((await send(url, subscription)).json.code, "QB_READ_ONLY");
  assert.equal(
    (await send(url, setOf("DataEventSubscriptionQueryRq", "QBXMLMsgsRq"))).json.code,
    "QB_READ_ONLY",
  );
  assert.equal(processor.sessions.length, 0);
});

test("on his ticket a read-only user may not write either", async (t) => {
  const { url, processor } = await startConnector(t, READER);
  const { exchange } = await import("../support/http-exchange.js");
  const ticket = (await exchange(url, { path: "/tickets" })).json["ticket"] as string;
  const refused = await send(url, setOf("CustomerAddRq"), { path: `/tickets/${ticket}` });
  assert.equal(refused.json.code, "QB_READ_ONLY");
  assert.equal((await send(url, setOf("CustomerQueryRq"), { path: `/tickets/${ticket}` })).status, 200);
  assert.equal(processor.calls.length, 1);
});
