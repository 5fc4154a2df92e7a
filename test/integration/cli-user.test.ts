import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import {
  NO_TERMINAL,
  configWithUser,
  runCommand,
  runWell,
  startOnTerminal,
  temporaryFolder,
  USER,
} from "../support/command.js";

interface StoredUser {
  readonly user: string;
  readonly passwordHash?: string;
  readonly authMode?: string;
  readonly readOnly?: boolean;
  readonly qbConnectionString?: string;
}

function usersIn(file: string): readonly StoredUser[] {
  return (JSON.parse(readFileSync(file, "utf8")) as { users: StoredUser[] }).users;
}

describe("qbconnector user add", () => {
  it("makes a password where there is no terminal, prints it once and keeps its scrypt string", async (test) => {
    const file = join(temporaryFolder(test), "config.json");
    const printed = await runWell(test, ["user", "add", "Foo", "--config", file]);
    const password = /Password: (\S{20,})\n/.exec(printed)?.[1] ?? assert.fail(printed);
    const [user] = usersIn(file);
    assert.equal(user?.user, "Foo");
    assert.match(user?.passwordHash ?? "", /^\$scrypt\$/);
    assert.doesNotMatch(readFileSync(file, "utf8"), new RegExp(password));
    if (process.platform !== "win32") assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.doesNotMatch(await runWell(test, ["user", "list", "--config", file]), new RegExp(password));
  });

  it("takes the password from standard input and prints none", async (test) => {
    const file = join(temporaryFolder(test), "config.json");
    const printed = await runWell(test, ["user", "add", "Bar", "--password-stdin", "--config", file], {
      input: "sesame\r\n",
    });
    assert.equal(printed, `Added the user "Bar" to ${file}.\n`);
    assert.match(usersIn(file)[0]?.passwordHash ?? "", /^\$scrypt\$/);
  });

  it("keeps rights, login and connection string", async (test) => {
    const file = join(temporaryFolder(test), "config.json");
    const company = "CompanyFile='C:\\Books\\Shop.qbw'";
    await runWell(test, ["user", "add", "Win", "--windows", "--read-only", "--config", file]);
    await runWell(test, ["user", "add", "Foo", "--connection-string", company, "--config", file]);
    const [first, second] = usersIn(file);
    assert.deepEqual(first, { user: "Win", authMode: "Windows", readOnly: true });
    assert.equal(second?.qbConnectionString, company);
    const listed = await runWell(test, ["user", "list", "--config", file]);
    assert.match(listed, /^Win +read +Windows$/m);
    assert.match(listed, /^Foo +read, write +password +CompanyFile='C:\\Books\\Shop\.qbw'$/m);
  });

  it("uses the file below XDG_CONFIG_HOME when none is named", async (test) => {
    const home = temporaryFolder(test);
    const environment = { XDG_CONFIG_HOME: home, APPDATA: home };
    await runWell(test, ["user", "add", "Foo"], { environment });
    assert.equal(usersIn(join(home, "qbconnector", "config.json")).length, 1);
  });

  const refused: Readonly<
    Record<string, readonly [parameters: readonly string[], input: string, why: RegExp]>
  > = {
    "a password as argument": [["Bar", "sesame"], "", /too many arguments/],
    "an empty password": [["Bar", "--password-stdin"], "\n", /password is empty/],
    "a password of two lines": [["Bar", "--password-stdin"], "one\ntwo\n", /more than one line/],
    "a password for a Windows user": [["Bar", "--windows", "--password-stdin"], "a\n", /cannot be used with/],
    "a name that HTTP cannot carry": [["a:b"], "", /colon/],
    "a user who exists": [[USER], "", /has a user "Foo" already/],
    "a connection string of a client": [
      ["Bar", "--connection-string", "User='sesame'"],
      "",
      /qbConnectionString/,
    ],
  };
  for (const [name, [parameters, input, why]] of Object.entries(refused)) {
    it(`refuses ${name}, and changes nothing`, async (test) => {
      const file = await configWithUser(test);
      const before = readFileSync(file, "utf8");
      const ended = await runCommand(test, ["user", "add", ...parameters, "--config", file], { input });
      assert.equal(ended.code, 1);
      assert.match(ended.stderr, why);
      assert.doesNotMatch(ended.stderr, /sesame|\n +at /);
      assert.equal(readFileSync(file, "utf8"), before);
    });
  }

  it("loses nobody when many are added at once", async (test) => {
    const file = join(temporaryFolder(test), "config.json");
    const names = Array.from({ length: 8 }, (_, index) => `user${index}`);
    await Promise.all(
      names.map((name) => runWell(test, ["user", "add", name, "--windows", "--config", file])),
    );
    assert.deepEqual(
      usersIn(file)
        .map(({ user }) => user)
        .sort(),
      names,
    );
  });

  it("asks twice on a terminal, and shows nothing of what is typed", { skip: NO_TERMINAL }, async (test) => {
    const file = join(temporaryFolder(test), "config.json");
    const terminal = startOnTerminal(test, ["user", "add", "Foo", "--config", file]);
    await terminal.says(/Password for Foo: /);
    terminal.write("sesame\r");
    await terminal.says(/The same again: /);
    terminal.write("sesame\r");
    const { code, stdout } = await terminal.ended;
    assert.equal(code, 0);
    assert.match(stdout, /Added the user "Foo"/);
    assert.doesNotMatch(stdout, /sesame|Password: /);
    assert.equal(usersIn(file).length, 1);
  });

  it("adds nobody when the two passwords differ", { skip: NO_TERMINAL }, async (test) => {
    const file = join(temporaryFolder(test), "config.json");
    const terminal = startOnTerminal(test, ["user", "add", "Foo", "--config", file]);
    await terminal.says(/Password for Foo: /);
    terminal.write("sesame\r");
    await terminal.says(/The same again: /);
    terminal.write("simsim\r");
    const { code, stdout } = await terminal.ended;
    assert.equal(code, 1);
    assert.match(stdout, /the two passwords differ/);
    assert.equal(existsSync(file), false);
  });
});

describe("qbconnector user remove and list", () => {
  it("removes one user and leaves the others", async (test) => {
    const file = await configWithUser(test);
    await runWell(test, ["user", "add", "Win", "--windows", "--config", file]);
    await runWell(test, ["user", "remove", USER, "--config", file]);
    assert.deepEqual(
      usersIn(file).map(({ user }) => user),
      ["Win"],
    );
    const again = await runCommand(test, ["user", "remove", USER, "--config", file]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /has no user "Foo"/);
  });

  it("says when there is nobody", async (test) => {
    const file = join(temporaryFolder(test), "none.json");
    assert.equal(await runWell(test, ["user", "list", "--config", file]), `${file} has no users.\n`);
  });

  it(
    "refuses a file that others can read",
    { skip: process.platform === "win32" ? "Windows has no file modes" : false },
    async (test) => {
      const file = await configWithUser(test);
      chmodSync(file, 0o644);
      for (const parameters of [["list"], ["remove", USER], ["add", "Bar"]]) {
        const { code, stderr } = await runCommand(test, ["user", ...parameters, "--config", file]);
        assert.equal(code, 1);
        assert.match(stderr, /mode 0644.*\n +Run: chmod 600 '.*config\.json'\n/);
      }
    },
  );

  it("keeps the other keys of the file", async (test) => {
    const file = join(temporaryFolder(test), "config.json");
    writeFileSync(file, '{"localPort": 4711, "limits": {"queueLength": 3}}', { mode: 0o600 });
    await runWell(test, ["user", "add", "Win", "--windows", "--config", file]);
    const { localPort, limits } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    assert.deepEqual({ localPort, limits }, { localPort: 4711, limits: { queueLength: 3 } });
  });
});
