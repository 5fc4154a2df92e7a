import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { rawRequest } from "../support/http-exchange.js";
import { query } from "../support/message-sets.js";
import { startConnector } from "../support/running-connector.js";
import { until } from "../support/until.js";

const MEGABYTE = 1024 * 1024;
const LARGE = randomBytes(32 * MEGABYTE);
/** What the systems of both ends hold is taken at once; what follows shows how the client is treated. */
const HELD = 9 * MEGABYTE;

describe("readers of large answers with timeout: 1", { concurrency: true, timeout: 60_000 }, () => {
  for (const [how, headers] of [
    ["as it is", {}],
    ["packed", { "Accept-Encoding": "gzip" }],
  ] as const) {
    it(`${how}: a steady one that is slow is not cut`, async (t) => {
      const client = await openReader(t, headers);
      client.socket.on("data", ({ length }: Buffer) => {
        client.socket.pause();
        setTimeout(() => client.socket.resume(), length / 600);
      });
      client.socket.resume();
      await until(() => client.socket.bytesRead >= HELD || client.ended, "more came than is held", 50_000);
      assert.equal(client.ended, false, `cut after ${client.socket.bytesRead} bytes`);
    });

    it(`${how}: one that takes nothing is cut`, async (t) => {
      const { connector } = await openReader(t, headers);
      let disconnected = 0;
      connector.on("disconnected", () => void disconnected++);
      await until(() => disconnected === 1, "it is cut");
    });
  }
});

async function openReader(t: TestContext, headers: Readonly<Record<string, string>>) {
  const { connector, port, processor } = await startConnector(t, { timeout: 1 });
  processor.otherwise = () => LARGE;
  const socket = connect(port, "127.0.0.1").pause();
  t.after(() => socket.destroy());
  const client = { connector, socket, ended: false };
  socket.on("close", () => (client.ended = true)).on("error", () => {});
  socket.write(rawRequest(query(), headers));
  return client;
}
