import { refreshTokenCountdown } from "../vault/grant.js";
import type { EndedGrant, VaultRecord } from "../vault/vault-record.js";

/** How a connection stands. */
export interface ConnectionStatus {
  /** Whether there is a token that may work: nothing is asked of Intuit. */
  readonly connected: boolean;
  readonly companyId: string | undefined;
  readonly sandbox: boolean;
  readonly accessTokenExpiresAt: Date | undefined;
  /** When the refresh token ends if nobody refreshes. */
  readonly refreshTokenExpiresAt: Date | undefined;
  /** When it ends whatever is done: five years after the user agreed. */
  readonly refreshTokenEndsAt: Date | undefined;
  /** Whole days until the first of both. */
  readonly daysLeft: number | undefined;
  readonly authorizedAt: Date | undefined;
  /** Since when and why somebody has to connect again. */
  readonly endedSince: Date | undefined;
  readonly endedReason: EndedGrant["reason"] | undefined;
}

export function storedStatus(record: VaultRecord, now: number): ConnectionStatus {
  const { grant, ended, sandbox } = record;
  const { daysLeft } = refreshTokenCountdown(record, now);
  const lasts =
    (grant?.refreshToken !== undefined && daysLeft !== 0) || (grant?.accessTokenExpiresAt ?? 0) > now;
  return Object.freeze({
    connected: grant !== undefined && ended === undefined && lasts,
    companyId: grant?.companyId,
    sandbox,
    accessTokenExpiresAt: dateOf(grant?.accessTokenExpiresAt),
    refreshTokenExpiresAt: dateOf(grant?.refreshTokenExpiresAt),
    refreshTokenEndsAt: dateOf(grant?.refreshTokenEndsAt),
    daysLeft,
    authorizedAt: dateOf(grant?.authorizedAt),
    endedSince: dateOf(ended?.since),
    endedReason: ended?.reason,
  });
}

export function dateOf(time: number | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time);
}
