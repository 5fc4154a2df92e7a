import { createHash } from "node:crypto";
import { QBError, type ErrorCode } from "../../errors.js";
import { grantFrom } from "../vault/grant.js";
import { emptyRecord, type VaultRecord } from "../vault/vault-record.js";
import { authorizeHere, endAuthorization } from "./authorizations.js";
import { checkApplication, checkCompany, type ConnectionParts } from "./connection-parts.js";
import { unfit } from "./http-settings.js";
import type { ConnectionTokens } from "./connection-tokens.js";
import type { GivenTokens } from "./settings.js";

const UNCONNECTED: ReadonlySet<ErrorCode> = new Set(["QB_NOT_CONNECTED", "QB_RECONNECT"]);

/** Sees to it that there is a token, as InitiateOAuth says; with OFF that is left to the program. */
export async function establishGrant(parts: ConnectionParts, tokens: ConnectionTokens): Promise<void> {
  const { settings, vault, options } = parts;
  if (settings.initiate === "OFF") return;
  if (settings.verifier !== undefined && !settings.isLocated && options.store === undefined)
    throw unfit("OAuthVerifier", "OAuthSettingsLocation is needed beside it");
  const stored = await vault.read();
  checkCompany(parts, stored?.grant?.companyId, stored);
  if (settings.tokens !== undefined) await plantTokens(parts, settings.tokens);
  if (settings.verifier !== undefined) await exchangeVerifier(parts, settings.verifier);
  checkApplication(settings, (await vault.read()) ?? emptyRecord());
  try {
    await tokens.token({ signal: options.signal });
  } catch (error) {
    if (settings.initiate !== "GETANDREFRESH" || !isUnconnected(error)) throw error;
    await authorizeHere(parts, {}, options.signal);
  }
}

function isUnconnected(error: unknown): boolean {
  return error instanceof QBError && UNCONNECTED.has(error.code);
}

const SEEDS_KEPT = 100;

/** Stores the tokens of the connection string, unless they were stored before, or what is stored came from a login. */
async function plantTokens(parts: ConnectionParts, given: GivenTokens): Promise<void> {
  const seed = createHash("sha256")
    .update(given.refreshToken ?? given.accessToken ?? "")
    .digest("base64url");
  const application = await parts.application();
  await parts.vault.change((record) => {
    const { grant, ended } = record;
    const isOther = !record.usedSeeds.includes(seed) && (ended !== undefined || record.seed !== undefined);
    if (grant !== undefined && !isOther) return record;
    const usedSeeds = [...record.usedSeeds, seed].slice(-SEEDS_KEPT);
    const rest = { application, seed, usedSeeds, refreshing: undefined, ended: undefined };
    return { ...planted(parts, given, record), ...rest };
  });
}

/** A token of which nobody says how long it lasts is renewed at once. */
function planted(
  { settings, sandbox }: ConnectionParts,
  given: GivenTokens,
  record: VaultRecord,
): VaultRecord {
  const { accessToken = "", refreshToken, issuedAt = Date.now(), expiresAt = issuedAt } = given;
  const unknown = { refreshTokenExpiresIn: undefined, refreshTokenEndsIn: undefined, scope: undefined };
  const expiresIn = (expiresAt - issuedAt) / 1_000;
  const grant = grantFrom(
    { accessToken, refreshToken, issuedAt, expiresIn, ...unknown },
    settings.companyId ?? record.grant?.companyId,
  );
  return { ...record, grant, sandbox, callbackURL: settings.callbackURL ?? record.callbackURL };
}

/** A verifier that was used is no matter once the connection stands. */
async function exchangeVerifier(parts: ConnectionParts, verifier: string): Promise<void> {
  const stored = await parts.vault.read();
  if (stored?.grant !== undefined && stored.ended === undefined) return;
  try {
    await endAuthorization(parts, { verifier });
  } catch (error) {
    const { code } = error as { code?: ErrorCode };
    const wasUsed = code === "QB_AUTHORIZATION_CODE" || code === "QB_AUTHORIZATION_STATE";
    if (stored?.ended === undefined || !wasUsed) throw error;
  }
}
