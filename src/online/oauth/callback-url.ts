import { QBError } from "../../errors.js";
import { isLoopback } from "../../wire/loopback.js";
import { isIP } from "node:net";

const WAYS =
  "Register an https address with a host name that forwards to this machine, and give the place where to listen as " +
  "CallbackListener (for example http://localhost:8080/callback); or log in with `qbconnector online login --paste` " +
  "(readRedirectedURL in a program), which needs no listener: the URL at which the browser ends is pasted.";

/** Refuses what Intuit would refuse after the browser has opened; gives the URL that was read from the text. */
export function checkCallbackURL(callbackURL: string, sandbox: boolean): URL {
  const url = parsed(callbackURL);
  const secure = url.protocol === "https:";
  if (!secure && url.protocol !== "http:") refuse(`it begins with ${url.protocol}, not with https:`);
  if (url.username !== "" || url.password !== "") refuse("it holds a user name or a password");
  // Also an empty one, which URL keeps only in its text.
  if (callbackURL.includes("#")) refuse("it has a fragment (what follows #)");
  const host = hostOf(url);
  if (sandbox) {
    if (!secure && !isLocal(host)) refuse("without https only localhost is accepted", WAYS);
    return url;
  }
  if (!secure) refuse("the keys for production accept only https", WAYS);
  if (isLocal(host) || isIP(host) !== 0) {
    refuse("the keys for production accept neither localhost nor an IP address", WAYS);
  }
  return url;
}

/** The host of a URL, an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

function isLocal(host: string): boolean {
  return isLoopback(host) || /(^|\.)localhost\.?$/.test(host);
}

function parsed(text: string): URL {
  if (!URL.canParse(text)) refuse("it is not an absolute URL, such as https://example.com/callback");
  return new URL(text);
}

function refuse(reason: string, advice?: string): never {
  throw new QBError("QB_CALLBACK_URL", `Intuit does not accept this CallbackURL: ${reason}`, { advice });
}
