import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QBError, type ErrorCode } from "qbconnector";
import type { HttpAnswer, HttpRequest } from "../../../../dist/online/http/http-client.js";
import { OAuthClient } from "../../../../dist/online/oauth/oauth-client.js";
import { recordingLogger } from "../../../support/online/recording-logger.js";
import { answerOf, scriptedHttpClient } from "../../../support/online/scripted-http-client.js";
import { SECRETS, TOKEN_ANSWER } from "../../../support/online/scripted-provider.js";
import { failureOf } from "../../../support/online/secret-free.js";

const ORIGIN = "https://login.example";
const DOCUMENT = {
  issuer: ORIGIN,
  authorization_endpoint: `${ORIGIN}/authorize`,
  token_endpoint: `${ORIGIN}/token`,
  revocation_endpoint: `${ORIGIN}/revoke`,
};
const hidden = Object.values(SECRETS);

function clientOver(answer: (request: HttpRequest) => HttpAnswer) {
  const http = scriptedHttpClient((request) =>
    request.method === "GET" ? answerOf(200, JSON.stringify(DOCUMENT)) : answer(request),
  );
  const application = () => Promise.resolve({ clientId: "ABclientId", clientSecret: SECRETS.clientSecret });
  const endpoints = { sandbox: false, discoveryURL: new URL("/.well-known/openid_configuration", ORIGIN) };
  const client = new OAuthClient({ http, endpoints, application, logger: recordingLogger().logger });
  const calls = (): readonly HttpRequest[] => http.requests.filter(({ method }) => method === "POST");
  return { client, calls };
}

/** How a request can fail on its way, and what that means for the exchange of a code. */
const FAILURES: readonly (readonly [code: ErrorCode, lost: boolean, exchange: ErrorCode])[] = [
  ["QB_TIMEOUT", true, "QB_AUTHORIZATION_SERVER"],
  ["QB_CONNECTION_LOST", true, "QB_AUTHORIZATION_SERVER"],
  ["QB_UNREACHABLE", false, "QB_UNREACHABLE"],
  ["QB_TLS", false, "QB_TLS"],
  ["QB_ABORTED", false, "QB_ABORTED"],
  ["QB_CLOSED", false, "QB_CLOSED"],
];

describe("a request that fails on its way", () => {
  for (const [code, lost, meaning] of FAILURES) {
    const fail = (): never => {
      throw new QBError(code, "as scripted", { outcome: lost ? "unknown" : "not_applied" });
    };

    it(`is not sent again with the same code: ${code}`, async () => {
      const { client, calls } = clientOver(fail);
      const exchange = client.exchange({ code: SECRETS.code, callbackURL: `${ORIGIN}/back` });
      const { retryable, outcome, advice } = await failureOf(exchange, meaning, hidden);
      assert.deepEqual([calls().length, retryable, outcome], [1, false, "not_applied"]);
      assert.match(advice, /^Start the authorization again/);
    });

    it(`leaves no book in doubt when it was a refresh: ${code}`, async () => {
      const { client, calls } = clientOver(fail);
      const { outcome, retryable } = await failureOf(client.refresh(SECRETS.refreshToken), code, hidden);
      assert.deepEqual([calls().length, outcome], [1, "not_applied"]);
      if (lost) assert.equal(retryable, true);
    });
  }

  it("is given half a minute", async () => {
    const { client, calls } = clientOver(() => answerOf(200, JSON.stringify(TOKEN_ANSWER)));
    await client.refresh(SECRETS.refreshToken);
    assert.deepEqual(
      calls().map(({ timeoutMs }) => timeoutMs),
      [30_000],
    );
  });
});

describe("an application that is not there", () => {
  it("fails before anything is sent", async () => {
    const http = scriptedHttpClient(() => answerOf(500, ""));
    const application = () => Promise.reject(new QBError("QB_OAUTH_APPLICATION", "none is given"));
    const { logger } = recordingLogger();
    const client = new OAuthClient({ http, endpoints: { sandbox: false }, application, logger });
    await failureOf(client.begin({ callbackURL: `${ORIGIN}/back`, scope: "a" }), "QB_OAUTH_APPLICATION");
    await failureOf(client.refresh("r"), "QB_OAUTH_APPLICATION");
    await failureOf(client.exchange({ code: "c", callbackURL: `${ORIGIN}/back` }), "QB_OAUTH_APPLICATION");
    await failureOf(client.revoke("r"), "QB_OAUTH_APPLICATION");
    assert.ok(http.requests.every(({ method }) => method === "GET"));
  });
});
