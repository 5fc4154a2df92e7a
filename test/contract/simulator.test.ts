import { Simulator } from "qbconnector/simulator";
import { describeRequestProcessor } from "./request-processor-contract.js";

describeRequestProcessor("Simulator", () => new Simulator());
