import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { startCommand, type Ended, type Running } from "../support/command.js";
import { COMPANY } from "../support/online/consenting-provider.js";
import { onlineScene, type OnlineScene } from "../support/online/online-scene.js";

const LOGIN_URL = /^http:\/\/127\.0\.0\.1:\d+\/authorize\?\S+$/m;

function start(t: TestContext, text: string, ...args: string[]): Running {
  const noScreen = { DISPLAY: "", WAYLAND_DISPLAY: "", BROWSER: "" };
  return startCommand(t, ["online", ...args], { environment: { ...noScreen, QBCONNECTOR_ONLINE: text } });
}

async function run(t: TestContext, text: string, ...args: string[]): Promise<Ended> {
  const ended = await start(t, text, ...args).ended;
  assert.ok(!`${ended.stdout}${ended.stderr}`.includes("planted"), ended.stdout + ended.stderr);
  return ended;
}

async function login(t: TestContext, scene: OnlineScene): Promise<Ended> {
  const command = start(t, scene.applicationString(), "login", "--paste");
  const [url] = await command.says(LOGIN_URL);
  command.write(`${await scene.provider.consent(url)}\n`);
  return command.ended;
}

describe("qbconnector online", () => {
  it("logs in with a pasted URL, queries, tells how it stands, and logs out", async (t) => {
    const scene = await onlineScene(t);
    const inserted = [1, 2, 3].map((number) => ({ DisplayName: `Customer ${number}`, Balance: number / 4 }));
    for (const customer of inserted) scene.service.books.insert("Customer", customer);
    assert.equal((await run(t, scene.string(), "status")).code, 5);
    const connected = await login(t, scene);
    assert.equal(connected.code, 0, connected.stderr);
    assert.match(connected.stderr, /^Log in here:\n\nhttp\S+\n\nPaste the URL/);
    assert.match(connected.stdout, new RegExp(`^connected  yes\ncompany    ${COMPANY} \\(sandbox\\)\n`));
    const settings = scene.string({ UseSandbox: undefined });
    const status = await run(t, settings, "status");
    assert.equal(status.code, 0);
    assert.match(status.stdout, /^days left {2}99$/m);
    const table = await run(t, settings, "query", "select * from Customer");
    assert.equal(table.code, 0, table.stderr);
    assert.match(table.stdout, /^.*DisplayName +Balance.*\n[- ]+\n.*Customer 1 +0\.25/);
    const lines = await run(t, settings, "query", "select * from Customer", "--json");
    const names = lines.stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as object as { DisplayName: string }).DisplayName);
    assert.deepEqual(names, ["Customer 1", "Customer 2", "Customer 3"]);
    assert.equal((await run(t, settings, "query", "select count(*) from Customer")).stdout, "3\n");
    const out = await run(t, settings, "logout");
    assert.deepEqual([out.code, out.stdout], [0, "Logged out: the tokens are revoked and forgotten.\n"]);
    assert.deepEqual(scene.provider.revoked, ["planted-refresh-1"]);
    const again = await run(t, settings, "logout");
    assert.deepEqual([again.code, again.stdout], [0, "Nobody was logged in.\n"]);
    assert.equal((await run(t, settings, "status")).code, 5);
    assert.equal((await run(t, settings, "query", "select * from Customer")).code, 3);
    assert.equal((await login(t, scene)).code, 0);
  });

  it("waits for the browser at the CallbackURL of this machine", { skip: opensBrowsers() }, async (t) => {
    const scene = await onlineScene(t);
    const command = start(t, scene.applicationString(), "login");
    const [url] = await command.says(LOGIN_URL);
    assert.match(await scene.provider.browse(url), /<html/);
    const { code, stdout, stderr } = await command.ended;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^connected {2}yes\n/);
  });

  it("ends at Ctrl-C", async (t) => {
    const scene = await onlineScene(t);
    const command = start(t, scene.applicationString(), "login", "--paste");
    await command.says(LOGIN_URL);
    command.signal("SIGINT");
    assert.notEqual((await command.ended).code, 0);
    assert.equal(scene.provider.tokenRequests.length, 0);
  });

  it("tells wrong use from what others refuse", async (t) => {
    const scene = await onlineScene(t);
    const wrong = await run(t, "OAuthCleintId=planted", "login");
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /did you mean OAuthClientId\?\n {2}Correct the connection string/);
    const none = await run(t, scene.string(), "login");
    assert.equal(none.code, 3);
    assert.match(none.stderr, /developer\.intuit\.com/);
    const command = start(t, scene.applicationString(), "login", "--paste");
    await command.says(LOGIN_URL);
    command.write("https://elsewhere.example/?code=planted&state=planted\n");
    const { code, stderr } = await command.ended;
    assert.deepEqual([code, stderr.includes("planted")], [3, false], stderr);
  });
});

/** Where a login would open a browser on somebody's screen. */
function opensBrowsers(): string | false {
  return process.platform === "linux" ? false : "would open a browser here";
}
