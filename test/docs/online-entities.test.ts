import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ENTITY_FACTS } from "../../dist/online/data/entity-facts.js";

const FOLDER = "build/online-entities";
const PAGE = readFileSync("docs/reference/quickbooks-online-entities.md", "utf8");
const ROWS = [...PAGE.matchAll(/^\| `(\w+)` +\|(.*)\|(.*)\|(.*)\|(.*)\|$/gm)].map(
  ([, kind = "", ...cells]) => ({
    kind,
    cells: cells.map((cell) => cell.trim()),
  }),
);
const HEAD = 'import type { EntityInputMap } from "qbconnector/online";\n';

interface Alternative {
  /** As `Name` or `PayType: "Check"`. */
  readonly fields: readonly string[];
}

/** Groups that are all needed, each with its alternatives. */
function groupsOf(needs: string): Alternative[][] {
  return needs.split("; ").map((group) =>
    group.split(", or ").map((alternative) => ({
      fields: [...alternative.matchAll(/`([^`]+)`/g)].map(([, field = ""]) => field),
    })),
  );
}

function assignment(kind: string, alternatives: readonly Alternative[]): string {
  const members = alternatives.flatMap(({ fields }) =>
    fields.map((field) => {
      const [name = "", literal] = field.split(": ");
      return `${name}: ${literal ?? `NonNullable<EntityInputMap["${kind}"]["${name}"]>`}`;
    }),
  );
  return `((value: { ${members.join("; ")} }): EntityInputMap["${kind}"] => value)({} as never);\n`;
}

/** Each way to satisfy all groups compiles; without one of the groups none does. */
function checksOf(kind: string, needs: string): string {
  const groups = groupsOf(needs);
  const ways = groups.reduce<Alternative[][]>(
    (sets, group) => sets.flatMap((set) => group.map((alternative) => [...set, alternative])),
    [[]],
  );
  const first = ways[0] ?? [];
  const lacking = first.map((_, index) => first.filter((_part, at) => at !== index));
  return (
    ways.map((way) => assignment(kind, way)).join("") +
    lacking.map((way) => `// @ts-expect-error incomplete\n${assignment(kind, way)}`).join("")
  );
}

function compile(code: string): string {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/checks.ts`, HEAD + code);
  const compilerOptions = { rootDir: ".", noEmit: true };
  writeFileSync(
    `${FOLDER}/tsconfig.json`,
    JSON.stringify({ extends: "../../tsconfig.json", compilerOptions, include: ["*.ts"] }),
  );
  const tsc = "node_modules/typescript/bin/tsc";
  return spawnSync(process.execPath, [tsc, "-p", FOLDER, "--pretty", "false"], { encoding: "utf8" }).stdout;
}

describe("the kinds in docs/reference/quickbooks-online-entities.md", () => {
  it("are the typed ones, with what can be done with them", () => {
    const shown = ROWS.map(({ kind, cells: [, ...facts] }) => [kind, ...facts]);
    const removals = { delete: "`delete`", inactive: "`Active: false`", none: "" };
    const known = Object.entries(ENTITY_FACTS).map(([kind, { removal, voidable, pdf }]) => [
      kind,
      removals[removal],
      voidable === true ? "yes" : "",
      pdf === true ? "yes" : "",
    ]);
    assert.deepEqual(shown, known);
  });

  it("need for their creation what the types ask for, no less and no more", () => {
    const creatable = ROWS.filter(({ cells: [needs = ""] }) => needs.includes("`"));
    assert.equal(creatable.length, ROWS.filter(({ cells: [, removal] }) => removal !== "").length);
    const code = creatable.map(({ kind, cells: [needs = ""] }) => checksOf(kind, needs)).join("");
    assert.equal(compile(code), "");
  });

  it("are found wrong when a field is missing or not needed", () => {
    assert.match(compile(checksOf("Invoice", "`CustomerRef`")), /'Line' is missing/);
    assert.match(
      compile(checksOf("Invoice", "`CustomerRef`; `Line`; `DueDate`")),
      /Unused '@ts-expect-error'/,
    );
  });
});
