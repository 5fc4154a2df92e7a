import { QBError } from "../../errors.js";
import type { EndedGrant, Grant, VaultRecord } from "./vault-record.js";

export interface AccessToken {
  /** Not enumerable, so that it is not printed by accident. */
  readonly value: string;
  readonly companyId: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface TokenWish {
  /** A token that the data service refused, and so not this one again. */
  readonly refused?: string | undefined;
  /** A new one, whatever is stored. */
  readonly force?: boolean | undefined;
}

/** So long before its end a token is renewed already. */
const MARGIN_MS = 300_000;

const ENDINGS = {
  refused: "the refresh token was refused",
  lost: "the answer to a refresh was lost, and the refresh token before it is refused",
  expired: "the refresh token ended",
  revoked: "the connection was revoked",
} as const satisfies Record<EndedGrant["reason"], string>;

/** The stored token when it is one that was wished for and lasts. */
export function usableToken({ grant }: VaultRecord, wish: TokenWish, now: number): AccessToken | undefined {
  if (grant === undefined || wish.force || grant.accessToken === wish.refused) return undefined;
  const lasts = grant.accessToken !== "" && now < grant.accessTokenExpiresAt - MARGIN_MS;
  return lasts ? tokenOf(grant) : undefined;
}

export function tokenOf({ accessToken, companyId, accessTokenExpiresAt }: Grant): AccessToken {
  const token = { companyId, expiresAt: accessTokenExpiresAt };
  return Object.freeze(Object.defineProperty(token, "value", { value: accessToken }) as AccessToken);
}

/** The grant of a record whose connection has not ended. */
export function liveGrant({ grant, ended }: VaultRecord): Grant {
  if (ended !== undefined) throw reconnect(ended);
  if (grant === undefined)
    throw new QBError("QB_NOT_CONNECTED", "nobody has connected to QuickBooks Online yet");
  return grant;
}

export function reconnect({ since, reason }: EndedGrant, cause?: unknown): QBError {
  const time = new Date(since).toISOString();
  const message = `the connection to QuickBooks Online ended at ${time}: ${ENDINGS[reason]}`;
  return new QBError("QB_RECONNECT", message, { details: { since: time, reason }, cause });
}
