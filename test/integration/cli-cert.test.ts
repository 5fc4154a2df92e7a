import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, it } from "node:test";
import { COMMAND, PACKAGE_FOLDER, runCommand, runWell, temporaryFolder } from "../support/command.js";
import { openssl, TestAuthority } from "../support/openssl.js";

const POSIX = process.platform === "win32" ? "Windows has no file modes" : false;

/** What `cert show` prints, by name. */
function factsIn(printed: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...printed.matchAll(/^(\w+) +(.*)$/gm)].map(([, name, value]) => [name, value]));
}

/** As curl's documentation computes it. */
function pinByOpenssl(file: string): string {
  const script = `openssl pkey -in "$1" -pubout -outform DER | openssl dgst -sha256 -binary | openssl base64 -A`;
  const { stdout } = spawnSync("sh", ["-c", script, "sh", file], { encoding: "utf8" });
  return `sha256//${stdout}`;
}

/** A self-signed certificate with its key, made by openssl, that ends in five days. */
function writeOld(file: string, subject: string): void {
  const [key, certificate] = [`${file}.key`, `${file}.crt`];
  const made = ["-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate];
  openssl(["req", "-x509", ...made, "-subj", subject, "-days", "5"]);
  writeFileSync(file, readFileSync(key, "utf8") + readFileSync(certificate, "utf8"), { mode: 0o600 });
}

const OLD = "/O=qbconnector self-made/CN=old";

describe("qbconnector cert show", () => {
  it("makes the certificate below the user's folder when there is none, and shows the same again", async (test) => {
    const home = temporaryFolder(test);
    const environment = { XDG_CONFIG_HOME: home, APPDATA: home };
    const printed = await runWell(test, ["cert", "show"], { environment });
    const file = join(home, "qbconnector", "certificate.pem");
    const facts = factsIn(printed);
    assert.equal(facts["file"], file);
    assert.match(facts["subject"] ?? "", /^CN=.*, O=qbconnector self-made$/);
    assert.match(facts["names"] ?? "", /^localhost, .*127\.0\.0\.1, ::1/);
    assert.match(facts["valid"] ?? "", /^\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d, 730 days left$/);
    assert.equal(facts["pin"], pinByOpenssl(file));
    assert.doesNotMatch(printed, /PRIVATE/);
    if (POSIX === false) assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(await runWell(test, ["cert", "show"], { environment }), printed);
  });

  it("makes none beside a config file that is not there: its pin would not be the connector's", async (test) => {
    const folder = temporaryFolder(test);
    const { code, stderr } = await runCommand(test, ["cert", "show", "--config", join(folder, "confg.json")]);
    assert.equal(code, 1);
    assert.match(stderr, /there is no .*confg\.json\n.*--config/);
    assert.equal(existsSync(join(folder, "certificate.pem")), false);
  });

  it("renews one that ends soon, as the connector does", async (test) => {
    const file = join(temporaryFolder(test), "certificate.pem");
    writeOld(file, OLD);
    const pin = pinByOpenssl(file);
    const facts = factsIn(await runWell(test, ["cert", "show", "--file", file]));
    assert.match(facts["valid"] ?? "", /730 days left/);
    assert.equal(facts["pin"], pin);
  });

  it("refuses a file that others can read, and one that is not self-made", { skip: POSIX }, async (test) => {
    const file = join(temporaryFolder(test), "certificate.pem");
    writeOld(file, "/CN=www.foo.com");
    const foreign = await runCommand(test, ["cert", "show", "--file", file]);
    assert.equal(foreign.code, 1);
    assert.match(foreign.stderr, /not made by qbconnector\n {2}.*sslCert\.store/);
    chmodSync(file, 0o644);
    const open = await runCommand(test, ["cert", "show", "--file", file]);
    assert.equal(open.code, 1);
    assert.match(open.stderr, /has mode 0644.*\n {2}Run: chmod 600/);
  });

  it("refuses a config file with a mistake", async (test) => {
    const config = join(temporaryFolder(test), "config.json");
    writeFileSync(config, '{"sslCert":5}', { mode: 0o600 });
    const { code, stderr } = await runCommand(test, ["cert", "show", "--config", config]);
    assert.equal(code, 1);
    assert.match(stderr, /config\.json: sslCert /);
  });
});

describe("qbconnector cert export", () => {
  it("prints PEM that openssl trusts the connector by, or DER, and never the key", async (test) => {
    const folder = temporaryFolder(test);
    const file = join(folder, "certificate.pem");
    const pem = await runWell(test, ["cert", "export", "--file", file]);
    assert.match(pem, /^-----BEGIN CERTIFICATE-----\n[^-]*-----END CERTIFICATE-----\n$/);
    const exported = join(folder, "exported.pem");
    const said = await runWell(test, ["cert", "export", "--file", file, "--output", exported]);
    assert.equal(said, `Wrote the certificate, without its private key, to ${exported}.\n`);
    assert.equal(readFileSync(exported, "utf8"), pem);
    assert.match(openssl(["verify", "-CAfile", exported, "-verify_hostname", "localhost", file]), /: OK/);
    const der = spawnSync(process.execPath, [COMMAND, "cert", "export", "--der", "--file", file]).stdout;
    assert.equal(openssl(["x509", "-in", exported, "-outform", "PEM"]), pem);
    writeFileSync(join(folder, "exported.der"), der);
    assert.equal(openssl(["x509", "-inform", "DER", "-in", join(folder, "exported.der")]), pem);
  });

  it("does not overwrite the private key, by whatever name", { skip: POSIX }, async (test) => {
    const folder = temporaryFolder(test);
    const file = join(folder, "certificate.pem");
    await runWell(test, ["cert", "show", "--file", file]);
    const before = readFileSync(file, "utf8");
    const link = join(folder, "link.pem");
    symlinkSync("certificate.pem", link);
    for (const output of [file, relative(PACKAGE_FOLDER, file), link]) {
      const { code, stderr } = await runCommand(test, ["cert", "export", "--file", file, "--output", output]);
      assert.equal(code, 1);
      assert.match(stderr, /would be overwritten/);
    }
    assert.equal(readFileSync(file, "utf8"), before);
  });

  it("says when the output cannot be written", async (test) => {
    const folder = temporaryFolder(test);
    const parameters = ["--file", join(folder, "c.pem"), "--output", join(folder, "none", "c.pem")];
    const { code, stderr } = await runCommand(test, ["cert", "export", ...parameters]);
    assert.equal(code, 1);
    assert.match(stderr, /cannot write .*ENOENT[^]*--output/);
  });
});

describe("qbconnector cert renew", () => {
  it("gives new dates and names to the same key", async (test) => {
    const file = join(temporaryFolder(test), "certificate.pem");
    await runWell(test, ["cert", "show", "--file", file]);
    const [key, serial] = [
      openssl(["pkey", "-in", file]),
      openssl(["x509", "-in", file, "-noout", "-serial"]),
    ];
    const printed = await runWell(test, ["cert", "renew", "--file", file]);
    assert.equal(factsIn(printed)["pin"], pinByOpenssl(file));
    assert.match(printed, /the pin, is the same/);
    assert.equal(openssl(["pkey", "-in", file]), key);
    assert.notEqual(openssl(["x509", "-in", file, "-noout", "-serial"]), serial);
    assert.equal(
      openssl(["x509", "-in", file, "-pubkey", "-noout"]),
      openssl(["pkey", "-in", file, "-pubout"]),
    );
    if (POSIX === false) assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it("refuses when there is none, and makes none", async (test) => {
    const file = join(temporaryFolder(test), "certificate.pem");
    const { code, stderr } = await runCommand(test, ["cert", "renew", "--file", file]);
    assert.equal(code, 1);
    assert.match(stderr, /there is no .*\n {2}Run: qbconnector cert show --file/);
    assert.equal(existsSync(file), false);
  });

  it("refuses a certificate that is not self-made, and leaves it alone", async (test) => {
    const file = join(temporaryFolder(test), "certificate.pem");
    writeOld(file, "/CN=www.foo.com");
    const before = readFileSync(file, "utf8");
    const { code, stderr } = await runCommand(test, ["cert", "renew", "--file", file]);
    assert.equal(code, 1);
    assert.match(stderr, /not made by qbconnector/);
    assert.doesNotMatch(stderr, /PRIVATE|\n +at /);
    assert.equal(readFileSync(file, "utf8"), before);
  });
});

describe("qbconnector cert, with a config file", () => {
  const PASSWORD = "sesame";

  function configWith(folder: string, keys: object): string {
    const config = join(folder, "config.json");
    writeFileSync(config, JSON.stringify(keys), { mode: 0o600 });
    return config;
  }

  it("shows and exports the certificate that sslCert names, and does not renew it", async (test) => {
    const folder = temporaryFolder(test);
    const authority = new TestAuthority(folder);
    const store = authority.pfx("own.pfx", authority.issue("www"), PASSWORD);
    const before = readFileSync(store);
    const config = configWith(folder, { sslCert: { store, storePassword: PASSWORD } });
    const facts = factsIn(await runWell(test, ["cert", "show", "--config", config]));
    assert.equal(facts["file"], store);
    assert.equal(facts["subject"], "CN=www.foo.com, O=Foo Inc");
    assert.equal(facts["issuer"], "CN=Foo Issuing, O=Foo Inc");
    assert.equal(facts["names"], "localhost, 127.0.0.1");
    assert.equal(facts["pin"], pinByOpenssl(join(folder, "www.key")));
    const pem = await runWell(test, ["cert", "export", "--config", config]);
    assert.equal(pem, openssl(["x509", "-in", join(folder, "www.pem")]));
    for (const parameters of [["renew"], ["export", "--output", store]]) {
      const { code, stderr } = await runCommand(test, ["cert", ...parameters, "--config", config]);
      assert.equal(code, 1);
      assert.match(stderr, /names a certificate of your own, .*own\.pfx|would be overwritten/);
    }
    assert.deepEqual(readFileSync(store), before);
  });

  it("shows the certificate that sslCert.encoded holds, also beside an empty store", async (test) => {
    const folder = temporaryFolder(test);
    const { key, certificate } = new TestAuthority(folder).issue("www");
    const encoded = readFileSync(key, "utf8") + readFileSync(certificate, "utf8");
    for (const sslCert of [{ encoded }, { store: "", encoded }]) {
      const config = configWith(folder, { sslCert });
      const facts = factsIn(await runWell(test, ["cert", "show", "--config", config]));
      assert.equal(facts["file"], "none: the config file holds it");
      assert.equal(facts["subject"], "CN=www.foo.com, O=Foo Inc");
    }
  });

  it("says what is wrong with that certificate, without its password", async (test) => {
    const folder = temporaryFolder(test);
    const authority = new TestAuthority(folder);
    const store = authority.pfx("own.pfx", authority.issue("www"), "other");
    const config = configWith(folder, { sslCert: { store, storePassword: PASSWORD } });
    const { code, stderr } = await runCommand(test, ["cert", "show", "--config", config]);
    assert.equal(code, 1);
    assert.match(stderr, /own\.pfx: the password is wrong.*\n {2}Correct storePassword\.\n$/);
    assert.doesNotMatch(stderr, /sesame/);
  });

  it("uses the file that sslCertFile names; --file goes before it", async (test) => {
    const folder = temporaryFolder(test);
    const [named, given] = [join(folder, "named.pem"), join(folder, "given.pem")];
    const config = configWith(folder, { sslCertFile: named });
    await runWell(test, ["cert", "show", "--config", config, "--file", given]);
    assert.deepEqual([existsSync(named), existsSync(given)], [false, true]);
    const shown = factsIn(await runWell(test, ["cert", "show", "--config", config]));
    assert.equal(shown["file"], named);
    const renewed = factsIn(await runWell(test, ["cert", "renew", "--config", config]));
    assert.equal(renewed["pin"], shown["pin"]);
  });
});
