import { after } from "node:test";
import { scriptedRoad } from "../support/scripted-road.js";
import { describeRequestProcessor } from "./request-processor-contract.js";

const endings: (() => unknown)[] = [];
const context = { after: (ending: () => unknown) => void endings.push(ending) };

for (const host of ["process", "thread"] as const) {
  const { road } = scriptedRoad(context, [{ simulator: true }], { host });
  // One road for all, so that sessions are parked and taken again.
  describeRequestProcessor(`the COM road, with the simulator in a ${host}`, () => road);
}

after(async () => {
  for (const ending of endings) await ending();
});
