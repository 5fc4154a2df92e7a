/** An application that is registered with Intuit. */
export interface Application {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What a user agreed to, and the tokens that show it. Times are milliseconds since 1970. */
export interface Grant {
  /** The company, which Intuit also calls realm. Undefined when tokens were given without it. */
  readonly companyId: string | undefined;
  readonly accessToken: string;
  readonly accessTokenIssuedAt: number;
  readonly accessTokenExpiresAt: number;
  readonly refreshToken: string | undefined;
  /** When it ends if nobody uses it before. */
  readonly refreshTokenExpiresAt: number | undefined;
  /** When it ends whatever is done: five years after the user agreed. */
  readonly refreshTokenEndsAt: number | undefined;
  readonly scope: string | undefined;
  readonly authorizedAt: number;
}

/** An authorization that was begun and waits for its user; can be taken once. */
export interface PendingAuthorization {
  readonly state: string;
  readonly codeVerifier: string | undefined;
  readonly callbackURL: string;
  readonly scope: string;
  readonly issuer: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** A refresh that was sent, or was about to be; written before it is. */
export interface RefreshIntent {
  readonly id: string;
  readonly startedAt: number;
}

/** Why no token can be had any more until somebody connects again. */
export interface EndedGrant {
  /** Milliseconds since 1970: of the refresh whose answer was lost when there was one, else of the refusal. */
  readonly since: number;
  readonly reason: "refused" | "lost" | "expired" | "revoked";
}

/** All that is kept for one connection. Immutable: a change makes a new one with the next generation. */
export interface VaultRecord {
  readonly generation: number;
  readonly application: Application | undefined;
  readonly sandbox: boolean;
  readonly callbackURL: string | undefined;
  readonly grant: Grant | undefined;
  /** SHA-256 of the refresh token of the connection string from which the grant came. */
  readonly seed: string | undefined;
  /** Those that were stored lately: each is stored once. */
  readonly usedSeeds: readonly string[];
  readonly refreshing: RefreshIntent | undefined;
  readonly ended: EndedGrant | undefined;
  readonly pending: readonly PendingAuthorization[];
  /** SHA-256 of codes that were exchanged lately, and until when they are remembered. */
  readonly usedCodes: readonly { readonly hash: string; readonly until: number }[];
}

export function emptyRecord(): VaultRecord {
  return {
    generation: 0,
    application: undefined,
    sandbox: false,
    callbackURL: undefined,
    grant: undefined,
    seed: undefined,
    usedSeeds: [],
    refreshing: undefined,
    ended: undefined,
    pending: [],
    usedCodes: [],
  };
}

/** What comes after a record. */
export function nextRecord(record: VaultRecord, changes: Partial<VaultRecord>): VaultRecord {
  return { ...record, ...changes, generation: record.generation + 1 };
}
