import { fail, pass, type Check } from "./diagnosis.js";

export interface NodeFacts {
  /** As `process.versions.node`. */
  readonly version: string;
  readonly platform: string;
  readonly architecture: string;
}

/** What `engines` of package.json says. */
export const LEAST_NODE = "20.19";

/** Of the Node.js that this program runs on. */
export function nodeFacts(): NodeFacts {
  return { version: process.versions.node, platform: process.platform, architecture: process.arch };
}

export function checkNode({ version, platform, architecture }: NodeFacts): Check {
  const found = `Node.js ${version}, ${platform} ${architecture}`;
  if (isAtLeast(version, LEAST_NODE)) return pass("node", found);
  return fail("node", `${found}: too old`, `Install Node.js ${LEAST_NODE} or later, best the newest LTS.`);
}

function isAtLeast(version: string, least: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split(".").map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
