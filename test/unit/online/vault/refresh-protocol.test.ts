import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QBError } from "../../../../dist/errors.js";
import { plainSealer } from "../../../../dist/online/vault/sealing.js";
import type { TokenStore } from "../../../../dist/online/vault/token-store.js";
import type { VaultRecord } from "../../../../dist/online/vault/vault-record.js";
import {
  Actor,
  everyInterleaving,
  someInterleavings,
  type Scene,
  type Touch,
} from "../../../support/online/interleavings.js";
import { Random } from "../../../support/random.js";
import { RotatingTokens } from "../../../support/online/rotating-tokens.js";
import { connectTo, testVault } from "../../../support/online/test-vault.js";

/** A place that processes share, with a lock that is lost when its holder crashes or is stopped for long. */
class SharedPlace {
  text: string | undefined;
  holder: Actor | undefined;
  held = false;
  thefts = 0;
  readonly mostThefts: number;

  constructor(mostThefts: number) {
    this.mostThefts = mostThefts;
  }

  get isFree(): boolean {
    return this.holder === undefined || this.holder.crashed || this.thefts < this.mostThefts;
  }

  /** As one process sees it. The name is its own, for processes share no memory. */
  seenBy(actor: Actor | undefined, name: string): TokenStore {
    let looked = false;
    const gate = async (touch: Touch, may?: () => boolean) => actor?.gate(touch, may);
    return {
      name,
      read: async () => {
        // What is seen before the lock is asked for is looked at again under it.
        if (looked) await gate("reads");
        looked = true;
        return this.text;
      },
      replace: async (expected, next) => {
        await gate("writes");
        if (this.text !== expected) return false;
        this.text = next;
        return true;
      },
      exclusively: async (work) => {
        await gate(
          "locks",
          () => this.holder === undefined || this.holder.crashed || this.thefts < this.mostThefts,
        );
        if (this.holder !== undefined && !this.holder.crashed) this.thefts++;
        this.holder = actor;
        this.held ||= actor !== undefined;
        try {
          return await work();
        } finally {
          await gate("locks");
          if (this.holder === actor) this.holder = undefined;
        }
      },
    };
  }
}

interface Run {
  readonly place: SharedPlace;
  readonly tokens: RotatingTokens;
  readonly codes: string[];
  /** Times of refreshes that were sent by actors. */
  readonly sent: Map<number, number>;
  readonly actors: readonly Actor[];
  readonly trace: string;
}

let scenes = 0;

/** All orders take ten minutes: VAULT_RUNS=all. */
const { VAULT_RUNS = "1500", VAULT_SEED = "1" } = process.env;
const orders = new Random(Number(VAULT_SEED));

function manyInterleavings(setUp: () => Promise<Scene>): Promise<number> {
  return VAULT_RUNS === "all"
    ? everyInterleaving(setUp)
    : someInterleavings(setUp, Number(VAULT_RUNS), orders);
}

/** Two processes that each force a refresh; `check` sees what became of it. */
async function scene(
  { crashes, thefts }: { readonly crashes: number; readonly thefts: number },
  check: (run: Run) => Promise<void>,
): Promise<Scene> {
  const place = new SharedPlace(thefts);
  const tokens = new RotatingTokens();
  const name = `scene ${scenes++}`;
  await connectTo(testVault(tokens, { store: place.seenBy(undefined, name) }), tokens);
  const actors = [new Actor(), new Actor()];
  const codes: string[] = [];
  const sent = new Map<number, number>();
  let time = 1_000;
  const now = () => time++;
  const works = actors.map((_, index) => async (actor: Actor) => {
    const refresh = async (refreshToken: string, { refreshing }: VaultRecord) => {
      await actor.gate("sends");
      sent.set(index, refreshing?.startedAt ?? 0);
      return tokens.refresh(refreshToken, now());
    };
    const vault = testVault(tokens, { store: place.seenBy(actor, `${name} ${index}`), refresh, now });
    try {
      const { value } = await vault.accessToken({ force: true });
      const stored = (await plainSealer.open(place.text ?? "")).grant?.accessToken ?? "";
      assert.ok(numberOf(value) <= numberOf(stored), `${value} was used and ${stored} is stored`);
      codes.push("used");
    } catch (error) {
      if (!(error instanceof QBError)) throw error;
      codes.push(error.code);
    }
  });
  return { actors, works, crashes, check: (trace) => check({ place, tokens, codes, sent, actors, trace }) };
}

function numberOf(token: string): number {
  return Number(token.split("-")[1]);
}

/** What the next process gets. */
async function nextProcess({ place, tokens, trace }: Run): Promise<QBError | undefined> {
  const vault = testVault(tokens, { store: place.seenBy(undefined, `after ${scenes} ${trace}`) });
  try {
    assert.equal((await vault.accessToken({ force: true })).value, tokens.accessToken);
    return undefined;
  } catch (error) {
    if (error instanceof QBError) return error;
    throw error;
  }
}

describe("a refresh by two processes, in the orders of their steps", () => {
  it("is refused never while the lock holds", async () => {
    const runs = await everyInterleaving(() =>
      scene({ crashes: 0, thefts: 0 }, async (run) => {
        assert.deepEqual(run.codes, ["used", "used"], run.trace);
        assert.deepEqual([await nextProcess(run), run.tokens.invalidGrants], [undefined, 0], run.trace);
      }),
    );
    assert.ok(runs > 1, `${runs} runs`);
  });

  it("loses nothing when one of them was stopped for so long that the lock was taken over", async () => {
    let refused = 0;
    const runs = await manyInterleavings(() =>
      scene({ crashes: 0, thefts: 1 }, async (run) => {
        assert.equal(await nextProcess(run), undefined, run.trace);
        assert.ok(run.tokens.invalidGrants <= run.place.thefts, run.trace);
        assert.ok(run.codes.includes("used"), run.trace);
        refused += run.tokens.invalidGrants;
      }),
    );
    assert.ok(runs > 1_000 && refused > 0, `${runs} runs, ${refused} refused`);
  });

  it("that crashes between being sent and stored costs one refusal, of which the time is known", async () => {
    let lost = 0;
    const runs = await everyInterleaving(() =>
      scene({ crashes: 1, thefts: 0 }, async (run) => {
        const error = await nextProcess(run);
        assert.ok(run.tokens.invalidGrants <= 1, run.trace);
        assert.equal(error !== undefined, run.tokens.invalidGrants === 1, run.trace);
        if (error === undefined) return;
        lost++;
        const crashed = run.actors.findIndex((actor) => actor.crashed);
        const since = new Date(run.sent.get(crashed) ?? 0).toISOString();
        assert.deepEqual(error.details, { since, reason: "lost" }, run.trace);
      }),
    );
    assert.ok(runs > 20 && lost > 0, `${runs} runs, ${lost} lost`);
  });

  it("that crashes while the lock was taken over costs two refusals at most", async () => {
    const runs = await manyInterleavings(() =>
      scene({ crashes: 1, thefts: 1 }, async (run) => {
        const error = await nextProcess(run);
        assert.ok(run.tokens.invalidGrants <= 2, run.trace);
        if (error !== undefined) assert.equal(error.code, "QB_RECONNECT", run.trace);
      }),
    );
    assert.ok(runs > 1_000, `${runs} runs`);
  });
});
