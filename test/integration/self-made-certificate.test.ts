import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import { dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { QBError } from "../../dist/errors.js";
import { startProgram, temporaryFolder } from "../support/command.js";
import { openssl } from "../support/openssl.js";
import { serverCertificate, type InternalCertificate } from "../support/server-certificate.js";

const POSIX = process.platform === "win32" ? "Windows has no file modes" : false;
const ORGANIZATION = "/O=qbconnector self-made/CN=old";

interface Made {
  readonly file: string;
  readonly certificate: InternalCertificate;
  readonly errors: QBError[];
}

function make(test: TestContext, file = join(temporaryFolder(test), "new", "certificate.pem")): Made {
  const errors: QBError[] = [];
  const surroundings = { selfMadeFile: () => file, onError: (error: QBError) => void errors.push(error) };
  return { file, certificate: serverCertificate(surroundings), errors };
}

function refusal(act: () => unknown): QBError {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof QBError, String(error));
    assert.equal(error.code, "QB_CERTIFICATE");
    return error;
  }
  return assert.fail("nothing was thrown");
}

/** A file as this library makes it, but by openssl, and with so many days left. */
function writeOld(file: string, days: number, subject = ORGANIZATION): void {
  mkdirSync(dirname(file), { recursive: true });
  const [key, request, certificate] = [`${file}.key`, `${file}.csr`, `${file}.crt`];
  openssl(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key]);
  openssl(["req", "-new", "-key", key, "-subj", subject, "-out", request]);
  openssl(["x509", "-req", "-in", request, "-signkey", key, "-days", String(days), "-out", certificate]);
  const text = `${readFileSync(key, "utf8")}${readFileSync(certificate, "utf8")}`;
  writeFileSync(file, text, { mode: 0o600 });
  for (const temporary of [key, request, certificate]) rmSync(temporary);
}

function daysLeft(certificate: InternalCertificate): number {
  return (certificate.exportPublic().validTo.getTime() - Date.now()) / 86_400_000;
}

describe("the self-made certificate", () => {
  it("is made on first use, and found again", (test) => {
    const { file, certificate } = make(test);
    assert.equal(existsSync(file), false);
    const { pin, der } = certificate.exportPublic();
    assert.match(pin, /^sha256\/\/[A-Za-z0-9+/]{43}=$/);
    assert.deepEqual(readdirSync(dirname(file)), ["certificate.pem"]);
    assert.deepEqual(make(test, file).certificate.exportPublic().der, der);
  });

  it("is for its owner only", { skip: POSIX }, (test) => {
    const { file, certificate } = make(test);
    certificate.identity();
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(dirname(file)).mode & 0o777, 0o700);
    for (const mode of [0o640, 0o604]) {
      chmodSync(file, mode);
      const { message, advice } = refusal(() => make(test, file).certificate.identity());
      assert.match(message, new RegExp(`has mode 0${mode.toString(8)}`));
      assert.equal(advice, `Run: chmod 600 '${file}'`);
    }
  });

  it("is what openssl expects of a server's certificate", (test) => {
    const { file, certificate } = make(test);
    certificate.identity();
    const text = openssl(["x509", "-in", file, "-noout", "-text"]);
    assert.match(text, /Public-Key: \(2048 bit\)/);
    assert.match(text, /Signature Algorithm: sha256WithRSAEncryption/);
    assert.match(text, /Basic Constraints: critical\s+CA:FALSE/);
    assert.match(text, /Key Usage: critical\s+Digital Signature, Key Encipherment/);
    assert.match(text, /TLS Web Server Authentication/);
    assert.match(text, /Version: 3/);
    const days =
      (Number(new Date(dateIn(text, "Not After "))) - Number(new Date(dateIn(text, "Not Before")))) /
      86_400_000;
    assert.equal(days, 731);
    assert.match(openssl(["pkey", "-in", file, "-check", "-noout"]), /Key is valid/);
  });

  function dateIn(text: string, name: string): string {
    return new RegExp(`${name}: (.*)`).exec(text)?.[1] ?? "";
  }

  it("is trusted as what was exported, under every name of the machine", (test) => {
    const { certificate } = make(test);
    const { pem, names } = certificate.exportPublic();
    const exported = join(temporaryFolder(test), "exported.pem");
    writeFileSync(exported, pem);
    const trust = ["-x509_strict", "-purpose", "sslserver", "-CAfile", exported, exported];
    for (const address of ["127.0.0.1", "::1", ...addresses()]) {
      assert.ok(names.includes(address), address);
      assert.match(openssl(["verify", "-verify_ip", address, ...trust]), /: OK/);
    }
    for (const host of ["localhost", hostname()])
      assert.match(openssl(["verify", "-verify_hostname", host, ...trust]), /: OK/);
    assert.throws(() => openssl(["verify", "-verify_hostname", "foo.com", ...trust]), /hostname mismatch/i);
    assert.doesNotMatch(pem, /PRIVATE/);
  });

  function addresses(): string[] {
    const all = Object.values(networkInterfaces()).flatMap((of) => of ?? []);
    return all.filter(({ family, internal }) => family === "IPv4" && !internal).map(({ address }) => address);
  }

  it("is one, however many processes make it at once", async (test) => {
    const file = join(temporaryFolder(test), "new", "certificate.pem");
    const module = (name: string): string =>
      JSON.stringify(new URL(`../../dist/connector/certificate/${name}`, import.meta.url).href);
    const program = `
      import { openSelfMade } from ${module("self-made-file.js")};
      process.stdout.write("ready\\n");
      process.stdin.once("data", () => {
        const { certificate } = openSelfMade(${JSON.stringify(file)});
        process.stdout.write(certificate.fingerprint256 + "\\n");
        process.stdin.destroy();
      });`;
    const parameters = ["--input-type=module", "--eval", program];
    const makers = Array.from({ length: 6 }, () => startProgram(test, process.execPath, parameters));
    await Promise.all(makers.map((maker) => maker.says(/ready/)));
    for (const maker of makers) maker.write("go\n");
    const ended = await Promise.all(makers.map((maker) => maker.ended));
    const { fingerprint256 } = new X509Certificate(readFileSync(file));
    for (const { stdout, stderr } of ended) assert.equal(stdout, `ready\n${fingerprint256}\n`, stderr);
    assert.deepEqual(readdirSync(dirname(file)), ["certificate.pem"]);
  });

  it("is not made behind a link that leads nowhere", { skip: POSIX }, (test) => {
    const link = join(temporaryFolder(test), "certificate.pem");
    symlinkSync("elsewhere.pem", link);
    assert.match(
      refusal(() => make(test, link).certificate.identity()).message,
      /a link to a file that does not/,
    );
    assert.deepEqual(readdirSync(dirname(link)), ["certificate.pem"]);
  });

  it("cannot be made where nobody may write, and says what to do", (test) => {
    const folder = temporaryFolder(test);
    writeFileSync(join(folder, "file"), "");
    const { message, advice } = refusal(() =>
      make(test, join(folder, "file", "c.pem")).certificate.identity(),
    );
    assert.match(message, /ENOTDIR|EEXIST/);
    assert.match(advice, /owns the file|sslCertFile/);
  });
});

describe("renewal", () => {
  for (const days of [-1, 5, 29]) {
    it(`keeps key and pin, with ${days} days left`, (test) => {
      const { file, certificate } = make(test);
      writeOld(file, days);
      const before = openssl(["pkey", "-in", file, "-pubout"]);
      const { pin, names } = certificate.exportPublic();
      assert.ok(daysLeft(certificate) > 729);
      assert.ok(names.includes("localhost"));
      assert.equal(openssl(["pkey", "-in", file, "-pubout"]), before);
      assert.equal(openssl(["x509", "-in", file, "-pubkey", "-noout"]), before);
      assert.equal(make(test, file).certificate.exportPublic().pin, pin);
      assert.deepEqual(readdirSync(dirname(file)), ["certificate.pem"]);
      if (POSIX === false) assert.equal(statSync(file).mode & 0o777, 0o600);
    });
  }

  it("keeps a link to the file", { skip: POSIX }, (test) => {
    const folder = temporaryFolder(test);
    const [file, link] = [join(folder, "real", "certificate.pem"), join(folder, "link.pem")];
    writeOld(file, 5);
    symlinkSync(file, link);
    const { pem } = make(test, link).certificate.exportPublic();
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.ok(readFileSync(file, "utf8").includes(pem));
  });

  it("does not come early", (test) => {
    const { file, certificate } = make(test);
    writeOld(file, 31);
    const before = readFileSync(file, "utf8");
    assert.ok(daysLeft(certificate) < 32);
    assert.equal(readFileSync(file, "utf8"), before);
  });

  it("comes while the certificate is in use", (test) => {
    const { file, certificate, errors } = make(test);
    const first = certificate.exportPublic();
    test.mock.timers.enable({ apis: ["Date"], now: first.validTo.getTime() - 31 * 86_400_000 });
    const inUse = certificate.identity();
    assert.deepEqual(certificate.exportPublic().der, first.der);
    test.mock.timers.tick(2 * 86_400_000);
    const renewed = certificate.exportPublic();
    assert.equal(renewed.pin, first.pin);
    assert.ok(renewed.validTo > first.validTo);
    assert.notEqual(certificate.identity(), inUse);
    assert.equal(certificate.identity(), certificate.identity());
    assert.ok(readFileSync(file, "utf8").includes(renewed.pem));
    assert.deepEqual(errors, []);
  });

  it("that fails is reported and tried again later; the old certificate stays in use", (test) => {
    const { file, certificate, errors } = make(test);
    make(test, file).certificate.identity();
    const first = certificate.exportPublic();
    rmSync(dirname(file), { recursive: true });
    test.mock.timers.enable({ apis: ["Date"], now: first.validTo.getTime() });
    for (let time = 0; time < 3; time++) assert.deepEqual(certificate.exportPublic().der, first.der);
    assert.deepEqual(
      errors.map(({ message }) => /gone|cannot write/.exec(message)?.[0]),
      ["gone", "cannot write"],
    );
    mkdirSync(dirname(file));
    test.mock.timers.tick(60 * 60 * 1000);
    assert.equal(certificate.exportPublic().pin, first.pin);
    assert.ok(certificate.exportPublic().validTo > first.validTo);
    assert.equal(errors.length, 2);
  });
});

describe("a file that is not what this library made", () => {
  const contents: Readonly<Record<string, readonly [spoil: (file: string) => void, why: RegExp]>> = {
    "is empty": [(file) => writeFileSync(file, "", { mode: 0o600 }), /damaged, or not a PEM store/],
    "is text": [(file) => writeFileSync(file, "my notes\n", { mode: 0o600 }), /damaged, or not a PEM store/],
    "is cut in the certificate": [(file) => cut(file, 0.9), /private key but no certificate/],
    "is cut in the key": [(file) => cut(file, 0.3), /damaged/],
    "is somebody else's certificate": [
      (file) => writeOld(file, 100, "/O=Foo/CN=foo.com"),
      /not made by qbconnector/,
    ],
    "ended, and is somebody else's": [
      (file) => writeOld(file, -1, "/O=Foo/CN=foo.com"),
      /not made by qbconnector/,
    ],
    "is only named as if it were": [
      (file) => writeOld(file, 5, "/CN=O=qbconnector self-made"),
      /not made by/,
    ],
  };

  function cut(file: string, share: number): void {
    writeOld(file, 100);
    truncateSync(file, Math.floor(statSync(file).size * share));
  }

  for (const [name, [spoil, why]] of Object.entries(contents)) {
    it(`is refused when it ${name}, and never overwritten`, (test) => {
      const { file, certificate } = make(test);
      mkdirSync(dirname(file));
      spoil(file);
      const before = readFileSync(file);
      const { message, advice } = refusal(() => certificate.identity());
      assert.match(message, why);
      assert.ok(message.includes(file));
      assert.match(advice, /sslCert\.store.*move .* away/);
      assert.deepEqual(readFileSync(file), before);
      assert.deepEqual(readdirSync(dirname(file)), ["certificate.pem"]);
    });
  }

  it("in place of the certificate in use changes nothing, and is reported", (test) => {
    test.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const { file, certificate, errors } = make(test);
    const first = certificate.identity();
    writeFileSync(file, "my notes\n");
    test.mock.timers.tick(5_000);
    assert.equal(certificate.identity(), first);
    assert.equal(errors.length, 1);
    assert.equal(readFileSync(file, "utf8"), "my notes\n");
    rmSync(file);
    test.mock.timers.tick(5_000);
    assert.equal(certificate.identity(), first);
    assert.match(errors[1]?.message ?? "", /is gone/);
    assert.equal(existsSync(file), false);
  });

  it("but was renewed by another process is taken over", (test) => {
    test.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const { file, certificate, errors } = make(test);
    writeOld(file, 100);
    const first = certificate.identity();
    rmSync(file);
    const second = make(test, file).certificate.identity();
    test.mock.timers.tick(5_000);
    assert.notEqual(certificate.identity(), first);
    assert.equal(certificate.identity().certificate.fingerprint256, second.certificate.fingerprint256);
    assert.deepEqual(errors, []);
  });
});
