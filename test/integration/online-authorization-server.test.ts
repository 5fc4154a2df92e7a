import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import * as oauth from "oauth4webapi";
import type { Browser } from "playwright-core";
import {
  BAKERY,
  CLIENT_ID,
  CLIENT_SECRET,
  SCOPE,
  startAuthorizationServer,
  type AuthorizationServer,
} from "../support/online/authorization-server.js";
import { consent, startChromium } from "../support/online/chromium.js";

const CALLBACK = "http://127.0.0.1:9/callback?fixed=1";
const CLIENT: oauth.Client = { client_id: CLIENT_ID };
const SECRET = oauth.ClientSecretBasic(CLIENT_SECRET);
const LOOPBACK = { [oauth.allowInsecureRequests]: true };

async function discover(server: AuthorizationServer): Promise<oauth.AuthorizationServer> {
  const response = await fetch(server.discoveryURL);
  return oauth.processDiscoveryResponse(new URL(server.issuer), response);
}

describe("the tests' authorization server, judged by oauth4webapi", () => {
  let browser: Browser;
  let server: AuthorizationServer;
  before(async () => {
    browser = await startChromium();
    server = await startAuthorizationServer({ callbackURLs: [CALLBACK] });
  });
  after(async () => {
    server.close();
    await browser.close();
  });

  async function authorize(url: URL, company: string | undefined): Promise<URL> {
    const context = await browser.newContext();
    const page = await context.newPage();
    const callback = page.waitForRequest((request) => request.url().startsWith(CALLBACK));
    await page.goto(url.href);
    await consent(page, company === undefined ? "refuse" : { company });
    const redirected = (await callback).url();
    await context.close();
    return new URL(redirected);
  }

  async function authorizationURL(verifier: string): Promise<URL> {
    const url = new URL((await discover(server)).authorization_endpoint!);
    url.search = new URLSearchParams({
      client_id: CLIENT_ID,
      redirect_uri: CALLBACK,
      response_type: "code",
      scope: SCOPE,
      state: "the state",
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    }).toString();
    return url;
  }

  it("gives tokens of the chosen company, rotates the refresh token and refuses the used one", async () => {
    const endpoints = await discover(server);
    const verifier = oauth.generateRandomCodeVerifier();
    const redirected = await authorize(await authorizationURL(verifier), BAKERY.name);
    assert.equal(redirected.searchParams.get("realmId"), BAKERY.id);
    assert.equal(redirected.searchParams.get("fixed"), "1");

    const parameters = oauth.validateAuthResponse(endpoints, CLIENT, redirected, "the state");
    const exchange = (): Promise<Response> =>
      oauth.authorizationCodeGrantRequest(
        endpoints,
        CLIENT,
        SECRET,
        parameters,
        CALLBACK,
        verifier,
        LOOPBACK,
      );
    const issued = await oauth.processAuthorizationCodeResponse(endpoints, CLIENT, await exchange());
    assert.equal(issued["x_refresh_token_expires_in"], 8_640_000);
    assert.equal(issued["x_refresh_token_hard_expires_in"], undefined);
    assert.deepEqual(await server.companyOf(issued.access_token), BAKERY);

    const refresh = (token: string): Promise<Response> =>
      oauth.refreshTokenGrantRequest(endpoints, CLIENT, SECRET, token, {
        ...LOOPBACK,
        headers: { "x-include-refresh-token-hard-expires-in": "true" },
      });
    const renewed = await oauth.processRefreshTokenResponse(
      endpoints,
      CLIENT,
      await refresh(issued.refresh_token!),
    );
    assert.equal(renewed["x_refresh_token_hard_expires_in"], 157_680_000);
    assert.notEqual(renewed.refresh_token, issued.refresh_token);
    assert.deepEqual(await server.companyOf(renewed.access_token), BAKERY);

    const refused = await refresh(issued.refresh_token!);
    await assert.rejects(oauth.processRefreshTokenResponse(endpoints, CLIENT, refused), {
      error: "invalid_grant",
    });
    assert.deepEqual(server.tokenAnswers, [
      { grantType: "authorization_code", status: 200, error: undefined },
      { grantType: "refresh_token", status: 200, error: undefined },
      { grantType: "refresh_token", status: 400, error: "invalid_grant" },
    ]);
  });

  it("revokes", async () => {
    const endpoints = await discover(server);
    const verifier = oauth.generateRandomCodeVerifier();
    const redirected = await authorize(await authorizationURL(verifier), BAKERY.name);
    const parameters = oauth.validateAuthResponse(endpoints, CLIENT, redirected, "the state");
    const { access_token, refresh_token } = await oauth.processAuthorizationCodeResponse(
      endpoints,
      CLIENT,
      await oauth.authorizationCodeGrantRequest(
        endpoints,
        CLIENT,
        SECRET,
        parameters,
        CALLBACK,
        verifier,
        LOOPBACK,
      ),
    );
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(endpoints, CLIENT, SECRET, refresh_token!, LOOPBACK),
    );
    assert.equal(await server.companyOf(access_token), undefined);
  });

  it("says that the user refused", async () => {
    const url = await authorizationURL(oauth.generateRandomCodeVerifier());
    const redirected = await authorize(url, undefined);
    assert.equal(redirected.searchParams.get("error"), "access_denied");
    assert.equal(redirected.searchParams.get("state"), "the state");
    assert.equal(redirected.searchParams.has("realmId"), false);
  });

  it("can say a wrong issuer, in the document and in the callback, and hide PKCE", async (test) => {
    const misled = await startAuthorizationServer({ callbackURLs: [CALLBACK], pkce: false });
    test.after(() => misled.close());
    const endpoints = await discover(misled);
    assert.equal(endpoints.code_challenge_methods_supported, undefined);
    misled.documentIssuer = "https://elsewhere.example";
    await assert.rejects(discover(misled), { code: "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED" });

    server.callbackIssuer = "https://elsewhere.example";
    test.after(() => (server.callbackIssuer = undefined));
    const redirected = await authorize(
      await authorizationURL(oauth.generateRandomCodeVerifier()),
      BAKERY.name,
    );
    assert.throws(
      () =>
        oauth.validateAuthResponse({ ...endpoints, issuer: server.issuer }, CLIENT, redirected, "the state"),
      { code: "OAUTH_INVALID_RESPONSE" },
    );
  });
});
