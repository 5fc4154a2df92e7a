import assert from "node:assert/strict";
import { basic, rawRequest } from "../support/http-exchange.js";
import { add, query } from "../support/message-sets.js";
import { underAttack } from "../support/siege.js";

/** What an attacker wants to have taken for a request of its own. */
const SMUGGLED = rawRequest(add("smuggled"));
const CHUNKED = chunk(query("outer"));
const REFUSED =
  /^HTTP\/1\.1 (?:400|431) [^]*application\/problem\+json[^]*(?:QB_HTTP_MALFORMED|QB_HEADERS_TOO_LARGE)/;

function chunk(text: string, extension = ""): string {
  return `${text.length.toString(16)}${extension}\r\n${text}\r\n`;
}

/** A request with the credentials of Foo and header lines exactly as given. */
function request(lines: string, body: string, start = "POST / HTTP/1.1"): string {
  const usual = `Host: connector\r\nAuthorization: ${basic("Foo:Bar")}\r\nContent-Type: text/xml\r\n`;
  return `${start}\r\n${usual}${lines}\r\n${body}`;
}

/** Ways to write where a body ends that two parsers could read differently. */
const AMBIGUOUS: Readonly<Record<string, string>> = {
  "length and chunks": request(
    `Content-Length: ${CHUNKED.length + 5}\r\nTransfer-Encoding: chunked\r\n`,
    `${CHUNKED}0\r\n\r\n${SMUGGLED}`,
  ),
  "chunks and length": request(
    "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    `${CHUNKED}0\r\n\r\n${SMUGGLED}`,
  ),
  "two lengths": request("Content-Length: 0\r\nContent-Length: 50\r\n", SMUGGLED),
  "the same length twice": request("Content-Length: 0\r\nContent-Length: 0\r\n", SMUGGLED),
  "a list of lengths": request("Content-Length: 0, 0\r\n", SMUGGLED),
  "a length with a sign": request("Content-Length: +0\r\n", SMUGGLED),
  "a negative length": request("Content-Length: -1\r\n", SMUGGLED),
  "a hexadecimal length": request("Content-Length: 0x10\r\n", SMUGGLED),
  "an empty length": request("Content-Length:\r\n", SMUGGLED),
  "a length beyond 64 bits": request("Content-Length: 18446744073709551616\r\n", SMUGGLED),
  "a blank before the colon": request("Content-Length : 0\r\n", SMUGGLED),
  "a blank before the colon of the encoding": request(
    "Transfer-Encoding : chunked\r\n",
    `0\r\n\r\n${SMUGGLED}`,
  ),
  "an encoding that is not the last one": request(
    "Transfer-Encoding: chunked, identity\r\n",
    `0\r\n\r\n${SMUGGLED}`,
  ),
  "two encodings": request(
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
    `0\r\n\r\n${SMUGGLED}`,
  ),
  "an unknown encoding": request("Transfer-Encoding: xchunked\r\n", `0\r\n\r\n${SMUGGLED}`),
  "an encoding with a control character": request("Transfer-Encoding: \vchunked\r\n", `0\r\n\r\n${SMUGGLED}`),
  "a folded header": request("X-A: b\r\n Transfer-Encoding: chunked\r\n", `0\r\n\r\n${SMUGGLED}`),
  "a folded encoding": request("Transfer-Encoding:\r\n chunked\r\n", `0\r\n\r\n${SMUGGLED}`),
  "a bare line feed between headers": request("X-A: b\nContent-Length: 0\r\n", SMUGGLED),
  "a bare carriage return in a header": request("X-A: b\rContent-Length: 0\r\n", SMUGGLED),
  "a NUL in a header": request("X-A: b\0\r\nContent-Length: 0\r\n", SMUGGLED),
  "a header without a colon": request("Content-Length 0\r\n", SMUGGLED),
  "bare line feeds everywhere": request("Content-Length: 0\r\n", "").replaceAll("\r", "") + SMUGGLED,
  "a chunk size with a sign": request("Transfer-Encoding: chunked\r\n", `+0\r\n\r\n${SMUGGLED}`),
  "a chunk size in 0x form": request("Transfer-Encoding: chunked\r\n", `0x0\r\n\r\n${SMUGGLED}`),
  "a negative chunk size": request("Transfer-Encoding: chunked\r\n", `-1\r\n\r\n${SMUGGLED}`),
  "a chunk size beyond 64 bits": request(
    "Transfer-Encoding: chunked\r\n",
    `10000000000000000\r\n${SMUGGLED}`,
  ),
  "no chunk size": request("Transfer-Encoding: chunked\r\n", `\r\n\r\n${SMUGGLED}`),
  "a chunk that is longer than its size": request(
    "Transfer-Encoding: chunked\r\n",
    `1\r\nxx\r\n0\r\n\r\n${SMUGGLED}`,
  ),
  "a chunk size line that ends with a bare line feed": request(
    "Transfer-Encoding: chunked\r\n",
    `1\nx\r\n0\r\n\r\n${SMUGGLED}`,
  ),
  "chunk extensions without end": request(
    "Transfer-Encoding: chunked\r\n",
    `1;${"a".repeat(100_000)}\r\nx\r\n0\r\n\r\n${SMUGGLED}`,
  ),
  "a length among the trailers": request(
    "Transfer-Encoding: chunked\r\n",
    `${CHUNKED}0\r\nContent-Length: 9\r\n\r\n${SMUGGLED}`,
  ),
  "trailers without end": request(
    "Transfer-Encoding: chunked\r\n",
    `${CHUNKED}0\r\n${"X-Trailer: x\r\n".repeat(10_000)}\r\n${SMUGGLED}`,
  ),
};

underAttack("conflicting lengths and chunks end the connection, and smuggle nothing", {}, async (siege) => {
  const attempts = Object.entries(AMBIGUOUS).map(async ([name, bytes]) => {
    const answer = await siege.answerTo(bytes);
    assert.match(answer, REFUSED, name);
    assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1, name);
  });
  await Promise.all(attempts);
  assert.deepEqual(siege.intruders, []);
  await siege.othersAreServed();
});

/** Bodies where nobody expects one: they are bodies all the same. */
const UNEXPECTED: Readonly<Record<string, [status: number, bytes: string]>> = {
  "of a GET": [200, rawRequest(SMUGGLED, {}, "GET /health")],
  "of a HEAD": [200, rawRequest(SMUGGLED, {}, "HEAD /health")],
  "of a request without credentials": [401, rawRequest(SMUGGLED, { Authorization: "" })],
  "of a request for nothing": [404, rawRequest(SMUGGLED, {}, "POST /nothing")],
  "of a DELETE": [204, rawRequest(SMUGGLED, {}, "DELETE /tickets/0")],
  "of an upgrade": [200, rawRequest(SMUGGLED, { Connection: "Upgrade", Upgrade: "h2c" }, "GET /health")],
  "in chunks with small extensions and trailers": [
    200,
    request(
      "Transfer-Encoding: chunked\r\nTrailer: Authorization\r\n",
      `${chunk(query("honest"), ";a=b")}000\r\nQB-Deadline-Ms: 0\r\nAuthorization: x\r\n\r\n`,
    ),
  ],
};

underAttack("bodies where nobody expects one hold no requests", {}, async (siege) => {
  for (const [name, [status, bytes]] of Object.entries(UNEXPECTED)) {
    const attacker = siege.open();
    attacker.write(bytes);
    await attacker.answered();
    attacker.write(rawRequest("", { Connection: "close" }, "GET /health"));
    await attacker.ended(name);
    const statuses = [...attacker.received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
    assert.deepEqual(statuses, [status, 200], name);
    assert.deepEqual(siege.intruders, [], name);
  }
  await siege.othersAreServed();
});

underAttack("a length that is too long gets nothing done", { timeout: 1 }, async (siege) => {
  const long = rawRequest(add("long"), { "Content-Length": String(add("long").length + 20) });
  const [waiting, leaving] = [siege.open(), siege.open()];
  waiting.write(long);
  leaving.socket.end(long);
  await siege.othersAreServed();
  await Promise.all([waiting.ended(), leaving.ended()]);
  assert.match(waiting.received, /^HTTP\/1\.1 408 [^]*[Cc]onnection: close[^]*QB_BODY_TIMEOUT/);
  assert.deepEqual(siege.intruders, []);
});

underAttack("a length that is too short does not cost the answer", {}, async (siege) => {
  const answer = await siege.answerTo(
    rawRequest(add("short"), { "Content-Length": String(add("short").length - 20) }),
  );
  assert.match(answer, /^HTTP\/1\.1 400 [^]*QB_XML_MALFORMED/);
  await siege.othersAreServed();
  assert.deepEqual(siege.intruders, []);
});
