import { after } from "node:test";
import { scriptedRoad, type ScriptedRoad } from "../support/scripted-road.js";
import { describeRequestProcessor } from "./request-processor-contract.js";

const endings: (() => unknown)[] = [];
const context = { after: (ending: () => unknown) => void endings.push(ending) };

for (const host of ["process", "thread"] as const) {
  describeRequestProcessor(`the COM road, with the simulator in a ${host}`, () => {
    const started: ScriptedRoad = scriptedRoad(context as never, [{ simulator: true }], {
      host,
      idleReleaseMs: 0,
    });
    return started.road;
  });
}

after(async () => {
  for (const ending of endings) await ending();
});
