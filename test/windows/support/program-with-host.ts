import { HostChild } from "./host-child.js";
import { newestServer, plainSettings } from "./host-settings.js";

// A program that has a session open; with an argument, it also has QuickBooks process one request.
const host = await HostChild.start({ after: () => {} });
await host.ask({ call: "open", server: newestServer, settings: plainSettings });
process.send?.("open");
if (process.argv[2] !== undefined) await host.document("requests", process.argv[2]);
