import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import tls, { type TLSSocket } from "node:tls";
import { inspect } from "node:util";
import { QBClient, QBError, type QBClientOptions, type SSLServerAuthenticationEvent } from "qbconnector";
import {
  derOf,
  encoded,
  makeAuthority,
  makeCertificate,
  newFolder,
  pinOf,
  type Certificate,
} from "../support/certificates.js";
import { startProgram } from "../support/command.js";
import { curl } from "../support/curl.js";
import { add, query } from "../support/message-sets.js";
import { startRawServer, XML_ANSWER, type RawServer, type Reply } from "../support/raw-server.js";
import { recordingLogger, type LogLine } from "../support/running-connector.js";
import { until } from "../support/until.js";

const PASSWORD = "s3cr3t-Passw0rd";
const answering: Reply = (socket) => void socket.write(XML_ANSWER);
const ec = makeCertificate();
const rsa = makeCertificate({ algorithm: "rsa" });
const authority = makeAuthority();
const signed = makeCertificate({ issuer: authority });

function serverOf(
  t: TestContext,
  { key, cert }: Certificate,
  options: tls.TlsOptions = {},
): Promise<RawServer> {
  return startRawServer(t, answering, { key, cert, ...options });
}

function clientOf(t: TestContext, url: string, more = "", options: QBClientOptions = {}): QBClient {
  const client = new QBClient(`URL='${url}' User='Foo' Password='${PASSWORD}' ${more}`, options);
  t.after(() => client.destroy());
  return client;
}

async function failure(call: Promise<unknown>): Promise<QBError> {
  const error: unknown = await call.then(
    () => assert.fail("the call did not fail"),
    (caught: unknown) => caught,
  );
  assert.ok(error instanceof QBError, inspect(error));
  const shown = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error) + error.stack;
  const base64 = Buffer.from(`Foo:${PASSWORD}`).toString("base64");
  assert.ok(!shown.includes(PASSWORD) && !shown.includes(base64), "the error shows the password");
  return error;
}

/** A read and a write are refused, with the same words, and nothing of them has left. */
async function refused(client: QBClient, server: RawServer, why: RegExp): Promise<QBError> {
  for (const qbxml of [query(), add()]) {
    const error = await failure(client.send(qbxml));
    assert.deepEqual(
      [error.code, error.outcome, error.retryable],
      ["QB_SERVER_CERTIFICATE", "not_applied", false],
    );
    assert.match(error.message, why);
  }
  assert.equal(server.received, 0, "something was sent");
  return failure(client.send(query()));
}

function eventsOf(client: QBClient): SSLServerAuthenticationEvent[] {
  const events: SSLServerAuthenticationEvent[] = [];
  client.on("sslServerAuthentication", (event) => void events.push(event));
  return events;
}

describe("a connector's certificate is accepted", () => {
  for (const [name, certificate] of [
    ["EC", ec],
    ["RSA", rsa],
  ] as const) {
    it(`by its pin, ${name}; the pin is openssl's`, async (t) => {
      const server = await serverOf(t, certificate);
      const client = clientOf(t, server.url, `SSLPin='${pinOf(certificate)}'`);
      const events = eventsOf(client);
      assert.equal(await client.send(query()), "<QBXML/>");
      assert.deepEqual([events[0]?.status, events[0]?.accept], ["OK", true]);
      assert.equal(events[0]?.certPin, pinOf(certificate));
    });

    it(`by SSLAcceptServerCert, ${name}`, async (t) => {
      const server = await serverOf(t, certificate);
      const client = clientOf(t, server.url, `SSLAcceptServerCert='${encoded(certificate)}'`);
      assert.equal(await client.send(add()), "<QBXML/>");
    });
  }

  it("with a pin that curl takes, too", async (t) => {
    const certificate = makeCertificate();
    const server = createServer({ key: certificate.key, cert: certificate.cert }, (_, response) => {
      response.setHeader("content-type", "text/xml").end("<QBXML/>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const client = clientOf(t, `https://127.0.0.1:${port}`);
    const { message } = await failure(client.send(query()));
    const pin = /sha256\/\/\S{44}/.exec(message)?.[0] ?? "";
    const url = `https://127.0.0.1:${port}/`;
    assert.equal((await curl(["--insecure", "--pinnedpubkey", pin, url])).stdout, "<QBXML/>");
    assert.equal((await curl(["--insecure", "--pinnedpubkey", pinOf(rsa), url])).exitCode, 90);
    client.qbConnectionString = `URL='${url}' SSLPin='${pin}'`;
    assert.equal(await client.send(query()), "<QBXML/>");
  });

  it("by one of several pins", async (t) => {
    const server = await serverOf(t, ec);
    const client = clientOf(t, server.url, `SSLPin='${pinOf(rsa)};${pinOf(ec)}'`);
    assert.equal(await client.send(query()), "<QBXML/>");
  });

  it("by its pin, when it is expired, for another host and renewed with the same key", async (t) => {
    const old = makeCertificate({ names: ["elsewhere.example"], days: -1, keyOf: ec });
    const server = await serverOf(t, old);
    for (const trust of [`SSLPin='${pinOf(ec)}'`, `SSLAcceptServerCert='${encoded(ec)}'`]) {
      assert.equal(await clientOf(t, server.url, trust).send(query()), "<QBXML/>");
    }
  });

  it("by SSLAcceptServerCertFile, PEM and DER, which is read at once and shown as SSLAcceptServerCert", async (t) => {
    const server = await serverOf(t, ec);
    const file = join(newFolder(), "exported");
    for (const content of [ec.cert, `a note before it\n${ec.cert}`, derOf(ec.certificateFile)]) {
      writeFileSync(file, content);
      const client = clientOf(t, server.url, `SSLAcceptServerCertFile='${file}'`);
      writeFileSync(file, "overwritten");
      assert.equal(await client.send(query()), "<QBXML/>");
      assert.ok(client.qbConnectionString.includes(`SSLAcceptServerCert='${encoded(ec)}'`));
      assert.doesNotMatch(client.qbConnectionString, /CertFile|s3cr3t/);
    }
  });

  it("when the system trusts its authority", async (t) => {
    const server = await serverOf(t, signed);
    const script = `import { QBClient } from "qbconnector";
      for (const host of ["localhost", "127.0.0.1"]) {
        const client = new QBClient(\`URL='https://\${host}:${server.port}'\`);
        client.on("sslServerAuthentication", ({ status, accept }) => console.log(host, status, accept));
        console.log(await client.send(${JSON.stringify(query())}).catch(({ code }) => code));
        await client.close();
      }`;
    const environment = { NODE_EXTRA_CA_CERTS: authority.certificateFile };
    const parameters = ["--input-type=module", "--eval", script];
    const { stdout, stderr } = await startProgram(t, process.execPath, parameters, { environment, input: "" })
      .ended;
    assert.equal(stderr, "");
    assert.deepEqual(stdout.trim().split("\n"), [
      "localhost OK true",
      "<QBXML/>",
      "127.0.0.1 OK true",
      "<QBXML/>",
    ]);
  });
});

describe("a connector's certificate is refused before a byte is sent", () => {
  it("self-signed; the error shows its pin and what to do", async (t) => {
    const server = await serverOf(t, ec);
    const error = await refused(
      clientOf(t, server.url),
      server,
      /is refused: it is self-signed \(DEPTH_ZERO/,
    );
    assert.ok(error.message.endsWith(`its pin is ${pinOf(ec)}`), error.message);
    assert.equal(error.details["pin"], pinOf(ec));
    assert.match(error.advice, /SSLPin/);
  });

  it("of an authority that nobody knows", async (t) => {
    const server = await serverOf(t, signed);
    await refused(clientOf(t, server.url), server, /its authority is not trusted here/);
  });

  it("with another pin, however trusted it is", async (t) => {
    const server = await serverOf(t, ec);
    await refused(clientOf(t, server.url, `SSLPin='${pinOf(rsa)}'`), server, /not the one in SSLPin/);
  });

  it("with another key than SSLAcceptServerCert", async (t) => {
    const server = await serverOf(t, ec);
    const client = clientOf(t, server.url, `SSLAcceptServerCert='${encoded(rsa)}'`);
    await refused(client, server, /self-signed/);
  });

  for (const [what, options, host, why] of [
    ["expired", { days: -1 }, "localhost", "it has expired \\(CERT_HAS_EXPIRED\\)"],
    ["for another name", { names: ["books.example"] }, "localhost", "for another host than the one"],
    [
      "for a name, but the URL has an address",
      { names: ["localhost"] },
      "127.0.0.1",
      "for another host than",
    ],
    [
      "for an address, but the URL has a name",
      { names: ["127.0.0.1"] },
      "localhost",
      "for another host than",
    ],
  ] as const) {
    it(`${what}, of an authority that the system trusts`, async (t) => {
      const server = await serverOf(t, makeCertificate({ ...options, issuer: authority }));
      const script = `import { QBClient } from "qbconnector";
        const client = new QBClient("URL='https://${host}:${server.port}'");
        const error = await client.send(${JSON.stringify(add())}).catch((error) => error);
        console.log(error.code, error.outcome, error.message);`;
      const environment = { NODE_EXTRA_CA_CERTS: authority.certificateFile };
      const parameters = ["--input-type=module", "--eval", script];
      const { stdout } = await startProgram(t, process.execPath, parameters, { environment, input: "" })
        .ended;
      assert.match(stdout, new RegExp(`^QB_SERVER_CERTIFICATE not_applied .*${why}`));
      assert.equal(server.received, 0);
    });
  }

  it("that was trusted, by a listener", async (t) => {
    const server = await serverOf(t, ec);
    const client = clientOf(t, server.url, `SSLPin='${pinOf(ec)}'`);
    client.on("sslServerAuthentication", (event) => void (event.accept = false));
    await refused(client, server, /a listener of sslServerAuthentication refused it/);
  });

  it("that is missing, whatever listeners say", async (t) => {
    const before = [tls.DEFAULT_CIPHERS, tls.DEFAULT_MAX_VERSION] as const;
    t.after(() => ([tls.DEFAULT_CIPHERS, tls.DEFAULT_MAX_VERSION] = before));
    tls.DEFAULT_CIPHERS = "aNULL:@SECLEVEL=0";
    tls.DEFAULT_MAX_VERSION = "TLSv1.2";
    const server = await startRawServer(t, answering, { ciphers: "aNULL:@SECLEVEL=0" });
    for (const trust of ["", `SSLPin='${pinOf(ec)}'`]) {
      const client = clientOf(t, server.url, trust);
      let asked = 0;
      client.on("sslServerAuthentication", (event) => {
        asked++;
        event.accept = true;
      });
      await refused(client, server, /showed no certificate/);
      assert.equal(asked, 0);
    }
    assert.ok(server.connections >= 6, "no handshake was completed");
  });

  it("on every connection: none is resumed after a refusal", async (t) => {
    const other = await serverOf(t, ec);
    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      const resumed: boolean[] = [];
      const server = await serverOf(t, ec, { maxVersion });
      const client = clientOf(t, server.url, "", { connections: 1 });
      client.on("sslServerAuthentication", async () => {
        await until(() => server.sockets.size === 1, "the server completed the handshake");
        for (const socket of server.sockets) resumed.push((socket as TLSSocket).isSessionReused());
        // A whole exchange elsewhere takes longer than the session here, which comes after the handshake.
        await failure(clientOf(t, other.url).send(query()));
      });
      for (let round = 0; round < 4; round++) {
        assert.match((await failure(client.send(query()))).message, /self-signed/);
        await until(() => server.sockets.size === 0, "the connection is gone");
      }
      assert.deepEqual(resumed, [false, false, false, false]);
      assert.equal(server.received, 0);
    }
  });

  it("for all that wait for it", async (t) => {
    const server = await serverOf(t, ec);
    const client = clientOf(t, server.url, "", { connections: 2 });
    const errors = await Promise.all(Array.from({ length: 20 }, () => failure(client.send(add()))));
    assert.deepEqual(new Set(errors.map(({ code }) => code)), new Set(["QB_SERVER_CERTIFICATE"]));
    assert.equal(server.received, 0);
    client.on("sslServerAuthentication", (event) => void (event.accept = true));
    assert.equal(await client.send(add()), "<QBXML/>");
  });
});

describe("listeners of sslServerAuthentication", () => {
  it("see the certificate as it is, and may only decide", async (t) => {
    const server = await serverOf(t, signed);
    const client = clientOf(t, server.url);
    const events = eventsOf(client);
    await failure(client.send(query()));
    const [event] = events;
    assert.ok(event);
    const { certEncoded, certSubject, certIssuer, certPin, status, accept } = event;
    assert.ok(new X509Certificate(certEncoded).raw.equals(derOf(signed.certificateFile)));
    assert.deepEqual(
      [certSubject, certIssuer, certPin, accept],
      ["CN=localhost", "CN=Test Authority", pinOf(signed), false],
    );
    assert.match(status, /authority is not trusted/);
    assert.throws(() => Object.assign(event, { certPin: "x" }), TypeError);
    assert.throws(() => Object.assign(event, { other: 1 }), TypeError);
  });

  it("are awaited, one after the other, before anything is sent", async (t) => {
    const server = await serverOf(t, ec);
    const client = clientOf(t, server.url, "", { connections: 1 });
    const order: string[] = [];
    let decide = (): void => {};
    client.on("sslServerAuthentication", async (event) => {
      order.push("first asks");
      await new Promise<void>((resolve) => (decide = resolve));
      event.accept = true;
      order.push(`first decides, ${server.received} bytes sent`);
    });
    client.on("sslServerAuthentication", ({ accept }) => void order.push(`second sees ${accept}`));
    const call = client.send(query());
    await until(() => order.length === 1 && server.connections === 1, "the first was asked");
    decide();
    assert.equal(await call, "<QBXML/>");
    assert.deepEqual(order, ["first asks", "first decides, 0 bytes sent", "second sees true"]);
    assert.equal(await client.send(query()), "<QBXML/>");
    assert.equal(order.length, 3, "an accepted connection was judged again");
  });

  it("judge every connection of the pool", async (t) => {
    const server = await startRawServer(t, () => {}, { key: ec.key, cert: ec.cert });
    const client = clientOf(t, server.url, "", { connections: 3 });
    let asked = 0;
    client.on("sslServerAuthentication", (event) => {
      asked++;
      event.accept = true;
    });
    const calls = Array.from({ length: 3 }, () => failure(client.send(query())));
    await until(() => server.requests.length === 3, "three calls arrived");
    assert.deepEqual([asked, server.connections], [3, 3]);
    await client.destroy();
    await Promise.all(calls);
  });

  for (const [how, listener] of [
    ["throws", (): never => assert.fail("listener failed")],
    ["rejects", () => Promise.reject(new Error("listener failed"))],
  ] as const) {
    it(`one that ${how} refuses the certificate, even a trusted one; the others run, the log hears of it`, async (t) => {
      const server = await serverOf(t, ec);
      const log: LogLine[] = [];
      const client = clientOf(t, server.url, `SSLPin='${pinOf(ec)}'`, { logger: recordingLogger(log) });
      let others = 0;
      client.once("sslServerAuthentication", listener);
      client.on("sslServerAuthentication", () => void others++);
      const error = await failure(client.send(add()));
      assert.deepEqual(
        [error.code, error.outcome, error.retryable, error.who],
        ["QB_LISTENER", "not_applied", false, "developer"],
      );
      assert.deepEqual([others, server.received], [1, 0]);
      assert.deepEqual(
        log.map(({ level, fields }) => [level, fields["code"]]),
        [["error", "QB_LISTENER"]],
      );
      assert.equal(await client.send(query()), "<QBXML/>");
    });
  }

  it("a value that is not true accepts nothing", async (t) => {
    const server = await serverOf(t, ec);
    const client = clientOf(t, server.url);
    client.on("sslServerAuthentication", (event) => void (event.accept = "yes" as never));
    await refused(client, server, /self-signed/);
  });

  it("a listener of sslStatus that throws disturbs nothing", async (t) => {
    const server = await serverOf(t, ec);
    const log: LogLine[] = [];
    const client = clientOf(t, server.url, `SSLPin='${pinOf(ec)}'`, { logger: recordingLogger(log) });
    client.on("sslStatus", () => assert.fail("listener failed"));
    assert.equal(await client.send(query()), "<QBXML/>");
    assert.ok(log.length > 0 && log.every(({ fields }) => fields["event"] === "sslStatus"));
  });
});

describe("sslStatus", () => {
  it("tells version, cipher, certificate and verdict, and no secret", async (t) => {
    for (const [maxVersion, version] of [
      ["TLSv1.2", "TLSv1.2 with TLS_ECDHE_"],
      ["TLSv1.3", "TLSv1.3 with TLS_"],
    ] as const) {
      const server = await serverOf(t, ec, { maxVersion });
      const client = clientOf(t, server.url);
      const messages: string[] = [];
      client.on("sslStatus", ({ message }) => void messages.push(message));
      await failure(client.send(query()));
      client.once("sslServerAuthentication", (event) => void (event.accept = true));
      await client.send(query());
      const [first, second, third, ...rest] = messages;
      assert.ok(first?.startsWith(version), first);
      assert.match(
        second ?? "",
        /^certificate of CN=localhost with the pin sha256\/\/\S+: it is self-signed/,
      );
      assert.match(third ?? "", /^the connector's certificate is refused/);
      assert.equal(rest.at(-1), "certificate accepted");
      assert.doesNotMatch(messages.join("\n"), /s3cr3t|Rm9v|QBXML/);
    }
  });
});

describe("a connection string that asks for what cannot be", () => {
  const pin = pinOf(ec);
  const certificate = encoded(ec);
  for (const [text, name, why] of [
    [`URL='http://x' SSLPin='${pin}'`, "SSLPin", /has to begin with https:/],
    [`SSLAcceptServerCert='${certificate}'`, "SSLAcceptServerCert", /has to begin with https:/],
    ["URL='http://x' SSLAcceptServerCertFile='/none'", "SSLAcceptServerCertFile", /begin with https:/],
    [`URL='https://x' SSLPin='${pin}' SSLAcceptServerCert='${certificate}'`, "SSLAcceptServerCert", /SSLPin/],
    [`URL='https://x' SSLPin='${pin}' SSLAcceptServerCertFile='/none'`, "SSLAcceptServerCertFile", /SSLPin/],
    [
      "URL='https://x' SSLAcceptServerCertFile='/none'",
      "SSLAcceptServerCertFile",
      /cannot be read \(ENOENT\)/,
    ],
    [`URL='https://x' SSLAcceptServerCertFile='${ec.keyFile}'`, "SSLAcceptServerCertFile", /no certificate/],
    [
      "URL='https://x' SSLAcceptServerCertFile='/a Password=s3cr3t'",
      "SSLAcceptServerCertFile",
      /cannot be read/,
    ],
  ] as const) {
    it(text.slice(0, 60), async () => {
      const make = (): QBClient => new QBClient(text);
      const isRefusal = (error: unknown): boolean => {
        assert.ok(error instanceof QBError);
        assert.deepEqual([error.code, error.details["name"]], ["QB_CONNECTION_STRING", name]);
        assert.match(error.message, why);
        assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /s3cr3t|BEGIN/);
        return true;
      };
      assert.throws(make, isRefusal);
      await using client = new QBClient("URL='https://x'");
      assert.throws(() => (client.qbConnectionString = text), isRefusal);
      assert.equal(client.qbConnectionString, "URL='https://x'");
    });
  }
});
