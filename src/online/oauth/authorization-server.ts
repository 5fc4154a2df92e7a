import * as oauth from "oauth4webapi";
import { QBError } from "../../errors.js";
import type { Logger } from "../../logger.js";
import { isLoopback } from "../../wire/loopback.js";
import type { HttpClient } from "../http/http-client.js";
import { httpFetch } from "../http/http-fetch.js";
import { hostOf } from "./callback-url.js";

export type AuthorizationServer = oauth.AuthorizationServer;

export interface AuthorizationEndpoints {
  readonly sandbox: boolean;
  /** The discovery document of another authorization server than Intuit's. */
  readonly discoveryURL?: URL | undefined;
}

export interface DiscoveryOptions {
  readonly http: HttpClient;
  readonly endpoints: AuthorizationEndpoints;
  readonly logger: Logger;
  readonly now: () => number;
}

const DOCUMENTS = "https://developer.api.intuit.com/.well-known/";

/** What Intuit publishes, for when its discovery document cannot be had. */
const PUBLISHED: AuthorizationServer = Object.freeze({
  issuer: "https://oauth.platform.intuit.com/op/v1",
  authorization_endpoint: "https://appcenter.intuit.com/connect/oauth2",
  token_endpoint: "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
  revocation_endpoint: "https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
});

const DISCOVERY_MS = 5000;
const KEPT_MS = 3_600_000;
const FALLBACK_KEPT_MS = 300_000;

interface Known {
  readonly server: Promise<AuthorizationServer>;
  until: number;
}

/** Intuit's, for the whole process: its endpoints are checked, so nobody can be led elsewhere through this. */
const intuit = new Map<string, Known>();
/** Others only for those who trust the same: a client that trusts less must not choose for the rest. */
const others = new WeakMap<HttpClient, Map<string, Known>>();

/** The endpoints to use: those of the discovery document, remembered for an hour; else the published ones. */
export function authorizationServer(options: DiscoveryOptions): Promise<AuthorizationServer> {
  const url = documentURL(options.endpoints);
  const known = isIntuits(url) ? intuit : othersOf(options.http);
  const found = known.get(url.href);
  if (found !== undefined && found.until > options.now()) return found.server;
  const entry: Known = { server: discovered(), until: options.now() + KEPT_MS };
  known.set(url.href, entry);
  return entry.server;

  async function discovered(): Promise<AuthorizationServer> {
    try {
      return await discover(url, options.http);
    } catch (error) {
      if (!isIntuits(url)) {
        known.delete(url.href);
        throw error;
      }
      entry.until = options.now() + FALLBACK_KEPT_MS;
      const { message } = error as Error;
      options.logger.warn({ url: url.href }, `${message}; Intuit's published endpoints are used instead`);
      return PUBLISHED;
    }
  }
}

/** http is for what stays on this machine. */
export function isProtected(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(hostOf(url)));
}

function othersOf(http: HttpClient): Map<string, Known> {
  const known = others.get(http) ?? new Map<string, Known>();
  others.set(http, known);
  return known;
}

function documentURL({ sandbox, discoveryURL }: AuthorizationEndpoints): URL {
  return (
    discoveryURL ?? new URL(sandbox ? "openid_sandbox_configuration" : "openid_configuration", DOCUMENTS)
  );
}

function isIntuits(url: URL): boolean {
  return url.href.startsWith(DOCUMENTS);
}

async function discover(url: URL, http: HttpClient): Promise<AuthorizationServer> {
  if (!isProtected(url)) throw unusable(url, "it would be fetched without https");
  const response = await httpFetch(http, DISCOVERY_MS)(url.href, { headers: { accept: "application/json" } });
  const server = await readDocument(url, response);
  for (const name of ["authorization_endpoint", "token_endpoint", "revocation_endpoint"] as const) {
    const endpoint = server[name];
    if (endpoint === undefined && name === "revocation_endpoint") continue;
    if (!isUsable(endpoint, isIntuits(url))) throw unusable(url, `its ${name} cannot be used`);
  }
  return server;
}

async function readDocument(url: URL, response: Response): Promise<AuthorizationServer> {
  try {
    const expected = isIntuits(url) ? new URL(PUBLISHED.issuer) : await ownIssuer(url, response.clone());
    return await oauth.processDiscoveryResponse(expected, response);
  } catch {
    // What oauth4webapi throws quotes the whole document.
    const type = response.headers.get("content-type")?.slice(0, 60) ?? "no type";
    throw unusable(
      url,
      `the answer (status ${response.status}, ${type}) is not one, or names another issuer`,
    );
  }
}

/** Another server has to speak for itself: its issuer is of the origin from which the document came. */
async function ownIssuer(url: URL, response: Response): Promise<URL> {
  const { issuer } = (await response.json()) as { issuer: string };
  const own = new URL(issuer);
  return own.origin === url.origin ? own : url;
}

function isUsable(endpoint: unknown, ofIntuit: boolean): boolean {
  if (typeof endpoint !== "string" || !URL.canParse(endpoint)) return false;
  const url = new URL(endpoint);
  if (!isProtected(url) || url.username !== "" || url.password !== "" || url.hash !== "") return false;
  return !ofIntuit || (url.protocol === "https:" && url.hostname.endsWith(".intuit.com"));
}

function unusable(url: URL, reason: string): QBError {
  const document = url.origin + url.pathname;
  return new QBError(
    "QB_AUTHORIZATION_SERVER",
    `the discovery document ${document} cannot be used: ${reason}`,
    { details: { url: document } },
  );
}
