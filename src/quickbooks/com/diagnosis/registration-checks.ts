import { fail, pass, skip, type Check } from "../../../diagnosis.js";
import type { RegisteredServer } from "../machine-facts.js";
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
    "Install QuickBooks Desktop on this machine. If it is installed, repair it: Control Panel, Programs and Features, QuickBooks, Change, Repair.",
  );
}

/** Whether a program of our bitness can use what is registered. */
export function checkBitness({ machine, bitness, node32 }: QuickBooksFacts): Check {
  if (machine === undefined) return skip("bitness", NOT_LOOKED);
  const usable = machine.servers.filter(({ exists }) => exists);
  if (usable.length === 0) return skip("bitness", "there is nothing that it could fit; see registration");
  const own = usable.find(({ kind, view }) => kind === "in-process" && view === `${bitness}-bit`);
  if (own !== undefined) return pass("bitness", `Node.js and the request processor are ${bitness}-bit`);
  const apart = usable.find(({ kind }) => kind === "local-server");
  if (apart !== undefined)
    return pass(
      "bitness",
      `${bitness}-bit Node.js reaches QuickBooks through a program of its own, ${apart.path}`,
    );
  const other = bitness === 64 ? 32 : 64;
  if (other === 32 && node32 !== undefined)
    return pass("bitness", `the request processor is 32-bit, and is run by the 32-bit Node.js ${node32}`);
  return fail(
    "bitness",
    `Node.js is ${bitness}-bit, but the request processor is ${other}-bit only`,
    FIXES[bitness],
  );
}

const FIXES = Object.freeze({
  64: "Give ComRequestProcessor the path of a 32-bit node.exe as node32, or register QBXMLRP2e of Intuit's SDK. QuickBooks 2022 and later are 64-bit.",
  32: "Install the 64-bit Node.js.",
});

/** Each file once, with where it is registered. */
function listed(servers: readonly RegisteredServer[]): string {
  const places = new Map<string, Set<string>>();
  for (const { path, progId, view } of servers)
    places.set(path, (places.get(path) ?? new Set()).add(`${progId} ${view}`));
  return [...places].map(([path, names]) => `${path} (${[...names].join(", ")})`).join("; ");
}
