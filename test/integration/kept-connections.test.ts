import assert from "node:assert/strict";
import { Agent, createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { test } from "node:test";
import { send } from "../support/http-exchange.js";
import { query } from "../support/message-sets.js";
import { makeConnector } from "../support/running-connector.js";
import { until } from "../support/until.js";

const LARGE = "x".repeat(200_000);
const ANSWERS = 12;

for (const [how, headers] of [
  ["as they are", {}],
  ["packed", { "accept-encoding": "gzip" }],
] as const)
  test(`large answers ${how} leave nothing behind on a connection that is kept`, async (t) => {
    const { connector, processor } = makeConnector(t, { timeout: 3600 });
    processor.otherwise = () => LARGE;
    const server = createServer({ keepAliveTimeout: 0 });
    const sockets: Socket[] = [];
    server.on("connection", (socket) => sockets.push(socket));
    connector.attach(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => (agent.destroy(), server.close()));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (let answer = 0; answer < ANSWERS; answer++)
      assert.equal((await send(url, query(String(answer)), { agent, headers })).status, 200);
    const listeners = (): number => sockets[0]?.listenerCount("close") ?? 0;
    await until(() => listeners() < ANSWERS, "no answer of the past listens for the end of the connection");
    assert.equal(sockets.length, 1, "one connection carried all answers");
  });
