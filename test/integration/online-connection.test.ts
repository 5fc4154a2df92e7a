import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import type { QBError } from "qbconnector";
import { setDefaultApplication, type OnlineConnection, type TokenStore } from "qbconnector/online";
import { startProgram } from "../support/command.js";
import { APPLICATION, COMPANY } from "../support/online/consenting-provider.js";
import { onlineScene, type OnlineScene } from "../support/online/online-scene.js";
import { failureOf } from "../support/online/secret-free.js";
import { until } from "../support/until.js";

const DAY = 86_400_000;
const OTHER_COMPANY = "9130350000000000001";

const APPLICATION_KEYS = {
  OAuthClientId: APPLICATION.clientId,
  OAuthClientSecret: APPLICATION.clientSecret,
};

const later = (scene: OnlineScene, properties = {}): Promise<OnlineConnection> =>
  scene.connect(scene.string({ InitiateOAuth: "REFRESH", ...properties }));

describe("a connection", () => {
  it("logs in once, however many connect at the same time, and later ones need nothing but the place", async (t) => {
    const scene = await onlineScene(t);
    const connections = await Promise.all([scene.login(), scene.login(), scene.login()]);
    assert.equal(scene.provider.authorizations.length, 1);
    assert.deepEqual(scene.provider.asked("authorization_code"), 1);
    for (const connection of [...connections, await later(scene)])
      assert.equal((await connection.testConnection()).companyId, COMPANY);
    await scene.login();
    assert.equal(scene.provider.authorizations.length, 1);
  });

  it("exchanges no code for another company than the stored one, and revokes nothing", async (t) => {
    const scene = await onlineScene(t);
    await scene.login();
    scene.provider.refreshToken = "planted-lost";
    await assert.rejects((await later(scene)).refreshOAuthAccessToken(), { code: "QB_RECONNECT" });
    scene.provider.company = OTHER_COMPANY;
    await failureOf(scene.login(), "QB_WRONG_COMPANY", ["planted"]);
    assert.equal(scene.provider.asked("authorization_code"), 1);
    assert.deepEqual(scene.provider.revoked, []);
    scene.provider.company = COMPANY;
    assert.equal((await (await scene.login()).testConnection()).companyId, COMPANY);
  });

  it("belongs to the company that CompanyId names when the browser brings none", async (t) => {
    const scene = await onlineScene(t);
    scene.provider.company = undefined;
    await scene.login({ CompanyId: COMPANY });
    assert.equal((await (await later(scene)).testConnection()).companyId, COMPANY);
  });

  it("refreshes once when the service refuses the token of many calls", async (t) => {
    const scene = await onlineScene(t);
    await scene.login();
    const connections = await Promise.all([later(scene), later(scene)]);
    const refreshed: unknown[] = [];
    for (const connection of connections) connection.on("tokensRefreshed", (event) => refreshed.push(event));
    const accessToken = scene.provider.accessToken;
    scene.service.accepts = (token) => token === scene.provider.accessToken && token !== accessToken;
    await Promise.all(
      [1, 2, 3, 4, 5].flatMap(() => connections.map((connection) => connection.companyInfo())),
    );
    assert.equal(scene.provider.asked("refresh_token"), 1);
    assert.equal(refreshed.length, 1);
    assert.match(inspect(refreshed[0]), new RegExp(`companyId: '${COMPANY}',\\s+expiresAt: 20`));
  });

  it("tells how its tokens stand", async (t) => {
    const scene = await onlineScene(t);
    const begun = Date.now();
    const status = await (await scene.login()).status();
    const at = (date: Date | undefined): number => Math.floor(((date?.getTime() ?? 0) - begun) / 1_000 / 60);
    const { accessTokenExpiresAt, refreshTokenExpiresAt, refreshTokenEndsAt, ...rest } = status;
    assert.deepEqual(
      [at(accessTokenExpiresAt), at(refreshTokenExpiresAt), at(refreshTokenEndsAt)],
      [60, 144_000, 2_628_000],
    );
    assert.ok(rest.authorizedAt !== undefined && rest.authorizedAt.getTime() >= begun);
    assert.deepEqual(
      [rest.connected, rest.companyId, rest.sandbox, rest.daysLeft],
      [true, COMPANY, true, 99],
    );
    assert.equal(at(refreshTokenExpiresAt) * 60_000, 100 * DAY);
  });

  it("says since when and why somebody has to connect again, and reconnects to the same company only", async (t) => {
    const scene = await onlineScene(t);
    const connection = await scene.login();
    const told: unknown[] = [];
    connection.on("reconnectNeeded", (event) => told.push(event));
    scene.provider.refreshToken = "planted-elsewhere";
    const { details } = await failureOf(connection.refreshOAuthAccessToken(), "QB_RECONNECT", ["planted"]);
    assert.match(String(details["since"]), /^20.*Z$/);
    assert.deepEqual(told, [{ since: details["since"], reason: "refused" }]);
    await failureOf(later(scene), "QB_RECONNECT", ["planted"]);
    assert.equal(scene.provider.asked("refresh_token"), 1);
    const status = await connection.status();
    assert.deepEqual([status.connected, status.endedReason], [false, "refused"]);
    scene.provider.company = OTHER_COMPANY;
    await failureOf(scene.login(), "QB_WRONG_COMPANY", ["planted"]);
    scene.provider.company = COMPANY;
    await scene.login();
    assert.equal((await connection.testConnection()).companyId, COMPANY);
  });

  it("is not broken by another application that is pointed to its tokens", async (t) => {
    const scene = await onlineScene(t);
    await scene.login();
    const other = { OAuthClientId: "another", OAuthClientSecret: "planted" };
    for (const InitiateOAuth of ["REFRESH", "GETANDREFRESH"]) {
      const connecting = later(scene, { InitiateOAuth, ...other });
      assert.match((await failureOf(connecting, "QB_OAUTH_APPLICATION", ["planted"])).message, /stored/);
    }
    const off = await later(scene, { InitiateOAuth: "OFF", ...other });
    const refreshed = off.refreshOAuthAccessToken();
    assert.match((await failureOf(refreshed, "QB_OAUTH_APPLICATION", ["planted"])).message, /stored/);
    assert.equal((await (await later(scene)).status()).connected, true);
    assert.equal(scene.provider.authorizations.length, 1);
  });

  it("uses the secret that the default application has now, not the one it had when it was stored", async (t) => {
    const scene = await onlineScene(t);
    t.after(() => setDefaultApplication(undefined));
    setDefaultApplication({ ...APPLICATION, clientSecret: "planted-before" });
    const given = { OAuthAccessToken: "planted-access", OAuthRefreshToken: scene.provider.refreshToken };
    const lasting = { OAuthExpiresIn: "3600", OAuthTokenTimestamp: String(Date.now()), CompanyId: COMPANY };
    await later(scene, { ...given, ...lasting });
    setDefaultApplication(APPLICATION);
    await (await later(scene)).refreshOAuthAccessToken();
    assert.equal(scene.provider.asked("refresh_token"), 1);
  });

  it("revokes at the server, and forgets", async (t) => {
    const scene = await onlineScene(t);
    const connection = await scene.login();
    await connection.revoke();
    assert.deepEqual(scene.provider.revoked, ["planted-refresh-1"]);
    assert.equal((await connection.status()).endedReason, "revoked");
    await failureOf(connection.testConnection(), "QB_RECONNECT");
    await connection.forget();
    await failureOf(connection.revoke(), "QB_NOT_CONNECTED");
    scene.provider.company = OTHER_COMPANY;
    assert.equal(await (await scene.login()).companyId(), OTHER_COMPANY);
  });

  it("keeps tokens in a store of the program, encrypted", async (t) => {
    const scene = await onlineScene(t);
    let kept: string | undefined;
    const store: TokenStore = {
      name: "row 7",
      read: async () => kept,
      replace: async (expected, next) => {
        if (kept !== expected) return false;
        kept = next;
        return true;
      },
      exclusively: (work) => work(),
    };
    await failureOf(scene.login({}, { store }), "QB_INVALID_ARGUMENT");
    const properties = { OAuthSettingsLocation: undefined };
    await scene.login(properties, { store, passphrase: "planted passphrase" });
    assert.ok(kept !== undefined && !kept.includes("planted") && kept.includes('"kind":"passphrase"'));
    const text = scene.string({ InitiateOAuth: "REFRESH", ...properties });
    const connection = await scene.connect(text, { store, passphrase: "planted passphrase" });
    assert.equal((await connection.testConnection()).companyId, COMPANY);
    assert.deepEqual(readdirSync(scene.folder), []);
  });

  it("stores tokens that found no room at its close, when there is room again", async (t) => {
    const scene = await onlineScene(t);
    let [kept, isFull]: [string | undefined, boolean] = [undefined, false];
    const store: TokenStore = {
      name: "row 8",
      read: async () => kept,
      replace: async (expected, next) => {
        if (isFull && scene.provider.asked("refresh_token") > 0) throw new Error("no space left");
        if (kept !== expected) return false;
        kept = next;
        return true;
      },
      exclusively: (work) => work(),
    };
    const options = { store, passphrase: "planted passphrase" };
    const connection = await scene.login({ OAuthSettingsLocation: undefined }, options);
    isFull = true;
    await assert.rejects(connection.refreshOAuthAccessToken(), /no space left/);
    isFull = false;
    const before = kept;
    await connection.close();
    assert.notEqual(kept, before);
  });

  it("takes the passphrase of the option before that of the environment, and none that is empty", async (t) => {
    const scene = await onlineScene(t);
    await scene.login({}, { passphrase: "planted passphrase" });
    process.env["QBCONNECTOR_OAUTH_PASSPHRASE"] = "planted elsewhere";
    t.after(() => delete process.env["QBCONNECTOR_OAUTH_PASSPHRASE"]);
    const text = scene.string({ InitiateOAuth: "REFRESH" });
    await scene.connect(text, { passphrase: "planted passphrase" });
    await failureOf(scene.connect(text), "QB_TOKEN_STORE", ["planted"]);
    await failureOf(scene.connect(text, { passphrase: "" }), "QB_INVALID_ARGUMENT");
  });

  it("gives a login up by its signal and its time", async (t) => {
    const scene = await onlineScene(t);
    const controller = new AbortController();
    const options = { openBrowser: () => controller.abort(), signal: controller.signal };
    await failureOf(scene.login({}, options), "QB_ABORTED");
    await failureOf(scene.login({}, { openBrowser: () => {}, authorizationTimeoutMs: 20 }), "QB_TIMEOUT");
    await scene.login();
    assert.equal(scene.provider.tokenRequests.length, 1);
  });

  it("that shares a login may leave it alone, and goes on when the one that began it is given up", async (t) => {
    const scene = await onlineScene(t);
    const [first, second] = [new AbortController(), new AbortController()];
    const began = new Promise<void>((resolve) => {
      const openBrowser = (): void => resolve();
      void failureOf(scene.login({}, { openBrowser, signal: first.signal }), "QB_ABORTED");
    });
    await began;
    const leaving = failureOf(scene.login({}, { signal: second.signal }), "QB_ABORTED");
    const staying = scene.login();
    second.abort();
    await leaving;
    assert.equal(scene.provider.authorizations.length, 0);
    first.abort();
    assert.equal((await (await staying).testConnection()).companyId, COMPANY);
    assert.equal(scene.provider.asked("authorization_code"), 1);
  });

  it("ends running calls when it is closed, which may be done twice", async (t) => {
    const scene = await onlineScene(t);
    const connection = await scene.login();
    scene.service.plan("companyinfo", { kind: "hold", until: new Promise(() => {}) });
    const call = failureOf(connection.companyInfo(), "QB_CLOSED");
    await until(() => scene.service.requests.length === 1, "the call came");
    await Promise.all([connection.close(), connection.close()]);
    await call;
    await failureOf(connection.companyInfo(), "QB_CLOSED");
  });

  it("takes the tokens of a connection string once, however many processes bring them", async (t) => {
    const scene = await onlineScene(t);
    const given = { OAuthRefreshToken: "planted-refresh-0", CompanyId: COMPANY };
    const STRING = scene.applicationString({ InitiateOAuth: "REFRESH", ...given });
    const program = `
      import { connect } from "qbconnector/online";
      const connection = await connect(process.env.STRING);
      console.log((await connection.testConnection()).companyName);
      await connection.close();`;
    const parameters = ["--input-type=module", "--eval", program];
    const started = Array.from({ length: 4 }, () =>
      startProgram(t, process.execPath, parameters, { environment: { STRING }, input: "" }),
    );
    for (const { ended } of started) {
      const { stdout, stderr } = await ended;
      assert.equal(stdout, "Sandbox Company\n", stderr);
    }
    assert.equal(scene.provider.asked("refresh_token"), 1);
  });

  it("does not bring back the tokens of an older connection string, as of a worker that was started before", async (t) => {
    const scene = await onlineScene(t);
    const given = { InitiateOAuth: "REFRESH", CompanyId: COMPANY };
    const older = { ...given, OAuthRefreshToken: "planted-refresh-0" };
    await later(scene, { ...older, ...APPLICATION_KEYS });
    scene.provider.refreshToken = "planted-newer";
    const newer = await later(scene, { ...given, OAuthRefreshToken: "planted-newer", ...APPLICATION_KEYS });
    const again = await later(scene, { ...older, ...APPLICATION_KEYS });
    assert.equal(scene.provider.asked("refresh_token"), 2);
    await newer.revoke();
    await failureOf(later(scene, { ...older, ...APPLICATION_KEYS }), "QB_RECONNECT", ["planted"]);
    assert.equal((await again.status()).endedReason, "revoked");
  });

  it("lets a program end that has connected and closed", async (t) => {
    const scene = await onlineScene(t);
    await scene.login();
    const program = `
      import { connect } from "qbconnector/online";
      const connection = await connect(process.env.STRING);
      console.log((await connection.status()).connected);
      await connection.close();`;
    const env = { ...process.env, STRING: scene.string({ InitiateOAuth: "REFRESH" }) };
    const args = ["--input-type=module", "--eval", program];
    const { stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: "utf8", timeout: 60_000 });
    assert.equal(stdout, "true\n", stderr);
  });
});

describe("secrets", () => {
  it("show nowhere: not in the connection, its events and errors, nor in logs and files", async (t) => {
    const scene = await onlineScene(t);
    const Logfile = join(scene.folder, "online.log");
    const shown: string[] = [];
    const look = (value: unknown): void =>
      void shown.push(
        inspect(value, { depth: 20, showHidden: true }),
        JSON.stringify(value) ?? "",
        String(value),
      );
    const attempt = (work: Promise<unknown>): Promise<void> =>
      work.then(look, (error: QBError) => {
        look(error);
        look(error.cause);
      });
    const properties = { Logfile, Verbosity: "5", OAuthSettingsPassphrase: "planted-passphrase" };
    const connection = await scene.login(properties);
    connection.on("tokensRefreshed", look).on("reconnectNeeded", look);
    look(connection);
    const { URL: url } = await connection.getOAuthAuthorizationURL();
    const redirected = await scene.provider.consent(url);
    const refused = redirected.replace(/code=[^&]*/, "code=planted-forged");
    await attempt(connection.getOAuthAccessToken({ Verifier: refused }));
    await attempt(connection.getOAuthAccessToken({ Verifier: redirected }));
    await attempt(connection.status());
    await connection.refreshOAuthAccessToken();
    for (const kind of ["html", "cut", "close"] as const) {
      scene.service.plan("companyinfo", { kind }, 9);
      await attempt(connection.companyInfo({ deadlineMs: 300 }));
    }
    scene.service.accepts = () => false;
    await attempt(connection.query("select * from Customer").toArray());
    scene.provider.refreshToken = "planted-lost";
    await attempt(connection.refreshOAuthAccessToken());
    await attempt(connection.revoke());
    await attempt(scene.login({ ...properties, OAuthClientSecret: "planted-wrong" }));
    await connection.close();
    const files = readdirSync(scene.folder).map((file) => readFileSync(join(scene.folder, file), "utf8"));
    assert.ok(files.some((text) => / info +the access token was refreshed/.test(text)));
    const state = new URL(redirected).searchParams.get("state") ?? "none";
    for (const text of [...shown, ...files, ...scene.log.all])
      for (const secret of ["planted", state, "code="]) assert.ok(!text.includes(secret), text);
  });
});
