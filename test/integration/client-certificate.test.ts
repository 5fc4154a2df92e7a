import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { after, describe, it, type TestContext } from "node:test";
import { QBClient, QBError, type ClientCertificate, type QBClientOptions } from "qbconnector";
import { makeCertificate, pinOf } from "../support/certificates.js";
import { add, query } from "../support/message-sets.js";
import { startOpensslServer } from "../support/openssl-server.js";
import { TestAuthority } from "../support/openssl.js";
import { startConnector } from "../support/running-connector.js";

const folder = mkdtempSync(join(tmpdir(), "qbconnector-client-certificate-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const authority = new TestAuthority(folder);
const FOR_CLIENTS = ["basicConstraints=CA:FALSE", "extendedKeyUsage=clientAuth"];
const shop = authority.issue("shop", { kind: "P-256", extensions: FOR_CLIENTS });
const late = authority.issue("late", { kind: "P-256", extensions: FOR_CLIENTS, days: -1 });
const bundle = (name: string, { key, certificate }: typeof shop): string =>
  readFileSync(authority.bundle(name, [key, certificate, authority.intermediate.certificate]), "utf8");

/** A connector that asks for certificates of the authority, and a client that shows one. */
async function meet(t: TestContext, clientCertificate?: ClientCertificate) {
  const { connector, port, processor } = await startConnector(t, {
    enableSSL: true,
    sslAuthenticateClients: true,
    sslClientAuthorities: readFileSync(authority.root.certificate, "utf8"),
  });
  const subjects: string[] = [];
  connector.on("sslClientAuthentication", (e) => void subjects.push(`${e.certSubject}: ${e.status}`));
  const { pin } = connector.sslCert.exportPublic();
  const options: QBClientOptions = clientCertificate === undefined ? {} : { clientCertificate };
  const to = `URL='https://127.0.0.1:${port}' User='Foo' Password='Bar' SSLPin='${pin}'`;
  const client = new QBClient(to, options);
  t.after(() => client.destroy());
  return { client, subjects, processor };
}

const [forServer, requests] = [makeCertificate(), [query(), add()]];

async function refusedBy(t: TestContext, url: string, options: QBClientOptions): Promise<QBError[]> {
  const client = new QBClient(`URL='${url}' SSLPin='${pinOf(forServer)}'`, options);
  t.after(() => client.destroy());
  const errors: QBError[] = [];
  for (const qbxml of requests) await client.send(qbxml).catch((error: QBError) => errors.push(error));
  return errors;
}

describe("a server that does not accept the client's certificate", () => {
  const stranger = { pem: bundle("stranger.pem", shop) };
  for (const version of ["-tls1_2", "-tls1_3"])
    for (const [how, options, alert] of [
      ["missing", {}, version === "-tls1_3" ? /: certificate required$/ : /handshake failure$/],
      ["unknown", { clientCertificate: stranger }, /: unknown ca$/],
    ] as const)
      it(`openssl ${version}, ${how}: QB_TLS, not_applied, not to be sent again`, async (t) => {
        const verify = ["-Verify", "1", "-verify_return_error"];
        const server = await startOpensslServer(t, forServer, version, ...verify);
        const errors = await refusedBy(t, server.url, options);
        assert.equal(errors.length, requests.length);
        for (const { code, outcome, retryable, message, advice } of errors) {
          assert.deepEqual([code, outcome, retryable], ["QB_TLS", "not_applied", false]);
          assert.match(message, alert);
          if (!message.endsWith("handshake failure")) assert.match(advice, /option clientCertificate/);
        }
        assert.equal(server.received(), "");
      });

  it("says so while a listener decides", async (t) => {
    const server = await startOpensslServer(t, forServer, "-tls1_3", "-Verify", "1");
    const client = new QBClient(`URL='${server.url}'`);
    t.after(() => client.destroy());
    let asked = 0;
    client.on("sslServerAuthentication", () => new Promise<void>(() => void asked++));
    await assert.rejects(client.send(add()), { code: "QB_TLS", message: /: certificate required$/ });
    assert.equal(asked, 1);
  });
});

describe("the client's own certificate", () => {
  it("gets in as PEM, with the issuer between", async (t) => {
    const { client, subjects } = await meet(t, { pem: bundle("shop-bundle.pem", shop) });
    assert.match(await client.send(query()), /<QBXML>/);
    assert.deepEqual(subjects, ["CN=shop.foo.com, O=Foo Inc: OK"]);
  });

  it("gets in as a PKCS#12 file with a password", async (t) => {
    const pfx = readFileSync(authority.pfx("shop.pfx", shop, "open sesame"));
    const { client, subjects } = await meet(t, { pfx, password: "open sesame" });
    assert.match(await client.send(query()), /<QBXML>/);
    assert.deepEqual(subjects, ["CN=shop.foo.com, O=Foo Inc: OK"]);
  });

  it("is refused when it has expired, and so is none: nothing reaches QuickBooks", async (t) => {
    for (const certificate of [{ pem: bundle("late-bundle.pem", late) }, undefined]) {
      const { client, processor } = await meet(t, certificate);
      await assert.rejects(client.send(query()), { code: "QB_CLIENT_CERTIFICATE", outcome: "not_applied" });
      assert.equal(processor.calls.length, 0);
    }
  });

  it("is QB_CERTIFICATE when it cannot be used, and the error holds neither password nor key", () => {
    const pfx = readFileSync(authority.pfx("wrong.pfx", shop, "open sesame"));
    const pem = readFileSync(shop.certificate, "utf8");
    for (const clientCertificate of [{ pfx, password: "not it" }, { pem }, { pem: "no PEM" }]) {
      assert.throws(
        () => new QBClient("URL='https://127.0.0.1:1'", { clientCertificate }),
        (error) => {
          assert.ok(error instanceof QBError && error.code === "QB_CERTIFICATE");
          assert.doesNotMatch(inspect(error), /not it|PRIVATE KEY/);
          return true;
        },
      );
    }
  });

  it("is refused where it would not be shown: http:, no URL, a foreign dispatcher, two forms at once", () => {
    const clientCertificate = { pem: bundle("unused.pem", shop) };
    const invalid = { code: "QB_INVALID_ARGUMENT" };
    for (const to of ["URL='http://127.0.0.1:1'", ""])
      assert.throws(() => new QBClient(to, { clientCertificate }), invalid);
    const dispatcher = { request: () => Promise.reject(new Error("never")) };
    const https = "URL='https://127.0.0.1:1'";
    assert.throws(
      () => new QBClient(https, { clientCertificate, dispatcher, trustDispatcher: true }),
      invalid,
    );
    const both = { ...clientCertificate, pfx: new Uint8Array() };
    assert.throws(() => new QBClient(https, { clientCertificate: both }), invalid);
    assert.throws(() => new QBClient(https, { clientCertificate: {} }), invalid);
  });

  const pem = bundle("form.pem", shop);
  for (const [what, given, message] of [
    ["null", null, /clientCertificate must be an object/],
    ["text", pem, /clientCertificate must be an object/],
    ["an unknown name", { pem, pasword: "open sesame" }, /clientCertificate\.pasword is not known/],
    ["null in it", { pfx: null }, /clientCertificate\.pfx must be a Uint8Array/],
    ["a file's content as pem", { pem: Buffer.from(pem) }, /clientCertificate\.pem must be a string/],
    ["a number as password", { pem, password: 1 }, /clientCertificate\.password must be a string/],
  ] as const)
    it(`${what} is QB_INVALID_ARGUMENT that names it, and no TypeError`, () => {
      const clientCertificate = given as unknown as ClientCertificate;
      assert.throws(() => new QBClient("URL='https://127.0.0.1:1'", { clientCertificate }), {
        code: "QB_INVALID_ARGUMENT",
        message,
      });
    });
});
