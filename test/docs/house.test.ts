import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, it } from "node:test";

const PAGE = readFileSync("docs/CONTRIBUTING.md", "utf8");

interface House {
  readonly folder: string;
  /** What else stands in its table: the folder itself. */
  readonly rooms: readonly string[];
  readonly imports: RegExp;
}

const HOUSES: readonly House[] = [
  { folder: "src/qbxml", rooms: ["src/qbxml"], imports: /(?:from |import\()"(\.[^"]+)"/g },
  {
    folder: "src/online",
    rooms: [],
    imports: /(?:^(?:import|export) (?!type )[^;]*?from |import\()"(\.[^"]+)"/gm,
  },
];

/** The folders in the order of their table. */
function tableOf(folder: string): string[] {
  const [table = ""] = PAGE.slice(PAGE.indexOf(`Within \`${folder}\``))
    .split("\n\n")
    .slice(1);
  return [...table.matchAll(/^\| `(src\/\S*)`/gm)].map(([, name]) => name as string);
}

for (const { folder, rooms, imports } of HOUSES) {
  const folders = tableOf(folder);
  const door = join(folder, "index.ts");

  const importsOf = (file: string): string[] =>
    [...readFileSync(file, "utf8").matchAll(imports)].map(([, path]) =>
      normalize(join(dirname(file), path as string)),
    );

  describe(`the folders of ${folder} in docs/CONTRIBUTING.md`, () => {
    it("are those that there are", () => {
      const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
      const names = entries.map(({ name }) => `${folder}/${name}`);
      assert.deepEqual([...folders].sort(), [...rooms, ...names].sort());
    });

    for (const [index, room] of folders.entries()) {
      it(`${room} knows only those above it`, () => {
        const files = readdirSync(room).filter((name) => name.endsWith(".ts"));
        assert.ok(files.length > 0);
        for (const file of files.map((name) => join(room, name)).filter((path) => path !== door)) {
          const inside = importsOf(file).filter((path) => path.startsWith(`${folder}/`));
          const below = inside.filter((path) => folders.indexOf(dirname(path)) > index);
          assert.deepEqual(below, [], file);
          assert.ok(!inside.includes(`${folder}/index.js`), file);
        }
      });
    }
  });
}
