import { inspect } from "node:util";
import { closestName } from "../../closest-name.js";
import { QBError } from "../../errors.js";
import type { IssuedTokens } from "../oauth/issued-tokens.js";
import { authorizeHere, beginAuthorization, endAuthorization } from "./authorizations.js";
import type { ConnectionParts } from "./connection-parts.js";
import type { ConnectionTokens } from "./connection-tokens.js";

export interface AuthorizationURLInputs {
  /** Default: APP. */
  readonly AuthMode?: "APP" | "WEB" | undefined;
  readonly CallbackURL?: string | undefined;
  readonly Scope?: string | undefined;
  /** Default: a random one. */
  readonly State?: string | undefined;
}

export interface AuthorizationURLOutputs {
  readonly URL: string;
  readonly State: string;
}

export interface AccessTokenInputs extends AuthorizationURLInputs {
  /** The URL to which the browser was sent, or only the code in it. */
  readonly Verifier?: string | undefined;
  /** For a bare code: the realmId that came with it. */
  readonly CompanyId?: string | undefined;
}

/** Shows no token when it is inspected; JSON.stringify gives them. */
export interface AccessTokenOutputs {
  readonly OAuthAccessToken: string;
  readonly OAuthRefreshToken: string;
  readonly CompanyId: string;
  /** Seconds. */
  readonly ExpiresIn: number;
}

export interface RefreshInputs {
  /** Default: the stored one. */
  readonly OAuthRefreshToken?: string | undefined;
}

export type RefreshOutputs = Omit<AccessTokenOutputs, "CompanyId">;

const INPUTS = Object.freeze({
  GetOAuthAuthorizationURL: ["AuthMode", "CallbackURL", "Scope", "State"],
  GetOAuthAccessToken: ["AuthMode", "Verifier", "Scope", "CallbackURL", "State", "CompanyId"],
  RefreshOAuthAccessToken: ["OAuthRefreshToken"],
});

export type ProcedureName = keyof typeof INPUTS;

/** The procedure of that name and its inputs, in whatever case, as they are documented. */
export function readCall(
  name: string,
  inputs: Readonly<Record<string, unknown>>,
): { readonly name: ProcedureName; readonly inputs: Readonly<Record<string, string>> } {
  const procedure = known("procedure", String(name), Object.keys(INPUTS) as ProcedureName[]);
  const given: Record<string, string> = {};
  for (const [written, value] of Object.entries(inputs)) {
    const input = known(`input of ${procedure}`, written, INPUTS[procedure]);
    if (Object.hasOwn(given, input)) throw invalid(`${procedure}: ${input} is given twice`);
    if (value === undefined || value === "") continue;
    if (typeof value !== "string") throw invalid(`${procedure}: ${input} must be a string`);
    given[input] = value;
  }
  return { name: procedure, inputs: given };
}

function known<Name extends string>(what: string, written: string, names: readonly Name[]): Name {
  const found = names.find((name) => name.toLowerCase() === written.toLowerCase());
  if (found !== undefined) return found;
  const advice = closestName(written, names) ?? `one of ${names.join(", ")}`;
  throw invalid(`unknown ${what}; did you mean ${advice}?`);
}

export async function getOAuthAuthorizationURL(
  parts: ConnectionParts,
  { AuthMode, CallbackURL: callbackURL, Scope: scope, State }: AuthorizationURLInputs,
): Promise<AuthorizationURLOutputs> {
  checkMode(AuthMode);
  const { url, state } = await beginAuthorization(parts, { callbackURL, scope, state: State });
  return Object.freeze({ URL: url.href, State: state });
}

export async function getOAuthAccessToken(
  parts: ConnectionParts,
  tokens: ConnectionTokens,
  inputs: AccessTokenInputs,
): Promise<AccessTokenOutputs> {
  const { CallbackURL: callbackURL, Scope: scope, State: state, CompanyId: companyId } = inputs;
  const verifier = inputs.Verifier ?? parts.settings.verifier;
  if (checkMode(inputs.AuthMode) === "WEB" && verifier === undefined)
    throw invalid("GetOAuthAccessToken: with AuthMode WEB, Verifier is needed");
  const granted =
    verifier === undefined
      ? await authorizeHere(parts, { callbackURL, scope })
      : await endAuthorization(parts, { verifier, companyId, callbackURL, state });
  if (parts.keeps) tokens.drop();
  else tokens.hold(granted.tokens, granted.companyId);
  return hidden({ ...outputsOf(granted.tokens), CompanyId: granted.companyId ?? "" });
}

/** A stored token is renewed where it is stored; another one is only exchanged. */
export async function refreshOAuthAccessToken(
  parts: ConnectionParts,
  tokens: ConnectionTokens,
  { OAuthRefreshToken: given }: RefreshInputs,
): Promise<RefreshOutputs> {
  const { vault, settings, keeps } = parts;
  const isStored = keeps || (given === undefined && !tokens.isDetached);
  const stored = isStored ? (await vault.read())?.grant : undefined;
  const refreshToken =
    given ?? tokens.held?.refreshToken ?? stored?.refreshToken ?? settings.tokens?.refreshToken;
  if (refreshToken === undefined)
    throw new QBError("QB_NOT_CONNECTED", "there is no refresh token, neither given nor stored");
  if (refreshToken !== stored?.refreshToken) {
    const issued = await renewed(parts, refreshToken);
    parts.log.logger.info({ expiresIn: issued.expiresIn }, "the access token was refreshed");
    const { companyId = tokens.held?.companyId } = settings;
    tokens.hold({ ...issued, refreshToken: issued.refreshToken ?? refreshToken }, companyId);
    return hidden(outputsOf(issued, refreshToken));
  }
  await vault.accessToken({ force: true });
  tokens.drop();
  const grant = (await vault.read())?.grant;
  if (grant === undefined) throw new QBError("QB_NOT_CONNECTED", "the stored tokens are gone");
  const seconds = Math.round((grant.accessTokenExpiresAt - grant.accessTokenIssuedAt) / 1_000);
  return hidden({
    OAuthAccessToken: grant.accessToken,
    OAuthRefreshToken: grant.refreshToken ?? refreshToken,
    ExpiresIn: seconds,
  });
}

/** Renewals of given tokens that are under way: a second one with the same token could end the connection. */
const underWay = new Map<string, Promise<IssuedTokens>>();

async function renewed(
  { client, settings, sandbox, application, unfinished }: ConnectionParts,
  refreshToken: string,
): Promise<IssuedTokens> {
  const { clientId, clientSecret } = await application();
  const key = JSON.stringify([refreshToken, clientId, clientSecret, sandbox, settings.discoveryURL?.href]);
  const running = underWay.get(key);
  if (running !== undefined) return running;
  const issued = client.refresh(refreshToken).finally(() => underWay.delete(key));
  underWay.set(key, issued);
  return unfinished.track(issued);
}

function outputsOf(tokens: IssuedTokens, before = ""): RefreshOutputs {
  const { accessToken, refreshToken = before, expiresIn } = tokens;
  return { OAuthAccessToken: accessToken, OAuthRefreshToken: refreshToken, ExpiresIn: expiresIn };
}

function checkMode(mode = "APP"): "APP" | "WEB" {
  const known = mode.toUpperCase();
  if (known === "APP" || known === "WEB") return known;
  throw invalid("AuthMode must be APP or WEB");
}

function hidden<Outputs extends object>(outputs: Outputs): Outputs {
  const shown = Object.entries(outputs).map(([name, value]) => [
    name,
    name.endsWith("Token") ? "***" : (value as unknown),
  ]);
  const value = (): unknown => Object.fromEntries(shown) as unknown;
  return Object.freeze(Object.defineProperty(outputs, inspect.custom, { value }));
}

function invalid(message: string): QBError {
  return new QBError("QB_INVALID_ARGUMENT", message);
}
