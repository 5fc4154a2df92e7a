import { QBError } from "../../errors.js";
import { NODE_32 } from "../../node-32.js";
import type { ServerChoice } from "./host-protocol.js";
import { nameOfBitness, type Bitness, type RegisteredServer, type RegistryView } from "./machine-facts.js";

/** The newest first. `QBXMLRP2e` is Intuit's sample of a request processor in a process of its own. */
const IN_PROCESS = [
  "QBXMLRP2.RequestProcessor",
  "QBXMLRP2.RequestProcessor.2",
  "QBXMLRP2.RequestProcessor.1",
  "QBXMLRP.RequestProcessor",
];
const OUT_OF_PROCESS = ["QBXMLRP2e.RequestProcessor"];

/** The half of the registry whose libraries a program can load. */
const VIEWS: ReadonlyMap<Bitness, RegistryView> = new Map([
  [64, "64-bit"],
  [32, "32-bit"],
]);

export interface ChosenServer {
  readonly server: ServerChoice;
  /** Whether only a host of the 32-bit Node can create it. */
  readonly needsNode32: boolean;
}

/**
 * Which registered request processor a host can create: in this program's bitness, in a process of its own, or in a host of a
 * 32-bit Node. Throws `QB_INSTALLATION` that says what was looked for, and what to do.
 */
export function chooseServer(
  servers: readonly RegisteredServer[],
  bitness: Bitness,
  node32: string | undefined,
): ChosenServer {
  const usable = servers.filter(({ exists }) => exists);
  const here =
    preferred(
      usable,
      IN_PROCESS,
      (server) => server.kind === "in-process" && server.view === VIEWS.get(bitness),
    ) ?? preferred(usable, OUT_OF_PROCESS, (server) => server.kind === "local-server");
  if (here !== undefined) return { server: choiceOf(here), needsNode32: false };
  const there = preferred(
    usable,
    IN_PROCESS,
    ({ kind, view: of }) => kind === "in-process" && of === "32-bit",
  );
  if (there !== undefined && node32 !== undefined) return { server: choiceOf(there), needsNode32: true };
  throw nothingUsable(servers, bitness, there);
}

function preferred(
  servers: readonly RegisteredServer[],
  progIds: readonly string[],
  isWanted: (server: RegisteredServer) => boolean,
): RegisteredServer | undefined {
  for (const progId of progIds) {
    const found = servers.find(
      (server) => server.progId.toLowerCase() === progId.toLowerCase() && isWanted(server),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function choiceOf({ progId, clsid, kind }: RegisteredServer): ServerChoice {
  return { progId, clsid, kind };
}

function nothingUsable(
  servers: readonly RegisteredServer[],
  bitness: Bitness,
  other: RegisteredServer | undefined,
): QBError {
  const lookedFor = [...IN_PROCESS, ...OUT_OF_PROCESS];
  const message = `no request processor of QuickBooks that this ${nameOfBitness(bitness)} program can use is registered; looked in the 64-bit and the 32-bit registry for ${lookedFor.join(", ")}`;
  const found = servers.map(describe);
  return new QBError("QB_INSTALLATION", `${message}; found ${found.join("; ") || "nothing"}`, {
    advice: adviceFor(servers, bitness, other),
    details: { bitness, lookedFor, found },
  });
}

/** Node as `node32` that is none. */
export function notA32BitNode(bitness: Bitness, cause: QBError): QBError {
  return new QBError(
    "QB_INSTALLATION",
    `node32 is the path of a Node that is ${nameOfBitness(bitness)}, not 32-bit`,
    {
      advice: NODE_32,
      details: { ...cause.details, bitness },
      cause,
    },
  );
}

function describe({ progId, view, kind, path, exists }: RegisteredServer): string {
  return `${progId} (${view}, ${kind}, ${path}${exists ? "" : ", a file that does not exist"})`;
}

function adviceFor(
  servers: readonly RegisteredServer[],
  bitness: Bitness,
  other: RegisteredServer | undefined,
): string {
  const has64 = servers.some(({ exists, view }) => exists && view === "64-bit");
  if (has64 && bitness !== 64)
    return "A 64-bit request processor is installed. Run this program with a 64-bit Node (x64, also on Windows for ARM).";
  if (other !== undefined)
    return `Only a 32-bit request processor is installed, which needs a 32-bit Node. ${NODE_32}`;
  if (servers.length > 0)
    return "QuickBooks is registered, but its files are gone. Repair QuickBooks, or install it again.";
  return "Install QuickBooks Desktop on this machine and start it once; when it is installed, repair it.";
}
