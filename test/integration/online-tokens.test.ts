import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { memoryStore } from "../../dist/online/vault/memory-store.js";
import { plainSealer } from "../../dist/online/vault/sealing.js";
import { TokenVault } from "../../dist/online/vault/token-vault.js";
import type { IssuedTokens } from "../../dist/online/oauth/issued-tokens.js";
import { standardErrorLogger } from "../../dist/logger.js";
import { connectedCompany, type ConnectedCompany } from "../support/online/connected-company.js";
import { startDataService, type DataService } from "../support/online/data-service.js";
import { failureOf } from "../support/online/failure.js";

interface Refreshing extends ConnectedCompany {
  readonly service: DataService;
  readonly refreshes: string[];
}

/** A company whose stored token looks good here, but is not accepted any more. */
async function withEndedToken(t: TestContext): Promise<Refreshing> {
  const service = await startDataService(t);
  const refreshes: string[] = [];
  const refresh = async (refreshToken: string): Promise<IssuedTokens> => {
    refreshes.push(refreshToken);
    const accessToken = `access-${refreshes.length}`;
    service.accepts = (token) => token === accessToken;
    return {
      accessToken,
      refreshToken: `refresh-${refreshes.length}`,
      issuedAt: Date.now(),
      expiresIn: 3_600,
      refreshTokenExpiresIn: 8_640_000,
      refreshTokenEndsIn: undefined,
      scope: undefined,
    };
  };
  const store = memoryStore(crypto.randomUUID());
  const vault = new TokenVault({ store, sealer: plainSealer, refresh, logger: standardErrorLogger });
  const now = Date.now();
  await vault.change((record) => ({
    ...record,
    grant: {
      companyId: service.companyId,
      accessToken: "access-0",
      accessTokenIssuedAt: now,
      accessTokenExpiresAt: now + 3_600_000,
      refreshToken: "refresh-0",
      refreshTokenExpiresAt: undefined,
      refreshTokenEndsAt: undefined,
      scope: undefined,
      authorizedAt: now,
    },
  }));
  service.accepts = () => false;
  const company = connectedCompany(t, service, { token: (wish) => vault.accessToken(wish) });
  return { ...company, service, refreshes };
}

describe("tokens of calls", () => {
  it("are refreshed once for all calls that run at the same time", async (t) => {
    const { data, service, refreshes } = await withEndedToken(t);
    const results = await Promise.all(
      Array.from({ length: 25 }, (_, index) => data.create("Customer", { DisplayName: `Customer ${index}` })),
    );
    assert.equal(new Set(results.map(({ Id }) => Id)).size, 25);
    assert.deepEqual(refreshes, ["refresh-0"]);
    assert.equal(service.books.applied.length, 25);
    const ids = service.requestsTo("customer").map(({ parameters }) => parameters.get("requestid"));
    assert.equal(new Set(ids).size, 25);
  });

  it("that are refused though they are new end the call", async (t) => {
    const { data, service, refreshes } = await withEndedToken(t);
    service.plan("companyinfo", { kind: "fault", status: 401, code: "3200" }, 9);
    const error = await failureOf(data.companyInfo());
    assert.deepEqual([error.code, error.outcome], ["QB_ONLINE_FORBIDDEN", "not_applied"]);
    assert.equal(refreshes.length, 1);
    assert.equal(service.requestsTo("companyinfo").length, 2);
  });

  it("of another company are refused as such", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, { url: service.url, companyId: "1" });
    const error = await failureOf(data.companyInfo());
    assert.equal(error.code, "QB_ONLINE_FORBIDDEN");
    assert.equal(service.requests.length, 1);
  });

  it("that do not come end with their caller, their deadline and their connection, and nothing is sent", async (t) => {
    const service = await startDataService(t);
    const never = new Promise<never>(() => {});
    for (const [tokens, companyId] of [
      [() => never, undefined],
      [undefined, () => never],
    ] as const) {
      const { api, data } = connectedCompany(t, service, tokens && { token: tokens }, companyId);
      const caller = new AbortController();
      const failures = [
        failureOf(data.create("Customer", { DisplayName: "Amy" }, { deadlineMs: 20 })),
        failureOf(data.read("Customer", "1", { signal: caller.signal })),
        failureOf(data.create("Customer", { DisplayName: "Bob" })),
      ];
      assert.equal((await failures[0])?.code, "QB_TIMEOUT");
      caller.abort();
      assert.equal((await failures[1])?.code, "QB_ABORTED");
      api.close();
      assert.equal((await failures[2])?.code, "QB_CLOSED");
      const outcomes = (await Promise.all(failures)).map(({ outcome }) => outcome);
      assert.deepEqual(outcomes, ["not_applied", "not_applied", "not_applied"]);
    }
    assert.equal(service.requests.length, 0);
  });

  it("that come when the time of a call is over do not have it sent", async (t) => {
    const service = await startDataService(t);
    service.accepts = () => false;
    const now = performance.now.bind(performance);
    let asked = 0;
    t.mock.method(performance, "now", () => now() + (asked > 1 ? 60_000 : 0));
    const token = async () => ({ value: `access-token-${++asked}` });
    const { data } = connectedCompany(t, service, { token });
    const failed = failureOf(data.create("Customer", { DisplayName: "Amy" }, { deadlineMs: 60_000 }));
    const { code, outcome } = await failed;
    assert.deepEqual([code, outcome, service.requests.length], ["QB_TIMEOUT", "not_applied", 1]);
  });
});
