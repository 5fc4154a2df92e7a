import { createRequire } from "node:module";
import type Forge from "node-forge";
import type * as JavaKeyStores from "jks-js";

const require = createRequire(import.meta.url);

/** node-forge, loaded on first use: only who makes or opens a store waits for it. */
export function forge(): typeof Forge {
  return require("node-forge") as typeof Forge;
}

/** jks-js, loaded on first use. */
export function javaKeyStores(): typeof JavaKeyStores {
  return require("jks-js") as typeof JavaKeyStores;
}
