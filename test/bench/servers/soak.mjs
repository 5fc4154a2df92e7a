// Two connectors, HTTP and HTTPS, in front of a QuickBooks that fails at times. It tells what was really written, and what
// is left of everything when nobody is there any more.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromHresult, QBConnector } from "qbconnector";
import { PASSWORD, RESPONSE, USER } from "../messages.mjs";

const CANNOT_START = 0x80040408;
const CONNECTION_LOST = 0x800706ba;
const silent = () => {};
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const folder = mkdtempSync(join(tmpdir(), "qbconnector-soak-"));
let openSessions = 0;

const quickbooks = {
  async open() {
    if (chance(0.02)) throw fromHresult(CANNOT_START);
    openSessions++;
    let closed = false;
    return {
      companyFile: "C:\\soak.qbw",
      process,
      close: async () => {
        if (!closed) openSessions--;
        closed = true;
      },
    };
  },
};

async function process(set) {
  if (chance(0.02)) throw fromHresult(CANNOT_START);
  if (chance(0.3)) await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
  if (set.writes) globalThis.process.send({ written: set.requests.map(({ requestID }) => requestID) });
  if (chance(0.02)) throw fromHresult(CONNECTION_LOST);
  if (chance(0.01)) throw new Error("a fault of the road");
  return RESPONSE;
}

function chance(probability) {
  return Math.random() < probability;
}

const options = {
  localPort: 0,
  quickbooks,
  logger,
  timeout: 1,
  authorizedUsers: [{ user: USER, password: PASSWORD }],
  limits: { ticketIdleMs: 300, headerMs: 500, bodyMs: 500, connections: 200, companyFileWaitMs: 500 },
};
const connectors = [
  new QBConnector(options),
  new QBConnector({ ...options, enableSSL: true, sslCertFile: join(folder, "certificate.pem") }),
];
for (const connector of connectors) await connector.listen();
const ports = connectors.map(({ localPort }) => localPort);
const { pem, pin } = connectors[1].sslCert.exportPublic();

const answers = {
  /** Cuts one connector after a moment and starts it again, while its clients go on. */
  async restart({ index }) {
    const connector = connectors[index];
    await connector.close({ drainMs: 20 });
    connector.localPort = ports[index];
    await connector.listen();
    return {};
  },
  async state() {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc();
    const resources = globalThis.process.getActiveResourcesInfo().toSorted().join(" ");
    return { openSessions, resources, heap: globalThis.process.memoryUsage().heapUsed };
  },
  async end() {
    for (const connector of connectors) await connector.destroy();
    rmSync(folder, { recursive: true });
    return {};
  },
};
globalThis.process.on("message", (question) => {
  void answers[question.ask](question).then((state) => {
    globalThis.process.send({ answer: question.number, ...state });
  });
});
globalThis.process.on("disconnect", () => globalThis.process.exit(0));
globalThis.process.send({ ports, pem, pin });
