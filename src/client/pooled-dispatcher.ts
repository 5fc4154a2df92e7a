import { Pool, ProxyAgent, type Dispatcher } from "undici";
import type { CertificateOptions } from "./client-certificate.js";
import { WatchedClient } from "./exchange-progress.js";
import { proxyConnections } from "./proxy-connections.js";
import type { ServerAuthentication } from "./server-authentication.js";

export interface PoolOptions {
  readonly connections: number;
  readonly proxy: string | undefined;
  readonly clientCertificate: CertificateOptions;
}

/** A resumed session shows no certificate, hence none is kept. */
const TLS = Object.freeze({
  rejectUnauthorized: false,
  minVersion: "TLSv1.2",
  maxCachedSessions: 0,
} as const);

/** The client's own connections; with https: `authentication` judges each of them, also behind a proxy. */
export function pooledDispatcher(
  origin: string,
  { connections, proxy, clientCertificate }: PoolOptions,
  authentication: ServerAuthentication,
): Dispatcher {
  const factory = (to: URL, options: object): Dispatcher => new WatchedClient(to, options, authentication);
  // The deadline of each call is the only limit of time; undici's own would cut long calls after 300 s.
  const limits = { headersTimeout: 0, bodyTimeout: 0, connections };
  const tls = { ...TLS, ...clientCertificate };
  if (proxy === undefined) return new Pool(origin, { ...limits, connect: tls, factory });
  return new ProxyAgent({
    uri: proxy,
    ...limits,
    requestTls: tls,
    clientFactory: proxyConnections,
    factory: (to, options) => new Pool(to, { ...options, factory }),
  });
}
