import { isLoopback } from "../../wire/loopback.js";
import { ONLINE_PROPERTIES, ONLINE_PROPERTY_NAMES, type OnlinePropertyName } from "./properties.js";

/** Said of choices that the documentation of other products has, and we have not. */
const NOTES: Partial<Record<OnlinePropertyName, string>> = {
  AuthScheme: "; Intuit offers nothing else",
  ProxyAuthScheme: "; the others would need what Node.js does not have",
  FirewallType: "; SOCKS4 can neither look up names nor log in",
};

/** Why a property does not allow this value; undefined when it does. Never holds a piece of the value. */
export function valueComplaint(name: OnlinePropertyName, value: string): string | undefined {
  const { type, choices, largest = 0 } = ONLINE_PROPERTIES[name];
  const pem = name === "SSLServerCert" ? /[^\P{Cc}\r\n]/u : /\p{Cc}/u;
  if (pem.test(value)) return "must not contain control characters";
  if (/\p{Cs}/u.test(value)) return "must be valid Unicode, but contains half of a surrogate pair";
  if (choices.length > 0) return choiceComplaint(name, choices, value);
  if (type === "number")
    return /^\d{1,16}$/.test(value) && Number(value) > 0 && Number(value) <= largest
      ? undefined
      : `must be a whole number from 1 to ${largest}`;
  if (value === "") return undefined;
  if (type === "digits") return /^\d{1,30}$/.test(value) ? undefined : "must consist of digits";
  if (type === "url" || type === "loopback") return urlComplaint(name, value);
  if (/^(ProxyServer|FirewallServer)$/.test(name) && value.includes("@"))
    return "must not hold a user or password; there are properties of their own for them";
  return undefined;
}

function choiceComplaint(
  name: OnlinePropertyName,
  choices: readonly string[],
  value: string,
): string | undefined {
  if (choices.some((known) => known.toLowerCase() === value.toLowerCase())) return undefined;
  const all = choices.length === 1 ? choices[0] : `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
  return `must be ${all}${NOTES[name] ?? ""}`;
}

function urlComplaint(name: OnlinePropertyName, value: string): string | undefined {
  const url = /^https?:\/\/[^\s\\]+$/i.test(value) && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined) return "must be an http: or https: URL";
  if (url.username !== "" || url.password !== "") return "must not hold a user or password";
  if (value.includes("#")) return "must not have a fragment";
  // Intuit has rules of its own for this one, which differ for sandbox and production.
  if (name === "CallbackURL") return undefined;
  if (url.search !== "") return "must not have a query";
  const near = isLoopback(url.hostname.replace(/^\[|\]$/g, ""));
  if (name === "CallbackListener")
    return near && url.protocol === "http:" ? undefined : "must be an http: URL on this machine";
  return near || url.protocol === "https:"
    ? undefined
    : "must be an https: URL, unless it is on this machine";
}

/** The value as it comes back: choices in the spelling of the table. */
export function canonicalOnlineValue(name: OnlinePropertyName, value: string): string {
  const { choices } = ONLINE_PROPERTIES[name];
  return choices.find((known) => known.toLowerCase() === value.toLowerCase()) ?? value;
}

const SWALLOWED = new RegExp(`\\b(${ONLINE_PROPERTY_NAMES.join("|")})\\s*=`, "i");

/** The property that a value seems to have swallowed, for want of a semicolon. */
export function swallowedProperty(value: string): string | undefined {
  return SWALLOWED.exec(value)?.[1];
}
