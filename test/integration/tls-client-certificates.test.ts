import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it, type TestContext } from "node:test";
import { connect } from "node:tls";
import { X509Certificate } from "node:crypto";
import type { QBConnectorOptions } from "qbconnector";
import { makeAuthority, makeCertificate, newFolder, type Certificate } from "../support/certificates.js";
import { curl } from "../support/curl.js";
import { rawRequest, RawConnection, type Problem } from "../support/http-exchange.js";
import { query } from "../support/message-sets.js";
import { HEALTH, opensslClient } from "../support/openssl-client.js";
import { openssl, TestAuthority, type Issued } from "../support/openssl.js";
import { eventsOf, recordEvents, type RecordedEvent } from "../support/recorded-events.js";
import { startConnector, type RunningConnector } from "../support/running-connector.js";
import { ANSWER } from "../support/scripted-processor.js";
import { until } from "../support/until.js";

const folder = newFolder();
const VERSIONS = { "TLS 1.2": ["--tls-max", "1.2"], "TLS 1.3": ["--tlsv1.3"] } as const;
const FOR_CLIENTS = ["basicConstraints=CA:FALSE", "extendedKeyUsage=clientAuth"];
const FOR_SERVERS = ["basicConstraints=CA:FALSE", "extendedKeyUsage=serverAuth"];

let authority: TestAuthority;
let stranger: Certificate;
/** Certificates of clients with the issuing authority behind them, and their keys. */
const clients: Record<string, Issued> = {};

before(() => {
  authority = new TestAuthority(newFolder());
  stranger = makeAuthority();
  const kind = "P-256";
  clients["trusted"] = withIssuer(authority, "trusted", { kind, extensions: FOR_CLIENTS });
  clients["trusted, RSA"] = withIssuer(authority, "rsa", { extensions: FOR_CLIENTS });
  clients["expired"] = withIssuer(authority, "expired", { kind, extensions: FOR_CLIENTS, days: -1 });
  clients["for servers"] = withIssuer(authority, "servers", { kind, extensions: FOR_SERVERS });
  const { keyFile, certificateFile } = makeCertificate({ issuer: stranger, names: ["untrusted"] });
  clients["untrusted"] = { key: keyFile, certificate: certificateFile };
  const impostor = new TestAuthority(newFolder());
  clients["of an impostor"] = withIssuer(impostor, "impostor", { kind, extensions: FOR_CLIENTS });
  clients["without its issuer"] = authority.issue("alone", { kind, extensions: FOR_CLIENTS });
  clients["self-signed"] = selfSigned();
});

function withIssuer(
  issuing: TestAuthority,
  name: string,
  wanted: Parameters<TestAuthority["issue"]>[1],
): Issued {
  const { key, certificate } = issuing.issue(name, wanted);
  return {
    key,
    certificate: issuing.bundle(`${name}-chain.pem`, [certificate, issuing.intermediate.certificate]),
  };
}

function selfSigned(): Issued {
  const [key, certificate] = [join(folder, "self.key"), join(folder, "self.pem")];
  const made = ["-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate];
  openssl(["req", "-x509", ...made, "-subj", "/O=Foo Inc/CN=self", "-days", "2"]);
  return { key, certificate };
}

interface Watched extends RunningConnector {
  readonly events: RecordedEvent[];
}

async function start(t: TestContext, options: QBConnectorOptions = {}): Promise<Watched> {
  const running = await startConnector(t, {
    enableSSL: true,
    sslAuthenticateClients: true,
    sslClientAuthorities: readFileSync(authority.root.certificate, "utf8"),
    ...options,
  });
  return { ...running, events: recordEvents(running.connector) };
}

function showing(name: string): string[] {
  const client = clients[name];
  return client === undefined ? [] : ["--cert", client.certificate, "--key", client.key];
}

/** Sends a query as Foo with one of the certificates. */
async function post(url: string, name: string, ...parameters: readonly string[]) {
  const what = ["-k", "-u", "Foo:Bar", "-H", "Content-Type: text/xml", "--data-binary", "@-"];
  const { stdout, stderr } = await curl(
    [...what, ...showing(name), "-w", "\n%{http_code}", ...parameters, url],
    query(),
  );
  const [, body = "", status = ""] = /^([^]*)\n(\d+)$/.exec(stdout) ?? [];
  return { status: Number(status), body, stderr };
}

const REFUSED = {
  expired: "CERT_HAS_EXPIRED",
  "for servers": "INVALID_PURPOSE",
  untrusted: "UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  // Its authorities call themselves as the trusted ones do.
  "of an impostor": "CERT_SIGNATURE_FAILURE",
  "without its issuer": "UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "self-signed": "DEPTH_ZERO_SELF_SIGNED_CERT",
  none: "the client showed no certificate",
} as const;

for (const [version, parameters] of Object.entries(VERSIONS)) {
  describe(`a client's certificate, ${version}`, () => {
    for (const name of ["trusted", "trusted, RSA"]) {
      it(`${name}: is served, and listeners see whose it is`, async (t) => {
        const { url, events } = await start(t);
        const { status, body, stderr } = await post(url, name, ...parameters);
        assert.deepEqual([status, body], [200, ANSWER], stderr);
        const [shown, ...more] = eventsOf(events, "sslClientAuthentication");
        assert.equal(more.length, 0);
        const certificate = new X509Certificate(readFileSync(clients[name]!.certificate));
        assert.deepEqual(shown?.certEncoded, certificate.raw);
        assert.equal(shown?.certSubject, `CN=${name === "trusted" ? name : "rsa"}.foo.com, O=Foo Inc`);
        assert.equal(shown?.certIssuer, "CN=Foo Issuing, O=Foo Inc");
        assert.deepEqual([shown?.status, shown?.accept, shown?.connectionId], ["OK", true, 1]);
      });
    }

    for (const [name, why] of Object.entries(REFUSED)) {
      it(`${name}: gets 403, and nobody sees its password`, async (t) => {
        const { url, events, processor } = await start(t);
        const { status, body } = await post(url, name, ...parameters);
        assert.equal(status, 403);
        const problem = JSON.parse(body) as Problem;
        assert.deepEqual([problem.code, problem.outcome], ["QB_CLIENT_CERTIFICATE", "not_applied"]);
        assert.match(String(problem.detail), new RegExp(`is not accepted: (${why})$`));
        const [shown] = eventsOf(events, "sslClientAuthentication");
        assert.match(shown?.status ?? "", new RegExp(`^(${why})$`));
        assert.equal(shown?.accept, false);
        assert.equal(shown?.certEncoded.length === 0, name === "none");
        const [connected] = eventsOf(events, "connected");
        assert.notEqual(connected?.statusCode, 0);
        assert.match(connected?.description ?? "", new RegExp(`is not accepted: (${why})$`));
        assert.deepEqual(eventsOf(events, "authorization"), []);
        assert.deepEqual(eventsOf(events, "header"), []);
        assert.equal(processor.calls.length, 0);
        assert.equal((await post(url, "trusted", ...parameters)).status, 200);
      });
    }

    it("is asked for anew on each connection: no session comes back", async (t) => {
      const { port, events } = await start(t);
      const option = version === "TLS 1.2" ? "-tls1_2" : "-tls1_3";
      const session = join(folder, `session${option}.pem`);
      const { certificate, key } = clients["trusted"]!;
      const chain = ["-cert", certificate, "-key", key, "-cert_chain", authority.intermediate.certificate];
      const first = await opensslClient(port, [option, ...chain, "-sess_out", session], HEALTH);
      assert.match(first.output, /^HTTP\/1\.1 200 /m);
      // A client without a certificate that lays its hands on the session of one who has.
      const resuming = [option, ...(sessionIn(session) ? ["-sess_in", session] : [])];
      const second = await opensslClient(port, resuming, HEALTH);
      assert.doesNotMatch(second.output, /^Reused/m);
      assert.match(second.output, /^HTTP\/1\.1 403 /m);
      const again = await opensslClient(port, [...resuming, ...chain], HEALTH);
      assert.doesNotMatch(again.output, /^Reused/m);
      assert.match(again.output, /^HTTP\/1\.1 200 /m);
      const statuses = eventsOf(events, "sslClientAuthentication").map(({ status }) => status);
      assert.deepEqual(statuses, ["OK", "the client showed no certificate", "OK"]);
    });

    it("is asked for on every reconnection", async (t) => {
      const { port, events } = await start(t);
      const option = version === "TLS 1.2" ? "-tls1_2" : "-tls1_3";
      const { certificate, key } = clients["trusted"]!;
      const { output } = await opensslClient(port, [option, "-reconnect", "-cert", certificate, "-key", key]);
      assert.doesNotMatch(output, /^Reused/m);
      assert.equal(output.match(/^New, TLSv1/gm)?.length, 6, output);
      await until(() => eventsOf(events, "sslClientAuthentication").length === 6, "all six were judged");
    });
  });
}

function sessionIn(file: string): boolean {
  try {
    return readFileSync(file, "utf8").includes("SESSION");
  } catch {
    return false;
  }
}

describe("listeners of sslClientAuthentication", () => {
  const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it("let in whom nobody trusts, and keep out a trusted one, after all of them have finished", async (t) => {
    const { connector, url, events } = await start(t);
    connector.on("sslClientAuthentication", async (event) => {
      await nextTurn();
      event.accept = event.certSubject.startsWith("CN=self");
    });
    assert.equal((await post(url, "self-signed")).status, 200);
    const { status, body } = await post(url, "trusted");
    assert.equal(status, 403);
    assert.match(body, /is not accepted: a listener refused it/);
    assert.equal((await post(url, "none")).status, 403);
    const accepted = eventsOf(events, "connected").map(({ statusCode }) => statusCode === 0);
    assert.deepEqual(accepted, [true, false, false]);
  });

  it("can let in a client without a certificate", async (t) => {
    const { connector, url } = await start(t);
    connector.on("sslClientAuthentication", (event) => void (event.accept = true));
    assert.equal((await post(url, "none")).status, 200);
  });

  it("that write anything but true refuse", async (t) => {
    const { connector, url } = await start(t);
    connector.on("sslClientAuthentication", (event) => void (event.accept = "yes" as never));
    assert.equal((await post(url, "trusted")).status, 403);
  });

  it("cannot write what was shown", async (t) => {
    const { connector, url, events } = await start(t);
    connector.on("sslClientAuthentication", (event) => {
      assert.throws(() => void ((event as { status: string }).status = "OK"), TypeError);
      assert.throws(() => void ((event as { certSubject: string }).certSubject = "CN=boss"), TypeError);
    });
    assert.equal((await post(url, "trusted")).status, 200);
    assert.deepEqual(eventsOf(events, "error"), []);
  });

  const failures: Readonly<Record<string, () => unknown>> = {
    "that throw": () => {
      throw new Error("no directory");
    },
    "that reject": () => Promise.reject(new Error("no directory")),
    "that take too long": () => new Promise((resolve) => setTimeout(resolve, 600)),
  };
  for (const [name, listener] of Object.entries(failures)) {
    it(`${name} refuse the client even if they had accepted it, and are reported`, async (t) => {
      const { connector, url, events, processor } = await start(t, { limits: { listenerMs: 200 } });
      connector.once("sslClientAuthentication", (event) => {
        event.accept = true;
        return listener();
      });
      const { status, body } = await post(url, "trusted");
      assert.deepEqual([status, (JSON.parse(body) as Problem).code], [500, "QB_LISTENER"]);
      assert.deepEqual(eventsOf(events, "authorization"), []);
      assert.equal(processor.calls.length, 0);
      const [failure, ...more] = eventsOf(events, "error");
      assert.equal(failure?.error.code, "QB_LISTENER");
      assert.equal(more.length, 0);
      assert.equal((await post(url, "trusted")).status, 200);
    });
  }
});

describe("a refused client", () => {
  it("gets one answer and the end of its connection, however many requests it sends", async (t) => {
    const { port, events, processor } = await start(t);
    const client = new RawConnection(port, connect({ port, host: "127.0.0.1", rejectUnauthorized: false }));
    t.after(() => client.socket.destroy());
    client.write(rawRequest(query("1")) + rawRequest(query("2")) + rawRequest(query("3")));
    await until(() => client.closed, "the connection was ended");
    assert.match(client.received, /^HTTP\/1\.1 403 [^]*QB_CLIENT_CERTIFICATE/);
    assert.equal(client.answers, 1);
    assert.deepEqual(eventsOf(events, "authorization"), []);
    assert.equal(processor.calls.length, 0);
  });

  it("that sends nothing is ended in time", async (t) => {
    const { port, events } = await start(t, { limits: { headerMs: 300 } });
    const client = new RawConnection(port, connect({ port, host: "127.0.0.1", rejectUnauthorized: false }));
    t.after(() => client.socket.destroy());
    await until(() => eventsOf(events, "connected").length === 1, "it was refused");
    await until(() => client.closed, "the connection was ended");
    await until(() => eventsOf(events, "disconnected").length === 1, "its end was told");
  });

  it("learns no more from /health", async (t) => {
    const { url } = await start(t);
    const { status, body } = await post(`${url}/health`, "none", "-X", "GET");
    assert.deepEqual([status, (JSON.parse(body) as Problem).code], [403, "QB_CLIENT_CERTIFICATE"]);
  });
});

describe("sslClientAuthorities", () => {
  it("takes several, as texts or in one; each one's clients are trusted", async (t) => {
    const [one, two] = [readFileSync(authority.root.certificate, "utf8"), stranger.cert];
    for (const sslClientAuthorities of [[one, two], `${one}\n${two}`]) {
      const { url } = await start(t, { sslClientAuthorities });
      assert.equal((await post(url, "trusted")).status, 200);
      assert.equal((await post(url, "untrusted")).status, 200);
      assert.equal((await post(url, "self-signed")).status, 403);
    }
  });

  it("by default trusts whom Node.js trusts, and so none of these", async (t) => {
    const { connector, port, url } = await startConnector(t, {
      enableSSL: true,
      sslAuthenticateClients: true,
    });
    assert.equal((await post(url, "trusted")).status, 403);
    const { output } = await opensslClient(port, []);
    assert.match(output, /No client certificate CA names sent/);
    assert.equal(connector.sslAuthenticateClients, true);
  });

  it("without sslAuthenticateClients no certificate is asked for, and the event does not fire", async (t) => {
    const { url, events } = await start(t, { sslAuthenticateClients: false });
    assert.equal((await post(url, "self-signed")).status, 200);
    assert.deepEqual(eventsOf(events, "sslClientAuthentication"), []);
  });
});
