import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { connect } from "qbconnector/online";
import { PACKAGE_FOLDER, startProgram, temporaryFolder } from "../support/command.js";
import { BAKERY, GARAGE } from "../support/online/authorization-server.js";
import { consent, photograph } from "../support/online/chromium.js";
import { openScene, type Scene } from "../support/online/browser-scene.js";
import type { TestContext } from "node:test";

describe("the web flow: the Express example in Chromium", () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene();
  });
  after(() => scene.close());
  afterEach(() => scene.closePages());

  /** The address of the example's first page; its tokens are in a new folder. */
  async function startExample(test: TestContext): Promise<string> {
    const { port, origin } = new URL(scene.callbackURL);
    const environment = {
      QBCONNECTOR_ONLINE: scene.applicationString({
        OAuthSettingsLocation: join(temporaryFolder(test), "OAuthSettings.txt"),
      }),
      PORT: port,
    };
    const example = join(PACKAGE_FOLDER, "examples/quickbooks-online-web.mjs");
    const running = startProgram(test, process.execPath, [example], { environment });
    test.after(async () => {
      running.signal("SIGKILL");
      await running.ended;
    });
    await running.says(/^Open http/m);
    return origin;
  }

  it("connects the company of the browser that began, shows its data, and refreshes by itself", async (test) => {
    const origin = await startExample(test);
    const page = await scene.page();
    await page.goto(origin);
    await page.getByRole("link", { name: "Connect to QuickBooks" }).click();
    await consent(page, { company: BAKERY.name });
    await page.getByText("Amy's Bird Sanctuary").waitFor();
    assert.equal(page.url(), `${origin}/`);
    await photograph(page, "web-company");

    scene.server.expireAccessTokens();
    await page.reload();
    await page.getByText(BAKERY.name).waitFor();
    assert.equal(scene.server.answered("authorization_code"), 1);
    assert.equal(scene.server.answered("refresh_token"), 1);
  });

  it("does nothing for a callback that another browser has begun, nor for one that comes twice", async (test) => {
    const origin = await startExample(test);
    const before = scene.server.answered("authorization_code");
    const [victim, attacker] = [await scene.page(), await scene.page()];
    let callback = "";
    // The attacker consents, but keeps the callback from the application.
    attacker.on("request", (request) => {
      if (request.url().startsWith(scene.callbackURL)) callback = request.url();
    });
    await attacker.goto(`${origin}/connect`);
    await attacker.context().clearCookies({ name: "quickbooks-state" });
    await consent(attacker, { company: GARAGE.name });
    await attacker.getByText("This browser has begun no login").waitFor();
    await victim.goto(callback);
    await victim.getByText("This browser has begun no login").waitFor();
    // Nor has it when it is at a login of its own.
    await victim.goto(`${origin}/connect`);
    await victim.goto(callback);
    await victim.getByText(/state .* is not the one/).waitFor();
    assert.equal(scene.server.answered("authorization_code"), before);

    victim.on("request", (request) => {
      if (request.url().startsWith(scene.callbackURL)) callback = request.url();
    });
    await victim.goto(`${origin}/connect`);
    await consent(victim, { company: BAKERY.name });
    await victim.getByText("Amy's Bird Sanctuary").waitFor();
    const cookie = {
      name: "quickbooks-state",
      url: origin,
      value: new URL(callback).searchParams.get("state")!,
    };
    await victim.context().addCookies([cookie]);
    await victim.goto(callback);
    await victim.getByText(/Start the authorization again/).waitFor();
    assert.equal(scene.server.answered("authorization_code"), before + 1);
    await victim.goto(origin);
    await victim.getByText("Amy's Bird Sanctuary").waitFor();
  });

  it("says what to do when the user refuses, and when the connection was ended at Intuit", async (test) => {
    const origin = await startExample(test);
    const page = await scene.page();
    await page.goto(`${origin}/connect`);
    await consent(page, "refuse");
    await page.getByText(/Log in and agree/).waitFor();
    await photograph(page, "web-refused");

    await page.goto(`${origin}/connect`);
    await consent(page, { company: BAKERY.name });
    await page.getByText("Amy's Bird Sanctuary").waitFor();
    scene.server.revokeAll();
    await page.reload();
    await page.getByRole("link", { name: "Connect to QuickBooks" }).click();
    await consent(page, { company: BAKERY.name });
    await page.getByText("Amy's Bird Sanctuary").waitFor();
  });
});

describe("the web flow by its procedures", () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene({ pkce: false });
  });
  after(() => scene.close());

  it("hands out tokens, and refreshes them when asked to", async (test) => {
    const page = await scene.page();
    const OAuthSettingsLocation = join(temporaryFolder(test), "OAuthSettings.txt");
    const login = await scene.connect({ InitiateOAuth: "OFF", OAuthSettingsLocation });
    const { URL: url, State } = await login.call("GetOAuthAuthorizationURL", {
      AuthMode: "WEB",
      CallbackURL: scene.callbackURL,
    });
    const redirected = page.waitForRequest((request) => request.url().startsWith(scene.callbackURL));
    await page.goto(String(url));
    await consent(page, { company: BAKERY.name });
    const code = new URL((await redirected).url()).searchParams;
    assert.equal(code.get("state"), State);
    const tokens = await login.call("GetOAuthAccessToken", {
      AuthMode: "WEB",
      Verifier: (await redirected).url(),
      CallbackURL: scene.callbackURL,
    });
    assert.equal(tokens["CompanyId"], BAKERY.id);
    assert.equal(tokens["ExpiresIn"], 3600);
    assert.ok(scene.server.secrets.has(String(tokens["OAuthAccessToken"])));

    const use = (token: unknown) =>
      scene.connect({
        OAuthAccessToken: String(token),
        CompanyId: BAKERY.id,
        OAuthSettingsLocation: "memory://manual",
      });
    const first = await use(tokens["OAuthAccessToken"]);
    assert.equal((await first.testConnection()).companyName, BAKERY.name);
    scene.server.expireAccessTokens();
    await assert.rejects(first.testConnection(), { code: "QB_ACCESS_TOKEN_EXPIRED" });

    const renewed = await login.call("RefreshOAuthAccessToken", {
      OAuthRefreshToken: String(tokens["OAuthRefreshToken"]),
    });
    assert.notEqual(renewed["OAuthRefreshToken"], tokens["OAuthRefreshToken"]);
    const second = await use(renewed["OAuthAccessToken"]);
    assert.equal((await second.testConnection()).companyName, BAKERY.name);
    assert.equal(scene.server.authorizations[0]?.has("code_challenge"), false);

    // Automatic refresh: the tokens once, from then on the file alone.
    const location = {
      InitiateOAuth: "REFRESH",
      OAuthSettingsLocation: `${OAuthSettingsLocation}.automatic`,
    };
    const seeded = await scene.connect({
      ...location,
      OAuthAccessToken: String(renewed["OAuthAccessToken"]),
      OAuthRefreshToken: String(renewed["OAuthRefreshToken"]),
      CompanyId: BAKERY.id,
    });
    const later = await connect(scene.string(location));
    assert.equal((await later.testConnection()).companyName, BAKERY.name);
    assert.equal(scene.server.answered("refresh_token"), 2);
    for (const connection of [login, first, second, seeded, later]) await connection.close();
  });
});
