import { join } from "node:path";
import { userFolder } from "../../user-folder.js";
import type { HttpSettings } from "../http/dispatcher.js";
import type { Application } from "../vault/vault-record.js";
import { httpSettings, unfit } from "./http-settings.js";
import type { OnlineConnectionString } from "./online-connection-string.js";
import { ONLINE_PROPERTIES, type OnlinePropertyName } from "./properties.js";

/** Tokens of the connection string. */
export interface GivenTokens {
  readonly accessToken: string | undefined;
  readonly refreshToken: string | undefined;
  /** Milliseconds since 1970; both or none. */
  readonly issuedAt: number | undefined;
  readonly expiresAt: number | undefined;
}

/** What a connection string asks for. Holds secrets. */
export interface OnlineSettings {
  readonly initiate: "OFF" | "GETANDREFRESH" | "REFRESH";
  readonly application: Application | undefined;
  readonly callbackURL: string | undefined;
  readonly listener: URL | undefined;
  readonly scope: string;
  readonly tokens: GivenTokens | undefined;
  readonly verifier: string | undefined;
  /** A path, or `memory://ID`. */
  readonly location: string;
  /** Whether the connection string names the location. */
  readonly isLocated: boolean;
  readonly passphrase: string | undefined;
  readonly companyId: string | undefined;
  /** Undefined when the connection string does not say. */
  readonly sandbox: boolean | undefined;
  readonly countryCode: string | undefined;
  readonly minorVersion: string;
  readonly discoveryURL: URL | undefined;
  readonly serviceURL: URL | undefined;
  readonly http: HttpSettings;
  readonly logfile: string | undefined;
  readonly verbosity: number;
}

/** Throws `QB_CONNECTION_STRING` for properties that do not go together. */
export function onlineSettings(
  values: OnlineConnectionString,
  environment: NodeJS.ProcessEnv = process.env,
): OnlineSettings {
  const { OAuthSettingsLocation: location, UseSandbox: sandbox } = values;
  if (location !== undefined) checkLocation(location);
  const isLocated = location !== undefined;
  return Object.freeze({
    initiate: valueOf(values, "InitiateOAuth") as OnlineSettings["initiate"],
    application: application(values),
    callbackURL: values.CallbackURL,
    listener: urlOf(values.CallbackListener),
    scope: valueOf(values, "Scope"),
    tokens: givenTokens(values),
    verifier: values.OAuthVerifier,
    location: location ?? join(userFolder(environment), "OAuthSettings.txt"),
    isLocated,
    passphrase: values.OAuthSettingsPassphrase,
    companyId: values.CompanyId,
    sandbox: sandbox === undefined ? undefined : sandbox === "true",
    countryCode: values.CountryCode,
    minorVersion: valueOf(values, "MinorVersion"),
    discoveryURL: urlOf(values.DiscoveryURL),
    serviceURL: urlOf(values.ServiceURL),
    http: httpSettings(values),
    logfile: values.Logfile,
    verbosity: Number(valueOf(values, "Verbosity")),
  });
}

/** Of a property that has a default. */
function valueOf(values: OnlineConnectionString, name: OnlinePropertyName): string {
  return values[name] ?? ONLINE_PROPERTIES[name].default ?? "";
}

function urlOf(text: string | undefined): URL | undefined {
  return text === undefined ? undefined : new URL(text);
}

function application({ OAuthClientId, OAuthClientSecret }: OnlineConnectionString): Application | undefined {
  if (OAuthClientId === undefined && OAuthClientSecret === undefined) return undefined;
  if (OAuthClientId === undefined) throw unfit("OAuthClientSecret", "OAuthClientId is needed beside it");
  if (OAuthClientSecret === undefined) throw unfit("OAuthClientId", "OAuthClientSecret is needed beside it");
  return { clientId: OAuthClientId, clientSecret: OAuthClientSecret };
}

function givenTokens(values: OnlineConnectionString): GivenTokens | undefined {
  const { OAuthAccessToken: accessToken, OAuthRefreshToken: refreshToken } = values;
  const { OAuthExpiresIn: lifetime, OAuthTokenTimestamp: timestamp } = values;
  if (accessToken === undefined && refreshToken === undefined) return undefined;
  if (lifetime === undefined || timestamp === undefined)
    return { accessToken, refreshToken, issuedAt: undefined, expiresAt: undefined };
  const issuedAt = Number(timestamp);
  return { accessToken, refreshToken, issuedAt, expiresAt: issuedAt + Number(lifetime) * 1_000 };
}

function checkLocation(location: string): void {
  const scheme = /^([a-z][a-z\d+.-]+):\/\/(.*)$/i.exec(location);
  if (scheme === null) return;
  const [, name = "", id] = scheme;
  if (name.toLowerCase() !== "memory")
    throw unfit("OAuthSettingsLocation", "must be the path of a file, or memory://ID");
  if (id === "") throw unfit("OAuthSettingsLocation", "memory:// needs an id, as memory://crm");
}
