import { after, before, describe } from "node:test";
import { ComRequestProcessor } from "qbconnector/com";
import { Simulator } from "qbconnector/simulator";
import { describeRequestProcessor } from "../contract/request-processor-contract.js";
import { node32 } from "./support/node-32.js";
import { startScriptedQuickBooks } from "./support/scripted-quickbooks.js";
import { answeredBy } from "./support/simulator-behind-stub.js";

describe("the simulator behind QuickBooks' request processor", () => {
  const processors = new Set<ComRequestProcessor>();
  const script = startScriptedQuickBooks({ after }, answeredBy(new Simulator()));

  before(() => script);
  after(() => Promise.all([...processors].map((processor) => processor.release())));

  for (const host of ["process", "thread"] as const) {
    describeRequestProcessor(`COM, ${host}`, () => {
      const processor = new ComRequestProcessor({ ...node32, host });
      processors.add(processor);
      return processor;
    });
  }
});
