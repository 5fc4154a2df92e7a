import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { QBError } from "qbconnector";
import {
  formatOnlineConnectionString as format,
  ONLINE_PROPERTIES,
  parseOnlineConnectionString as parse,
  redactOnlineConnectionString as redact,
  type OnlinePropertyName,
} from "qbconnector/online";

const SECRET = "planted-secret-4711";
const NAMES = Object.keys(ONLINE_PROPERTIES) as OnlinePropertyName[];
const SECRETS = NAMES.filter((name) => ONLINE_PROPERTIES[name].secret);

function refused(text: string): QBError {
  try {
    parse(text);
  } catch (error) {
    assert.ok(error instanceof QBError && error.code === "QB_CONNECTION_STRING", String(error));
    assert.ok(!inspect(error, { depth: 9 }).includes(SECRET), inspect(error));
    assert.ok(!redact(text).includes(SECRET), redact(text));
    return error;
  }
  return assert.fail(`taken: ${text}`);
}

describe("parseOnlineConnectionString", () => {
  const TAKEN: readonly (readonly [text: string, values: Record<string, string>])[] = [
    ["", {}],
    [" ;; ", {}],
    ["InitiateOAuth=OFF", { InitiateOAuth: "OFF" }],
    ["initiateoauth = getandrefresh ; ", { InitiateOAuth: "GETANDREFRESH" }],
    ["CompanyId=1;UseSandbox=TRUE;", { CompanyId: "1", UseSandbox: "true" }],
    [" \n CompanyId = 1 ;\n UseSandbox = true ; \n", { CompanyId: "1", UseSandbox: "true" }],
    ["OAuthClientSecret='a;b';", { OAuthClientSecret: "a;b" }],
    ['OAuthClientSecret="a;b"', { OAuthClientSecret: "a;b" }],
    ["OAuthClientSecret='it''s \"it\"'", { OAuthClientSecret: 'it\'s "it"' }],
    ['OAuthClientSecret="it\'s ""it"""', { OAuthClientSecret: 'it\'s "it"' }],
    ["OAuthClientSecret=' a ' ;", { OAuthClientSecret: " a " }],
    ["OAuthAccessToken=ab==;CompanyId=1", { OAuthAccessToken: "ab==", CompanyId: "1" }],
    [
      "OAuthVerifier=https://a.example/cb?code=1&state=2&realmId=3",
      { OAuthVerifier: "https://a.example/cb?code=1&state=2&realmId=3" },
    ],
    ["OAuthClientId=;OAuthClientSecret='';CallbackURL= ;", {}],
    ["CallbackURL='https://a.example/?CompanyId=5'", { CallbackURL: "https://a.example/?CompanyId=5" }],
  ];
  for (const [text, values] of TAKEN)
    it(`takes ${JSON.stringify(text)}`, () => assert.deepEqual({ ...parse(text) }, values));

  const REFUSED: readonly (readonly [text: string, position: number, message: RegExp])[] = [
    ["CompanyId", 1, /expected a name and "="/],
    ["CompanyId=1; =2", 14, /expected a name/],
    ["CompanyId=1;companyid=2", 13, /CompanyId is given a second time; the first is at character 1$/],
    ["CompanyId=;CompanyId=2", 12, /second time/],
    ["OAuthCleintId=x", 1, /unknown name "OAuthCleintId"; did you mean OAuthClientId\?/],
    [`OAuthClientSecret=${SECRET};CompnyId=1`, 39, /unknown name; did you mean CompanyId\?/],
    [`OAuthClientSecret=a;${SECRET}`, 21, /quotes around it/],
    [`OAuthClientSecret=a;${SECRET}=1`, 21, /unknown name; did you mean one of InitiateOAuth, /],
    [`OAuthClientSecret='${SECRET}`, 19, /OAuthClientSecret|never closed/],
    [`OAuthClientSecret='a'${SECRET};`, 22, /expected a semicolon/],
    [`OAuthClientSecret=${SECRET}'`, 38, /a value with a quote in it needs quotes/],
    [`CompanyId=1 OAuthClientSecret=${SECRET}`, 11, /a semicolon seems to be missing/],
    [`CompanyId=${SECRET}`, 11, /must consist of digits/],
    [`InitiateOAuth=${SECRET}`, 15, /must be OFF, GETANDREFRESH or REFRESH/],
    ["InitiateOAuth=", 15, /must be OFF/],
    ["AuthScheme=Basic", 12, /must be OAuth; Intuit offers nothing else/],
    ["ProxyAuthScheme=NTLM", 17, /must be BASIC or NONE; the others/],
    ["FirewallType=SOCKS4", 14, /must be NONE, TUNNEL or SOCKS5; SOCKS4/],
    ["UseSandbox=yes", 12, /must be true or false/],
    ["MinorVersion=0", 14, /whole number from 1 to 9999/],
    ["Verbosity=6", 11, /whole number from 1 to 5/],
    ["OAuthExpiresIn=1e3", 16, /whole number/],
    ["CallbackURL=localhost:8080", 13, /must be an http: or https: URL/],
    ["CallbackURL=https://a.example/#a", 13, /fragment/],
    [`ServiceURL=https://u:${SECRET}@a.example`, 12, /user or password/],
    ["ServiceURL=http://a.example", 12, /https: URL, unless/],
    ["DiscoveryURL=https://a.example/?b", 14, /must not have a query/],
    ["CallbackListener=http://0.0.0.0:8080", 18, /http: URL on this machine/],
    ["CallbackListener=https://localhost:8080", 18, /http: URL on this machine/],
    [`ProxyServer=http://u:${SECRET}@proxy`, 13, /properties of their own/],
    ["Logfile=a\u0007b", 9, /control characters/],
  ];
  for (const [text, position, message] of REFUSED)
    it(`refuses ${JSON.stringify(text)}`, () => {
      const error = refused(text);
      assert.match(error.message, message);
      assert.equal(error.details["position"], position);
      assert.ok(error.message.startsWith(`Connection string, character ${position}: `));
    });

  it("names the closest known property in details", () => {
    assert.equal(refused("InitiateOauht=OFF").details["suggestion"], "InitiateOAuth");
    assert.throws(() => parse(7 as never), { code: "QB_CONNECTION_STRING" });
  });

  it("gives an object that is frozen and shows no secret", () => {
    const values = parse(SECRETS.map((name) => `${name}=${SECRET}`).join(";"));
    assert.ok(Object.isFrozen(values));
    assert.equal(values.OAuthClientSecret, SECRET);
    for (const shown of [inspect(values), inspect({ values }, { depth: 9 })]) {
      assert.ok(!shown.includes(SECRET), shown);
      assert.match(shown, /OnlineConnectionString <OAuthClientSecret=\*\*\*;/);
    }
  });

  it("reads back what formatOnlineConnectionString writes, and redaction hides every secret", () => {
    const value = fc.string({ unit: fc.constantFrom(..."ab1 ;='\"%/\\é😀,"), minLength: 1 });
    const texts = fc.dictionary(fc.constantFrom("Scope", "OAuthClientId", "Logfile", ...SECRETS), value);
    fc.assert(
      fc.property(texts, (given) => {
        assert.deepEqual({ ...parse(format(given)) }, { ...given });
      }),
    );
    const secret = fc.constantFrom(`${SECRET}`, `'${SECRET}'`, `"${SECRET}`, `x;${SECRET}`, `x'${SECRET}`);
    const pair = fc.tuple(fc.constantFrom(...NAMES, "Unknown"), fc.oneof(secret, value));
    fc.assert(
      fc.property(fc.array(pair), fc.constantFrom(";", " ", ""), (pairs, between) => {
        const isSecret = (name: string): boolean =>
          (SECRETS as string[]).includes(name) || name === "Unknown";
        const text = pairs
          .map(([name, written]) => `${name}=${isSecret(name) ? written : written.replaceAll(SECRET, "y")}`)
          .join(between);
        assert.ok(!redact(text).includes(SECRET), `${text}\n${redact(text)}`);
      }),
    );
  });
});

describe("formatOnlineConnectionString", () => {
  it("refuses unknown names and values that do not fit, without showing them", () => {
    for (const values of [{ Unknown: SECRET }, { CompanyId: SECRET }, { companyid: "1" }, { CompanyId: 1 }])
      assert.throws(
        () => format(values as never),
        (error: QBError) => error.code === "QB_CONNECTION_STRING" && !inspect(error).includes(SECRET),
      );
  });
});

describe("redactOnlineConnectionString", () => {
  it("keeps what is no secret", () => {
    const text = `InitiateOAuth=off;OAuthClientSecret=${SECRET};CompanyId=12;Logfile='a;b'`;
    assert.equal(redact(text), "InitiateOAuth=off; OAuthClientSecret=***; CompanyId=12; Logfile='a;b';");
    assert.equal(
      redact(parse(text)),
      "InitiateOAuth=OFF; OAuthClientSecret=***; CompanyId=12; Logfile='a;b';",
    );
    assert.equal(redact(`CompanyId=12;OAuthClientSecret='${SECRET}`), "CompanyId=12; ***");
    assert.equal(redact(`CompanyId=1;OAuthClientSecret=a;Scope=${SECRET};Unknown=1`), "CompanyId=1; ***");
    assert.equal(redact(undefined as never), "");
  });
});
