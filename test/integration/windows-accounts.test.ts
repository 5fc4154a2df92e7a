import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { QBError, type WindowsLogon } from "qbconnector";
import { send, type Answer } from "../support/http-exchange.js";
import { query } from "../support/message-sets.js";
import { eventsOf, recordEvents } from "../support/recorded-events.js";
import { startConnector, type RunningConnector } from "../support/running-connector.js";
import { scryptWork } from "../support/scrypt-work.js";
import { until } from "../support/until.js";

const MINUTE = 60_000;
let addresses = 1;

interface Office extends RunningConnector {
  /** The passwords that Windows was asked about. */
  readonly asked: string[];
  /** From an address of its own, so that what is seen is the account's throttle. */
  readonly login: (credentials: string) => Promise<Answer>;
}

/** A connector with the Windows account ann, whose password is "right". */
async function office(t: TestContext, logon?: WindowsLogon): Promise<Office> {
  const asked: string[] = [];
  const windowsLogon: WindowsLogon = (credentials) => {
    asked.push(credentials.password);
    return logon?.(credentials) ?? Promise.resolve(credentials.password === "right");
  };
  const running = await startConnector(t, { windowsLogon });
  running.connector.addUser("ann", "", "", "Windows");
  const login = (credentials: string): Promise<Answer> => {
    addresses++;
    return send(running.url, query(), { credentials, localAddress: `127.0.1.${addresses}` });
  };
  return { ...running, asked, login };
}

/** From now on time passes only by `t.mock.timers.tick`. */
function holdClock(t: TestContext): void {
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
}

describe("a Windows account", () => {
  it("with a blank password is refused before Windows is asked, which might accept it", async (t) => {
    const { login, asked } = await office(t, () => Promise.resolve(true));
    assert.equal((await login("ann:")).status, 401);
    assert.deepEqual(asked, []);
    assert.equal((await login("ann:anything")).status, 200);
  });

  it("is not asked about twice for the same wrong header, within fifteen minutes", async (t) => {
    holdClock(t);
    const { login, asked } = await office(t);
    for (let count = 0; count < 10; count++) assert.equal((await login("ann:stale")).status, 401);
    assert.deepEqual(asked, ["stale"]);
    t.mock.timers.tick(15 * MINUTE);
    assert.equal((await login("ann:stale")).status, 401);
    assert.deepEqual(asked, ["stale", "stale"]);
  });

  it("is asked about again when UseInteractiveLogon changes", async (t) => {
    const { login, asked, connector } = await office(t, ({ interactive }) => Promise.resolve(interactive));
    assert.equal((await login("ann:right")).status, 401);
    connector.config("UseInteractiveLogon=true");
    assert.equal((await login("ann:right")).status, 200);
    assert.equal(asked.length, 2);
  });

  it("is left alone after three wrong passwords, whatever the address: 429 with Retry-After", async (t) => {
    holdClock(t);
    const { login, asked, log } = await office(t);
    for (const password of ["a", "b", "c"]) assert.equal((await login(`ann:${password}`)).status, 401);
    for (const password of ["d", "right", "a"]) {
      const { status, json, headers } = await login(`ann:${password}`);
      assert.deepEqual([status, json.code, headers["retry-after"]], [429, "QB_THROTTLED", "900"]);
    }
    assert.deepEqual(asked, ["a", "b", "c"]);
    assert.equal(log.filter(({ message }) => message.startsWith('3 logons of "ann" failed')).length, 1);
    assert.equal((await login("Foo:Bar")).status, 200);
    t.mock.timers.tick(15 * MINUTE);
    assert.equal((await login("ann:right")).status, 200);
  });

  it("is asked about three times at most, when wrong passwords come all at once", async (t) => {
    const { login, asked } = await office(t);
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => login(`ann:wrong ${index}`)));
    assert.equal(asked.length, 3);
    assert.equal(answers.filter(({ status }) => status === 401).length, 3);
    assert.equal(answers.filter(({ status }) => status === 429).length, 27);
  });

  it("goes on with a login that was right, while others guess, also when Windows is asked again", async (t) => {
    holdClock(t);
    const { login, asked } = await office(t);
    assert.equal((await login("ann:right")).status, 200);
    for (const password of ["a", "b", "c"]) await login(`ann:${password}`);
    assert.equal((await login("ann:d")).status, 429);
    assert.equal((await login("ann:right")).status, 200);
    assert.deepEqual(asked, ["right", "a", "b", "c"]);
    t.mock.timers.tick(6 * MINUTE);
    assert.equal((await login("ann:d")).status, 429);
    assert.equal((await login("ann:right")).status, 200);
    assert.deepEqual(asked, ["right", "a", "b", "c", "right"]);
  });

  it("whose password was changed is refused when Windows is asked again, once", async (t) => {
    holdClock(t);
    let password = "old";
    const { login, asked } = await office(t, (logon) => Promise.resolve(logon.password === password));
    assert.equal((await login("ann:old")).status, 200);
    password = "new";
    t.mock.timers.tick(5 * MINUTE);
    for (let count = 0; count < 3; count++) assert.equal((await login("ann:old")).status, 401);
    assert.deepEqual(asked, ["old", "old"]);
    assert.equal((await login("ann:new")).status, 200);
    for (const wrong of ["a", "b"]) await login(`ann:${wrong}`);
    assert.equal((await login("ann:old")).status, 429, "it has no privilege any more");
    assert.equal((await login("ann:new")).status, 200);
  });

  it("that Windows refuses for a reason: the log has it, the client the answer to a wrong password", async (t) => {
    const { login, log } = await office(t, ({ password }) =>
      Promise.resolve(password === "locked" ? { reason: "the account is locked out" } : false),
    );
    const wrong = await login("ann:wrong");
    const locked = await login("ann:locked");
    assert.deepEqual([locked.status, locked.body], [wrong.status, wrong.body]);
    const told = log.filter(({ message }) => message.includes("locked out"));
    assert.deepEqual(
      told.map(({ level, message }) => [level, message]),
      [["warn", 'Windows refused the logon of "ann": the account is locked out']],
    );
  });

  it("that cannot be asked about is neither counted nor remembered", async (t) => {
    let reached = false;
    const unreachable = new QBError("QB_LOGON_UNAVAILABLE", "no domain controller answers", {
      advice: "Wait.",
    });
    const { login, connector } = await office(t, () =>
      reached ? Promise.resolve(true) : Promise.reject(unreachable),
    );
    const events = recordEvents(connector, ["error"]);
    for (let count = 0; count < 5; count++) assert.equal((await login("ann:right")).status, 401);
    const [first] = eventsOf(events, "error");
    assert.match(first?.description ?? "", /"ann" could not be checked: no domain controller answers/);
    assert.equal(first?.error.advice, "Wait.");
    reached = true;
    assert.equal((await login("ann:right")).status, 200);
  });

  it("costs the work of an unknown name, also when Windows is not asked", async (t) => {
    const { login, asked } = await office(t);
    const work: number[] = [];
    for (const credentials of ["nobody:a", "ann:a", "ann:a"])
      work.push((await scryptWork(() => login(credentials).then(() => {}))).length);
    assert.deepEqual(work, [1, 1, 1]);
    assert.equal(asked.length, 1);
  });

  it("that answers slowly keeps no other user waiting", async (t) => {
    let refuse = (): void => {};
    const answer = new Promise<boolean>((resolve) => (refuse = () => resolve(false)));
    const { login, asked, connector } = await office(t, () => answer);
    connector.addUser("bob", "", "", "Windows");
    const slow = ["ann:a", "ann:b", "ann:c", "bob:a", "bob:b"].map((credentials) => login(credentials));
    await until(() => asked.length === 5, "Windows is asked");
    assert.equal((await login("Foo:Bar")).status, 200);
    refuse();
    for (const { status } of await Promise.all(slow)) assert.equal(status, 401);
  });

  it("that a listener lets in as a guest is served while Windows is left alone", async (t) => {
    const { login, connector, asked } = await office(t);
    connector.on("authorization", (event) => void (event.accept ||= event.password === "guest"));
    assert.equal((await login("ann:guest")).status, 200);
    for (const password of ["a", "b"]) await login(`ann:${password}`);
    assert.equal((await login("ann:c")).status, 429);
    assert.equal((await login("ann:guest")).status, 200);
    assert.deepEqual(asked, ["guest", "a", "b"]);
  });
});
