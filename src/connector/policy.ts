import {
  CONNECTION_STRING_NAMES,
  parseConnectionString,
  type ConnectionString,
} from "../connection-string.js";
import { QBError } from "../errors.js";

/** The settings that a client may be allowed to choose. */
export type ClientSetting =
  "ApplicationName" | "ApplicationID" | "CompanyFile" | "ConnectionMode" | "AuthFlags" | "ReadOnly";

export const CLIENT_SETTINGS: readonly ClientSetting[] = Object.freeze(
  CONNECTION_STRING_NAMES.filter((row) => row.use === "settings").map((row) => row.name as ClientSetting),
);

/** Reads the settings header: a connection string, percent-encoded. Throws `QB_HEADER_INVALID`. */
export function readSettingsHeader(value: string): ConnectionString {
  try {
    return parseConnectionString(decodeURIComponent(value));
  } catch (cause) {
    const why = cause instanceof QBError ? cause.message : "it is not percent-encoded UTF-8";
    throw new QBError("QB_HEADER_INVALID", `the settings header cannot be read: ${why}`, { cause });
  }
}

/**
 * Merges, name by name, what the server says with what the client asks for. What the server says holds; beyond it the client
 * may choose what `allowed` names; anything else that it asks for is refused, never ignored.
 *
 * Throws `QB_SETTING_REFUSED`, `QB_COMPANY_FILE_PATH`.
 */
export function mergeSettings(
  server: ConnectionString,
  client: ConnectionString,
  allowed: ReadonlySet<string>,
): ConnectionString {
  const merged: Record<string, string> = { ...server } as Record<string, string>;
  for (const [name, value] of Object.entries(client) as [keyof ConnectionString, string][]) {
    if (merged[name] === value) continue;
    if (server[name] !== undefined) throw refused(name, "the connector has set it already");
    if (!allowed.has(name)) throw refused(name, "clients may not choose it");
    if (name === "CompanyFile") checkCompanyFile(value);
    merged[name] = value;
  }
  return merged;
}

function refused(name: string, why: string): QBError {
  return new QBError("QB_SETTING_REFUSED", `the setting ${name} of the request is refused: ${why}`, {
    details: { name },
  });
}

const DEVICE =
  /(?:^|[\\/:])(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\s*[.:][^\\/]*)?\s*(?:[\\/]|$)/i;

/** Paths that make Windows open a share on another machine, a device or a hidden stream. */
function checkCompanyFile(path: string): void {
  const reason = unsafePath(path);
  if (reason === undefined) return;
  throw new QBError("QB_COMPANY_FILE_PATH", `a client may not name ${reason} as company file`, {
    details: { reason },
  });
}

/** Characters that programs with a code page may take for a backslash. */
const LOOK_LIKE_SLASHES = /[\u2044\u2215\u2216\u29f5\u00a5\u20a9]/g;

function unsafePath(value: string): string | undefined {
  const path = value.replace(LOOK_LIKE_SLASHES, "\\").normalize("NFKC").replace(LOOK_LIKE_SLASHES, "\\");
  if (/^\s*[\\/]{2}/.test(path) || /^\s*[\\/]\?\?[\\/]/.test(path)) return "a network or device path";
  if (/^\s*[a-z][a-z0-9+.-]+:[\\/]{2}/i.test(path)) return "a URL";
  if (DEVICE.test(path)) return "a device";
  if (/["*?<>|]/.test(path)) return "a path with characters that no file has";
  if (/:/.test(path.replace(/^[a-z]:/i, ""))) return "a stream of a file";
  return undefined;
}
