import assert from "node:assert/strict";
import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { inspect } from "node:util";
import { readIdentity } from "../../../../dist/connector/certificate/read-identity.js";
import type { ServerCertificateOptions } from "../../../../dist/connector/certificate/server-certificate.js";
import { checkStoreType } from "../../../../dist/connector/certificate/store-types.js";
import { QBError } from "../../../../dist/errors.js";
import { openssl, TestAuthority, type Issued } from "../../../support/openssl.js";
import { serverCertificate, type InternalCertificate } from "../../../support/server-certificate.js";

const PASSWORD = "sesame";

let folder = "";
let authority: TestAuthority;
let shop: Issued;
let workshop: Issued;
let other: Issued;
/** Three certificates with their keys, the shop's not the first. */
let store = "";

before(() => {
  folder = mkdtempSync(join(tmpdir(), "qbconnector-certificate-"));
  authority = new TestAuthority(folder);
  const subject = (name: string): string =>
    `/C=US/O=Foo Inc/OU=Sales/CN=${name}/emailAddress=${name}@foo.com`;
  other = authority.issue("other", { kind: "P-256", subject: subject("other.foo.com") });
  workshop = authority.issue("workshop", { kind: "P-256", subject: subject("workshop.foo.com") });
  shop = authority.issue("shop", { kind: "P-256", subject: "/O=Foo Inc/CN=shop.foo.com" });
  const files = [other, workshop, shop].flatMap(({ key, certificate }) => [key, certificate]);
  store = authority.bundle("three.pem", [...files, authority.intermediate.certificate]);
});

after(() => rmSync(folder, { recursive: true, force: true }));

interface Made {
  readonly certificate: InternalCertificate;
  readonly errors: QBError[];
  readonly selfMadeFile: string;
}

function make(test: TestContext, options?: ServerCertificateOptions): Made {
  const own = mkdtempSync(join(folder, "own-"));
  test.after(() => rmSync(own, { recursive: true, force: true }));
  const selfMadeFile = join(own, "certificate.pem");
  const errors: QBError[] = [];
  const surroundings = {
    selfMadeFile: () => selfMadeFile,
    onError: (error: QBError) => void errors.push(error),
  };
  return { certificate: serverCertificate(surroundings, options), errors, selfMadeFile };
}

function refusal(act: () => unknown, code = "QB_CERTIFICATE"): QBError {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof QBError, String(error));
    assert.equal(error.code, code);
    assert.doesNotMatch(`${error.message} ${error.advice}`, /sesame/);
    return error;
  }
  return assert.fail("nothing was thrown");
}

function fingerprint(file: string): string {
  return new X509Certificate(readFileSync(file)).fingerprint256;
}

function pinOf({ key }: Issued): string {
  const der = createHash("sha256").update(publicDer(key)).digest("base64");
  return `sha256//${der}`;
}

function publicDer(key: string): Buffer {
  const pem = openssl(["pkey", "-in", key, "-pubout"]);
  return Buffer.from(pem.replace(/-----.*-----/g, ""), "base64");
}

describe("the store's type", () => {
  it("is known by name and by the component's number", () => {
    const numbers = {
      User: 0,
      Machine: 1,
      PFXFile: 2,
      PFXBlob: 3,
      JKSFile: 4,
      JKSBlob: 5,
      PEMKeyFile: 6,
      PEMKeyBlob: 7,
      Auto: 99,
    };
    for (const [name, number] of Object.entries(numbers)) {
      assert.equal(checkStoreType(name), name);
      assert.equal(checkStoreType(number), name);
    }
  });

  it("is refused with the list of what works, when it is one of the component's others, or none", () => {
    const known =
      /these work: User \(0\), Machine \(1\), PFXFile \(2\), PFXBlob \(3\), JKSFile \(4\), JKSBlob \(5\), PEMKeyFile \(6\), PEMKeyBlob \(7\), Auto \(99\)/;
    const others: readonly (readonly [number, string])[] = [
      [8, "PublicKeyFile"], [9, "PublicKeyBlob"], [10, "SSHPublicKeyBlob"], [11, "P7BFile"],
      [12, "P7BBlob"], [13, "SSHPublicKeyFile"], [14, "PPKFile"], [15, "PPKBlob"], [16, "XMLFile"], [17, "XMLBlob"],
      [18, "JWKFile"], [19, "JWKBlob"], [20, "SecurityKey"], [21, "BCFKSFile"], [22, "BCFKSBlob"],
    ]; // prettier-ignore
    for (const [number, name] of others) {
      for (const type of [number, name]) {
        const { message } = refusal(() => checkStoreType(type), "QB_INVALID_ARGUMENT");
        assert.ok(message.startsWith(`storeType ${name} is not supported`), message);
        assert.match(message, known);
      }
    }
    assert.match(refusal(() => checkStoreType(8), "QB_INVALID_ARGUMENT").advice, /PFX or PEM/);
    for (const type of [23, -1, "pfx", "toString", "", null, {}])
      assert.match(refusal(() => checkStoreType(type), "QB_INVALID_ARGUMENT").message, known);
  });
});

describe("a store of Windows", () => {
  const elsewhere = process.platform === "win32" ? "this is Windows" : false;

  for (const storeType of ["User", "Machine", 0, 1] as const) {
    it(
      `of type ${storeType} needs Windows, and that is said when it is used`,
      { skip: elsewhere },
      (test) => {
        const { certificate } = make(test, { storeType, store: "MY", subject: "books.foo.com" });
        assert.equal(certificate.store, "MY");
        const { message, advice } = refusal(() => certificate.identity());
        const owner = storeType === "User" || storeType === 0 ? "user" : "machine";
        assert.equal(
          message,
          `the certificate store MY of the ${owner} cannot be read: this needs Windows, and runs on ${process.platform}`,
        );
        assert.match(advice, /PFX file/);
        assert.match(refusal(() => (certificate.subject = "*")).message, /needs Windows/);
      },
    );
  }

  it("has a name: content is neither taken for one nor shown", (test) => {
    const { key, certificate: pem } = shop;
    for (const content of [
      readFileSync(key, "utf8") + readFileSync(pem, "utf8"),
      Buffer.from("MY"),
      "M\0Y",
      "x".repeat(129),
    ]) {
      const { certificate } = make(test, { storeType: "User", store: content });
      assert.equal(certificate.store, "");
      const { message } = refusal(() => certificate.identity(), "QB_INVALID_ARGUMENT");
      assert.equal(message, "storeType User needs the name of a certificate store, such as MY");
    }
  });
});

describe("the subject", () => {
  const found: Readonly<Record<string, string>> = {
    "*": "other",
    "CN=shop.foo.com, O=Foo Inc": "shop",
    "cn=SHOP.foo.com,   o=Foo inc": "shop",
    "CN=shop.foo.com": "shop",
    "shop.foo.com": "workshop",
    "CN=workshop.foo.com": "workshop",
    "E=workshop.foo.com@foo.com, CN=workshop.foo.com, OU=Sales, O=Foo Inc, C=US": "workshop",
    "emailAddress=other.foo.com@foo.com": "other",
    "OU=Sales,O=Foo Inc": "other",
  };
  for (const [subject, name] of Object.entries(found)) {
    it(`${subject} finds ${name}`, (test) => {
      const { certificate } = make(test);
      certificate.store = store;
      certificate.subject = subject;
      const expected = { other, workshop, shop }[name] as Issued;
      assert.equal(certificate.identity().certificate.fingerprint256, fingerprint(expected.certificate));
      assert.match(certificate.subject, new RegExp(`CN=${name}\\.foo\\.com`));
      assert.equal(
        readIdentity({ store, subject }).certificate.fingerprint256,
        fingerprint(expected.certificate),
      );
    });
  }

  it("prefers the exact one to an earlier one that contains it", (test) => {
    const longer = authority.issue("longer", { kind: "P-256", subject: "/O=Foo Inc/CN=shop.foo.com/OU=x" });
    const shorter = authority.issue("shorter", { kind: "P-256", subject: "/CN=shop.foo.com" });
    const files = [longer, shop, shorter].flatMap(({ key, certificate }) => [key, certificate]);
    const { certificate } = make(test, { store: authority.bundle("exact.pem", files) });
    certificate.subject = "CN=shop.foo.com";
    assert.equal(certificate.subject, "CN=shop.foo.com");
  });

  for (const subject of ["CN=nobody", "", " ", "Foo Issuing"]) {
    it(`${JSON.stringify(subject)} finds nothing: it is empty, and there is no certificate`, (test) => {
      const { certificate, selfMadeFile } = make(test, { store });
      assert.notEqual(certificate.subject, "");
      certificate.subject = subject;
      assert.equal(certificate.subject, "");
      assert.equal(certificate.encoded, "");
      assert.match(refusal(() => certificate.identity()).message, /no certificate of .*three\.pem is chosen/);
      assert.equal(existsSync(selfMadeFile), false);
    });
  }

  it("as an option that finds nothing is an error on first use, with what there is", (test) => {
    const { certificate } = make(test, { store, subject: "CN=nobody" });
    assert.equal(certificate.subject, "");
    const { message, advice } = refusal(() => certificate.identity());
    assert.match(message, /has the subject "CN=nobody"/);
    assert.match(advice, /"CN=shop\.foo\.com, O=Foo Inc"/);
    refusal(() => readIdentity({ store, subject: "CN=nobody" }));
  });

  it("is written as documented: the most specific name first", (test) => {
    assert.equal(make(test, { store, subject: "CN=shop" }).certificate.subject, "CN=shop.foo.com, O=Foo Inc");
  });
});

describe("the properties", () => {
  it("have their defaults: a certificate of its own, not made before it is used", (test) => {
    const { certificate, selfMadeFile } = make(test);
    const { storeType, store: place, storePassword, subject, encoded } = certificate;
    assert.deepEqual([storeType, place, storePassword, subject, encoded], ["Auto", "", "", "", ""]);
    assert.equal(existsSync(selfMadeFile), false);
    certificate.identity();
    assert.equal(existsSync(selfMadeFile), true);
    assert.match(certificate.subject, /O=qbconnector self-made/);
    assert.match(certificate.encoded, /^-----BEGIN CERTIFICATE/);
  });

  it("are set one by one, the subject last", (test) => {
    const pfx = authority.pfx("one-by-one.pfx", shop, PASSWORD);
    const { certificate } = make(test);
    certificate.storeType = 2;
    assert.equal(certificate.storeType, "PFXFile");
    certificate.store = pfx;
    assert.equal(certificate.store, pfx);
    assert.match(refusal(() => certificate.identity()).advice, /subject last/);
    assert.match(refusal(() => (certificate.subject = "*")).message, /password is wrong/);
    certificate.storePassword = PASSWORD;
    assert.equal(certificate.storePassword, "");
    certificate.subject = "*";
    assert.equal(certificate.subject, "CN=shop.foo.com, O=Foo Inc");
    certificate.store = store;
    assert.equal(certificate.subject, "");
    assert.equal(certificate.encoded, "");
  });

  it("are not changed by a value that is refused", (test) => {
    const { certificate } = make(test, { store });
    refusal(() => (certificate.storeType = 8), "QB_INVALID_ARGUMENT");
    refusal(() => (certificate.store = 5 as never), "QB_INVALID_ARGUMENT");
    refusal(() => (certificate.storePassword = undefined as never), "QB_INVALID_ARGUMENT");
    refusal(() => (certificate.subject = null as never), "QB_INVALID_ARGUMENT");
    refusal(() => (certificate.encoded = 1 as never), "QB_INVALID_ARGUMENT");
    assert.match(certificate.subject, /CN=other/);
  });

  it("of a store that cannot be read are empty, and the reason comes on first use", (test) => {
    const { certificate } = make(test, { store: join(folder, "none.pfx"), storePassword: PASSWORD });
    assert.equal(certificate.subject, "");
    assert.equal(certificate.encoded, "");
    assert.match(refusal(() => certificate.identity()).message, /none\.pfx: ENOENT/);
    assert.match(refusal(() => certificate.exportPublic()).message, /none\.pfx/);
  });

  it("go back to what reset is given", (test) => {
    const { certificate, selfMadeFile } = make(test, { store });
    assert.match(certificate.subject, /CN=other/);
    certificate.reset({ store, subject: "CN=shop" });
    assert.match(certificate.subject, /CN=shop/);
    certificate.reset();
    assert.equal(certificate.store, "");
    certificate.identity();
    assert.ok(existsSync(selfMadeFile));
  });

  const wrong: Readonly<Record<string, readonly [options: unknown, why: RegExp]>> = {
    "an unknown name": [{ password: PASSWORD }, /no option "password"/],
    "a type that does not exist": [{ store: "x", storeType: "pfx" }, /storeType "pfx" is not known/],
    "a store that is a number": [{ store: 5 }, /store must be/],
    "a password that is a number": [{ storePassword: 5 }, /storePassword must be text/],
    "a subject without a store": [{ subject: "*" }, /needs a store/],
    "subject and encoded": [{ store: "x", subject: "*", encoded: "y" }, /not both/],
    text: ["x.pfx", /must be an object/],
    nothing: [null, /must be an object/],
  };
  for (const [name, [options, why]] of Object.entries(wrong)) {
    it(`refuse ${name} as options`, (test) => {
      assert.match(refusal(() => make(test, options as object), "QB_INVALID_ARGUMENT").message, why);
    });
  }
});

describe("encoded", () => {
  it("gives the certificate in PEM without its key", (test) => {
    const { certificate } = make(test, { store, subject: "CN=shop" });
    assert.equal(certificate.encoded.match(/-----BEGIN/g)?.length, 1);
    assert.equal(new X509Certificate(certificate.encoded).fingerprint256, fingerprint(shop.certificate));
  });

  it("with its key is complete", (test) => {
    const { certificate, selfMadeFile } = make(test);
    const files = [
      shop.key,
      authority.intermediate.certificate,
      shop.certificate,
      authority.root.certificate,
    ];
    certificate.encoded = files.map((file) => readFileSync(file, "utf8")).join("");
    const { key, certificate: own, chain } = certificate.identity();
    assert.ok(own.checkPrivateKey(createPrivateKey(key)));
    assert.equal(chain.length, 2);
    assert.equal(certificate.subject, "CN=shop.foo.com, O=Foo Inc");
    certificate.storePassword = "";
    assert.equal(certificate.subject, "CN=shop.foo.com, O=Foo Inc");
    assert.equal(existsSync(selfMadeFile), false);
    certificate.encoded = "";
    assert.equal(certificate.subject, "");
    certificate.identity();
    assert.ok(existsSync(selfMadeFile));
  });

  it("with an encrypted key takes the store's password", (test) => {
    const key = openssl(["pkcs8", "-topk8", "-in", shop.key, "-passout", `pass:${PASSWORD}`]);
    const encoded = `${readFileSync(shop.certificate, "utf8")}${key}`;
    const { certificate } = make(test, { encoded, storePassword: PASSWORD });
    assert.equal(certificate.subject, "CN=shop.foo.com, O=Foo Inc");
    assert.match(refusal(() => (make(test).certificate.encoded = encoded)).message, /encrypted/);
  });

  it("without its key finds that in the store: a renewed certificate, as PEM or bare base64", (test) => {
    const renewed = join(folder, "renewed.pem");
    openssl(["req", "-x509", "-key", workshop.key, "-subj", "/CN=renewed", "-days", "9", "-out", renewed]);
    const pem = readFileSync(renewed, "utf8");
    const base64 = pem.replace(/-----.*-----/g, "").trim();
    for (const text of [pem, base64, base64.replaceAll("\n", "")]) {
      const { certificate } = make(test, { store });
      certificate.encoded = text;
      assert.equal(certificate.subject, "CN=renewed");
      assert.ok(
        createPrivateKey(certificate.identity().key).equals(createPrivateKey(readFileSync(workshop.key))),
      );
    }
    const { certificate } = make(test, { store, encoded: pem });
    assert.equal(certificate.subject, "CN=renewed");
  });

  it("without its key anywhere is refused, and there is no certificate", (test) => {
    const text = readFileSync(authority.root.certificate, "utf8");
    const { certificate } = make(test, { store });
    assert.match(refusal(() => (certificate.encoded = text)).message, /neither there nor in .*three\.pem/);
    assert.equal(certificate.subject, "");
    const { certificate: alone } = make(test);
    assert.match(
      refusal(() => (alone.encoded = text)).message,
      /encoded holds a certificate but no private key/,
    );
    assert.match(refusal(() => (alone.encoded = "sesame")).message, /encoded is damaged/);
  });
});

describe("secrets", () => {
  it("are shown by nothing that shows objects", (test) => {
    const encoded = `${readFileSync(shop.key, "utf8")}${readFileSync(shop.certificate, "utf8")}`;
    const pfx = readFileSync(authority.pfx("secret.pfx", shop, PASSWORD));
    const all = [
      make(test, { encoded, storePassword: PASSWORD }).certificate,
      make(test, { store: encoded, storePassword: PASSWORD }).certificate,
      make(test, { store: pfx.toString("base64"), storePassword: PASSWORD }).certificate,
      make(test, { store: pfx, storeType: "PFXBlob", storePassword: PASSWORD }).certificate,
    ];
    const key = readFileSync(shop.key, "utf8").split("\n")[1] as string;
    for (const certificate of all) {
      const identity = certificate.identity();
      const views = { showHidden: true, getters: true, depth: 9 };
      const shown = [
        inspect(certificate, views), JSON.stringify(certificate), inspect({ ...certificate }), certificate.store,
        certificate.storePassword, certificate.encoded, inspect(certificate.exportPublic(), views),
        inspect(identity), inspect(identity, { showHidden: true, depth: 9 }), JSON.stringify(identity),
      ].join("\n"); // prettier-ignore
      assert.doesNotMatch(shown, /PRIVATE KEY|sesame/);
      assert.ok(!shown.includes(key));
      assert.ok(!shown.includes(pfx.toString("base64").slice(0, 60)));
      assert.match(identity.key, /^-----BEGIN PRIVATE KEY/);
    }
  });

  it("of the caller's bytes are copied", (test) => {
    const pfx = readFileSync(authority.pfx("copied.pfx", shop, PASSWORD));
    const { certificate } = make(test, { store: pfx, storePassword: PASSWORD });
    pfx.fill(0);
    assert.equal(certificate.subject, "CN=shop.foo.com, O=Foo Inc");
  });
});

describe("exportPublic", () => {
  it("gives PEM, DER, pin, names and dates", (test) => {
    const { certificate } = make(test, { store, subject: "CN=shop" });
    const shown = certificate.exportPublic();
    assert.deepEqual(shown.der, new X509Certificate(readFileSync(shop.certificate)).raw);
    assert.equal(new X509Certificate(shown.pem).fingerprint256, fingerprint(shop.certificate));
    assert.equal(shown.pin, pinOf(shop));
    assert.equal(shown.subject, "CN=shop.foo.com, O=Foo Inc");
    assert.equal(shown.issuer, "CN=Foo Issuing, O=Foo Inc");
    assert.deepEqual(shown.names, ["localhost", "127.0.0.1"]);
    assert.equal(Math.round((shown.validTo.getTime() - shown.validFrom.getTime()) / 86_400_000), 100);
    assert.ok(Object.isFrozen(shown) && Object.isFrozen(shown.names));
  });

  it("has no names when the certificate has none, and reads odd ones", (test) => {
    const file = join(folder, "odd");
    const odd = (more: readonly string[]): readonly string[] => {
      const made = ["-keyout", `${file}.key`, "-out", `${file}.pem`, "-subj", "/CN=odd", "-nodes"];
      openssl(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", ...made, ...more]);
      const odds = authority.bundle("odd-both.pem", [`${file}.key`, `${file}.pem`]);
      return make(test, { store: odds }).certificate.exportPublic().names;
    };
    assert.deepEqual(odd([]), []);
    const names =
      'subjectAltName=DNS:*.foo.com,email:a@foo.com,IP:2001:DB8::1,DNS:a b\\"c,URI:urn:x,IP:10.0.0.1';
    assert.deepEqual(odd(["-addext", names]), ["*.foo.com", "2001:db8::1", 'a b"c', "10.0.0.1"]);
  });
});

describe("the dates", () => {
  const cases: Readonly<Record<string, readonly [days: number, warning: RegExp | undefined]>> = {
    "that ended": [-1, /CN=dated\.foo\.com, O=Foo Inc expired on /],
    "that end soon": [10, /CN=dated\.foo\.com, O=Foo Inc ends on /],
    "that are good": [100, undefined],
  };
  for (const [name, [days, warning]] of Object.entries(cases)) {
    it(`${name} ${warning === undefined ? "need no" : "are worth a"} warning, and no refusal`, (test) => {
      const { key, certificate } = authority.issue("dated", { kind: "P-256", days });
      const dated = make(test, { store: authority.bundle("dated-both.pem", [key, certificate]) }).certificate;
      if (warning === undefined) assert.equal(dated.warning(), undefined);
      else assert.match(dated.warning() ?? "", warning);
    });
  }
});

describe("a store that changes while it is in use", () => {
  interface Followed extends Made {
    readonly file: string;
    readonly put: (issued: Issued, password?: string) => void;
    readonly later: () => void;
  }

  /** Of five seconds the file is looked at once; the clock is the test's. */
  function follow(test: TestContext, options: ServerCertificateOptions = {}): Followed {
    test.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const file = join(mkdtempSync(join(folder, "followed-")), "store.pfx");
    let time = Date.now() / 1000;
    const put = (issued: Issued, password = PASSWORD): void => {
      copyFileSync(authority.pfx("next.pfx", issued, password), file);
      utimesSync(file, ++time, time);
    };
    put(shop);
    const made = make(test, { store: file, storePassword: PASSWORD, ...options });
    return { ...made, file, put, later: () => test.mock.timers.tick(5_000) };
  }

  it("is read again, at most every five seconds", (test) => {
    const { certificate, put, later, errors } = follow(test);
    const first = certificate.identity();
    put(workshop);
    assert.equal(certificate.identity(), first);
    later();
    const second = certificate.identity();
    assert.match(second.certificate.subject, /CN=workshop/);
    assert.equal(certificate.identity(), second);
    assert.match(certificate.subject, /CN=workshop/);
    assert.deepEqual(errors, []);
  });

  it("gives the same object again when only its date has changed", (test) => {
    const { certificate, file, later } = follow(test);
    const first = certificate.identity();
    utimesSync(file, 1, 1);
    later();
    assert.equal(certificate.identity(), first);
  });

  const failures: Readonly<Record<string, readonly [spoil: (followed: Followed) => void, why: RegExp]>> = {
    "is deleted": [({ file }) => rmSync(file), /ENOENT/],
    "is overwritten with something else": [({ file }) => writeFileSync(file, "sesame"), /damaged/],
    "gets another password": [({ put }) => put(workshop, "other"), /password is wrong/],
    "has the subject no more": [({ put }) => put(workshop), /has the subject "CN=shop"/],
  };
  for (const [name, [spoil, why]] of Object.entries(failures)) {
    it(`goes on with what it had when it ${name}, says so once, and recovers`, (test) => {
      const followed = follow(test, { subject: "CN=shop" });
      const { certificate, put, later, errors } = followed;
      const first = certificate.identity();
      spoil(followed);
      for (let time = 0; time < 3; time++) {
        later();
        assert.equal(certificate.identity(), first);
      }
      assert.equal(errors.length, 1);
      assert.equal(errors[0]?.code, "QB_CERTIFICATE");
      assert.match(errors[0]?.message ?? "", why);
      put(shop);
      openssl(["x509", "-in", shop.certificate, "-noout"]);
      later();
      assert.match(certificate.identity().certificate.subject, /CN=shop/);
      assert.equal(errors.length, 1);
    });
  }

  it("is looked at by readIdentity each time, and read only when it has changed", (test) => {
    const { file, put } = follow(test);
    const wanted = { store: file, storePassword: PASSWORD };
    const first = readIdentity(wanted);
    assert.equal(readIdentity(wanted), first);
    assert.equal(readIdentity({ ...wanted, storeType: 99, subject: "*" }), first);
    assert.notEqual(readIdentity({ ...wanted, storeType: 2 }), first);
    refusal(() => readIdentity({ ...wanted, storePassword: "x" }));
    put(workshop);
    assert.match(readIdentity(wanted).certificate.subject, /CN=workshop/);
    rmSync(file);
    assert.match(refusal(() => readIdentity(wanted)).message, /ENOENT/);
  });

  it("is read once by readIdentity, also when 33 stores are asked for in turn", () => {
    const pfx = authority.pfx("turn.pfx", shop, PASSWORD);
    const stores = Array.from({ length: 33 }, (_, count) => join(folder, `turn-${count}.pfx`));
    for (const copy of stores) copyFileSync(pfx, copy);
    const round = (): unknown[] => stores.map((one) => readIdentity({ store: one, storePassword: PASSWORD }));
    const first = round();
    for (const [at, identity] of round().entries()) assert.equal(identity, first[at]);
  });

  it("keeps only the last ones read", () => {
    const first = readIdentity({ store });
    for (let count = 0; count < 300; count++) readIdentity({ store, subject: `${" ".repeat(count)}CN=shop` });
    const again = readIdentity({ store });
    assert.notEqual(again, first);
    assert.equal(again.certificate.fingerprint256, first.certificate.fingerprint256);
    assert.equal(readIdentity({ store }), again);
    assert.ok(statSync(store).isFile());
  });
});
