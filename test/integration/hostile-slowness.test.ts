import assert from "node:assert/strict";
import { rawRequest } from "../support/http-exchange.js";
import { query } from "../support/message-sets.js";
import { ANSWER } from "../support/scripted-processor.js";
import { underAttack, type Attacker } from "../support/siege.js";
import { until } from "../support/until.js";

const MANY = 30;
const LARGE = Buffer.concat([Buffer.from(ANSWER), Buffer.alloc(16 * 1024 * 1024, 0x20)]);
const ONLY_408 = /^(?:HTTP\/1\.1 408 [^]*)?$/;

/** Keeps on writing the same piece until the connection is ended. */
function drip(attacker: Attacker, piece: string): void {
  const timer = setInterval(() => attacker.write(piece), 40);
  attacker.socket.once("close", () => clearInterval(timer));
}

async function allEnded(attackers: readonly Attacker[]): Promise<void> {
  for (const attacker of attackers) await attacker.ended();
}

underAttack(
  "slow headers are cut off after limits.headerMs",
  { limits: { headerMs: 500 } },
  async (siege) => {
    const attackers = siege.openMany(MANY);
    for (const attacker of attackers) {
      attacker.write("POST / HTTP/1.1\r\nHost: connector\r\n");
      drip(attacker, "X: x\r\n");
    }
    await siege.othersAreServed();
    await allEnded(attackers);
    for (const { received } of attackers) assert.match(received, ONLY_408);
  },
);

underAttack(
  "connections on which nothing comes are cut off",
  { limits: { headerMs: 500 } },
  async (siege) => {
    const attackers = siege.openMany(MANY);
    await siege.othersAreServed();
    await allEnded(attackers);
  },
);

underAttack("kept connections without a next request are cut off", { timeout: 1 }, async (siege) => {
  const attackers = siege.openMany(MANY);
  for (const attacker of attackers) attacker.write(rawRequest("", {}, "GET /health"));
  for (const attacker of attackers) await attacker.answered();
  await siege.othersAreServed();
  await allEnded(attackers);
});

underAttack("slow bodies are cut off after limits.bodyMs", { limits: { bodyMs: 500 } }, async (siege) => {
  const attackers = siege.openMany(MANY);
  for (const attacker of attackers) {
    attacker.write(rawRequest("", { "Content-Length": "100000" }));
    drip(attacker, " ");
  }
  await siege.othersAreServed();
  await allEnded(attackers);
  for (const { received } of attackers) assert.match(received, ONLY_408);
  assert.deepEqual(siege.intruders, []);
});

for (const [name, target, headers, status] of [
  ["of a refused request", "POST /", { Authorization: "Basic eDp5", "Content-Length": "100000" }, 401],
  ["that nobody reads", "GET /health", { "Content-Length": "100000" }, 200],
] as const)
  underAttack(
    `a slow body ${name} does not hold its connection for ever`,
    { limits: { bodyMs: 500 } },
    async (siege) => {
      const attacker = siege.open();
      attacker.write(rawRequest("", headers, target));
      drip(attacker, " ");
      await attacker.answered();
      await siege.othersAreServed();
      await attacker.ended();
      assert.match(attacker.received, new RegExp(`^HTTP/1.1 ${status} `));
    },
  );

underAttack("slow readers of large answers are cut off after timeout", { timeout: 1 }, async (siege) => {
  const { processor } = siege.running;
  processor.otherwise = (set) => (set.requests[0]?.requestID === "large" ? LARGE : ANSWER);
  const attackers = siege.openMany(8);
  for (const attacker of attackers) {
    attacker.write(rawRequest(query("large")));
    attacker.socket.pause();
  }
  await until(() => siege.intruders.length === attackers.length, "every large answer is made");
  await siege.othersAreServed();
  await until(() => siege.openConnections <= 1, "only the honest client is left");
});

underAttack(
  "readers of nothing who send on and on are cut off after timeout",
  { timeout: 1 },
  async (siege) => {
    const attacker = siege.open();
    attacker.socket.pause();
    const burst = rawRequest("", {}, "GET /health").repeat(500);
    const timer = setInterval(() => {
      if (attacker.socket.writableLength < burst.length) attacker.write(burst);
    }, 1);
    attacker.socket.once("close", () => clearInterval(timer));
    await until(() => siege.openConnections >= 1, "the attacker is connected");
    await until(() => attacker.socket.writableLength > 0, "nothing is taken from the attacker any more");
    await siege.othersAreServed();
    await attacker.ended();
  },
);
