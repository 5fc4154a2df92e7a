import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import {
  NO_FILE_MODES,
  NO_PROGRAMS,
  NO_SIGNALS,
  NO_TERMINAL,
  configWithUser,
  customerAdd,
  PASSWORD,
  requestSet,
  runCommand,
  runWell,
  serveSimulated,
  startCommand,
  startOnTerminal,
  startProgram,
  temporaryFolder,
  USER,
  type Ended,
  type Running,
  type Served,
} from "../support/command.js";

const WINDOWS = process.platform === "win32" ? "this is Windows" : false;

async function curl(
  test: TestContext,
  { url, pin }: Served,
  body: string,
  password: string = PASSWORD,
): Promise<Ended> {
  const security = pin === undefined ? [] : ["--insecure", "--pinnedpubkey", pin];
  const parameters = [
    "--silent",
    "--show-error",
    "--fail-with-body",
    "--user",
    `${USER}:${password}`,
    ...security,
  ];
  const target = ["--header", "Content-Type: text/xml", "--data-binary", "@-", `${url}/`];
  return startProgram(test, "curl", [...parameters, ...target], { input: body }).ended;
}

async function stop({ process }: Served): Promise<Ended> {
  process.signal("SIGTERM");
  return process.ended;
}

/** A request whose head the connector has taken, and whose body it waits for. */
async function halfRequest(test: TestContext, { port }: Served, body: string): Promise<HalfRequest> {
  const socket = connect(port, "127.0.0.1");
  test.after(() => void socket.destroy());
  const half = new HalfRequest(socket, body);
  socket.write(
    [
      "POST / HTTP/1.1",
      "Host: 127.0.0.1",
      `Authorization: Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`,
      "Content-Type: text/xml",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "Expect: 100-continue",
      "\r\n",
    ].join("\r\n"),
  );
  await half.receives(/100 Continue/);
  return half;
}

class HalfRequest {
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #body: string;
  #received = "";

  constructor(socket: Socket, body: string) {
    this.#socket = socket;
    this.#body = body;
    socket.setEncoding("utf8").on("data", (text: string) => (this.#received += text));
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
  }

  sendBody(): void {
    this.#socket.write(this.#body);
  }

  async receives(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#received)) {
      await new Promise((resolve, reject) => {
        this.#socket.once("data", resolve);
        this.#socket.once("close", () => reject(new Error(`closed after: ${this.#received}`)));
      });
    }
  }
}

describe("qbconnector serve", () => {
  it(
    "serves curl and qbconnector send, restarts, and knows its users again",
    { skip: NO_PROGRAMS },
    async (test) => {
      const config = join(temporaryFolder(test), "config.json");
      const add = ["user", "add", USER, "--password-stdin", "--config", config];
      await runWell(test, add, { input: `${PASSWORD}\n` });
      const first = await serveSimulated(test, config);
      const answer = await curl(test, first, requestSet(customerAdd("Ann")));
      assert.equal(answer.code, 0);
      assert.match(answer.stdout, /<CustomerAddRs[^>]*statusCode="0"[^]*<Name>Ann<\/Name>/);
      const report = await runWell(test, ["send", "-"], {
        input: requestSet("<CustomerQueryRq/>"),
        environment: { QBCONNECTOR_TO: first.connectionString },
      });
      assert.match(report, /^CustomerQueryRq +0 +Info +1 /m);
      assert.equal((await stop(first)).code, 0);

      const second = await serveSimulated(test, config);
      assert.equal((await curl(test, second, requestSet("<HostQueryRq/>"))).code, 0);
      const refused = await curl(test, second, requestSet("<HostQueryRq/>"), "wrong");
      assert.match(refused.stdout, /QB_UNAUTHORIZED/);
      assert.equal((await stop(second)).code, 0);
    },
  );

  it("gives each user the rights that the file says", { skip: NO_PROGRAMS }, async (test) => {
    const config = await configWithUser(test, { readOnly: true });
    const served = await serveSimulated(test, config);
    assert.match((await curl(test, served, requestSet(customerAdd("Ann")))).stdout, /QB_READ_ONLY/);
    assert.match((await curl(test, served, requestSet("<CustomerQueryRq/>"))).stdout, /<CustomerQueryRs/);
  });

  it(
    "takes port, limits and the rest from the file, and --port and --host before them",
    { skip: NO_PROGRAMS },
    async (test) => {
      const config = await configWithUser(test);
      const before = JSON.parse(readFileSync(config, "utf8")) as object;
      const file = { ...before, localHost: "203.0.113.1", localPort: 1, limits: { requestBytes: 300 } };
      writeFileSync(config, JSON.stringify(file));
      const served = await serveSimulated(test, config, "--host", "127.0.0.1");
      assert.match(
        (await curl(test, served, requestSet(customerAdd("A".repeat(300))))).stdout,
        /QB_BODY_TOO_LARGE/,
      );
    },
  );

  it(
    "logs JSON lines to standard error, at the level that is asked for, and nothing secret",
    { skip: NO_PROGRAMS },
    async (test) => {
      const config = await configWithUser(test);
      const served = await serveSimulated(test, config, "--log-level", "trace");
      await curl(test, served, requestSet(customerAdd("Confidential")));
      await curl(test, served, requestSet("<HostQueryRq/>"), "sesame");
      await curl(test, served, "<not xml");
      const { stdout, stderr } = await stop(served);
      const lines = stderr
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { level: number; msg: string });
      assert.ok(lines.some(({ level, msg }) => level === 20 && msg === "request"));
      assert.ok(lines.some(({ level }) => level === 40));
      assert.doesNotMatch(stdout + stderr, new RegExp(`${PASSWORD}|sesame|Confidential|scrypt|not xml`));
      const quiet = await serveSimulated(test, config, "--log-level", "error");
      await curl(test, quiet, requestSet("<HostQueryRq/>"), "sesame");
      assert.equal((await stop(quiet)).stderr, "");
    },
  );
});

describe("qbconnector serve --log-file", () => {
  it("appends lines for people to a file of its owner, and says nothing on standard error", async (test) => {
    const config = await configWithUser(test);
    const file = join(dirname(config), "connector.log");
    for (const count of [1, 2]) {
      const { process, url } = await serveSimulated(test, config, "--no-ssl", "--log-file", file);
      const authorization = `Basic ${Buffer.from(`${USER}:sesame`).toString("base64")}`;
      const body = requestSet(customerAdd("Confidential"));
      const headers = { authorization, "content-type": "text/xml", connection: "close" };
      await (await fetch(url, { method: "POST", headers, body })).text();
      process.signal("SIGTERM");
      assert.equal((await process.ended).stderr, "");
      const text = readFileSync(file, "utf8");
      assert.equal(text.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ info {2}listening on 127/gm)?.length, count);
      assert.doesNotMatch(text, new RegExp(`${PASSWORD}|sesame|Confidential|scrypt`));
    }
    if (WINDOWS === false) assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it("leaves there why it did not start", async (test) => {
    const folder = temporaryFolder(test);
    const file = join(folder, "connector.log");
    const parameters = ["serve", "--simulate", "--config", join(folder, "none.json"), "--log-file", file];
    assert.equal((await runCommand(test, parameters)).code, 1);
    assert.match(readFileSync(file, "utf8"), /^\d{4}-.*Z qbconnector: .*no users.*\n.*user add NAME/);
  });

  it("refuses a file that is none, or that others can read", { skip: WINDOWS }, async (test) => {
    const config = await configWithUser(test);
    const file = join(dirname(config), "connector.log");
    const parameters = ["serve", "--simulate", "--config", config, "--log-file"];
    const folder = await runCommand(test, [...parameters, dirname(config)]);
    assert.deepEqual([folder.code, /cannot write .*\n.*Check the path/.test(folder.stderr)], [1, true]);
    writeFileSync(file, "", { mode: 0o644 });
    const open = await runCommand(test, [...parameters, file]);
    assert.deepEqual([open.code, /mode 0644.*\n.*chmod 600/.test(open.stderr)], [1, true]);
  });
});

describe("TLS of qbconnector serve", () => {
  it(
    "makes a certificate beside the config file, and prints a connection string with its pin that works",
    { skip: NO_PROGRAMS },
    async (test) => {
      const config = await configWithUser(test);
      const served = await serveSimulated(test, config);
      const file = join(dirname(config), "certificate.pem");
      assert.equal(statSync(file).mode & 0o777, 0o600);
      const spki = execFileSync("openssl", ["x509", "-in", file, "-noout", "-pubkey"]);
      const der = execFileSync("openssl", ["pkey", "-pubin", "-outform", "DER"], { input: spki });
      assert.equal(served.pin, `sha256//${createHash("sha256").update(der).digest("base64")}`);
      assert.match(
        served.process.stdout,
        /^URL='https:[^']+' User='Foo' Password='\.\.\.' SSLPin='sha256[^']+'$/m,
      );
      const environment = { QBCONNECTOR_TO: served.connectionString };
      const report = await runWell(test, ["send", "-"], { input: requestSet("<HostQueryRq/>"), environment });
      assert.match(report, /^HostQueryRq +0 +Info/m);
      await stop(served);
      assert.equal((await serveSimulated(test, config)).pin, served.pin);
    },
  );

  it(
    "speaks plain HTTP when it is told so, in the file or by --no-ssl",
    { skip: NO_PROGRAMS },
    async (test) => {
      const config = await configWithUser(test);
      const plain = await serveSimulated(test, config, "--no-ssl");
      assert.match(plain.url, /^http:/);
      assert.equal((await curl(test, plain, requestSet("<HostQueryRq/>"))).code, 0);
      await stop(plain);
      writeFileSync(
        config,
        JSON.stringify({ ...JSON.parse(readFileSync(config, "utf8")), enableSSL: false }),
      );
      assert.match((await serveSimulated(test, config)).url, /^http:/);
    },
  );

  it("refuses plain HTTP beyond this machine until the file allows it", async (test) => {
    const config = await configWithUser(test);
    const parameters = [
      "serve",
      "--simulate",
      "--config",
      config,
      "--port",
      "0",
      "--host",
      "0.0.0.0",
      "--no-ssl",
    ];
    const refused = await startCommand(test, parameters).ended;
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /plain HTTP on "0\.0\.0\.0" would send passwords in clear text\n.*--no-ssl.*allowInsecure: true/,
    );
    writeFileSync(
      config,
      JSON.stringify({ ...JSON.parse(readFileSync(config, "utf8")), allowInsecure: true }),
    );
    const allowed = startCommand(test, parameters);
    await allowed.says(/Serving a simulated company on http:/);
  });

  it("names this machine in the URL when every interface is served", async (test) => {
    const config = await configWithUser(test);
    const command = startCommand(test, [
      "serve",
      "--simulate",
      "--config",
      config,
      "--port",
      "0",
      "--host",
      "0.0.0.0",
    ]);
    await command.says(new RegExp(`^URL='https://${hostname()}:\\d+' `, "m"));
  });

  it("takes a certificate of the file, and says which key is wrong", async (test) => {
    const config = await configWithUser(test);
    const before = JSON.parse(readFileSync(config, "utf8")) as object;
    writeFileSync(
      config,
      JSON.stringify({ ...before, sslCert: { store: "none.pfx", storeType: "P7BFile" } }),
    );
    const wrong = await startCommand(test, ["serve", "--simulate", "--config", config]).ended;
    assert.match(wrong.stderr, /config\.json: sslCert: storeType P7BFile is not supported/);
    writeFileSync(
      config,
      JSON.stringify({ ...before, sslCert: { store: "none.pfx", storeType: "PFXFile" } }),
    );
    const missing = await startCommand(test, ["serve", "--simulate", "--config", config, "--port", "0"])
      .ended;
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /none\.pfx/);
  });
});

describe("Ctrl-C while qbconnector serves", () => {
  it("works on a terminal, where the log is for people", { skip: NO_TERMINAL }, async (test) => {
    const config = await configWithUser(test);
    const terminal = startOnTerminal(test, ["serve", "--simulate", "--config", config, "--port", "0"]);
    await terminal.says(/^\d\d:\d\d:\d\d info +listening on 127\.0\.0\.1/m);
    await terminal.says(/Ctrl-C stops/);
    terminal.write("\x03");
    const { code, stdout } = await terminal.ended;
    assert.match(stdout, /^Closed\.\r?$/m);
    assert.equal(code, 0);
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`${signal} lets a running request end, then exits with 0`, { skip: NO_SIGNALS }, async (test) => {
      const served = await serveSimulated(test, await configWithUser(test), "--no-ssl");
      const request = await halfRequest(test, served, requestSet(customerAdd("Ann")));
      served.process.signal(signal);
      await served.process.says(/Closing/);
      request.sendBody();
      await request.receives(/HTTP\/1\.1 200 OK[^]*<Name>Ann<\/Name>[^]*<\/QBXML>/);
      const { code, stdout } = await served.process.ended;
      assert.equal(code, 0);
      assert.match(stdout, /Closed\.\n$/);
    });
  }

  it("a second one cuts the running request and exits with 130", { skip: NO_SIGNALS }, async (test) => {
    const served = await serveSimulated(test, await configWithUser(test), "--no-ssl");
    const request = await halfRequest(test, served, requestSet(customerAdd("Ann")));
    served.process.signal("SIGINT");
    await served.process.says(/Closing/);
    const { code, stdout } = await pressUntilEnded(served.process);
    await request.closed;
    assert.equal(code, 130);
    assert.doesNotMatch(stdout, /Closed\./);
  });

  it("a press that arrives twice at once counts once", { skip: NO_SIGNALS }, async (test) => {
    const served = await serveSimulated(test, await configWithUser(test), "--no-ssl");
    const request = await halfRequest(test, served, requestSet(customerAdd("Ann")));
    served.process.signal("SIGINT");
    served.process.signal("SIGTERM");
    await served.process.says(/Closing/);
    request.sendBody();
    await request.receives(/<Name>Ann<\/Name>/);
    assert.equal((await served.process.ended).code, 0);
  });
});

/** Presses that follow the first one too closely do not count. */
async function pressUntilEnded(process: Running): Promise<Ended> {
  const presses = setInterval(() => process.signal("SIGINT"), 50);
  return process.ended.finally(() => clearInterval(presses));
}

describe("qbconnector serve refuses", () => {
  const serve = (test: TestContext, config: string, ...more: readonly string[]): Promise<Ended> =>
    runCommand(test, ["serve", "--config", config, ...more]);

  function check({ code, stderr }: Ended, why: RegExp): void {
    assert.equal(code, 1);
    assert.match(stderr, why);
    assert.doesNotMatch(stderr, /\n +at /);
  }

  it("to serve a real QuickBooks elsewhere, and names --simulate", { skip: WINDOWS }, async (test) => {
    const ended = await serve(test, await configWithUser(test));
    check(ended, /real QuickBooks.*on Windows only.*\n.*qbconnector serve --simulate/);
  });

  it("to serve nobody, and names the command that adds a user", async (test) => {
    const config = join(temporaryFolder(test), "none.json");
    const ended = await serve(test, config, "--simulate");
    check(ended, /no users.*\n.*qbconnector user add NAME --config ['"].*none\.json['"]/);
  });

  it("a port that is taken", async (test) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    test.after(() => server.close());
    const port = String((server.address() as AddressInfo).port);
    const ended = await serve(test, await configWithUser(test), "--simulate", "--port", port);
    check(ended, new RegExp(`port ${port}: another program uses this port\n.*--port`));
  });

  it("a port that is none", async (test) => {
    const config = await configWithUser(test);
    check(await serve(test, config, "--simulate", "--port", "0x50"), /--port.*whole number/);
    check(await serve(test, config, "--simulate", "--port", "65536"), /65535/);
  });

  it("a level of the log that does not exist", async (test) => {
    check(
      await serve(test, await configWithUser(test), "--simulate", "--log-level", "loud"),
      /Allowed choices/,
    );
  });

  it("a config file with a mistake, and names the key", async (test) => {
    const config = await configWithUser(test);
    writeFileSync(config, '{"localprot": 1}');
    check(await serve(test, config, "--simulate"), /config\.json: localprot is not a known key\n.*localPort/);
  });

  it("a config file that others can read", { skip: NO_FILE_MODES }, async (test) => {
    const config = await configWithUser(test);
    chmodSync(config, 0o640);
    check(await serve(test, config, "--simulate"), /mode 0640.*\n.*chmod 600/);
  });
});

describe("qbconnector", () => {
  it("prints the version of the package", async (test) => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    assert.equal(await runWell(test, ["--version"]), `${version}\n`);
  });

  const commands = [
    [],
    ["serve"],
    ["user"],
    ["user", "add"],
    ["user", "remove"],
    ["user", "list"],
    ["send"],
    ["demo"],
    ["install"],
    ["uninstall"],
  ];
  for (const command of commands) {
    it(`${["qbconnector", ...command].join(" ")} --help has an example`, async (test) => {
      const help = await runWell(test, [...command, "--help"]);
      assert.match(help, new RegExp(`^Usage: ${["qbconnector", ...command].join(" ")}`));
      assert.match(help, /Examples?:\n(?: +.*\n)* +.*qbconnector/);
    });
  }

  it("does not complain when nobody reads its output", async (test) => {
    const command = startCommand(test, ["--help"]);
    command.closeOutput();
    const { code, stderr } = await command.ended;
    assert.equal(stderr, "");
    assert.equal(code, 0);
  });

  it("suggests what an unknown command may have meant", async (test) => {
    const { code, stderr } = await runCommand(test, ["sned"]);
    assert.equal(code, 1);
    assert.match(stderr, /unknown command 'sned'\n\(Did you mean send\?\)/);
  });
});
