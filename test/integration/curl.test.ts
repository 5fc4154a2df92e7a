import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { curl } from "../support/curl.js";
import { messageSet, query } from "../support/message-sets.js";
import { eventsOf, recordEvents } from "../support/recorded-events.js";
import { startConnector } from "../support/running-connector.js";
import { ANSWER } from "../support/scripted-processor.js";

const XML = ["-H", "Content-Type: text/xml"];
const FOO = ["-u", "Foo:Bar", ...XML];
const large = messageSet(`<CustomerQueryRq><FullName>${"x".repeat(2_000_000)}</FullName></CustomerQueryRq>`);

test("curl: Basic, as the documentation shows it", async (t) => {
  const { url, processor } = await startConnector(t);
  const { stdout, exitCode } = await curl([...FOO, "--data-binary", "@-", url], query());
  assert.deepEqual([exitCode, stdout], [0, ANSWER]);
  assert.equal(processor.calls.length, 1);
  const wrong = await curl(
    ["-u", "Foo:wrong", ...XML, "--data-binary", "@-", "-w", "%{http_code}", "-o", "/dev/null", url],
    query(),
  );
  assert.equal(wrong.stdout, "401");
  const asked = await curl([
    "--anyauth",
    ...FOO,
    "--data-binary",
    query(),
    "-w",
    "%{http_code}",
    "-o",
    "/dev/null",
    url,
  ]);
  assert.equal(asked.stdout, "200");
});

test("curl --compressed gets a packed answer and unpacks it; without it the answer is plain", async (t) => {
  const { url, processor } = await startConnector(t);
  const answer = `<QBXML>${"Käse ".repeat(20_000)}</QBXML>`;
  processor.otherwise = () => answer;
  const packed = await curl([...FOO, "--compressed", "--data-binary", "@-", "-v", url], query());
  assert.equal(packed.stdout, answer);
  assert.match(packed.stderr, /< content-encoding: gzip/i);
  const plain = await curl([...FOO, "--data-binary", "@-", "-v", url], query());
  assert.equal(plain.stdout, answer);
  assert.doesNotMatch(plain.stderr, /< content-encoding/i);
  assert.match(plain.stderr, /< content-type: text\/xml; charset=utf-8/i);
  const refusing = await curl(
    [...FOO, "-H", "Accept-Encoding: gzip;q=0", "--data-binary", "@-", url],
    query(),
  );
  assert.equal(refusing.stdout, answer);
  processor.otherwise = () => Buffer.from(answer);
  assert.equal((await curl([...FOO, "--compressed", "--data-binary", "@-", url], query())).stdout, answer);
  assert.throws(() => gunzipSync(Buffer.from(plain.stdout)));
});

test("curl with Expect: 100-continue sends a body of 2 MB after the word, and none when it is refused", async (t) => {
  const { url, processor } = await startConnector(t);
  const expect = ["-H", "Expect: 100-continue", "--expect100-timeout", "20", "-v"];
  const taken = await curl([...FOO, ...expect, "--data-binary", "@-", url], large);
  assert.equal(taken.stdout, ANSWER);
  assert.match(taken.stderr, /HTTP\/1\.1 100 Continue/);
  assert.ok((processor.calls[0]?.set.text.length ?? 0) > 2_000_000);
  const refused = await curl(
    [
      "-u",
      "Foo:wrong",
      ...XML,
      ...expect,
      "--data-binary",
      "@-",
      "-w",
      "%{http_code} %{size_upload}",
      "-o",
      "/dev/null",
      url,
    ],
    large,
  );
  assert.equal(refused.stdout, "401 0");
  const tooLarge = await curl(
    [...FOO, ...expect, "--data-binary", "@-", "-w", " %{http_code} %{size_upload}", "-o", "/dev/null", url],
    Buffer.alloc(17 * 1024 * 1024, 0x20),
  );
  assert.equal(tooLarge.stdout, " 413 0");
  assert.doesNotMatch(refused.stderr, /100 Continue/);
});

test("curl sends the body in chunks, packed or not", async (t) => {
  const { url, processor } = await startConnector(t);
  const chunked = ["-H", "Transfer-Encoding: chunked", "-T", "-", "-X", "POST"];
  assert.equal((await curl([...FOO, ...chunked, url], large)).stdout, ANSWER);
  const { gzipSync } = await import("node:zlib");
  assert.equal(
    (await curl([...FOO, ...chunked, "-H", "Content-Encoding: gzip", url], gzipSync(large))).stdout,
    ANSWER,
  );
  assert.equal(processor.calls[0]?.set.text, processor.calls[1]?.set.text);
});

test("curl keeps one connection for two requests", async (t) => {
  const { connector, url } = await startConnector(t);
  const events = recordEvents(connector, ["connected", "request"]);
  const { stdout } = await curl([...FOO, "--data-binary", query(), url, url]);
  assert.equal(stdout, ANSWER + ANSWER);
  assert.equal(eventsOf(events, "connected").length, 1);
  assert.equal(eventsOf(events, "request").length, 2);
});

test("curl opens, uses and closes a ticket, and asks for the health", async (t) => {
  const { url, processor } = await startConnector(t);
  const opened = await curl(["-u", "Foo:Bar", "-X", "POST", `${url}/tickets`]);
  const { ticket } = JSON.parse(opened.stdout) as { ticket: string };
  assert.equal(
    (await curl([...FOO, "--data-binary", "@-", `${url}/tickets/${ticket}`], query())).stdout,
    ANSWER,
  );
  const closed = await curl([
    "-u",
    "Foo:Bar",
    "-X",
    "DELETE",
    "-w",
    "%{http_code}",
    `${url}/tickets/${ticket}`,
  ]);
  assert.equal(closed.stdout, "204");
  assert.equal(processor.openSessions, 0);
  assert.deepEqual(JSON.parse((await curl([`${url}/health`])).stdout), { status: "ok" });
});

test("curl speaks HTTP/1.0 as well", async (t) => {
  const { url } = await startConnector(t);
  assert.equal((await curl([...FOO, "-0", "--data-binary", "@-", url], query())).stdout, ANSWER);
});
