// A program that brings a connection into a phase, ends its connector in every way there is, and has to end by itself then.
//   node ending-connector.js CERTIFICATE PHASE
import assert from "node:assert/strict";
import { QBConnector } from "qbconnector";
import { ScriptedProcessor } from "./scripted-processor.js";
import { ENDINGS, RUNNING, TLS_PHASES } from "./tls-phases.js";
import { until } from "./until.js";

const AN_HOUR = 3_600_000;
const [, , store = "", name = ""] = process.argv;
const phase = TLS_PHASES[name] ?? RUNNING;

for (const [word, end] of Object.entries(ENDINGS)) {
  const processor = new ScriptedProcessor();
  // A timer that is forgotten is noticed.
  const limits = { headerMs: AN_HOUR, listenerMs: AN_HOUR, bodyMs: AN_HOUR, deadlineMs: AN_HOUR };
  const connector = new QBConnector({
    localPort: 0,
    quickbooks: processor,
    enableSSL: true,
    sslCert: { store },
    sslAuthenticateClients: true,
    authorizedUsers: [{ user: "Foo", password: "Bar" }],
    limits,
  });
  await connector.listen();
  const { client, release } = await phase(connector, processor);
  const ended = end(connector);
  if (phase === RUNNING) release();
  await ended;
  await until(() => client.closed, "the client's connection was ended");
  assert.equal(connector.listening, false, word);
}
console.log("the end");
