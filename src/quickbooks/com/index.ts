export { ComRequestProcessor } from "./com-request-processor.js";
export type { ComRequestProcessorOptions } from "./com-options.js";
export type { MachineFacts, OpenDialog, QuickBooksProcess, RegisteredServer } from "./machine-facts.js";
