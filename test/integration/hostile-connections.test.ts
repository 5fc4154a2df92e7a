import assert from "node:assert/strict";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { rawRequest } from "../support/http-exchange.js";
import { add, query } from "../support/message-sets.js";
import { ANSWER, gate } from "../support/scripted-processor.js";
import { underAttack, type Attacker, type Siege } from "../support/siege.js";
import { until } from "../support/until.js";

const FLOOD = 10_000;
/** Fewer than the system keeps for a program to accept; what it drops itself shows nothing. */
const WAVE = 400;
const CAP = 300;
const LARGE = Buffer.concat([Buffer.from(ANSWER), Buffer.alloc(16 * 1024 * 1024, 0x20)]);

/** Nothing is said on them. Who is in is served during each wave, and who comes between two waves gets in. */
underAttack("10,000 connections against the cap", { limits: { connections: CAP } }, async (siege) => {
  await siege.endHonestWork();
  const agent =
    siege.transport === "HTTP" ? new HttpAgent({ keepAlive: true }) : new HttpsAgent({ keepAlive: true });
  const kept = { agent };
  assert.equal((await siege.send(query("kept"), kept)).status, 200);
  const attackers: Attacker[] = [];
  let most = 0;
  while (attackers.length < FLOOD) {
    attackers.push(...Array.from({ length: WAVE }, () => siege.openBare()));
    for (let request = 0; request < 3; request++)
      assert.equal((await siege.send(query("kept"), kept)).status, 200);
    await until(() => attackers.every(({ socket }) => !socket.connecting), "the wave has arrived");
    await until(
      () => attackers.filter(({ closed }) => !closed).length <= CAP,
      "those beyond the cap are ended",
    );
    most = Math.max(most, siege.openConnections);
    assert.equal((await siege.send(query("new"))).status, 200);
  }
  assert.ok(most <= CAP, `${most} connections at once`);
  agent.destroy();
});

underAttack(
  "early talkers: what comes before the decision on a connection waits for it",
  {},
  async (siege) => {
    const { connector } = siege.running;
    const { step, open } = gate();
    const addresses: string[] = [];
    connector.on("connectionRequest", async (event) => {
      if (event.address === "127.0.0.1") return;
      addresses.push(event.address);
      await step({} as never, undefined);
      event.accept = event.address === "127.0.0.3";
    });
    const [refused, accepted] = [siege.open("127.0.0.2"), siege.open("127.0.0.3")];
    refused.write(rawRequest(add("refused")));
    accepted.write(rawRequest(add("accepted")));
    await until(() => addresses.length === 2, "both decisions are awaited");
    await siege.othersAreServed();
    assert.deepEqual(siege.intruders, []);
    open();
    await refused.ended();
    await accepted.answered();
    assert.equal(refused.received, "");
    assert.deepEqual(siege.intruders, ["accepted"]);
    connector.removeAllListeners("connectionRequest");
  },
);

underAttack("garbage behind a request ends the connection after its answer", {}, async (siege) => {
  const { processor } = siege.running;
  const { step, open } = gate();
  processor.otherwise = (set, signal) =>
    set.requests[0]?.requestID === "talker" ? step(set, signal) : ANSWER;
  const attacker = siege.open();
  attacker.write(`${rawRequest(query("talker"))}\0\x01garbage\r\n\r\n${rawRequest(add("behind"))}`);
  await until(() => siege.intruders.length === 1, "the request is at work");
  open();
  await attacker.ended();
  assert.match(attacker.received, /^HTTP\/1\.1 200 /);
  assert.deepEqual(siege.intruders, ["talker"]);
  await siege.othersAreServed();
});

/** Whoever ends the sending half counts as gone: it cannot be told from a client that closed its connection. */
underAttack("half-open connections: who ends its half has left", {}, async (siege) => {
  const { processor } = siege.running;
  const { step, open } = gate();
  processor.steps.push(step);
  const beginnings = ["", "POST / HT", "POST / HTTP/1.1\r\nHost: a\r\n", rawRequest(add("cut")).slice(0, -9)];
  const cut = beginnings.map((beginning) => {
    const attacker = siege.open();
    attacker.socket.end(beginning);
    return attacker;
  });
  const first = siege.send(query("first"));
  await processor.reached(2);
  const waiting = siege.open();
  waiting.write(rawRequest(add("waits")));
  await waitingCalls(siege, (count) => count >= 1);
  waiting.socket.end();
  for (const attacker of [...cut, waiting]) await attacker.ended();
  open();
  assert.equal((await first).status, 200);
  await siege.othersAreServed();
  assert.equal(siege.intruders.includes("waits"), false);
  assert.equal(siege.intruders.includes("cut"), false);
});

async function waitingCalls(siege: Siege, right: (count: number) => boolean): Promise<void> {
  for (;;) {
    const { json } = await siege.exchange({ path: "/health", method: "GET" });
    if (right((json["quickbooks"] as { waiting: number }).waiting)) return;
  }
}

type Phase = (siege: Siege, attacker: Attacker) => Promise<void>;

/** Where a connection is when it is reset. */
const PHASES: Readonly<Record<string, Phase>> = {
  "before its handshake": (_siege, attacker) => until(() => !attacker.tcp.connecting, "it is connected"),
  "before its first byte": (_siege, attacker) => attacker.connected(),
  "in the headers": async (_siege, attacker) => {
    await attacker.connected();
    attacker.write(rawRequest(add("headers")).slice(0, 40));
  },
  "in the body": async (_siege, attacker) => {
    await attacker.connected();
    attacker.write(rawRequest(add("body")).slice(0, -20));
  },
  "while the password is checked": async (_siege, attacker) => {
    await attacker.connected();
    attacker.write(rawRequest(add("password"), { Authorization: `Basic ${btoa("Foo:wrong")}` }));
  },
  "while QuickBooks works": async ({ running: { processor } }, attacker) => {
    const before = processor.calls.length;
    await attacker.connected();
    attacker.write(rawRequest(query("working")));
    await processor.reached(before + 1);
  },
  "in the answer": async (_siege, attacker) => {
    attacker.write(rawRequest(query("large")));
    await until(() => attacker.received.length > 1_000, "the answer began");
    attacker.socket.pause();
  },
};

for (const [phase, reach] of Object.entries(PHASES))
  underAttack(`resets ${phase}`, {}, async (siege) => {
    const { processor } = siege.running;
    processor.otherwise = (set) => (set.requests[0]?.requestID === "large" ? LARGE : ANSWER);
    for (let round = 0; round < 5; round++) {
      const attackers = siege.openMany(4);
      await Promise.all(attackers.map((attacker) => reach(siege, attacker)));
      for (const attacker of attackers) attacker.reset();
    }
    await siege.othersAreServed();
    await until(() => siege.openConnections <= 1, "the connector has noticed");
    const writes = siege.intruders.filter((id) => id !== "working" && id !== "large");
    assert.deepEqual(writes, []);
  });
