import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { keyFileSealer, passphraseSealer, type Sealer } from "../../../../dist/online/vault/sealing.js";
import { fileStore } from "../../../../dist/online/vault/settings-file.js";
import { temporaryFolder } from "../../../support/command.js";
import { RotatingTokens } from "../../../support/online/rotating-tokens.js";
import { APPLICATION, connectTo, testVault } from "../../../support/online/test-vault.js";

const POSIX = process.platform === "win32" ? "Windows has no file modes" : false;

async function written(test: TestContext, sealerOf: (file: string) => Sealer) {
  const file = join(temporaryFolder(test), "deeper", "OAuthSettings.txt");
  const tokens = new RotatingTokens();
  const sealer = sealerOf(file);
  const vault = testVault(tokens, { store: fileStore(file), sealer });
  await connectTo(vault, tokens);
  return { file, tokens, vault };
}

const withKeyFile = (test: TestContext) => written(test, (file) => keyFileSealer(`${file}.key`));

describe("a settings file", () => {
  it(
    "is for its owner alone, as are its key file and folder, and nothing else is left",
    { skip: POSIX },
    async (test) => {
      const { file, vault } = await withKeyFile(test);
      await vault.accessToken({ force: true });
      const folder = join(file, "..");
      assert.deepEqual(readdirSync(folder).sort(), ["OAuthSettings.txt", "OAuthSettings.txt.key"]);
      const modes = [folder, file, `${file}.key`].map((path) => statSync(path).mode & 0o777);
      assert.deepEqual(modes, [0o700, 0o600, 0o600]);
    },
  );

  it("shows no secret", async (test) => {
    const { file } = await withKeyFile(test);
    assert.doesNotMatch(readFileSync(file, "utf8"), /access-0|refresh-0|client-secret|46208163/);
  });

  it("is opened by another process' vault, with its application", async (test) => {
    const { file, tokens } = await withKeyFile(test);
    const other = testVault(tokens, { store: fileStore(file), sealer: keyFileSealer(`${file}.key`) });
    assert.deepEqual((await other.read())?.application, APPLICATION);
    assert.equal((await other.accessToken()).value, "access-0");
  });

  it("is opened with its passphrase, without any other file", async (test) => {
    const { file, tokens, vault } = await written(test, () => passphraseSealer("correct horse"));
    assert.deepEqual(readdirSync(join(file, "..")), ["OAuthSettings.txt"]);
    const other = testVault(tokens, { store: fileStore(file), sealer: passphraseSealer("correct horse") });
    assert.equal((await other.accessToken({ force: true })).value, "access-1");
    assert.equal((await vault.accessToken()).value, "access-1");
  });

  it("is not opened with another passphrase, nor with a key file", async (test) => {
    const { file, tokens } = await written(test, () => passphraseSealer("correct horse"));
    const before = readFileSync(file);
    const open = (sealer: Sealer) => connectTo(testVault(tokens, { store: fileStore(file), sealer }), tokens);
    await assert.rejects(open(passphraseSealer("wrong")), {
      code: "QB_TOKEN_STORE",
      message: /the passphrase is not/,
    });
    await assert.rejects(open(keyFileSealer(`${file}.key`)), {
      code: "QB_TOKEN_STORE",
      message: /a passphrase/,
    });
    assert.deepEqual(readFileSync(file), before);
    assert.deepEqual(readdirSync(join(file, "..")), ["OAuthSettings.txt"]);
  });

  it("is not opened with another key file or without one, and not overwritten then", async (test) => {
    const { file, tokens, vault } = await withKeyFile(test);
    const before = readFileSync(file);
    renameSync(`${file}.key`, `${file}.key.away`);
    await assert.rejects(vault.accessToken(), { code: "QB_TOKEN_STORE", message: /key file .* is missing/ });
    await assert.rejects(connectTo(vault, tokens), { code: "QB_TOKEN_STORE" });
    const { file: foreign } = await withKeyFile(test);
    writeFileSync(`${file}.key`, readFileSync(`${foreign}.key`), { mode: 0o600 });
    await assert.rejects(connectTo(vault, tokens), {
      code: "QB_TOKEN_STORE",
      message: /belongs to other settings/,
    });
    await assert.rejects(
      connectTo(testVault(tokens, { store: fileStore(file), sealer: passphraseSealer("a") }), tokens),
      { code: "QB_TOKEN_STORE", message: /encrypted with a key file/ },
    );
    assert.deepEqual(readFileSync(file), before);
    rmSync(`${file}.key`);
    renameSync(`${file}.key.away`, `${file}.key`);
    assert.equal((await vault.accessToken()).value, "access-0");
  });

  it("that others can read is refused", { skip: POSIX }, async (test) => {
    const { file, vault } = await withKeyFile(test);
    for (const path of [file, `${file}.key`]) {
      chmodSync(path, 0o640);
      await assert.rejects(vault.accessToken(), { code: "QB_TOKEN_STORE", message: /mode 0640/ });
      chmodSync(path, 0o600);
    }
  });

  it("has one name however it is spelled", { skip: POSIX }, async (test) => {
    const { file } = await withKeyFile(test);
    symlinkSync(join(file, ".."), join(file, "..", "..", "other"));
    const spelled = [
      join(file, "..", ".", "OAuthSettings.txt"),
      join(file, "..", "..", "other", "OAuthSettings.txt"),
    ];
    for (const path of spelled) assert.equal(fileStore(path).name, fileStore(file).name);
  });

  it("or key file that is a link to nothing is told as such, at once", { skip: POSIX }, async (test) => {
    const folder = temporaryFolder(test);
    const vaultAt = (file: string) =>
      testVault(new RotatingTokens(), { store: fileStore(file), sealer: keyFileSealer(`${file}.key`) });
    for (const link of ["settings", "other.key"]) {
      symlinkSync(join(folder, "gone"), join(folder, link));
      const vault = vaultAt(join(folder, link.replace(".key", "")));
      const told = { code: "QB_TOKEN_STORE", message: /is a link to a file that does not exist/ };
      await assert.rejects(connectTo(vault, new RotatingTokens()), told);
    }
    assert.deepEqual(readdirSync(folder).sort(), ["other.key", "settings", "settings.key"]);
  });

  it("is not left locked by a process that ends while it has the lock", async (test) => {
    const file = join(temporaryFolder(test), "settings.txt");
    const program = `import { withFileLock } from ${JSON.stringify(import.meta.resolve("../../../../dist/online/vault/file-lock.js"))};
      import { existsSync } from "node:fs";
      await withFileLock(${JSON.stringify(file)}, async () => process.exit(existsSync(${JSON.stringify(`${file}.lock`)}) ? 7 : 1));`;
    const { status } = spawnSync(process.execPath, ["--input-type=module", "-e", program]);
    assert.deepEqual([status, readdirSync(join(file, ".."))], [7, []]);
  });
});
