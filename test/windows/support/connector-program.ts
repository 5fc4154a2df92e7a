// A program on Windows: QBConnector with the road through COM. It says where it listens, and ends with its control line.
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QBConnector } from "qbconnector";
import { ComRequestProcessor } from "qbconnector/com";
import { node32 } from "./node-32.js";
import type { ConnectorProgramOptions } from "./windows-connector.js";

const options = JSON.parse(process.env["QB_PROGRAM"] ?? "{}") as ConnectorProgramOptions;
const control = connect(Number(process.env["QB_CONTROL_PORT"]), "127.0.0.1");
const folder = mkdtempSync(join(tmpdir(), "qbconnector-program-"));
const quickbooks = new ComRequestProcessor({ ...node32, ...options.com });
const connector = new QBConnector({
  localPort: 0,
  quickbooks,
  enableSSL: true,
  sslCertFile: join(folder, "certificate.pem"),
  authorizedUsers: [
    { user: "Foo", password: "Bar" },
    { user: "Reader", password: "Bar", readOnly: true },
  ],
  ...options.connector,
});

const closed = once(control, "close");
await once(control, "connect");
control.resume();
await connector.listen();
control.write(`${connector.localPort} ${connector.sslCert.exportPublic().pin}\n`);
await closed;
await connector.shutdown();
await quickbooks.release();
rmSync(folder, { recursive: true, force: true });
