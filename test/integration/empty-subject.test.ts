import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { connect } from "node:tls";
import { QBClient } from "qbconnector";
import { newFolder } from "../support/certificates.js";
import { query } from "../support/message-sets.js";
import { startConnector } from "../support/running-connector.js";

/** The certificate bears only alternative names, as public authorities issue them. */
function nameless(): { readonly key: string; readonly cert: string; readonly store: string } {
  const folder = newFolder();
  const [keyFile, certificateFile] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const made = ["-newkey", "rsa:2048", "-nodes", "-keyout", keyFile, "-out", certificateFile, "-days", "2"];
  const names = ["-subj", "/", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  execFileSync("openssl", ["req", "-x509", ...made, ...names], { stdio: "pipe" });
  const [key, cert] = [readFileSync(keyFile, "utf8"), readFileSync(certificateFile, "utf8")];
  return { key, cert, store: key + cert };
}

test("a client whose certificate has an empty subject does not end the process", async (t) => {
  const { connector, port } = await startConnector(t, { enableSSL: true, sslAuthenticateClients: true });
  const judged: string[] = [];
  connector.on("sslClientAuthentication", ({ certSubject, certEncoded }) => {
    judged.push(`"${certSubject}", ${certEncoded.length > 0 ? "shown" : "none"}`);
  });
  const { key, cert } = nameless();
  const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false, key, cert });
  let answer = "";
  socket.setEncoding("utf8").on("data", (text: string) => (answer += text));
  socket.write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await new Promise<void>((resolve, reject) => socket.once("close", () => resolve()).once("error", reject));
  assert.deepEqual(judged, ['"", shown']);
  assert.match(answer, /^HTTP\/1\.1 403 [^]*QB_CLIENT_CERTIFICATE/);
});

test("a connector whose certificate has an empty subject is reached by its pin", async (t) => {
  const { store } = nameless();
  const { connector, url } = await startConnector(t, { enableSSL: true, sslCert: { store } });
  const { subject, pin } = connector.sslCert.exportPublic();
  assert.equal(subject, "");
  const client = new QBClient(`URL='${url}' User='Foo' Password='Bar' SSLPin='${pin}'`);
  t.after(() => client.destroy());
  assert.match(await client.send(query()), /<QBXML>/);
});
