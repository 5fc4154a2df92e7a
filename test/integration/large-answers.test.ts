import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { startProgram, type Ended } from "../support/command.js";

const COUNT = 240_000;
/** Far more than the program and its compiled code take, and less than the answer. */
const HEAP_MB = 64;
const NOTE = "x".repeat(300);

function* accounts(): Generator<string> {
  yield '<?xml version="1.0" ?>\n<QBXML><QBXMLMsgsRs><AccountQueryRs statusCode="0">';
  for (let number = 1; number <= COUNT; number += 100) {
    let piece = "";
    for (let index = number; index < number + 100; index++)
      piece += `<AccountRet><ListID>${index}-1</ListID><Name>Account ${index}</Name><Desc>${index} ${NOTE}</Desc></AccountRet>\n`;
    yield piece;
  }
  yield "</AccountQueryRs></QBXMLMsgsRs></QBXML>";
}

async function startServer(t: TestContext): Promise<{ url: string; bytes: () => number }> {
  let bytes = 0;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "text/xml; charset=utf-8" });
    const source = Readable.from(accounts()).on("data", (piece: string) => (bytes += piece.length));
    pipeline(source, response).catch(() => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bytes: () => bytes };
}

function readWithSmallHeap(t: TestContext, url: string, how: string): Promise<Ended> {
  const script = fileURLToPath(new URL("../support/small-heap-reader.js", import.meta.url));
  return startProgram(t, process.execPath, [`--max-old-space-size=${HEAP_MB}`, script, url, how]).ended;
}

it("80 MB are read record by record in 64 MB of heap, which do not hold them all at once", async (t) => {
  const { url, bytes } = await startServer(t);
  const { code, stdout, stderr } = await readWithSmallHeap(t, url, "one by one");
  assert.equal(code, 0, stderr);
  assert.equal(stdout, `${COUNT}\n`);
  assert.ok(bytes() > 80_000_000, `${bytes()} bytes`);
  const whole = await readWithSmallHeap(t, url, "whole");
  assert.notEqual(whole.code, 0, "the same heap holds them all: this test shows nothing");
});
