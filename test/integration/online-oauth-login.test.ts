import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createServer, type AddressInfo } from "node:net";
import { describe, it, type TestContext } from "node:test";
import {
  authorizeInteractively,
  type Granted,
  type InteractiveAuthorizationOptions,
} from "../../dist/online/oauth/interactive-authorization.js";
import { memoryStore } from "../../dist/online/vault/memory-store.js";
import { plainSealer } from "../../dist/online/vault/sealing.js";
import { TokenVault } from "../../dist/online/vault/token-vault.js";
import { QBError, type ErrorCode } from "qbconnector";
import { curl } from "../support/curl.js";
import { freePort } from "../support/free-port.js";
import { recordingLogger } from "../support/online/recording-logger.js";
import { jsonAnswer, SECRETS, startProvider, TOKEN_ANSWER } from "../support/online/scripted-provider.js";
import { failureOf } from "../support/online/secret-free.js";
import { httpAnswer, type Reply } from "../support/raw-server.js";
import { until } from "../support/until.js";

const issue: Reply = (socket) => void socket.end(jsonAnswer(200, TOKEN_ANSWER));
const secrets = Object.values(SECRETS);

/** A login that was begun; the test plays the browser. */
async function begun(t: TestContext, reply: Reply, changes: Partial<InteractiveAuthorizationOptions> = {}) {
  const provider = await startProvider(t, reply);
  const { logger, warnings, all } = recordingLogger();
  const listener = new URL(`http://127.0.0.1:${await freePort()}/callback`);
  const vault = new TokenVault({
    store: memoryStore(randomUUID()),
    sealer: plainSealer,
    refresh: () => Promise.reject(new Error("not here")),
    logger,
  });
  let opened: URL | undefined;
  const options: InteractiveAuthorizationOptions = {
    client: provider.client,
    vault,
    callbackURL: listener.href,
    scope: "com.intuit.quickbooks.accounting",
    listener,
    openBrowser: (url) => void (opened = url),
    onAuthorizationURL: () => {},
    logger,
    ...changes,
  };
  const granted = authorizeInteractively(options);
  granted.catch(() => {});
  const url = (): URL => opened ?? assert.fail("no browser was opened");
  const state = (): string => url().searchParams.get("state") ?? "";
  const visit = async (query: string): Promise<string> =>
    (await curl(["-w", "%{http_code}", `${listener.href}?${query.replace("STATE", state())}`])).stdout;
  const free = async (): Promise<void> => {
    const { exitCode } = await curl([listener.href]);
    assert.equal(exitCode, 7, "the port is still taken");
    assert.deepEqual((await vault.read())?.pending ?? [], []);
  };
  return {
    provider,
    granted,
    listener,
    vault,
    warnings,
    all,
    visit,
    url,
    state,
    free,
    opened: () => opened !== undefined,
  };
}

const GOOD = `code=${SECRETS.code}&state=STATE&realmId=9130347246064666`;

describe("a login through the browser that does not succeed", () => {
  const ENDS: readonly (readonly [
    name: string,
    query: string,
    reply: Reply,
    code: ErrorCode,
    page: RegExp,
  ])[] = [
    [
      "consent refused",
      "error=access_denied&state=STATE",
      issue,
      "QB_AUTHORIZATION_REFUSED",
      /not agreed to/,
    ],
    [
      "a scope refused",
      "error=invalid_scope&error_description=%3Cscript%3E&state=STATE",
      issue,
      "QB_AUTHORIZATION_REFUSED",
      /invalid_scope.*such as Scope/s,
    ],
    [
      "another issuer",
      `${GOOD}&iss=https%3A%2F%2Fevil.example`,
      issue,
      "QB_AUTHORIZATION_STATE",
      /not connected/i,
    ],
    ["two codes", `${GOOD}&code=other`, issue, "QB_AUTHORIZATION_STATE", /not connected/i],
    ["no code", "state=STATE", issue, "QB_AUTHORIZATION_STATE", /no proper code/],
    ["an odd realm", "code=C&state=STATE&realmId=%3Cb%3E", issue, "QB_AUTHORIZATION_STATE", /realmId/],
    [
      "a code refused",
      GOOD,
      (socket) => void socket.end(jsonAnswer(400, { error: "invalid_grant" })),
      "QB_AUTHORIZATION_CODE",
      /invalid_grant/,
    ],
    [
      "wrong credentials",
      GOOD,
      (socket) => void socket.end(jsonAnswer(401, { error: "invalid_client" })),
      "QB_OAUTH_APPLICATION",
      /OAuthClientId/,
    ],
    [
      "HTML instead of tokens",
      GOOD,
      (socket) => void socket.end(httpAnswer(200, { "content-type": "text/html" }, "<b>")),
      "QB_AUTHORIZATION_SERVER",
      /text\/html/,
    ],
    [
      "a lost answer",
      GOOD,
      (socket) => void socket.destroy(),
      "QB_AUTHORIZATION_SERVER",
      /start the authorization again/i,
    ],
  ];
  for (const [name, query, reply, code, page] of ENDS) {
    it(`tells the program and the browser: ${name}`, async (t) => {
      const login = await begun(t, reply);
      await until(login.opened, "the browser was opened");
      const shown = await login.visit(query);
      assert.match(shown, page);
      assert.doesNotMatch(shown, /<script|<b>|evil/);
      for (const secret of secrets) assert.ok(!shown.includes(secret));
      await failureOf(login.granted, code, secrets);
      assert.ok(login.provider.calls().length <= 1);
      await login.free();
    });
  }

  it("waits for as long as it is told, also when no timer can", async (t) => {
    const controller = new AbortController();
    const login = await begun(t, issue, { timeoutMs: 2 ** 40, signal: controller.signal });
    await until(login.opened, "the browser was opened");
    assert.match(await login.visit("state=x"), /not the login/);
    controller.abort();
    await failureOf(login.granted, "QB_ABORTED");
  });

  it("is not ended by callbacks that belong to no login", async (t) => {
    const login = await begun(t, issue);
    await until(login.opened, "the browser was opened");
    const foreign = [
      "",
      "code=C",
      "code=C&state=",
      "code=C&state=x&realmId=1",
      "error=access_denied",
      "error=access_denied&state=x",
    ];
    for (const query of [...foreign, `${GOOD}&state=STATE`]) {
      assert.match(await login.visit(query), /not the login.*400$/s);
    }
    assert.deepEqual([login.provider.calls().length, login.warnings.length], [0, 7]);
    assert.match(await login.visit(GOOD), /id 9130347246064666 is connected.*200$/s);
    assert.equal((await login.granted).companyId, "9130347246064666");
  });

  it("says that the port is taken before a browser opens", async (t) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    t.after(() => other.close());
    const { port } = other.address() as AddressInfo;
    const login = await begun(t, issue, { listener: new URL(`http://127.0.0.1:${port}/callback`) });
    await failureOf(login.granted, "QB_CALLBACK_URL");
    assert.equal(login.opened(), false);
  });

  it("ends in time, and leaves nothing that could be taken up later", async (t) => {
    const login = await begun(t, issue, { timeoutMs: 200 });
    await failureOf(login.granted, "QB_TIMEOUT");
    await login.free();
  });

  it("ends by the caller's signal", async (t) => {
    const controller = new AbortController();
    const login = await begun(t, issue, { signal: controller.signal });
    await until(login.opened, "the browser was opened");
    controller.abort();
    await failureOf(login.granted, "QB_ABORTED");
    await login.free();
  });

  it("does not begin when the signal came before", async (t) => {
    const login = await begun(t, issue, { signal: AbortSignal.abort() });
    await failureOf(login.granted, "QB_ABORTED");
    assert.equal(login.opened(), false);
  });

  it("is refused when nothing could notice its end", async (t) => {
    const login = await begun(t, issue, { listener: undefined });
    await failureOf(login.granted, "QB_CALLBACK_URL");
    assert.equal(login.opened(), false);
  });

  it("fails when what was granted cannot be kept, and the browser is told", async (t) => {
    const save = (): Promise<never> =>
      Promise.reject(new QBError("QB_WRONG_COMPANY", "this connection belongs to the company 1, not to 2"));
    const login = await begun(t, issue, { save });
    await until(login.opened, "the browser was opened");
    assert.match(await login.visit(GOOD), /belongs to the company 1, not to 2\..*Choose the company/s);
    await failureOf(login.granted, "QB_WRONG_COMPANY");
  });
});

describe("a login through the browser", () => {
  it("exchanges one code, however often and at the same time the callback comes", async (t) => {
    const replies: (() => void)[] = [];
    const login = await begun(
      t,
      (socket) => void replies.push(() => socket.end(jsonAnswer(200, TOKEN_ANSWER))),
    );
    await until(login.opened, "the browser was opened");
    const pages = Array.from({ length: 8 }, () => login.visit(GOOD));
    pages.push(login.visit("code=another&state=STATE&realmId=1"));
    await until(() => replies.length > 0, "the code was sent");
    // Time for a second one, if there were any.
    await login.visit("state=none");
    for (const reply of replies) reply();
    const shown = await Promise.all(pages);
    assert.equal(new Set(shown).size, 1);
    assert.match(shown[0] ?? "", /is connected/);
    const { tokens, companyId } = await login.granted;
    assert.equal(tokens.accessToken, SECRETS.accessToken);
    assert.match(companyId ?? "", /^(9130347246064666|1)$/);
    assert.equal(login.provider.calls().length, 1);
    await login.free();
  });

  it("saves before it says that it worked", async (t) => {
    const order: string[] = [];
    let saved = (): void => {};
    const saving = new Promise<void>((resolve) => (saved = resolve));
    const save = async (granted: Granted): Promise<void> => {
      order.push(`saving ${granted.companyId}`);
      await saving;
      order.push("saved");
    };
    const login = await begun(t, issue, { save });
    await until(login.opened, "the browser was opened");
    const page = login
      .visit(GOOD)
      .then((shown) => void order.push(/is connected/.test(shown) ? "shown" : shown));
    await until(() => order.length === 1, "it is being saved");
    saved();
    await Promise.all([page, login.granted]);
    assert.deepEqual(order, ["saving 9130347246064666", "saved", "shown"]);
  });

  it("finishes an exchange that the signal or the time limit would cut, because its tokens would be lost", async (t) => {
    const controller = new AbortController();
    let answer: (() => void) | undefined;
    const login = await begun(
      t,
      (socket) => void (answer = () => socket.end(jsonAnswer(200, TOKEN_ANSWER))),
      {
        signal: controller.signal,
      },
    );
    await until(login.opened, "the browser was opened");
    const page = login.visit(GOOD);
    await until(() => answer !== undefined, "the code was sent");
    controller.abort();
    answer?.();
    assert.match(await page, /is connected/);
    assert.equal((await login.granted).tokens.refreshToken, SECRETS.refreshToken);
  });

  it("refuses a code that was exchanged before, whoever brings it", async (t) => {
    const first = await begun(t, issue);
    await until(first.opened, "the browser was opened");
    await first.visit(GOOD);
    await first.granted;
    const second = await begun(t, issue, { vault: first.vault });
    await until(second.opened, "the browser was opened");
    assert.match(await second.visit(GOOD), /not connected/i);
    await failureOf(second.granted, "QB_AUTHORIZATION_CODE", secrets);
    assert.equal(second.provider.calls().length, 0);
  });

  it("goes on without a browser, and logs neither URL nor state", async (t) => {
    const told: URL[] = [];
    const openBrowser = (): never => {
      throw new QBError("QB_PLATFORM", "the browser was not opened: xdg-open is missing");
    };
    const login = await begun(t, issue, { openBrowser, onAuthorizationURL: (url) => void told.push(url) });
    await until(() => login.warnings.length === 1, "it was told");
    const state = told[0]?.searchParams.get("state") ?? "";
    const { stdout } = await curl([`${login.listener.href}?${GOOD.replace("STATE", state)}`]);
    assert.match(stdout, /is connected/);
    await login.granted;
    assert.match(login.warnings[0] ?? "", /xdg-open is missing/);
    for (const line of login.all) assert.ok(!line.includes(state) && !line.includes("authorize"), line);
  });

  it("does not wait for a browser that does not come back from being opened", async (t) => {
    let url: URL | undefined;
    const login = await begun(t, issue, {
      openBrowser: (opened) => {
        url = opened;
        return new Promise(() => {});
      },
    });
    await until(() => url !== undefined, "the browser was opened");
    await curl([`${login.listener.href}?${GOOD.replace("STATE", url?.searchParams.get("state") ?? "")}`]);
    assert.equal((await login.granted).companyId, "9130347246064666");
  });

  it("fails when the one who was to tell the URL fails", async (t) => {
    const onAuthorizationURL = (): never => {
      throw new TypeError("of the program");
    };
    const login = await begun(t, issue, { onAuthorizationURL });
    await assert.rejects(login.granted, /of the program/);
    await login.free();
  });

  describe("whose URL is pasted", () => {
    const CALLBACK = "https://books.example/callback";

    for (const [name, text, code] of [
      ["a URL of another login", `${CALLBACK}?${GOOD.replace("STATE", "x")}`, "QB_AUTHORIZATION_STATE"],
      ["the bare code", SECRETS.code, "QB_AUTHORIZATION_STATE"],
      ["nothing", "", "QB_AUTHORIZATION_STATE"],
      ["a refusal", `${CALLBACK}?error=access_denied&state=STATE`, "QB_AUTHORIZATION_REFUSED"],
    ] as const) {
      it(`is refused: ${name}`, async (t) => {
        const readRedirectedURL = ({ url }: { url: URL }): Promise<string> =>
          Promise.resolve(text.replace("STATE", url.searchParams.get("state") ?? ""));
        const login = await begun(t, issue, {
          listener: undefined,
          callbackURL: CALLBACK,
          readRedirectedURL,
        });
        await failureOf(login.granted, code, secrets);
        assert.equal(login.provider.calls().length, 0);
      });
    }

    it("works without a listener", async (t) => {
      const readRedirectedURL = ({ url }: { url: URL }): Promise<string> =>
        Promise.resolve(` ${CALLBACK}?${GOOD.replace("STATE", url.searchParams.get("state") ?? "")}\n`);
      const login = await begun(t, issue, { listener: undefined, callbackURL: CALLBACK, readRedirectedURL });
      const { companyId } = await login.granted;
      assert.equal(companyId, "9130347246064666");
      const body = new URLSearchParams(login.provider.calls()[0]?.body);
      assert.deepEqual([body.get("redirect_uri"), body.get("code")], [CALLBACK, SECRETS.code]);
    });

    it("is no longer asked for when the browser was faster", async (t) => {
      let asked: AbortSignal | undefined;
      const readRedirectedURL = ({ signal }: { signal: AbortSignal }): Promise<string> => {
        asked = signal;
        return new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => reject(new Error("gone"))),
        );
      };
      const login = await begun(t, issue, { readRedirectedURL });
      await until(login.opened, "the browser was opened");
      await login.visit(GOOD);
      assert.equal((await login.granted).companyId, "9130347246064666");
      assert.equal(asked?.aborted, true);
    });
  });
});
