import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { grantFrom } from "../../dist/online/vault/grant.js";
import { keyFileSealer } from "../../dist/online/vault/sealing.js";
import { fileStore } from "../../dist/online/vault/settings-file.js";
import { temporaryFolder } from "../support/command.js";
import { IntuitStandIn } from "../support/online/intuit-stand-in.js";
import { outlast, RefreshingProcess } from "../support/online/refreshing-processes.js";
import { COMPANY, connectTo, testVault } from "../support/online/test-vault.js";
import { Random } from "../support/random.js";
import { until } from "../support/until.js";

/** `npm run test:vault` does more of everything. */
const REFRESHES = Number(process.env["VAULT_REFRESHES"] ?? 400);
const KILLS = Number(process.env["VAULT_KILLS"] ?? 8);
const SEED = Number(process.env["VAULT_SEED"] ?? 1);
const PROCESSES = 8;
const NO_STOP = process.platform === "win32" ? "Windows has no signal that stops a process" : false;

/** Phase and number of the file operation after it: around the writing of the intent and of the new tokens. */
const MOMENTS = ["marked:6", "sent:0", "answered:0", "answered:4", "answered:6", "answered:7", "answered:8"];
const ALL_MOMENTS = ["marked", "answered"].flatMap((phase) =>
  Array.from({ length: 12 }, (_, operation) => `${phase}:${operation}`),
);

async function scene(test: TestContext) {
  const provider = await IntuitStandIn.start();
  const { tokens } = provider;
  test.after(() => provider.close());
  const settings = join(temporaryFolder(test), "OAuthSettings.txt");
  const vault = testVault(tokens, { store: fileStore(settings), sealer: keyFileSealer(`${settings}.key`) });
  await connectTo(vault, tokens);
  const start = (rounds: number, ...moment: string[]) => {
    const started = new RefreshingProcess(settings, provider.tokenEndpoint, rounds, ...moment);
    test.after(() => started.signal("SIGKILL"));
    return started;
  };
  const one = async () => {
    const process = start(1);
    await process.closed();
    return process;
  };
  return { tokens, settings, vault, start, one };
}

/** What the next process says when this one was cut. */
function sinceOf(process: RefreshingProcess): string {
  if (!process.isRefreshing) return "saved";
  return `reconnect ${new Date(process.lastSent).toISOString()} lost`;
}

describe("a settings file that eight processes refresh", () => {
  it(`is never refused in ${REFRESHES} refreshes`, async (test) => {
    const { tokens, settings, vault, start } = await scene(test);
    const processes = Array.from({ length: PROCESSES }, () => start(REFRESHES / PROCESSES));
    for (const each of processes) {
      await each.closed();
      assert.equal(each.reports.at(-1), "done", each.errors);
      assert.deepEqual([each.count("saved"), each.count("unsaved")], [REFRESHES / PROCESSES, 0]);
    }
    assert.deepEqual([tokens.invalidGrants, tokens.granted], [0, REFRESHES]);
    assert.equal((await vault.accessToken()).value, tokens.accessToken);
    assert.deepEqual(readdirSync(join(settings, "..")).sort(), [
      "OAuthSettings.txt",
      "OAuthSettings.txt.key",
    ]);
  });

  it(
    `is refused at most once for each of ${KILLS} kills and stops in a refresh`,
    { skip: NO_STOP },
    async (test) => {
      const { tokens, settings, vault, start, one } = await scene(test);
      const random = new Random(SEED);
      const lost = new Set<string>();
      const ended: RefreshingProcess[] = [];
      let inRefresh = 0;
      const reconnect = () =>
        vault.change((record) => {
          if (record.ended === undefined) return record;
          const grant = grantFrom(tokens.issued(Date.now()), COMPANY);
          return { ...record, grant, ended: undefined, refreshing: undefined };
        });
      const begin = () => {
        const begun = start(1_000_000);
        begun.onReport = (report) => void (report.startsWith("reconnect") && reconnect());
        return begun;
      };
      const running = Array.from({ length: PROCESSES }, begin);
      const saved = () => [...running, ...ended].reduce((sum, each) => sum + each.count("saved"), 0);
      // One that was stopped in a refresh, and goes on with it, has no lock any more.
      const robbed = new Map<RefreshingProcess, number>();
      const count = (victim: RefreshingProcess) => {
        if (!victim.isRefreshing || robbed.get(victim) === victim.count("sent")) return;
        robbed.set(victim, victim.count("sent"));
        inRefresh++;
        lost.add(sinceOf(victim));
        outlast(settings);
      };
      for (let number = 0; number < KILLS; number++) {
        const [reached, before] = [saved(), random.below(20)];
        await until(() => saved() > reached + before, "others refresh", 60_000);
        if (random.below(4) > 0)
          await until(() => running.some((each) => each.isRefreshing), "one refreshes");
        const index = Math.max(
          running.findIndex((each) => each.isRefreshing),
          0,
        );
        const victim = running[index] as RefreshingProcess;
        if (random.below(2) === 0) {
          victim.signal("SIGKILL");
          await victim.closed();
          count(victim);
          ended.push(victim);
          running[index] = begin();
        } else {
          victim.signal("SIGSTOP");
          await victim.stopped();
          const stopped = saved();
          count(victim);
          await until(() => saved() > stopped + 2, "others refresh while one is stopped", 60_000);
          victim.signal("SIGCONT");
        }
      }
      for (const each of running) {
        each.signal("SIGKILL");
        await each.closed();
        if (each.isRefreshing) inRefresh++;
      }
      const all = [...ended, ...running];
      assert.ok(tokens.invalidGrants <= inRefresh, `${tokens.invalidGrants} refusals for ${inRefresh} kills`);
      test.diagnostic(
        `seed ${SEED}: ${saved()} refreshes, ${inRefresh} cut, ${tokens.invalidGrants} refused`,
      );
      assert.deepEqual(
        all.flatMap(({ reports }) => reports.filter((report) => /^(unsaved|failed)/.test(report))),
        [],
      );
      // One whose lock was taken over may be refused while the other's refresh has no end yet, and is told to try again.
      assert.ok(all.reduce((sum, each) => sum + each.count("busy"), 0) <= inRefresh);
      const told = all.flatMap(({ reports }) => reports.filter((report) => report.startsWith("reconnect")));
      assert.deepEqual(
        told.filter((report) => !lost.has(report)),
        [],
      );
      outlast(settings);
      await reconnect();
      await one();
      assert.ok(tokens.invalidGrants <= inRefresh);
    },
  );
});

describe("a process in the middle of a refresh", () => {
  for (const moment of process.env["VAULT_MOMENTS"] === "all" ? ALL_MOMENTS : MOMENTS) {
    it(`that is killed at ${moment} costs a reconnection at most; the next one knows since when`, async (test) => {
      const { tokens, settings, start, one } = await scene(test);
      const killed = start(1, "SIGKILL", moment);
      await killed.closed();
      assert.equal(killed.reports.at(-1), "signal", killed.errors);
      outlast(settings);
      const next = await one();
      assert.ok(tokens.invalidGrants <= (killed.isRefreshing ? 1 : 0));
      const expected = tokens.invalidGrants === 1 ? sinceOf(killed) : "saved";
      assert.equal(next.reports.at(-2), expected, next.errors);
      assert.equal(next.count("unsaved"), 0);
    });

    it(
      `that is stopped at ${moment} until its lock is taken over loses nothing`,
      { skip: NO_STOP },
      async (test) => {
        const { tokens, settings, start, one } = await scene(test);
        const stopped = start(1, "SIGSTOP", moment);
        await stopped.reported("signal");
        await stopped.stopped();
        outlast(settings);
        const other = await one();
        assert.ok(["saved", sinceOf(stopped)].includes(other.reports.at(-2) ?? ""), other.errors);
        assert.ok(tokens.invalidGrants <= (stopped.isRefreshing ? 1 : 0));
        stopped.signal("SIGCONT");
        await stopped.closed();
        assert.equal(stopped.reports.at(-2), "saved", stopped.errors);
        assert.equal((await one()).reports.at(-2), "saved");
        assert.ok(tokens.invalidGrants <= 1);
        assert.equal(stopped.count("unsaved") + other.count("unsaved"), 0);
      },
    );
  }
});
