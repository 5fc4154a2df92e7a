export type { TokenStore } from "./vault/token-store.js";
