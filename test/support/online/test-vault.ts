import { randomUUID } from "node:crypto";
import { memoryStore } from "../../../dist/online/vault/memory-store.js";
import { plainSealer } from "../../../dist/online/vault/sealing.js";
import { saveGrant } from "../../../dist/online/vault/stored-grant.js";
import { TokenVault, type TokenVaultOptions } from "../../../dist/online/vault/token-vault.js";
import type { RotatingTokens } from "./rotating-tokens.js";

export const APPLICATION = { clientId: "client", clientSecret: "client-secret" };
export const COMPANY = "4620816365000000001";
export const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A vault in memory, unless told otherwise, that refreshes at this provider. */
export function testVault(tokens: RotatingTokens, options: Partial<TokenVaultOptions> = {}): TokenVault {
  const now = options.now ?? Date.now;
  return new TokenVault({
    store: memoryStore(randomUUID()),
    sealer: plainSealer,
    refresh: async (refreshToken) => tokens.refresh(refreshToken, now()),
    logger: SILENT,
    ...options,
  });
}

/** Stores what the provider has issued last. */
export async function connectTo(
  vault: TokenVault,
  tokens: RotatingTokens,
  companyId = COMPANY,
): Promise<void> {
  await saveGrant(vault, {
    tokens: tokens.issued(vault.now()),
    companyId,
    application: APPLICATION,
    sandbox: true,
    callbackURL: "http://localhost:33333/",
  });
}
