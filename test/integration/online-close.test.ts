import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { connect as dial } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { connect, formatOnlineConnectionString, type OnlineConnection } from "qbconnector/online";
import { failureOf } from "../support/online/failure.js";
import { IntuitStandIn } from "../support/online/intuit-stand-in.js";
import { onlineScene } from "../support/online/online-scene.js";
import { APPLICATION, COMPANY } from "../support/online/test-vault.js";

async function rotating(t: TestContext) {
  const provider = await IntuitStandIn.start();
  t.after(() => provider.close());
  provider.answerDelayMs = 200;
  const folder = mkdtempSync(join(tmpdir(), "qbconnector-close-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "settings.txt");
  const string = formatOnlineConnectionString({
    InitiateOAuth: "REFRESH",
    OAuthClientId: APPLICATION.clientId,
    OAuthClientSecret: APPLICATION.clientSecret,
    OAuthAccessToken: provider.tokens.accessToken,
    OAuthRefreshToken: provider.tokens.refreshToken,
    OAuthExpiresIn: "3600",
    OAuthTokenTimestamp: String(Date.now()),
    OAuthSettingsLocation: file,
    CompanyId: COMPANY,
    DiscoveryURL: provider.discoveryURL,
    ProxyAutoDetect: "false",
  });
  const open = async (): Promise<OnlineConnection> => {
    const connection = await connect(string);
    t.after(() => connection.close());
    return connection;
  };
  const rotated = (): Promise<unknown> =>
    new Promise<unknown>((resolve) => (provider.onRotated = resolve)).finally(
      () => (provider.onRotated = () => {}),
    );
  return { provider, string, file, open, rotated };
}

describe("closing a connection", () => {
  it("waits for a refresh that was sent, so that its tokens are not lost", async (t) => {
    const { provider, open, rotated } = await rotating(t);
    const connection = await open();
    const sent = rotated();
    const refreshed = connection.refreshOAuthAccessToken();
    await sent;
    await connection.close();
    const again = await open();
    await again.refreshOAuthAccessToken();
    assert.equal((await refreshed).OAuthAccessToken, "access-1");
    assert.deepEqual([provider.tokens.granted, provider.tokens.invalidGrants], [2, 0]);
  });

  it("by revoking it also revokes what a refresh brings that is under way", async (t) => {
    const { provider, open, rotated } = await rotating(t);
    const [connection, other] = [await open(), await open()];
    const sent = rotated();
    const refreshed = connection.refreshOAuthAccessToken().catch(() => {});
    await sent;
    await other.revoke();
    await refreshed;
    assert.equal(provider.revoked.at(-1), provider.tokens.refreshToken);
    assert.equal((await connection.status()).endedReason, "revoked");
  });

  it("by a signal during connect() loses no tokens either", async (t) => {
    const { provider, string, rotated, open } = await rotating(t);
    const caller = new AbortController();
    const sent = rotated();
    const text = string.replace("OAuthExpiresIn=3600; ", "");
    const connecting = failureOf(connect(text, { signal: caller.signal }));
    await sent;
    caller.abort();
    assert.equal((await connecting).code, "QB_ABORTED");
    await (await open()).refreshOAuthAccessToken();
    assert.deepEqual([provider.tokens.granted, provider.tokens.invalidGrants], [2, 0]);
  });

  it("does not fail another one that shares its refresh", async (t) => {
    const { provider, file, open } = await rotating(t);
    const [one, other] = [await open(), await open()];
    // Somebody else has the lock.
    mkdirSync(`${file}.lock`);
    const given = failureOf(one.refreshOAuthAccessToken());
    const shared = other.refreshOAuthAccessToken();
    await one.close();
    rmSync(`${file}.lock`, { recursive: true, force: true });
    assert.equal((await given).code, "QB_CLOSED");
    assert.equal((await shared).OAuthAccessToken, "access-1");
    assert.deepEqual([provider.tokens.granted, provider.tokens.invalidGrants], [1, 0]);
  });

  it("ends a login that waits for its browser, and no longer listens", async (t) => {
    const scene = await onlineScene(t);
    let opened = (): void => {};
    const browser = new Promise<void>((resolve) => (opened = resolve));
    const connection = await scene.connect(scene.applicationString(), { openBrowser: () => opened() });
    const login = failureOf(connection.getOAuthAccessToken());
    await browser;
    await connection.close();
    assert.equal((await login).code, "QB_ABORTED");
    const socket = dial(Number(new URL(scene.callbackURL).port), "127.0.0.1");
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    assert.equal(error.code, "ECONNREFUSED");
  });
});
