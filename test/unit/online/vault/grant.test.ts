import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { grantFrom, refreshTokenCountdown } from "../../../../dist/online/vault/grant.js";
import { emptyRecord } from "../../../../dist/online/vault/vault-record.js";
import { RotatingTokens } from "../../../support/online/rotating-tokens.js";

const START = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;
const FIVE_YEARS = 157_680_000;

const issued = new RotatingTokens().issued(START);
const endless = { ...issued, refreshTokenExpiresIn: undefined };

describe("the grant of an answer", () => {
  it("takes from the one before what the answer leaves out", () => {
    const first = grantFrom({ ...issued, refreshTokenEndsIn: FIVE_YEARS, scope: "a" }, "1");
    const later = START + DAY;
    const next = grantFrom({ ...endless, issuedAt: later, refreshToken: undefined }, undefined, first);
    assert.deepEqual(next, {
      ...first,
      accessTokenIssuedAt: later,
      accessTokenExpiresAt: later + 3_600_000,
    });
  });

  it("does not take the end of another refresh token", () => {
    const first = grantFrom(issued, "1");
    const next = grantFrom({ ...endless, refreshToken: "other" }, undefined, first);
    assert.equal(next.refreshTokenExpiresAt, undefined);
  });
});

describe("the countdown of a refresh token", () => {
  const record = { ...emptyRecord(), grant: grantFrom({ ...issued, refreshTokenEndsIn: FIVE_YEARS }, "1") };
  const at = (days: number) => Object.values(refreshTokenCountdown(record, START + days * DAY));

  it("is of whole days, until it ends unused and in all", () => {
    assert.deepEqual(at(0), [100, 1825, 100]);
    assert.deepEqual(at(0.5), [99, 1824, 99]);
    assert.deepEqual(at(101), [0, 1724, 0]);
  });

  it("ends with the five years however often it was refreshed", () => {
    const tokens = { ...issued, issuedAt: START + 1815 * DAY };
    const renewed = { ...record, grant: grantFrom(tokens, undefined, record.grant) };
    assert.deepEqual(Object.values(refreshTokenCountdown(renewed, tokens.issuedAt)), [100, 10, 10]);
  });

  it("is unknown without a grant, or when nobody told", () => {
    const unknown = [undefined, undefined, undefined];
    assert.deepEqual(Object.values(refreshTokenCountdown(emptyRecord(), START)), unknown);
    const untold = { ...emptyRecord(), grant: grantFrom(endless, "1") };
    assert.deepEqual(Object.values(refreshTokenCountdown(untold, START)), unknown);
  });
});
