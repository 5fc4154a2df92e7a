export {
  formatOnlineConnectionString,
  parseOnlineConnectionString,
  redactOnlineConnectionString,
  type OnlineConnectionString,
} from "./connection/online-connection-string.js";
export {
  ONLINE_PROPERTIES,
  type OnlineProperty,
  type OnlinePropertyName,
  type OnlinePropertyType,
} from "./connection/properties.js";
export type { TokenStore } from "./vault/token-store.js";
