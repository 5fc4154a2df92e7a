import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connection } from "../../../dist/connector/connections.js";
import { Places } from "../../../dist/connector/places.js";

function arrive(places: Places, address: string): Connection {
  const connection = { address, active: 0 } as Connection;
  places.take(connection);
  return connection;
}

test("strangers give way first, of the network that has most of them, the oldest of it", () => {
  const places = new Places();
  places.trust(arrive(places, "10.0.0.1"));
  arrive(places, "10.0.0.2");
  const [oldest] = [arrive(places, "10.0.0.3"), arrive(places, "10.0.0.3")];
  assert.equal(places.nextToGo(), oldest);
});

test("of the known ones goes the idle one whose last authorization is the longest ago", () => {
  const places = new Places();
  const [first, second, third] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map((address) =>
    arrive(places, address),
  ) as [Connection, Connection, Connection];
  for (const connection of [first, second, third, first]) places.trust(connection);
  assert.equal(places.nextToGo(), second);
  second.active = 1;
  assert.equal(places.nextToGo(), third);
  places.leave(third);
  assert.equal(places.nextToGo(), first);
  first.active = 1;
  assert.equal(places.nextToGo(), undefined);
});

test("a connection is counted once, and leaves once", () => {
  const places = new Places();
  const connection = arrive(places, "10.0.0.1");
  places.trust(connection);
  places.trust(connection);
  assert.equal(places.taken, 1);
  places.leave(connection);
  places.leave(connection);
  places.trust(connection);
  assert.deepEqual([places.taken, places.nextToGo()], [0, undefined]);
});
