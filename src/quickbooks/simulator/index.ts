export { Simulator, type SimulatorOptions } from "./simulator.js";
export type { Edition } from "./product.js";
