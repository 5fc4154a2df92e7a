import type { IssuedTokens } from "../oauth/issued-tokens.js";
import type { Grant, VaultRecord } from "./vault-record.js";

const SECOND = 1_000;
const DAY = 86_400_000;

/** What was issued, with what an answer leaves out taken from the grant that it renews. */
export function grantFrom(tokens: IssuedTokens, companyId: string | undefined, renewed?: Grant): Grant {
  const after = (seconds: number | undefined) =>
    seconds === undefined ? undefined : tokens.issuedAt + seconds * SECOND;
  const kept = tokens.refreshToken === undefined ? renewed : undefined;
  return {
    companyId: companyId ?? renewed?.companyId,
    accessToken: tokens.accessToken,
    accessTokenIssuedAt: tokens.issuedAt,
    accessTokenExpiresAt: tokens.issuedAt + tokens.expiresIn * SECOND,
    refreshToken: tokens.refreshToken ?? renewed?.refreshToken,
    refreshTokenExpiresAt: after(tokens.refreshTokenExpiresIn) ?? kept?.refreshTokenExpiresAt,
    refreshTokenEndsAt: after(tokens.refreshTokenEndsIn) ?? renewed?.refreshTokenEndsAt,
    scope: tokens.scope ?? renewed?.scope,
    authorizedAt: renewed?.authorizedAt ?? tokens.issuedAt,
  };
}

/** Whole days that are left; 0 when it is over, undefined when nobody said when it ends. */
export interface RefreshTokenCountdown {
  /** Until it ends if nobody refreshes. */
  readonly daysUnused: number | undefined;
  /** Until it ends whatever is done, five years after the user agreed. */
  readonly daysInAll: number | undefined;
  /** The smaller one. */
  readonly daysLeft: number | undefined;
}

export function refreshTokenCountdown({ grant }: VaultRecord, now: number): RefreshTokenCountdown {
  const left = (end: number | undefined) =>
    end === undefined ? undefined : Math.max(0, Math.floor((end - now) / DAY));
  const daysUnused = left(grant?.refreshTokenExpiresAt);
  const daysInAll = left(grant?.refreshTokenEndsAt);
  return { daysUnused, daysInAll, daysLeft: left(refreshTokenEnd(grant)) };
}

/** When the refresh token ends by the clock, for whichever reason comes first. */
export function refreshTokenEnd(grant: Grant | undefined): number | undefined {
  const ends = [grant?.refreshTokenExpiresAt, grant?.refreshTokenEndsAt].filter((end) => end !== undefined);
  return ends.length === 0 ? undefined : Math.min(...ends);
}
