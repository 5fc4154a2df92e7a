// All records of a query, page by page, with no page in the program.
import { QBClient, QBConnector } from "qbconnector";
import { Simulator } from "qbconnector/simulator";

const connector = new QBConnector({ localPort: 0, quickbooks: new Simulator() });
connector.addUser("Foo", "Bar");
await connector.listen();
const client = new QBClient(`URL='http://127.0.0.1:${connector.localPort}' User='Foo' Password='Bar'`);

const names = Array.from({ length: 250 }, (_, index) => `Customer ${index + 1}`);
await client.requests(names.map((Name) => ({ name: "CustomerAdd", body: { Name } })));

const onProgress = ({ received, remaining }) => console.log(`${received} read, ${remaining} to come`);
let cities = 0;
for await (const customer of client.query("Customer", { ActiveStatus: "All" }, { pageSize: 100, onProgress }))
  if (customer.BillAddress?.City !== undefined) cities++;
console.log("With a city:", cities);

// Leaving the loop tells QuickBooks to stop.
for await (const { Name } of client.query("Customer", { IncludeRetElement: "Name" }, { pageSize: 10 })) {
  console.log("The first:", Name);
  break;
}

// Small results in one go.
const accounts = await client.query("Account", { ActiveStatus: "All" }).toArray();
console.log("Accounts:", accounts.length > 0);

await client.close();
await connector.shutdown();
