import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

const FOLDER = "build/code-blocks";

interface Block {
  /** Of the first line of code, from 1. */
  readonly line: number;
  readonly code: string;
}

function pages(): string[] {
  const docs = readdirSync("docs", { recursive: true, encoding: "utf8" }).map((name) => join("docs", name));
  return ["README.md", ...docs.filter((name) => name.endsWith(".md")).sort()];
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(page, "utf8");
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map((match) => ({
    line: text.slice(0, match.index).split("\n").length + 1,
    code: match[1] as string,
  }));
}

/** Empty lines in front give each line of code the number that it has in its page. */
function compile(folder: string, blocks: readonly (Block & { readonly page: string })[]): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { page, line, code } of blocks) {
    const file = `${page.replaceAll(/[\\/]/g, "__")}__${line}.ts`;
    writeFileSync(join(folder, file), "\n".repeat(line - 1) + code);
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(configuration()));
  const tsc = "node_modules/typescript/bin/tsc";
  const { stdout } = spawnSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], {
    encoding: "utf8",
  });
  return stdout.replaceAll(
    /^.*?code-blocks[^/\\]*[/\\](\S+?)__\d+\.ts\((\d+),\d+\)/gm,
    (_, page: string, line: string) => {
      return `${page.replaceAll("__", "/")}:${line}`;
    },
  );
}

function configuration(): object {
  return {
    extends: "../../tsconfig.json",
    compilerOptions: {
      rootDir: ".",
      noEmit: true,
      moduleDetection: "force",
      noUnusedLocals: false,
      noUnusedParameters: false,
    },
    include: ["*.ts"],
  };
}

describe("the code in the documentation", () => {
  const blocks = pages().flatMap((page) => blocksOf(page).map((block) => ({ page, ...block })));

  it("compiles", () => assert.equal(compile(FOLDER, blocks), ""));

  it("is found in the README and in guides", () => {
    const found = new Set(blocks.map(({ page }) => page));
    assert.ok(found.has("README.md"));
    assert.ok([...found].some((page) => page.startsWith(join("docs", "guides"))));
  });

  it("is marked ts where it is TypeScript", () => {
    for (const page of pages())
      assert.doesNotMatch(readFileSync(page, "utf8"), /^```(typescript|js|javascript)$/m, page);
  });

  it("is found wrong by page and line", () => {
    const code = 'import { QBClient } from "qbconnector";\nnew QBClient(5);\n';
    const report = compile(`${FOLDER}-wrong`, [{ page: "docs/wrong.md", line: 7, code }]);
    assert.match(report, /^docs\/wrong\.md:8: error TS2345/);
  });
});
