import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, it } from "node:test";

const PAGES: readonly string[] = [
  "README.md",
  ...readdirSync("docs", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name))
    .sort(),
];

/** Code is no place for links. */
function textOf(page: string): string {
  return readFileSync(page, "utf8").replaceAll(/^```[^]*?^```$/gm, "");
}

interface Link {
  readonly target: string;
  readonly file: string;
  readonly anchor: string | undefined;
}

function linksOf(page: string): Link[] {
  const targets = [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target as string);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = "", anchor] = target.split("#");
      return { target, file: path === "" ? page : normalize(join(dirname(page), path)), anchor };
    });
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function reachableFrom(page: string, clicks: number): Set<string> {
  const found = new Set([page]);
  let border = [page];
  for (let click = 0; click < clicks; click++) {
    border = border
      .flatMap((from) => linksOf(from).map(({ file }) => file))
      .filter((file) => PAGES.includes(file));
    for (const file of border) found.add(file);
  }
  return found;
}

describe("the links of the documentation", () => {
  for (const page of PAGES) {
    it(`of ${page} lead somewhere`, () => {
      for (const { target, file, anchor } of linksOf(page)) {
        assert.ok(existsSync(file), target);
        if (anchor !== undefined) assert.ok(anchorsOf(file).includes(anchor), target);
      }
    });
  }

  for (const start of ["README.md", "docs/index.md"]) {
    it(`reach every page in two clicks from ${start}`, () => {
      const reached = reachableFrom(start, 2);
      assert.deepEqual(
        PAGES.filter((page) => !reached.has(page)),
        [],
      );
    });
  }
});
