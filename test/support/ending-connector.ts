// A program that brings connections into every phase, ends their connectors in every way, and then has to end by itself.
//   node ending-connector.js CERTIFICATE
import assert from "node:assert/strict";
import { QBConnector } from "qbconnector";
import { ScriptedProcessor } from "./scripted-processor.js";
import { ENDINGS, RUNNING, TLS_PHASES } from "./tls-phases.js";
import { until } from "./until.js";

const AN_HOUR = 3_600_000;
const [, , store = ""] = process.argv;

function makeConnector(quickbooks: ScriptedProcessor): QBConnector {
  return new QBConnector({
    localPort: 0,
    quickbooks,
    enableSSL: true,
    sslCert: { store },
    sslAuthenticateClients: true,
    authorizedUsers: [{ user: "Foo", password: "Bar" }],
    // A timer that is forgotten is noticed.
    limits: { headerMs: AN_HOUR, listenerMs: AN_HOUR, bodyMs: AN_HOUR, deadlineMs: AN_HOUR },
  });
}

function whatIsLeft(): string {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => /Timeout|TCP/.test(kind))
    .join();
}

/** Waits without a timer of its own. */
async function nothingIsLeft(after: string): Promise<void> {
  const end = Date.now() + 10_000;
  while (whatIsLeft() !== "") {
    if (Date.now() > end) assert.fail(`${after}: ${whatIsLeft()} are left`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

for (const [name, phase] of Object.entries({ ...TLS_PHASES, "with a running request": RUNNING })) {
  for (const [word, end] of Object.entries(ENDINGS)) {
    const processor = new ScriptedProcessor();
    const connector = makeConnector(processor);
    await connector.listen();
    const { client, release } = await phase(connector, processor);
    const ended = end(connector);
    if (phase === RUNNING) release();
    await ended;
    await until(() => client.closed, "the client's connection was ended");
    await nothingIsLeft(`${word} ${name}`);
  }
}
console.log("the end");
