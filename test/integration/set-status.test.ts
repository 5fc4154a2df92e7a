import assert from "node:assert/strict";
import { it } from "node:test";
import { scriptedAnswers } from "../support/typed-client.js";

it("a set of writes whose status is no number may have been done", async (t) => {
  const { client } = await scriptedAnswers(
    t,
    '<QBXML><QBXMLMsgsRs messageSetStatusCode="none"></QBXMLMsgsRs></QBXML>',
  );
  await assert.rejects(client.request("CustomerAdd", { Name: "Acme" }), {
    code: "QB_RESPONSE",
    outcome: "unknown",
  });
});
