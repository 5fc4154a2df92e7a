// Compiles what stands in for libraries of Windows, on Linux: node test/windows/stub-libraries/build.mjs FOLDER
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const COMPILER = "x86_64-w64-mingw32-gcc";
const LIBRARIES = ["accounts"];

/** @param {string} folder Where `accounts.dll` and `stores.dll` go. */
export function buildStubLibraries(folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of LIBRARIES) {
    const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
    const command = [
      "-O2",
      "-Wall",
      "-Werror",
      "-Wno-attributes",
      "-shared",
      "-static-libgcc",
      "-o",
      `${folder}/${name}.dll`,
      source,
    ];
    const { status, stderr, error } = spawnSync(COMPILER, command, { encoding: "utf8" });
    if (status !== 0) throw new Error(`${COMPILER} ${name}.c: ${error?.message ?? stderr}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  buildStubLibraries(process.argv[2] ?? "build/stub-libraries");
