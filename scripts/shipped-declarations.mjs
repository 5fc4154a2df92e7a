// Which declarations users of the package can come to: those that its doors lead to. The others are not shipped.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

/** Writes `dist/.npmignore`, which npm reads when it packs. */
export function leaveOutInnerDeclarations() {
  const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
  const doors = Object.values(exports).flatMap(({ types }) =>
    types === undefined ? [] : [normalize(types)],
  );
  const reached = new Set();
  for (const door of doors) follow(door, reached);
  const all = readdirSync("dist", { recursive: true }).filter((name) => name.endsWith(".d.ts"));
  const inner = all.filter((name) => !reached.has(join("dist", name)));
  const lines = inner.map((name) => `/${relative("", name).replaceAll("\\", "/")}\n`).sort();
  writeFileSync("dist/.npmignore", lines.join(""));
}

function follow(file, reached) {
  if (reached.has(file)) return;
  reached.add(file);
  for (const [, path] of readFileSync(file, "utf8").matchAll(/(?:from |import\()"(\.[^"]+)"/g))
    follow(normalize(join(dirname(file), path.replace(/\.js$/, ".d.ts"))), reached);
}
