/** Message sets are posted here; all paths are relative to where the connector is mounted. */
export const MESSAGE_SET_PATH = "/";
export const HEALTH_PATH = "/health";
/** `GET` looks at what stands between the connector and QuickBooks: `{ "checks": [] }`, each a `Check`. */
export const DIAGNOSIS_PATH = "/diagnosis";
/** `POST` opens a persistent connection, `POST` to `/tickets/ID` uses it, `DELETE` closes it. */
export const TICKETS_PATH = "/tickets";

/** How QuickBooks is to be opened: a connection string, percent-encoded. */
export const SETTINGS_HEADER = "qb-settings";
/** Milliseconds that the call may take, waiting included. */
export const DEADLINE_HEADER = "qb-deadline-ms";
/** Number of characters that the connector transliterated or replaced; only there when it changed some. */
export const CHANGED_CHARACTERS_HEADER = "qb-changed-characters";

export const QBXML_TYPE = "text/xml; charset=utf-8";
export const PROBLEM_TYPE = "application/problem+json";
export const REALM = 'Basic realm="qbconnector", charset="UTF-8"';
