import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { QBConnector } from "qbconnector";
import { Simulator } from "qbconnector/simulator";
import {
  NO_SIGNALS,
  customerAdd,
  PASSWORD,
  requestSet,
  runCommand,
  runWell,
  startCommand,
  temporaryFolder,
  USER,
  type Ended,
} from "../support/command.js";

const QUERY = '<CustomerQueryRq requestID="q"/>';

async function simulatedConnector(test: TestContext): Promise<string> {
  const connector = new QBConnector({ quickbooks: new Simulator(), localPort: 0 });
  connector.addUser(USER, PASSWORD);
  await connector.listen();
  test.after(() => connector.close({ drainMs: 0 }));
  return connectionString(connector.localPort);
}

function connectionString(port: number, password: string = PASSWORD): string {
  return `URL='http://127.0.0.1:${port}' User='${USER}' Password='${password}'`;
}

/** A server that does this with each connection once a request has come. */
async function rawServer(test: TestContext, act: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}).on("close", () => sockets.delete(socket)));
    let text = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("</QBXML>")) act(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  test.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function send(
  test: TestContext,
  to: string,
  input: string | Buffer,
  ...more: readonly string[]
): Promise<Ended> {
  return runCommand(test, ["send", "-", ...more], { input, environment: { QBCONNECTOR_TO: to } });
}

function answerOf(body: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

describe("qbconnector send", () => {
  it("reports each response in a row and exits with 0 when none has an Error status", async (test) => {
    const to = await simulatedConnector(test);
    const nobody = '<CustomerQueryRq requestID="n"><FullName>Nobody</FullName></CustomerQueryRq>';
    const set = requestSet(customerAdd("Ann") + customerAdd("Ben", "2") + QUERY + nobody, "continueOnError");
    const { code, stdout, stderr } = await send(test, to, set);
    assert.equal(stderr, "");
    assert.match(stdout, /^Request +ID +Status +Severity +Objects +Message$/m);
    assert.match(stdout, /^CustomerAddRq +1 +0 +Info +1 /m);
    assert.match(stdout, /^CustomerAddRq +2 +0 +Info +1 /m);
    assert.match(stdout, /^CustomerQueryRq +q +0 +Info +2 /m);
    assert.match(stdout, /^CustomerQueryRq +n +500 +Warn +0 /m);
    assert.equal(code, 0);
  });

  it("exits with 2 when a request has an Error status", async (test) => {
    const to = await simulatedConnector(test);
    const { code, stdout } = await send(
      test,
      to,
      requestSet(customerAdd("Ann") + customerAdd("Ann", "twice")),
    );
    assert.match(stdout, /^CustomerAddRq +twice +3100 +Error +0 .*Ann/m);
    assert.equal(code, 2);
  });

  it("takes a file and --to, writes the response with --output, prints it with --raw", async (test) => {
    const to = await simulatedConnector(test);
    const folder = temporaryFolder(test);
    const [request, response] = [join(folder, "request.xml"), join(folder, "response.xml")];
    writeFileSync(request, requestSet(customerAdd("Ann")));
    const printed = await runWell(test, ["send", request, "--to", to, "--raw", "--output", response]);
    assert.match(printed, /^<\?xml[^]*<QBXMLMsgsRs>[^]*<Name>Ann<\/Name>[^]*<\/QBXML>\s*$/);
    assert.equal(readFileSync(response, "utf8"), printed);
    const second = await runCommand(test, ["send", request, "--output", response, "--to", to]);
    assert.match(second.stdout, /^CustomerAddRq +1 +3100 +Error/m);
    assert.match(readFileSync(response, "utf8"), /statusCode="3100"/);
  });

  it("sends a file in the encoding that it declares", async (test) => {
    const to = await simulatedConnector(test);
    const text = requestSet(customerAdd("Zoë")).replace(
      'version="1.0"',
      'version="1.0" encoding="ISO-8859-1"',
    );
    const { code } = await send(test, to, Buffer.from(text, "latin1"));
    assert.equal(code, 0);
    const { stdout } = await send(test, to, requestSet(QUERY), "--raw");
    assert.match(stdout, /<Name>Zo(?:ë|&#235;|&#xEB;)<\/Name>/i);
  });
});

describe("qbconnector send, wrong use: exit code 1", () => {
  const wrong: Readonly<
    Record<string, readonly [parameters: readonly string[], to: string | undefined, why: RegExp]>
  > = {
    "without a connection string": [["-"], undefined, /QBCONNECTOR_TO/],
    "with a connection string that is none": [
      ["-"],
      "URL='http://127.0.0.1:1' Pasword='sesame'",
      /did you mean Password/,
    ],
    "with a connection string without URL": [["-"], "User='Foo' Password='sesame'", /no URL/],
    "with a file that is not there": [["none.xml"], "URL='http://127.0.0.1:1'", /cannot read none\.xml/],
    "without a file": [[], "URL='http://127.0.0.1:1'", /missing required argument/],
    "with an unknown option": [["-", "--row"], "URL='http://127.0.0.1:1'", /Did you mean --raw/],
  };
  for (const [name, [parameters, to, why]] of Object.entries(wrong)) {
    it(name, async (test) => {
      const environment = to === undefined ? {} : { QBCONNECTOR_TO: to };
      const ended = await runCommand(test, ["send", ...parameters], {
        environment,
        input: requestSet(QUERY),
      });
      assert.equal(ended.code, 1);
      assert.match(ended.stderr, why);
      assert.doesNotMatch(ended.stderr, /sesame|\n +at /);
    });
  }

  it("with bytes that are not what the file declares", async (test) => {
    const input = Buffer.from(requestSet(customerAdd("Zoë")), "latin1");
    const { code, stderr } = await send(test, "URL='http://127.0.0.1:1'", input);
    assert.equal(code, 1);
    assert.match(stderr, /cannot read -: the bytes are not valid utf-8/);
  });
});

describe("qbconnector send, failures with nothing applied: exit code 3", () => {
  function check({ code, stdout, stderr }: Ended, ...facts: readonly RegExp[]): void {
    assert.equal(code, 3);
    assert.equal(stdout, "");
    for (const fact of [/^outcome +not_applied$/m, /^advice +\S/m, ...facts]) assert.match(stderr, fact);
    assert.doesNotMatch(stderr, new RegExp(`${PASSWORD}|\\n +at `));
  }

  it("nobody listens", async (test) => {
    const gone = new QBConnector({ localPort: 0 });
    await gone.listen();
    const port = gone.localPort;
    await gone.close();
    const ended = await send(test, connectionString(port), requestSet(customerAdd("Ann")));
    check(ended, /^error +QB_UNREACHABLE$/m, /^retryable +yes$/m, /^who +operator$/m);
  });

  it("the password is wrong", async (test) => {
    const to = (await simulatedConnector(test)).replace(PASSWORD, "sesame");
    const ended = await send(test, to, requestSet(QUERY));
    check(ended, /^error +QB_UNAUTHORIZED$/m, /^retryable +no$/m);
    assert.doesNotMatch(ended.stderr, /sesame/);
  });

  it("the document is not a message set", async (test) => {
    check(
      await send(test, await simulatedConnector(test), "<QBXML>"),
      /^error +QB_\w+$/m,
      /^message +line 1/m,
    );
  });

  it("QuickBooks refuses the whole set", async (test) => {
    const set = requestSet("<CustomerAddRq><CustomerAdd><Nonsense/></CustomerAdd></CustomerAddRq>");
    check(
      await send(test, await simulatedConnector(test), set),
      /^hresult +0x80040400$/m,
      /^finding +1:\d+ unknownElement: Nonsense is not an element of CustomerAdd$/m,
    );
  });

  it("the connection is cut during a query", async (test) => {
    const port = await rawServer(test, (socket) => socket.destroy());
    check(await send(test, connectionString(port), requestSet(QUERY)), /^error +QB_CONNECTION_LOST$/m);
  });
});

describe("qbconnector send, outcome not known: exit code 4", () => {
  it("the connection is cut during a write", async (test) => {
    const port = await rawServer(test, (socket) => socket.destroy());
    const { code, stderr } = await send(test, connectionString(port), requestSet(customerAdd("Ann")));
    assert.match(stderr, /^error +QB_CONNECTION_LOST$/m);
    assert.match(stderr, /^outcome +unknown$/m);
    assert.equal(code, 4);
  });

  it("Ctrl-C ends the waiting for a write", { skip: NO_SIGNALS }, async (test) => {
    let arrive: (() => void) | undefined;
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const port = await rawServer(test, () => arrive?.());
    const sending = startCommand(test, ["send", "-"], {
      input: requestSet(customerAdd("Ann")),
      environment: { QBCONNECTOR_TO: connectionString(port) },
    });
    await arrived;
    sending.signal("SIGINT");
    const { code, stderr } = await sending.ended;
    assert.match(stderr, /^error +QB_ABORTED$/m);
    assert.equal(code, 4);
  });

  it("the answer is no response document; --output keeps it", async (test) => {
    const port = await rawServer(test, (socket) => socket.end(answerOf("<QBXML><Half>")));
    const file = join(temporaryFolder(test), "response.xml");
    const set = requestSet(customerAdd("Ann"));
    const { code, stderr } = await send(test, connectionString(port), set, "--output", file);
    assert.match(stderr, /^outcome +unknown$/m);
    assert.equal(code, 4);
    assert.equal(readFileSync(file, "utf8"), "<QBXML><Half>");
  });
});

it("text of an answer neither breaks the report nor steers the terminal", async (test) => {
  const message = "one&#10;two&#x9b;31mred";
  const body = `<?xml version="1.0"?><QBXML><QBXMLMsgsRs><HostQueryRs statusCode="0" statusSeverity="Info" statusMessage="${message}"/></QBXMLMsgsRs></QBXML>`;
  const port = await rawServer(test, (socket) => socket.end(answerOf(body)));
  const { code, stdout } = await send(test, connectionString(port), requestSet("<HostQueryRq/>"));
  assert.equal(code, 0);
  assert.match(stdout, /one two 31mred\n$/);
});
