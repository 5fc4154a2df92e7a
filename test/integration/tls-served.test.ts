import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it, type TestContext } from "node:test";
import type { QBConnectorOptions } from "qbconnector";
import { newFolder, pinOf } from "../support/certificates.js";
import { curl } from "../support/curl.js";
import { convertStore, STORE_PASSWORD } from "../support/keytool.js";
import { query } from "../support/message-sets.js";
import { HEALTH, opensslClient } from "../support/openssl-client.js";
import { openssl, TestAuthority, type Issued } from "../support/openssl.js";
import { eventsOf, recordEvents } from "../support/recorded-events.js";
import { startConnector, type RunningConnector } from "../support/running-connector.js";
import { ANSWER } from "../support/scripted-processor.js";

const folder = newFolder();
/** Without it the openssl of this machine does not even offer what is old. */
const ANY_LEVEL = ["-cipher", "DEFAULT:@SECLEVEL=0"];

function start(t: TestContext, options: QBConnectorOptions = {}): Promise<RunningConnector> {
  return startConnector(t, { enableSSL: true, ...options });
}

/** Sends a query as Foo; gives what curl printed. */
function post(url: string, ...parameters: readonly string[]) {
  const what = ["-u", "Foo:Bar", "-H", "Content-Type: text/xml", "--data-binary", "@-"];
  return curl([...what, ...parameters, url], query());
}

/** The connector's own certificate, in a file for clients. */
function exported({ connector }: RunningConnector, name: string): string {
  const file = join(folder, name);
  writeFileSync(file, connector.sslCert.exportPublic().pem);
  return file;
}

describe("versions of TLS", () => {
  const versions = { "TLSv1.2": ["-tls1_2"], "TLSv1.3": ["-tls1_3"] };
  for (const [version, parameters] of Object.entries(versions)) {
    it(`${version} is served`, async (t) => {
      const { port } = await start(t);
      const { output } = await opensslClient(port, parameters, HEALTH);
      assert.match(output, new RegExp(`^New, ${version}, Cipher is (TLS|ECDHE)`, "m"));
      assert.match(output, /HTTP\/1\.1 200 OK[^]*"quickbooks"/);
    });
  }

  for (const [version, option] of [
    ["1.1", "-tls1_1"],
    ["1.0", "-tls1"],
  ] as const) {
    it(`${version} is refused, and said so`, async (t) => {
      const running = await start(t);
      const events = recordEvents(running.connector);
      const { exitCode, output } = await opensslClient(running.port, [option, ...ANY_LEVEL], HEALTH);
      assert.equal(exitCode, 1);
      assert.match(output, /alert protocol version/);
      assert.doesNotMatch(output, /HTTP/);
      const [status] = eventsOf(events, "status");
      assert.match(status?.message ?? "", /^QB_TLS: the handshake failed: .*protocol/);
      assert.equal((await post(running.url, "-k")).stdout, ANSWER);
    });
  }

  it("http/1.1 is agreed by ALPN, and a client that speaks only h2 is refused", async (t) => {
    const { port, url } = await start(t);
    const both = await opensslClient(port, ["-alpn", "h2,http/1.1"]);
    assert.match(both.output, /^ALPN protocol: http\/1\.1$/m);
    const { output, exitCode } = await opensslClient(port, ["-alpn", "h2"]);
    assert.equal(exitCode, 1);
    assert.match(output, /alert no application protocol/);
    const { stdout } = await curl(["-k", "--http2", "-o", "/dev/null", "-w", "%{http_version}", url]);
    assert.equal(stdout, "1.1");
  });
});

describe("sslStatus", () => {
  const chosen = {
    "TLSv1.3, TLS_CHACHA20_POLY1305_SHA256": ["-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"],
    "TLSv1.3, TLS_AES_128_GCM_SHA256": ["-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256"],
    "TLSv1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"],
  };
  for (const [message, parameters] of Object.entries(chosen)) {
    it(`names what the client chose: ${message}`, async (t) => {
      const { connector, port } = await start(t);
      const events = recordEvents(connector);
      await opensslClient(port, parameters, HEALTH);
      const messages = eventsOf(events, "sslStatus").map((event) => event.message);
      assert.deepEqual(messages, ["the handshake begins", message]);
    });
  }

  it("tells of a cipher that the two ends do not share", async (t) => {
    const { connector, port } = await start(t);
    const events = recordEvents(connector);
    const { output } = await opensslClient(port, ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"]);
    assert.match(output, /alert handshake failure/);
    const [, failure] = eventsOf(events, "sslStatus");
    assert.match(failure?.message ?? "", /^the handshake failed: no shared cipher/);
  });
});

describe("stores", () => {
  const password = STORE_PASSWORD;
  let authority: TestAuthority;
  let root = "";
  const issued = {} as Record<"RSA" | "P-256", Issued>;

  before(() => {
    authority = new TestAuthority(folder);
    root = authority.root.certificate;
    for (const kind of ["RSA", "P-256"] as const)
      issued[kind] = authority.issue(kind.toLowerCase(), { kind });
  });

  for (const kind of ["RSA", "P-256"] as const) {
    const makers = {
      PFX: () => authority.pfx(`${kind}.pfx`, issued[kind], password),
      JKS: () => {
        const [from, to] = [
          authority.pfx(`for-${kind}.pfx`, issued[kind], password),
          join(folder, `${kind}.jks`),
        ];
        convertStore(from, to, "JKS");
        return to;
      },
      PEM: () => {
        const { key, certificate } = issued[kind];
        return authority.bundle(`${kind}-all.pem`, [key, certificate, authority.intermediate.certificate]);
      },
    };
    for (const [type, make] of Object.entries(makers)) {
      it(`${type} with a key of ${kind}: curl trusts it by its root alone, and by its pin`, async (t) => {
        const store = make();
        const storeType = type === "PEM" ? "PEMKeyFile" : `${type}File`;
        const sslCert = { store, storePassword: password };
        const running = await start(t, { sslCert: { ...sslCert, storeType: storeType as "PFXFile" } });
        const { stdout, stderr } = await post(running.url, "--cacert", root);
        assert.equal(stdout, ANSWER, stderr);
        const { pin } = running.connector.sslCert.exportPublic();
        assert.equal(pin, pinOf({ certificateFile: issued[kind].certificate }));
        assert.equal((await post(running.url, "-k", "--pinnedpubkey", pin)).stdout, ANSWER);
        const blob = await start(t, {
          sslCert: {
            ...sslCert,
            store: readFileSync(store),
            storeType: storeType.replace("File", "Blob") as "PFXBlob",
          },
        });
        assert.equal((await post(blob.url, "--cacert", root)).stdout, ANSWER);
      });
    }
  }

  it("the chain is sent in the order of issuing, however the store holds it", async (t) => {
    const { intermediate, root: top } = authority;
    const { key, certificate } = issued.RSA;
    const store = authority.bundle("mixed.pem", [
      top.certificate,
      intermediate.certificate,
      certificate,
      key,
    ]);
    const { port } = await start(t, { sslCert: { store } });
    const { output } = await opensslClient(port, ["-showcerts", "-CAfile", root]);
    assert.match(output, /Verify return code: 0 \(ok\)/);
    const subjects = [...output.matchAll(/^ ?\d s:.*CN = (.*)$/gm)].map(([, name]) => name);
    assert.deepEqual(subjects, ["rsa.foo.com", "Foo Issuing", "Foo Root"]);
  });

  it("curl refuses it by another authority", async (t) => {
    const { key, certificate } = issued["P-256"];
    const { url } = await start(t, { sslCert: { store: authority.bundle("leaf.pem", [key, certificate]) } });
    const alone = await post(url, "--cacert", root);
    assert.deepEqual([alone.exitCode, alone.stdout], [60, ""], "the issuer between is missing");
    const { certificate: issuer } = authority.intermediate;
    assert.equal((await post(url, "--cacert", authority.bundle("both.pem", [issuer, root]))).stdout, ANSWER);
  });
});

describe("the self-made certificate", () => {
  it("exported, is enough for curl, under each of its names and no other", async (t) => {
    const running = await start(t);
    const file = exported(running, "names.pem");
    const { names } = running.connector.sslCert.exportPublic();
    assert.ok(names.includes("localhost") && names.includes("127.0.0.1") && names.includes("::1"));
    const ask = (name: string) => {
      const host = name.includes(":") ? `[${name}]` : name;
      const to = ["--connect-to", `::127.0.0.1:${running.port}`];
      return post(`https://${host}:${running.port}/`, "--cacert", file, ...to);
    };
    for (const name of names) assert.equal((await ask(name)).stdout, ANSWER, name);
    for (const name of ["other.foo.com", "127.0.0.2", "::2"]) {
      const { exitCode, stdout } = await ask(name);
      assert.deepEqual([exitCode, stdout], [60, ""], name);
    }
    assert.equal((await post(running.url)).exitCode, 60, "nobody else trusts it");
  });

  it("has the pin that openssl computes; curl takes the right one and refuses a wrong one", async (t) => {
    const running = await start(t);
    const { connector, url, processor } = running;
    const { pin } = connector.sslCert.exportPublic();
    const file = exported(running, "pin.pem");
    assert.equal(pin, pinOf({ certificateFile: file }));
    assert.equal((await post(url, "-k", "--pinnedpubkey", pin)).stdout, ANSWER);
    const wrong = `sha256//${Buffer.alloc(32, 1).toString("base64")}`;
    const { exitCode, stdout } = await post(url, "-k", "--pinnedpubkey", wrong);
    assert.deepEqual([exitCode, stdout], [90, ""]);
    assert.equal((await post(url, "-k", "--pinnedpubkey", `${wrong};${pin}`)).stdout, ANSWER);
    assert.equal(processor.calls.length, 2);
  });

  it("may not sign others: who trusts it trusts this machine only", async (t) => {
    const running = await start(t);
    const file = exported(running, "authority.pem");
    const text = openssl(["x509", "-in", file, "-noout", "-text"]);
    assert.match(text, /Basic Constraints: critical\s+CA:FALSE/);
    assert.doesNotMatch(text, /Certificate Sign/);
  });
});

describe("a resumed session", () => {
  for (const option of ["-tls1_2", "-tls1_3"]) {
    it(`is served like a new one (${option})`, async (t) => {
      const { connector, port } = await start(t);
      const events = recordEvents(connector);
      const session = join(folder, `session${option}.pem`);
      const first = await opensslClient(port, [option, "-sess_out", session], HEALTH);
      assert.match(first.output, /^New, TLSv1/m);
      const second = await opensslClient(port, [option, "-sess_in", session], HEALTH);
      assert.match(second.output, /^Reused, TLSv1/m);
      for (const { output } of [first, second]) assert.match(output, /HTTP\/1\.1 200 OK[^]*"quickbooks"/);
      const unknown = await opensslClient(
        port,
        [option, "-sess_in", session],
        HEALTH.replace(/Authorization: .*\r\n/, "Authorization: Basic Rm9vOndyb25n\r\n"),
      );
      assert.match(unknown.output, /HTTP\/1\.1 401 /);
      assert.equal(eventsOf(events, "authorization").length, 3);
    });
  }
});
