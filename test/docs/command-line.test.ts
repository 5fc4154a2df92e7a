import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { HRESULTS } from "../../dist/hresult.js";
import { NODE_32 } from "../../dist/node-32.js";
import { runWell } from "../support/command.js";

const PAGE = readFileSync("docs/reference/command-line.md", "utf8");

/** Who acts, in the words of the guide. */
const WHO: ReadonlyMap<string, string> = new Map([
  ["administrator of the machine", "operator"],
  ["whoever works at the machine", "operator"],
  ["whoever works in QuickBooks", "quickbooksUser"],
  ["administrator of QuickBooks", "quickbooksAdministrator"],
  ["who wrote it", "developer"],
]);

/** The commands of the first block, each with its options. */
function documented(): Map<string, string[]> {
  const block = /```text\n([^]*?)```/.exec(PAGE)?.[1] ?? "";
  const commands = block.trim().split("\n");
  return new Map(
    commands.map((line) => [
      /^qbconnector ((?:[a-z]+ ?)+)/.exec(line)?.[1]?.trim() ?? line,
      [...line.matchAll(/--[\w-]+/g)].map(([name]) => name).sort(),
    ]),
  );
}

/** The commands that a command has by its own help, and the options. */
async function helped(test: Parameters<typeof runWell>[0], command: readonly string[]) {
  const help = await runWell(test, [...command, "--help"]);
  const part = (title: string): string => new RegExp(`^${title}:\\n((?: .*\\n)+)`, "m").exec(help)?.[1] ?? "";
  return {
    commands: [...part("Commands").matchAll(/^ {2}([a-z]+)/gm)]
      .map(([, name = ""]) => name)
      .filter((name) => name !== "help"),
    options: [...part("Options").matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, name = ""]) => name),
  };
}

test("the commands and their options are those of the command itself", async (t) => {
  const found = new Map<string, string[]>();
  const visit = async (command: readonly string[]): Promise<void> => {
    const { commands, options } = await helped(t, command);
    for (const name of commands) await visit([...command, name]);
    const own = options.filter((name) => name !== "--help").sort();
    if (commands.length === 0) found.set(command.join(" "), own);
  };
  await visit([]);
  assert.deepEqual(Object.fromEntries(documented()), Object.fromEntries(found));
});

function rowsAfter(sentence: string): string[] {
  const start = PAGE.indexOf(sentence);
  assert.ok(start >= 0, sentence);
  const table = /\n\n\|[^\n]*\n\|[-| ]*\n((?:\|[^\n]*\n)+)/.exec(PAGE.slice(start))?.[1] ?? "";
  return [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name = ""]) => name).sort();
}

function keysOf(constant: string): string[] {
  const source = readFileSync("src/cli/configuration.ts", "utf8");
  const body = new RegExp(`const ${constant}\\b[^=]*= Object\\.freeze\\(\\{([^]*?)\\}\\)`).exec(source)?.[1];
  assert.ok(body, constant);
  return [...body.matchAll(/(\w+): "/g)].map(([, name = ""]) => name).sort();
}

test("the keys of the config file are those of the source", () => {
  const keys = [...keysOf("CONNECTOR_KEYS"), ...keysOf("KEYS")].sort();
  assert.deepEqual(rowsAfter("## Config file"), keys);
  assert.deepEqual(rowsAfter("`quickbooks` has the options of"), keysOf("QUICKBOOKS_KEYS"));
  assert.deepEqual(rowsAfter("Each user is an object:"), keysOf("USER_KEYS"));
});

test("who acts on a failure is in the guide as in the table of HRESULTs", () => {
  const guide = readFileSync("docs/guides/on-the-quickbooks-machine.md", "utf8");
  const rows = [...guide.matchAll(/^\| `(0x[\dA-F]{8})` .*\| ([^|:;]+)[:;] [^|]+\|$/gm)];
  assert.equal(new Set(rows.map(([, code]) => code)).size, 10);
  for (const [, code = "", who = ""] of rows)
    assert.equal(WHO.get(who), HRESULTS.get(Number(code))?.who, `${code}: ${who}`);
});

test("the command that puts a 32-bit Node in place is the one that errors name", () => {
  const [command = "none"] = /npm install .*?(?=;)/.exec(NODE_32) ?? [];
  for (const page of ["docs/guides/on-the-quickbooks-machine.md", "docs/reference/com.md"])
    assert.ok(readFileSync(page, "utf8").includes(`\n${command}\n`), page);
  const { optionalDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
    optionalDependencies: { koffi: string };
  };
  assert.ok(command.endsWith(` koffi@${optionalDependencies.koffi}`), command);
});
