import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent } from "node:https";
import { dirname, join } from "node:path";
import { before, describe, it, type TestContext } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import type { QBConnectorOptions } from "qbconnector";
import { makeCertificate, newFolder, type Certificate } from "../support/certificates.js";
import {
  COMMAND,
  configWithUser,
  PASSWORD,
  requestSet,
  runWell,
  startProgram,
  USER,
} from "../support/command.js";
import { curl } from "../support/curl.js";
import { exchange } from "../support/http-exchange.js";
import { opensslClient } from "../support/openssl-client.js";
import { eventsOf, recordEvents, type RecordedEvent } from "../support/recorded-events.js";
import { startConnector, type RunningConnector } from "../support/running-connector.js";
import { until } from "../support/until.js";

const HEALTH = { path: "/health", method: "GET", credentials: null } as const;
let old: Certificate;
let renewed: Certificate;
let other: Certificate;

before(() => {
  old = makeCertificate();
  renewed = makeCertificate({ keyOf: old, days: 9 });
  other = makeCertificate({ algorithm: "rsa" });
});

interface Watched extends RunningConnector {
  readonly events: RecordedEvent[];
}

async function start(t: TestContext, options: QBConnectorOptions): Promise<Watched> {
  const running = await startConnector(t, { enableSSL: true, ...options });
  return { ...running, events: recordEvents(running.connector) };
}

function pem({ key, cert }: Certificate): string {
  return key + cert;
}

/** A file of a certificate with its key. */
function storeOf(certificate: Certificate): string {
  const file = join(newFolder(), "store.pem");
  writeFileSync(file, pem(certificate));
  return file;
}

/** The certificate that new connections get, as openssl sees it: in PEM. */
async function served(port: number): Promise<string> {
  const { output } = await opensslClient(port, []);
  return /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/.exec(output)?.[0] ?? output;
}

/** Lets the connector believe that so much time has gone by, as long as the work lasts. */
async function later<Result>(t: TestContext, seconds: number, work: () => Promise<Result>): Promise<Result> {
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() + seconds * 1000 });
  try {
    return await work();
  } finally {
    t.mock.timers.reset();
  }
}

/** A connection that stays open for one request after the other. */
function keptConnection(t: TestContext) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  t.after(() => agent.destroy());
  const sockets = new Set<unknown>();
  const ask = async (url: string): Promise<number> => {
    agent.once("free", (socket) => sockets.add(socket));
    const { status } = await exchange(url, { ...HEALTH, agent });
    return status;
  };
  return { ask, sockets };
}

describe("a certificate that is set while the connector runs", () => {
  it("serves new connections, kept ones go on", async (t) => {
    const { connector, port, url, events } = await start(t, { sslCert: { store: storeOf(old) } });
    const kept = keptConnection(t);
    assert.equal(await kept.ask(url), 200);
    assert.equal(await served(port), old.cert);
    connector.sslCert.store = storeOf(other);
    connector.sslCert.subject = "*";
    assert.equal(await served(port), other.cert);
    assert.equal(await kept.ask(url), 200);
    assert.equal(kept.sockets.size, 1, "it is the same connection");
    connector.sslCert.encoded = pem(renewed);
    assert.equal(await served(port), renewed.cert);
    assert.deepEqual(eventsOf(events, "error"), []);
  });

  it("when none is chosen any more, new connections are refused and error tells why", async (t) => {
    const { connector, port, url, events } = await start(t, { sslCert: { store: storeOf(old) } });
    connector.sslCert.store = storeOf(other);
    await assert.rejects(exchange(url, HEALTH));
    await until(() => eventsOf(events, "error").length === 1, "error fired");
    const [failure] = eventsOf(events, "error");
    assert.equal(failure?.error.code, "QB_CERTIFICATE");
    assert.match(failure?.description ?? "", /no certificate of .* is chosen/);
    connector.sslCert.subject = "*";
    assert.equal(await served(port), other.cert);
  });
});

describe("a file that is replaced while the connector runs", () => {
  it("serves new connections within five seconds, kept ones go on", async (t) => {
    const store = storeOf(old);
    const { port, url, events } = await start(t, { sslCert: { store } });
    const kept = keptConnection(t);
    assert.equal(await kept.ask(url), 200);
    assert.equal(await served(port), old.cert);
    writeFileSync(store, pem(renewed));
    await later(t, 5, async () => assert.equal(await served(port), renewed.cert));
    assert.equal(await served(port), renewed.cert);
    assert.equal(await kept.ask(url), 200);
    assert.equal(kept.sockets.size, 1);
    assert.deepEqual(eventsOf(events, "error"), []);
  });

  const spoilings: Readonly<Record<string, (store: string) => void>> = {
    "is half written": (store) => writeFileSync(store, pem(renewed).slice(0, -200)),
    "is gone": (store) => rmSync(store),
    "holds something else": (store) => writeFileSync(store, "shopping list\n"),
    "has a key that does not belong to it": (store) => writeFileSync(store, other.key + renewed.cert),
  };
  for (const [name, spoil] of Object.entries(spoilings)) {
    it(`but ${name}: the old certificate goes on, error fires once; a good file is taken at last`, async (t) => {
      const store = storeOf(old);
      const { port, events } = await start(t, { sslCert: { store } });
      spoil(store);
      for (const seconds of [6, 12, 18])
        await later(t, seconds, async () => assert.equal(await served(port), old.cert));
      assert.deepEqual(
        eventsOf(events, "error").map(({ error, connectionId }) => [error.code, connectionId]),
        [["QB_CERTIFICATE", 0]],
      );
      assert.doesNotMatch(JSON.stringify(eventsOf(events, "error")), /PRIVATE KEY/);
      writeFileSync(store, pem(renewed));
      await later(t, 24, async () => assert.equal(await served(port), renewed.cert));
      assert.equal(eventsOf(events, "error").length, 1);
    });
  }
});

describe("the self-made certificate", () => {
  it("is renewed by the running connector before it ends, for the same key", async (t) => {
    const sslCertFile = join(newFolder(), "certificate.pem");
    const { connector, port, url, events } = await start(t, { sslCertFile });
    const before = connector.sslCert.exportPublic();
    const kept = keptConnection(t);
    assert.equal(await kept.ask(url), 200);
    const days = 24 * 60 * 60;
    await later(t, 690 * days, async () => assert.equal(await served(port), before.pem));
    await later(t, 701 * days, async () => {
      const after = await served(port);
      assert.notEqual(after, before.pem);
      assert.ok(readFileSync(sslCertFile, "utf8").endsWith(after));
      const { pin, validTo } = connector.sslCert.exportPublic();
      assert.equal(pin, before.pin);
      assert.ok(validTo > before.validTo);
      const { exitCode } = await curl(["-k", "--pinnedpubkey", before.pin, `${url}/health`]);
      assert.equal(exitCode, 0);
    });
    assert.equal(await kept.ask(url), 200);
    assert.equal(kept.sockets.size, 1);
    assert.deepEqual(eventsOf(events, "error"), []);
  });
});

/** Lets the clock of a process run a hundred times as fast, so that it looks at its files every 50 ms. */
const FAST_CLOCK = `data:text/javascript,${encodeURIComponent("const now = Date.now, start = now(); Date.now = () => start + (now() - start) * 100;")}`;

describe("qbconnector cert renew", () => {
  it("reaches a running serve: new certificate, same pin; clients with the pin and kept connections go on", async (t) => {
    const config = await configWithUser(t);
    const parameters = ["serve", "--simulate", "--config", config, "--port", "0"];
    const serve = startProgram(t, process.execPath, ["--import", FAST_CLOCK, COMMAND, ...parameters]);
    const [, url = "", port = ""] = await serve.says(/on (https:\/\/127\.0\.0\.1:(\d+))/);
    const [, pin = ""] = await serve.says(/SSLPin='([^']+)'/);
    const before = await served(Number(port));
    const kept = connect({ port: Number(port), host: "127.0.0.1", rejectUnauthorized: false });
    t.after(() => kept.destroy());
    assert.equal(await statusOver(kept), 200);

    const said = await runWell(t, ["cert", "renew", "--config", config]);
    assert.ok(said.includes(pin), said);
    let now = before;
    while (now === before) now = await served(Number(port));
    const file = join(dirname(config), "certificate.pem");
    assert.ok(readFileSync(file, "utf8").includes(now));
    assert.equal(pinOfFile(file), pin);

    const query = ["-u", `${USER}:${PASSWORD}`, "-H", "Content-Type: text/xml", "--data-binary", "@-", url];
    const pinned = await curl(["-k", "--pinnedpubkey", pin, ...query], requestSet("<HostQueryRq/>"));
    assert.match(pinned.stdout, /<HostQueryRs/, pinned.stderr);
    assert.equal(await statusOver(kept), 200);
    serve.signal("SIGTERM");
    assert.equal((await serve.ended).code, 0);
  });
});

async function statusOver(socket: TLSSocket): Promise<number> {
  let received = "";
  const onData = (data: Buffer): void => void (received += data.toString("latin1"));
  socket.on("data", onData).on("error", () => {});
  socket.write("GET /health HTTP/1.1\r\nHost: connector\r\n\r\n");
  await until(() => received.includes('"ok"'), "the kept connection had an answer");
  socket.off("data", onData);
  return Number(/^HTTP\/1\.1 (\d+)/.exec(received)?.[1]);
}

function pinOfFile(file: string): string {
  const script = `openssl pkey -in "$1" -pubout -outform DER | openssl dgst -sha256 -binary | openssl base64 -A`;
  return `sha256//${spawnSync("sh", ["-c", script, "sh", file], { encoding: "utf8" }).stdout}`;
}
