import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import {
  CONNECTION_STRING_NAMES,
  formatConnectionString,
  parseConnectionString,
  redactConnectionString,
} from "../../dist/connection-string.js";
import type { ConnectionString, ConnectionStringName } from "../../dist/connection-string.js";
import { QBError } from "../../dist/errors.js";

/** A certificate that nothing uses, as openssl made it, and its pin. */
const certificate =
  "MIIBcTCCARegAwIBAgIUX3k0IhnzIzxoPhCFIFAMZUqgalUwCgYIKoZIzj0EAwIwDjEMMAoGA1UEAwwDRm9vMB4XDTI2MTEyMjA3" +
  "MjYwN1oXDTM2MTExOTA3MjYwN1owDjEMMAoGA1UEAwwDRm9vMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEIhM3WrUSPKSLTDu8" +
  "IqJO+c+2toCkg1T0Y9/lzbXS0vy+MmjZOK/rc0pwXoMDWgax/AR7P4pG7PlJO50RTt0QoaNTMFEwHQYDVR0OBBYEFDW4glK3am6G" +
  "uAWzoXZPL7Oy8SGCMB8GA1UdIwQYMBaAFDW4glK3am6GuAWzoXZPL7Oy8SGCMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID" +
  "SAAwRQIhAIwzOs+db743I7jA3myHK+Tiiwrd6uWSyVvKerOgHkiAAiAzJpNyLBu34ClrEIflZCbhkiPnRHDwPH7E5VsZLasiHQ==";
const pin = "sha256//Ri9BiEnWvOOwiPh/2NCBxbYU/wXZaljLehTBpjhBjw4=";
const pins = [pin, "sha256//KqULR8kjQt3aHcy3dOUOSX11ljLbLDqLhrManXN/gVE="];

function refusalOf(act: () => unknown): QBError {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof QBError, `not a QBError: ${inspect(error)}`);
    assert.equal(error.code, "QB_CONNECTION_STRING");
    return error;
  }
  return assert.fail("nothing was thrown");
}

function refused(text: string): QBError {
  return refusalOf(() => parseConnectionString(text));
}

/** Everything that a reader of this text could get to see of it. */
function everythingShown(text: string): string {
  const shown = [redactConnectionString(text)];
  try {
    shown.push(inspect(parseConnectionString(text)));
  } catch (error) {
    assert.ok(error instanceof QBError);
    shown.push(error.message, JSON.stringify(error.details), inspect(error, { depth: 9, showHidden: true }));
  }
  return shown.join("\n");
}

describe("parseConnectionString reads", () => {
  const url = "http://www.foo.com:2080";
  const forms: [text: string, values: ConnectionString][] = [
    ["", {}],
    [" \t\r\n ", {}],
    [`URL='${url}' User='Foo' Password='Bar'`, { URL: url, User: "Foo", Password: "Bar" }],
    [`Password="Bar" URL="${url}" User="Foo"`, { URL: url, User: "Foo", Password: "Bar" }],
    [`ApplicationName= "X"CompanyFile= "Y"`, { ApplicationName: "X", CompanyFile: "Y" }],
    ["  User ='Foo'  ", { User: "Foo" }],
    ["User\n=\n'Foo'\n\tPassword='Bar'\n", { User: "Foo", Password: "Bar" }],
    [
      "URL=http://127.0.0.1:2080 User=Foo Password=Bar",
      { URL: "http://127.0.0.1:2080", User: "Foo", Password: "Bar" },
    ],
    ["uRL='https://x' user='Foo' PASSWORD='Bar'", { URL: "https://x", User: "Foo", Password: "Bar" }],
    ["User='O''Brien'", { User: "O'Brien" }],
    [`User="O'Brien"`, { User: "O'Brien" }],
    [`User="6"" pipe"`, { User: '6" pipe' }],
    ["User='' Password=''", { User: "", Password: "" }],
    ["User=''''", { User: "'" }],
    ["User=''Password='Bar'", { User: "", Password: "Bar" }],
    ["User=' Foo '", { User: " Foo " }],
    ["Password='a;b=c d'", { Password: "a;b=c d" }],
    ["CompanyFile='C:\\Books\\a b.qbw'", { CompanyFile: "C:\\Books\\a b.qbw" }],
    ["User='Žofie 松 🦊'", { User: "Žofie 松 🦊" }],
    ["URL='https://x/office/2/'", { URL: "https://x/office/2/" }],
    ["URL='http://[::1]:2080'", { URL: "http://[::1]:2080" }],
    ["URL='http://x/a@b'", { URL: "http://x/a@b" }],
    ["ConnectionMode='multiuser'", { ConnectionMode: "MultiUser" }],
    ["ConnectionMode=DONTCARE ReadOnly=TRUE", { ConnectionMode: "DontCare", ReadOnly: "true" }],
    ["AuthFlags='0x8000000F'", { AuthFlags: "0x8000000F" }],
    ["AuthFlags=4294967295", { AuthFlags: "4294967295" }],
    ["AuthFlags=''", { AuthFlags: "" }],
    ["Ticket='abc'", { Ticket: "abc" }],
    [`sslpin='${pin}'`, { SSLPin: pin }],
    [`SSLPin="${pins.join(";")}"`, { SSLPin: pins.join(";") }],
    [`SSLAcceptServerCert='${certificate}'`, { SSLAcceptServerCert: certificate }],
    ["SSLAcceptServerCertFile='C:\\my books\\c.pem'", { SSLAcceptServerCertFile: "C:\\my books\\c.pem" }],
  ];
  for (const [text, values] of forms) {
    it(JSON.stringify(text), () => assert.deepEqual(parseConnectionString(text), values));
  }

  it("into a frozen object that hides secrets from inspection", () => {
    const values = parseConnectionString("User='Foo' Password='Bar' Ticket='tic'");
    assert.ok(Object.isFrozen(values));
    assert.deepEqual(Object.keys(values), ["User", "Password", "Ticket"]);
    assert.equal(
      inspect({ values }),
      "{ values: ConnectionString <User='Foo' Password='***' Ticket='***'> }",
    );
  });
});

describe("parseConnectionString refuses", () => {
  const pemLine = `-----BEGIN CERTIFICATE----- ${certificate} -----END CERTIFICATE-----`;
  const twice = Buffer.concat(Array(2).fill(Buffer.from(certificate, "base64"))).toString("base64");
  const all =
    "URL, User, Password, SSLPin, SSLAcceptServerCert, SSLAcceptServerCertFile, ApplicationName, ApplicationID, CompanyFile, ConnectionMode, AuthFlags, ReadOnly, Ticket";
  const cases: [text: string, position: number, name: string | undefined, problem: string][] = [
    ["User", 1, "User", 'expected a name and "="'],
    ["=Foo", 1, undefined, 'expected a name before "="'],
    ["User=", 6, "User", "User: a value is missing"],
    ["User= Password='Bar'", 7, "User", "User: a value is missing"],
    ["User=a=b", 6, "User", "User: a value is missing, or needs quotes"],
    ["User='Foo' Password='Bar", 21, "Password", "the quote that begins here is never closed"],
    ["User=Foo'Bar x", 9, "User", "an unquoted value cannot hold a quote"],
    ["Password=“Bar”", 10, "Password", "an unquoted value cannot hold a quote"],
    ["User='O'Brien' Password='Bar'", 9, undefined, "inside a value, its own kind of quote is written twice"],
    ["User='Foo Password='Bar'", 21, undefined, "a quote may be missing at the value of User"],
    ["Usr='Foo' Password='Bar'", 1, "Usr", 'unknown name "Usr"; did you mean User?'],
    ["ApplicationNme='Foo'", 1, "ApplicationNme", "did you mean ApplicationName?"],
    ["Timeout=5", 1, "Timeout", `unknown name "Timeout"; did you mean one of ${all}?`],
    ["__proto__='x'", 1, undefined, "unknown name; did you mean one of"],
    ["constructor='x'", 1, "constructor", "unknown name"],
    [`${"User".repeat(5000)}='x'`, 1, undefined, "unknown name; did you mean one of"],
    ["Password='Bar' Usr='Foo'", 16, undefined, "unknown name; did you mean User?"],
    ["User='a' USER='b'", 10, "User", "User is given a second time; the first is at character 1"],
    ["User='a\nb'", 6, "User", "must not contain control characters"],
    ["User='a\0b'", 6, "User", "must not contain control characters"],
    ["User='\ud800'", 6, "User", "must be valid Unicode"],
    ["URL=''", 5, "URL", "must be an http: or https: URL"],
    ["URL='ftp://x'", 5, "URL", "must be an http: or https: URL"],
    ["URL='http:x'", 5, "URL", "must be an http: or https: URL"],
    ["URL=' http://x'", 5, "URL", "must be an http: or https: URL"],
    ["URL='http://x\\y'", 5, "URL", "must be an http: or https: URL"],
    ["URL='http://x:99999'", 5, "URL", "valid host and port"],
    ["URL='http://Foo:Bar@x'", 5, "URL", "must not hold a user name or password"],
    ["URL='http://@x'", 5, "URL", "must not hold a user name or password"],
    ["URL='http://x/?a'", 5, "URL", "must not have a query or fragment"],
    ["URL='http://x#'", 5, "URL", "must not have a query or fragment"],
    ["ApplicationName=' '", 17, "ApplicationName", "must not be empty"],
    ["ConnectionMode=both", 16, "ConnectionMode", "must be SingleUser, MultiUser or DontCare"],
    ["ReadOnly=yes", 10, "ReadOnly", "must be true or false"],
    ["AuthFlags=0x100000000", 11, "AuthFlags", "must be a number from 0 to 0xFFFFFFFF"],
    ["AuthFlags=-1", 11, "AuthFlags", "must be a number"],
    ["AuthFlags=1.5", 11, "AuthFlags", "must be a number"],
    ["AuthFlags=0b1", 11, "AuthFlags", "must be a number"],
    ["Server=x;UID=Foo;PWD=Bar", 9, undefined, 'pairs are separated by blanks, not by ";"'],
    ["Password=a;b", 11, undefined, 'a value with ";" needs quotes'],
    ["SSLPin=''", 8, "SSLPin", "must be sha256// and the 44 characters"],
    [`SSLPin='${pin};'`, 8, "SSLPin", "must be sha256//"],
    [`SSLPin='${pin}; ${pin}'`, 8, "SSLPin", "must be sha256//"],
    [`SSLPin='${pin.replace("sha256", "SHA256")}'`, 8, "SSLPin", "must be sha256//"],
    [`SSLPin='${pin.slice("sha256//".length)}'`, 8, "SSLPin", "must be sha256//"],
    [`SSLPin='${pin.slice(0, -2)}b='`, 8, "SSLPin", "must be sha256//"],
    [`SSLPin='sha256//${"0".repeat(64)}'`, 8, "SSLPin", "must be sha256//"],
    [`SSLPin=${pin}`, 8, "SSLPin", 'needs quotes because it contains "="'],
    [`SSLPin='${pin} Password='Bar'`, 8 + pin.length + 12, undefined, "missing at the value of SSLPin"],
    ["SLPin='x'", 1, "SLPin", "did you mean SSLPin?"],
    ["SSLAcceptServerCert=''", 21, "SSLAcceptServerCert", "must be the base64 of one X.509 certificate"],
    [`SSLAcceptServerCert='${certificate} '`, 21, "SSLAcceptServerCert", "must be the base64 of one"],
    [`SSLAcceptServerCert='${certificate.slice(4)}'`, 21, "SSLAcceptServerCert", "must be the base64 of one"],
    [`SSLAcceptServerCert='${pemLine}'`, 21, "SSLAcceptServerCert", "with SSLAcceptServerCertFile"],
    [`SSLAcceptServerCert='${twice}'`, 21, "SSLAcceptServerCert", "must be the base64 of one"],
    ["SSLAcceptServerCertFile=' '", 25, "SSLAcceptServerCertFile", "must not be empty"],
  ];
  for (const [text, position, name, problem] of cases) {
    it(JSON.stringify(text.slice(0, 60)), () => {
      const error = refused(text);
      assert.ok(error.message.startsWith(`Connection string, character ${position}: `), error.message);
      assert.ok(error.message.includes(problem), error.message);
      assert.deepEqual(error.details, name === undefined ? { position } : { position, name });
      assert.doesNotMatch(everythingShown(text), /Bar(?!:)/);
    });
  }

  it("what is not a string", () => {
    for (const value of [undefined, null, 1, {}]) refusalOf(() => parseConnectionString(value as never));
  });
});

describe("parseConnectionString suggests", () => {
  const vendor = "URL='http://www.foo.com:2080' User='Foo' Password='Bar'";
  const meant = "URL='http://www.foo.com:2080' User='Foo' Password='***'";
  const cases: [text: string, position: number, suggestion: string][] = [
    [`${vendor}"`, 56, meant],
    [`${vendor}'`, 51, meant],
    [`"${vendor}`, 1, meant],
    [`"${vendor}"`, 1, meant],
    [`"URL=http://x User=Foo Password=Bar"`, 1, "URL='http://x' User='Foo' Password='***'"],
    ["URL='http://x';User='Foo';Password='Bar';", 15, "URL='http://x' User='Foo' Password='***'"],
    ["url=http://x;user=Foo;password=Bar", 13, "URL='http://x' User='Foo' Password='***'"],
    ["Password='Bar';User='Foo'", 15, "Password='***' User='***'"],
    [`User="O'Brien";`, 15, `User="O'Brien"`],
  ];
  for (const [text, position, suggestion] of cases) {
    it(`${suggestion} for ${text}`, () => {
      const error = refused(text);
      assert.equal(error.details["position"], position);
      assert.equal(error.details["suggestion"], suggestion);
      assert.ok(error.message.endsWith(`did you mean: ${suggestion}`), error.message);
      assert.doesNotMatch(everythingShown(text), /Bar/);
    });
  }

  it("nothing when the repaired string would be refused too", () => {
    for (const text of [";", `'`, "UID='Foo';", "URL='ftp://x';", `User='a' User='b'"`]) {
      assert.equal(refused(text).details["suggestion"], undefined, text);
    }
  });
});

describe("formatConnectionString", () => {
  it("writes pairs in the order of the table", () => {
    const text = formatConnectionString({
      Password: "Bar",
      ReadOnly: "TRUE",
      URL: "http://x",
      User: undefined,
    });
    assert.equal(text, "URL='http://x' Password='Bar' ReadOnly='true'");
    assert.equal(formatConnectionString({}), "");
  });

  it("chooses quotes by the value", () => {
    assert.equal(formatConnectionString({ User: "O'Brien" }), `User="O'Brien"`);
    assert.equal(formatConnectionString({ User: 'a "b" c' }), `User='a "b" c'`);
    assert.equal(formatConnectionString({ User: `O'Brien "B"` }), `User='O''Brien "B"'`);
  });

  const unfit: [values: object, name: string | undefined, problem: string][] = [
    [{ user: "Foo" }, "user", "did you mean User?"],
    [{ "a b": "Foo" }, undefined, "unknown name"],
    [{ Password: "a\0" }, "Password", "must not contain control characters"],
    [{ Password: 5 }, "Password", "must be a string"],
    [{ URL: "http://Foo:Bar@x" }, "URL", "must not hold a user name or password"],
    [{ ConnectionMode: "2" }, "ConnectionMode", "must be SingleUser, MultiUser or DontCare"],
  ];
  for (const [values, name, problem] of unfit) {
    it(`refuses ${inspect(values)}`, () => {
      const error = refusalOf(() => formatConnectionString(values));
      assert.ok(error.message.includes(problem), error.message);
      assert.deepEqual(error.details, name === undefined ? {} : { name });
      assert.doesNotMatch(inspect(error), /Bar/);
    });
  }

  it("refuses what is not an object", () => {
    for (const value of [undefined, null, "x"]) refusalOf(() => formatConnectionString(value as never));
  });
});

describe("redactConnectionString", () => {
  const cases: [text: string, redacted: string][] = [
    ["", ""],
    ["User='Foo'", "User='Foo'"],
    ["URL='http://x' User='Foo' Password='Bar'", "URL='http://x' User='Foo' Password='***'"],
    [`Password= "Bar"Ticket="Bar" User='Foo'`, "Password= '***'Ticket='***' User='Foo'"],
    ["Password='B''Bar' User='Foo'", "Password='***' User='Foo'"],
    ["User=Foo Password=Bar ReadOnly=true", "User=Foo Password=***"],
    ["URL='http://x' User='Foo' Password='Bar'\"", "URL='http://x' User='Foo' Password=***"],
    ["\"URL='http://x' User='Foo' Password='Bar'", "\"URL='http://x' User='Foo' Password=***"],
    ["User='Foo';Password='Bar';ReadOnly=true", "User='Foo';Password=***"],
    ["User='Foo' Password='Bar", "User='Foo' Password=***"],
    ["User='Foo Password='Bar'", "User=***"],
    ["User='Foo Password=Bar'", "User=***"],
    ["User='Foo Pasword=Bar' ReadOnly=true", "User=***"],
    ["User='Foo' Pass'word='Bar'", "User='Foo' ***"],
    ["User='Foo' Pasword='Bar' Password='Bar'", "User='Foo' ***"],
    ["User='Foo' PWD=Bar", "User='Foo' ***"],
    ["User='Foo' Password='Bar' User='Bar'", "User='Foo' Password=***"],
    ["URL='http://Foo:Bar@x'", "URL=***"],
    ["Bar", "***"],
    [`SSLPin='${pin}' User='Foo'`, `SSLPin='${pin}' User='Foo'`],
    [
      `SSLPin='${pins.join(";")}' Password='Bar' SSLAcceptServerCert='${certificate}'`,
      `SSLPin='${pins.join(";")}' Password='***' SSLAcceptServerCert='${certificate}'`,
    ],
    [`SSLPin='${pin}' Password='Bar`, `SSLPin='${pin}' Password=***`],
    [`SSLPin='${pin} Password=Bar'`, "SSLPin=***"],
    [`SSLPin='Bar' User='Foo'`, "SSLPin=***"],
    [`SSLPin='${pin.slice(0, -2)}b='`, "SSLPin=***"],
    [`SSLAcceptServerCert='Bar'`, "SSLAcceptServerCert=***"],
    [`User='${pin}' Password='Bar'`, "User=***"],
    [`CompanyFile='${certificate}='`, "CompanyFile=***"],
    ["SSLAcceptServerCertFile='c.pem Password=Bar'", "SSLAcceptServerCertFile=***"],
  ];
  for (const [text, redacted] of cases) {
    it(`shows ${redacted} for ${text}`, () => assert.equal(redactConnectionString(text), redacted));
  }

  it("takes values as well", () => {
    const values = { Ticket: "Bar", Password: "Bar", User: "O'Brien", CompanyFile: undefined };
    assert.equal(redactConnectionString(values), `User="O'Brien" Password='***' Ticket='***'`);
    assert.equal(redactConnectionString({ URL: "http://Foo:Bar@x" }), "URL='***'");
    assert.equal(redactConnectionString({ SSLPin: pin }), `SSLPin='${pin}'`);
    assert.equal(redactConnectionString({ SSLPin: `${pin} Password=Bar` }), "SSLPin='***'");
  });

  it("never throws", () => {
    for (const value of [
      undefined,
      null,
      1,
      Symbol("x"),
      [],
      { User: 1, Password: {} },
      { User: "\ud800\0" },
    ]) {
      assert.equal(typeof redactConnectionString(value as never), "string");
    }
  });
});

const text = fc.string({ unit: "binary" }).map((value) => value.replaceAll(/\p{Cc}/gu, ""));
const quotedText = fc.string({
  unit: fc.constantFrom("'", '"', " ", "=", ";", "*", "a", "Ü", "🦊"),
  maxLength: 12,
});
const words = fc.oneof(text, quotedText);

const anyValue: Record<ConnectionStringName, fc.Arbitrary<string>> = {
  URL: fc.webUrl({ validSchemes: ["http", "https"] }),
  User: words,
  Password: words,
  SSLPin: fc.constantFrom(...pins, pins.join(";")),
  SSLAcceptServerCert: fc.constant(certificate),
  SSLAcceptServerCertFile: words.filter((value) => value.trim() !== ""),
  ApplicationName: words.filter((value) => value.trim() !== ""),
  ApplicationID: words,
  CompanyFile: words,
  ConnectionMode: fc.constantFrom("SingleUser", "MultiUser", "DontCare"),
  AuthFlags: fc.nat(0xffffffff).chain((flags) => fc.constantFrom(`${flags}`, `0x${flags.toString(16)}`, "")),
  ReadOnly: fc.constantFrom("true", "false"),
  Ticket: words,
};

/** Letters that stand in no message, so that a single one gives a leak away. */
const secret = fc.string({
  unit: fc.constantFrom("Ω", "Ψ", "'", '"', " ", "=", ";", "Ω", "User=", "Ψ CompanyFile="),
  minLength: 1,
  maxLength: 8,
});
const harmless = fc.string({ unit: fc.constantFrom("a", "b", " ", "'", '"'), maxLength: 4 });
const pair = fc.record({ value: harmless, mark: fc.constantFrom("'", '"') });

function written(name: string, value: string, mark: string): string {
  return `${name}=${mark}${value.replaceAll(mark, mark + mark)}${mark}`;
}

const sound = fc
  .record({
    user: pair,
    file: pair,
    mark: fc.constantFrom("'", '"'),
    name: fc.constantFrom("Password", "Ticket"),
    secret,
  })
  .chain((given) => {
    const pairs = [
      written("User", given.user.value, given.user.mark),
      written("CompanyFile", given.file.value, given.file.mark),
      written("SSLPin", pin, given.user.mark),
      written(given.name, given.secret, given.mark),
    ];
    return fc.shuffledSubarray(pairs, { minLength: 4 }).map((shuffled) => shuffled.join(" "));
  });

const slip = fc.record({ at: fc.nat(), inserted: fc.constantFrom("", "", "'", '"') });

/** Deletes the quote that `at` falls on, or inserts one anywhere. */
function mutate(whole: string, { at, inserted }: { at: number; inserted: string }): string {
  if (inserted !== "")
    return whole.slice(0, at % (whole.length + 1)) + inserted + whole.slice(at % (whole.length + 1));
  const quotes = Array.from(whole.matchAll(/['"]/g), (match) => match.index);
  const gone = quotes[at % quotes.length];
  return gone === undefined ? whole : whole.slice(0, gone) + whole.slice(gone + 1);
}

function isValid(whole: string): boolean {
  try {
    return parseConnectionString(whole) !== undefined;
  } catch {
    return false;
  }
}

describe("properties", () => {
  it("parsing undoes formatting", () => {
    const anyValues = fc.record(anyValue, { requiredKeys: [], noNullPrototype: true });
    fc.assert(
      fc.property(anyValues, (values) => {
        assert.deepEqual(parseConnectionString(formatConnectionString(values)), values);
      }),
      { numRuns: 1000 },
    );
  });

  it("parsing throws nothing but QB_CONNECTION_STRING, and redacting nothing at all", () => {
    const piece = fc.constantFrom(
      "User",
      "Password",
      "URL",
      "=",
      "'",
      '"',
      " ",
      ";",
      "x",
      "http://x",
      "\n",
      "\0",
      "ſ",
    );
    const anything = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: piece }),
      fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) }),
    );
    fc.assert(
      fc.property(anything, (whole) => {
        assert.equal(typeof redactConnectionString(whole), "string");
        if (!isValid(whole)) assert.ok(Number(refused(whole).details["position"]) <= whole.length + 1);
      }),
      { numRuns: 2000 },
    );
  });

  it("a sound string shows no secret", () => {
    fc.assert(
      fc.property(sound, (whole) => {
        assert.ok(isValid(whole));
        assert.doesNotMatch(everythingShown(whole), /[ΩΨ]/);
      }),
    );
  });

  it("a string with slips shows no secret", () => {
    const slips = fc.array(slip, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(sound, slips, (whole, chosen) => {
        const mutated = chosen.reduce(mutate, whole);
        // A valid string is taken at its word: the secret may hold what now reads as a pair of its own.
        fc.pre(!isValid(mutated));
        assert.doesNotMatch(everythingShown(mutated), /[ΩΨ]/, mutated);
      }),
      { numRuns: 3000 },
    );
  });

  it("redacting a sound string twice is redacting it once", () => {
    fc.assert(
      fc.property(sound, (whole) => {
        const once = redactConnectionString(whole);
        assert.equal(redactConnectionString(once), once);
        assert.ok(isValid(once));
      }),
    );
  });

  it("long hostile strings are read in reasonable time", () => {
    const started = performance.now();
    for (const unit of [";", "'", "''", '"', "User=", "a=';", "= ", "User='' "]) {
      const whole = unit.repeat(200_000);
      refused(whole);
      redactConnectionString(whole);
    }
    assert.ok(performance.now() - started < 10_000);
  });
});

const page = readFileSync(new URL("../../docs/reference/connection-string.md", import.meta.url), "utf8");
const pageTables = page
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) =>
    line
      .split("|")
      .map((cell) => cell.trim())
      .slice(1, -1),
  );

describe("the table of names", () => {
  it("is frozen, rows too", () => {
    assert.ok(Object.isFrozen(CONNECTION_STRING_NAMES));
    assert.ok(CONNECTION_STRING_NAMES.every((row) => Object.isFrozen(row)));
    assert.deepEqual(
      Object.keys(anyValue),
      CONNECTION_STRING_NAMES.map((row) => row.name),
    );
  });

  it("has defaults that are valid values", () => {
    for (const { name, default: value } of CONNECTION_STRING_NAMES) {
      if (value !== undefined) assert.equal(parseConnectionString(`${name}='${value}'`)[name], value);
    }
  });

  it("is the table of the reference page", () => {
    const documented = pageTables.filter((cells) => cells.length === 6 && /^`\w+`$/.test(cells[0] ?? ""));
    assert.deepEqual(documented, CONNECTION_STRING_NAMES.map(documentedRow));
  });
});

describe("the cases of the reference page", () => {
  const cases = pageTables.filter((cells) => cells.length === 2 && cells[0]?.includes("="));
  assert.ok(cases.length > 15);
  for (const [written = "", outcome = ""] of cases) {
    it(written, () => {
      const example = written.slice(1, -1);
      if (!outcome.startsWith("refused: ")) {
        assert.deepEqual(parseConnectionString(example), JSON.parse(outcome.slice(1, -1)));
      } else {
        const corrected = refused(example).details["suggestion"] !== undefined;
        assert.equal(corrected, outcome.includes("corrected string"));
      }
    });
  }
});

function documentedRow(row: (typeof CONNECTION_STRING_NAMES)[number]): string[] {
  const types = {
    url: "URL",
    text: "text",
    nonBlankText: "text, not empty",
    pins: "pins",
    certificate: "certificate",
    mode: "`SingleUser`, `MultiUser` or `DontCare`",
    flags: "number",
    boolean: "`true` or `false`",
  };
  const standard = row.default === undefined ? "none" : row.default === "" ? "empty" : `\`${row.default}\``;
  return [`\`${row.name}\``, types[row.type], row.use, row.secret ? "yes" : "no", standard, row.description];
}
