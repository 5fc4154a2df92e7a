import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { QBError, type Check } from "qbconnector";
import { checkCalls, type CallsFacts } from "../../../../dist/connector/diagnosis/calls-check.js";
import {
  checkCertificate,
  type CertificateFacts,
} from "../../../../dist/connector/diagnosis/certificate-check.js";
import { checkClock, RELEASED } from "../../../../dist/connector/diagnosis/clock-check.js";
import { lookAtPort } from "../../../../dist/connector/diagnosis/look-at-port.js";
import { checkPort, type PortState } from "../../../../dist/connector/diagnosis/port-check.js";
import { checkUsers, type UsersFacts } from "../../../../dist/connector/diagnosis/users-check.js";
import { startConnector } from "../../../support/running-connector.js";

type Case<Facts> = readonly [
  outcome: Check["outcome"],
  circumstances: string,
  facts: Facts,
  says: RegExp,
  fix?: RegExp,
];

function judge<Facts>(name: string, check: (facts: Facts) => Check, cases: readonly Case<Facts>[]): void {
  describe(name, () => {
    for (const [outcome, circumstances, facts, says, fix] of cases)
      it(`${outcome} ${circumstances}`, () => {
        const found = check(facts);
        assert.deepEqual([found.name, found.outcome], [name, outcome], found.summary);
        assert.match(found.summary, says);
        assert.equal(found.fix === undefined, fix === undefined, found.fix);
        if (fix !== undefined) assert.match(found.fix ?? "", fix);
      });
  });
}

const NOW = new Date("2027-03-01T12:00:00Z");
const AT = { host: "127.0.0.1", port: 2080 };

judge("port", ({ state, ...at }: { state: PortState; port?: number }) => checkPort({ ...AT, ...at, state }), [
  [
    "pass",
    "while this connector listens",
    { state: "listening" },
    /this connector listens on 127\.0\.0\.1, port 2080/,
  ],
  ["pass", "while another connector does", { state: "ours" }, /a connector listens/],
  ["warn", "when it is free", { state: "free" }, /nothing listens/, /qbconnector serve/],
  ["fail", "when another program has it", { state: "taken" }, /another program/, /localPort/],
  [
    "fail",
    "when the address is not ours",
    { state: { refused: "EADDRNOTAVAIL" } },
    /EADDRNOTAVAIL/,
    /localHost/,
  ],
  ["fail", "when the system reserves it", { state: { refused: "EACCES" } }, /EACCES/, /above 1023/],
  ["skip", "when none is set", { state: "free", port: 0 }, /a free one/],
]);

const CERTIFICATE = {
  subject: "CN=books",
  validFrom: new Date("2026-12-01T00:00:00Z"),
  validTo: new Date("2028-12-01T00:00:00Z"),
};
const TLS: CertificateFacts = {
  enableSSL: true,
  host: "0.0.0.0",
  certificate: CERTIFICATE,
  failure: undefined,
  selfMade: true,
  now: NOW,
};
const endingOn = (date: string): Partial<CertificateFacts> => ({
  certificate: { ...CERTIFICATE, validTo: new Date(date) },
});

judge("certificate", (facts: Partial<CertificateFacts>) => checkCertificate({ ...TLS, ...facts }), [
  ["pass", "when it has time", {}, /CN=books is valid until 2028-12-01, 640 days/],
  [
    "pass",
    "when it is still to be made",
    { certificate: undefined },
    /made when the connector first needs it/,
  ],
  ["warn", "in its last 30 days", endingOn("2027-03-30T12:00:00Z"), /2027-03-30, 29 days/, /cert renew/],
  ["warn", "on its last day", endingOn("2027-03-02T11:00:00Z"), /2027-03-02, 0 days/, /cert renew/],
  ["fail", "when it has ended", endingOn("2027-03-01T12:00:00Z"), /expired on 2027-03-01/, /cert renew/],
  [
    "fail",
    "when another's has ended",
    { ...endingOn("2027-02-01"), selfMade: false },
    /expired/,
    /renewed certificate/,
  ],
  [
    "fail",
    "before it begins",
    { now: new Date("2026-11-30T00:00:00Z") },
    /not valid before 2026-12-01/,
    /clock/,
  ],
  [
    "fail",
    "when it cannot be used",
    { certificate: undefined, failure: new QBError("QB_CERTIFICATE", "no key in it") },
    /no key in it/,
    /sslCert/,
  ],
  ["warn", "for plain HTTP beyond this machine", { enableSSL: false }, /clear text/, /enableSSL/],
  ["skip", "for plain HTTP on this machine", { enableSSL: false, host: "::1" }, /only for this machine/],
]);

judge("clock", (text: string) => checkClock(new Date(text)), [
  ["pass", "today", NOW.toISOString(), /2027-03-01T12:00:00/],
  ["pass", "on the day of the release", RELEASED.toISOString(), /clock says/],
  ["fail", "when the battery is empty", "2001-01-01T00:00:00Z", /2001.*before this version/, /Set date/],
  ["fail", "far in the future", "2106-01-01T00:00:00Z", /2106.*future/, /Set date/],
]);

const USERS: UsersFacts = { users: [], programDecides: false, asksWindows: false };
const ANN = { readOnly: false, authMode: "Normal" } as const;

judge("users", (facts: Partial<UsersFacts>) => checkUsers({ ...USERS, ...facts }), [
  ["fail", "when there are none", {}, /no users/, /qbconnector user add NAME/],
  ["pass", "when the program decides", { programDecides: true }, /the program decides/],
  ["pass", "when there is one", { users: [ANN] }, /^1 user, 0 of them read-only/],
  ["pass", "when there are several", { users: [ANN, { ...ANN, readOnly: true }] }, /^2 users, 1 of them/],
  [
    "warn",
    "when nobody asks Windows",
    { users: [ANN, { ...ANN, authMode: "Windows" }] },
    /^1 user with a W/,
    /on Windows/,
  ],
  [
    "pass",
    "when Windows is asked",
    { users: [{ ...ANN, authMode: "Windows" }], asksWindows: true },
    /^1 user,/,
  ],
]);

const IDLE: CallsFacts = { waiting: 0, running: undefined, lastSuccess: undefined, lastFailure: undefined };
const EARLIER = new Date("2027-03-01T11:00:00Z");

judge("calls", (facts: Partial<CallsFacts>) => checkCalls({ ...IDLE, ...facts }), [
  ["skip", "before the first", {}, /not called/],
  [
    "pass",
    "when the last one succeeded",
    { lastSuccess: NOW, lastFailure: { code: "QB_DEADLINE", at: EARLIER } },
    /succ/,
  ],
  [
    "fail",
    "when the last one failed",
    { lastSuccess: EARLIER, lastFailure: { code: "QB_QUICKBOOKS_BUSY", at: NOW } },
    /2027-03-01T12:00:00.000Z: QB_QUICKBOOKS_BUSY/,
    /Close the open dialog/,
  ],
  ["fail", "when all failed, whatever it was", { lastFailure: { code: "ODD", at: NOW } }, /ODD/, /log/],
  [
    "warn",
    "when one takes long",
    { running: { user: "Ann", sinceMs: 61_000 }, waiting: 3 },
    /61 s, and 3 wait/,
    /screen/,
  ],
  ["skip", "when one has just begun", { running: { user: "Ann", sinceMs: 100 } }, /not called/],
]);

async function listenOn(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe("lookAtPort", () => {
  it("knows a connector, with TLS and without, from its answer", async (t) => {
    for (const enableSSL of [true, false]) {
      const { port } = await startConnector(t, { enableSSL });
      assert.equal(await lookAtPort("127.0.0.1", port), "ours", `enableSSL: ${enableSSL}`);
    }
  });

  const ANSWERS: readonly (readonly [what: string, listener: RequestListener])[] = [
    ["another answer", (_, response) => response.end("hello")],
    ["a longer one", (_, response) => response.end('{"status":"ok"}'.padEnd(5_000))],
    [
      "an answer that breaks off",
      (_, response) =>
        response.writeHead(200, { "content-length": 99 }).write('{"status":"ok"}', () => response.destroy()),
    ],
  ];
  for (const [what, listener] of ANSWERS)
    it(`does not take ${what} for a connector's`, async (t) => {
      assert.equal(await lookAtPort("127.0.0.1", await listenOn(t, createServer(listener))), "taken");
    });

  it("waits for nobody who says nothing", async (t) => {
    assert.equal(
      await lookAtPort(
        "127.0.0.1",
        await listenOn(
          t,
          createTcpServer(() => {}),
        ),
      ),
      "taken",
    );
  });

  it("gives the port back, and tells what the system says against an address", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await lookAtPort("127.0.0.1", port), "free");
    assert.equal(await lookAtPort("127.0.0.1", port), "free");
    assert.deepEqual(await lookAtPort("192.0.2.1", port), { refused: "EADDRNOTAVAIL" });
  });
});
