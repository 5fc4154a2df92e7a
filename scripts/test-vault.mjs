// The settings file of QuickBooks Online under more kills, stops and refreshes than npm test has time for.
//   node scripts/test-vault.mjs [seed]
// VAULT_RUNS=all tries the steps of two processes in every order, which takes ten minutes.
import { spawnSync } from "node:child_process";

const [seed = "1"] = process.argv.slice(2);
const { VAULT_RUNS = "20000" } = process.env;
const more = {
  ...{ VAULT_REFRESHES: "10000", VAULT_KILLS: "60", VAULT_MOMENTS: "all" },
  ...{ VAULT_RUNS, VAULT_SEED: seed },
};
const files = [
  "build/integration/online-vault-chaos.test.js",
  "build/unit/online/vault/refresh-protocol.test.js",
];
const { status } = spawnSync(process.execPath, ["--test", "--test-concurrency=1", ...files], {
  stdio: "inherit",
  env: { ...process.env, ...more },
});
process.exitCode = status ?? 1;
