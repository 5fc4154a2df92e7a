import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { createServer } from "node:https";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Page } from "playwright-core";
import { connect, type OnlineConnection } from "qbconnector/online";
import { makeCertificate } from "../support/certificates.js";
import {
  PACKAGE_FOLDER,
  runCommand,
  runWell,
  startCommand,
  startProgram,
  temporaryFolder,
  type Running,
} from "../support/command.js";
import { BAKERY, CLIENT_SECRET, GARAGE } from "../support/online/authorization-server.js";
import { consent, photograph } from "../support/online/chromium.js";
import {
  noBrowser,
  openScene,
  PUBLIC_CALLBACK,
  type Answer,
  type Scene,
} from "../support/online/browser-scene.js";

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const CONNECT = { InitiateOAuth: "GETANDREFRESH" };

describe("the desktop flow, with Chromium and oidc-provider", () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene();
  });
  after(() => scene.close());
  afterEach(() => scene.closePages());
  beforeEach(() => {
    scene.server.tokenAnswers.length = 0;
    scene.server.authorizations.length = 0;
  });

  function settingsFile(test: TestContext): string {
    return join(temporaryFolder(test), "OAuthSettings.txt");
  }

  /** https for PUBLIC_CALLBACK, as a tunnel or a web server would give it. */
  async function startForwarder({ callbackURL, publicPort }: Scene): Promise<() => void> {
    const server = createServer(
      makeCertificate({ names: [new URL(PUBLIC_CALLBACK).hostname] }),
      (from, to) => {
        const { headers, url } = from;
        get({ host: "127.0.0.1", port: new URL(callbackURL).port, path: url, headers }, (answer) => {
          to.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(to);
        }).on("error", () => to.writeHead(502).end());
      },
    );
    await new Promise<void>((resolve) => server.listen(publicPort, "127.0.0.1", resolve));
    return () => {
      server.close();
      server.closeAllConnections();
    };
  }

  async function logIn(file: string, answer: Answer): Promise<{ page: Page; connection: OnlineConnection }> {
    const { page, openBrowser, done } = await scene.person(answer);
    const connection = await scene.connect({ ...CONNECT, OAuthSettingsLocation: file }, { openBrowser });
    await done();
    return { page, connection };
  }

  it("opens the browser once; later the settings file alone connects", async (test) => {
    const file = settingsFile(test);
    const { page, connection } = await logIn(file, { company: BAKERY.name });
    const heading = page.getByRole("heading", { name: /^Connected/ });
    await heading.waitFor();
    // Nothing in the page's policy forbids its own style.
    assert.equal(
      await page.evaluate("getComputedStyle(document.querySelector('h1')).borderLeftStyle"),
      "solid",
    );
    await photograph(page, "connected");
    assert.match(await page.locator("body").innerText(), new RegExp(`${BAKERY.id}[^]*close`));
    assert.equal(await connection.companyId(), BAKERY.id);
    const [asked] = scene.server.authorizations;
    assert.equal(asked?.get("code_challenge_method"), "S256");
    assert.ok(asked!.get("state")!.length >= 43);
    await connection.close();

    const again = await scene.connect(
      { ...CONNECT, OAuthSettingsLocation: file },
      { openBrowser: noBrowser },
    );
    assert.equal((await again.testConnection()).companyName, BAKERY.name);
    await again.close();

    const alone = await connect(scene.string({ InitiateOAuth: "REFRESH", OAuthSettingsLocation: file }));
    scene.server.expireAccessTokens();
    const customers = await alone.query("select * from Customer").toArray();
    assert.equal(customers.length, 2);
    await alone.close();
    assert.deepEqual(
      scene.server.tokenAnswers.map(({ grantType, status }) => [grantType, status]),
      [
        ["authorization_code", 200],
        ["refresh_token", 200],
      ],
    );
  });

  it("exchanges the code once when the callback comes twice, and shows the same page", async (test) => {
    const { page, openBrowser, done } = await scene.person({ company: BAKERY.name });
    const callback = page.waitForRequest((request) => request.url().startsWith(scene.callbackURL));
    let answer = (): void => {};
    scene.server.tokensWait = new Promise((resolve) => (answer = resolve));
    const properties = { ...CONNECT, OAuthSettingsLocation: settingsFile(test) };
    const connecting = scene.connect(properties, { openBrowser });
    const second = await scene.page();
    const again = second.goto((await callback).url());
    await second.waitForRequest((request) => request.url().startsWith(scene.callbackURL));
    answer();
    await Promise.all([done(), again]);
    for (const each of [page, second]) await each.getByRole("heading", { name: /^Connected/ }).waitFor();
    assert.equal(scene.server.answered("authorization_code"), 1);
    await (await connecting).close();
  });

  it("says what was refused, in the program and in the browser, and keeps nothing", async (test) => {
    const file = settingsFile(test);
    const { page, openBrowser, done } = await scene.person("refuse");
    const connecting = scene.connect({ ...CONNECT, OAuthSettingsLocation: file }, { openBrowser });
    await assert.rejects(connecting, { code: "QB_AUTHORIZATION_REFUSED" });
    await done();
    await page.getByRole("heading", { name: "Not connected" }).waitFor();
    await photograph(page, "refused");
    assert.deepEqual(scene.server.tokenAnswers, []);
    await assert.rejects(connect(scene.string({ InitiateOAuth: "REFRESH", OAuthSettingsLocation: file })), {
      code: "QB_NOT_CONNECTED",
    });
    const { connection } = await logIn(file, { company: BAKERY.name });
    await connection.close();
  });

  it("refuses another company at a reconnection, and takes the same", async (test) => {
    const file = settingsFile(test);
    const { connection } = await logIn(file, { company: BAKERY.name });
    scene.server.revokeAll();
    await assert.rejects(connection.testConnection(), { code: "QB_RECONNECT" });
    await connection.close();

    const { page, openBrowser, done } = await scene.person({ company: GARAGE.name });
    const exchanged = scene.server.answered("authorization_code");
    const connecting = scene.connect({ ...CONNECT, OAuthSettingsLocation: file }, { openBrowser });
    await assert.rejects(connecting, { code: "QB_WRONG_COMPANY" });
    assert.equal(scene.server.answered("authorization_code"), exchanged, "its code was exchanged");
    await done();
    await page.getByRole("heading", { name: "Not connected" }).waitFor();
    await photograph(page, "wrong-company");

    const again = await logIn(file, { company: BAKERY.name });
    assert.equal((await again.connection.testConnection()).companyName, BAKERY.name);
    await again.connection.close();
  });

  it("takes no callback but its own, and goes on waiting", async (test) => {
    const { page, openBrowser, done } = await scene.person({ company: BAKERY.name });
    const stranger = await scene.page();
    const lure = `${scene.callbackURL}?code=stolen&state=guessed&realmId=${GARAGE.id}`;
    const connection = await scene.connect(
      { ...CONNECT, OAuthSettingsLocation: settingsFile(test) },
      {
        logger: SILENT,
        openBrowser: async (url) => {
          await stranger.goto(lure);
          await stranger.getByRole("heading", { name: "This is not the login that is waited for" }).waitFor();
          openBrowser(url);
        },
      },
    );
    await done();
    await page.getByRole("heading", { name: /^Connected/ }).waitFor();
    await photograph(stranger, "foreign");
    assert.equal(await connection.companyId(), BAKERY.id);
    assert.equal(scene.server.answered("authorization_code"), 1);
    await connection.close();
  });

  it("opens one browser for two that connect at the same time", async (test) => {
    const { openBrowser, done } = await scene.person({ company: BAKERY.name });
    const properties = { ...CONNECT, OAuthSettingsLocation: settingsFile(test) };
    const both = await Promise.all([1, 2].map(() => scene.connect(properties, { openBrowser })));
    await done();
    for (const connection of both) {
      assert.equal((await connection.testConnection()).companyName, BAKERY.name);
      await connection.close();
    }
    assert.equal(scene.server.authorizations.length, 1);
    assert.equal(scene.server.answered("authorization_code"), 1);
  });

  it("with production keys needs https, which a forwarder in front of the listener gives", async (test) => {
    const properties = { ...CONNECT, UseSandbox: "false", OAuthSettingsLocation: settingsFile(test) };
    await assert.rejects(scene.connect(properties, { openBrowser: noBrowser }), { code: "QB_CALLBACK_URL" });
    assert.equal(scene.server.authorizations.length, 0);

    test.after(await startForwarder(scene));
    const page = await scene.page({ ignoreHTTPSErrors: true });
    let visit: Promise<void> | undefined;
    const connection = await scene.connect(
      { ...properties, CallbackURL: PUBLIC_CALLBACK, CallbackListener: scene.callbackURL },
      {
        openBrowser: (url) =>
          void (visit = page.goto(url.href).then(() => consent(page, { company: BAKERY.name }))),
      },
    );
    await visit;
    await page.getByRole("heading", { name: /^Connected/ }).waitFor();
    assert.ok(page.url().startsWith(PUBLIC_CALLBACK));
    assert.equal((await connection.testConnection()).companyName, BAKERY.name);
    await connection.close();
  });

  it("ends the connection at the authorization server, and says so later", async (test) => {
    const file = settingsFile(test);
    scene.server.revokeAll();
    const { connection } = await logIn(file, { company: BAKERY.name });
    const { refreshTokenEndsAt, authorizedAt, daysLeft } = await connection.status();
    assert.equal(daysLeft, 99);
    assert.equal(Math.round((refreshTokenEndsAt!.getTime() - authorizedAt!.getTime()) / 86_400_000), 1825);
    assert.equal(scene.server.refreshTokens, 1);
    await connection.revoke();
    assert.equal(scene.server.refreshTokens, 0);
    await assert.rejects(connection.testConnection(), { code: "QB_RECONNECT" });
    assert.equal((await connection.status()).endedReason, "revoked");
    await connection.close();
    assert.equal(scene.server.answered("refresh_token"), 0);
  });

  it("stops at a discovery document that names another issuer", async (test) => {
    scene.server.documentIssuer = "https://elsewhere.example";
    test.after(() => (scene.server.documentIssuer = undefined));
    const properties = { ...CONNECT, OAuthSettingsLocation: settingsFile(test) };
    await assert.rejects(scene.connect(properties, { openBrowser: noBrowser }), {
      code: "QB_AUTHORIZATION_SERVER",
    });
  });

  it("stops at an answer of another issuer", async (test) => {
    scene.server.callbackIssuer = "https://elsewhere.example";
    test.after(() => (scene.server.callbackIssuer = undefined));
    const { page, openBrowser, done } = await scene.person({ company: BAKERY.name });
    const properties = { ...CONNECT, OAuthSettingsLocation: settingsFile(test) };
    await assert.rejects(scene.connect(properties, { openBrowser }), { code: "QB_AUTHORIZATION_STATE" });
    await done();
    await page.getByRole("heading", { name: "Not connected" }).waitFor();
    await photograph(page, "wrong-issuer");
    assert.deepEqual(scene.server.tokenAnswers, []);
  });

  it("quickbooks-online-desktop.mjs opens the browser of the system in its first run", async (test) => {
    const browser = systemBrowser(test);
    const environment = {
      ...browser.environment,
      QBCONNECTOR_ONLINE: scene.applicationString({ ...CONNECT, OAuthSettingsLocation: settingsFile(test) }),
    };
    const example = join(PACKAGE_FOLDER, "examples/quickbooks-online-desktop.mjs");
    const run = (): Running => startProgram(test, process.execPath, [example], { environment });
    const first = run();
    await logInAt(await browser.opened(first));
    const stdout = `Connected to: ${BAKERY.name}
Amy's Bird Sanctuary 239
Bill's Windsurf Shop 85
Days until somebody has to log in again: 99
`;
    assert.deepEqual(await first.ended, { code: 0, stdout, stderr: "" });
    assert.deepEqual(await run().ended, { code: 0, stdout, stderr: "" });
    assert.equal(browser.times(), 1);
  });

  it("qbconnector online login does so too; the settings file then serves the other commands", async (test) => {
    const browser = systemBrowser(test);
    const location = { OAuthSettingsLocation: settingsFile(test) };
    const log = { Logfile: join(temporaryFolder(test), "log"), Verbosity: "5" };
    const login = startCommand(test, ["online", "login"], {
      environment: {
        ...browser.environment,
        QBCONNECTOR_ONLINE: scene.applicationString({ ...location, ...log }),
      },
    });
    const html = await logInAt(await browser.opened(login));
    const { code, stdout, stderr } = await login.ended;
    assert.deepEqual([code, stdout.includes(BAKERY.id)], [0, true]);
    const environment = { QBCONNECTOR_ONLINE: scene.string(location) };
    const shown = [stdout, stderr, html, readFileSync(log.Logfile, "utf8")];
    for (const secret of [CLIENT_SECRET, ...scene.server.secrets])
      assert.ok(!shown.some((text) => text.includes(secret)), "a secret is shown");
    const rows = await runWell(test, ["online", "query", "select * from Customer"], { environment });
    assert.match(rows, /Amy's Bird Sanctuary/);
    await runWell(test, ["online", "logout"], { environment });
    assert.equal((await runCommand(test, ["online", "status"], { environment })).code, 5);
  });

  /** What a program takes for the browser of the system: it writes down what it is to open. */
  function systemBrowser(test: TestContext) {
    const folder = temporaryFolder(test);
    const list = join(folder, "opened");
    writeFileSync(join(folder, "xdg-open"), `#!/bin/sh\nprintf '%s\\n' "$1" >>'${list}'\n`, { mode: 0o700 });
    const opened = (): string[] =>
      existsSync(list) ? readFileSync(list, "utf8").split("\n").slice(0, -1) : [];
    return {
      environment: { PATH: `${folder}:${process.env["PATH"]}`, DISPLAY: ":0" },
      times: () => opened().length,
      async opened(by: Running): Promise<string> {
        let hasEnded = false;
        void by.ended.then(() => (hasEnded = true));
        for (;;) {
          const [url] = opened();
          if (url !== undefined) return url;
          assert.ok(!hasEnded, `no browser was opened: ${by.stderr}`);
          await delay(20);
        }
      },
    };
  }

  /** Gives the page at the end. */
  async function logInAt(url: string): Promise<string> {
    const page = await scene.page();
    await page.goto(url);
    await consent(page, { company: BAKERY.name });
    await page.getByRole("heading", { name: /^Connected/ }).waitFor();
    return page.content();
  }
});
