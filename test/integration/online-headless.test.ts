import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, it, type TestContext } from "node:test";
import { connect } from "qbconnector/online";
import {
  PACKAGE_FOLDER,
  runWell,
  startCommand,
  startProgram,
  temporaryFolder,
  type Ended,
} from "../support/command.js";
import { BAKERY } from "../support/online/authorization-server.js";
import { consent } from "../support/online/chromium.js";
import { openScene, PUBLIC_CALLBACK, type Properties, type Scene } from "../support/online/browser-scene.js";

const EXAMPLE = join(PACKAGE_FOLDER, "examples/quickbooks-online-headless.mjs");
const CONNECTED = { code: 0, stdout: `Connected to: ${BAKERY.name}\n`, stderr: "" };

describe("a machine without a browser", () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene();
  });
  after(() => scene.close());
  afterEach(() => scene.closePages());

  /** What stands in the address line of another machine's browser in the end: nothing listens there. */
  async function consentElsewhere(url: string): Promise<string> {
    const page = await scene.page();
    const callbacks = [scene.callbackURL, PUBLIC_CALLBACK];
    const last = page.waitForRequest((request) => callbacks.some((start) => request.url().startsWith(start)));
    await page.goto(url);
    await consent(page, { company: BAKERY.name });
    const redirected = (await last).url();
    await page.context().close();
    return redirected;
  }

  function settings(test: TestContext): { OAuthSettingsLocation: string } {
    return { OAuthSettingsLocation: join(temporaryFolder(test), "OAuthSettings.txt") };
  }

  async function begin(location: { OAuthSettingsLocation: string }): Promise<string> {
    const connection = await scene.connect({ InitiateOAuth: "OFF", ...location });
    const { URL: url } = await connection.getOAuthAuthorizationURL({ AuthMode: "WEB" });
    await connection.close();
    return url;
  }

  async function assertConnects(location: { OAuthSettingsLocation: string }): Promise<void> {
    const connection = await connect(scene.string({ InitiateOAuth: "REFRESH", ...location }));
    assert.equal((await connection.testConnection()).companyName, BAKERY.name);
    await connection.close();
  }

  it("takes the whole redirected URL as verifier, and needs it once", async (test) => {
    const location = settings(test);
    const OAuthVerifier = await consentElsewhere(await begin(location));
    const connection = await scene.connect({ InitiateOAuth: "REFRESH", OAuthVerifier, ...location });
    assert.equal(await connection.companyId(), BAKERY.id);
    await connection.close();
    await assertConnects(location);
  });

  it("takes the bare code with the company", async (test) => {
    const location = settings(test);
    const redirected = new URL(await consentElsewhere(await begin(location)));
    const OAuthVerifier = redirected.searchParams.get("code")!;
    const exchanged = scene.server.answered("authorization_code");
    await assert.rejects(scene.connect({ InitiateOAuth: "REFRESH", OAuthVerifier, ...location }), {
      code: "QB_INVALID_ARGUMENT",
      advice: /CompanyId/,
    });
    assert.equal(scene.server.answered("authorization_code"), exchanged);
    const connection = await scene.connect({
      InitiateOAuth: "REFRESH",
      OAuthVerifier,
      CompanyId: BAKERY.id,
      ...location,
    });
    await connection.close();
    await assertConnects(location);
  });

  async function logInElsewhere(more: Properties): Promise<void> {
    const { openBrowser, done } = await scene.person({ company: BAKERY.name });
    const desktop = await scene.connect({ InitiateOAuth: "GETANDREFRESH", ...more }, { openBrowser });
    await done();
    await desktop.close();
  }

  /** As another user: nothing of the first one's surroundings is there. */
  async function runElsewhere(test: TestContext, properties: Properties): Promise<Ended> {
    const home = temporaryFolder(test);
    const QBCONNECTOR_ONLINE = scene.string({ InitiateOAuth: "REFRESH", ...properties });
    const environment = { HOME: home, XDG_CONFIG_HOME: home, USER: "somebody", QBCONNECTOR_ONLINE };
    return startProgram(test, process.execPath, [EXAMPLE], { environment }).ended;
  }

  it("works with the settings file of another machine and its key file", async (test) => {
    const [there, here] = [settings(test), settings(test)];
    await logInElsewhere(there);
    copyFileSync(there.OAuthSettingsLocation, here.OAuthSettingsLocation);
    assert.match((await runElsewhere(test, here)).stderr, /QB_TOKEN_STORE/);
    copyFileSync(`${there.OAuthSettingsLocation}.key`, `${here.OAuthSettingsLocation}.key`);
    assert.deepEqual(await runElsewhere(test, here), CONNECTED);
    assert.equal(readFileSync(here.OAuthSettingsLocation, "utf8").includes(BAKERY.id), false);
  });

  it("works with the settings file of another machine and its passphrase", async (test) => {
    const [there, here] = [settings(test), settings(test)];
    const OAuthSettingsPassphrase = "correct horse; battery 'staple'";
    await logInElsewhere({ ...there, OAuthSettingsPassphrase });
    copyFileSync(there.OAuthSettingsLocation, here.OAuthSettingsLocation);
    const wrong = await runElsewhere(test, { ...here, OAuthSettingsPassphrase: "correct horse" });
    assert.match(wrong.stderr, /QB_TOKEN_STORE/);
    assert.deepEqual(await runElsewhere(test, { ...here, OAuthSettingsPassphrase }), CONNECTED);
  });

  it("quickbooks-online-headless.mjs asks for the redirected URL, once", async (test) => {
    const environment = {
      QBCONNECTOR_ONLINE: scene.applicationString({ InitiateOAuth: "GETANDREFRESH", ...settings(test) }),
    };
    const first = startProgram(test, process.execPath, [EXAMPLE], { environment });
    const [, url = ""] = await first.says(/^(http\S+)\nPaste/m);
    first.write(`${await consentElsewhere(url)}\n`);
    await first.says(new RegExp(`^Connected to: ${BAKERY.name}$`, "m"));
    assert.equal((await first.ended).code, 0);
    const second = startProgram(test, process.execPath, [EXAMPLE], { environment });
    assert.deepEqual(await second.ended, CONNECTED);
  });

  it("qbconnector online login --paste takes it too, with production keys and nobody at the callback", async (test) => {
    const location = settings(test);
    const production = { UseSandbox: "false", CallbackURL: PUBLIC_CALLBACK };
    const login = startCommand(test, ["online", "login", "--paste"], {
      environment: { QBCONNECTOR_ONLINE: scene.applicationString({ ...production, ...location }) },
    });
    const [url] = await login.says(/^http\S+\/connect\/oauth2\?\S+$/m);
    login.write(`${await consentElsewhere(url)}\n`);
    const { code, stdout } = await login.ended;
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^company +${BAKERY.id}$`, "m"));
    const environment = { QBCONNECTOR_ONLINE: scene.string({ UseSandbox: "false", ...location }) };
    const query = ["online", "query", "select * from Customer", "--json"];
    assert.match(await runWell(test, query, { environment }), /"DisplayName":"Bill's Windsurf Shop"/);
  });
});
