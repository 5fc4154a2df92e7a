import * as tls from "node:tls";
import { isLoopback } from "../../wire/loopback.js";
import { Agent, EnvHttpProxyAgent, ProxyAgent, Socks5ProxyAgent, type Dispatcher } from "undici";

export interface ProxySettings {
  /** Host and port of the proxy, with `http:`, `https:` or `socks5:`. */
  readonly url: URL;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

export interface HttpSettings {
  /** `environment`: what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say. Default: no proxy. */
  readonly proxy?: ProxySettings | "environment" | undefined;
  /** Certificates in PEM that are trusted beside those that Node.js trusts. */
  readonly certificates?: readonly string[] | undefined;
}

/** What connects, by way of the proxy and with the trust that the settings say. */
export function makeDispatcher({ proxy, certificates }: HttpSettings): Dispatcher {
  const trust = certificates === undefined ? {} : { secureContext: trusting(certificates) };
  if (proxy === undefined) return new Agent({ connect: trust });
  if (proxy === "environment")
    return new EnvHttpProxyAgent({ connect: trust, requestTls: trust, proxyTls: trust });
  const { url, user, password } = proxy;
  if (url.protocol === "socks5:") {
    const login = user === undefined ? {} : { username: user, password: password ?? "" };
    return new Socks5ProxyAgent(url, { ...login, requestTls: trust } as object);
  }
  const login = user === undefined ? {} : { token: basic(user, password) };
  return new ProxyAgent({ uri: url.href, ...login, requestTls: trust, proxyTls: trust });
}

/** What connects for `http:`, which is for what stays on this machine, and so goes to no proxy elsewhere. */
export function makeLocalDispatcher({ proxy }: HttpSettings, other: Dispatcher): Dispatcher {
  const { http_proxy, HTTP_PROXY } = process.env;
  const text = proxy === "environment" ? (http_proxy ?? HTTP_PROXY ?? "") : (proxy?.url.href ?? "");
  const host = URL.canParse(text) ? new URL(text).hostname.replace(/^\[|\]$/g, "") : "localhost";
  return isLoopback(host) ? other : new Agent();
}

function basic(user: string, password = ""): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

function trusting(certificates: readonly string[]): tls.SecureContext {
  // Node.js 20 does not tell what NODE_EXTRA_CA_CERTS adds.
  const { getCACertificates } = tls as { getCACertificates?: (type: "default") => string[] };
  const known = getCACertificates?.("default") ?? tls.rootCertificates;
  return tls.createSecureContext({ ca: [...known, ...certificates] });
}
