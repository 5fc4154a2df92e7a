import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { QBError } from "../../dist/errors.js";
import { keyFileSealer } from "../../dist/online/vault/sealing.js";
import { keyId, makeKeyFile } from "../../dist/online/vault/key-file.js";
import { sealRecord } from "../../dist/online/vault/sealed-text.js";
import { fileStore } from "../../dist/online/vault/settings-file.js";
import { emptyRecord } from "../../dist/online/vault/vault-record.js";
import { temporaryFolder } from "../support/command.js";
import { RotatingTokens } from "../support/online/rotating-tokens.js";
import { testVault } from "../support/online/test-vault.js";

describe("the reader of settings files, given anything", () => {
  it("opens what was sealed, and says QB_TOKEN_STORE to all else", async (test) => {
    const file = join(temporaryFolder(test), "OAuthSettings.txt");
    const key = makeKeyFile(`${file}.key`);
    const note = { kind: "file", id: keyId(key) } as const;
    const vault = testVault(new RotatingTokens(), {
      store: fileStore(file),
      sealer: keyFileSealer(`${file}.key`),
    });
    const sealed = JSON.parse(sealRecord(emptyRecord(), key, note)) as Record<string, unknown>;
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constant(randomBytes(40).toString("base64")),
      fc.constant(note),
    );
    const changed = fc
      .tuple(fc.constantFrom(...Object.keys(sealed), "key"), value)
      .map(([name, other]) => `${JSON.stringify({ ...sealed, [name]: other })}\n`);
    const anything = fc.oneof(fc.string(), fc.json(), changed);
    await fc.assert(
      fc.asyncProperty(anything, async (text) => {
        writeFileSync(file, text, { mode: 0o600 });
        const outcome = await vault.read().catch((error: unknown) => error);
        if (outcome instanceof QBError) assert.equal(outcome.code, "QB_TOKEN_STORE");
        else assert.deepEqual([outcome, JSON.parse(text)], [emptyRecord(), sealed]);
      }),
      { numRuns: 500 },
    );
  });
});
