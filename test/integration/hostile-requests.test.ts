import assert from "node:assert/strict";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { rawRequest } from "../support/http-exchange.js";
import { query } from "../support/message-sets.js";
import { gate } from "../support/scripted-processor.js";
import { underAttack } from "../support/siege.js";
import { until } from "../support/until.js";

const MEGABYTE = 1024 * 1024;
const TOO_LARGE = /^(?:HTTP\/1\.1 431 [^]*QB_HEADERS_TOO_LARGE[^]*)?$/;

underAttack("100,000 headers", {}, async (siege) => {
  const attacker = siege.open();
  attacker.write(rawRequest("").replace("\r\n\r\n", `\r\n${"a: b\r\n".repeat(100_000)}\r\n`));
  await siege.othersAreServed();
  await attacker.ended();
  assert.match(attacker.received, TOO_LARGE);
});

underAttack("over-long lines", {}, async (siege) => {
  const long = "x".repeat(MEGABYTE);
  const lines = {
    method: long,
    target: `GET /${long} HTTP/1.1\r\n`,
    version: `GET / HTTP/${long}`,
    "header name": `GET / HTTP/1.1\r\n${long}: x\r\n\r\n`,
    "header value": `GET / HTTP/1.1\r\nX: ${long}\r\n\r\n`,
  };
  for (const [name, bytes] of Object.entries(lines)) {
    const answer = await siege.answerTo(bytes);
    assert.match(
      answer,
      /^(?:HTTP\/1\.1 (?:400|431) [^]*QB_(?:HEADERS_TOO_LARGE|HTTP_MALFORMED)[^]*)?$/,
      name,
    );
    assert.ok(answer.length < 2_000, name);
  }
  const { status, body } = await siege.exchange({ path: `/${"y".repeat(12_000)}` });
  assert.equal(status, 404);
  assert.ok(body.length < 1_000, "what was asked for is not repeated at length");
  await siege.othersAreServed();
});

underAttack("a header beyond the 2000th counts as well", {}, async (siege) => {
  const answer = siege.open();
  answer.write(rawRequest("").replace("\r\n\r\n", `\r\n${"a:\r\n".repeat(3_000)}Origin: http://web\r\n\r\n`));
  await answer.answered();
  assert.match(answer.received, /QB_ORIGIN_REFUSED|QB_HEADERS_TOO_LARGE/);
  await siege.othersAreServed();
});

/** Some 1000:1, and 100,000:1. */
const BOMBS: Readonly<Record<string, () => [encoding: string, bytes: Buffer]>> = {
  gzip: () => ["gzip", gzipSync(Buffer.alloc(50 * MEGABYTE, 0x20))],
  brotli: () => [
    "br",
    brotliCompressSync(Buffer.alloc(100 * MEGABYTE, 0x20), {
      params: { [constants.BROTLI_PARAM_QUALITY]: 3, [constants.BROTLI_PARAM_LGWIN]: 24 },
    }),
  ],
};

for (const [name, make] of Object.entries(BOMBS))
  underAttack(`a ${name} bomb is answered 413`, { limits: { requestBytes: 100_000 } }, async (siege) => {
    const [encoding, bomb] = make();
    const answers = Array.from({ length: 8 }, () =>
      siege.send(bomb, { headers: { "content-encoding": encoding } }),
    );
    await siege.othersAreServed();
    for (const { status, json } of await Promise.all(answers)) {
      assert.deepEqual([status, json.code, json.details], [413, "QB_BODY_TOO_LARGE", { limit: 100_000 }]);
    }
    assert.deepEqual(siege.intruders, []);
  });

underAttack("a bomb in a bomb is not unpacked twice", {}, async (siege) => {
  const bomb = gzipSync(gzipSync(Buffer.alloc(50 * MEGABYTE, 0x20)));
  for (const [encoding, status] of [
    ["gzip", 400],
    ["gzip, gzip", 415],
  ] as const) {
    const answer = await siege.send(bomb, { headers: { "content-encoding": encoding } });
    assert.equal(answer.status, status, answer.body);
  }
  await siege.othersAreServed();
  assert.deepEqual(siege.intruders, []);
});

underAttack("pipelined requests are answered in their order", {}, async (siege) => {
  const { processor } = siege.running;
  processor.otherwise = (set) => `<QBXML>${set.requests[0]?.requestID}</QBXML>`;
  const ids = Array.from({ length: 60 }, (_, index) => `p${index}`);
  const attacker = siege.open();
  attacker.write(ids.map((id) => rawRequest(query(id))).join(""));
  await siege.othersAreServed();
  await attacker.answered(ids.length);
  await until(() => attacker.received.endsWith("</QBXML>"), "the last answer is complete");
  assert.deepEqual(
    [...attacker.received.matchAll(/<QBXML>(\w+)</g)].map((match) => match[1]),
    ids,
  );
  assert.deepEqual(siege.intruders, ids);
});

underAttack("pipelined requests that wait are bounded", {}, async (siege) => {
  const { connector } = siege.running;
  const { step, open } = gate();
  let deciding = 0;
  connector.on("authorization", async ({ user }) => {
    if (user !== "Slow") return;
    deciding++;
    await step({} as never, undefined);
  });
  const attacker = siege.open();
  const one = rawRequest("", { Authorization: `Basic ${btoa("Slow:x")}` }, "POST /tickets");
  attacker.write(one.repeat(100_000));
  await until(() => deciding > 0, "the first ones wait");
  await siege.othersAreServed();
  assert.ok(deciding <= 100, `${deciding} of one connection wait at once`);
  assert.ok(attacker.socket.writableLength > MEGABYTE, "the rest is not even read");
  attacker.socket.destroy();
  open();
});
