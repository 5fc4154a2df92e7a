import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import type { QBConnector, QBError } from "qbconnector";
import { makeAuthority, makeCertificate, newFolder, type Certificate } from "../support/certificates.js";
import { curl } from "../support/curl.js";
import { exchange } from "../support/http-exchange.js";
import { query } from "../support/message-sets.js";
import { eventsOf, recordEvents } from "../support/recorded-events.js";
import { makeConnector, startConnector } from "../support/running-connector.js";
import { ANSWER } from "../support/scripted-processor.js";
import { until } from "../support/until.js";

const HEALTH = { path: "/health", method: "GET", credentials: null } as const;
const folder = newFolder();
let certificate: Certificate;
let store = "";

before(() => {
  certificate = makeCertificate();
  store = join(folder, "store.pem");
  writeFileSync(store, certificate.key + certificate.cert);
});

function health(url: string): Promise<{ readonly status: number }> {
  return exchange(url, HEALTH);
}

describe("while the connector listens", () => {
  const changes: Readonly<Record<string, (connector: QBConnector) => void>> = {
    enableSSL: (connector) => (connector.enableSSL = false),
    sslStartMode: (connector) => (connector.sslStartMode = "None"),
    sslAuthenticateClients: (connector) => (connector.sslAuthenticateClients = true),
    UseInternalSecurityAPI: (connector) => void connector.config("UseInternalSecurityAPI=false"),
  };
  for (const [name, change] of Object.entries(changes)) {
    it(`${name} is locked, before and after it is not`, async (t) => {
      const { connector } = makeConnector(t, { enableSSL: true, sslCert: { store } });
      const state = () => [
        connector.enableSSL,
        connector.sslStartMode,
        connector.sslAuthenticateClients,
        connector.config("UseInternalSecurityAPI"),
      ];
      const starting = connector.listen();
      const locked = { code: "QB_PROPERTY_LOCKED", message: new RegExp(`^${name} cannot be changed`) };
      assert.throws(() => change(connector), locked, "while it starts");
      await starting;
      assert.throws(() => change(connector), locked);
      assert.deepEqual(state(), [true, "Implicit", false, "true"]);
      await connector.close();
      change(connector);
      assert.notDeepEqual(state(), [true, "Implicit", false, "true"]);
    });
  }

  it("sslCert is not", async (t) => {
    const { connector } = await startConnector(t, { enableSSL: true, sslCert: { store } });
    connector.sslCert.subject = "*";
    assert.equal(connector.sslCert.subject, "CN=localhost");
  });
});

describe("sslStartMode", () => {
  const meanings = { Implicit: true, implicit: true, 1: true, None: false, NONE: false, 3: false };
  for (const [mode, enableSSL] of Object.entries(meanings)) {
    it(`${mode} is enableSSL = ${enableSSL}`, async (t) => {
      const { connector } = makeConnector(t, { enableSSL: !enableSSL, sslCert: { store } });
      connector.sslStartMode = (/^\d$/.test(mode) ? Number(mode) : mode) as "None";
      assert.equal(connector.enableSSL, enableSSL);
      assert.equal(connector.sslStartMode, enableSSL ? "Implicit" : "None");
      await connector.listen();
      const url = `${enableSSL ? "https" : "http"}://127.0.0.1:${connector.localPort}`;
      assert.equal((await health(url)).status, 200);
    });
  }

  for (const mode of ["Automatic", "Explicit", 0, 2, 4, "", "toString", undefined, null]) {
    it(`${JSON.stringify(mode)} is refused with the reason, and changes nothing`, (t) => {
      const { connector } = makeConnector(t, { enableSSL: true, sslCert: { store } });
      assert.throws(() => (connector.sslStartMode = mode as never), {
        code: "QB_INVALID_ARGUMENT",
        message: /"Implicit" or "None" \(1 or 3\).*HTTP has no command that begins TLS/,
      });
      assert.equal(connector.sslStartMode, "Implicit");
    });
  }
});

describe("values that are not valid", () => {
  for (const name of ["enableSSL", "sslAuthenticateClients"] as const) {
    it(`${name} takes only true and false`, (t) => {
      const { connector } = makeConnector(t);
      for (const value of ["true", 1, null, {}])
        assert.throws(() => (connector[name] = value as never), {
          code: "QB_INVALID_ARGUMENT",
          message: new RegExp(`^${name} `),
        });
      assert.throws(() => makeConnector(t, { [name]: "yes" }), { code: "QB_INVALID_ARGUMENT" });
      assert.equal(connector[name], false);
    });
  }

  it("sslClientAuthorities without a certificate, or with a broken one", (t) => {
    const broken = certificate.cert.replace(/[A-Za-z0-9]{40}/, "A".repeat(40));
    for (const sslClientAuthorities of ["", "no certificate", [], [certificate.cert, broken]])
      assert.throws(() => makeConnector(t, { sslClientAuthorities }), {
        code: "QB_INVALID_ARGUMENT",
        message: /^sslClientAuthorities /,
      });
  });
});

describe("reset()", () => {
  it("restores what the constructor was given", async (t) => {
    const { connector } = await startConnector(t, {
      enableSSL: true,
      sslCert: { store },
      sslAuthenticateClients: true,
      sslClientAuthorities: makeAuthority().cert,
    });
    const { pin } = connector.sslCert.exportPublic();
    await connector.close();
    connector.enableSSL = false;
    connector.sslAuthenticateClients = false;
    connector.sslCert.encoded = ((other) => other.key + other.cert)(makeCertificate());
    connector.config("UseInternalSecurityAPI=false");
    assert.notEqual(connector.sslCert.exportPublic().pin, pin);
    await connector.reset();
    assert.deepEqual(
      [connector.enableSSL, connector.sslStartMode, connector.sslAuthenticateClients],
      [true, "Implicit", true],
    );
    assert.equal(connector.sslCert.exportPublic().pin, pin);
    assert.equal(connector.config("UseInternalSecurityAPI"), "true");
    await connector.listen();
    assert.equal((await health(`https://127.0.0.1:${connector.localPort}`)).status, 403);
  });

  it("restores the defaults, with the self-made certificate", async (t) => {
    const { connector } = makeConnector(t);
    const { pin } = connector.sslCert.exportPublic();
    connector.enableSSL = true;
    connector.sslAuthenticateClients = true;
    connector.sslCert.store = store;
    connector.sslCert.subject = "*";
    await connector.listen();
    await connector.reset();
    assert.deepEqual(
      [connector.enableSSL, connector.sslStartMode, connector.sslAuthenticateClients],
      [false, "None", false],
    );
    assert.deepEqual([connector.sslCert.store, connector.sslCert.exportPublic().pin], ["", pin]);
  });
});

describe("a certificate that cannot be used", () => {
  const unusable = {
    "a file that is not there": { store: join(folder, "none.pem") },
    "a store without a key": { store: "" },
    "a subject that is not there": { store: "", subject: "nobody" },
  };

  function options(name: keyof typeof unusable) {
    if (name === "a store without a key") return { store: certificate.certificateFile };
    return name === "a subject that is not there" ? { store, subject: "nobody" } : unusable[name];
  }

  for (const name of Object.keys(unusable) as (keyof typeof unusable)[]) {
    it(`${name}: listen() rejects, and works once it is corrected`, async (t) => {
      const { connector } = makeConnector(t, { enableSSL: true, sslCert: options(name) });
      const events = recordEvents(connector);
      await assert.rejects(connector.listen(), { code: "QB_CERTIFICATE" });
      assert.equal(connector.listening, false);
      assert.deepEqual(eventsOf(events, "error"), []);
      connector.sslCert.store = store;
      connector.sslCert.subject = "*";
      await connector.listen();
      assert.equal((await health(`https://127.0.0.1:${connector.localPort}`)).status, 200);
    });

    it(`${name}: listening = true reports it to error`, async (t) => {
      const { connector } = makeConnector(t, { enableSSL: true, sslCert: options(name) });
      const events = recordEvents(connector);
      connector.listening = true;
      await until(() => eventsOf(events, "error").length > 0, "error fired");
      const [failure, ...more] = eventsOf(events, "error");
      assert.deepEqual([failure?.error.code, failure?.connectionId, more.length], ["QB_CERTIFICATE", 0, 0]);
      assert.equal(connector.listening, false);
      connector.enableSSL = false;
      await connector.listen();
    });
  }

  it("matters nothing without enableSSL", async (t) => {
    const { url } = await startConnector(t, { sslCert: { store: join(folder, "none.pem") } });
    assert.equal((await health(url)).status, 200);
  });
});

describe("plain HTTP beyond this machine", () => {
  for (const localHost of ["0.0.0.0", "::", "192.0.2.1", "books.foo.com"]) {
    it(`on ${localHost} listen() rejects, and names the way out`, async (t) => {
      const { connector } = makeConnector(t, { localHost });
      await assert.rejects(connector.listen(), (error: QBError) => {
        assert.equal(error.code, "QB_INVALID_ARGUMENT");
        assert.match(error.message, /passwords in clear text/);
        assert.match(error.advice, /enableSSL: true.*allowInsecure: true/);
        return true;
      });
      assert.equal(connector.listening, false);
    });
  }

  it("goes with allowInsecure, and with enableSSL", async (t) => {
    const insecure = await startConnector(t, { localHost: "0.0.0.0", allowInsecure: true });
    assert.equal((await health(insecure.url)).status, 200);
    const secure = await startConnector(t, { localHost: "0.0.0.0", enableSSL: true, sslCert: { store } });
    const { stdout, stderr } = await curl(["--cacert", certificate.certificateFile, `${secure.url}/health`]);
    assert.equal(stdout, '{"status":"ok"}', stderr);
  });

  it("sslStartMode None takes the protection away again", async (t) => {
    const { connector } = await startConnector(t, {
      localHost: "0.0.0.0",
      enableSSL: true,
      sslCert: { store },
    });
    await connector.close();
    connector.sslStartMode = "None";
    await assert.rejects(connector.listen(), { code: "QB_INVALID_ARGUMENT" });
  });
});

describe("an HTTPS server of one's own", () => {
  for (const way of ["attach", "handler"] as const) {
    it(`${way}() serves on it, and no event of TLS fires: that is the server's own matter`, async (t) => {
      const { connector, processor } = makeConnector(t, {
        enableSSL: true,
        sslAuthenticateClients: true,
        sslCert: { store: join(folder, "none.pem") },
      });
      const events = recordEvents(connector);
      const server = createServer({ key: certificate.key, cert: certificate.cert });
      if (way === "attach") connector.attach(server, { path: "/quickbooks" });
      else server.on("request", connector.handler());
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      t.after(() => (server.closeAllConnections(), server.close()));
      const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}${way === "attach" ? "/quickbooks" : "/"}`;
      const what = ["-u", "Foo:Bar", "-H", "Content-Type: text/xml", "--data-binary", "@-"];
      const { stdout, stderr } = await curl(["--cacert", certificate.certificateFile, ...what, url], query());
      assert.equal(stdout, ANSWER, stderr);
      assert.equal(processor.calls.length, 1);
      await until(() => eventsOf(events, "disconnected").length === 1, "curl has gone");
      const names = events.map(({ name }) => name);
      assert.deepEqual(
        names.filter((name) => name.startsWith("ssl") || name === "error"),
        [],
      );
      assert.deepEqual(
        eventsOf(events, "connected").map(({ statusCode }) => statusCode),
        [0],
      );
    });
  }
});

describe("what can be read of the certificate", () => {
  it("is never its key or its password", async (t) => {
    const { connector, log } = await startConnector(t, {
      enableSSL: true,
      sslCert: { store: readFileSync(store), storePassword: "sesame" },
    });
    const { sslCert } = connector;
    const shown = JSON.stringify([
      sslCert,
      sslCert.store,
      sslCert.storePassword,
      sslCert.encoded,
      sslCert.exportPublic(),
      log,
    ]);
    assert.match(shown, /BEGIN CERTIFICATE/);
    assert.doesNotMatch(shown, /PRIVATE KEY|sesame/);
  });
});

describe("sslAuthenticateClients without enableSSL", () => {
  it("is refused by listen(), for nobody could show a certificate", async (t) => {
    const { connector } = makeConnector(t, { sslAuthenticateClients: true });
    await assert.rejects(connector.listen(), { code: "QB_INVALID_ARGUMENT", message: /without enableSSL/ });
    assert.equal(connector.listening, false);
  });
});
