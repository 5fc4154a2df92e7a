import { fail, pass, skip, type Check } from "../../../diagnosis.js";
import type { QBError } from "../../../errors.js";
import { nameOfBitness, type Bitness, type RegisteredServer } from "../machine-facts.js";
import { chooseServer } from "../server-choice.js";
import type { QuickBooksFacts } from "./quickbooks-facts.js";

const REPAIR = "Repair QuickBooks: Control Panel, Programs and Features, QuickBooks, Change, Repair.";
const NOT_LOOKED = "the registry could not be read; see koffi";

export function checkRegistration({ machine }: QuickBooksFacts): Check {
  if (machine === undefined) return skip("registration", NOT_LOOKED);
  const { servers } = machine;
  const usable = servers.filter(({ exists }) => exists);
  if (usable.length > 0) return pass("registration", `registered: ${listed(usable)}`);
  if (servers.length > 0)
    return fail("registration", `registered, but the files are missing: ${listed(servers)}`, REPAIR);
  return fail(
    "registration",
    "no QuickBooks request processor is registered: QBXMLRP2, QBXMLRP2e and QBXMLRP were looked for in the 64-bit and the 32-bit registry",
    `Install QuickBooks Desktop on this machine and start it once. If it is installed: ${REPAIR}`,
  );
}

/** Whether a program of our bitness can use what is registered. */
export function checkBitness({ machine, bitness, node32 }: QuickBooksFacts): Check {
  if (machine === undefined) return skip("bitness", NOT_LOOKED);
  const usable = machine.servers.filter(({ exists }) => exists);
  if (usable.length === 0) return skip("bitness", "there is nothing that it could fit; see registration");
  try {
    const { server, needsNode32 } = chooseServer(usable, bitness, node32);
    if (needsNode32)
      return pass("bitness", `${server.progId} is 32-bit, and run by the 32-bit Node.js ${node32 ?? ""}`);
    if (server.kind === "local-server")
      return pass(
        "bitness",
        `${nameOfBitness(bitness)} Node.js reaches ${server.progId}, which is a program of its own`,
      );
    return pass("bitness", `Node.js and ${server.progId} are ${nameOfBitness(bitness)}`);
  } catch (error) {
    return unfit(usable, bitness, error);
  }
}

function unfit(usable: readonly RegisteredServer[], bitness: Bitness, error: unknown): Check {
  const { advice } = error as QBError;
  const views = [...new Set(usable.map(({ view }) => view))].join(" and ");
  return fail(
    "bitness",
    `Node.js is ${nameOfBitness(bitness)}, but the request processor is ${views} only`,
    advice,
  );
}

/** Each file once, with where it is registered. */
function listed(servers: readonly RegisteredServer[]): string {
  const places = new Map<string, Set<string>>();
  for (const { path, progId, view } of servers)
    places.set(path, (places.get(path) ?? new Set()).add(`${progId} ${view}`));
  return [...places].map(([path, names]) => `${path} (${[...names].join(", ")})`).join("; ");
}
