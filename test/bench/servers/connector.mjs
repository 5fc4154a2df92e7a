// The connector with all of its defaults; with `certificate=FILE` over TLS.
import { QBConnector } from "qbconnector";
import { PASSWORD, USER } from "../messages.mjs";
import { instantProcessor } from "./processor.mjs";
import { report } from "./report.mjs";

const file = process.argv.find((argument) => argument.startsWith("certificate="))?.slice(12);
const tls = file === undefined ? {} : { enableSSL: true, sslCertFile: file };
const connector = new QBConnector({ localPort: 0, quickbooks: instantProcessor, ...tls });
connector.addUser(USER, PASSWORD);
if (process.argv.includes("events")) {
  for (const name of ["connected", "disconnected", "header", "request", "response", "status"])
    connector.on(name, () => {});
  connector.on("authorization", () => {});
}
await connector.listen();
report(connector.localPort);
