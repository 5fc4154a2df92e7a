import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { openStore } from "../../dist/connector/certificate/certificate-store.js";
import { QBError } from "../../dist/errors.js";
import { addTrusted, convertStore, STORE_PASSWORD } from "../support/keytool.js";
import { mutatedBytes } from "../support/mutations.js";
import { openssl, TestAuthority } from "../support/openssl.js";

/** `QBCONNECTOR_FUZZ_RUNS=100000 node --test build/fuzz/certificate-stores.test.js` looks longer; `QBCONNECTOR_FUZZ_SEED` repeats. */
const RUNS = Number(process.env["QBCONNECTOR_FUZZ_RUNS"] ?? 300);
const SEED = Number(process.env["QBCONNECTOR_FUZZ_SEED"] ?? Date.now() % 2 ** 31);
/** A store that is not damaged takes some 20 ms, one that asks for most of what is accepted some seconds. */
const PATIENCE_MS = 20_000;

describe("damaged stores", () => {
  const stores: Record<string, Buffer> = {};
  let folder = "";

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "qbconnector-fuzz-"));
    const authority = new TestAuthority(folder);
    const issued = authority.issue("fuzz", { kind: "P-256" });
    const pfx = authority.pfx("fuzz.pfx", issued, STORE_PASSWORD);
    const jks = join(folder, "fuzz.jks");
    convertStore(pfx, jks, "JKS", "-srcstoretype", "PKCS12");
    addTrusted(jks, "trusted", authority.root.certificate);
    const key = join(folder, "encrypted.key");
    openssl(["pkcs8", "-topk8", "-in", issued.key, "-passout", `pass:${STORE_PASSWORD}`, "-out", key]);
    const files = {
      "PKCS#12": pfx,
      "old PKCS#12": authority.pfx("old.pfx", issued, STORE_PASSWORD, ["-legacy"]),
      "PKCS#12 without MAC": authority.pfx("no-mac.pfx", issued, STORE_PASSWORD, ["-nomac"]),
      "PKCS#12 in the clear": authority.pfx("clear.pfx", issued, "", [
        "-nomac",
        "-keypbe",
        "NONE",
        "-certpbe",
        "NONE",
      ]),
      JKS: jks,
      PEM: authority.bundle("whole.pem", [key, issued.certificate, authority.intermediate.certificate]),
    };
    for (const [name, file] of Object.entries(files)) stores[name] = readFileSync(file);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  const names = ["PKCS#12", "old PKCS#12", "PKCS#12 without MAC", "PKCS#12 in the clear", "JKS", "PEM"];
  for (const name of names) {
    it(`${name}: read, or refused with an error of ours that shows nothing`, { timeout: 170_000 }, () => {
      const whole = stores[name] as Buffer;
      assert.equal(openStore(located(whole)).length, 1);
      const outcomes = { read: 0, refused: 0 };
      const start = fc.oneof(
        fc.constant(whole),
        fc.nat(whole.length).map((length) => whole.subarray(0, length)),
      );
      const property = fc.property(mutatedBytes(start), (bytes) => void outcomes[outcomeOf(bytes)]++);
      fc.assert(property, { numRuns: RUNS, seed: SEED });
      assert.ok(outcomes.refused > RUNS / 10, JSON.stringify(outcomes));
    });
  }
});

function located(store: Uint8Array) {
  return { store, storePassword: STORE_PASSWORD, storeType: "Auto" } as const;
}

function outcomeOf(bytes: Buffer): "read" | "refused" {
  const start = performance.now();
  try {
    openStore(located(bytes));
    return "read";
  } catch (error) {
    assert.ok(error instanceof QBError, String((error as Error).stack));
    assert.equal(error.code, "QB_CERTIFICATE");
    assert.doesNotMatch(`${error.message} ${error.advice}`, new RegExp(STORE_PASSWORD));
    assert.ok(error.message.length < 300);
    return "refused";
  } finally {
    assert.ok(performance.now() - start < PATIENCE_MS);
  }
}
