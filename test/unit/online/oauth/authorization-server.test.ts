import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QBError } from "qbconnector";
import type { HttpAnswer } from "../../../../dist/online/http/http-client.js";
import { authorizationServer } from "../../../../dist/online/oauth/authorization-server.js";
import { recordingLogger } from "../../../support/online/recording-logger.js";
import { answerOf, scriptedHttpClient } from "../../../support/online/scripted-http-client.js";
import { failureOf } from "../../../support/online/secret-free.js";

const HOUR = 3_600_000;
const ISSUER = "https://oauth.platform.intuit.com/op/v1";
const PUBLISHED_TOKEN = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer";

const INTUITS = {
  issuer: ISSUER,
  authorization_endpoint: "https://appcenter.intuit.com/connect/oauth2?new",
  token_endpoint: "https://oauth.platform.intuit.com/oauth2/v2/tokens/bearer",
  revocation_endpoint: "https://developer.api.intuit.com/v3/oauth2/tokens/revoke",
};

/** What is known of Intuit is shared by the whole process, so each test has a day of its own. */
let day = 0;
const tomorrow = (): number => ++day * 24 * HOUR;

function intuit(answer: () => HttpAnswer, { sandbox = false, at = tomorrow() } = {}) {
  const http = scriptedHttpClient(answer);
  const { logger, warnings } = recordingLogger();
  const discover = (now = at) =>
    authorizationServer({ http, endpoints: { sandbox }, logger, now: () => now });
  return { http, warnings, at, discover };
}

const documentOf = (changes: object): HttpAnswer => answerOf(200, JSON.stringify({ ...INTUITS, ...changes }));

describe("the endpoints of Intuit", () => {
  const FAILURES: readonly (readonly [name: string, answer: () => HttpAnswer])[] = [
    ["another issuer", () => documentOf({ issuer: "https://evil.example/op/v1" })],
    ["the issuer without its path", () => documentOf({ issuer: "https://oauth.platform.intuit.com" })],
    ["no issuer", () => documentOf({ issuer: undefined })],
    ["a token endpoint elsewhere", () => documentOf({ token_endpoint: "https://evil.example/token" })],
    [
      "a token endpoint that only looks right",
      () => documentOf({ token_endpoint: "https://evilintuit.com/" }),
    ],
    [
      "a token endpoint without https",
      () => documentOf({ token_endpoint: PUBLISHED_TOKEN.replace("s:", ":") }),
    ],
    ["a token endpoint on this machine", () => documentOf({ token_endpoint: "http://127.0.0.1/token" })],
    [
      "a token endpoint with a password",
      () => documentOf({ token_endpoint: "https://a@oauth.platform.intuit.com/" }),
    ],
    ["no token endpoint", () => documentOf({ token_endpoint: undefined })],
    ["a login page elsewhere", () => documentOf({ authorization_endpoint: "https://evil.example/" })],
    ["a login page that is a script", () => documentOf({ authorization_endpoint: "javascript:alert(1)" })],
    ["a revocation endpoint elsewhere", () => documentOf({ revocation_endpoint: "https://evil.example/" })],
    ["HTML", () => answerOf(200, "<html>", { "content-type": "text/html" })],
    ["an error", () => answerOf(500, "{}")],
    ["a redirect", () => answerOf(302, "", { location: "https://evil.example/" })],
    ["a list", () => answerOf(200, "[]")],
    ["an endless answer", () => answerOf(200, `{"a":"${"x".repeat(1_100_000)}"}`)],
    ["no answer in time", () => failing("QB_TIMEOUT")],
    ["no way there", () => failing("QB_UNREACHABLE")],
  ];
  for (const [name, answer] of FAILURES) {
    it(`are the published ones, with a warning, when the document cannot be used: ${name}`, async () => {
      const { discover, warnings, http } = intuit(answer);
      const server = await discover();
      assert.deepEqual(server, {
        issuer: ISSUER,
        authorization_endpoint: "https://appcenter.intuit.com/connect/oauth2",
        token_endpoint: PUBLISHED_TOKEN,
        revocation_endpoint: "https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
      });
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? "", /published endpoints/);
      assert.deepEqual(
        http.requests.map(({ timeoutMs }) => timeoutMs),
        [5000],
      );
    });
  }

  it("are those of the document, which is not that of the issuer's own place", async () => {
    const { discover, warnings, http } = intuit(() => documentOf({}));
    assert.deepEqual(await discover(), INTUITS);
    assert.deepEqual(
      http.requests.map(({ url }) => url.href),
      ["https://developer.api.intuit.com/.well-known/openid_configuration"],
    );
    assert.deepEqual(warnings, []);
  });

  it("come from another document in the sandbox", async () => {
    const { discover, http } = intuit(() => documentOf({}), { sandbox: true });
    await discover();
    assert.deepEqual(
      http.requests.map(({ url }) => url.href),
      ["https://developer.api.intuit.com/.well-known/openid_sandbox_configuration"],
    );
  });

  it("are asked for once an hour, by however many", async () => {
    const { discover, http, at } = intuit(() => documentOf({}));
    await Promise.all(Array.from({ length: 50 }, () => discover()));
    const other = intuit(() => documentOf({}), { at });
    await other.discover(at + HOUR - 1);
    assert.deepEqual([http.requests.length, other.http.requests.length], [1, 0]);
    await other.discover(at + HOUR);
    assert.deepEqual([http.requests.length, other.http.requests.length], [1, 1]);
  });

  it("are asked for again five minutes after a failure", async () => {
    let fails = true;
    const { discover, http, at, warnings } = intuit(() => (fails ? answerOf(500, "{}") : documentOf({})));
    await discover();
    fails = false;
    assert.equal((await discover(at + 299_999)).token_endpoint, PUBLISHED_TOKEN);
    assert.equal((await discover(at + 300_000)).token_endpoint, INTUITS.token_endpoint);
    assert.deepEqual([http.requests.length, warnings.length], [2, 1]);
  });
});

describe("the endpoints of another authorization server", () => {
  const OWN = "https://login.example";
  const own = {
    issuer: `${OWN}/op`,
    authorization_endpoint: `${OWN}/authorize`,
    token_endpoint: `${OWN}/token`,
  };

  function other(changes: object, url = `${OWN}/.well-known/openid_configuration`) {
    const http = scriptedHttpClient(() => answerOf(200, JSON.stringify({ ...own, ...changes })));
    const { logger, warnings } = recordingLogger();
    const endpoints = { sandbox: false, discoveryURL: new URL(url) };
    const discover = () => authorizationServer({ http, endpoints, logger, now: () => 0 });
    return { http, warnings, discover };
  }

  const FAILURES: readonly (readonly [name: string, changes: object, url?: string])[] = [
    ["an issuer elsewhere", { issuer: "https://evil.example" }],
    ["Intuit as issuer", { issuer: ISSUER }],
    ["an issuer that is no URL", { issuer: "login" }],
    ["no token endpoint", { token_endpoint: undefined }],
    ["a token endpoint without https", { token_endpoint: "http://login.example/token" }],
    ["a token endpoint of an odd kind", { token_endpoint: "file:///etc/passwd" }],
    [
      "a document without https",
      { issuer: "http://login.example" },
      "http://login.example/.well-known/openid_configuration",
    ],
    [
      "a document that only looks like Intuit's",
      { token_endpoint: 1 },
      "https://developer.api.intuit.com.evil.example/.well-known/",
    ],
  ];
  for (const [name, changes, url] of FAILURES) {
    it(`are never replaced by Intuit's: ${name}`, async () => {
      const { discover, warnings } = other(changes, url);
      const error = await failureOf(discover(), "QB_AUTHORIZATION_SERVER");
      assert.match(error.message, /discovery document/);
      assert.deepEqual(warnings, []);
    });
  }

  it("may be http on this machine", async () => {
    const token_endpoint = "http://127.0.0.1:9/token";
    assert.equal((await other({ token_endpoint }).discover()).token_endpoint, token_endpoint);
  });

  it("are known to those only who trust the same", async () => {
    const one = other({ token_endpoint: `${OWN}/of-one` });
    const two = other({ token_endpoint: `${OWN}/of-two` });
    assert.equal((await one.discover()).token_endpoint, `${OWN}/of-one`);
    assert.equal((await two.discover()).token_endpoint, `${OWN}/of-two`);
    await one.discover();
    assert.deepEqual([one.http.requests.length, two.http.requests.length], [1, 1]);
  });

  it("are asked for again right after a failure", async () => {
    const { discover, http } = other({ issuer: "https://evil.example" });
    await failureOf(discover(), "QB_AUTHORIZATION_SERVER");
    await failureOf(discover(), "QB_AUTHORIZATION_SERVER");
    assert.equal(http.requests.length, 2);
  });

  it("show no query of the document's address", async () => {
    const { discover } = other({ issuer: "x" }, `${OWN}/.well-known/a?key=hunter2`);
    await failureOf(discover(), "QB_AUTHORIZATION_SERVER", ["hunter2"]);
  });
});

function failing(code: "QB_TIMEOUT" | "QB_UNREACHABLE"): never {
  throw new QBError(code, "no answer");
}
