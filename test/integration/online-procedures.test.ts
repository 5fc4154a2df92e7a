import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import type { OnlineConnection } from "qbconnector/online";
import { COMPANY } from "../support/online/consenting-provider.js";
import { onlineScene, type OnlineScene } from "../support/online/online-scene.js";
import { failureOf } from "../support/online/secret-free.js";

const OTHER_COMPANY = "9130350000000000001";

/** A web application's connection, and the URL to which a browser was sent after its user agreed. */
async function consented(scene: OnlineScene, properties = {}): Promise<[OnlineConnection, string]> {
  const web = await scene.connect(scene.applicationString(properties));
  const { URL: url } = await web.getOAuthAuthorizationURL({ AuthMode: "WEB" });
  return [web, await scene.provider.consent(url)];
}

const codeIn = (redirected: string): string => new URL(redirected).searchParams.get("code") ?? "";
const stateIn = (redirected: string): string => new URL(redirected).searchParams.get("state") ?? "";

describe("GetOAuthAuthorizationURL", () => {
  it("has the documented inputs and outputs, and State", async (t) => {
    const scene = await onlineScene(t);
    const connection = await scene.connect(scene.applicationString());
    const CallbackURL = "https://crm.example/back";
    const inputs = { AuthMode: "WEB", CallbackURL, Scope: "a b", State: "chosen-by-the-caller" };
    const outputs = await connection.call("GetOAuthAuthorizationURL", inputs);
    assert.deepEqual(Object.keys(outputs), ["URL", "State"]);
    const { searchParams } = new URL(String(outputs["URL"]));
    const sent = ["response_type", "redirect_uri", "scope", "state"].map((name) => searchParams.get(name));
    assert.deepEqual(sent, ["code", CallbackURL, "a b", "chosen-by-the-caller"]);
    const [one, other] = [
      await connection.call("getoauthauthorizationurl"),
      await connection.getOAuthAuthorizationURL(),
    ];
    assert.equal(new URL(String(one["URL"])).searchParams.get("state"), one["State"]);
    assert.notEqual(one["State"], other.State);
    assert.ok(other.State.length >= 43);
  });

  it("refuses a callback that Intuit refuses", async (t) => {
    const scene = await onlineScene(t);
    const connection = await scene.connect(scene.applicationString({ UseSandbox: "false" }));
    await failureOf(connection.getOAuthAuthorizationURL(), "QB_CALLBACK_URL");
  });
});

describe("GetOAuthAccessToken", () => {
  it("takes the whole redirected URL, once; a doubled one at the same time gets the same", async (t) => {
    const scene = await onlineScene(t);
    const [web, redirected] = await consented(scene);
    const inputs = { authmode: "web", VERIFIER: redirected };
    const answers = await Promise.all([1, 2, 3].map(() => web.call("GETOAUTHACCESSTOKEN", inputs)));
    assert.deepEqual(
      { ...answers[0] },
      {
        OAuthAccessToken: "planted-access-1",
        OAuthRefreshToken: "planted-refresh-1",
        ExpiresIn: 3600,
        CompanyId: COMPANY,
      },
    );
    for (const answer of answers) {
      assert.deepEqual({ ...answer }, { ...answers[0] });
      assert.ok(!inspect(answer, { depth: 9 }).includes("planted"));
    }
    assert.equal(scene.provider.asked("authorization_code"), 1);
    await failureOf(web.call("GetOAuthAccessToken", inputs), "QB_AUTHORIZATION_STATE", ["planted"]);
    assert.equal((await web.testConnection()).companyId, COMPANY);
    assert.equal(
      (
        await scene
          .connect(scene.string({ InitiateOAuth: "REFRESH" }))
          .then((later) => later.testConnection())
      ).companyName,
      "Sandbox Company",
    );
  });

  it("compares the state, and that of State", async (t) => {
    const scene = await onlineScene(t);
    const [web, redirected] = await consented(scene);
    const secrets = ["planted", stateIn(redirected)];
    const foreign = redirected.replace(stateIn(redirected), "f".repeat(43));
    for (const Verifier of [foreign, redirected.replace(/state=[^&]*&/, "")])
      await failureOf(web.getOAuthAccessToken({ Verifier }), "QB_AUTHORIZATION_STATE", secrets);
    const State = "f".repeat(43);
    await failureOf(
      web.getOAuthAccessToken({ Verifier: redirected, State }),
      "QB_AUTHORIZATION_STATE",
      secrets,
    );
    assert.equal(scene.provider.tokenRequests.length, 0);
    const right = await web.getOAuthAccessToken({ Verifier: redirected, State: stateIn(redirected) });
    assert.equal(right.CompanyId, COMPANY);
  });

  it("shares what it got only with calls on the same conditions", async (t) => {
    const scene = await onlineScene(t);
    const [web, redirected] = await consented(scene);
    const Verifier = redirected;
    const own = web.getOAuthAccessToken({ Verifier, State: stateIn(redirected) });
    const foreign = { Verifier, State: "of another browser" };
    await failureOf(web.getOAuthAccessToken(foreign), "QB_AUTHORIZATION_STATE", ["planted"]);
    assert.equal((await own).CompanyId, COMPANY);
    assert.equal(scene.provider.asked("authorization_code"), 1);
  });

  it("takes the bare code when the company is known", async (t) => {
    const scene = await onlineScene(t);
    const [web, redirected] = await consented(scene);
    const Verifier = codeIn(redirected);
    await failureOf(web.getOAuthAccessToken({ Verifier }), "QB_INVALID_ARGUMENT", ["planted"]);
    const inputs = { AuthMode: "WEB", Verifier, CompanyId: COMPANY, State: stateIn(redirected) };
    const { OAuthAccessToken } = await web.call("GetOAuthAccessToken", inputs);
    assert.equal(OAuthAccessToken, "planted-access-1");
    const { State: _, ...again } = inputs;
    await failureOf(web.call("GetOAuthAccessToken", again), "QB_AUTHORIZATION_CODE", ["planted"]);
    assert.equal(scene.provider.tokenRequests.length, 1);
  });

  it("exchanges nothing for another company", async (t) => {
    const scene = await onlineScene(t);
    const [web, redirected] = await consented(scene, { CompanyId: OTHER_COMPANY });
    await failureOf(web.getOAuthAccessToken({ Verifier: redirected }), "QB_WRONG_COMPANY", ["planted"]);
    const [first, mine] = await consented(scene);
    await first.getOAuthAccessToken({ Verifier: mine });
    scene.provider.company = OTHER_COMPANY;
    const [second, another] = await consented(scene);
    await failureOf(second.getOAuthAccessToken({ Verifier: another }), "QB_WRONG_COMPANY", ["planted"]);
    assert.equal(scene.provider.asked("authorization_code"), 1);
    assert.equal((await second.testConnection()).companyId, COMPANY);
  });

  it("says that the user did not agree", async (t) => {
    const scene = await onlineScene(t);
    scene.provider.refusal = "access_denied";
    const [web, redirected] = await consented(scene);
    await failureOf(web.getOAuthAccessToken({ Verifier: redirected }), "QB_AUTHORIZATION_REFUSED");
  });

  it("with AuthMode APP goes through the browser of this machine", async (t) => {
    const scene = await onlineScene(t);
    const pages: Promise<string>[] = [];
    const openBrowser = (url: URL): void => void pages.push(scene.provider.browse(url));
    const app = await scene.connect(scene.applicationString(), { openBrowser });
    const { CompanyId } = await app.call("GetOAuthAccessToken", { AuthMode: "APP" });
    assert.equal(CompanyId, COMPANY);
    assert.match((await pages[0]) ?? "", /<html/);
    assert.equal((await app.testConnection()).companyId, COMPANY);
  });

  it("with OFF and without OAuthSettingsLocation keeps nothing, but uses what it got", async (t) => {
    const scene = await onlineScene(t);
    process.env["XDG_CONFIG_HOME"] = process.env["APPDATA"] = scene.folder;
    const [web, redirected] = await consented(scene, { OAuthSettingsLocation: undefined });
    await web.getOAuthAccessToken({ Verifier: redirected });
    assert.equal((await web.testConnection()).companyId, COMPANY);
    const later = scene.string({ InitiateOAuth: "REFRESH", OAuthSettingsLocation: undefined });
    await failureOf(scene.connect(later), "QB_NOT_CONNECTED");
    // What is kept at the default place belongs to others.
    await scene.login({ OAuthSettingsLocation: undefined });
    scene.provider.company = OTHER_COMPANY;
    const [other, another] = await consented(scene, { OAuthSettingsLocation: undefined });
    const { CompanyId } = await other.getOAuthAccessToken({ Verifier: another });
    assert.equal(CompanyId, OTHER_COMPANY);
  });

  it("with OFF never falls back to what others keep at the default place once its own tokens are gone", async (t) => {
    const scene = await onlineScene(t);
    process.env["XDG_CONFIG_HOME"] = process.env["APPDATA"] = scene.folder;
    const nowhere = { OAuthSettingsLocation: undefined };
    await scene.login(nowhere);
    const stored = scene.provider.refreshToken;
    const [web, redirected] = await consented(scene, nowhere);
    await web.getOAuthAccessToken({ Verifier: redirected });
    const given = await scene.connect(
      scene.applicationString({ ...nowhere, OAuthRefreshToken: "planted-own" }),
    );
    await web.revoke();
    for (const connection of [web, given]) {
      await failureOf(connection.companyInfo(), "QB_NOT_CONNECTED");
      await failureOf(connection.revoke(), "QB_NOT_CONNECTED");
      await connection.forget();
      assert.equal((await connection.status()).connected, false);
    }
    await failureOf(given.refreshOAuthAccessToken(), "QB_RECONNECT", ["planted"]);
    assert.ok(!scene.provider.revoked.includes(stored));
    const later = await scene.connect(scene.string({ InitiateOAuth: "REFRESH", ...nowhere }));
    assert.equal((await later.status()).connected, true);
  });
});

describe("RefreshOAuthAccessToken", () => {
  it("renews a token that is given, for a connection without a store", async (t) => {
    const scene = await onlineScene(t);
    const given = { OAuthAccessToken: "planted-old", CompanyId: COMPANY };
    const text = scene.applicationString({ ...given, OAuthSettingsLocation: "memory://manual" });
    const manual = await scene.connect(text);
    await failureOf(manual.testConnection(), "QB_ACCESS_TOKEN_EXPIRED", ["planted"]);
    const outputs = await manual.call("RefreshOAuthAccessToken", { OAuthRefreshToken: "planted-refresh-0" });
    assert.deepEqual(
      { ...outputs },
      {
        OAuthAccessToken: "planted-access-1",
        OAuthRefreshToken: "planted-refresh-1",
        ExpiresIn: 3600,
      },
    );
    assert.equal((await manual.testConnection()).companyId, COMPANY);
    const again = manual.call("RefreshOAuthAccessToken", { OAuthRefreshToken: "planted-refresh-0" });
    await failureOf(again, "QB_RECONNECT", ["planted"]);
    await manual.refreshOAuthAccessToken();
    assert.equal((await manual.testConnection()).companyId, COMPANY);
    await manual.revoke();
    assert.deepEqual(scene.provider.revoked, ["planted-refresh-2"]);
    await failureOf(manual.testConnection(), "QB_NOT_CONNECTED");
  });

  it("with OFF renews the token of the connection string, then its successors, not one that is stored", async (t) => {
    const scene = await onlineScene(t);
    await scene.login();
    const mine = { OAuthAccessToken: "planted-mine", OAuthRefreshToken: "planted-refresh-mine" };
    const connection = await scene.connect(scene.applicationString(mine));
    scene.provider.refreshToken = "planted-refresh-mine";
    await connection.refreshOAuthAccessToken();
    const { OAuthRefreshToken } = await connection.refreshOAuthAccessToken();
    await connection.revoke();
    assert.deepEqual(scene.provider.revoked, [OAuthRefreshToken]);
    const sent = scene.provider.tokenRequests.slice(1).map(({ form }) => form.get("refresh_token"));
    assert.deepEqual(sent, ["planted-refresh-mine", "planted-refresh-2"]);
    assert.equal((await connection.status()).connected, true);
  });

  it("renews a token that is given once, however many ask at the same time", async (t) => {
    const scene = await onlineScene(t);
    const text = scene.applicationString({ OAuthSettingsLocation: undefined, CompanyId: COMPANY });
    const connections = await Promise.all([scene.connect(text), scene.connect(text)]);
    const given = { OAuthRefreshToken: scene.provider.refreshToken };
    const outputs = await Promise.all(
      [...connections, ...connections].map((connection) => connection.refreshOAuthAccessToken(given)),
    );
    assert.deepEqual(
      [...new Set(outputs.map(({ OAuthRefreshToken }) => OAuthRefreshToken))],
      ["planted-refresh-1"],
    );
    assert.equal(scene.provider.asked("refresh_token"), 1);
    for (const connection of connections) await connection.testConnection();
  });

  it("renews the stored one where it is stored, also when it is given", async (t) => {
    const scene = await onlineScene(t);
    const connection = await scene.login();
    await connection.refreshOAuthAccessToken();
    await connection.refreshOAuthAccessToken({ OAuthRefreshToken: scene.provider.refreshToken });
    assert.equal(scene.provider.asked("refresh_token"), 2);
    const later = await scene.connect(scene.string({ InitiateOAuth: "REFRESH" }));
    assert.equal((await later.testConnection()).companyId, COMPANY);
    assert.equal(scene.provider.asked("refresh_token"), 2);
  });

  it("needs a token", async (t) => {
    const scene = await onlineScene(t);
    const connection = await scene.connect(scene.applicationString());
    await failureOf(connection.refreshOAuthAccessToken(), "QB_NOT_CONNECTED");
  });
});

describe("call()", () => {
  const REFUSED = [
    ["GetOAuthAcessToken", {}, /unknown procedure; did you mean GetOAuthAccessToken\?/],
    ["Planted", {}, /unknown procedure; did you mean one of GetOAuthAuthorizationURL, /],
    [
      "GetOAuthAccessToken",
      { Verifer: "planted" },
      /unknown input of GetOAuthAccessToken; did you mean Verifier\?/,
    ],
    ["GetOAuthAccessToken", { Verifier: "planted", verifier: "planted" }, /Verifier is given twice/],
    ["GetOAuthAccessToken", { AuthMode: "planted" }, /AuthMode must be APP or WEB/],
    ["GetOAuthAccessToken", { AuthMode: "WEB" }, /Verifier is needed/],
    ["RefreshOAuthAccessToken", { OAuthRefreshToken: 7 as never }, /must be a string/],
  ] as const;
  for (const [name, inputs, message] of REFUSED)
    it(`refuses ${name} ${Object.keys(inputs).join()}: ${message.source}`, async (t) => {
      const scene = await onlineScene(t);
      const connection = await scene.connect(scene.applicationString());
      const error = await failureOf(connection.call(name, { ...inputs }), "QB_INVALID_ARGUMENT", ["planted"]);
      assert.match(error.message, message);
    });
});
