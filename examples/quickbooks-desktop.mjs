// The real QuickBooks Desktop of this Windows machine behind a connector. Elsewhere it says what it needs, and ends.
import { QBClient, QBConnector } from "qbconnector";
import { ComRequestProcessor } from "qbconnector/com";

const connector = new QBConnector({ localPort: 0, quickbooks: new ComRequestProcessor() });
connector.addUser("Foo", "Bar");
// What fails in QuickBooks is told to the client, too.
connector.on("error", () => {});
await connector.listen();

const client = new QBClient(`URL='http://127.0.0.1:${connector.localPort}' User='Foo' Password='Bar'`);
try {
  const company = await client.request("CompanyQuery", {});
  console.log("Company:", company.CompanyName);
} catch (error) {
  console.log(`${error.code}: ${error.message}`);
  console.log("What to do:", error.advice);
}
await client.close();
await connector.shutdown();
