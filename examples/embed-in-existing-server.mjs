// A server of node:http that has a job already also carries the connector, below /quickbooks.
import { once } from "node:events";
import { createServer } from "node:http";
import { QBClient, QBConnector } from "qbconnector";
import { Simulator } from "qbconnector/simulator";

const server = createServer((request, response) => response.end(`The shop's page at ${request.url}`));

const connector = new QBConnector({ quickbooks: new Simulator() });
connector.addUser("Foo", "Bar");
const detach = connector.attach(server, { path: "/quickbooks" });

await once(server.listen(0, "127.0.0.1"), "listening");
const origin = `http://127.0.0.1:${server.address().port}`;

const client = new QBClient(`URL='${origin}/quickbooks' User='Foo' Password='Bar'`);
const response = await client.send(
  `<?qbxml version="16.0"?><QBXML><QBXMLMsgsRq onError="stopOnError"><HostQueryRq/></QBXMLMsgsRq></QBXML>`,
);
console.log("Below /quickbooks:", /<ProductName>(.*)<\/ProductName>/.exec(response)[1]);
console.log("Elsewhere:", await (await fetch(`${origin}/offers`)).text());

await client.close();
await connector.close();
detach();
server.close();
server.closeAllConnections();
