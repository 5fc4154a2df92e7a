import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QBError } from "qbconnector";
import { checkCallbackURL } from "../../../../dist/online/oauth/callback-url.js";

/** CallbackURL, and whether it may be used with the keys for production and for the sandbox. */
const CASES: readonly (readonly [url: string, production: boolean, sandbox: boolean])[] = [
  ["https://example.com/callback", true, true],
  ["https://example.com:8443/callback?tenant=1", true, true],
  ["https://example.com", true, true],
  ["HTTPS://Example.com/Callback/", true, true],
  ["https://localhost.example.com/", true, true],
  ["http://example.com/callback", false, false],
  ["http://localhost:8080/callback", false, true],
  ["http://localhost", false, true],
  ["http://127.0.0.1:8080/", false, true],
  ["http://[::1]:8080/", false, true],
  ["http://192.168.1.5/callback", false, false],
  ["http://localhost.example.com/", false, false],
  ["https://localhost/callback", false, true],
  ["https://LOCALHOST./callback", false, true],
  ["https://app.localhost/", false, true],
  ["https://127.0.0.1/", false, true],
  ["https://2130706433/", false, true],
  ["https://[::1]/", false, true],
  ["https://203.0.113.5/", false, true],
  ["https://[2001:db8::1]/", false, true],
  ["https://user:pass@example.com/", false, false],
  ["https://user@example.com/", false, false],
  ["https://example.com/#done", false, false],
  ["https://example.com/#", false, false],
  ["ftp://example.com/", false, false],
  ["javascript:alert(1)", false, false],
  ["myapp://callback", false, false],
  ["urn:ietf:wg:oauth:2.0:oob", false, false],
  ["/callback", false, false],
  ["example.com/callback", false, false],
  ["localhost:8080/callback", false, false],
  ["", false, false],
];

describe("checkCallbackURL", () => {
  for (const [url, production, sandbox] of CASES) {
    for (const [place, accepted] of [
      ["production", production],
      ["sandbox", sandbox],
    ] as const) {
      it(`${accepted ? "takes" : "refuses"} ${url || "nothing"} for ${place}`, () => {
        const check = (): URL => checkCallbackURL(url, place === "sandbox");
        if (accepted) assert.equal(check().href, new URL(url).href);
        else assert.throws(check, (error) => error instanceof QBError && error.code === "QB_CALLBACK_URL");
      });
    }
  }

  it("explains what works instead of localhost in production", () => {
    assert.throws(
      () => checkCallbackURL("http://localhost:8080/callback", false),
      ({ message, advice }: QBError) =>
        /https/.test(message) &&
        /CallbackListener/.test(advice) &&
        /--paste/.test(advice) &&
        /https/.test(advice),
    );
  });

  it("shows no password that stands in it", () => {
    assert.throws(
      () => checkCallbackURL("https://user:hunter2@example.com/", false),
      (error: QBError) => !`${error.stack}${JSON.stringify(error)}`.includes("hunter2"),
    );
  });
});
