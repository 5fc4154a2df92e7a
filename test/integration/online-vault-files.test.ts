import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { keyFileSealer, passphraseSealer, type Sealer } from "../../dist/online/vault/sealing.js";
import { fileStore } from "../../dist/online/vault/settings-file.js";
import { temporaryFolder } from "../support/command.js";
import { RotatingTokens } from "../support/online/rotating-tokens.js";
import { connectTo, testVault } from "../support/online/test-vault.js";

const MODULES = import.meta.resolve("../../dist/online/vault/");
const NOBODY = 65_534;
const ROOT = process.geteuid?.() === 0 ? false : "only root can be another user";
const POSIX = process.platform === "win32" ? "Windows has no file size limit for a process" : false;

/** Opens settings and forces a refresh in another process; prints the value or the error's code and message. */
const PROGRAM = `
  const [settings, passphrase, size] = process.argv.slice(1);
  const { fileStore } = await import("${MODULES}settings-file.js");
  const { keyFileSealer, passphraseSealer } = await import("${MODULES}sealing.js");
  const { TokenVault } = await import("${MODULES}token-vault.js");
  const silent = () => {};
  let sent = 0;
  const vault = new TokenVault({
    store: fileStore(settings),
    sealer: passphrase ? passphraseSealer(passphrase) : keyFileSealer(settings + ".key"),
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    refresh: async () => {
      sent++;
      return { accessToken: "new".padEnd(Number(size), "x"), issuedAt: Date.now(), expiresIn: 3600, refreshToken: "next" };
    },
  });
  const shown = (text) => text.slice(0, 80);
  process.on("SIGXFSZ", silent);
  for (const wish of [{}, { force: true }, { force: true }]) {
    const outcome = await vault.accessToken(wish).then(({ value }) => value, ({ code, message }) => code + " " + message);
    console.log(shown(outcome), sent);
  }
`;

function run(settings: string, { passphrase = "", size = 3, before = "", user = "" } = {}): string[] {
  const command = [
    process.execPath,
    "--input-type=module",
    "-e",
    PROGRAM,
    settings,
    passphrase,
    String(size),
  ];
  const args = ["-c", `${before} exec ${user} "$@"`, "bash", ...command];
  const { stdout, stderr } = spawnSync("bash", args, { encoding: "utf8", cwd: "/" });
  assert.equal(stderr, "");
  return stdout.trim().split("\n");
}

async function written(test: TestContext, sealerOf: (settings: string) => Sealer) {
  const folder = join(temporaryFolder(test), "settings");
  const settings = join(folder, "OAuthSettings.txt");
  const tokens = new RotatingTokens();
  const vault = testVault(tokens, { store: fileStore(settings), sealer: sealerOf(settings) });
  await connectTo(vault, tokens);
  return { folder, settings, vault, tokens };
}

const withKeyFile = (test: TestContext) => written(test, (settings) => keyFileSealer(`${settings}.key`));

describe("a settings file that was damaged", () => {
  it("is told at each byte that changed and each length it was cut to, and stays as it is", async (test) => {
    const { settings, vault, tokens } = await withKeyFile(test);
    for (const file of [settings, `${settings}.key`]) {
      const whole = readFileSync(file);
      const damaged = [
        ...Array.from(whole, (_, length) => whole.subarray(0, length)).slice(0, -1),
        ...Array.from(whole, (byte, at) => Buffer.from(whole).fill(byte ^ (1 << (at % 8)), at, at + 1)),
      ];
      for (const bytes of damaged) {
        writeFileSync(file, bytes);
        await assert.rejects(vault.accessToken(), { code: "QB_TOKEN_STORE" }, bytes.toString("latin1"));
      }
      writeFileSync(file, whole.subarray(0, 20));
      await assert.rejects(connectTo(vault, tokens), { code: "QB_TOKEN_STORE" });
      assert.deepEqual(readFileSync(file), whole.subarray(0, 20));
      writeFileSync(file, whole);
    }
    assert.equal((await vault.accessToken()).value, "access-0");
  });

  it("opens when only the ends of its lines changed on the way", async (test) => {
    const { settings, vault } = await withKeyFile(test);
    for (const file of [settings, `${settings}.key`]) {
      writeFileSync(file, `\uFEFF${readFileSync(file, "utf8").trimEnd()}\r\n`);
    }
    assert.equal((await vault.accessToken()).value, "access-0");
  });

  it("does not decide how much work a passphrase is", async (test) => {
    const { settings, vault } = await written(test, () => passphraseSealer("correct horse"));
    const text = readFileSync(settings, "utf8");
    for (const [from, to] of [
      ['"N":32768', '"N":1073741824'],
      ['"r":8', '"r":8000'],
      ['"p":1', '"p":1000'],
    ] as const) {
      assert.ok(text.includes(from));
      writeFileSync(settings, text.replace(from, to));
      await assert.rejects(vault.accessToken(), { code: "QB_TOKEN_STORE", message: /unreasonable/ });
    }
  });
});

describe("a place where nothing can be written", () => {
  it(
    "is told before anything is sent; the stored token is used while it lasts",
    { skip: ROOT },
    async (test) => {
      const { folder, settings } = await withKeyFile(test);
      chmodSync(join(folder, ".."), 0o755);
      for (const path of [folder, settings, `${settings}.key`]) chownSync(path, NOBODY, NOBODY);
      chmodSync(folder, 0o500);
      const lines = run(settings, { user: `setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups` });
      assert.equal(lines[0], "access-0 0");
      for (const line of lines.slice(1)) assert.match(line, /^QB_TOKEN_STORE cannot lock .* 0$/);
    },
  );

  it("because the disk is full is told before anything is sent", { skip: POSIX }, async (test) => {
    const { folder, settings } = await withKeyFile(test);
    const before = readFileSync(settings);
    const lines = run(settings, { before: "ulimit -f 0;" });
    assert.equal(lines[0], "access-0 0");
    for (const line of lines.slice(1)) assert.match(line, /^QB_TOKEN_STORE cannot write .* 0$/);
    assert.deepEqual(readFileSync(settings), before);
    assert.deepEqual(readdirSync(folder).sort(), ["OAuthSettings.txt", "OAuthSettings.txt.key"]);
  });

  it(
    "any more when the answer comes: nobody gets the token, and nothing else is sent",
    { skip: POSIX },
    async (test) => {
      const { settings, vault } = await withKeyFile(test);
      const lines = run(settings, { before: "ulimit -f 4;", size: 20_000 });
      assert.equal(lines[0], "access-0 0");
      for (const line of lines.slice(1)) assert.match(line, /^QB_TOKEN_STORE cannot write .* 1$/);
      const record = await vault.read();
      assert.deepEqual([record?.grant?.refreshToken, record?.refreshing !== undefined], ["refresh-0", true]);
    },
  );
});

describe("settings that are copied to another folder and user", { skip: ROOT }, () => {
  const user = `setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups`;

  for (const passphrase of ["", "correct horse"]) {
    it(`work there ${passphrase === "" ? "with their key file" : "with their passphrase"}`, async (test) => {
      const { folder } = await written(test, (file) =>
        passphrase === "" ? keyFileSealer(`${file}.key`) : passphraseSealer(passphrase),
      );
      const other = join(folder, "..", "other");
      chmodSync(join(folder, ".."), 0o755);
      mkdirSync(other, { mode: 0o700 });
      chownSync(other, NOBODY, NOBODY);
      for (const name of readdirSync(folder)) {
        cpSync(join(folder, name), join(other, name));
        chownSync(join(other, name), NOBODY, NOBODY);
        chmodSync(join(other, name), 0o600);
      }
      rmSync(folder, { recursive: true });
      const copied = join(other, "OAuthSettings.txt");
      assert.deepEqual(run(copied, { passphrase, user }), ["access-0 0", "new 1", "new 2"]);
      assert.match(run(copied, { passphrase: "wrong", user })[0] ?? "", /^QB_TOKEN_STORE/);
    });
  }
});
