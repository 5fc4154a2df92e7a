import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { QBError } from "../../errors.js";
import type { HttpSettings, ProxySettings } from "../http/dispatcher.js";
import type { OnlineConnectionString } from "./online-connection-string.js";
import type { OnlinePropertyName } from "./properties.js";

/** Proxy and trust. What would not be used is refused. */
export function httpSettings(values: OnlineConnectionString): HttpSettings {
  const { SSLServerCert: certificate } = values;
  const certificates = certificate === undefined ? undefined : certificatesIn(certificate);
  return Object.freeze({ proxy: proxySettings(values), certificates });
}

function proxySettings(values: OnlineConnectionString): HttpSettings["proxy"] {
  const firewall = firewallSettings(values);
  const proxy = ownProxy(values);
  if (firewall !== undefined && proxy !== undefined)
    throw unfit("ProxyServer", "FirewallServer is given as well; only one of them can be used");
  if ((firewall ?? proxy) !== undefined && values.ProxyAutoDetect === "true")
    throw unfit("ProxyAutoDetect", "a proxy is named as well; say which one holds");
  return firewall ?? proxy ?? (values.ProxyAutoDetect === "false" ? undefined : "environment");
}

function firewallSettings(values: OnlineConnectionString): ProxySettings | undefined {
  const { FirewallType: type = "NONE", FirewallServer: server, FirewallPort: port } = values;
  const { FirewallUser: user, FirewallPassword: password } = values;
  if (type === "NONE") {
    for (const name of ["FirewallServer", "FirewallPort", "FirewallUser", "FirewallPassword"] as const)
      if (values[name] !== undefined) throw unfit(name, "FirewallType is needed beside it");
    return undefined;
  }
  if (server === undefined) throw unfit("FirewallType", "FirewallServer is needed beside it");
  if (password !== undefined && user === undefined)
    throw unfit("FirewallPassword", "FirewallUser is needed beside it");
  const [scheme, usual] = type === "SOCKS5" ? ["socks5", "1080"] : ["http", "80"];
  return { url: serverURL("FirewallServer", `${scheme}://${server}`, port ?? usual), user, password };
}

function ownProxy(values: OnlineConnectionString): ProxySettings | undefined {
  const { ProxyServer: server, ProxyUser: user, ProxyPassword: password, ProxyAuthScheme: scheme } = values;
  if (server === undefined) {
    for (const name of ["ProxyPort", "ProxyUser", "ProxyPassword", "ProxyAuthScheme"] as const)
      if (values[name] !== undefined) throw unfit(name, "ProxyServer is needed beside it");
    return undefined;
  }
  if (scheme === "NONE" && (user ?? password) !== undefined)
    throw unfit("ProxyAuthScheme", "NONE does not go with ProxyUser and ProxyPassword");
  if (password !== undefined && user === undefined)
    throw unfit("ProxyPassword", "ProxyUser is needed beside it");
  const text = /^https?:\/\//i.test(server) ? server : `http://${server}`;
  return { url: serverURL("ProxyServer", text, values.ProxyPort), user, password };
}

function serverURL(name: OnlinePropertyName, text: string, port: string | undefined): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === "" || !/^\/?$/.test(url.pathname) || url.search !== "")
    throw unfit(name, "must be the name or address of a host");
  if (port !== undefined && url.port === "") url.port = port;
  return url;
}

/** PEM, or a file with PEM or DER. */
function certificatesIn(text: string): readonly string[] {
  const isPem = text.includes("-----BEGIN");
  const bytes = isPem ? Buffer.from(text) : readCertificateFile(text);
  const blocks = bytes
    .toString("latin1")
    .match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [bytes];
  try {
    return blocks.map((block) => new X509Certificate(block).toString());
  } catch {
    throw unfit("SSLServerCert", `the ${isPem ? "value" : "file"} holds no certificate, neither PEM nor DER`);
  }
}

function readCertificateFile(file: string): Buffer {
  if (file === "*") throw unfit("SSLServerCert", "trusting every certificate would give the tokens away");
  try {
    return readFileSync(file);
  } catch (error) {
    const { code = "no code" } = error as NodeJS.ErrnoException;
    throw unfit("SSLServerCert", `the file cannot be read (${code})`);
  }
}

export function unfit(name: OnlinePropertyName, why: string): QBError {
  return new QBError("QB_CONNECTION_STRING", `Connection string: ${name}: ${why}`, { details: { name } });
}
