// Compiles src/ to dist/ and puts the schema facts beside the code that reads them.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, rmSync } from "node:fs";
import { leaveOutInnerDeclarations } from "./shipped-declarations.mjs";

/** TypeScript 7 is a binary in an optional package; where that was left out, TypeScript 6 compiles the same. */
const compilers = ["typescript", "typescript-6"].map((name) => `node_modules/${name}/bin/tsc`);

const facts = "qbxml/schema/qbxml-16.0.json";

rmSync("dist", { recursive: true, force: true });
const compiler = compilers.find((path) => spawnSync(process.execPath, [path, "--version"]).status === 0);
if (compiler === undefined) throw new Error("no TypeScript compiler is installed; run: npm ci");
const compilation = spawnSync(process.execPath, [compiler, "-p", "tsconfig.json"], { stdio: "inherit" });
if (compilation.status !== 0) process.exit(compilation.status ?? 1);
mkdirSync("dist/qbxml/schema", { recursive: true });
copyFileSync(`src/${facts}`, `dist/${facts}`);
chmodSync("dist/cli/main.js", 0o755);
leaveOutInnerDeclarations();
