import type { ComRequestProcessorOptions } from "qbconnector/com";

const path = process.env["QB_NODE32"];

/** Set where the tests run with a 32-bit request processor alone: `scripts/test-windows.mjs --32`. */
export const node32: ComRequestProcessorOptions = path === undefined ? {} : { node32: path };
