export type { MachineFacts, OpenDialog, QuickBooksProcess, RegisteredServer } from "./machine-facts.js";
