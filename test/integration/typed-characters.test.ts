import assert from "node:assert/strict";
import { test } from "node:test";
import { simulatedBooks } from "../support/typed-client.js";

test("a character that QuickBooks cannot store is told with the field that holds it", async (t) => {
  const { client, sent } = await simulatedBooks(t);
  const items = [
    { name: "CustomerAdd", body: { Name: "é" } },
    { name: "CustomerAdd", body: { Name: "B", BillAddress: { Addr1: "1 Road", City: "上海" } } },
  ] as const;
  const path = "QBXMLMsgsRq/CustomerAddRq[2]/CustomerAdd/BillAddress/City";
  await assert.rejects(client.requests(items), (error: Error & { details?: object }) => {
    assert.match(error.message, new RegExp(`^${path.replaceAll(/[[\]]/g, "\\$&")}: .*"上"`));
    assert.equal((error.details as { path?: string }).path, path);
    return true;
  });
  await assert.rejects(client.query("Customer", { FullName: ["A", "上海"] }).toArray(), {
    code: "QB_CHARACTERS",
    message: /^QBXMLMsgsRq\/CustomerQueryRq\/FullName\[2\]: /,
  });
  assert.deepEqual(sent(), []);
});
