import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { Readable } from "node:stream";
import { test, type TestContext } from "node:test";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { basic, send } from "../support/http-exchange.js";
import { query } from "../support/message-sets.js";

const GIGABYTE = 1024 * 1024 * 1024;

async function startChild(t: TestContext): Promise<string> {
  const script = fileURLToPath(new URL("../support/small-heap-connector.js", import.meta.url));
  const child = spawn(process.execPath, ["--max-old-space-size=128", script], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  t.after(async () => {
    child.stdin.end();
    assert.deepEqual((await exited)[0], 0, "the connector lives to its end");
  });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  return `http://127.0.0.1:${String(port).trim()}`;
}

function* spaces(bytes: number): Generator<Buffer> {
  const chunk = Buffer.alloc(1024 * 1024, 0x20);
  for (let sent = 0; sent < bytes; sent += chunk.length) yield chunk;
}

/** Streams a gigabyte and gives what was answered, also when the connection was closed before all of it was sent. */
function sendGigabyte(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, {
      method: "POST",
      agent: false,
      headers: { authorization: basic("Foo:Bar"), "content-type": "text/xml", ...headers },
    });
    let answered = false;
    request.on("response", (response) => {
      answered = true;
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    request.on("error", (error) => {
      if (!answered) reject(error);
    });
    Readable.from(spaces(GIGABYTE))
      .on("error", () => {})
      .pipe(request);
  });
}

for (const [how, headers] of [
  ["with its length", { "content-length": String(GIGABYTE) }],
  ["in chunks", { "transfer-encoding": "chunked" }],
] as const) {
  test(
    `a gigabyte of spaces ${how} is answered 413 in 128 MB of heap, and others are served meanwhile`,
    { timeout: 60_000 },
    async (t) => {
      const url = await startChild(t);
      const large = sendGigabyte(url, headers);
      let served = 0;
      let done = false;
      const others = (async () => {
        do {
          assert.equal((await send(url, query(String(served)))).status, 200);
          served++;
        } while (!done);
      })();
      const { status, body } = await large;
      done = true;
      await others;
      assert.equal(status, 413);
      assert.match(body, /"code":"QB_BODY_TOO_LARGE"/);
      assert.ok(served >= 1);
      assert.equal((await send(url, query("after"))).status, 200);
    },
  );
}
