import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { it } from "node:test";
import type { MessageSet } from "qbconnector";
import { startConnector } from "../support/running-connector.js";
import { clientOf } from "../support/typed-client.js";

const CUSTOMERS = 4_000;

function customer(id: number, notes: string): string {
  return `<CustomerRet><ListID>${id}</ListID><Name>C${id}</Name><Notes>${notes}</Notes></CustomerRet>`;
}

function answer(set: MessageSet, page: string): string {
  const [request] = set.requests;
  const isPage = request?.iterator !== undefined && request.iterator !== "Stop";
  const id = request?.requestID === undefined ? "" : ` requestID="${request.requestID}"`;
  const iterator = request?.iterator === undefined ? "" : ` iteratorRemainingCount="0" iteratorID="{1}"`;
  const head = `statusCode="0" statusSeverity="Info" statusMessage="OK"${id}${iterator}`;
  const content = isPage ? page : customer(1, "");
  return `<QBXML><QBXMLMsgsRs><CustomerQueryRs ${head}>${content}</CustomerQueryRs></QBXMLMsgsRs></QBXML>`;
}

it("a call inside the loop of a query does not wait for the connection that the query reads from", async (t) => {
  const { processor, url } = await startConnector(t);
  // More than sockets and streams take in on their own, also packed.
  const page = Array.from({ length: CUSTOMERS }, (_, id) =>
    customer(id, randomBytes(3_000).toString("base64")),
  ).join("");
  processor.otherwise = (set) => answer(set, page);
  const { client } = clientOf(t, url, { connections: 1 });
  const found: unknown[] = [];
  for await (const { ListID } of client.query("Customer", {}, { pageSize: CUSTOMERS })) {
    if (found.push(ListID) > 1) continue;
    const [same] = await client.request("CustomerQuery", { ListID: "1" }, { deadlineMs: 5_000 });
    assert.equal(same?.Name, "C1");
  }
  assert.equal(found.length, CUSTOMERS);
});
