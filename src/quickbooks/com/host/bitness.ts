import type { Bitness } from "../machine-facts.js";

const others: Readonly<Partial<Record<string, Bitness>>> = Object.freeze({ ia32: 32, arm64: "ARM64" });

/** Of this process. */
export const bitness: Bitness = others[process.arch] ?? 64;
