import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { inspect } from "node:util";
import type { QBError } from "qbconnector";
import type { HttpSettings } from "../../../../dist/online/http/dispatcher.js";
import type { HttpRequest } from "../../../../dist/online/http/http-client.js";
import { UndiciClient } from "../../../../dist/online/http/undici-client.js";
import { makeCertificate } from "../../../support/certificates.js";
import { NO_PROGRAMS } from "../../../support/command.js";
import { startRawServer, type Reply } from "../../../support/raw-server.js";
import { until } from "../../../support/until.js";

const SECRET = "planted-token-4711";

function answer(body: string, head = "200 OK"): Reply {
  return (socket) => void socket.end(`HTTP/1.1 ${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
}

function clientOf(t: TestContext, settings?: HttpSettings): UndiciClient {
  const client = new UndiciClient(settings);
  t.after(() => client.close());
  return client;
}

function request(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: "POST", url: new URL(url), headers: {}, body: "{}", timeoutMs: 20_000, ...more };
}

async function failure(work: Promise<unknown>): Promise<QBError> {
  const error = await work.then(
    () => assert.fail("it did not fail"),
    (reason: QBError) => reason,
  );
  assert.ok(!inspect(error, { depth: 9 }).includes(SECRET), inspect(error, { depth: 9 }));
  return error;
}

const facts = ({ code, outcome, retryable }: QBError): unknown => [code, outcome, retryable];

describe("UndiciClient", () => {
  it("sends method, path, query, headers and body, and gives status, headers and body", async (t) => {
    const server = await startRawServer(t, answer("done", "201 Created\r\nX-Two: a\r\nx-two: b"));
    const client = clientOf(t);
    const url = `${server.url}/a/b?c=d%20e`;
    const given = await client.send(request(url, { headers: { "x-one": "1" }, body: "body" }));
    assert.deepEqual([given.status, given.headers["x-two"], await given.body.text()], [201, "a, b", "done"]);
    assert.match(server.requests[0]?.head ?? "", /^POST \/a\/b\?c=d%20e HTTP\/1\.1\r\n[^]*x-one: 1/);
    assert.equal(server.requests[0]?.body, "body");
  });

  it("gives the body as bytes, as a stream and in pieces", async (t) => {
    const server = await startRawServer(t, answer("done"));
    const client = clientOf(t);
    const send = () => client.send(request(server.url));
    assert.equal(Buffer.from(await (await send()).body.bytes()).toString(), "done");
    for (const body of [(await send()).body.stream(), (await send()).body]) {
      let text = "";
      for await (const chunk of body) text += Buffer.from(chunk as Uint8Array).toString();
      assert.equal(text, "done");
    }
  });

  it("follows no redirect", async (t) => {
    const server = await startRawServer(t, answer("", "302 Found\r\nlocation: /elsewhere"));
    const client = clientOf(t);
    const given = await client.send(request(server.url, { method: "GET", body: undefined }));
    await given.body.dump();
    assert.deepEqual(
      [given.status, given.headers["location"], server.requests.length],
      [302, "/elsewhere", 1],
    );
  });

  it("tells a request that never left from one whose answer was lost", async (t) => {
    const server = await startRawServer(t, (socket) => void socket.destroy());
    const client = clientOf(t);
    const url = `${server.url}/?code=${SECRET}`;
    const lost = ["QB_CONNECTION_LOST", "unknown", false];
    assert.deepEqual(facts(await failure(client.send(request(url)))), lost);
    const read = request(url, { method: "GET", body: undefined });
    assert.deepEqual(facts(await failure(client.send(read))), ["QB_CONNECTION_LOST", "not_applied", true]);
    assert.equal(server.requests.length, 2);
    await server.close();
    assert.deepEqual(facts(await failure(client.send(request(url)))), [
      "QB_UNREACHABLE",
      "not_applied",
      true,
    ]);
  });

  it("says nothing of an answer that is no HTTP", async (t) => {
    const server = await startRawServer(
      t,
      (socket) => void socket.end(`{"access_token":"${SECRET}"}\r\n\r\n`),
    );
    assert.equal((await failure(clientOf(t).send(request(server.url)))).code, "QB_CONNECTION_LOST");
  });

  it("fails in the body when the answer is cut", async (t) => {
    const cut = `HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n${SECRET}`;
    const server = await startRawServer(t, (socket) => void socket.end(cut));
    const client = clientOf(t);
    for (const read of ["text", "bytes"] as const) {
      const { body } = await client.send(request(server.url));
      assert.deepEqual(facts(await failure(body[read]())), ["QB_CONNECTION_LOST", "unknown", false]);
    }
    const { body } = await client.send(request(server.url));
    const stream = body.stream();
    const error = await failure((async () => void (await stream.toArray()))());
    assert.equal(error.code, "QB_CONNECTION_LOST");
  });

  it("ends a request by its time limit, its signal and close(), also in the body", async (t) => {
    for (const begun of ["", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx"]) {
      const server = await startRawServer(t, (socket) => void socket.write(begun));
      const client = new UndiciClient();
      const whole = async (more: Partial<HttpRequest>): Promise<string> =>
        (await client.send(request(server.url, more))).body.text();
      assert.equal((await failure(whole({ timeoutMs: 50 }))).code, "QB_TIMEOUT");
      const controller = new AbortController();
      const aborted = failure(whole({ signal: controller.signal }));
      await until(() => server.requests.length === 2, "the second request came");
      controller.abort();
      assert.deepEqual(facts(await aborted), ["QB_ABORTED", "unknown", false]);
      const closed = failure(whole({}));
      await until(() => server.requests.length === 3, "the third request came");
      await Promise.all([client.close(), client.close()]);
      assert.equal((await closed).code, "QB_CLOSED");
      assert.equal((await failure(client.send(request(server.url)))).code, "QB_CLOSED");
      assert.equal(server.requests.length, 3);
    }
  });

  it("sends what stays on this machine to no proxy elsewhere, which would read it", async (t) => {
    const server = await startRawServer(t, answer("done"));
    const far = { url: new URL("http://proxy.invalid"), user: undefined, password: undefined };
    const given = await clientOf(t, { proxy: far }).send(request(server.url));
    assert.equal(await given.body.text(), "done");
    const elsewhere = clientOf(t, { proxy: far }).send(request("https://localhost:1"));
    assert.equal((await failure(elsewhere)).code, "QB_UNREACHABLE");
  });

  it("lets a request run whose time limit is longer than a timer's", async (t) => {
    const server = await startRawServer(
      t,
      (socket, given) => void setTimeout(() => answer("done")(socket, given), 50),
    );
    const given = await clientOf(t).send(request(server.url, { timeoutMs: 2 ** 31 }));
    assert.equal(await given.body.text(), "done");
  });

  it("trusts what Node.js trusts, and the certificates given", { skip: NO_PROGRAMS }, async (t) => {
    const { key, cert } = makeCertificate();
    const server = await startRawServer(t, answer("done"), { key, cert });
    const refused = await failure(clientOf(t).send(request(server.url)));
    assert.deepEqual(facts(refused), ["QB_TLS", "not_applied", false]);
    assert.equal(server.requests.length, 0);
    const client = clientOf(t, { certificates: [cert] });
    assert.equal(await (await client.send(request(server.url))).body.text(), "done");
    const other = makeCertificate({ names: ["elsewhere.example"] });
    const wrong = await startRawServer(t, answer("done"), { key: other.key, cert: other.cert });
    const elsewhere = clientOf(t, { certificates: [other.cert] });
    assert.equal((await failure(elsewhere.send(request(wrong.url)))).code, "QB_TLS");
  });
});
