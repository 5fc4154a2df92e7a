import assert from "node:assert/strict";
import { connect } from "node:net";
import { it } from "node:test";
import { rawRequest } from "../support/http-exchange.js";
import { query } from "../support/message-sets.js";
import { startConnector } from "../support/running-connector.js";
import { gate } from "../support/scripted-processor.js";
import { clientOf } from "../support/typed-client.js";
import { until } from "../support/until.js";

it("who goes away takes all waiting calls along, also those whose answers stand behind another", async (t) => {
  const { connector, processor, port, url } = await startConnector(t);
  const { step, open } = gate();
  processor.steps.push(step);
  let [requests, disconnected] = [0, false];
  connector.on("request", () => void requests++);
  connector.on("disconnected", () => void (disconnected = true));
  const socket = connect(port, "127.0.0.1");
  t.after(() => socket.destroy());
  socket.write(["a", "b", "c"].map((id) => rawRequest(query(id))).join(""));
  await until(() => requests === 3, "two wait behind the first");
  socket.destroy();
  await until(() => disconnected, "the connector knows that it is gone");
  open();
  await clientOf(t, url).client.send(query("d"));
  assert.deepEqual(processor.order, ["a", "d"]);
});
