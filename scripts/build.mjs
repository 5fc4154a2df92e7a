// Compiles src/ to dist/ and puts the schema facts beside the code that reads them.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, rmSync } from "node:fs";

const facts = "qbxml/schema/qbxml-16.0.json";

rmSync("dist", { recursive: true, force: true });
const compiler = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"], {
  stdio: "inherit",
});
if (compiler.status !== 0) process.exit(compiler.status ?? 1);
mkdirSync("dist/qbxml/schema", { recursive: true });
copyFileSync(`src/${facts}`, `dist/${facts}`);
chmodSync("dist/cli/main.js", 0o755);
