import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { logOn } from "../../dist/windows/logon.js";
import { native } from "../../dist/windows/native.js";
import { query } from "../support/message-sets.js";
import { send } from "../support/http-exchange.js";
import { startConnector } from "../support/running-connector.js";
import { stubLibrary } from "./support/stub-libraries.js";

const library = stubLibrary("accounts");
const stub = native().open(library);
const calls = stub.define<number>("int32_t __stdcall StubCalls()");
const threads = stub.define<number>("int32_t __stdcall StubThreads()");
const lastCall = stub.define<string>("str16 __stdcall StubLastCall()");
const tokens = stub.define<number>("int32_t __stdcall StubTokens()");
const openTokens = stub.define<number>("int32_t __stdcall StubOpenTokens()");

function logOnAs(user: string, password = "right", interactive = false): ReturnType<typeof logOn> {
  return logOn({ user, password, interactive }, library);
}

async function reasonOf(user: string, password?: string): Promise<string> {
  const answer = await logOnAs(user, password);
  assert.ok(answer !== true, `${user} was accepted`);
  return answer.reason;
}

describe("a logon", () => {
  for (const [user, interactive, asked] of [
    ["right", false, "right|.|3|0"],
    ["right", true, "right|.|2|0"],
    ["FOO\\right", false, "right|FOO|3|0"],
    [".\\right", false, "right|.|3|0"],
    ["right@foo.example", true, "right@foo.example|(null)|2|0"],
  ] as const) {
    it(`as ${user}, ${interactive ? "interactive" : "network"}: LogonUser hears ${asked}`, async () => {
      assert.equal(await logOnAs(user, "right", interactive), true);
      assert.equal(lastCall(), asked);
    });
  }

  it("takes passwords beyond Latin-1", async () => {
    assert.equal(await logOnAs("right", "ü€😀"), true);
    assert.match(await reasonOf("right", "ü€"), /wrong/);
  });

  it("does not cut a password at NUL: Windows is not asked", async () => {
    const before = calls();
    assert.match(await reasonOf("right", "right\0 and more"), /NUL/);
    assert.equal(calls(), before);
  });

  for (const [user, reason] of [
    ["nobody", /the user name or the password is wrong/],
    ["locked", /locked out/],
    ["expired", /the password has expired/],
    ["ended", /the account has expired/],
    ["mustchange", /must be changed/],
    ["disabled", /disabled/],
    ["notgranted", /Access this computer from the network/],
    ["hours", /time of day/],
    ["workstation", /may not log on at this computer/],
    ["restricted", /policy/],
    ["guest", /took it for a guest/],
  ] as const) {
    it(`is refused for ${user}, and says why`, async () => assert.match(await reasonOf(user), reason));
  }

  for (const [user, message] of [
    ["nocontroller", /^no domain controller answers/],
    ["nodomain", /^no domain controller answers/],
    ["odd", /^Windows gives error 4242$/],
  ] as const) {
    it(`of ${user} could not be judged, which is no refusal`, async () => {
      await assert.rejects(logOnAs(user), { code: "QB_LOGON_UNAVAILABLE", message });
    });
  }

  it("that cannot be tried says why", async () => {
    const tried = logOn({ user: "right", password: "right", interactive: false }, "no-such-library.dll");
    await assert.rejects(tried, { code: "QB_LOGON_UNAVAILABLE", message: /load shared library/ });
  });

  it("does not hold up the main thread, nor one another", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 10);
    const order: string[] = [];
    const slow = logOnAs("slow").then(() => order.push("slow"));
    await logOnAs("right").then(() => order.push("right"));
    await slow;
    clearInterval(timer);
    assert.deepEqual(order, ["right", "slow"]);
    assert.ok(turns > 20, `${turns} turns in 2 s`);
  });

  it("is closed again, each of twenty", async () => {
    const before = tokens();
    for (let count = 0; count < 20; count++) await logOnAs(count % 2 === 0 ? "right" : "guest");
    assert.equal(tokens(), before + 20);
    assert.equal(openTokens(), 0);
  });
});

describe("the threads of logons", () => {
  it("are kept: 300 logons one after the other have one", async () => {
    await logOnAs("right");
    const before = threads();
    for (let count = 0; count < 300; count++) await logOnAs(count % 2 === 0 ? "right" : "locked");
    assert.equal(threads(), before);
  });

  it("are as many as there are logons at the same time, and four are kept", async () => {
    const together = async (count: number): Promise<unknown> =>
      await Promise.all(Array.from({ length: count }, () => logOnAs("slow")));
    await together(6);
    const before = threads();
    await together(4);
    assert.equal(threads(), before);
    await together(5);
    assert.equal(threads(), before + 1);
  });
});

describe("a connector with Windows accounts", () => {
  const windowsLogon = (credentials: Parameters<typeof logOn>[0]): ReturnType<typeof logOn> =>
    logOn(credentials, library);

  it("serves the right password, refuses all others alike, and the log says why", async (t) => {
    const { connector, url, log } = await startConnector(t, { windowsLogon });
    for (const user of ["right", "locked", "expired"]) connector.addUser(user, "", "", "Windows");
    assert.equal((await send(url, query(), { credentials: "right:right" })).status, 200);
    const refusals = ["right:wrong", "locked:right", "expired:right", "nobody:right"];
    const answers = [];
    for (const credentials of refusals) answers.push(await send(url, query(), { credentials }));
    for (const { status, body } of answers) assert.deepEqual([status, body], [401, answers[0]?.body]);
    const warnings = log.filter(({ level }) => level === "warn").map(({ message }) => message);
    const reasons = warnings.filter((message) => message.startsWith("Windows refused"));
    assert.deepEqual(
      reasons.map((message) => message.replace(/:.*/, "")),
      ["right", "locked", "expired"].map((user) => `Windows refused the logon of "${user}"`),
    );
    assert.match(reasons[1] ?? "", /locked out/);
  });

  it("asks Windows by itself when no windowsLogon is given", async (t) => {
    const { connector, url, log } = await startConnector(t);
    connector.addUser("no\\such\\account", "", "", "Windows");
    assert.equal((await send(url, query(), { credentials: "no\\such\\account:x" })).status, 401);
    // Windows refuses the name. Wine accepts everybody, but has no token to show whom: that is refused, too.
    const asked = log.filter(({ message }) => /^Windows refused|Windows does not say whose/.test(message));
    assert.equal(asked.length, 1);
  });
});
