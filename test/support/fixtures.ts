import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Fixture {
  readonly name: string;
  readonly text: string;
}

const folder = fileURLToPath(new URL("../../test/fixtures/qbxml", import.meta.url));

/** Documents in the shape of those that programs and QuickBooks send, with invented content. */
export function fixtures(kind: "requests" | "responses" | "in-the-wild"): Fixture[] {
  const names = readdirSync(join(folder, kind)).sort();
  return names.map((name) => ({ name, text: readFileSync(join(folder, kind, name), "utf8") }));
}
