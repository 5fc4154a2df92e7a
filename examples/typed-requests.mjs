// Requests as objects: written in the right order, checked before they are sent, answered with objects.
import { QBClient, QBConnector, QBError, QBStatusError } from "qbconnector";
import { Simulator } from "qbconnector/simulator";

const connector = new QBConnector({ localPort: 0, quickbooks: new Simulator() });
connector.addUser("Foo", "Bar");
await connector.listen();
const client = new QBClient(`URL='http://127.0.0.1:${connector.localPort}' User='Foo' Password='Bar'`);

const customer = await client.request("CustomerAdd", {
  Name: "Elm Street Bakery",
  BillAddress: { City: "Oslo" },
});
console.log("Added:", customer.Name, customer.BillAddress.City);

// Several in one message set, each with its own result.
const [invoice, twin] = await client.requests(
  [
    {
      name: "InvoiceAdd",
      body: {
        CustomerRef: { ListID: customer.ListID },
        InvoiceLineAdd: [{ ItemRef: { FullName: "Consulting" }, Quantity: "2", Rate: "80.00" }],
      },
    },
    { name: "CustomerAdd", body: { Name: customer.Name } },
  ],
  { onError: "continueOnError" },
);
console.log("Invoice:", invoice.answer.Subtotal, invoice.outcome);
console.log("Twin:", twin.error.code, twin.error.statusCode, twin.outcome);

// What QuickBooks refuses is a QBStatusError; what it would refuse anyway is not sent.
try {
  await client.request("CustomerAdd", { Name: customer.Name });
} catch (error) {
  if (error instanceof QBStatusError) console.log("Refused:", error.statusCode, error.advice);
}
try {
  await client.request("CustomerAdd", { Name: "Acme", BillAddress: { Town: "Oslo" } });
} catch (error) {
  if (error instanceof QBError) console.log("Not sent:", error.message);
}

await client.close();
await connector.shutdown();
