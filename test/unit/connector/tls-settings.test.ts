import assert from "node:assert/strict";
import { test } from "node:test";
import { QBConnector, QBError, type QBConnectorOptions } from "qbconnector";
import { makeAuthority } from "../../support/certificates.js";

function isInvalid(error: unknown): boolean {
  return error instanceof QBError && error.code === "QB_INVALID_ARGUMENT";
}

test("names that every object has are no start modes", () => {
  const connector = new QBConnector({ enableSSL: true });
  for (const name of ["constructor", "__proto__"]) {
    assert.throws(() => (connector.sslStartMode = name as "None"), isInvalid, name);
    assert.equal(connector.enableSSL, true, name);
  }
});

test("the name of a file beside the authorities is refused, not passed over", () => {
  const { cert } = makeAuthority();
  new QBConnector({ sslClientAuthorities: [cert, cert + cert] });
  for (const wrong of ["/etc/authority.pem", "", 7, null]) {
    const sslClientAuthorities = [cert, wrong] as string[];
    assert.throws(() => new QBConnector({ sslClientAuthorities }), isInvalid, String(wrong));
  }
});

test("a certificate's place that is no text is refused by name", () => {
  const wrong = [{ sslCertFile: 42 }, { sslCertFile: "" }, { sslCert: { store: null, subject: "Foo" } }];
  for (const options of wrong)
    assert.throws(() => new QBConnector(options as unknown as QBConnectorOptions), isInvalid);
});
