import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { rawRequest } from "../support/http-exchange.js";
import { add } from "../support/message-sets.js";
import { underAttack, type Attacker } from "../support/siege.js";
import { until } from "../support/until.js";

const MANY = 20;
const HTTPS = ["HTTPS"] as const;

/** What Node's own client says first. */
async function clientHello(): Promise<Buffer> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connectTls({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
  client.on("error", () => {});
  const [socket] = (await once(server, "connection")) as [Socket];
  socket.on("error", () => {});
  const [hello] = (await once(socket, "data")) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  await once(server, "close");
  return hello;
}

async function allEnded(attackers: readonly Attacker[]): Promise<void> {
  for (const attacker of attackers) await attacker.ended();
}

underAttack(
  "hellos that never end are cut off",
  { over: HTTPS, limits: { headerMs: 500 } },
  async (siege) => {
    const hello = await clientHello();
    const attackers = Array.from({ length: MANY }, () => siege.openBare());
    for (const [index, attacker] of attackers.entries()) {
      let sent = index;
      attacker.write(hello.subarray(0, sent));
      const timer = setInterval(() => {
        if (sent < hello.length - 1) attacker.write(hello.subarray(sent, ++sent));
      }, 40);
      attacker.socket.once("close", () => clearInterval(timer));
    }
    await siege.othersAreServed();
    await allEnded(attackers);
  },
);

underAttack("hellos that say nothing sensible end the connection", { over: HTTPS }, async (siege) => {
  const hello = await clientHello();
  const nonsense = [
    Buffer.concat([hello.subarray(0, 5), Buffer.alloc(hello.length - 5, 0xff)]),
    Buffer.concat([hello.subarray(0, 3), Buffer.from([0xff, 0xff]), Buffer.alloc(70_000, 1)]),
    Buffer.concat([Buffer.from([0x80, 0x2e, 1, 3, 1]), Buffer.alloc(100)]),
    Buffer.from("1503010002025a", "hex"),
    Buffer.from("18030100030100ff", "hex"),
  ];
  const attackers = nonsense.map((bytes) => {
    const attacker = siege.openBare();
    attacker.write(bytes);
    return attacker;
  });
  await siege.othersAreServed();
  await allEnded(attackers);
  for (const { received } of attackers) assert.doesNotMatch(received, /HTTP\/1\.1 [25]/);
});

underAttack("HTTP spoken to TLS gets 400 and does nothing", { over: HTTPS }, async (siege) => {
  const attacker = siege.openBare();
  attacker.write(rawRequest(add("plain")));
  await attacker.ended();
  assert.match(attacker.received, /^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*QB_TLS/);
  await siege.othersAreServed();
  assert.deepEqual(siege.intruders, []);
});

underAttack("TLS spoken to HTTP gets 400 and ends", { over: ["HTTP"] }, async (siege) => {
  const attacker = siege.openBare();
  attacker.write(await clientHello());
  await attacker.ended();
  assert.match(attacker.received, /^HTTP\/1\.1 400 /);
  const client = connectTls({ host: "127.0.0.1", port: siege.running.port, rejectUnauthorized: false });
  const [error] = (await once(client, "error")) as [NodeJS.ErrnoException];
  assert.match(String(error.code), /^ERR_SSL_/);
  await siege.othersAreServed();
});

underAttack("early talkers: plain bytes around the hello reach nobody", { over: HTTPS }, async (siege) => {
  const hello = await clientHello();
  const plain = Buffer.from(rawRequest(add("plain")));
  const attackers = [Buffer.concat([plain, hello]), Buffer.concat([hello, plain])].map((bytes) => {
    const attacker = siege.openBare();
    attacker.write(bytes);
    return attacker;
  });
  await siege.othersAreServed();
  await allEnded(attackers);
  assert.match(attackers[0]?.received ?? "", /^HTTP\/1\.1 400 [^]*QB_TLS/);
  assert.doesNotMatch(attackers[1]?.received ?? "", /HTTP/);
  assert.deepEqual(siege.intruders, []);
});

underAttack(
  "early talkers: a request right behind the handshake waits for the decision",
  { over: HTTPS },
  async (siege) => {
    const { connector } = siege.running;
    connector.on("connectionRequest", async (event) => {
      await new Promise((resolve) => setImmediate(resolve));
      event.accept = event.address !== "127.0.0.2";
    });
    const refused = siege.open("127.0.0.2");
    refused.write(rawRequest(add("refused")));
    await refused.ended();
    const accepted = siege.open("127.0.0.3");
    accepted.write(rawRequest(add("accepted")));
    await accepted.answered();
    assert.deepEqual(siege.intruders, ["accepted"]);
    await siege.othersAreServed();
  },
);

underAttack("resets in the handshake", { over: HTTPS }, async (siege) => {
  const hello = await clientHello();
  for (let round = 0; round < 5; round++) {
    const whole = connectTcp({ host: "127.0.0.1", port: siege.running.port });
    const [half, answered] = [siege.openBare(), siege.openBare()];
    half.write(hello.subarray(0, hello.length / 2));
    answered.write(hello);
    await until(() => answered.received.length > 0, "the connector answered the hello");
    await until(() => !whole.connecting, "it is connected");
    whole.resetAndDestroy();
    half.reset();
    answered.reset();
  }
  await siege.othersAreServed();
});

underAttack("renegotiation is refused", { over: HTTPS }, async (siege) => {
  const client = spawn("openssl", ["s_client", "-connect", `127.0.0.1:${siege.running.port}`, "-tls1_2"], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let output = "";
  client.stdout.on("data", (chunk) => (output += String(chunk)));
  client.stderr.on("data", (chunk) => (output += String(chunk)));
  await until(() => output.includes("Verify return code"), "openssl is connected");
  client.stdin.write("R\n");
  await once(client, "close");
  assert.match(output, /RENEGOTIATING/);
  assert.match(output, /no[_ ]renegotiation|unexpected eof|alert|:error:/i);
  assert.doesNotMatch(output, /RENEGOTIATING[^]*verify return:/, "no second handshake came about");
  await siege.othersAreServed();
});
