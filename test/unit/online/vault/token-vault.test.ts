import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { QBError, type ErrorCode } from "../../../../dist/errors.js";
import { memoryStore } from "../../../../dist/online/vault/memory-store.js";
import { clearGrant, endRevokedGrant, saveGrant } from "../../../../dist/online/vault/stored-grant.js";
import type { VaultRecord } from "../../../../dist/online/vault/vault-record.js";
import { RotatingTokens } from "../../../support/online/rotating-tokens.js";
import { APPLICATION, COMPANY, connectTo, testVault } from "../../../support/online/test-vault.js";

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

async function refusal(promise: Promise<unknown>, code: ErrorCode): Promise<QBError> {
  const error: unknown = await promise.then(
    () => assert.fail("nothing was thrown"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof QBError, String(error));
  assert.equal(error.code, code);
  return error;
}

async function connectedVault(options: Parameters<typeof testVault>[1] = {}) {
  const tokens = new RotatingTokens();
  const clock = { now: START };
  const vault = testVault(tokens, { now: () => clock.now, ...options });
  await connectTo(vault, tokens);
  return { tokens, clock, vault };
}

describe("a token vault", () => {
  it("gives the stored token while it lasts for more than five minutes", async () => {
    const { tokens, clock, vault } = await connectedVault();
    clock.now += HOUR - 300_001;
    const token = await vault.accessToken();
    assert.deepEqual([token.value, token.companyId, token.expiresAt], ["access-0", COMPANY, START + HOUR]);
    assert.equal(tokens.granted, 0);
    clock.now += 1;
    assert.equal((await vault.accessToken()).value, "access-1");
    assert.equal(tokens.granted, 1);
  });

  it("stores a new token before anybody gets it, and the company stays", async () => {
    const { vault, clock } = await connectedVault();
    const token = await vault.accessToken({ force: true });
    const { grant, refreshing, ended } = (await vault.read()) as VaultRecord;
    assert.equal(grant?.accessToken, token.value);
    assert.equal(grant?.refreshToken, "refresh-1");
    assert.equal(grant?.companyId, COMPANY);
    assert.equal(grant?.authorizedAt, START);
    assert.equal(grant?.refreshTokenExpiresAt, clock.now + 8_640_000_000);
    assert.deepEqual([refreshing, ended], [undefined, undefined]);
  });

  it("sends one refresh for 100 calls", async () => {
    const { tokens, vault, clock } = await connectedVault();
    clock.now += HOUR;
    const given = await Promise.all(Array.from({ length: 100 }, () => vault.accessToken()));
    assert.deepEqual([...new Set(given.map(({ value }) => value))], ["access-1"]);
    assert.equal(tokens.granted, 1);
  });

  it("shares a refresh with another vault of the process for the same place", async () => {
    const tokens = new RotatingTokens();
    const store = memoryStore(randomUUID());
    const [one, other] = [testVault(tokens, { store }), testVault(tokens, { store })];
    await connectTo(one, tokens);
    const given = await Promise.all(
      [one, other, one, other].map((vault) => vault.accessToken({ force: true })),
    );
    assert.deepEqual([...new Set(given.map(({ value }) => value))], ["access-1"]);
    assert.equal(tokens.granted, 1);
  });

  it("refreshes a token that was refused, unless a newer one is stored", async () => {
    const { tokens, vault } = await connectedVault();
    const refused = (await vault.accessToken()).value;
    const given = await Promise.all([vault.accessToken({ refused }), vault.accessToken({ refused })]);
    assert.deepEqual(
      given.map(({ value }) => value),
      ["access-1", "access-1"],
    );
    assert.equal((await vault.accessToken({ refused })).value, "access-1");
    assert.equal(tokens.granted, 1);
  });

  it("does not take a running call for a stored token as the answer to a refused one", async () => {
    const { tokens, vault } = await connectedVault();
    const [plain, renewed] = await Promise.all([
      vault.accessToken(),
      vault.accessToken({ refused: "access-0" }),
    ]);
    assert.deepEqual([plain.value, renewed.value, tokens.granted], ["access-0", "access-1", 1]);
  });

  it("does not take a running call for a stored token as a forced refresh", async () => {
    const { tokens, vault } = await connectedVault();
    const [plain, forced] = await Promise.all([vault.accessToken(), vault.accessToken({ force: true })]);
    assert.deepEqual([plain.value, forced.value, tokens.granted], ["access-0", "access-1", 1]);
  });

  it("tries anew after a failure that all callers shared", async () => {
    const tokens = new RotatingTokens();
    let sent = 0;
    const refresh = async (refreshToken: string) => {
      if (sent++ === 0) throw new QBError("QB_AUTHORIZATION_SERVER", "the answer is not JSON");
      return tokens.refresh(refreshToken);
    };
    const vault = testVault(tokens, { refresh });
    await connectTo(vault, tokens);
    const calls = [1, 2, 3].map(() => refusal(vault.accessToken({ force: true }), "QB_AUTHORIZATION_SERVER"));
    await Promise.all(calls);
    assert.equal(sent, 1);
    assert.equal((await vault.accessToken({ force: true })).value, "access-1");
  });

  it("stays revoked when a refresh ends later whose lock was taken over", async () => {
    const tokens = new RotatingTokens();
    const place = memoryStore(randomUUID());
    const seen = (name: string) => ({
      ...place,
      name,
      exclusively: <Result>(work: () => Promise<Result>) => work(),
    });
    const other = testVault(tokens, { store: seen(randomUUID()) });
    const refresh = async (refreshToken: string) => {
      await endRevokedGrant(other);
      return tokens.refresh(refreshToken);
    };
    const vault = testVault(tokens, { store: seen(randomUUID()), refresh });
    await connectTo(vault, tokens);
    const { details } = await refusal(vault.accessToken({ force: true }), "QB_RECONNECT");
    assert.equal(details["reason"], "revoked");
    assert.equal((await other.read())?.ended?.reason, "revoked");
  });

  it("does not take a refresh for lost that no trusted server ever got", async () => {
    const code: { now: ErrorCode } = { now: "QB_TLS" };
    const refresh = async () => {
      throw new QBError(code.now, "refused");
    };
    const { vault } = await connectedVault({ refresh });
    await refusal(vault.accessToken({ force: true }), "QB_TLS");
    code.now = "QB_RECONNECT";
    const { details } = await refusal(vault.accessToken({ force: true }), "QB_RECONNECT");
    assert.equal(details["reason"], "refused");
  });

  it("says that nobody has connected", async () => {
    await refusal(testVault(new RotatingTokens()).accessToken(), "QB_NOT_CONNECTED");
  });

  it("says that nothing can be refreshed without a refresh token", async () => {
    const { tokens, vault, clock } = await connectedVault();
    const issued = { ...tokens.issued(START), refreshToken: undefined };
    const rest = { companyId: COMPANY, application: APPLICATION, sandbox: true, callbackURL: undefined };
    await saveGrant(vault, { tokens: issued, ...rest });
    assert.equal((await vault.accessToken()).value, "access-0");
    clock.now += HOUR;
    await refusal(vault.accessToken(), "QB_ACCESS_TOKEN_EXPIRED");
  });

  it("lets a caller go who does not want to wait, not the refresh", async () => {
    const tokens = new RotatingTokens();
    let answer = () => {};
    const answered = new Promise<void>((resolve) => void (answer = resolve));
    const refresh = async (token: string) => answered.then(() => tokens.refresh(token));
    const vault = testVault(tokens, { refresh });
    await connectTo(vault, tokens);
    const abandoned = new AbortController();
    const left = refusal(vault.accessToken({ force: true, signal: abandoned.signal }), "QB_ABORTED");
    const stayed = vault.accessToken({ force: true });
    abandoned.abort();
    await left;
    answer();
    assert.equal((await stayed).value, "access-1");
    await refusal(vault.accessToken({ signal: AbortSignal.abort() }), "QB_ABORTED");
  });

  it("numbers what is stored, and stores nothing when nothing changed", async () => {
    const { vault } = await connectedVault();
    const before = (await vault.read()) as VaultRecord;
    await vault.change((record) => record);
    assert.equal((await vault.read())?.generation, before.generation);
    await vault.change((record) => ({ ...record, generation: 0, callbackURL: "https://a.example/" }));
    assert.equal((await vault.read())?.generation, before.generation + 1);
  });

  it("shows no secret when it is printed, nor do its tokens", async () => {
    const { vault } = await connectedVault();
    const token = await vault.accessToken();
    for (const shown of [inspect(vault, { depth: 9 }), JSON.stringify([vault, token]), inspect(token)]) {
      assert.doesNotMatch(shown, /access-0|refresh-0|client-secret/);
    }
  });
});

describe("new tokens that cannot be stored", () => {
  it("are used by nobody, and stored as soon as it is possible, without another refresh", async () => {
    const tokens = new RotatingTokens();
    const store = memoryStore(randomUUID());
    let writes = Infinity;
    const full = {
      ...store,
      replace: async (expected: string | undefined, next: string) => {
        if (writes-- <= 0) throw new QBError("QB_TOKEN_STORE", "no space left on device");
        return store.replace(expected, next);
      },
    };
    const vault = testVault(tokens, { store: full });
    await connectTo(vault, tokens);
    writes = 1;
    await refusal(vault.accessToken({ force: true }), "QB_TOKEN_STORE");
    await refusal(vault.accessToken(), "QB_TOKEN_STORE");
    assert.equal((await vault.read())?.grant?.refreshToken, "refresh-0");
    assert.equal(tokens.granted, 1);
    writes = Infinity;
    assert.equal((await vault.accessToken()).value, "access-1");
    assert.equal((await vault.read())?.grant?.refreshToken, "refresh-1");
    assert.deepEqual([tokens.granted, tokens.invalidGrants], [1, 0]);
  });

  it("are stored also when another process was refused meanwhile, and the connection goes on", async () => {
    const tokens = new RotatingTokens();
    const store = memoryStore(randomUUID());
    let writes = Infinity;
    const replace = async (expected: string | undefined, next: string) => {
      if (writes-- <= 0) throw new QBError("QB_TOKEN_STORE", "no space left on device");
      return store.replace(expected, next);
    };
    const vault = testVault(tokens, { store: { ...store, replace } });
    const other = testVault(tokens, { store: { ...store, name: randomUUID() } });
    await connectTo(vault, tokens);
    writes = 1;
    await refusal(vault.accessToken({ force: true }), "QB_TOKEN_STORE");
    await refusal(other.accessToken({ force: true }), "QB_RECONNECT");
    writes = Infinity;
    assert.equal((await vault.accessToken()).value, "access-1");
    assert.equal((await other.accessToken({ force: true })).value, "access-2");
  });

  it("are thrown away when somebody connected meanwhile", async () => {
    const tokens = new RotatingTokens();
    const store = memoryStore(randomUUID());
    let writes = Infinity;
    const replace = async (expected: string | undefined, next: string) => {
      if (writes-- <= 0) throw new QBError("QB_TOKEN_STORE", "no space left on device");
      return store.replace(expected, next);
    };
    const vault = testVault(tokens, { store: { ...store, replace } });
    await connectTo(vault, tokens);
    writes = 1;
    await refusal(vault.accessToken({ force: true }), "QB_TOKEN_STORE");
    writes = Infinity;
    tokens.rotate("refresh-1");
    await connectTo(vault, tokens);
    assert.equal((await vault.accessToken()).value, "access-2");
  });
});

describe("a refresh token that is refused", () => {
  it("ends the connection from then on, without asking again", async () => {
    const { tokens, clock, vault } = await connectedVault();
    tokens.rotate("refresh-0");
    clock.now += HOUR;
    const since = new Date(clock.now).toISOString();
    const error = await refusal(vault.accessToken(), "QB_RECONNECT");
    assert.deepEqual(error.details, { since, reason: "refused" });
    clock.now += HOUR;
    const again = await refusal(vault.accessToken(), "QB_RECONNECT");
    assert.deepEqual(again.details, error.details);
    assert.equal(tokens.invalidGrants, 1);
  });

  it("was lost when an earlier refresh has no known end: since that one", async () => {
    const { tokens, clock, vault } = await connectedVault({
      refresh: async (refreshToken) => {
        const issued = tokens.refresh(refreshToken);
        if (tokens.granted === 1) throw new QBError("QB_CONNECTION_LOST", "cut", { outcome: "unknown" });
        return issued;
      },
    });
    clock.now += HOUR;
    const since = new Date(clock.now).toISOString();
    await refusal(vault.accessToken(), "QB_CONNECTION_LOST");
    clock.now += HOUR;
    const { details } = await refusal(vault.accessToken(), "QB_RECONNECT");
    assert.deepEqual(details, { since, reason: "lost" });
  });

  it("was lost at the first of several refreshes without a known end", async () => {
    let sent = 0;
    const { tokens, clock, vault } = await connectedVault({
      refresh: async (refreshToken) => {
        if (sent++ < 2) throw new QBError("QB_CONNECTION_LOST", "cut", { outcome: "unknown" });
        return tokens.refresh(refreshToken);
      },
    });
    tokens.rotate("refresh-0");
    clock.now += HOUR;
    const since = new Date(clock.now).toISOString();
    for (const code of ["QB_CONNECTION_LOST", "QB_CONNECTION_LOST"] as const) {
      await refusal(vault.accessToken(), code);
      clock.now += HOUR;
    }
    assert.deepEqual((await refusal(vault.accessToken(), "QB_RECONNECT")).details, { since, reason: "lost" });
  });

  it("was not lost by a refresh that could not be sent", async () => {
    let reachable = false;
    const { tokens, clock, vault } = await connectedVault({
      refresh: async (refreshToken) => {
        if (!reachable) throw new QBError("QB_UNREACHABLE", "nobody listens");
        return tokens.refresh(refreshToken);
      },
    });
    clock.now += HOUR;
    await refusal(vault.accessToken(), "QB_UNREACHABLE");
    reachable = true;
    tokens.rotate("refresh-0");
    clock.now += HOUR;
    const { details } = await refusal(vault.accessToken(), "QB_RECONNECT");
    assert.deepEqual(details, { since: new Date(clock.now).toISOString(), reason: "refused" });
  });

  it("has expired when its time was over; it is tried all the same, for clocks differ", async () => {
    const { tokens, clock, vault } = await connectedVault();
    clock.now += 8_640_000_001;
    assert.equal((await vault.accessToken()).value, "access-1");
    tokens.rotate("refresh-1");
    const end = clock.now + 8_640_000_000;
    clock.now = end + HOUR;
    const { details } = await refusal(vault.accessToken(), "QB_RECONNECT");
    assert.deepEqual(details, { since: new Date(end).toISOString(), reason: "expired" });
  });

  it("is forgotten by a new grant of the same company", async () => {
    const { tokens, clock, vault } = await connectedVault();
    tokens.rotate("refresh-0");
    clock.now += HOUR;
    await refusal(vault.accessToken(), "QB_RECONNECT");
    await connectTo(vault, tokens);
    assert.equal((await vault.accessToken({ force: true })).value, "access-2");
  });
});

describe("a stored grant", () => {
  it("is not replaced by one of another company, also when it ended, until it is cleared", async () => {
    const { tokens, vault } = await connectedVault();
    await endRevokedGrant(vault);
    const { details } = await refusal(connectTo(vault, tokens, "1234"), "QB_WRONG_COMPANY");
    assert.deepEqual(details, { stored: COMPANY, chosen: "1234" });
    assert.equal((await refusal(vault.accessToken(), "QB_RECONNECT")).details["reason"], "revoked");
    await clearGrant(vault);
    await refusal(vault.accessToken(), "QB_NOT_CONNECTED");
    assert.deepEqual((await vault.read())?.application, APPLICATION);
    await connectTo(vault, tokens, "1234");
    assert.equal((await vault.accessToken()).companyId, "1234");
  });

  it("keeps its company when tokens come without one", async () => {
    const { tokens, vault } = await connectedVault();
    const rest = { application: APPLICATION, sandbox: true, callbackURL: undefined };
    await saveGrant(vault, { tokens: tokens.issued(START), companyId: undefined, ...rest });
    const record = await vault.read();
    assert.deepEqual([record?.grant?.companyId, record?.callbackURL], [COMPANY, "http://localhost:33333/"]);
  });
});
