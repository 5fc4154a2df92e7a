// A connector on a simulated company, and a client that asks it for its name.
import { QBClient, QBConnector } from "qbconnector";
import { Simulator } from "qbconnector/simulator";

const connector = new QBConnector({ localPort: 0, quickbooks: new Simulator() });
connector.addUser("Foo", "Bar");
await connector.listen();

const client = new QBClient(`URL='http://127.0.0.1:${connector.localPort}' User='Foo' Password='Bar'`);
const response = await client.send(
  `<?qbxml version="16.0"?><QBXML><QBXMLMsgsRq onError="stopOnError"><HostQueryRq/></QBXMLMsgsRq></QBXML>`,
);
console.log("QuickBooks answers:", /<ProductName>(.*)<\/ProductName>/.exec(response)[1]);

await client.close();
await connector.shutdown();
