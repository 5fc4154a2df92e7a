import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it, type TestContext } from "node:test";
import type { ErrorCode } from "qbconnector";
import { ONLINE_PROPERTIES, setDefaultApplication, type OnlinePropertyName } from "qbconnector/online";
import { makeCertificate } from "../support/certificates.js";
import { NO_PROGRAMS } from "../support/command.js";
import { APPLICATION, COMPANY } from "../support/online/consenting-provider.js";
import { onlineScene, type OnlineScene } from "../support/online/online-scene.js";
import { startSocks5, startTunnel } from "../support/online/proxies.js";
import { failureOf } from "../support/online/secret-free.js";
import { startRawServer } from "../support/raw-server.js";

type Check = (scene: OnlineScene, t: TestContext) => Promise<void>;

const OTHER_COMPANY = "9130350000000000001";
const home = mkdtempSync(join(tmpdir(), "qbconnector-home-"));
process.env["XDG_CONFIG_HOME"] = home;
process.env["APPDATA"] = home;
after(() => rmSync(home, { recursive: true, force: true }));

function refused(scene: OnlineScene, connectionString: string, code: ErrorCode): Promise<unknown> {
  return failureOf(scene.connect(connectionString), code, ["planted"]);
}

/** The grant types that were asked for. */
function asked({ provider }: OnlineScene): string[] {
  return provider.tokenRequests.map(({ form }) => form.get("grant_type") ?? "");
}

/** Behind a proxy that makes no connection out of this machine: whom the connection wanted to reach. */
async function wanted(scene: OnlineScene, t: TestContext, properties: object): Promise<string[]> {
  const proxy = await startTunnel(t);
  const text = scene.applicationString({
    ProxyAutoDetect: undefined,
    FirewallType: "TUNNEL",
    FirewallServer: "127.0.0.1",
    FirewallPort: String(proxy.port),
    OAuthAccessToken: "planted-token",
    CompanyId: COMPANY,
    ...properties,
  });
  const connection = await scene.connect(text);
  await failureOf(connection.read("CompanyInfo", COMPANY, { deadlineMs: 500 }), "QB_UNREACHABLE");
  await failureOf(connection.refreshOAuthAccessToken({ OAuthRefreshToken: "planted" }), "QB_UNREACHABLE");
  return proxy.targets;
}

/** The company's name by way of a proxy. */
async function through(scene: OnlineScene, properties: object, deadlineMs = 20_000): Promise<unknown> {
  scene.provider.accessToken = "planted-token";
  const more = { OAuthAccessToken: "planted-token", CompanyId: COMPANY, ProxyAutoDetect: undefined };
  const connection = await scene.connect(scene.applicationString({ ...more, ...properties }));
  return (await connection.read("CompanyInfo", COMPANY, { deadlineMs }))["CompanyName"];
}

async function proxied(
  scene: OnlineScene,
  t: TestContext,
  kind: "proxy" | "tunnel" | "socks",
): Promise<void> {
  const start = kind === "socks" ? startSocks5 : startTunnel;
  const proxy = await start(t, { login: "planted-user:planted;password" });
  const target = new URL(scene.service.url).host;
  const login = {
    User: "planted-user",
    Password: "planted;password",
    Server: "127.0.0.1",
    Port: `${proxy.port}`,
  };
  const prefix = kind === "proxy" ? "Proxy" : "Firewall";
  const named = Object.fromEntries(Object.entries(login).map(([name, value]) => [prefix + name, value]));
  const type = kind === "proxy" ? {} : { FirewallType: kind === "tunnel" ? "TUNNEL" : "SOCKS5" };
  assert.equal(await through(scene, { ...named, ...type }), "Sandbox Company");
  assert.deepEqual([proxy.targets, proxy.logins], [[target], ["planted-user:planted;password"]]);
  const wrong = { ...named, [`${prefix}Password`]: "planted-other" };
  await failureOf(through(scene, { ...wrong, ...type }, 500), "QB_UNREACHABLE", ["planted"]);
}

const CHECKS: Readonly<Record<OnlinePropertyName, Check>> = {
  InitiateOAuth: async (scene) => {
    const off = await scene.connect(scene.applicationString());
    assert.deepEqual([asked(scene), (await off.status()).connected], [[], false]);
    await failureOf(off.testConnection(), "QB_NOT_CONNECTED");
    await refused(scene, scene.applicationString({ InitiateOAuth: "REFRESH" }), "QB_NOT_CONNECTED");
    await scene.login({ InitiateOAuth: "GETANDREFRESH" });
    assert.deepEqual(asked(scene), ["authorization_code"]);
    const later = await scene.connect(scene.string({ InitiateOAuth: "REFRESH" }));
    assert.equal((await later.testConnection()).companyName, "Sandbox Company");
  },
  AuthScheme: async (scene) => {
    await scene.connect(scene.string({ AuthScheme: "OAuth" }));
    await refused(scene, "AuthScheme=Basic", "QB_CONNECTION_STRING");
  },
  OAuthClientId: async (scene) => {
    await scene.login();
    assert.equal(scene.provider.authorizations[0]?.get("client_id"), APPLICATION.clientId);
    await refused(scene, scene.string({ OAuthClientId: "a" }), "QB_CONNECTION_STRING");
    const none = await scene.connect(scene.string({ OAuthSettingsLocation: "memory://nobody" }));
    const url = none.getOAuthAuthorizationURL({ CallbackURL: scene.callbackURL });
    const { advice } = await failureOf(url, "QB_OAUTH_APPLICATION");
    assert.match(advice, /developer\.intuit\.com.*docs\/guides\/quickbooks-online\.md/s);
    setDefaultApplication({ ...APPLICATION, clientId: "the-default", callbackURL: scene.callbackURL });
    const { URL: begun } = await none.getOAuthAuthorizationURL();
    setDefaultApplication(undefined);
    assert.equal(new URL(begun).searchParams.get("client_id"), "the-default");
    assert.equal(new URL(begun).searchParams.get("redirect_uri"), scene.callbackURL);
  },
  OAuthClientSecret: async (scene) => {
    await failureOf(scene.login({ OAuthClientSecret: "planted-wrong" }), "QB_OAUTH_APPLICATION", ["planted"]);
    await scene.login();
  },
  CallbackURL: async (scene) => {
    await scene.login();
    assert.equal(scene.provider.authorizations[0]?.get("redirect_uri"), scene.callbackURL);
    await failureOf(
      scene.login({ UseSandbox: "false", OAuthSettingsLocation: "memory://callback" }),
      "QB_CALLBACK_URL",
    );
    assert.equal(scene.provider.authorizations.length, 1);
  },
  CallbackListener: async (scene) => {
    const CallbackURL = "https://crm.example/quickbooks";
    const openBrowser = (url: URL): void =>
      void scene.provider
        .consent(url)
        .then((redirected) => fetch(redirected.replace(CallbackURL, scene.callbackURL)));
    const properties = { CallbackURL, CallbackListener: scene.callbackURL, UseSandbox: "false" };
    const connection = await scene.login(properties, { openBrowser });
    assert.equal((await connection.status()).connected, true);
    assert.equal(scene.provider.tokenRequests[0]?.form.get("redirect_uri"), CallbackURL);
  },
  Scope: async (scene) => {
    const connection = await scene.connect(scene.applicationString());
    assert.match(
      (await connection.getOAuthAuthorizationURL()).URL,
      /scope=com\.intuit\.quickbooks\.accounting&/,
    );
    const other = await scene.connect(scene.applicationString({ Scope: "a b" }));
    assert.equal(new URL((await other.getOAuthAuthorizationURL()).URL).searchParams.get("scope"), "a b");
  },
  OAuthAccessToken: async (scene) => {
    assert.equal(await through(scene, {}), "Sandbox Company");
    scene.provider.accessToken = "planted-later";
    const text = scene.applicationString({ OAuthAccessToken: "planted-token", CompanyId: COMPANY });
    const connection = await scene.connect(text);
    await failureOf(connection.testConnection(), "QB_ACCESS_TOKEN_EXPIRED", ["planted"]);
    assert.deepEqual(asked(scene), []);
  },
  OAuthRefreshToken: async (scene) => {
    const given = { InitiateOAuth: "REFRESH", OAuthRefreshToken: "planted-refresh-0", CompanyId: COMPANY };
    const connection = await scene.connect(scene.applicationString(given));
    assert.equal((await connection.testConnection()).companyId, COMPANY);
    assert.equal(scene.provider.tokenRequests[0]?.form.get("refresh_token"), "planted-refresh-0");
    // What is stored is used from now on, whatever the connection string still says.
    await (await scene.connect(scene.applicationString(given))).refreshOAuthAccessToken();
    assert.equal(scene.provider.tokenRequests[1]?.form.get("refresh_token"), "planted-refresh-1");
    scene.provider.refreshToken = "planted-new";
    await scene.connect(scene.applicationString({ ...given, OAuthRefreshToken: "planted-new" }));
    assert.equal(scene.provider.tokenRequests[2]?.form.get("refresh_token"), "planted-new");
  },
  OAuthVerifier: async (scene) => {
    const headless = await scene.connect(scene.applicationString());
    const begin = async (): Promise<string> =>
      scene.provider.consent((await headless.getOAuthAuthorizationURL({ AuthMode: "WEB" })).URL);
    const given = { InitiateOAuth: "REFRESH", OAuthVerifier: await begin() };
    await refused(
      scene,
      scene.applicationString({ ...given, OAuthSettingsLocation: undefined }),
      "QB_CONNECTION_STRING",
    );
    const connection = await scene.connect(scene.applicationString(given));
    assert.equal(await connection.companyId(), COMPANY);
    // Later connections find what is stored.
    await scene.connect(scene.applicationString(given));
    assert.deepEqual(asked(scene), ["authorization_code"]);
    await connection.forget();
    const code = new URL(await begin()).searchParams.get("code") ?? "";
    const bare = { InitiateOAuth: "REFRESH", OAuthVerifier: code };
    await refused(scene, scene.applicationString(bare), "QB_INVALID_ARGUMENT");
    await scene.connect(scene.applicationString({ ...bare, CompanyId: COMPANY }));
    assert.deepEqual(asked(scene), ["authorization_code", "authorization_code"]);
  },
  OAuthExpiresIn: async (scene) => {
    const made = { OAuthTokenTimestamp: String(Date.now() - 10_000), CompanyId: COMPANY };
    const given = { ...made, OAuthAccessToken: "planted-token", OAuthRefreshToken: "planted-refresh-0" };
    const expired = await scene.connect(scene.applicationString({ ...given, OAuthExpiresIn: "9" }));
    await failureOf(expired.testConnection(), "QB_ACCESS_TOKEN_EXPIRED");
    assert.equal(scene.service.requests.length, 0);
    const REFRESH = { InitiateOAuth: "REFRESH", OAuthSettingsLocation: "memory://lasting" };
    await scene.connect(scene.applicationString({ ...given, ...REFRESH, OAuthExpiresIn: "3600" }));
    assert.deepEqual(asked(scene), []);
    await scene.connect(
      scene.applicationString({ ...given, ...REFRESH, OAuthSettingsLocation: "memory://unknown" }),
    );
    assert.deepEqual(asked(scene), ["refresh_token"]);
  },
  OAuthTokenTimestamp: async (scene) => {
    const given = { OAuthAccessToken: "planted-token", OAuthExpiresIn: "3600", CompanyId: COMPANY };
    const at = async (OAuthTokenTimestamp: number): Promise<unknown> => {
      const text = scene.applicationString({ ...given, OAuthTokenTimestamp: String(OAuthTokenTimestamp) });
      return (await (await scene.connect(text)).status()).accessTokenExpiresAt?.getTime();
    };
    const now = Date.now();
    assert.deepEqual([await at(now), await at(now - 7_200_000)], [now + 3_600_000, now - 3_600_000]);
  },
  OAuthSettingsLocation: async (scene) => {
    await scene.login();
    const stored = readFileSync(scene.settingsFile, "utf8");
    assert.match(stored, /^\{"format":"qbconnector-oauth"/);
    assert.ok(!stored.includes("planted"));
    if (process.platform !== "win32") assert.equal(statSync(scene.settingsFile).mode & 0o777, 0o600);
    await scene.connect(scene.string({ InitiateOAuth: "REFRESH" }));
    await scene.login({ OAuthSettingsLocation: "memory://here" });
    await scene.connect(scene.string({ InitiateOAuth: "REFRESH", OAuthSettingsLocation: "memory://here" }));
    const other = scene.string({ InitiateOAuth: "REFRESH", OAuthSettingsLocation: "memory://there" });
    await refused(scene, other, "QB_NOT_CONNECTED");
    await refused(scene, "OAuthSettingsLocation=registry://x", "QB_CONNECTION_STRING");
    await scene.login({ OAuthSettingsLocation: undefined });
    assert.ok(existsSync(join(home, "qbconnector", "OAuthSettings.txt")));
  },
  OAuthSettingsPassphrase: async (scene) => {
    const passphrase = { OAuthSettingsPassphrase: "planted passphrase" };
    await scene.login(passphrase);
    assert.ok(!existsSync(`${scene.settingsFile}.key`));
    await scene.connect(scene.string({ InitiateOAuth: "REFRESH", ...passphrase }));
    const wrong = scene.string({ InitiateOAuth: "REFRESH", OAuthSettingsPassphrase: "planted other" });
    await refused(scene, wrong, "QB_TOKEN_STORE");
    await refused(scene, scene.string({ InitiateOAuth: "REFRESH" }), "QB_TOKEN_STORE");
    process.env["QBCONNECTOR_OAUTH_PASSPHRASE"] = "planted passphrase";
    await scene.connect(scene.string({ InitiateOAuth: "REFRESH" })).finally(() => {
      delete process.env["QBCONNECTOR_OAUTH_PASSPHRASE"];
    });
  },
  CompanyId: async (scene) => {
    const connection = await scene.login({ CompanyId: COMPANY });
    assert.equal(await connection.companyId(), COMPANY);
    const other = scene.string({ InitiateOAuth: "REFRESH", CompanyId: OTHER_COMPANY });
    await refused(scene, other, "QB_WRONG_COMPANY");
    const properties = { CompanyId: OTHER_COMPANY, OAuthSettingsLocation: "memory://other" };
    await failureOf(scene.login(properties), "QB_WRONG_COMPANY");
    const token = { OAuthAccessToken: "planted-token", OAuthSettingsLocation: "memory://none" };
    const unknown = await scene.connect(scene.string(token));
    await failureOf(unknown.testConnection(), "QB_INVALID_ARGUMENT");
  },
  UseSandbox: async (scene, t) => {
    const own = { DiscoveryURL: undefined, ServiceURL: undefined, OAuthSettingsLocation: "memory://sandbox" };
    const sandbox = await wanted(scene, t, { ...own, UseSandbox: "true" });
    assert.ok(sandbox.includes("sandbox-quickbooks.api.intuit.com:443"), sandbox.join());
    assert.ok(!sandbox.includes("quickbooks.api.intuit.com:443"));
    const production = await wanted(scene, t, { ...own, UseSandbox: "false" });
    assert.ok(production.includes("quickbooks.api.intuit.com:443"), production.join());
    assert.ok(!production.includes("sandbox-quickbooks.api.intuit.com:443"));
    await scene.login();
    const stored = await scene.connect(scene.string({ InitiateOAuth: "REFRESH", UseSandbox: undefined }));
    assert.equal((await stored.testConnection()).sandbox, true);
    await refused(scene, scene.string({ InitiateOAuth: "REFRESH", UseSandbox: "false" }), "QB_WRONG_COMPANY");
  },
  CountryCode: async (scene) => {
    const connection = await scene.login({ CountryCode: "US" });
    assert.equal((await connection.testConnection()).country, "US");
    const warnings = scene.log.warnings.length;
    const other = await scene.connect(scene.string({ InitiateOAuth: "REFRESH", CountryCode: "UK" }));
    await other.testConnection();
    assert.deepEqual(scene.log.warnings.slice(warnings), ["CountryCode is UK, but the company is of US"]);
    await refused(scene, "CountryCode=XX", "QB_CONNECTION_STRING");
  },
  MinorVersion: async (scene) => {
    await (await scene.login()).testConnection();
    const text = scene.string({ InitiateOAuth: "REFRESH", MinorVersion: "80" });
    await (await scene.connect(text)).testConnection();
    const sent = scene.service.requests.map(({ parameters }) => parameters.get("minorversion"));
    assert.deepEqual(sent, ["75", "80"]);
  },
  DiscoveryURL: async (scene, t) => {
    await scene.login();
    assert.deepEqual(scene.provider.documents, ["/.well-known/openid_configuration"]);
    await refused(scene, "DiscoveryURL=http://elsewhere.example/x", "QB_CONNECTION_STRING");
    const targets = await wanted(scene, t, {
      DiscoveryURL: undefined,
      ServiceURL: undefined,
      OAuthSettingsLocation: "memory://d",
    });
    assert.ok(targets.includes("oauth.platform.intuit.com:443"), targets.join());
  },
  ServiceURL: async (scene) => {
    await (await scene.login()).testConnection();
    assert.equal(scene.service.requests.length, 1);
    await refused(scene, "ServiceURL=http://elsewhere.example", "QB_CONNECTION_STRING");
  },
  ProxyAutoDetect: async (scene, t) => {
    const proxy = await startTunnel(t);
    const names = ["http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"];
    const before = names.map((name) => process.env[name]);
    t.after(() => {
      for (const [index, name] of names.entries())
        if (before[index] === undefined) delete process.env[name];
        else process.env[name] = before[index];
    });
    for (const name of names) delete process.env[name];
    process.env["http_proxy"] = `http://127.0.0.1:${proxy.port}`;
    await through(scene, { ProxyAutoDetect: "false" });
    assert.deepEqual(proxy.targets, []);
    await through(scene, {});
    await through(scene, { ProxyAutoDetect: "true" });
    assert.equal(proxy.targets.length, 2);
    process.env["no_proxy"] = "127.0.0.1";
    await through(scene, {});
    assert.equal(proxy.targets.length, 2);
    await refused(scene, "ProxyAutoDetect=true;ProxyServer=a", "QB_CONNECTION_STRING");
  },
  ProxyServer: (scene, t) => proxied(scene, t, "proxy"),
  ProxyPort: async (scene, t) => {
    const proxy = await startTunnel(t);
    await through(scene, { ProxyServer: "http://127.0.0.1", ProxyPort: String(proxy.port) });
    await through(scene, { ProxyServer: `127.0.0.1:${proxy.port}` });
    assert.equal(proxy.targets.length, 2);
    await refused(scene, "ProxyPort=8080", "QB_CONNECTION_STRING");
  },
  ProxyAuthScheme: async (scene, t) => {
    const proxy = await startTunnel(t);
    const server = { ProxyServer: "127.0.0.1", ProxyPort: String(proxy.port) };
    await through(scene, { ...server, ProxyAuthScheme: "NONE" });
    await through(scene, { ...server, ProxyAuthScheme: "BASIC", ProxyUser: "u" });
    assert.deepEqual(proxy.logins, [undefined, "u:"]);
    await refused(scene, "ProxyServer=a;ProxyAuthScheme=NONE;ProxyUser=planted", "QB_CONNECTION_STRING");
    await refused(scene, "ProxyServer=a;ProxyAuthScheme=NTLM", "QB_CONNECTION_STRING");
  },
  ProxyUser: (scene, t) => proxied(scene, t, "proxy"),
  ProxyPassword: async (scene, t) => {
    await proxied(scene, t, "proxy");
    await refused(scene, "ProxyServer=a;ProxyPassword=planted", "QB_CONNECTION_STRING");
  },
  FirewallType: async (scene, t) => {
    await proxied(scene, t, "tunnel");
    await proxied(scene, t, "socks");
    await through(scene, { FirewallType: "NONE", ProxyAutoDetect: "false" });
    await refused(scene, "FirewallType=SOCKS5", "QB_CONNECTION_STRING");
    await refused(scene, "FirewallType=SOCKS5;FirewallServer=a;ProxyServer=b", "QB_CONNECTION_STRING");
  },
  FirewallServer: async (scene, t) => {
    await proxied(scene, t, "socks");
    await refused(scene, "FirewallServer=a", "QB_CONNECTION_STRING");
  },
  FirewallPort: (scene, t) => proxied(scene, t, "socks"),
  FirewallUser: (scene, t) => proxied(scene, t, "tunnel"),
  FirewallPassword: async (scene, t) => {
    await proxied(scene, t, "socks");
    const text = "FirewallType=TUNNEL;FirewallServer=a;FirewallPassword=planted";
    await refused(scene, text, "QB_CONNECTION_STRING");
  },
  SSLServerCert: async (scene, t) => {
    const { key, cert, certificateFile } = makeCertificate();
    const body = JSON.stringify({ CompanyInfo: { Id: COMPANY, CompanyName: "Behind TLS" } });
    const server = await startRawServer(
      t,
      (socket) =>
        void socket.end(
          `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
        ),
      { key, cert },
    );
    const there = { ServiceURL: server.url, ProxyAutoDetect: "false" };
    await failureOf(through(scene, there), "QB_TLS");
    for (const SSLServerCert of [cert, certificateFile])
      assert.equal(await through(scene, { ...there, SSLServerCert }), "Behind TLS");
    const bad = join(scene.folder, "bad.pem");
    writeFileSync(bad, "planted");
    for (const text of [bad, "*", join(scene.folder, "missing.pem")])
      await refused(scene, scene.string({ SSLServerCert: text }), "QB_CONNECTION_STRING");
  },
  Logfile: async (scene) => {
    const Logfile = join(scene.folder, "online.log");
    await (await scene.login({ Logfile })).close();
    assert.equal(readFileSync(Logfile, "utf8"), "");
    if (process.platform !== "win32") assert.equal(statSync(Logfile).mode & 0o777, 0o600);
    writeFileSync(Logfile, "before\n");
    const connection = await scene.connect(
      scene.string({ InitiateOAuth: "REFRESH", Logfile, Verbosity: "3" }),
    );
    await connection.testConnection();
    assert.match(
      readFileSync(Logfile, "utf8"),
      /^before\n\S+Z request GET http:\/\/127\.0\.0\.1:\d+\/v3\/company\/\d+\/companyinfo\/\d+ status=200 ms=\d+\n$/,
    );
    await refused(scene, scene.string({ Logfile: scene.folder }), "QB_INVALID_ARGUMENT");
  },
  Verbosity: async (scene) => {
    const lines: Record<string, string[]> = {};
    for (const Verbosity of ["1", "2", "3", "4", "5"]) {
      const Logfile = join(scene.folder, `${Verbosity}.log`);
      const place = { OAuthSettingsLocation: `memory://verbosity-${Verbosity}`, CountryCode: "UK" };
      const connection = await scene.login({ ...place, Logfile, Verbosity });
      await connection.testConnection();
      await connection.refreshOAuthAccessToken();
      scene.provider.refreshToken = "planted-unknown";
      await failureOf(connection.refreshOAuthAccessToken(), "QB_RECONNECT", ["planted"]);
      const text = readFileSync(Logfile, "utf8");
      assert.ok(!text.includes("planted"), text);
      assert.ok(!/code=|state=/.test(text), text);
      lines[Verbosity] = text.split("\n").filter((line) => line !== "");
    }
    const levels = Object.values(lines).map((all) =>
      [...new Set(all.map((line) => line.split(/ +/)[1]))].sort(),
    );
    assert.deepEqual(levels, [
      ["error"],
      ["error", "warn"],
      ["error", "request", "warn"],
      ["error", "info", "request", "warn"],
      ["debug", "error", "info", "request", "warn"],
    ]);
  },
};

describe("each property of a connection string has its effect:", () => {
  for (const [name, check] of Object.entries(CHECKS)) {
    const skip = name === "SSLServerCert" && NO_PROGRAMS;
    it(name, { skip }, async (t) => check(await onlineScene(t), t));
  }

  it("and there is no other", () => {
    assert.deepEqual(Object.keys(CHECKS).sort(), Object.keys(ONLINE_PROPERTIES).sort());
  });
});
