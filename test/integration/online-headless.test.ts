import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { connect } from "qbconnector/online";
import { PACKAGE_FOLDER, startProgram, temporaryFolder } from "../support/command.js";
import { BAKERY } from "../support/online/authorization-server.js";
import { consent } from "../support/online/chromium.js";
import { openScene, type Scene } from "../support/online/scene.js";

describe("a machine without a browser", () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene();
  });
  after(() => scene.close());

  /** What stands in the address line of another machine's browser in the end: nothing listens there. */
  async function consentElsewhere(url: string): Promise<string> {
    const page = await scene.page();
    const last = page.waitForRequest((request) => request.url().startsWith(scene.callbackURL));
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

  it("works with the settings file of another machine, with its key file or a passphrase", async (test) => {
    const there = settings(test);
    const here = settings(test);
    const { openBrowser, done } = await scene.person({ company: BAKERY.name });
    const desktop = await scene.connect({ InitiateOAuth: "GETANDREFRESH", ...there }, { openBrowser });
    await done();
    await desktop.close();
    copyFileSync(there.OAuthSettingsLocation, here.OAuthSettingsLocation);
    await assert.rejects(assertConnects(here), { code: "QB_TOKEN_STORE" });
    copyFileSync(`${there.OAuthSettingsLocation}.key`, `${here.OAuthSettingsLocation}.key`);
    await assertConnects(here);
    const text = readFileSync(here.OAuthSettingsLocation, "utf8");
    assert.equal(text.includes(BAKERY.id), false);
  });

  it("quickbooks-online-headless.mjs asks for the redirected URL, once", async (test) => {
    const environment = {
      QBCONNECTOR_ONLINE: scene.applicationString({ InitiateOAuth: "GETANDREFRESH", ...settings(test) }),
    };
    const example = join(PACKAGE_FOLDER, "examples/quickbooks-online-headless.mjs");
    const first = startProgram(test, process.execPath, [example], { environment });
    const [, url = ""] = await first.says(/^(http\S+)\nPaste/m);
    first.write(`${await consentElsewhere(url)}\n`);
    await first.says(new RegExp(`^Connected to: ${BAKERY.name}$`, "m"));
    assert.equal((await first.ended).code, 0);
    const second = startProgram(test, process.execPath, [example], { environment });
    assert.deepEqual(await second.ended, { code: 0, stdout: `Connected to: ${BAKERY.name}\n`, stderr: "" });
  });
});
