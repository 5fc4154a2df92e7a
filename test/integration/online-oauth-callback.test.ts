import assert from "node:assert/strict";
import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, it, type TestContext } from "node:test";
import { text } from "node:stream/consumers";
import { listenForCallback, type CallbackListener } from "../../dist/online/oauth/callback-listener.js";
import { connectedPage, failedPage } from "../../dist/online/oauth/callback-page.js";
import { NO_PROGRAMS } from "../support/command.js";
import { curl } from "../support/curl.js";
import { freePort } from "../support/free-port.js";
import { failureOf } from "../support/online/secret-free.js";
import { until } from "../support/until.js";

const skip = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"))
  ? false
  : "this machine has no IPv6";

const CALLBACK = "https://books.example/oauth/callback?tenant=7";

interface Listening extends CallbackListener {
  readonly url: string;
  readonly seen: string[];
}

async function listening(
  t: TestContext,
  {
    callbackURL = CALLBACK,
    listener = "http://127.0.0.1:0/callback",
    answer = () => Promise.resolve(connectedPage("123")),
  } = {},
): Promise<Listening> {
  const seen: string[] = [];
  const started = await listenForCallback({
    listener: new URL(listener),
    callbackURL,
    answer: (url) => {
      seen.push(url.href);
      return answer();
    },
  });
  t.after(() => started.close());
  return { ...started, url: `http://127.0.0.1:${started.port}`, seen };
}

const status = ["-o", "/dev/null", "-w", "%{http_code}"];

describe("the listener for the callback", () => {
  const REFUSED: readonly (readonly [name: string, code: string, path: string, ...args: string[]])[] = [
    ["another path", "404", "/?code=C"],
    ["a path below", "404", "/callback/?code=C"],
    ["a path that climbs", "404", "/x/../callback?code=C", "--path-as-is"],
    ["the icon of the page", "404", "/favicon.ico"],
    ["an absolute target", "404", "/", "--request-target", "http://127.0.0.1/callback?code=C"],
    ["a target with two slashes", "404", "/", "--request-target", "//callback?code=C"],
    ["POST", "405", "/callback?code=C", "-d", "code=C"],
    ["HEAD", "405", "/callback?code=C", "-I"],
    ["OPTIONS", "405", "/callback?code=C", "-X", "OPTIONS"],
    ["DELETE", "405", "/callback?code=C", "-X", "DELETE"],
    ["a foreign host", "421", "/callback?code=C", "-H", "Host: evil.example"],
    ["a host that begins as ours", "421", "/callback?code=C", "-H", "Host: 127.0.0.1.evil.example"],
    ["another port of this machine", "421", "/callback?code=C", "-H", "Host: 127.0.0.1:1"],
    ["an empty host", "421", "/callback?code=C", "-H", "Host;"],
    ["a prefetch", "503", "/callback?code=C", "-H", "Sec-Purpose: prefetch"],
    ["a prerendering", "503", "/callback?code=C", "-H", "Sec-Purpose: prefetch;prerender"],
    ["an older prefetch", "503", "/callback?code=C", "-H", "Purpose: prefetch"],
    ["too much", "431", `/callback?code=${"C".repeat(20_000)}`],
  ];
  for (const [name, code, path, ...args] of REFUSED) {
    it(`answers ${code} and looks no further: ${name}`, { skip: NO_PROGRAMS }, async (t) => {
      const { url, seen } = await listening(t);
      const { stdout } = await curl([...status, ...args, url + path]);
      assert.equal(stdout.slice(-3), code);
      assert.deepEqual(seen, []);
    });
  }

  it("names what is allowed", { skip: NO_PROGRAMS }, async (t) => {
    const { url } = await listening(t);
    const { stdout } = await curl(["-i", "-X", "PUT", `${url}/callback`]);
    assert.match(stdout, /^allow: GET\r$/im);
  });

  for (const [name, head] of [
    ["HTTP/1.0 without a host", "GET /callback?code=C HTTP/1.0\r\n\r\n"],
    ["two hosts", "GET /callback?code=C HTTP/1.1\r\nHost: books.example\r\nHost: evil.example\r\n\r\n"],
  ] as const) {
    it(`answers 421 and looks no further: ${name}`, async (t) => {
      const { port, seen } = await listening(t);
      const socket = connect(port, "127.0.0.1");
      socket.end(head);
      assert.match(await text(socket), /^HTTP\/1.1 421 /);
      assert.deepEqual(seen, []);
    });
  }

  const TAKEN: readonly (readonly [name: string, path: string, ...args: string[]])[] = [
    ["at the place where it listens", "/callback?code=C&state=S"],
    ["at the path that Intuit sees", "/oauth/callback?code=C&state=S"],
    ["from a forwarder that keeps the host", "/oauth/callback?code=C&state=S", "-H", "Host: books.example"],
    ["for localhost by name", "/callback?code=C&state=S", "-H", "Host: LOCALHOST:PORT"],
  ];
  for (const [name, path, ...args] of TAKEN) {
    it(`takes a callback ${name}`, { skip: NO_PROGRAMS }, async (t) => {
      const { url, port, seen } = await listening(t);
      const { stdout } = await curl([
        "-i",
        ...args.map((arg) => arg.replace("PORT", String(port))),
        url + path,
      ]);
      assert.match(stdout, /^HTTP\/1.1 200 /);
      assert.deepEqual(seen, ["https://books.example/oauth/callback?code=C&state=S"]);
    });
  }

  it(
    "gives a page without scripts that is kept nowhere and tells nobody where it was",
    { skip: NO_PROGRAMS },
    async (t) => {
      const { url } = await listening(t);
      const { stdout } = await curl(["-i", `${url}/callback?code=C`]);
      const [head = "", body = ""] = stdout.split("\r\n\r\n");
      for (const header of [
        /^content-security-policy: default-src 'none'; style-src 'sha256-[\w+/]+=*'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r?$/im,
        /^referrer-policy: no-referrer\r?$/im,
        /^cache-control: no-store\r?$/im,
        /^x-content-type-options: nosniff\r?$/im,
        /^connection: close\r?$/im,
      ]) {
        assert.match(head, header);
      }
      assert.match(body, /id 123 is connected/);
      assert.match(body, /close this window/);
      assert.doesNotMatch(body, /<script|src=|href=|url\(/i);
      assert.match(body, /viewport/);
      assert.match(body, /prefers-color-scheme:dark/);
    },
  );

  it("escapes what a page is told", () => {
    const { html } = failedPage(`<img src=x onerror="alert('1')">&`, "</main>");
    assert.ok(html.includes("&#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;&#38;"));
    assert.equal(html.match(/<\/main>/g)?.length, 1);
  });

  it("says so when the program fails, and shows nothing of it", async (t) => {
    const { url } = await listening(t, { answer: () => Promise.reject(new Error("hunter2")) });
    const page = await pageAt(`${url}/callback?code=C`);
    assert.match(page, /could not take the answer/);
    assert.doesNotMatch(page, /hunter2/);
  });

  it("delivers the pages under way before it ends", async (t) => {
    let show = (): void => {};
    const shown = new Promise<void>((resolve) => (show = resolve));
    const { url, port, seen, close } = await listening(t, {
      answer: () => shown.then(() => connectedPage("9")),
    });
    const pages = [1, 2, 3].map(() => pageAt(`${url}/callback?code=C`));
    await until(() => seen.length === 3, "three callbacks came");
    const closing = close();
    show();
    for (const page of await Promise.all(pages)) assert.match(page, /id 9 is connected.*<\/html>\n$/s);
    await closing;
    await assert.rejects(connected(port), { code: "ECONNREFUSED" });
  });

  it("ends although clients stay silent", async (t) => {
    const { port, close } = await listening(t);
    const sockets = await Promise.all(Array.from({ length: 20 }, () => connected(port)));
    const ended = sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    await close();
    await Promise.all(ended);
  });

  for (const [name, sent] of [
    ["says nothing", ""],
    ["never ends its head", "GET /callback?code=C HTTP/1.1\r\nHost: x\r\n"],
  ] as const) {
    it(`cuts a client that ${name}`, async (t) => {
      const { port, seen } = await listening(t);
      const socket = await connected(port);
      socket.write(sent);
      await new Promise((resolve) => socket.resume().once("close", resolve));
      assert.deepEqual(seen, []);
    });
  }

  it("keeps 64 connections and no more", async (t) => {
    const { port, url } = await listening(t);
    const sockets = await Promise.all(Array.from({ length: 70 }, () => connected(port)));
    await until(
      () => sockets.filter(({ readableEnded, destroyed }) => readableEnded || destroyed).length === 6,
      "six were cut",
    );
    for (const socket of sockets) socket.destroy();
    await until(() => sockets.every(({ closed }) => closed), "all are gone");
    let answered = "";
    for (let i = 0; i < 100 && !answered.includes("is connected"); i++) {
      answered = await pageAt(`${url}/callback`).catch(() => "");
    }
    assert.match(answered, /is connected/);
  });
});

describe("the place where it listens", () => {
  for (const listener of [
    "https://localhost:8080/",
    "http://0.0.0.0:0/",
    "http://192.168.1.5:8080/",
    "http://books.example/",
  ]) {
    it(`is refused beyond this machine: ${listener}`, async () => {
      const work = listenForCallback({
        listener: new URL(listener),
        callbackURL: CALLBACK,
        answer: neverAsked,
      });
      await failureOf(work, "QB_CALLBACK_URL");
    });
  }

  it("is refused with what to do when the port is taken", async (t) => {
    const { port } = await listening(t);
    for (const host of ["127.0.0.1", "localhost"]) {
      const listener = new URL(`http://${host}:${port}/`);
      const error = await failureOf(
        listenForCallback({ listener, callbackURL: CALLBACK, answer: neverAsked }),
        "QB_CALLBACK_URL",
      );
      assert.match(error.message, /another program listens on this port/);
      assert.match(error.advice, /CallbackListener/);
      assert.deepEqual(error.details, { listener: listener.origin, reason: "EADDRINUSE" });
    }
  });

  it("is both addresses of localhost, so that no other program gets the code", { skip }, async (t) => {
    const port = await freePort();
    const { seen } = await listening(t, { listener: `http://localhost:${port}/callback` });
    for (const host of ["127.0.0.1", "[::1]"]) await pageAt(`http://${host}:${port}/callback?from=${host}`);
    assert.equal(seen.length, 2);
  });

  it("may be an IPv6 address", { skip }, async (t) => {
    const { port, seen } = await listening(t, { listener: "http://[::1]:0/callback" });
    assert.match(await pageAt(`http://[::1]:${port}/callback?code=C`), /is connected/);
    assert.equal(seen.length, 1);
  });

  it("is refused when another program has one address of localhost", { skip }, async (t) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "::1", resolve));
    t.after(() => other.close());
    const { port } = other.address() as AddressInfo;
    const listener = new URL(`http://localhost:${port}/callback`);
    await failureOf(
      listenForCallback({ listener, callbackURL: CALLBACK, answer: neverAsked }),
      "QB_CALLBACK_URL",
    );
    await assert.rejects(connected(port), { code: "ECONNREFUSED" });
  });
});

async function pageAt(url: string): Promise<string> {
  return (await fetch(url)).text();
}

function neverAsked(): Promise<never> {
  return Promise.reject(new Error("nobody was to ask"));
}

function connected(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket));
    socket.resume().on("error", reject);
  });
}
