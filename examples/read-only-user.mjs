// A user who may look and not touch: whatever writes is refused before QuickBooks sees it.
import { QBClient, QBConnector } from "qbconnector";
import { Simulator } from "qbconnector/simulator";

const connector = new QBConnector({ localPort: 0, quickbooks: new Simulator() });
connector.addUser("Reports", "look").readOnly = true;
await connector.listen();

const set = (requests) =>
  `<?qbxml version="16.0"?><QBXML><QBXMLMsgsRq onError="stopOnError">${requests}</QBXMLMsgsRq></QBXML>`;
const client = new QBClient(`URL='http://127.0.0.1:${connector.localPort}' User='Reports' Password='look'`);

const accounts = await client.send(set("<AccountQueryRq/>"));
console.log("Accounts that can be read:", accounts.match(/<AccountRet>/g).length);

try {
  await client.send(set("<CustomerAddRq><CustomerAdd><Name>Shop</Name></CustomerAdd></CustomerAddRq>"));
} catch (error) {
  console.log(`${error.code}: ${error.message}`);
  console.log(`Outcome: ${error.outcome}. ${error.advice}`);
}

await client.close();
await connector.shutdown();
