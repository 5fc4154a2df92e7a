import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  lstatSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { hashPassword, QBConnector } from "qbconnector";
import { defaultConfigFile, readConfigFile, updateConfigFile } from "../../../dist/cli/config-file.js";
import { connectorOptions } from "../../../dist/cli/configuration.js";
import { QBError } from "../../../dist/errors.js";
import { temporaryFolder } from "../../support/command.js";

const POSIX = process.platform === "win32" ? "Windows has no file modes" : false;

function fileWith(test: TestContext, content: unknown): string {
  const file = join(temporaryFolder(test), "config.json");
  const text = typeof content === "string" ? content : JSON.stringify(content);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

function refusal(act: () => unknown): QBError {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof QBError);
    assert.equal(error.code, "QB_INVALID_ARGUMENT");
    return error;
  }
  return assert.fail("nothing was thrown");
}

describe("the place of the config file", () => {
  it("is config.json in the user's folder", () => {
    const below = (folder: string): string => join(folder, "qbconnector", "config.json");
    assert.equal(defaultConfigFile({ XDG_CONFIG_HOME: "/etc/xdg" }, "linux"), below("/etc/xdg"));
    assert.equal(defaultConfigFile({ APPDATA: "C:\\Roaming" }, "win32"), below("C:\\Roaming"));
  });
});

describe("reading the config file", () => {
  it("says nothing when there is none", (test) => {
    assert.deepEqual(readConfigFile(join(temporaryFolder(test), "none.json")), {});
  });

  it("accepts every key, and a byte order mark", async (test) => {
    const passwordHash = await hashPassword("Bar");
    const content = {
      localHost: "127.0.0.1",
      localPort: 0,
      timeout: 5,
      allowedClients: "127.0.0.0/8",
      allowClientSettings: ["CompanyFile"],
      allowInsecure: false,
      codePage: 1250,
      outsideCodePage: "transliterate",
      limits: { queueLength: 7 },
      quickbooks: {
        host: "thread",
        idleReleaseMs: 0,
        unattendedMode: "required",
        personalData: "notNeeded",
        node32: "C:\\Node32\\node.exe",
        closeAndRetryConnect: true,
        closeAndRetryTimeout: 60,
        closeAndRetryCount: 2,
        closeAndRetryErrorList: ["0x80040401"],
      },
      logLevel: "debug",
      users: [
        { user: "Foo", passwordHash, readOnly: true, qbConnectionString: "AuthFlags='0x8'" },
        { user: "Bar", authMode: "Windows" },
      ],
    };
    const configuration = readConfigFile(fileWith(test, `\uFEFF${JSON.stringify(content)}`));
    assert.deepEqual(configuration, content);
    const connector = new QBConnector(connectorOptions(configuration, "config.json"));
    assert.equal(connector.timeout, 5);
    assert.equal(connector.config("CodePage"), "1250");
    assert.equal(connector.authorizedUsers.at(0).readOnly, true);
    assert.equal(connector.authorizedUsers.at(1).authMode, "Windows");
  });

  const hash = `$scrypt$ln=15,r=8,p=1$${"A".repeat(22)}$${"B".repeat(43)}`;
  const wrong: Readonly<Record<string, readonly [content: unknown, named: RegExp]>> = {
    "an unknown key of quickbooks": [
      { quickbooks: { idleRelease: 1 } },
      /: quickbooks\.idleRelease is not a known key/,
    ],
    "a logger in the file": [{ quickbooks: { logger: {} } }, /: quickbooks\.logger is not a known key/],
    "quickbooks that is text": [{ quickbooks: "yes" }, /: quickbooks must be an object/],
    "a key of quickbooks of the wrong type": [
      { quickbooks: { closeAndRetryConnect: 1 } },
      /: quickbooks\.closeAndRetryConnect must be true or false/,
    ],
    "a value of quickbooks that cannot be": [
      { quickbooks: { idleReleaseMs: -1 } },
      /: quickbooks: idleReleaseMs must be a whole number/,
    ],
    "a word of quickbooks that cannot be": [
      { quickbooks: { host: "service" } },
      /: quickbooks: host must be one of process, thread/,
    ],
    "an unknown key": [{ port: 1 }, /: port is not a known key/],
    "a key that only looks inherited": ['{"__proto__":{}}', /: __proto__ is not a known key/],
    "text as port": [{ localPort: "2080" }, /: localPort must be a number/],
    "a port that does not exist": [{ localPort: 65536 }, /: localPort: .*65535/],
    "a negative time-out": [{ timeout: -1 }, /: timeout: /],
    "a number as host": [{ localHost: 1 }, /: localHost must be text/],
    "addresses that are none": [{ allowedClients: "300.1.1.1" }, /: allowedClients: /],
    "text for true": [{ allowInsecure: "true" }, /: allowInsecure must be true or false/],
    "a setting that clients cannot choose": [
      { allowClientSettings: ["URL"] },
      /: allowClientSettings: .*URL/,
    ],
    "numbers for texts": [{ allowClientSettings: [1] }, /: allowClientSettings must be a list of texts/],
    "an unknown code page": [{ codePage: 1 }, /: codePage: /],
    "an unknown treatment": [{ outsideCodePage: "drop" }, /: outsideCodePage: /],
    "a limit that does not exist": [{ limits: { speed: 1 } }, /: limits: limits\.speed/],
    "a limit of 0": [{ limits: { queueLength: 0 } }, /: limits: limits\.queueLength/],
    "limits that are a list": [{ limits: [] }, /: limits must be an object/],
    "a level that does not exist": [{ logLevel: "loud" }, /: logLevel: "loud"/],
    "users that are no list": [{ users: {} }, /: users must be a list/],
    "a user that is no object": [{ users: ["Foo"] }, /: users\[0\] must be an object/],
    "a user without a name": [{ users: [{ passwordHash: hash }] }, /: users\[0\]\.user is missing/],
    "a user without a password": [{ users: [{ user: "Foo" }] }, /: users\[0\]\.passwordHash is missing/],
    "a password": [
      { users: [{ user: "Foo", password: "sesame" }] },
      /: users\[0\]\.password is not a known key/,
    ],
    "a hash that is none": [
      { users: [{ user: "Foo", passwordHash: "sesame" }] },
      /: users\[0\]\.passwordHash: /,
    ],
    "a right that is text": [
      { users: [{ user: "Foo", passwordHash: hash, readOnly: "yes" }] },
      /: users\[0\]\.readOnly must be true or false/,
    ],
    "a user twice": [
      {
        users: [
          { user: "Foo", passwordHash: hash },
          { user: "Foo", passwordHash: hash },
        ],
      },
      /: users\[1\]: there is a user "Foo" already/,
    ],
    "a user's connection string": [
      { users: [{ user: "Foo", passwordHash: hash, qbConnectionString: "Password='sesame'" }] },
      /: users\[0\]\.qbConnectionString: /,
    ],
    "a login that does not exist": [
      { users: [{ user: "Foo", passwordHash: hash, authMode: "sesame?" }] },
      /: users\[0\]: authMode/,
    ],
    "a list": [[], /must hold one JSON object/],
    "no JSON": ['{\n"localPort": sesame}', /this is not JSON/],
  };
  for (const [name, [content, named]] of Object.entries(wrong)) {
    it(`refuses ${name}`, (test) => {
      const file = fileWith(test, content);
      const { message, advice } = refusal(() => readConfigFile(file));
      assert.match(message, named);
      assert.ok(message.startsWith(file));
      assert.doesNotMatch(message + advice, /sesame/);
    });
  }

  it("refuses a file that others can read or write, with the command that helps", { skip: POSIX }, (test) => {
    const file = fileWith(test, {});
    for (const mode of [0o640, 0o604, 0o620, 0o666]) {
      chmodSync(file, mode);
      const { message, advice } = refusal(() => readConfigFile(file));
      assert.match(message, new RegExp(`mode 0${mode.toString(8)}`));
      assert.equal(advice, `Run: chmod 600 '${file}'`);
    }
    for (const mode of [0o600, 0o400]) {
      chmodSync(file, mode);
      assert.deepEqual(readConfigFile(file), {});
    }
  });

  it("refuses a folder", (test) => {
    const folder = temporaryFolder(test);
    assert.match(refusal(() => readConfigFile(folder)).message, /cannot read/);
  });
});

describe("changing the config file", () => {
  it(
    "makes folder and file for the owner only, and leaves nothing else there",
    { skip: POSIX },
    async (test) => {
      const file = join(temporaryFolder(test), "new", "config.json");
      await updateConfigFile(file, () => ({ localPort: 1 }));
      await updateConfigFile(file, (before) => ({ ...before, timeout: 2 }));
      assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), { localPort: 1, timeout: 2 });
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.equal(statSync(dirname(file)).mode & 0o777, 0o700);
      assert.deepEqual(readdirSync(dirname(file)), ["config.json"]);
    },
  );

  it("replaces the file instead of writing into it", async (test) => {
    const file = fileWith(test, { localPort: 1 });
    const before = statSync(file).ino;
    await updateConfigFile(file, () => ({ localPort: 2 }));
    assert.notEqual(statSync(file).ino, before);
  });

  it("changes nothing when the change fails or is wrong", async (test) => {
    const file = fileWith(test, { localPort: 1 });
    await assert.rejects(
      updateConfigFile(file, () => assert.fail("no")),
      /no/,
    );
    await assert.rejects(
      updateConfigFile(file, () => ({ localPort: -1 })),
      /localPort/,
    );
    assert.equal(readFileSync(file, "utf8"), '{"localPort":1}');
    assert.deepEqual(readdirSync(dirname(file)), ["config.json"]);
  });

  it("keeps a link to the file", { skip: POSIX }, async (test) => {
    const folder = temporaryFolder(test);
    const link = join(folder, "link.json");
    mkdirSync(join(folder, "real"));
    writeFileSync(join(folder, "real", "config.json"), "{}", { mode: 0o600 });
    symlinkSync(join("real", "config.json"), link);
    await updateConfigFile(link, () => ({ timeout: 3 }));
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.deepEqual(readConfigFile(join(folder, "real", "config.json")), { timeout: 3 });
  });

  it("waits while another process has the lock", async (test) => {
    const file = fileWith(test, {});
    writeFileSync(`${file}.lock`, "12345\n");
    let changed = false;
    const update = updateConfigFile(file, () => ((changed = true), { timeout: 4 }));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(changed, false);
    rmSync(`${file}.lock`);
    await update;
    assert.deepEqual(readConfigFile(file), { timeout: 4 });
    assert.equal(existsSync(`${file}.lock`), false);
  });

  it("gives up after a while, and says who has the lock", async (test) => {
    test.mock.timers.enable({ apis: ["Date"] });
    const file = fileWith(test, {});
    writeFileSync(`${file}.lock`, "12345\n");
    const update = updateConfigFile(file, () => ({ timeout: 4 }));
    test.mock.timers.setTime(60_000);
    await assert.rejects(update, /config\.json\.lock is held by process 12345/);
    assert.equal(readFileSync(file, "utf8"), "{}");
  });
});
