import { QBError } from "../../errors.js";
import type { IssuedTokens } from "../oauth/issued-tokens.js";
import { grantFrom } from "./grant.js";
import type { TokenVault } from "./token-vault.js";
import { emptyRecord, type Application, type VaultRecord } from "./vault-record.js";

export interface NewGrant {
  readonly tokens: IssuedTokens;
  readonly companyId: string | undefined;
  readonly application: Application;
  readonly sandbox: boolean;
  readonly callbackURL: string | undefined;
}

/** Stores what a user agreed to. Throws `QB_WRONG_COMPANY` when these settings belong to another company. */
export function saveGrant(vault: TokenVault, grant: NewGrant): Promise<VaultRecord> {
  return vault.change((record) => {
    checkCompany(record.grant?.companyId, grant.companyId);
    const { tokens, companyId, application, sandbox, callbackURL } = grant;
    return {
      ...record,
      application,
      sandbox,
      callbackURL: callbackURL ?? record.callbackURL,
      grant: grantFrom(tokens, companyId ?? record.grant?.companyId),
      seed: undefined,
      refreshing: undefined,
      ended: undefined,
    };
  });
}

/** Forgets the tokens and the company; the application stays, so that one can connect again. */
export function clearGrant(vault: TokenVault): Promise<VaultRecord> {
  return vault.change(({ generation, application, sandbox, callbackURL }) => ({
    ...emptyRecord(),
    generation,
    application,
    sandbox,
    callbackURL,
  }));
}

/** The tokens were revoked: nobody tries them any more. The company stays known. */
export function endRevokedGrant(vault: TokenVault): Promise<VaultRecord> {
  return vault.change((record) => {
    if (record.grant === undefined) return record;
    return { ...record, refreshing: undefined, ended: { since: vault.now(), reason: "revoked" } };
  });
}

function checkCompany(stored: string | undefined, chosen: string | undefined): void {
  if (stored === undefined || chosen === undefined || stored === chosen) return;
  throw new QBError("QB_WRONG_COMPANY", `these settings belong to company ${stored}, not to ${chosen}`, {
    details: { stored, chosen },
  });
}
