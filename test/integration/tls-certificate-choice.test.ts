import assert from "node:assert/strict";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { before, describe, it, type TestContext } from "node:test";
import type { QBConnectorEvents, QBConnectorOptions } from "qbconnector";
import { newFolder } from "../support/certificates.js";
import { helloMessage, records } from "../support/client-hello.js";
import { curl } from "../support/curl.js";
import { RawConnection } from "../support/http-exchange.js";
import { convertStore, STORE_PASSWORD } from "../support/keytool.js";
import { query } from "../support/message-sets.js";
import { HEALTH, opensslClient } from "../support/openssl-client.js";
import { openssl, TestAuthority, type Issued } from "../support/openssl.js";
import { eventsOf, recordEvents, type RecordedEvent } from "../support/recorded-events.js";
import { startConnector, type RunningConnector } from "../support/running-connector.js";
import { ANSWER } from "../support/scripted-processor.js";
import { until } from "../support/until.js";

type Choice = QBConnectorEvents["sslConnectionRequest"];

const folder = newFolder();
const PASSWORD = STORE_PASSWORD;
let authority: TestAuthority;
let root = "";
let rsa: Issued;
let ec: Issued;
/** Files with the EC certificate, each with a password. */
const stores: Record<"PFXFile" | "PEMKeyFile" | "JKSFile", string> = {
  PFXFile: "",
  PEMKeyFile: "",
  JKSFile: "",
};

before(() => {
  authority = new TestAuthority(folder);
  root = authority.root.certificate;
  rsa = authority.issue("rsa");
  ec = authority.issue("ec", { kind: "P-256" });
  stores.PFXFile = authority.pfx("ec.pfx", ec, PASSWORD);
  stores.JKSFile = join(folder, "ec.jks");
  convertStore(stores.PFXFile, stores.JKSFile, "JKS");
  const locked = join(folder, "ec-locked.key");
  openssl(["pkey", "-in", ec.key, "-aes256", "-passout", `pass:${PASSWORD}`, "-out", locked]);
  stores.PEMKeyFile = authority.bundle("ec-locked.pem", [
    locked,
    ec.certificate,
    authority.intermediate.certificate,
  ]);
});

interface Watched extends RunningConnector {
  readonly events: RecordedEvent[];
}

/** With the RSA certificate, unless told otherwise. */
async function start(t: TestContext, options: QBConnectorOptions = {}): Promise<Watched> {
  const store = authority.bundle("rsa-all.pem", [
    rsa.key,
    rsa.certificate,
    authority.intermediate.certificate,
  ]);
  const running = await startConnector(t, { enableSSL: true, sslCert: { store }, ...options });
  return { ...running, events: recordEvents(running.connector) };
}

/** Sends a query as Foo, trusting the root. */
function post(url: string, ...parameters: readonly string[]) {
  const what = ["--cacert", root, "-u", "Foo:Bar", "-H", "Content-Type: text/xml", "--data-binary", "@-"];
  return curl([...what, ...parameters, url], query());
}

/** As openssl's own table calls them. */
function standardNames(ciphers: string, option = "-tls1_2"): string {
  const table = openssl(["ciphers", "-s", option, "-stdname", ciphers]);
  return table
    .trim()
    .split("\n")
    .map((line) => line.split(" ")[0])
    .join();
}

describe("what sslConnectionRequest tells of the client's hello", () => {
  it("the cipher suites of TLS 1.2 and the signature algorithms are those that openssl was told", async (t) => {
    const { port, events } = await start(t);
    const ciphers = "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305";
    const algorithms = "ECDSA+SHA384:RSA-PSS+SHA256:RSA+SHA512:ed25519";
    await opensslClient(port, ["-tls1_2", "-cipher", ciphers, "-sigalgs", algorithms], HEALTH);
    const [hello, ...more] = eventsOf(events, "sslConnectionRequest");
    assert.equal(more.length, 0);
    assert.equal(hello?.supportedCipherSuites, `${standardNames(ciphers)},TLS_EMPTY_RENEGOTIATION_INFO_SCSV`);
    assert.equal(
      hello?.supportedSignatureAlgs,
      "ecdsa_secp384r1_sha384,rsa_pss_rsae_sha256,rsa_pkcs1_sha512,ed25519",
    );
    assert.equal(hello?.connectionId, 1);
  });

  it("and those of TLS 1.3, in the client's order", async (t) => {
    const { port, events } = await start(t);
    for (const suites of ["TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"])
      await opensslClient(
        port,
        ["-tls1_3", "-ciphersuites", suites, "-sigalgs", "rsa_pss_rsae_sha512"],
        HEALTH,
      );
    const hellos = eventsOf(events, "sslConnectionRequest");
    assert.deepEqual(
      hellos.map(({ supportedCipherSuites }) =>
        supportedCipherSuites.replace(",TLS_EMPTY_RENEGOTIATION_INFO_SCSV", ""),
      ),
      ["TLS_CHACHA20_POLY1305_SHA256,TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"],
    );
    assert.deepEqual(
      hellos.map(({ supportedSignatureAlgs }) => supportedSignatureAlgs),
      ["rsa_pss_rsae_sha512", "rsa_pss_rsae_sha512"],
    );
  });

  it("what nobody has named yet is told by its number, GREASE not at all", async (t) => {
    const { port, events } = await start(t);
    const hello = helloMessage({
      cipherSuites: [0x0a0a, 0xc02f, 0xfefe, 0xdada, 0x002f],
      signatureAlgorithms: [0x1a1a, 0x0804, 0xfe12],
      extensions: [
        [0x2a2a, Buffer.from([0])],
        [0xfff0, Buffer.alloc(7)],
      ],
    });
    await answersHello(t, port, records(hello));
    const [told] = eventsOf(events, "sslConnectionRequest");
    assert.equal(
      told?.supportedCipherSuites,
      "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,0xfefe,TLS_RSA_WITH_AES_128_CBC_SHA",
    );
    assert.equal(told?.supportedSignatureAlgs, "rsa_pss_rsae_sha256,0xfe12");
  });
});

/** The first byte of a record of the handshake, and the message in it: the server's hello. */
async function answersHello(
  t: TestContext,
  port: number,
  bytes: Buffer,
  each?: (socket: Socket) => Promise<void>,
): Promise<void> {
  const client = new RawConnection(port);
  t.after(() => client.socket.destroy());
  if (each === undefined) client.write(bytes);
  else await each(client.socket);
  await until(() => client.closed || client.received.length > 6, "the connector answered");
  const answer = Buffer.from(client.received, "latin1");
  assert.deepEqual([answer[0], answer[5]], [0x16, 2], "the server's hello");
  client.socket.destroy();
}

async function byteByByte(socket: Socket, bytes: Buffer): Promise<void> {
  socket.setNoDelay(true);
  for (const byte of bytes) {
    socket.write(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("a hello in pieces", () => {
  const ordinary = { cipherSuites: [0xc02f], signatureAlgorithms: [0x0804, 0x0401], extensions: [] };
  const told = {
    suites: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    algorithms: "rsa_pss_rsae_sha256,rsa_pkcs1_sha256",
  };
  const large = { ...ordinary, extensions: [[0xfff0, Buffer.alloc(40_000)] as const] };

  /** What came in one record is told; of more nothing is, and the handshake goes on all the same. */
  function tells(events: readonly RecordedEvent[], name: string): void {
    const [event] = eventsOf(events, "sslConnectionRequest");
    const isWhole = name === "in one record";
    assert.equal(event?.supportedCipherSuites, isWhole ? told.suites : "");
    assert.equal(event?.supportedSignatureAlgs, isWhole ? told.algorithms : "");
  }

  const ways: Readonly<Record<string, Buffer>> = {
    "in one record": records(helloMessage(ordinary)),
    "in two records": records(helloMessage(ordinary), 50),
    "in two records, cut within the header of the message": records(helloMessage(ordinary), 2),
    "in four records, most of one byte": records(helloMessage(ordinary), 1, 2, 3),
    "of 40,000 bytes in three records": records(helloMessage(large), 16_000, 32_000),
  };
  for (const [name, bytes] of Object.entries(ways)) {
    it(`${name} leads on to the handshake`, async (t) => {
      const { port, events } = await start(t);
      await answersHello(t, port, bytes);
      tells(events, name);
    });
  }

  for (const name of ["in one record", "in two records"]) {
    it(`${name}, byte by byte, too`, async (t) => {
      const { port, events } = await start(t);
      const bytes = ways[name]!;
      await answersHello(t, port, bytes, (socket) => byteByByte(socket, bytes));
      tells(events, name);
    });
  }

  it("without any extension is left to OpenSSL, which refuses it", async (t) => {
    const { port, events } = await start(t);
    const client = new RawConnection(port);
    t.after(() => client.socket.destroy());
    client.write(records(helloMessage({ cipherSuites: [0x009c, 0x002f] })));
    await until(() => client.closed, "the connection was ended");
    assert.equal(client.received.charCodeAt(0), 0x15, "an alert");
    const [event] = eventsOf(events, "sslConnectionRequest");
    assert.deepEqual([event?.supportedCipherSuites, event?.supportedSignatureAlgs], ["", ""]);
  });

  const endless: Readonly<Record<string, Buffer>> = {
    "of records without content": Buffer.concat(
      Array.from({ length: 100 }, () => Buffer.from([0x16, 3, 1, 0, 0])),
    ),
    "that announces 16 MB": records(
      Buffer.concat([Buffer.from([1, 0xff, 0xff, 0xff]), Buffer.alloc(500)]),
      100,
      200,
    ),
    "that is no hello": records(Buffer.concat([Buffer.from([2, 0, 0, 40]), Buffer.alloc(40)]), 2),
    "in a record that is longer than they may be": Buffer.concat([
      Buffer.from([0x16, 3, 1, 0xff, 0xff, 1]),
      Buffer.alloc(70_000),
    ]),
  };
  for (const [name, bytes] of Object.entries(endless)) {
    it(`${name} is not waited for`, async (t) => {
      const { port, url, events } = await start(t);
      const client = new RawConnection(port);
      t.after(() => client.socket.destroy());
      client.write(bytes);
      await until(() => client.closed, "the connection was ended");
      assert.equal(eventsOf(events, "sslConnectionRequest")[0]?.supportedCipherSuites, "");
      assert.equal((await post(url)).stdout, ANSWER);
    });
  }

  it("curl gets through when something between cuts its hello in two records", async (t) => {
    const { port, events } = await start(t);
    const through = await cuttingProxy(t, port);
    const { stdout, stderr } = await post(`https://127.0.0.1:${through}`);
    assert.equal(stdout, ANSWER, stderr);
    assert.equal(eventsOf(events, "sslConnectionRequest")[0]?.supportedCipherSuites, "");
  });
});

/** Passes everything on, the client's hello in two records. */
async function cuttingProxy(t: TestContext, port: number): Promise<number> {
  const server = createServer((client) => {
    const connector = connect(port, "127.0.0.1");
    for (const socket of [client, connector]) socket.on("error", () => {});
    client.once("data", (hello: Buffer) => {
      assert.equal(hello.length, 5 + hello.readUInt16BE(3), "curl sends it at once");
      connector.write(records(hello.subarray(5), 100));
      client.pipe(connector).pipe(client);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

describe("another certificate for one connection", () => {
  const ECDSA_ONLY = ["-tls1_3", "-sigalgs", "ecdsa_secp256r1_sha256"];

  function chooseEc(store: string, storeType: Choice["certStoreType"], password = PASSWORD) {
    return (event: Choice): void => {
      const offersOnlyEcdsa = event.supportedSignatureAlgs
        .split(",")
        .every((name) => name.startsWith("ecdsa"));
      if (!offersOnlyEcdsa) return;
      event.certStoreType = storeType;
      event.certStore = store;
      event.certPassword = password;
      event.certSubject = "*";
    };
  }

  it("of another store, without a word on type and subject", async (t) => {
    const { connector, port } = await start(t);
    connector.on("sslConnectionRequest", (event) => {
      event.certStore = stores.PFXFile;
      event.certPassword = PASSWORD;
    });
    const { output } = await opensslClient(port, ["-CAfile", root, "-verify_return_error"], HEALTH);
    assert.match(output, /HTTP\/1\.1 200 OK/);
    assert.match(output, /^subject=/m);
  });

  for (const storeType of ["PFXFile", "PEMKeyFile", "JKSFile", "Auto"] as const) {
    it(`of ${storeType === "Auto" ? "a file of any type" : storeType}: EC for a client that knows only ECDSA, RSA for others`, async (t) => {
      const { connector, port, url, events } = await start(t);
      const store = stores[storeType === "Auto" ? "JKSFile" : storeType];
      connector.on("sslConnectionRequest", chooseEc(store, storeType));
      const { output } = await opensslClient(
        port,
        [...ECDSA_ONLY, "-CAfile", root, "-verify_return_error"],
        HEALTH,
      );
      assert.match(output, /^subject=.*CN = ec\.foo\.com$/m);
      assert.match(output, /Server public key is 256 bit[^]*HTTP\/1\.1 200 OK/);
      const other = await opensslClient(port, ["-CAfile", root, "-verify_return_error"], HEALTH);
      assert.match(other.output, /^subject=.*CN = rsa\.foo\.com$/m);
      assert.equal((await post(url)).stdout, ANSWER);
      assert.deepEqual(eventsOf(events, "error"), []);
    });
  }

  it("is chosen by listeners that take their time, and the client waits", async (t) => {
    const { connector, url } = await start(t);
    connector.on("sslConnectionRequest", async (event) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      Object.assign(event, { certStore: stores.PFXFile, certPassword: PASSWORD, certSubject: "*" });
    });
    const pin = connector.sslCert.exportPublic().pin;
    assert.equal((await post(url, "--pinnedpubkey", pin)).exitCode, 90, "it is not the connector's own");
    connector.removeAllListeners("sslConnectionRequest");
    assert.equal((await post(url, "--pinnedpubkey", pin)).stdout, ANSWER);
  });

  it("is preset to the connector's own, whose password cannot be read", async (t) => {
    const sslCert = { store: stores.PFXFile, storePassword: PASSWORD };
    const { url, events } = await start(t, { sslCert });
    assert.equal((await post(url)).stdout, ANSWER);
    const [event] = eventsOf(events, "sslConnectionRequest");
    assert.deepEqual(
      [event?.certStore, event?.certStoreType, event?.certPassword],
      [stores.PFXFile, "Auto", ""],
    );
    assert.equal(event?.certSubject, "CN=ec.foo.com, O=Foo Inc");
  });

  it("by subject alone is another one of the connector's own store", async (t) => {
    const files = [rsa.key, rsa.certificate, ec.key, ec.certificate, authority.intermediate.certificate];
    const { connector, port } = await start(t, { sslCert: { store: authority.bundle("two.pem", files) } });
    connector.on("sslConnectionRequest", (event) => void (event.certSubject = "ec.foo.com"));
    const { output } = await opensslClient(port, ["-CAfile", root, "-verify_return_error"], HEALTH);
    assert.match(output, /^subject=.*CN = ec\.foo\.com$/m);
  });

  const mistakes: Readonly<Record<string, (event: Choice) => void>> = {
    "a wrong password": (event) => {
      event.certStore = stores.PFXFile;
      event.certPassword = "open barley";
    },
    "a file that is not there": (event) => void (event.certStore = join(folder, "none.pfx")),
    "a subject that is not there": (event) => void (event.certSubject = "nobody"),
    "a file that is no store": (event) => {
      event.certStore = root;
    },
  };
  for (const [name, spoil] of Object.entries(mistakes)) {
    it(`${name}: this connection ends, error tells why, others are served`, async (t) => {
      const { connector, url, events, processor } = await start(t);
      connector.once("sslConnectionRequest", spoil);
      const { exitCode, stdout } = await post(url);
      assert.notEqual(exitCode, 0);
      assert.equal(stdout, "");
      await until(() => eventsOf(events, "error").length === 1, "error fired");
      const [failure] = eventsOf(events, "error");
      assert.deepEqual([failure?.error.code, failure?.connectionId], ["QB_CERTIFICATE", 1]);
      assert.doesNotMatch(`${failure?.description} ${failure?.error.advice}`, /open barley|sesame/);
      assert.equal((await post(url)).stdout, ANSWER);
      assert.equal(eventsOf(events, "error").length, 1);
      assert.equal(processor.calls.length, 1);
      const [first] = eventsOf(events, "connected");
      assert.notEqual(first?.statusCode, 0);
    });
  }

  it("of a type that does not work is refused, and the list of what works is told", async (t) => {
    const { connector, url, events } = await start(t);
    connector.once("sslConnectionRequest", (event) => void (event.certStoreType = "P7BFile" as never));
    assert.notEqual((await post(url)).exitCode, 0);
    await until(() => eventsOf(events, "error").length === 1, "error fired");
    assert.match(
      eventsOf(events, "error")[0]?.description ?? "",
      /P7BFile is not supported; these work: .*PFXFile \(2\)/,
    );
    assert.equal((await post(url)).stdout, ANSWER);
  });

  const failures: Readonly<Record<string, () => unknown>> = {
    throws: () => {
      throw new Error("no directory");
    },
    rejects: () => Promise.reject(new Error("no directory")),
    "takes too long": () => new Promise((resolve) => setTimeout(resolve, 600)),
  };
  for (const [name, listener] of Object.entries(failures)) {
    it(`a listener that ${name} ends this connection only, and is reported once`, async (t) => {
      const { connector, url, events } = await start(t, { limits: { listenerMs: 200 } });
      connector.once("sslConnectionRequest", listener);
      const { exitCode, stdout } = await post(url);
      assert.notEqual(exitCode, 0);
      assert.equal(stdout, "");
      assert.equal((await post(url)).stdout, ANSWER);
      assert.deepEqual(
        eventsOf(events, "error").map(({ error }) => error.code),
        ["QB_LISTENER"],
      );
    });
  }
});

describe("UseInternalSecurityAPI=false", () => {
  it("sslConnectionRequest never fires, and everything else works", async (t) => {
    const running = await start(t, { enableSSL: false });
    const { connector, events } = running;
    await connector.close();
    connector.sslAuthenticateClients = true;
    assert.equal(connector.config("UseInternalSecurityAPI=false"), "false");
    connector.enableSSL = true;
    connector.on("sslClientAuthentication", (event) => void (event.accept = true));
    await connector.listen();
    const url = `https://127.0.0.1:${connector.localPort}`;
    for (const version of [["--tls-max", "1.2"], ["--tlsv1.3"]]) {
      const { stdout, stderr } = await post(url, ...version);
      assert.equal(stdout, ANSWER, stderr);
    }
    await answersHello(
      t,
      connector.localPort,
      records(helloMessage({ cipherSuites: [0xc02f], signatureAlgorithms: [0x0804], extensions: [] }), 50),
    );
    assert.deepEqual(eventsOf(events, "sslConnectionRequest"), []);
    assert.equal(eventsOf(events, "sslClientAuthentication").length, 2);
    assert.throws(() => connector.config("UseInternalSecurityAPI=true"), { code: "QB_PROPERTY_LOCKED" });
    await connector.close();
    connector.config("UseInternalSecurityAPI=true");
    await connector.listen();
    assert.equal((await post(`https://127.0.0.1:${connector.localPort}`)).stdout, ANSWER);
    assert.equal(eventsOf(events, "sslConnectionRequest").length, 1);
  });
});
