// An Express application with the connector as one of its handlers. Mount it before anything that reads bodies.
import { once } from "node:events";
import express from "express";
import { QBClient, QBConnector } from "qbconnector";
import { Simulator } from "qbconnector/simulator";

const connector = new QBConnector({ quickbooks: new Simulator() });
connector.addUser("Foo", "Bar");

const application = express();
application.use("/quickbooks", connector.handler());
application.use(express.json());
application.get("/offers", (_request, response) => response.json(["consulting"]));

const server = application.listen(0, "127.0.0.1");
await once(server, "listening");
const origin = `http://127.0.0.1:${server.address().port}`;

const client = new QBClient(`URL='${origin}/quickbooks' User='Foo' Password='Bar'`);
const response = await client.send(
  `<?qbxml version="16.0"?><QBXML><QBXMLMsgsRq onError="stopOnError"><HostQueryRq/></QBXMLMsgsRq></QBXML>`,
);
console.log("Below /quickbooks:", /<ProductName>(.*)<\/ProductName>/.exec(response)[1]);
console.log("Elsewhere:", await (await fetch(`${origin}/offers`)).json());

await client.close();
await connector.close();
server.close();
server.closeAllConnections();
