import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";

/** File, what it imports, and whether the linter has to refuse it. */
const CASES: readonly (readonly [file: string, specifier: string, verdict: "refused" | "allowed"])[] = [
  ["src/connector/a.ts", "../client/qb-client.js", "refused"],
  ["src/connector/b.ts", "../quickbooks/simulator/index.js", "refused"],
  ["src/connector/c.ts", "../index.js", "refused"],
  ["src/connector/d.ts", "undici", "refused"],
  ["src/connector/e.ts", "../quickbooks/request-processor.js", "allowed"],
  ["src/connector/f.ts", "../wire/problem.js", "allowed"],
  ["src/connector/g.ts", "node-forge", "refused"],
  ["src/connector/h.ts", "read-tls-client-hello", "refused"],
  ["src/connector/client-hello.ts", "read-tls-client-hello", "allowed"],
  ["src/connector/certificate/a.ts", "node-forge", "allowed"],
  ["src/connector/certificate/b.ts", "jks-js", "allowed"],
  ["src/connector/certificate/c.ts", "../../client/qb-client.js", "refused"],
  ["src/client/a.ts", "../connector/qb-connector.js", "refused"],
  ["src/client/b.ts", "../quickbooks/com/index.js", "refused"],
  ["src/client/c.ts", "undici", "refused"],
  ["src/client/http-road.ts", "undici", "refused"],
  ["src/client/pooled-dispatcher.ts", "undici", "allowed"],
  ["src/client/exchange-progress.ts", "undici", "allowed"],
  ["src/qbxml/a.ts", "../quickbooks/hresult.js", "refused"],
  ["src/qbxml/schema/a.ts", "../../connector/limits.js", "refused"],
  ["src/quickbooks/a.ts", "./simulator/simulator.js", "refused"],
  ["src/quickbooks/b.ts", "../qbxml/envelope.js", "allowed"],
  ["src/quickbooks/simulator/a.ts", "../com/index.js", "refused"],
  ["src/quickbooks/simulator/b.ts", "../../wire/problem.js", "refused"],
  ["src/quickbooks/simulator/c.ts", "../hresult.js", "allowed"],
  ["src/quickbooks/com/a.ts", "../simulator/index.js", "refused"],
  ["src/wire/a.ts", "../connector/limits.js", "refused"],
  ["src/online/a.ts", "../client/qb-client.js", "refused"],
  ["src/online/b.ts", "../quickbooks/com/index.js", "refused"],
  ["src/online/c.ts", "../quickbooks/simulator/index.js", "refused"],
  ["src/online/d.ts", "undici", "refused"],
  ["src/online/e.ts", "../errors.js", "allowed"],
  ["src/online/http/a.ts", "undici", "allowed"],
  ["src/online/http/b.ts", "oauth4webapi", "refused"],
  ["src/online/oauth/a.ts", "oauth4webapi", "allowed"],
  ["src/online/oauth/b.ts", "undici", "refused"],
  ["src/online/vault/a.ts", "proper-lockfile", "refused"],
  ["src/online/vault/file-lock.ts", "proper-lockfile", "allowed"],
  ["src/online/data/a.ts", "fast-xml-parser", "refused"],
  ["src/online/data/xml-fault.ts", "fast-xml-parser", "allowed"],
  ["src/cli/f.ts", "../online/connect.js", "allowed"],
  ["src/cli/g.ts", "oauth4webapi", "refused"],
  ["src/a.ts", "./connector/limits.js", "refused"],
  ["src/b.ts", "eventemitter3", "refused"],
  ["src/event-dispatch.ts", "eventemitter3", "allowed"],
  ["src/c.ts", "./errors.js", "allowed"],
  ["src/cli/a.ts", "commander", "allowed"],
  ["src/cli/b.ts", "pino", "allowed"],
  ["src/cli/c.ts", "undici", "refused"],
  ["src/cli/e.ts", "fast-xml-parser", "refused"],
  ["src/cli/task-file.ts", "fast-xml-parser", "allowed"],
  ["src/windows/a.ts", "koffi", "refused"],
  ["src/windows/b.ts", "../quickbooks/request-processor.js", "refused"],
  ["src/windows/c.ts", "../errors.js", "allowed"],
  ["src/windows/native.ts", "koffi", "allowed"],
  ["src/quickbooks/com/b.ts", "koffi", "refused"],
  ["src/quickbooks/com/c.ts", "../../windows/native.js", "allowed"],
  ["src/quickbooks/com/host/a.ts", "../../../windows/native.js", "allowed"],
  ["src/quickbooks/c.ts", "../windows/native.js", "refused"],
  ["src/qbxml/b.ts", "../windows/native.js", "refused"],
  ["src/connector/i.ts", "../windows/native.js", "allowed"],
  ["src/client/d.ts", "../windows/native.js", "refused"],
  ["src/client/local-road.ts", "../quickbooks/com/index.js", "allowed"],
  ["src/cli/d.ts", "../connector/qb-connector.js", "allowed"],
];

interface Report {
  readonly diagnostics: readonly { readonly code?: string; readonly filename: string }[];
}

describe("the import rule", () => {
  let folder = "";
  let refused: ReadonlySet<string> = new Set();

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "qbconnector-imports-"));
    copyFileSync(".oxlintrc.json", join(folder, ".oxlintrc.json"));
    for (const [file, specifier] of CASES) {
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      writeFileSync(join(folder, file), `export * from ${JSON.stringify(specifier)};\n`);
    }
    refused = refusedFiles(folder);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [file, specifier, verdict] of CASES) {
    it(`${verdict}: ${specifier} in ${file}`, () => assert.equal(refused.has(file), verdict === "refused"));
  }

  it("has a home for every package that the product needs", () => {
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as Record<
      string,
      object
    >;
    const housed = CASES.map(([, specifier]) => specifier).filter((specifier) => !specifier.startsWith("."));
    assert.deepEqual(
      [...new Set(housed)].sort(),
      Object.keys({ ...dependencies, ...optionalDependencies }).sort(),
    );
  });
});

function refusedFiles(folder: string): ReadonlySet<string> {
  const oxlint = resolve("node_modules/oxlint/bin/oxlint");
  const { stdout } = spawnSync(process.execPath, [oxlint, "--format=json", "src"], {
    cwd: folder,
    encoding: "utf8",
  });
  const { diagnostics } = JSON.parse(stdout) as Report;
  const found = diagnostics.filter(({ code }) => code === "eslint(no-restricted-imports)");
  return new Set(found.map(({ filename }) => filename));
}
