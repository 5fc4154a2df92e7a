import { realpathSync } from "node:fs";
import { sep } from "node:path";

/**
 * Of the two names of a program the one that stays when it is updated: that by which it was called, when it is the same file.
 * Package managers keep each version in a folder of its own, behind a link.
 */
export function lastingPath(called: string | undefined, own: string): string {
  try {
    return called !== undefined && realpathSync(called) === realpathSync(own) ? called : own;
  } catch {
    return own;
  }
}

/** Why a program of this path will not be there for long; undefined when nothing speaks for that. */
export function whyItMayVanish(path: string, temporaryFolder: string): string | undefined {
  const inside = folded(path);
  const rule = RULES.find(({ pattern }) => pattern.test(inside));
  if (rule !== undefined) return rule.why;
  return inside.startsWith(`${folded(temporaryFolder)}/`) ? TEMPORARY : undefined;
}

const TEMPORARY = "it is in a temporary folder, which is emptied now and then";
const CACHE = "it is in a cache of the package manager, which is emptied now and then";
const RULES = Object.freeze([
  { pattern: /\/(_npx|dlx|dlx-[^/]+|bunx-[^/]+)\//, why: CACHE },
  { pattern: /\/fnm_multishells\//, why: "it belongs to one terminal of fnm, and goes with that" },
  {
    pattern: /\/(v?\d+\.\d+\.\d+|[^/]+@\d+\.\d+\.\d+[^/]*)\//,
    why: "it is in the folder of one version, which goes when that is updated",
  },
]);

function folded(path: string): string {
  return path.replaceAll(sep, "/").replaceAll("\\", "/").replace(/\/+$/, "").toLowerCase();
}
