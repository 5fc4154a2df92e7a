import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { QBError } from "../../dist/errors.js";
import { createFile, exchangeFile, readPrivateFile, replaceFile } from "../../dist/private-file.js";
import { temporaryFolder } from "../support/command.js";

const MODULE = import.meta.resolve("../../dist/private-file.js");
const POSIX = process.platform === "win32" ? "Windows has no file modes" : false;

/** Has a file open for a while. */
const HOLDER = `
  const { closeSync, openSync } = require("node:fs");
  const { parentPort, workerData } = require("node:worker_threads");
  const descriptor = openSync(workerData.file, "r");
  parentPort.postMessage("open");
  setTimeout(() => closeSync(descriptor), workerData.ms);
`;

/** The process, with what it does not have on Windows. */
const OF_POSIX = process as Required<Pick<NodeJS.Process, "geteuid">>;

function refusalOf(act: () => unknown): QBError {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof QBError);
    return error;
  }
  return assert.fail("nothing was thrown");
}

describe("a private file", () => {
  it("is read without a byte order mark; none is undefined", (test) => {
    const file = join(temporaryFolder(test), "a");
    assert.equal(readPrivateFile(file, "QB_CERTIFICATE"), undefined);
    writeFileSync(file, "\uFEFFtext", { mode: 0o600 });
    assert.equal(readPrivateFile(file, "QB_CERTIFICATE"), "text");
  });

  it(
    "is refused with the wanted code when others can use it, with the command that helps",
    {
      skip: POSIX,
    },
    (test) => {
      const file = join(temporaryFolder(test), "it's");
      writeFileSync(file, "");
      chmodSync(file, 0o640);
      const { code, message, advice, who } = refusalOf(() => readPrivateFile(file, "QB_CERTIFICATE"));
      assert.equal(code, "QB_CERTIFICATE");
      assert.equal(who, "operator");
      assert.ok(message.startsWith(`${file} has mode 0640`));
      assert.equal(advice, `Run: chmod 600 '${file.replace("'", String.raw`'\''`)}'`);
    },
  );

  it("of another user is refused, though nobody else can use it", { skip: POSIX }, (test) => {
    const file = join(temporaryFolder(test), "it's");
    writeFileSync(file, "", { mode: 0o600 });
    // Only root can give files away. For others the file stays as it is, and the process becomes somebody else.
    if (process.geteuid?.() === 0) chownSync(file, 4243, 4243);
    const { uid } = statSync(file);
    const euid = test.mock.method(OF_POSIX, "geteuid", () => uid + 1);
    const { code, message, advice, who } = refusalOf(() => readPrivateFile(file, "QB_CERTIFICATE"));
    assert.equal(code, "QB_CERTIFICATE");
    assert.equal(who, "operator");
    assert.ok(message.startsWith(`${file} belongs to another user (uid ${uid})`));
    assert.ok(advice.endsWith(`chown ${uid + 1} '${file.replace("'", String.raw`'\''`)}'`));
    euid.mock.mockImplementation(() => uid);
    assert.equal(readPrivateFile(file, "QB_CERTIFICATE"), "");
  });

  const notRoot = process.geteuid?.() === 0 ? false : "only root has files of root's to read";
  it("may be root's", { skip: notRoot }, (test) => {
    const file = join(temporaryFolder(test), "a");
    writeFileSync(file, "text", { mode: 0o600 });
    test.mock.method(OF_POSIX, "geteuid", () => 4243);
    assert.equal(readPrivateFile(file, "QB_CERTIFICATE"), "text");
  });

  it("is not a folder", (test) => {
    const { message } = refusalOf(() => readPrivateFile(temporaryFolder(test), "QB_INVALID_ARGUMENT"));
    assert.match(message, /cannot read .*: it is not a file$/);
  });

  it("cannot be read for a reason of the system; a mistake of ours is none", (test) => {
    const file = join(temporaryFolder(test), "a");
    writeFileSync(file, "", { mode: 0o600 });
    // For Windows there is simply nothing below a file.
    if (POSIX === false) {
      const below = refusalOf(() => readPrivateFile(join(file, "b"), "QB_CERTIFICATE"));
      assert.match(below.message, /cannot read .*ENOTDIR/);
    }
    const mistaken = (): unknown => readPrivateFile(undefined as unknown as string, "QB_CERTIFICATE");
    assert.throws(mistaken, { name: "TypeError", code: "ERR_INVALID_ARG_TYPE" });
  });

  it("is not a pipe, whose opening would block the process for good", { skip: POSIX }, (test) => {
    const pipe = join(temporaryFolder(test), "pipe");
    execFileSync("mkfifo", ["-m", "600", pipe]);
    // In a process of its own: one that is blocked could not fail.
    const script = `import { readPrivateFile } from ${JSON.stringify(MODULE)}; readPrivateFile(process.argv[1], "QB_CERTIFICATE")`;
    const parameters = ["--input-type=module", "--eval", script, pipe];
    const ended = spawnSync(process.execPath, parameters, { encoding: "utf8", timeout: 30_000 });
    assert.equal(ended.signal, null);
    assert.match(ended.stderr, /cannot read .*pipe: it is not a file/);
  });

  it("is replaced as a whole, for the owner only", (test) => {
    const folder = temporaryFolder(test);
    const file = join(folder, "a");
    writeFileSync(file, "old", { mode: 0o600 });
    const before = statSync(file).ino;
    replaceFile(file, "new");
    assert.equal(readFileSync(file, "utf8"), "new");
    assert.notEqual(statSync(file).ino, before);
    if (POSIX === false) assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ["a"]);
  });

  it("is replaced though another program has it open for a while, which Windows may refuse", async (test) => {
    const folder = temporaryFolder(test);
    const file = join(folder, "a");
    writeFileSync(file, "old", { mode: 0o600 });
    const holder = new Worker(HOLDER, { eval: true, workerData: { file, ms: 200 } });
    const left = once(holder, "exit");
    await once(holder, "message");
    replaceFile(file, "new");
    assert.equal(readFileSync(file, "utf8"), "new");
    await left;
    assert.deepEqual(readdirSync(folder), ["a"]);
  });

  it("is created only where there is none", (test) => {
    const folder = temporaryFolder(test);
    const file = join(folder, "a");
    assert.equal(createFile(file, "first"), true);
    assert.equal(createFile(file, "second"), false);
    assert.equal(readFileSync(file, "utf8"), "first");
    if (POSIX === false) assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ["a"]);
  });

  it("leaves nothing behind when it cannot be written", (test) => {
    const folder = temporaryFolder(test);
    assert.throws(() => createFile(join(folder, "none", "a"), ""), /ENOENT/);
    assert.throws(() => replaceFile(folder, ""), /EISDIR|EPERM|ENOTEMPTY|EEXIST/);
    assert.deepEqual(readdirSync(folder), []);
  });
});

describe("a file that is exchanged", () => {
  const CODE = "QB_TOKEN_STORE";
  /** The name under which what comes after "old" is claimed: the beginning of its SHA-256. */
  const CLAIM = ".cba06b5736faf67e.next";

  it("is when it holds what is expected, and leaves nothing else", (test) => {
    const folder = temporaryFolder(test);
    const file = join(folder, "a");
    createFile(file, "old");
    assert.equal(exchangeFile(file, "older", "wrong", CODE), false);
    assert.equal(exchangeFile(file, "old", "new", CODE), true);
    assert.equal(exchangeFile(file, "old", "wrong", CODE), false);
    assert.deepEqual([readFileSync(file, "utf8"), readdirSync(folder)], ["new", ["a"]]);
  });

  it("gets what another process claimed before it ended", (test) => {
    const folder = temporaryFolder(test);
    const file = join(folder, "a");
    createFile(file, "old");
    writeFileSync(file + CLAIM, "claimed", { mode: 0o600 });
    assert.equal(exchangeFile(file, "old", "late", CODE), false);
    assert.deepEqual([readFileSync(file, "utf8"), readdirSync(folder)], ["claimed", ["a"]]);
  });

  it("is not when a claim comes too late", (test) => {
    const folder = temporaryFolder(test);
    const file = join(folder, "a");
    createFile(file, "newer");
    writeFileSync(file + CLAIM, "too late", { mode: 0o600 });
    assert.equal(exchangeFile(file, "old", "late", CODE), false);
    assert.equal(readFileSync(file, "utf8"), "newer");
  });
});
