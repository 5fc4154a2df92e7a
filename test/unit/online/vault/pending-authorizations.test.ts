import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  addPending,
  claimCode,
  takeOnlyPending,
  takePending,
} from "../../../../dist/online/vault/pending-authorizations.js";
import type { PendingAuthorization } from "../../../../dist/online/vault/vault-record.js";
import { RotatingTokens } from "../../../support/online/rotating-tokens.js";
import { testVault } from "../../../support/online/test-vault.js";

const CALLBACK = "https://app.example/callback";
const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

function scene() {
  const clock = { now: START };
  return { clock, vault: testVault(new RotatingTokens(), { now: () => clock.now }) };
}

function pending(state: string, changes: Partial<PendingAuthorization> = {}): PendingAuthorization {
  return {
    state,
    codeVerifier: `verifier of ${state}`,
    callbackURL: CALLBACK,
    scope: "com.intuit.quickbooks.accounting",
    issuer: "https://issuer.example",
    expiresAt: START + 10 * MINUTE,
    ...changes,
  };
}

describe("pending authorizations", () => {
  it("are taken by their state, once, also by calls at the same time", async () => {
    const { vault } = scene();
    await addPending(vault, pending("a"));
    await addPending(vault, pending("b"));
    const taken = await Promise.allSettled([takePending(vault, "a"), takePending(vault, "a")]);
    const [first, second] = taken.sort((one, other) => one.status.localeCompare(other.status));
    assert.deepEqual(first?.status === "fulfilled" && first.value, pending("a"));
    assert.equal(second?.status === "rejected" && second.reason.code, "QB_AUTHORIZATION_STATE");
    assert.deepEqual(await takePending(vault, "b"), pending("b"));
    assert.deepEqual((await vault.read())?.pending, []);
  });

  it("are gone after their time", async () => {
    const { vault, clock } = scene();
    await addPending(vault, pending("a"));
    clock.now += 10 * MINUTE;
    await assert.rejects(takePending(vault, "a"), { code: "QB_AUTHORIZATION_STATE" });
    assert.equal(await takeOnlyPending(vault, CALLBACK), undefined);
    await addPending(vault, pending("b", { expiresAt: clock.now + MINUTE }));
    assert.deepEqual(
      (await vault.read())?.pending.map(({ state }) => state),
      ["b"],
    );
  });

  it("are 100 at most; the oldest goes", async () => {
    const { vault } = scene();
    for (let number = 0; number <= 100; number++) await addPending(vault, pending(`state ${number}`));
    assert.equal((await vault.read())?.pending.length, 100);
    await assert.rejects(takePending(vault, "state 0"), { code: "QB_AUTHORIZATION_STATE" });
    assert.equal((await takePending(vault, "state 1")).state, "state 1");
  });

  it("are taken without a state only when one waits for the callback", async () => {
    const { vault } = scene();
    await addPending(vault, pending("elsewhere", { callbackURL: "https://other.example/" }));
    assert.equal(await takeOnlyPending(vault, CALLBACK), undefined);
    await addPending(vault, pending("a"));
    assert.deepEqual(await takeOnlyPending(vault, CALLBACK), pending("a"));
    assert.equal(await takeOnlyPending(vault, CALLBACK), undefined);
    await addPending(vault, pending("b"));
    await addPending(vault, pending("c"));
    await assert.rejects(takeOnlyPending(vault, CALLBACK), { code: "QB_AUTHORIZATION_STATE" });
    assert.equal((await takePending(vault, "c")).state, "c");
  });
});

describe("a code", () => {
  it("is claimed once, and its text is not kept", async () => {
    const { vault, clock } = scene();
    const claims = await Promise.allSettled([claimCode(vault, "the-code"), claimCode(vault, "the-code")]);
    assert.deepEqual(claims.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    await claimCode(vault, "another");
    clock.now += 60 * MINUTE;
    await assert.rejects(claimCode(vault, "the-code"), { code: "QB_AUTHORIZATION_CODE" });
    assert.doesNotMatch(JSON.stringify(await vault.read()), /the-code/);
  });

  it("is remembered for a day; 100 are", async () => {
    const { vault, clock } = scene();
    for (let number = 0; number <= 100; number++) await claimCode(vault, `code ${number}`);
    assert.equal((await vault.read())?.usedCodes.length, 100);
    clock.now += 24 * 60 * MINUTE;
    await claimCode(vault, "code 100");
    assert.equal((await vault.read())?.usedCodes.length, 1);
  });
});
