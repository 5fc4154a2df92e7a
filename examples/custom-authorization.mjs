// Users who are not on the connector's list: a directory is asked, which takes its time.
import { setTimeout as pause } from "node:timers/promises";
import { QBClient, QBConnector } from "qbconnector";
import { Simulator } from "qbconnector/simulator";

const directory = {
  people: new Map([
    ["ann", { password: "opensesame", clerk: true }],
    ["ben", { password: "guest", clerk: false }],
  ]),
  async find(user, password) {
    await pause(20);
    const person = this.people.get(user);
    return person?.password === password ? person : undefined;
  },
};

const connector = new QBConnector({ localPort: 0, quickbooks: new Simulator() });
connector.on("authorization", async (event) => {
  const person = await directory.find(event.user, event.password);
  event.accept = person !== undefined;
  event.readOnly = person?.clerk !== true;
});
await connector.listen();

const write = `<?qbxml version="16.0"?><QBXML><QBXMLMsgsRq onError="stopOnError">
  <CustomerAddRq><CustomerAdd><Name>Shop</Name></CustomerAdd></CustomerAddRq></QBXMLMsgsRq></QBXML>`;
for (const [user, password] of [
  ["ann", "opensesame"],
  ["ben", "guest"],
  ["eve", "guess"],
]) {
  const client = new QBClient(
    `URL='http://127.0.0.1:${connector.localPort}' User='${user}' Password='${password}'`,
  );
  const result = await client.send(write).then(
    () => "the customer was added",
    (error) => error.code,
  );
  console.log(`${user}: ${result}`);
  await client.close();
}
await connector.shutdown();
