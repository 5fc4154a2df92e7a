import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { connect, createServer, type TLSSocket } from "node:tls";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { QBConnector, type QBError } from "qbconnector";
import { fullChain, type ServerIdentity } from "../../dist/connector/certificate/server-identity.js";
import { lookUp, subjectOf } from "../../dist/connector/certificate/subject-look-up.js";
import { openWindowsStore, windowsStoreStamp } from "../../dist/connector/certificate/windows-store.js";
import { exportCertificate, listCertificates } from "../../dist/windows/certificate-stores.js";
import { native } from "../../dist/windows/native.js";
import { stubFolder, stubLibrary } from "./support/stub-libraries.js";
import { deleteStore, fillStore, madeCertificate } from "./support/windows-certificates.js";

const STORE = { owner: "user", name: "qbconnector test" } as const;
const MACHINE_STORE = { owner: "machine", name: "qbconnector test of the machine" } as const;
const KEYLESS = { owner: "user", name: "qbconnector test without keys" } as const;
const ISSUERS = { owner: "user", name: "CA" } as const;

const library = stubLibrary("stores");
const stub = native().open(library);
const script = stub.define<void>("void __stdcall StubScript(str16 folder, uint32_t error)");
const held = stub.define<number>("int32_t __stdcall StubHeld()");
const exports = stub.define<number>("int32_t __stdcall StubExports()");
const lastPassword = stub.define<string>("str16 __stdcall StubLastPassword()");

function found(subject: string): ServerIdentity {
  const identity = lookUp(openWindowsStore(STORE, library), subject);
  assert.ok(identity !== undefined, subject);
  return identity;
}

function refusal(act: () => unknown): QBError {
  try {
    act();
  } catch (error) {
    assert.equal((error as QBError).code, "QB_CERTIFICATE");
    return error as QBError;
  }
  return assert.fail("nothing was refused");
}

before(() => {
  script(stubFolder(), 0);
  fillStore(STORE, { keyless: false, shop: true, stuck: true, books: true });
  fillStore(MACHINE_STORE, { books: true });
  fillStore(KEYLESS, { keyless: false });
  fillStore(ISSUERS, { issuer: false });
});
after(() => [STORE, MACHINE_STORE, KEYLESS].forEach(deleteStore));

describe("a certificate store of Windows", () => {
  it("is listed, with what has a private key", () => {
    const listed = listCertificates(STORE).map(({ der, hasKey }) => [
      new X509Certificate(der).subject,
      hasKey,
    ]);
    const expected = Object.entries({ keyless: false, shop: true, stuck: true, books: true });
    assert.deepEqual(
      new Map(listed as [string, boolean][]),
      new Map(
        expected.map(([name, hasKey]) => [new X509Certificate(madeCertificate(name, "pem")).subject, hasKey]),
      ),
    );
    const [only, ...more] = listCertificates(MACHINE_STORE);
    assert.deepEqual([only?.der, more.length], [madeCertificate("books", "der"), 0]);
  });

  it("gives the certificates that have their private key there", () => {
    const subjects = openWindowsStore(STORE, library).map(({ certificate }) => subjectOf(certificate));
    assert.deepEqual(
      subjects.sort(),
      ["books", "shop", "stuck"].map((name) => `CN=${name}.foo.example, O=Foo Inc`),
    );
  });

  for (const name of ["shop", "books"]) {
    it(`gives the key of ${name}, looked up by subject, with the issuer of the store CA`, () => {
      const identity = found(`${name}.foo.example`);
      const key = createPrivateKey(madeCertificate(name, "key")).export({ type: "pkcs8", format: "pem" });
      assert.equal(identity.key, key);
      assert.deepEqual(identity.certificate.raw, madeCertificate(name, "der"));
      assert.deepEqual(
        identity.chain.map(({ raw }) => raw),
        [madeCertificate("issuer", "der")],
      );
    });
  }

  it("exports a key when it is used, once, and no other", () => {
    const identity = found("shop");
    const before = exports();
    assert.equal(identity.key, identity.key);
    assert.equal(exports() - before, 2, "for the length, and for the content");
    assert.equal(inspect(identity).includes("PRIVATE"), false);
  });

  it("exports under a password that is new each time", () => {
    const passwords = [1, 2].map(() => {
      const { password } = exportCertificate(STORE, madeCertificate("shop", "der"), library);
      assert.equal(password, lastPassword());
      return password;
    });
    assert.notEqual(passwords[0], passwords[1]);
    for (const password of passwords) assert.equal(Buffer.from(password, "base64").length, 24);
  });

  it("serves TLS that a client trusts, the chain included", async (t) => {
    const identity = found("shop");
    const server = createServer({ key: identity.key, cert: fullChain(identity) }).listen(0, "127.0.0.1");
    t.after(() => server.close());
    server.on("secureConnection", (socket: TLSSocket) => socket.on("error", () => {}).end());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const ca = madeCertificate("root", "pem");
    const servername = subjectOf(identity.certificate).replace(/CN=([^,]+).*/, "$1");
    const client = connect({ host: "127.0.0.1", port, ca, servername });
    await once(client, "secureConnect");
    assert.equal(client.authorized, true);
    client.destroy();
  });

  it("says so when a key cannot be exported, and others still can", () => {
    const { message, advice } = refusal(() => found("stuck").key);
    assert.match(message, /private key of CN=stuck.foo.example, O=Foo Inc cannot be exported.*0x8009000B/);
    assert.match(advice, /marked as exportable/);
    assert.match(found("shop").key, /^-----BEGIN PRIVATE KEY/);
  });

  for (const [code, advice] of [
    [0x8009_0010, /marked as exportable/],
    [0x8009_0029, /in a chip/],
    [0x8009_0016, /Manage Private Keys/],
    [5, /Manage Private Keys/],
    [0x8009_0020, /PFX file/],
  ] as const) {
    it(`says what to do when Windows answers 0x${code.toString(16)}`, (t) => {
      script(stubFolder(), code);
      t.after(() => script(stubFolder(), 0));
      const error = refusal(() => found("shop").key);
      assert.match(error.advice, advice);
      assert.match(error.message, new RegExp(`0x${code.toString(16).padStart(8, "0")}`, "i"));
    });
  }

  it("that does not exist is no empty one, and does not come into being", () => {
    const missing = { owner: "user", name: "qbconnector no such store" } as const;
    for (const attempt of [1, 2]) {
      const { message, advice } = refusal(() => openWindowsStore(missing, library));
      assert.match(
        message,
        /^there is no certificate store qbconnector no such store of the user/,
        String(attempt),
      );
      assert.match(advice, /MY.*Personal/);
    }
  });

  it("without private keys is refused", () => {
    const { message } = refusal(() => openWindowsStore(KEYLESS, library));
    assert.match(message, /holds no certificate with a private key, and 1 without/);
  });

  it("shows by its stamp that it has changed", () => {
    const first = windowsStoreStamp(KEYLESS);
    assert.equal(windowsStoreStamp(KEYLESS), first);
    fillStore(KEYLESS, { root: false });
    assert.notEqual(windowsStoreStamp(KEYLESS), first);
  });

  it("is read by a connector through the real library: what that refuses is said", async (t) => {
    for (const [storeType, { name }] of [
      [0, STORE],
      ["Machine", MACHINE_STORE],
    ] as const) {
      const sslCert = { storeType, store: name, subject: "books.foo.example" };
      const connector = new QBConnector({ localPort: 0, enableSSL: true, sslCert });
      t.after(() => connector.destroy());
      assert.equal(connector.sslCert.store, name);
      // Wine has no export, and on Windows there is no such key.
      await assert.rejects(connector.listen(), {
        code: "QB_CERTIFICATE",
        message: /private key of CN=books.foo.example/,
      });
    }
    const unknown = new QBConnector({ sslCert: { storeType: "User", store: STORE.name } }).sslCert;
    unknown.subject = "nobody";
    assert.equal(unknown.subject, "");
  });

  it("has everything given back at the end, whatever failed", () => assert.equal(held(), 0));
});
