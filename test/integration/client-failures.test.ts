import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { ERROR_CATALOGUE, QBClient, QBError, type ErrorCode, type QBClientOptions } from "qbconnector";
import { add, messageSet, query } from "../support/message-sets.js";
import { allCut, httpAnswer, startRawServer, XML_ANSWER, type Reply } from "../support/raw-server.js";
import { until } from "../support/until.js";

const PASSWORD = "s3cr3t-Passw0rd";
const BASE64 = Buffer.from(`Foo:${PASSWORD}`).toString("base64");
const XML = { "content-type": "text/xml; charset=utf-8" };
const UNKNOWN_REQUEST = messageSet("<NobodyKnowsRq/>");
const ITERATOR = messageSet('<CustomerQueryRq requestID="1" iterator="Start"/>');

function clientOf(t: TestContext, url: string, options: QBClientOptions = {}): QBClient {
  const client = new QBClient(`URL='${url}' User='Foo' Password='${PASSWORD}'`, options);
  t.after(() => client.destroy());
  return client;
}

async function failure(call: Promise<unknown>): Promise<QBError> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof QBError, inspect(error));
    const shown =
      inspect(error, { depth: 10, showHidden: true }) + error.message + JSON.stringify(error) + error.stack;
    assert.ok(!shown.includes(PASSWORD) && !shown.includes(BASE64), "the error shows the password");
    return error;
  }
  return assert.fail("the call did not fail");
}

interface Row {
  readonly name: string;
  readonly reply: Reply;
  readonly code: ErrorCode;
  /** What becomes of a write; a read was certainly not applied. */
  readonly write: "unknown" | "not_applied";
  readonly retryable: readonly [read: boolean, write: boolean];
  /** How often the server sees a read; writes, iterators and unknown requests always once. */
  readonly reads?: 2;
}

const html = httpAnswer(200, { "content-type": "text/html" }, "<html>Hello</html>");
const PROBLEM = { "content-type": "application/problem+json" };

const ROWS: readonly Row[] = [
  {
    name: "closed before the answer",
    reply: (socket) => socket.end(),
    code: "QB_CONNECTION_LOST",
    write: "unknown",
    retryable: [true, false],
    reads: 2,
  },
  {
    name: "reset before the answer",
    reply: (socket) => socket.resetAndDestroy(),
    code: "QB_CONNECTION_LOST",
    write: "unknown",
    retryable: [true, false],
    reads: 2,
  },
  {
    name: "cut after one byte of the head",
    reply: (socket) => socket.end("H"),
    code: "QB_CONNECTION_LOST",
    write: "unknown",
    retryable: [true, false],
  },
  {
    name: "cut in the head",
    reply: (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Ty"),
    code: "QB_CONNECTION_LOST",
    write: "unknown",
    retryable: [true, false],
  },
  {
    name: "cut in the body",
    reply: (socket) => socket.end(XML_ANSWER.subarray(0, -3)),
    code: "QB_CONNECTION_LOST",
    write: "unknown",
    retryable: [true, false],
  },
  {
    name: "cut in the body of a problem",
    reply: (socket) => socket.end(httpAnswer(503, PROBLEM, '{"code":"QB_QUEUE_FULL"}').subarray(0, -3)),
    code: "QB_CONNECTION_LOST",
    write: "unknown",
    retryable: [true, false],
  },
  {
    name: "cut in a packed body",
    reply: (socket) =>
      socket.end(
        httpAnswer(200, { ...XML, "content-encoding": "gzip" }, gzipSync("<QBXML/>")).subarray(0, -3),
      ),
    code: "QB_CONNECTION_LOST",
    write: "unknown",
    retryable: [true, false],
  },
  {
    name: "a packed body that is not",
    reply: (socket) => socket.end(httpAnswer(200, { ...XML, "content-encoding": "gzip" }, "<QBXML/>")),
    code: "QB_CONNECTION_LOST",
    write: "unknown",
    retryable: [true, false],
  },
  {
    name: "a web page",
    reply: (socket) => socket.write(html),
    code: "QB_NOT_A_CONNECTOR",
    write: "unknown",
    retryable: [false, false],
  },
  {
    name: "no content type",
    reply: (socket) => socket.write(httpAnswer(200, {}, "<QBXML/>")),
    code: "QB_NOT_A_CONNECTOR",
    write: "unknown",
    retryable: [false, false],
  },
  {
    name: "404 of a web server",
    reply: (socket) => socket.write(httpAnswer(404, { "content-type": "text/html" }, "no")),
    code: "QB_NOT_A_CONNECTOR",
    write: "not_applied",
    retryable: [false, false],
  },
  {
    name: "502 of a proxy",
    reply: (socket) => socket.write(httpAnswer(502, { "content-type": "text/html" }, "bad")),
    code: "QB_NOT_A_CONNECTOR",
    write: "unknown",
    retryable: [false, false],
  },
  {
    name: "401 of somebody else",
    reply: (socket) => socket.write(httpAnswer(401, { "content-type": "text/html" }, "no")),
    code: "QB_UNAUTHORIZED",
    write: "not_applied",
    retryable: [false, false],
  },
  {
    name: "a problem of somebody else",
    reply: (socket) => socket.write(httpAnswer(400, PROBLEM, '{"title":"x"}')),
    code: "QB_NOT_A_CONNECTOR",
    write: "not_applied",
    retryable: [false, false],
  },
  {
    name: "bytes that are not HTTP",
    reply: (socket) => socket.end("SSH-2.0-OpenSSH\r\n"),
    code: "QB_CONNECTION_LOST",
    write: "unknown",
    retryable: [true, false],
  },
];

describe("what a failed call says", () => {
  for (const { name, reply, code, write, retryable, reads = 1 } of ROWS) {
    it(name, async (t) => {
      const server = await startRawServer(t, reply);
      const client = clientOf(t, server.url);
      const read = await failure(client.send(query()));
      assert.deepEqual([read.code, read.outcome, read.retryable], [code, "not_applied", retryable[0]]);
      assert.equal(server.requests.length, reads, "how often the read was sent");
      for (const qbxml of [add(), UNKNOWN_REQUEST]) {
        const before: number = server.requests.length;
        const written = await failure(client.send(qbxml));
        assert.deepEqual([written.code, written.outcome, written.retryable], [code, write, retryable[1]]);
        assert.equal(server.requests.length, before + 1, "a write was sent again");
      }
      const before: number = server.requests.length;
      assert.equal((await failure(client.send(ITERATOR))).code, code);
      assert.equal(server.requests.length, before + 1, "an iterator was sent again");
    });
  }

  it("a closed port", async (t) => {
    const server = await startRawServer(t, () => {});
    await server.close();
    const error = await failure(clientOf(t, server.url).send(add()));
    assert.deepEqual([error.code, error.outcome, error.retryable], ["QB_UNREACHABLE", "not_applied", true]);
  });

  it("a host that nobody knows", async (t) => {
    const error = await failure(clientOf(t, "http://nonexistent.invalid:2080").send(add()));
    assert.deepEqual([error.code, error.outcome, error.retryable], ["QB_UNREACHABLE", "not_applied", true]);
  });

  for (const code of Object.keys(ERROR_CATALOGUE) as ErrorCode[]) {
    it(`the problem ${code} arrives as it was sent`, async (t) => {
      const document = {
        code,
        detail: "what happened",
        outcome: "unknown",
        retryable: true,
        who: "operator",
        advice: "do this",
        hresult: "0x80040400",
        details: { line: 7 },
      };
      const { status } = ERROR_CATALOGUE[code];
      const server = await startRawServer(t, (socket) => {
        socket.write(httpAnswer(status, { ...PROBLEM, "retry-after": "9" }, JSON.stringify(document)));
      });
      const error = await failure(clientOf(t, server.url).send(query()));
      assert.deepEqual(
        {
          code: error.code,
          detail: error.message,
          outcome: error.outcome,
          retryable: error.retryable,
          who: error.who,
          advice: error.advice,
          hresult: error.hresult,
          details: { ...error.details },
        },
        document,
      );
      assert.deepEqual([error.httpStatus, error.retryAfter], [status, 9]);
      assert.equal(server.requests.length, 1);
    });
  }

  it("a problem that something between has packed", async (t) => {
    const body = gzipSync(
      JSON.stringify({ code: "QB_QUEUE_FULL", detail: "full", outcome: "not_applied", retryable: true }),
    );
    const server = await startRawServer(t, (socket) => {
      socket.write(httpAnswer(503, { ...PROBLEM, "content-encoding": "gzip" }, body));
    });
    const error = await failure(clientOf(t, server.url).send(add()));
    assert.deepEqual([error.code, error.outcome, error.retryable], ["QB_QUEUE_FULL", "not_applied", true]);
  });

  it("a problem without end is cut off", async (t) => {
    let written = 0;
    const server = await startRawServer(t, (socket) => {
      socket.write("HTTP/1.1 500 X\r\ncontent-type: application/problem+json\r\n\r\n");
      const more = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 0x20))) written += 65_536;
      };
      socket.on("drain", more);
      more();
    });
    for (const call of [(c: QBClient) => c.send(query()), (c: QBClient) => c.openQBConnection()]) {
      const client = clientOf(t, server.url);
      assert.equal((await failure(call(client))).code, "QB_NOT_A_CONNECTOR");
      await until(() => allCut(server), "the connection was cut");
    }
    assert.ok(written < 64 * 1024 * 1024);
  });

  it("a redirection is not followed, so that the password goes nowhere else", async (t) => {
    const thief = await startRawServer(t, (socket) => socket.write(XML_ANSWER));
    for (const status of [301, 302, 307, 308]) {
      const server = await startRawServer(t, (socket) =>
        socket.write(httpAnswer(status, { location: thief.url })),
      );
      const error = await failure(clientOf(t, server.url).send(query()));
      assert.deepEqual(
        [error.code, error.httpStatus, error.outcome],
        ["QB_NOT_A_CONNECTOR", status, "not_applied"],
      );
    }
    assert.equal(thief.connections, 0);
  });

  it("an answer to openQBConnection that is none", async (t) => {
    for (const body of ["", "null", "[]", "{", '{"ticket":7}', '{"ticket":"../x"}']) {
      const server = await startRawServer(t, (socket) => socket.write(httpAnswer(201, {}, body)));
      assert.equal((await failure(clientOf(t, server.url).openQBConnection())).code, "QB_NOT_A_CONNECTOR");
    }
  });
});

describe("sending again", () => {
  it("a read succeeds at the second attempt", async (t) => {
    const server = await startRawServer(t, (socket, { number }) => {
      if (number === 1) socket.end();
      else socket.write(XML_ANSWER);
    });
    assert.equal(await clientOf(t, server.url).send(query()), "<QBXML/>");
    assert.equal(server.requests.length, 2);
  });

  it("also on a connection that has answered before", async (t) => {
    const server = await startRawServer(t, (socket, { number }) => {
      if (number === 2) socket.end();
      else socket.write(XML_ANSWER);
    });
    const client = clientOf(t, server.url, { connections: 1 });
    await client.send(query());
    assert.equal(await client.send(query()), "<QBXML/>");
    assert.deepEqual([server.requests.length, server.connections], [3, 2]);
  });

  it("not when a byte of the answer came on a connection that has answered before", async (t) => {
    const server = await startRawServer(t, (socket, { number }) => {
      if (number === 2) socket.end("HTT");
      else socket.write(XML_ANSWER);
    });
    const client = clientOf(t, server.url, { connections: 1 });
    await client.send(query());
    assert.equal((await failure(client.send(query()))).code, "QB_CONNECTION_LOST");
    assert.equal(server.requests.length, 2);
  });

  it("not for what cannot be read, nor with a message set id", async (t) => {
    const server = await startRawServer(t, (socket) => socket.end());
    const client = clientOf(t, server.url);
    for (const qbxml of [
      "no XML",
      messageSet("<CustomerQueryRq/>", 'onError="stopOnError" newMessageSetID="1"'),
    ]) {
      assert.equal((await failure(client.send(qbxml))).outcome, "unknown");
    }
    assert.equal(server.requests.length, 2);
  });
});

describe("ending a call", () => {
  const never: Reply = () => {};

  it("before: nothing is sent", async (t) => {
    const server = await startRawServer(t, never);
    const error = await failure(clientOf(t, server.url).send(add(), { signal: AbortSignal.abort() }));
    assert.deepEqual([error.code, error.outcome], ["QB_ABORTED", "not_applied"]);
    assert.equal(server.connections, 0);
  });

  it("while it waits for a free connection: certainly not applied", async (t) => {
    const server = await startRawServer(t, never);
    const client = clientOf(t, server.url, { connections: 1 });
    const running = failure(client.send(query("running")));
    await until(() => server.requests.length === 1, "the first call arrived");
    const controller = new AbortController();
    const waiting = failure(client.send(add(), { signal: controller.signal }));
    controller.abort();
    const error = await waiting;
    assert.deepEqual([error.code, error.outcome], ["QB_ABORTED", "not_applied"]);
    await client.destroy();
    assert.equal((await running).code, "QB_CLOSED");
    assert.equal(server.requests.length, 1);
  });

  it("while it runs: a write may have been done; the connector sees the connection go", async (t) => {
    const server = await startRawServer(t, never);
    const controller = new AbortController();
    const running = failure(clientOf(t, server.url).send(add(), { signal: controller.signal }));
    await until(() => server.requests.length === 1, "the call arrived");
    controller.abort();
    const error = await running;
    assert.deepEqual([error.code, error.outcome, error.retryable], ["QB_ABORTED", "unknown", false]);
    await until(() => allCut(server), "the connection was closed");
  });

  it("destroy cuts it, and says what that means for a write", async (t) => {
    const server = await startRawServer(t, never);
    const client = clientOf(t, server.url);
    const running = [failure(client.send(add())), failure(client.send(query()))];
    await until(() => server.requests.length === 2, "both calls arrived");
    await client.destroy();
    const [write, read] = await Promise.all(running);
    assert.deepEqual(
      [write?.code, write?.outcome, read?.code, read?.outcome],
      ["QB_CLOSED", "unknown", "QB_CLOSED", "not_applied"],
    );
  });

  it("a deadline is told to the connector and, five seconds later, kept without it", async (t) => {
    const server = await startRawServer(t, never);
    const client = clientOf(t, server.url, { deadlineMs: 2 });
    const calls = [failure(client.send(add(), { deadlineMs: 1 })), failure(client.send(query()))];
    await until(() => server.requests.length === 2, "the calls arrived");
    const told = server.requests.map(({ head }) => /qb-deadline-ms: (\d+)/i.exec(head)?.[1]);
    assert.deepEqual(new Set(told), new Set(["1", "2"]));
    const [write, read] = await Promise.all(calls);
    assert.deepEqual([write?.code, write?.outcome, write?.retryable], ["QB_TIMEOUT", "unknown", false]);
    assert.deepEqual([read?.code, read?.outcome, read?.retryable], ["QB_TIMEOUT", "not_applied", true]);
  });

  it("without a deadline none is told", async (t) => {
    const server = await startRawServer(t, (socket) => socket.write(XML_ANSWER));
    await clientOf(t, server.url).send(query());
    assert.doesNotMatch(server.requests[0]?.head ?? "", /qb-deadline/i);
  });
});

describe("a password that would cross a network in clear text", () => {
  const warningsFor = (to: string): number => {
    let warnings = 0;
    const warn = (_: object, message: string): void => void (/clear text/.test(message) && warnings++);
    const silent = (): void => {};
    new QBClient(to, { logger: { debug: silent, info: silent, warn, error: silent } });
    return warnings;
  };

  it("is warned of", () => {
    assert.equal(warningsFor("URL='http://192.0.2.1:2080' User='Foo' Password='Bar'"), 1);
    assert.equal(warningsFor("URL='http://books.example' User='Foo' Password='Bar'"), 1);
  });

  it("is not warned of on this machine, with TLS, and without a password", () => {
    for (const url of [
      "http://127.0.0.1:2080",
      "http://localhost",
      "http://[::1]:2080",
      "https://books.example",
    ])
      assert.equal(warningsFor(`URL='${url}' User='Foo' Password='Bar'`), 0, url);
    assert.equal(warningsFor("URL='http://192.0.2.1:2080'"), 0);
  });
});
