import assert from "node:assert/strict";
import { before, describe, it, type TestContext } from "node:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeCertificate, newFolder } from "../support/certificates.js";
import { startProgram } from "../support/command.js";
import { exchange } from "../support/http-exchange.js";
import { eventsOf, recordEvents } from "../support/recorded-events.js";
import { startConnector } from "../support/running-connector.js";
import { ANSWER } from "../support/scripted-processor.js";
import { ENDINGS, RUNNING, TLS_PHASES, type Phase } from "../support/tls-phases.js";
import { until } from "../support/until.js";

const HEALTH = { path: "/health", method: "GET", credentials: null } as const;
let store = "";

before(() => {
  store = join(newFolder(), "store.pem");
  const { key, cert } = makeCertificate({ days: 100 });
  writeFileSync(store, key + cert);
});

async function reach(t: TestContext, phase: Phase) {
  const running = await startConnector(t, {
    enableSSL: true,
    sslCert: { store },
    sslAuthenticateClients: true,
  });
  const events = recordEvents(running.connector, ["connected", "disconnected", "authorization", "error"]);
  const reached = await phase(running.connector, running.processor);
  t.after(() => reached.client.socket.destroy());
  return { ...running, ...reached, events };
}

for (const [word, end] of Object.entries(ENDINGS)) {
  describe(word, () => {
    for (const [name, phase] of Object.entries(TLS_PHASES)) {
      it(`${name}: ends that connection, and waits for nobody`, async (t) => {
        const { connector, client, release, events, processor } = await reach(t, phase);
        await end(connector);
        await until(() => client.closed, "the connection was ended");
        await until(() => eventsOf(events, "disconnected").length === 1, "its end was told");
        release();
        await new Promise((resolve) => setImmediate(resolve));
        assert.deepEqual(
          events.map((recorded) => recorded.name),
          ["connected", "disconnected"],
        );
        assert.equal(eventsOf(events, "connected")[0]?.statusCode === 0, name === "between two requests");
        assert.equal(processor.calls.length, 0);
        await connector.listen();
        const { status } = await exchange(`https://127.0.0.1:${connector.localPort}`, HEALTH);
        assert.equal(status, 403, "it serves anew");
      });
    }
  });
}

for (const word of ["close()", "listening = false"]) {
  it(`${word} lets a running request over TLS end, whose client has its answer`, async (t) => {
    const { connector, client, release } = await reach(t, RUNNING);
    const ended = ENDINGS[word]!(connector);
    await until(() => !connector.listening, "it stopped to listen");
    assert.equal(client.closed, false);
    release();
    await ended;
    await until(() => client.closed, "the connection was ended");
    assert.ok(
      client.received.startsWith("HTTP/1.1 200 ") && client.received.includes(ANSWER),
      client.received,
    );
  });
}

for (const word of ["close({ drainMs: 1 })", "destroy()", "reset()"]) {
  it(`${word} cuts a running request over TLS`, async (t) => {
    const { connector, client, processor } = await reach(t, RUNNING);
    await ENDINGS[word]!(connector);
    await until(() => client.closed, "the connection was ended");
    assert.doesNotMatch(client.received, /HTTP\/1\.1 200/);
    assert.equal(processor.openSessions, 0);
  });
}

it("a program whose connectors have ended in every phase ends by itself", { timeout: 60_000 }, async (t) => {
  const program = fileURLToPath(new URL("../support/ending-connector.js", import.meta.url));
  const { code, stdout, stderr } = await startProgram(t, process.execPath, [program, store]).ended;
  assert.deepEqual([code, stdout, stderr], [0, "the end\n", ""]);
});

describe("a client that leaves", () => {
  for (const [name, phase] of Object.entries({ ...TLS_PHASES, "with a running request": RUNNING })) {
    it(`${name}: nothing is left of it, and others are served`, async (t) => {
      const { connector, client, release, events } = await reach(t, phase);
      client.socket.destroy();
      // Nobody reads the socket, and so notices, as long as a listener decides.
      release();
      await until(() => eventsOf(events, "disconnected").length === 1, "its end was told");
      connector.once("sslClientAuthentication", (event) => void (event.accept = true));
      const { status } = await exchange(`https://127.0.0.1:${connector.localPort}`, HEALTH);
      assert.equal(status, 200);
      assert.deepEqual(
        events.slice(0, 2).map((recorded) => recorded.name),
        phase === RUNNING ? ["connected", "authorization"] : ["connected", "disconnected"],
      );
      assert.deepEqual(eventsOf(events, "error"), []);
    });
  }
});
