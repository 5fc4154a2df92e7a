// Runs the fuzz tests of tokenizer, gate and readers again and again, each time with another seed, and adds up their counts.
//   node test/fuzz/long-run.mjs MINUTES [RUNS]     after npm run build && npm run build:tests
import { spawnSync } from "node:child_process";

const [minutes = 10, runs = 20_000] = process.argv.slice(2).map(Number);
const FILES = ["tokenizer", "gate", "records"].map((name) => `build/fuzz/${name}.test.js`);
const end = Date.now() + minutes * 60_000;
const counts = new Map();
let rounds = 0;
for (let seed = Date.now() % 2 ** 31; Date.now() < end; seed += 1) {
  const env = { ...process.env, QBCONNECTOR_FUZZ_RUNS: String(runs), QBCONNECTOR_FUZZ_SEED: String(seed) };
  const { status, stdout } = spawnSync(process.execPath, ["--test", "--test-reporter=tap", ...FILES], {
    env,
    encoding: "utf8",
    maxBuffer: 1e9,
  });
  if (status !== 0) {
    console.log(stdout);
    console.log(`a failure with seed ${seed}`);
    process.exit(1);
  }
  rounds++;
  for (const [, count, what] of stdout.matchAll(/(\d+) (documents|accepted|records read)\b/g))
    counts.set(what, (counts.get(what) ?? 0) + Number(count));
  const sums = [...counts].map(([what, count]) => `${count} ${what}`).join(", ");
  console.log(`round ${rounds}, seed ${seed}: ${sums}`);
}
