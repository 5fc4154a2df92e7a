// An Express application that takes the webhooks of QuickBooks Online. The signature is over the body as it came.
import { createHmac } from "node:crypto";
import { once } from "node:events";
import express from "express";
import { readWebhook } from "qbconnector/online";

const VERIFIER_TOKEN = "from the webhooks page of your application";

const application = express();
// Before express.json(), which would take the raw body away.
application.post("/webhooks", express.raw({ type: "*/*", limit: "4mb" }), (request, response) => {
  try {
    const notifications = readWebhook(request.body, request.get("intuit-signature"), VERIFIER_TOKEN);
    // Put them in a queue and answer at once: Intuit waits for a few seconds only, and sends again.
    for (const { companyId, entity, id, operation } of notifications)
      console.log(`${operation} of ${entity} ${id} in company ${companyId}`);
    response.sendStatus(200);
  } catch (error) {
    response.status(error.httpStatus ?? 500).send(error.code);
  }
});

const server = application.listen(0, "127.0.0.1");
await once(server, "listening");

// What Intuit does: it signs what it sends.
const event = (type, intuitentityid, intuitaccountid) => ({
  specversion: "1.0",
  id: `1-${intuitentityid}`,
  source: "intuit.example",
  type,
  time: "2026-03-17T16:19:17Z",
  intuitentityid,
  intuitaccountid,
});
const body = JSON.stringify([
  event("qbo.invoice.updated.v1", "95", "310687"),
  event("qbo.customer.merged.v1", "123", "9130355"),
]);
const signature = createHmac("sha256", VERIFIER_TOKEN).update(body).digest("base64");

async function post(content, headers) {
  const url = `http://127.0.0.1:${server.address().port}/webhooks`;
  const answer = await fetch(url, { method: "POST", body: content, headers });
  return answer.ok ? answer.status : `${answer.status} ${await answer.text()}`;
}

console.log("Signed:", await post(body, { "intuit-signature": signature }));
console.log("Not signed:", await post(body, {}));
console.log("Changed on the way:", await post(body.replace("95", "96"), { "intuit-signature": signature }));

server.close();
server.closeAllConnections();
