// HTTPS with a certificate that the connector makes itself, and clients that know it: by asking once, then by its pin.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QBClient, QBConnector } from "qbconnector";
import { Simulator } from "qbconnector/simulator";

const folder = mkdtempSync(join(tmpdir(), "secure-connector-"));
const connector = new QBConnector({
  localPort: 0,
  enableSSL: true,
  sslCertFile: join(folder, "certificate.pem"),
  quickbooks: new Simulator(),
});
connector.addUser("Foo", "Bar");
await connector.listen();
/** What `qbconnector cert show` says on the connector's machine. */
const { pin } = connector.sslCert.exportPublic();

const address = `URL='https://127.0.0.1:${connector.localPort}' User='Foo' Password='Bar'`;
const query = `<?qbxml version="16.0"?><QBXML><QBXMLMsgsRq onError="stopOnError"><HostQueryRq/></QBXMLMsgsRq></QBXML>`;

/** Prints who answers, or why nothing was sent. */
async function ask(connectionString, onCertificate) {
  const client = new QBClient(connectionString);
  if (onCertificate !== undefined) client.on("sslServerAuthentication", onCertificate);
  try {
    const response = await client.send(query);
    console.log("QuickBooks answers:", /<ProductName>(.*)<\/ProductName>/.exec(response)[1]);
  } catch (error) {
    console.log(`${error.code}, ${error.outcome}`);
  } finally {
    await client.close();
  }
}

// On first use nobody vouches for the certificate. A real program shows the pin to somebody who compares it.
let shown;
await ask(address, async (event) => {
  console.log(`Trusted: ${event.accept}; ${event.status}`);
  console.log(`Shown: ${event.certPin}`);
  shown = event.certPin;
  event.accept = shown === pin;
});

// From then on the pin decides, and nobody is asked.
await ask(`${address} SSLPin='${shown}'`);

// Whoever has another key gets neither the password nor the request.
await ask(`${address} SSLPin='sha256//${Buffer.alloc(32).toString("base64")}'`);

await connector.shutdown();
rmSync(folder, { recursive: true });
