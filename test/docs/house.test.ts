import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, it } from "node:test";

const LANGUAGE = "src/qbxml";
const PAGE = readFileSync("docs/CONTRIBUTING.md", "utf8");
const DOOR = join(LANGUAGE, "index.ts");

/** The folders of the language in the order of their table. */
const FOLDERS = [...PAGE.slice(PAGE.indexOf("Within `src/qbxml`")).matchAll(/^\| `(src\/qbxml\S*)`/gm)].map(
  ([, folder]) => folder as string,
);

function importsOf(file: string): string[] {
  const found = readFileSync(file, "utf8").matchAll(/(?:from |import\()"(\.[^"]+)"/g);
  return [...found].map(([, path]) => normalize(join(dirname(file), path as string)));
}

describe("the folders of the language in docs/CONTRIBUTING.md", () => {
  it("are those that there are", () => {
    const folders = readdirSync(LANGUAGE, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const names = folders.map(({ name }) => `${LANGUAGE}/${name}`);
    assert.deepEqual([...FOLDERS].sort(), [LANGUAGE, ...names].sort());
  });

  for (const [index, folder] of FOLDERS.entries()) {
    it(`${folder} knows only those above it`, () => {
      const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
      assert.ok(files.length > 0);
      for (const file of files.map((name) => join(folder, name)).filter((path) => path !== DOOR)) {
        const inside = importsOf(file).filter((path) => path.startsWith(`${LANGUAGE}/`));
        const below = inside.filter((path) => FOLDERS.indexOf(dirname(path)) > index);
        assert.deepEqual(below, [], file);
        assert.ok(!inside.includes(`${LANGUAGE}/index.js`), file);
      }
    });
  }
});
