import assert from "node:assert/strict";
import { test } from "node:test";
import { QBConnector, hashPassword } from "qbconnector";
import { exchange, send } from "../support/http-exchange.js";
import { query } from "../support/message-sets.js";
import { startConnector } from "../support/running-connector.js";
import { countScrypt } from "../support/scrypt-work.js";

test("whom a listener lets in costs one check, until a user of that name is listed", async (t) => {
  const { url, connector } = await startConnector(t);
  connector.on("authorization", (event) => void (event.accept = true));
  const guest = (): Promise<unknown> => send(url, query(), { credentials: "Guest:pw" });
  assert.equal(await countScrypt(guest), 1);
  assert.equal(await countScrypt(guest), 0);
  const matches: number[] = [];
  connector.addUser("Guest", "pw");
  connector.on("authorization", (event) => void matches.push(event.userIndex));
  await guest();
  connector.authorizedUsers.at(1).password = "other";
  await guest();
  assert.deepEqual(matches, [1, -1]);
});

test("after failed logins 429 with Retry-After; who was verified before is still served", async (t) => {
  const { url, connector, processor } = await startConnector(t);
  connector.addUser("Late", "pw");
  await send(url, query());
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 7; attempt++)
    statuses.push((await send(url, query(), { credentials: `Foo:wrong${attempt}` })).status);
  assert.deepEqual(statuses.slice(0, 5), [401, 401, 401, 401, 401]);
  assert.equal(statuses.at(-1), 429);
  const throttled = await send(url, query(), { credentials: "Late:pw" });
  assert.deepEqual([throttled.status, throttled.json.code], [429, "QB_THROTTLED"]);
  assert.match(throttled.headers["retry-after"] ?? "", /^[1-9]\d*$/);
  assert.equal((await send(url, query())).status, 200);
  assert.equal(await countScrypt(() => send(url, query(), { credentials: "Foo:again" })), 0);
  const elsewhere = await send(url, query(), { credentials: "Late:pw", localAddress: "127.0.0.2" });
  assert.equal(elsewhere.status, 200);
  assert.equal(processor.calls.length, 3);
});

test("a changed password, a removed user and a changed mode end what was verified", async (t) => {
  const { url, connector } = await startConnector(t);
  assert.equal((await send(url, query())).status, 200);
  connector.authorizedUsers.at(0).password = "New";
  assert.equal(connector.authorizedUsers.at(0).password, "");
  assert.equal((await send(url, query())).status, 401);
  assert.equal((await send(url, query(), { credentials: "Foo:New" })).status, 200);
  connector.authorizedUsers.remove("Foo");
  assert.equal((await send(url, query(), { credentials: "Foo:New" })).status, 401);
});

test("passwords may hold colons and any letters; the empty one opens nothing", async (t) => {
  const { url, connector } = await startConnector(t);
  connector.addUser("Käthe", "pä:ss wörd");
  connector.authorizedUsers.count = 3;
  assert.equal((await send(url, query(), { credentials: "Käthe:pä:ss wörd" })).status, 200);
  for (const credentials of ["Foo:", ":", ":Bar", "foo:Bar", "Foo:bar", "Foo"])
    assert.equal((await send(url, query(), { credentials })).status, 401, credentials);
});

test("a password hash serves as well as the password", async (t) => {
  const passwordHash = await hashPassword("secret");
  const { url } = await startConnector(t, { authorizedUsers: [{ user: "Foo", passwordHash }] });
  assert.equal((await send(url, query(), { credentials: "Foo:secret" })).status, 200);
  assert.equal((await send(url, query(), { credentials: `Foo:${passwordHash}` })).status, 401);
});

for (const [rule, one, two] of [
  ["127.0.0.1", true, false],
  ["127.0.0.2", false, true],
  ["127.0.0.0/8", true, true],
  ["127.0.0.1/32, ::1", true, false],
  ["127.0.0.2/31", false, true],
  ["127.*", true, true],
  ["127.0.0.*", true, true],
  ["10.*", false, false],
  ["*", true, true],
  ["", true, true],
] as const) {
  test(`allowedClients "${rule}" lets 127.0.0.1 ${one ? "in" : "not in"} and 127.0.0.2 ${two ? "in" : "not in"}`, async (t) => {
    const { url, connector, log } = await startConnector(t, { allowedClients: rule });
    const refused: number[] = [];
    connector.on("connected", ({ statusCode }) => void refused.push(statusCode));
    const comesIn = (localAddress: string): Promise<boolean> =>
      exchange(url, { path: "/health", method: "GET", credentials: null, localAddress }).then(
        ({ status }) => status === 200,
        () => false,
      );
    assert.deepEqual([await comesIn("127.0.0.1"), await comesIn("127.0.0.2")], [one, two]);
    assert.deepEqual(
      refused.map((code) => code === 0),
      [one, two],
    );
    const told = log.filter(({ fields }) => fields["code"] === "QB_CONNECTION_REFUSED").length;
    assert.equal(told, [one, two].filter((isIn) => !isIn).length);
  });
}

test("allowedClients refuses rules that mean nothing", () => {
  for (const allowedClients of [
    "localhost",
    "127.0.0",
    "127.0.0.1/33",
    "127.0.*.1",
    "::1/129",
    "300.1.1.1",
    "10.0.0.0/x",
  ])
    assert.throws(() => new QBConnector({ allowedClients }), { code: "QB_INVALID_ARGUMENT" }, allowedClients);
});
