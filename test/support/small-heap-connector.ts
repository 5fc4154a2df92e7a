// A connector with a processor that answers at once; prints its port, ends when its standard input does.
import { QBConnector } from "qbconnector";
import { ScriptedProcessor } from "./scripted-processor.js";

const connector = new QBConnector({
  localPort: 0,
  quickbooks: new ScriptedProcessor(),
  authorizedUsers: [{ user: "Foo", password: "Bar" }],
  limits: { requestBytes: 64 * 1024 * 1024 },
});
await connector.listen();
process.stdout.write(`${connector.localPort}\n`);
process.stdin.resume().once("end", () => void connector.destroy());
