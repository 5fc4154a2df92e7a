import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import {
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  copyFileSync,
  mkdirSync,
} from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createServer } from "node:tls";
import { after, before, describe, it } from "node:test";
import forge from "node-forge";
import { openStore } from "../../dist/connector/certificate/certificate-store.js";
import { readIdentity } from "../../dist/connector/certificate/read-identity.js";
import { fullChain, type ServerIdentity } from "../../dist/connector/certificate/server-identity.js";
import type { CertificateStoreType } from "../../dist/connector/certificate/store-types.js";
import { QBError } from "../../dist/errors.js";
import { addKey, addSecretKey, addTrusted, convertStore, STORE_PASSWORD } from "../support/keytool.js";
import { openssl, TestAuthority, type Issued, type KeyKind } from "../support/openssl.js";
import { serverCertificate } from "../support/server-certificate.js";

const PASSWORD = "sesame";
const KINDS: readonly KeyKind[] = ["RSA", "RSA-PSS", "P-256", "Ed25519"];

let folder = "";
let authority: TestAuthority;
const issued = {} as Record<KeyKind, Issued>;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "qbconnector-stores-"));
  authority = new TestAuthority(folder);
  for (const kind of KINDS) issued[kind] = authority.issue(kind.toLowerCase(), { kind });
});

after(() => rmSync(folder, { recursive: true, force: true }));

function open(
  store: string | Uint8Array,
  storePassword = PASSWORD,
  storeType: CertificateStoreType = "Auto",
) {
  return openStore({ store, storePassword, storeType });
}

function commonNames(identities: readonly ServerIdentity[]): string[] {
  return identities.map(({ certificate }) => commonName(certificate));
}

function commonName({ subject }: X509Certificate): string {
  return /CN=(.*)/.exec(subject)?.[1] ?? "";
}

function read(file: string): string {
  return readFileSync(file, "utf8");
}

/** The identity is the one that openssl made: certificate, key, and chain in the order of issuing. */
function assertIs(identity: ServerIdentity | undefined, { key, certificate }: Issued): void {
  assert.ok(identity);
  assert.equal(
    identity.certificate.fingerprint256,
    new X509Certificate(readFileSync(certificate)).fingerprint256,
  );
  assert.ok(createPrivateKey(identity.key).equals(createPrivateKey(readFileSync(key))));
  assert.deepEqual(identity.chain.map(commonName), ["Foo Issuing", "Foo Root"]);
}

function refusal(act: () => unknown, code = "QB_CERTIFICATE"): QBError {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof QBError, String(error));
    assert.equal(error.code, code);
    assert.doesNotMatch(`${error.message} ${error.advice}`, /sesame|MII[A-Za-z0-9+/]{20}/);
    return error;
  }
  return assert.fail("nothing was thrown");
}

describe("PKCS#12 stores of openssl", () => {
  const ways: Readonly<Record<string, readonly string[]>> = {
    "as made by default": [],
    "as made before OpenSSL 3": ["-legacy"],
    "with 3DES only": ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
    "with AES-128 and SHA-512": ["-keypbe", "AES-128-CBC", "-certpbe", "AES-192-CBC", "-macalg", "sha512"],
    "with a MAC of SHA-224": ["-macalg", "sha224"],
    "without a MAC": ["-nomac"],
    "with certificates in the clear": ["-certpbe", "NONE"],
    "with nothing encrypted": ["-certpbe", "NONE", "-keypbe", "NONE"],
    "with one iteration": ["-noiter", "-nomaciter"],
  };
  for (const [name, parameters] of Object.entries(ways)) {
    for (const kind of KINDS) {
      it(`${name}, ${kind}`, () => {
        const file = authority.pfx("way.pfx", issued[kind], PASSWORD, parameters);
        const [identity, ...more] = open(file, PASSWORD, "PFXFile");
        assertIs(identity, issued[kind]);
        assert.equal(more.length, 0);
      });
    }
  }

  for (const legacy of [[], ["-legacy"]]) {
    const made = legacy.length > 0 ? "old" : "new";
    for (const password of ["", "sésame €", "ключ", "𝄞"]) {
      it(`${made}, with the password ${JSON.stringify(password)}`, () => {
        const file = authority.pfx("password.pfx", issued.RSA, password, legacy);
        assertIs(open(file, password)[0], issued.RSA);
        assert.match(refusal(() => open(file, `${password}?`)).message, /password is wrong/);
      });
    }

    it(`${made}, refuses a wrong password and none`, () => {
      const file = authority.pfx("wrong.pfx", issued.RSA, PASSWORD, legacy);
      for (const password of ["Sesame", "", "sesame "]) {
        const { message, advice } = refusal(() => open(file, password));
        assert.match(message, /password is wrong/);
        assert.match(advice, /storePassword/);
      }
    });
  }

  it("of node-forge, whose empty password is none at all", () => {
    const { key, certificate } = issued.RSA;
    const content = [
      forge.pki.privateKeyFromPem(read(key)),
      forge.pki.certificateFromPem(read(certificate)),
    ] as const;
    const store = forge.asn1.toDer(forge.pkcs12.toPkcs12Asn1(...content, null, { algorithm: "3des" }));
    const [identity] = open(Buffer.from(store.getBytes(), "latin1"), "");
    assert.equal(identity?.certificate.toString().trim(), read(certificate).trim());
  });

  it("in BER, with lengths left open and octet strings in pieces, as some programs write it", () => {
    const der = readFileSync(authority.pfx("ber.pfx", issued.RSA, PASSWORD));
    const withoutLength = (tag: number, ...content: Uint8Array[]): Buffer =>
      Buffer.concat([Buffer.from([tag, 0x80]), ...content, Buffer.from([0, 0])]);
    const pfx = forge.asn1.fromDer(der.toString("latin1"));
    const [version, safe, mac] = (pfx.value as forge.asn1.Asn1[]).map((value) =>
      Buffer.from(forge.asn1.toDer(value).getBytes(), "latin1"),
    );
    assert.ok(version && safe && mac);
    // SEQUENCE (4), OBJECT IDENTIFIER (11), explicit tag (4), OCTET STRING (4): what is left is the content.
    const [type, content] = [safe.subarray(4, 15), safe.subarray(23)];
    const pieces = [content.subarray(0, 100), content.subarray(100)].map((piece) => {
      const header = Buffer.from([0x04, 0x82, piece.length >> 8, piece.length & 0xff]);
      return Buffer.concat([header, piece]);
    });
    const ber = withoutLength(
      0x30,
      version,
      withoutLength(0x30, type, withoutLength(0xa0, withoutLength(0x24, ...pieces))),
      mac,
    );
    assertIs(open(ber, PASSWORD)[0], issued.RSA);
  });

  it("takes them as bytes and as base64", () => {
    const bytes = readFileSync(authority.pfx("content.pfx", issued["P-256"], PASSWORD));
    for (const type of ["PFXBlob", "Auto"] as const) {
      assertIs(open(bytes, PASSWORD, type)[0], issued["P-256"]);
      assertIs(open(bytes.toString("base64"), PASSWORD, type)[0], issued["P-256"]);
      assertIs(
        open(bytes.toString("base64").replace(/(.{64})/g, "$1\r\n"), PASSWORD, type)[0],
        issued["P-256"],
      );
    }
  });

  it("refuses one without a private key", () => {
    const file = join(folder, "no-key.pfx");
    const content = ["-nokeys", "-in", issued.RSA.certificate, "-passout", `pass:${PASSWORD}`];
    openssl(["pkcs12", "-export", ...content, "-out", file]);
    assert.match(refusal(() => open(file)).message, /a certificate but no private key/);
  });

  it("refuses ciphers that are not known, with the way out", () => {
    const camellia = ["-keypbe", "camellia-256-cbc", "-certpbe", "camellia-256-cbc"];
    const file = authority.pfx("camellia.pfx", issued.RSA, PASSWORD, camellia);
    const { message, advice } = refusal(() => open(file));
    assert.match(message, /not supported \(object identifier 1\.2\.392\.200011\.61\.1\.1\.1\.4\)/);
    assert.match(advice, /openssl pkcs12 -export/);
  });

  it("refuses one that asks for hours of work, at once", () => {
    const bytes = readFileSync(authority.pfx("work.pfx", issued.RSA, PASSWORD, ["-iter", "32768"]));
    // The number stands at the end, in the MAC: 02 02 80 00 is not possible in DER, so it is 02 03 00 80 00.
    const at = bytes.lastIndexOf(Buffer.from("0203008000", "hex"));
    assert.ok(at > 0);
    bytes.writeUIntBE(0x7fffff, at + 2, 3);
    assert.match(refusal(() => open(bytes)).message, /hashed 8388607 times/);
  });
});

describe("stores of keytool", () => {
  let pkcs12 = "";
  const entries = [
    { alias: "old", subject: "CN=old.foo.com, O=Foo, C=US", algorithm: "RSA" },
    { alias: "shop", subject: "CN=shop.foo.com, O=Foo, C=US", algorithm: "EC" },
  ] as const;

  before(() => {
    pkcs12 = join(folder, "java.p12");
    for (const entry of entries) addKey(pkcs12, "PKCS12", entry);
    addTrusted(pkcs12, "trusted", authority.root.certificate);
  });

  function assertBoth(identities: readonly ServerIdentity[]): void {
    assert.deepEqual(commonNames(identities).sort(), ["old.foo.com", "shop.foo.com"]);
    const kinds = identities.map(({ certificate, key }) => {
      assert.ok(certificate.checkPrivateKey(createPrivateKey(key)));
      return `${commonName(certificate)} ${createPrivateKey(key).asymmetricKeyType}`;
    });
    assert.deepEqual(kinds.sort(), ["old.foo.com rsa", "shop.foo.com ec"]);
  }

  it("PKCS#12", () => assertBoth(open(pkcs12, STORE_PASSWORD, "PFXFile")));

  it("PKCS#12 with a secret key beside the others", () => {
    const file = join(folder, "secret.p12");
    convertStore(pkcs12, file, "PKCS12");
    addSecretKey(file, "session");
    assertBoth(open(file, STORE_PASSWORD));
  });

  it("PKCS#12 as Java made it until version 16", () => {
    const file = join(folder, "old.p12");
    convertStore(pkcs12, file, "PKCS12", "-J-Dkeystore.pkcs12.legacy");
    assertBoth(open(file, STORE_PASSWORD));
  });

  it("PKCS#12 under the name of a JKS, which is Java's default", () => {
    assertBoth(open(pkcs12, STORE_PASSWORD, "JKSFile"));
  });

  it("JKS, as file, bytes and base64; a wrong password and none are refused", () => {
    const file = join(folder, "java.jks");
    convertStore(pkcs12, file, "JKS");
    const bytes = readFileSync(file);
    assertBoth(open(file, STORE_PASSWORD, "JKSFile"));
    assertBoth(open(bytes, STORE_PASSWORD, "JKSBlob"));
    assertBoth(open(bytes.toString("base64"), STORE_PASSWORD));
    assert.match(refusal(() => open(file, "Sesame")).message, /password is wrong/);
    assert.match(refusal(() => open(file, "")).message, /needs its password/);
    assert.match(refusal(() => open(bytes.subarray(0, 1000))).message, /damaged/);
    assert.match(
      refusal(() => open(file, STORE_PASSWORD, "PFXFile")).message,
      /a JKS store, not a PFX store/,
    );
  });

  it("JKS with a chain: the issuers come after the certificate", () => {
    const pfx = authority.pfx("chain.pfx", issued.RSA, STORE_PASSWORD);
    const file = join(folder, "chain.jks");
    convertStore(pfx, file, "JKS", "-srcstoretype", "PKCS12");
    assertIs(open(file, STORE_PASSWORD)[0], issued.RSA);
  });

  it("refuses a JKS with a key that jks-js cannot read, and names the entry", () => {
    const file = join(folder, "ed25519.jks");
    addKey(file, "JKS", { alias: "modern", subject: "CN=modern", algorithm: "Ed25519" });
    const { message, advice } = refusal(() => open(file, STORE_PASSWORD));
    assert.match(message, /the entry "modern"/);
    assert.match(advice, /-deststoretype PKCS12/);
  });

  it("refuses JCEKS, with the command that converts it", () => {
    const file = join(folder, "java.jceks");
    convertStore(pkcs12, file, "JCEKS");
    const { message, advice } = refusal(() => open(file, STORE_PASSWORD));
    assert.match(message, /a JCEKS store, which is not supported/);
    const command = /keytool (.*)$/.exec(advice)?.[1] ?? assert.fail(advice);
    assert.match(command, /-srcstoretype JCEKS .*-deststoretype PKCS12/);
  });

  it("refuses a store of trusted certificates only", () => {
    const file = join(folder, "trust.p12");
    addTrusted(file, "root", authority.root.certificate);
    assert.match(refusal(() => open(file, STORE_PASSWORD)).message, /but no private key/);
  });
});

describe("PEM files", () => {
  it("in any order: the certificate first, its issuers by name and signature", () => {
    const { root, intermediate } = authority;
    const own = issued["P-256"];
    const parts = [own.key, own.certificate, intermediate.certificate, root.certificate];
    const orders = [
      parts,
      parts.toReversed(),
      [root.certificate, own.certificate, intermediate.certificate, own.key],
    ];
    for (const order of orders)
      assertIs(open(authority.bundle("order.pem", order), "", "PEMKeyFile")[0], own);
  });

  it("leaves out certificates that issued nothing here, even those with the issuer's name", () => {
    const other = join(folder, "other");
    mkdirSync(other);
    const impostor = new TestAuthority(other);
    const own = issued.RSA;
    const files = [impostor.intermediate, impostor.root, authority.intermediate, authority.root];
    const bundle = [own.key, ...files.map(({ certificate }) => certificate), own.certificate];
    const [identity] = open(authority.bundle("impostor.pem", bundle));
    assertIs(identity, own);
    const expected = [authority.intermediate, authority.root].map(({ certificate }) =>
      readFileSync(certificate),
    );
    assert.deepEqual(
      identity?.chain.map(({ fingerprint256 }) => fingerprint256),
      expected.map((pem) => new X509Certificate(pem).fingerprint256),
    );
  });

  const forms: Readonly<Record<string, readonly string[]>> = {
    "PKCS#8": ["pkcs8", "-topk8", "-nocrypt"],
    "PKCS#8, encrypted": ["pkcs8", "-topk8", "-passout", `pass:${PASSWORD}`],
    "PKCS#8, encrypted with scrypt": ["pkcs8", "-topk8", "-scrypt", "-passout", `pass:${PASSWORD}`],
    "PKCS#8, encrypted the old way": [
      "pkcs8",
      "-topk8",
      "-v1",
      "PBE-SHA1-3DES",
      "-passout",
      `pass:${PASSWORD}`,
    ],
    "PKCS#1": ["rsa", "-traditional"],
    "PKCS#1, encrypted": ["rsa", "-traditional", "-aes256", "-passout", `pass:${PASSWORD}`],
  };
  for (const [name, parameters] of Object.entries(forms)) {
    it(`with the key as ${name}`, () => {
      const key = join(folder, "form.key");
      openssl([...parameters, "-in", issued.RSA.key, "-out", key]);
      const { root, intermediate } = authority;
      const issuers = [intermediate.certificate, root.certificate];
      const file = authority.bundle("form.pem", [issued.RSA.certificate, ...issuers, key]);
      assertIs(open(file)[0], issued.RSA);
      if (!name.includes("encrypted")) return assertIs(open(file, "")[0], issued.RSA);
      assert.match(refusal(() => open(file, "")).advice, /storePassword/);
      assert.match(refusal(() => open(file, "wrong")).message, /password is wrong/);
    });
  }

  it("with an EC key as OpenSSL writes it, parameters in front", () => {
    const key = join(folder, "ec.key");
    openssl(["ecparam", "-name", "prime256v1", "-genkey", "-out", key]);
    assert.match(readFileSync(key, "utf8"), /BEGIN EC PARAMETERS/);
    openssl(["req", "-x509", "-key", key, "-subj", "/CN=ec", "-out", join(folder, "ec.pem")]);
    const [identity] = open(authority.bundle("ec-both.pem", [key, join(folder, "ec.pem")]), "");
    assert.equal(createPrivateKey(identity?.key ?? "").asymmetricKeyType, "ec");
  });

  it("with other text around, Windows line ends, as text and as bytes", () => {
    const { key, certificate } = issued.RSA;
    const pem = `Bag Attributes\n${openssl(["x509", "-in", certificate, "-text"])}\n${readFileSync(key, "utf8")}end`;
    for (const content of [pem, pem.replaceAll("\n", "\r\n"), Buffer.from(pem)]) {
      for (const type of ["Auto", "PEMKeyBlob"] as const)
        assert.equal(commonName(open(content, "", type)[0]!.certificate), "rsa.foo.com");
    }
  });

  it("refuses a key that asks for hours of work, at once", () => {
    const key = join(folder, "work.der");
    const strong = ["-topk8", "-iter", "32768", "-passout", `pass:${PASSWORD}`, "-outform", "DER"];
    openssl(["pkcs8", ...strong, "-in", issued.RSA.key, "-out", key]);
    const bytes = readFileSync(key);
    const at = bytes.indexOf(Buffer.from("0203008000", "hex"));
    assert.ok(at > 0);
    bytes.writeUIntBE(0x7fffff, at + 2, 3);
    const pem = `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${bytes.toString("base64")}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
    assert.match(refusal(() => open(pem)).message, /hashed 8388607 times/);
  });

  it("refuses a key that belongs to none of the certificates", () => {
    const file = authority.bundle("foreign.pem", [issued.RSA.key, issued["P-256"].certificate]);
    assert.match(refusal(() => open(file)).message, /belongs to none of the certificates/);
  });

  it("refuses a certificate that TLS does not serve", () => {
    const [key, certificate] = [join(folder, "short.key"), join(folder, "short.pem")];
    openssl([
      "req",
      "-x509",
      "-newkey",
      "rsa:512",
      "-nodes",
      "-keyout",
      key,
      "-subj",
      "/CN=short",
      "-out",
      certificate,
    ]);
    const store = authority.bundle("short-both.pem", [key, certificate]);
    assert.match(
      refusal(() => readIdentity({ store })).message,
      /TLS cannot use the certificate CN=short: .*too small/,
    );
  });
});

describe("what is no store", () => {
  const named = (name: string): string => join(folder, name);
  const cases: Readonly<Record<string, readonly [make: () => string | Uint8Array, why: RegExp]>> = {
    "a file that is not there": [() => named("none.pfx"), /cannot read .*none\.pfx: ENOENT/],
    "a folder": [() => folder, /is not a file/],
    ...(process.platform === "win32" ? {} : { "a pipe": [pipe, /is not a file/] }),
    "an empty file": [() => written("empty.pem", ""), /damaged, or not a PFX, PEM or JKS store/],
    text: [() => written("text.pem", "sesame"), /damaged, or not a PFX, PEM or JKS store/],
    "a key alone": [() => issued.RSA.key, /a private key but no certificate/],
    "a certificate alone": [() => issued.RSA.certificate, /a certificate but no private key/],
    "a certificate in DER": [
      () => converted(["x509"], "one.cer"),
      /certificate in DER, without its private key/,
    ],
    "a key in DER": [() => converted(["pkey"], "one.der"), /private key in DER, without its certificate/],
    "a request": [() => join(folder, "rsa.csr"), /holds "CERTIFICATE REQUEST"/],
    "a P7B": [() => p7b("DER"), /a PKCS#7 \(P7B\) file, which holds certificates only/],
    "a P7B in PEM": [() => p7b("PEM"), /holds "PKCS7", neither/],
    "a truncated PEM": [() => truncated(issued.RSA.certificate, 500), /damaged/],
    "a truncated PFX": [() => truncated(authority.pfx("t.pfx", issued.RSA, PASSWORD), 500), /damaged/],
    "something of 5 MB": [() => written("large.pem", "x".repeat(5 * 1024 * 1024)), /larger than 4 MB/],
    "neither PEM nor base64 as content": [() => Buffer.from("sesame, open"), /damaged/],
  };

  function written(name: string, content: string): string {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  }

  function pipe(): string {
    execFileSync("mkfifo", [named("pipe")]);
    return named("pipe");
  }

  function converted([command = ""]: readonly string[], name: string): string {
    const from = command === "x509" ? issued.RSA.certificate : issued.RSA.key;
    openssl([command, "-in", from, "-outform", "DER", "-out", join(folder, name)]);
    return join(folder, name);
  }

  function p7b(form: string): string {
    const file = join(folder, `${form}.p7b`);
    openssl(["crl2pkcs7", "-nocrl", "-certfile", issued.RSA.certificate, "-outform", form, "-out", file]);
    return file;
  }

  function truncated(file: string, length: number): string {
    const copy = join(folder, "truncated");
    copyFileSync(file, copy);
    truncateSync(copy, length);
    return copy;
  }

  for (const [name, [make, why]] of Object.entries(cases)) {
    it(`refuses ${name}`, () => {
      const { message, advice, cause } = refusal(() => open(make()));
      assert.match(message, why);
      assert.ok(advice.length > 20);
      assert.ok(cause === undefined || cause instanceof Error);
    });
  }

  it("refuses content where the name of a file belongs, without showing it", () => {
    const pem = readFileSync(issued.RSA.key, "utf8");
    const base64 = readFileSync(authority.pfx("shown.pfx", issued.RSA, PASSWORD)).toString("base64");
    for (const content of [pem, base64, base64.slice(0, 300), "sesame\0", "sesame\n", "x".repeat(5000)]) {
      const { message, advice } = refusal(() => open(content, "", "PEMKeyFile"), "QB_INVALID_ARGUMENT");
      assert.equal(message, "storeType PEMKeyFile needs the name of a file as store");
      assert.match(advice, /PEMKeyBlob/);
    }
  });

  for (const kind of ["P-256", "Ed25519", "RSA"] as const) {
    for (const encoding of ["base64", "base64url"] as const) {
      it(`does not take a private key, ${kind} in ${encoding}, for the name of a file and show it`, () => {
        const pem = read(issued[kind].key).replace(/-----.*-----/g, "");
        const key = Buffer.from(pem, "base64").toString(encoding);
        for (const content of [key, key.replace(/.{64}/g, "$& ")]) {
          const { message, advice } = refusal(() => open(content, ""));
          assert.equal(message, "the certificate store is a private key in DER, without its certificate");
          assert.ok(!advice.includes(content));
          assert.equal(serverCertificate({ selfMadeFile: () => "" }, { store: content }).store, "");
          const asFile = refusal(() => open(content, "", "PEMKeyFile"), "QB_INVALID_ARGUMENT");
          assert.ok(!`${asFile.message} ${asFile.advice}`.includes(content.slice(0, 40)));
        }
      });
    }
  }

  it("takes a long name in letters and digits for that of a file where there is one", () => {
    const file = authority.pfx("n".repeat(100), issued.RSA, PASSWORD);
    assertIs(open(file)[0], issued.RSA);
    assert.match(refusal(() => open(file, "wrong")).message, /\/n{100}: the password is wrong/);
  });

  it("does not show as a name what is longer than names of files can be", () => {
    const long = `${folder}/${"{other}!".repeat(32)}`;
    assert.match(refusal(() => open(long)).message, /^the certificate store is neither PEM nor base64$/);
    assert.match(refusal(() => open(long.slice(0, -1))).message, /cannot read .*ENOENT/);
  });

  it("refuses bytes where the name of a file belongs, and text that is neither PEM nor base64", () => {
    refusal(() => open(Buffer.from("x"), "", "PFXFile"), "QB_INVALID_ARGUMENT");
    assert.match(refusal(() => open("sesame.pfx", "", "PFXBlob")).message, /neither PEM nor base64/);
  });
});

describe("TLS with what was read", () => {
  for (const kind of KINDS) {
    it(`${kind}: openssl trusts it by the root alone, and sees the chain in order`, async (test) => {
      const file = authority.pfx(`serve-${kind}.pfx`, issued[kind], PASSWORD, ["-legacy"]);
      const identity = readIdentity({
        store: file,
        storePassword: PASSWORD,
        subject: `${kind.toLowerCase()}.foo.com`,
      });
      const server = createServer({ key: identity.key, cert: fullChain(identity) }, (socket) => socket.end());
      server.on("tlsClientError", () => {});
      test.after(() => server.close());
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const trust = [
        "-CAfile",
        authority.root.certificate,
        "-verify_return_error",
        "-verify_ip",
        "127.0.0.1",
      ];
      const client = spawn("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, ...trust, "-showcerts"]);
      client.stdin.end();
      const [said] = await Promise.all([text(client.stdout), text(client.stderr)]);
      assert.match(said, /Verify return code: 0 \(ok\)/);
      const subjects = [...said.matchAll(/^ \d s:.*CN = (.*)$/gm)].map((match) => match[1]);
      assert.deepEqual(subjects, [`${kind.toLowerCase()}.foo.com`, "Foo Issuing", "Foo Root"]);
    });
  }
});
