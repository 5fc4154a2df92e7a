import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import type { ErrorCode } from "qbconnector";
import { UndiciClient } from "../../dist/online/http/undici-client.js";
import { OAuthClient } from "../../dist/online/oauth/oauth-client.js";
import { recordingLogger } from "../support/online/recording-logger.js";
import { httpAnswer, startRawServer, type Reply } from "../support/raw-server.js";
import { jsonAnswer, SECRETS, startProvider, TOKEN_ANSWER } from "../support/online/scripted-provider.js";
import { failureOf } from "../support/online/secret-free.js";

const CALLBACK = "http://localhost:8080/callback";
const hidden = [...Object.values(SECRETS), Buffer.from(SECRETS.clientSecret).toString("base64").slice(4, 20)];

function says(...parts: (string | Uint8Array)[]): Reply {
  return (socket: Socket) => {
    for (const part of parts) socket.write(part);
    socket.end();
  };
}

const token = (changes: object): Reply => says(jsonAnswer(200, { ...TOKEN_ANSWER, ...changes }));
const html = httpAnswer(200, { "content-type": "text/html" }, `<p>${SECRETS.accessToken}</p>`);
const grant = jsonAnswer(400, {
  error: "invalid_grant",
  error_description: `bad ${SECRETS.refreshToken} ${SECRETS.code}`,
});
const whole = JSON.stringify(TOKEN_ANSWER);

/** What the token endpoint answers, and what it means for an exchange and for a refresh. */
const ANSWERS: readonly (readonly [name: string, reply: Reply, exchange: ErrorCode, refresh?: ErrorCode])[] =
  [
    ["HTML instead of JSON", says(html), "QB_AUTHORIZATION_SERVER"],
    [
      "JSON that is said to be HTML",
      says(httpAnswer(200, { "content-type": "text/html" }, whole)),
      "QB_AUTHORIZATION_SERVER",
    ],
    ["JSON without a type", says(httpAnswer(200, {}, whole)), "QB_AUTHORIZATION_SERVER"],
    [
      "JSON that ends early",
      says(httpAnswer(200, { "content-type": "application/json" }, whole.slice(0, -9))),
      "QB_AUTHORIZATION_SERVER",
    ],
    ["a list", says(jsonAnswer(200, [TOKEN_ANSWER])), "QB_AUTHORIZATION_SERVER"],
    ["nothing", says("HTTP/1.1 204 X\r\n\r\n"), "QB_AUTHORIZATION_SERVER"],
    [
      "a connection cut within the answer",
      says(`HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n${whole}`),
      "QB_AUTHORIZATION_SERVER",
      "QB_CONNECTION_LOST",
    ],
    ["a connection cut before the answer", says(), "QB_AUTHORIZATION_SERVER", "QB_CONNECTION_LOST"],
    [
      "more than a megabyte",
      says(jsonAnswer(200, { ...TOKEN_ANSWER, more: "x".repeat(1_100_000) })),
      "QB_AUTHORIZATION_SERVER",
    ],
    ["the status 500", says(jsonAnswer(500, { error: "invalid_grant" })), "QB_AUTHORIZATION_SERVER"],
    [
      "the status 503 as HTML",
      says(httpAnswer(503, { "content-type": "text/html" }, "<p>")),
      "QB_AUTHORIZATION_SERVER",
    ],
    [
      "the status 400 as HTML",
      says(httpAnswer(400, { "content-type": "text/html" }, "invalid_grant")),
      "QB_AUTHORIZATION_SERVER",
    ],
    ["the status 429", says(jsonAnswer(429, { error: "too_many" })), "QB_AUTHORIZATION_SERVER"],
    ["an unknown status", says(jsonAnswer(799, TOKEN_ANSWER)), "QB_AUTHORIZATION_SERVER"],
    ["another token_type", token({ token_type: "mac" }), "QB_AUTHORIZATION_SERVER"],
    ["the token_type of DPoP", token({ token_type: "DPoP" }), "QB_AUTHORIZATION_SERVER"],
    ["no token_type", token({ token_type: undefined }), "QB_AUTHORIZATION_SERVER"],
    ["no access token", token({ access_token: undefined }), "QB_AUTHORIZATION_SERVER"],
    [
      "an access token that breaks a header",
      token({ access_token: `${SECRETS.accessToken}\r\nx: y` }),
      "QB_AUTHORIZATION_SERVER",
    ],
    ["a refresh token that is none", token({ refresh_token: "" }), "QB_AUTHORIZATION_SERVER"],
    ["a refresh token that is an object", token({ refresh_token: { a: 1 } }), "QB_AUTHORIZATION_SERVER"],
    ["a lifetime of 0", token({ expires_in: 0 }), "QB_AUTHORIZATION_SERVER"],
    ["a negative lifetime", token({ expires_in: -3600 }), "QB_AUTHORIZATION_SERVER"],
    ["a lifetime that is no number", token({ expires_in: "soon" }), "QB_AUTHORIZATION_SERVER"],
    ["a lifetime of a century", token({ expires_in: 3_155_760_000 }), "QB_AUTHORIZATION_SERVER"],
    ["invalid_grant", says(grant), "QB_AUTHORIZATION_CODE", "QB_RECONNECT"],
    [
      "invalid_grant with a challenge",
      says(jsonAnswer(400, { error: "invalid_grant" }, { "www-authenticate": "Basic" })),
      "QB_AUTHORIZATION_CODE",
      "QB_RECONNECT",
    ],
    [
      "invalid_client",
      says(jsonAnswer(401, { error: "invalid_client" }, { "www-authenticate": "Basic" })),
      "QB_OAUTH_APPLICATION",
    ],
    ["unauthorized_client", says(jsonAnswer(400, { error: "unauthorized_client" })), "QB_OAUTH_APPLICATION"],
    ["the status 401 and no more", says(httpAnswer(401, {})), "QB_OAUTH_APPLICATION"],
    [
      "another error",
      says(jsonAnswer(400, { error: "invalid_request", error_description: "<b>\u0007\n" })),
      "QB_AUTHORIZATION_SERVER",
    ],
    [
      "an error with an odd name",
      says(jsonAnswer(400, { error: `no name ${SECRETS.code}` })),
      "QB_AUTHORIZATION_SERVER",
    ],
  ];

describe("the exchange of a code", () => {
  for (const [name, reply, code] of ANSWERS) {
    it(`is sent once and says what it means: ${name}`, async (t) => {
      const { client, calls } = await startProvider(t, reply);
      const error = await failureOf(
        client.exchange({ code: SECRETS.code, callbackURL: CALLBACK }),
        code,
        hidden,
      );
      assert.deepEqual([calls().length, error.retryable, error.outcome], [1, false, "not_applied"]);
    });
  }

  it("sends the code as the standard says, once, with the secret in the header only", async (t) => {
    const { client, calls } = await startProvider(t, token({}));
    await client.exchange({ code: SECRETS.code, callbackURL: CALLBACK, codeVerifier: "v".repeat(43) });
    assert.equal(calls().length, 1);
    const [{ head, body } = { head: "", body: "" }] = calls();
    assert.match(head, /^POST \/token HTTP\/1.1\r\n/);
    assert.match(head, /^content-type: application\/x-www-form-urlencoded/im);
    assert.match(head, /^x-include-refresh-token-hard-expires-in: true$/im);
    const basic = /^authorization: Basic (\S+)$/im.exec(head)?.[1] ?? "";
    const plain = Buffer.from(basic, "base64").toString();
    assert.equal(decodeURIComponent(plain), `ABclientId:${SECRETS.clientSecret}`);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(body)), {
      grant_type: "authorization_code",
      code: SECRETS.code,
      redirect_uri: CALLBACK,
      code_verifier: "v".repeat(43),
    });
  });

  for (const code of ["", "two words", "line\nbreak", "x".repeat(4097)]) {
    it(`refuses a bare code that is none: ${JSON.stringify(code.slice(0, 20))}`, async (t) => {
      const { client, calls } = await startProvider(t, token({}));
      await failureOf(client.exchange({ code, callbackURL: CALLBACK }), "QB_AUTHORIZATION_STATE");
      assert.equal(calls().length, 0);
    });
  }

  it("says that nothing was sent when nobody listens", async (t) => {
    const gone = await startRawServer(t, () => {});
    await gone.close();
    const { client } = await startProvider(t, token({}), {
      document: { token_endpoint: `${gone.url}/token` },
    });
    const error = await failureOf(
      client.exchange({ code: SECRETS.code, callbackURL: CALLBACK }),
      "QB_UNREACHABLE",
      hidden,
    );
    assert.match(error.advice, /start the authorization again/i);
  });
});

describe("a refresh", () => {
  for (const [name, reply, exchange, refresh = exchange] of ANSWERS) {
    it(`is sent once and says what it means: ${name}`, async (t) => {
      const { client, calls } = await startProvider(t, reply);
      const error = await failureOf(client.refresh(SECRETS.refreshToken), refresh, hidden);
      assert.deepEqual([calls().length, error.outcome], [1, "not_applied"]);
    });
  }

  it("gives what was issued, its time by our clock before the request", async (t) => {
    let now = 1_000_000;
    const { client, calls } = await startProvider(
      t,
      (socket) => {
        now += 50_000;
        socket.end(jsonAnswer(200, TOKEN_ANSWER, { date: "Thu, 01 Jan 1970 00:00:00 GMT" }));
      },
      { now: () => now },
    );
    const tokens = await client.refresh(SECRETS.refreshToken);
    assert.deepEqual(tokens, {
      accessToken: SECRETS.accessToken,
      issuedAt: 1_000_000,
      expiresIn: 3600,
      refreshToken: SECRETS.refreshToken,
      refreshTokenExpiresIn: 8_726_400,
      refreshTokenEndsIn: 157_680_000,
      scope: undefined,
    });
    assert.equal(new URLSearchParams(calls()[0]?.body).get("refresh_token"), SECRETS.refreshToken);
  });

  it("does not lose tokens over an ID token that a wrong clock takes for expired, and that nobody needs", async (t) => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const { client, url } = await startProvider(t, (socket) => {
      const claims = { iss: url, aud: ["ABclientId"], sub: "user", iat: 1, exp: 3601, realmid: "1" };
      const id_token = `${part({ alg: "RS256" })}.${part(claims)}.${part({})}`;
      socket.end(jsonAnswer(200, { ...TOKEN_ANSWER, id_token }));
    });
    const tokens = await client.exchange({ code: SECRETS.code, callbackURL: CALLBACK });
    assert.equal(tokens.accessToken, SECRETS.accessToken);
  });

  it("takes numbers given as text, and leaves out ends that make no sense", async (t) => {
    const odd = {
      expires_in: "1800",
      x_refresh_token_expires_in: "8640000",
      x_refresh_token_hard_expires_in: -1,
    };
    const { client } = await startProvider(t, token(odd));
    const { expiresIn, refreshTokenExpiresIn, refreshTokenEndsIn } = await client.refresh(
      SECRETS.refreshToken,
    );
    assert.deepEqual([expiresIn, refreshTokenExpiresIn, refreshTokenEndsIn], [1800, 8_640_000, undefined]);
  });

  it("does not lose tokens of which nobody says how long they last: an hour is taken", async (t) => {
    const { client } = await startProvider(t, token({ expires_in: undefined }));
    assert.equal((await client.refresh(SECRETS.refreshToken)).expiresIn, 3_600);
  });

  it("tells how long to wait and the trace number", async (t) => {
    const { client } = await startProvider(
      t,
      says(jsonAnswer(503, {}, { "retry-after": "7", intuit_tid: "1-abc" })),
    );
    const error = await failureOf(client.refresh(SECRETS.refreshToken), "QB_AUTHORIZATION_SERVER", hidden);
    assert.deepEqual([error.retryAfter, error.retryable], [7, true]);
    assert.deepEqual(error.details, { status: 503, intuitTid: "1-abc" });
  });

  it("tells a status that no server may send", async (t) => {
    const { client } = await startProvider(t, says(jsonAnswer(799, TOKEN_ANSWER)));
    const error = await failureOf(client.refresh(SECRETS.refreshToken), "QB_AUTHORIZATION_SERVER", hidden);
    assert.match(error.message, /status 799/);
  });

  it("may be repeated after a lost answer: no book is in doubt", async (t) => {
    const { client } = await startProvider(t, says());
    const error = await failureOf(client.refresh(SECRETS.refreshToken), "QB_CONNECTION_LOST", hidden);
    assert.equal(error.retryable, true);
  });

  it("is not led elsewhere by a redirect", async (t) => {
    const elsewhere = await startRawServer(t, (socket) => void socket.end(jsonAnswer(200, TOKEN_ANSWER)));
    for (const status of [301, 302, 303, 307, 308]) {
      const { client } = await startProvider(
        t,
        says(httpAnswer(status, { location: `${elsewhere.url}/token` })),
      );
      const error = await failureOf(client.refresh(SECRETS.refreshToken), "QB_AUTHORIZATION_SERVER", hidden);
      assert.match(error.message, /redirects elsewhere/);
    }
    assert.equal(elsewhere.connections, 0);
  });
});

describe("the discovery document", () => {
  it("is not waited for longer than five seconds, and no token is sent meanwhile", async (t) => {
    const silent = await startRawServer(t, () => {});
    const http = new UndiciClient();
    t.after(() => http.close());
    const { logger } = recordingLogger();
    const discoveryURL = new URL("/.well-known/openid_configuration", silent.url);
    const application = () => Promise.resolve({ clientId: "ABclientId", clientSecret: SECRETS.clientSecret });
    const endpoints = { sandbox: true, discoveryURL };
    const client = new OAuthClient({ http, endpoints, application, logger });
    const refreshes = [1, 2, 3].map(() =>
      failureOf(client.refresh(SECRETS.refreshToken), "QB_TIMEOUT", hidden),
    );
    await Promise.all(refreshes);
    assert.deepEqual(
      silent.requests.map(({ head }) => head.split(" ", 2).join(" ")),
      ["GET /.well-known/openid_configuration"],
    );
  });
});

describe("the revocation", () => {
  it("sends the token once, with the application's credentials", async (t) => {
    const { client, calls } = await startProvider(t, says(httpAnswer(200, {})));
    await client.revoke(SECRETS.refreshToken);
    const [{ head, body } = { head: "", body: "" }] = calls();
    assert.match(head, /^POST \/revoke /);
    assert.match(head, /^authorization: Basic /im);
    assert.equal(new URLSearchParams(body).get("token"), SECRETS.refreshToken);
    assert.equal(calls().length, 1);
  });

  it("takes a token that ended already as revoked", async (t) => {
    const { client } = await startProvider(t, says(jsonAnswer(400, { error: "invalid_token" })));
    await client.revoke(SECRETS.refreshToken);
  });

  const failures: readonly (readonly [string, Reply, ErrorCode])[] = [
    ["a failing server", says(httpAnswer(500, {})), "QB_AUTHORIZATION_SERVER"],
    ["a redirect", says(httpAnswer(302, { location: "/" })), "QB_AUTHORIZATION_SERVER"],
    ["wrong credentials", says(jsonAnswer(401, { error: "invalid_client" })), "QB_OAUTH_APPLICATION"],
    ["no answer", says(), "QB_CONNECTION_LOST"],
  ];
  for (const [name, reply, code] of failures) {
    it(`does not claim to have revoked: ${name}`, async (t) => {
      const { client } = await startProvider(t, reply);
      await failureOf(client.revoke(SECRETS.refreshToken), code, hidden);
    });
  }

  it("says so when the server offers none", async (t) => {
    const { client } = await startProvider(t, says(), { document: { revocation_endpoint: undefined } });
    const error = await failureOf(client.revoke(SECRETS.refreshToken), "QB_AUTHORIZATION_SERVER", hidden);
    assert.equal(error.retryable, false);
  });
});

describe("the start of an authorization", () => {
  it("asks with a new random state each time, and without a proof that the server does not know", async (t) => {
    const { client, url } = await startProvider(t, says(), { now: () => 5000 });
    const states = new Set<string>();
    for (let i = 0; i < 20; i++) {
      const begun = await client.begin({ callbackURL: CALLBACK, scope: "com.intuit.quickbooks.accounting" });
      assert.equal(begun.url.origin + begun.url.pathname, `${url}/authorize`);
      assert.deepEqual(Object.fromEntries(begun.url.searchParams), {
        client_id: "ABclientId",
        response_type: "code",
        scope: "com.intuit.quickbooks.accounting",
        redirect_uri: CALLBACK,
        state: begun.pending.state,
      });
      assert.deepEqual([begun.pending.codeVerifier, begun.pending.expiresAt], [undefined, 605_000]);
      assert.ok(Buffer.from(begun.pending.state, "base64url").length >= 32);
      states.add(begun.pending.state);
    }
    assert.equal(states.size, 20);
  });

  it("proves with PKCE where the server knows S256", async (t) => {
    const document = { code_challenge_methods_supported: ["plain", "S256"] };
    const { client } = await startProvider(t, says(), { document });
    const { url, pending } = await client.begin({ callbackURL: CALLBACK, scope: "a" });
    const expected = createHash("sha256")
      .update(pending.codeVerifier ?? "")
      .digest("base64url");
    assert.equal(url.searchParams.get("code_challenge"), expected);
    assert.equal(url.searchParams.get("code_challenge_method"), "S256");
    assert.match(pending.codeVerifier ?? "", /^[\w-]{43}$/);
  });

  it("takes the caller's state as it is, and refuses an empty one", async (t) => {
    const { client } = await startProvider(t, says());
    const { url } = await client.begin({ callbackURL: CALLBACK, scope: "a", state: "my &=# state" });
    assert.equal(url.searchParams.get("state"), "my &=# state");
    await failureOf(client.begin({ callbackURL: CALLBACK, scope: "a", state: "" }), "QB_INVALID_ARGUMENT");
  });
});

const REDIRECTS: readonly (readonly [name: string, query: string, code: ErrorCode])[] = [
  ["no state", "code=C&realmId=1", "QB_AUTHORIZATION_STATE"],
  ["an empty state", "code=C&state=&realmId=1", "QB_AUTHORIZATION_STATE"],
  ["another state", "code=C&state=other&realmId=1", "QB_AUTHORIZATION_STATE"],
  ["the state with more behind it", "code=C&state=STATEx&realmId=1", "QB_AUTHORIZATION_STATE"],
  ["two states", "code=C&state=STATE&state=STATE&realmId=1", "QB_AUTHORIZATION_STATE"],
  ["two codes", "code=C&code=D&state=STATE&realmId=1", "QB_AUTHORIZATION_STATE"],
  ["no code", "state=STATE&realmId=1", "QB_AUTHORIZATION_STATE"],
  ["an empty code", "code=&state=STATE&realmId=1", "QB_AUTHORIZATION_STATE"],
  ["a code with a line break", "code=a%0Ab&state=STATE&realmId=1", "QB_AUTHORIZATION_STATE"],
  ["a realm that is no number", "code=C&state=STATE&realmId=1%2F..", "QB_AUTHORIZATION_STATE"],
  ["an empty realm", "code=C&state=STATE&realmId=", "QB_AUTHORIZATION_STATE"],
  ["a realm of 31 digits", `code=C&state=STATE&realmId=${"1".repeat(31)}`, "QB_AUTHORIZATION_STATE"],
  ["two realms", "code=C&state=STATE&realmId=1&realmId=2", "QB_AUTHORIZATION_STATE"],
  ["another issuer", "code=C&state=STATE&iss=https%3A%2F%2Fevil.example", "QB_AUTHORIZATION_STATE"],
  ["a token", "code=C&state=STATE&token=x", "QB_AUTHORIZATION_STATE"],
  ["a signed response", "response=x&state=STATE", "QB_AUTHORIZATION_STATE"],
  ["consent refused", "error=access_denied&state=STATE", "QB_AUTHORIZATION_REFUSED"],
  ["consent refused, with a code", "error=access_denied&code=C&state=STATE", "QB_AUTHORIZATION_REFUSED"],
  ["an error of nobody's login", "error=access_denied&state=other", "QB_AUTHORIZATION_STATE"],
  ["two errors", "error=a&error=b&state=STATE", "QB_AUTHORIZATION_STATE"],
  ["a scope that is not allowed", "error=invalid_scope&state=STATE", "QB_AUTHORIZATION_REFUSED"],
  ["an error with an odd name", "error=%3Cscript%3E&state=STATE", "QB_AUTHORIZATION_REFUSED"],
  ["an error named as what every object has", "error=constructor&state=STATE", "QB_AUTHORIZATION_REFUSED"],
  ["a failing server", "error=server_error&state=STATE", "QB_AUTHORIZATION_SERVER"],
  ["an application without rights", "error=unauthorized_client&state=STATE", "QB_OAUTH_APPLICATION"],
];

describe("the redirect at the end of an authorization", () => {
  for (const [name, query, code] of REDIRECTS) {
    it(`is refused: ${name}`, async (t) => {
      const { client, calls } = await startProvider(t, token({}));
      const { pending } = await client.begin({ callbackURL: CALLBACK, scope: "a", state: "STATE" });
      const filled = query.replace("code=C", `code=${SECRETS.code}`);
      const error = await failureOf(
        client.validateRedirect(new URL(`${CALLBACK}?${filled}`), pending),
        code,
        hidden,
      );
      assert.ok(!error.message.includes("script"), error.message);
      assert.equal(calls().length, 0);
    });
  }

  it("is refused after ten minutes", async (t) => {
    let now = 0;
    const { client } = await startProvider(t, says(), { now: () => now });
    const { pending } = await client.begin({ callbackURL: CALLBACK, scope: "a", state: "STATE" });
    now = 599_999;
    await client.validateRedirect(new URL(`${CALLBACK}?code=C&state=STATE`), pending);
    now = 600_000;
    await failureOf(
      client.validateRedirect(new URL(`${CALLBACK}?code=C&state=STATE`), pending),
      "QB_AUTHORIZATION_STATE",
    );
  });

  it("is refused without issuer when the server says that it names it", async (t) => {
    const document = { authorization_response_iss_parameter_supported: true };
    const { client, url } = await startProvider(t, token({}), { document });
    const { pending } = await client.begin({ callbackURL: CALLBACK, scope: "a", state: "STATE" });
    const redirected = new URL(`${CALLBACK}?code=C&state=STATE`);
    await failureOf(client.validateRedirect(redirected, pending), "QB_AUTHORIZATION_STATE");
    redirected.searchParams.set("iss", url);
    assert.equal((await client.validateRedirect(redirected, pending)).code, "C");
    // A bare code has lost its issuer; that is what its user accepted.
    await client.exchange({ code: "C", callbackURL: CALLBACK });
  });

  it("is refused when it was begun elsewhere", async (t) => {
    const { client } = await startProvider(t, says());
    const { pending } = await client.begin({ callbackURL: CALLBACK, scope: "a", state: "STATE" });
    const other = { ...pending, issuer: "https://oauth.platform.intuit.com/op/v1" };
    await failureOf(
      client.validateRedirect(new URL(`${CALLBACK}?code=C&state=STATE`), other),
      "QB_AUTHORIZATION_STATE",
    );
  });

  it("gives code and company, and parameters that can be exchanged", async (t) => {
    const { client, calls } = await startProvider(t, token({}));
    const { pending } = await client.begin({ callbackURL: CALLBACK, scope: "a", state: "STATE" });
    const redirected = new URL(`${CALLBACK}?code=${SECRETS.code}&state=STATE&realmId=9130347246064666`);
    const { code, companyId, parameters } = await client.validateRedirect(redirected, pending);
    assert.deepEqual([code, companyId], [SECRETS.code, "9130347246064666"]);
    await client.exchange({ parameters, callbackURL: CALLBACK });
    assert.equal(new URLSearchParams(calls()[0]?.body).get("code"), SECRETS.code);
  });
});

describe("a server that quotes what was sent", () => {
  it("puts none of it into an error, however short it is", async (t) => {
    const description = `bad c0de-1 or r3-1, or ${SECRETS.clientSecret}`;
    const reply = says(jsonAnswer(400, { error: "invalid_grant", error_description: description }));
    const { client } = await startProvider(t, reply);
    const secrets = ["c0de-1", SECRETS.clientSecret];
    const refused = await failureOf(
      client.exchange({ code: "c0de-1", callbackURL: CALLBACK }),
      "QB_AUTHORIZATION_CODE",
      secrets,
    );
    assert.match(refused.message, /bad \.\.\. or r3-1/);
    await failureOf(client.refresh("r3-1"), "QB_RECONNECT", ["r3-1", SECRETS.clientSecret]);
  });
});
