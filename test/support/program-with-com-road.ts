// A program that opens a session of the COM road with a scripted host, parks or keeps it, says so, and comes to its end or hangs on.
import { fileURLToPath } from "node:url";
import { completeComOptions } from "../../dist/quickbooks/com/com-options.js";
import { ComRoad } from "../../dist/quickbooks/com/com-road.js";
import { ProcessLink } from "../../dist/quickbooks/com/process-link.js";
import { systemSurroundings } from "../../dist/quickbooks/com/surroundings.js";
import { ThreadLink } from "../../dist/quickbooks/com/thread-link.js";
import { SETTINGS } from "./quickbooks-requests.js";

const MODULE = fileURLToPath(new URL("./scripted-host.js", import.meta.url));
const [host, ...words] = process.argv.slice(2);

const road = new ComRoad(
  completeComOptions({ host: host as "process" | "thread", idleReleaseMs: 3_600_000 }),
  {
    ...systemSurroundings,
    startProcess: () => (events) => new ProcessLink(MODULE, process.execPath, events),
    startThread: () => (events) => new ThreadLink(MODULE, events),
  },
);
const session = await road.open(SETTINGS);
if (words.includes("park")) await session.close();
if (words.includes("stay")) setInterval(() => {}, 60_000);
console.log(session.companyFile);
