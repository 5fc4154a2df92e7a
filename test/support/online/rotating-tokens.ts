import { QBError } from "../../../dist/errors.js";
import type { IssuedTokens } from "../../../dist/online/oauth/issued-tokens.js";

/** Refresh tokens as a strict provider has them: each works once, and a new one comes with every answer. */
export class RotatingTokens {
  #generation = 0;
  /** Refreshes that were answered with tokens. */
  granted = 0;
  /** Refreshes with a token that was not the latest one. */
  invalidGrants = 0;

  get refreshToken(): string {
    return `refresh-${this.#generation}`;
  }

  get accessToken(): string {
    return `access-${this.#generation}`;
  }

  /** False when the token was used before. */
  rotate(refreshToken: string | null): boolean {
    if (refreshToken !== this.refreshToken) {
      this.invalidGrants++;
      return false;
    }
    this.#generation++;
    this.granted++;
    return true;
  }

  issued(issuedAt: number): IssuedTokens {
    return {
      accessToken: this.accessToken,
      issuedAt,
      expiresIn: 3600,
      refreshToken: this.refreshToken,
      refreshTokenExpiresIn: 8_640_000,
      refreshTokenEndsIn: undefined,
      scope: undefined,
    };
  }

  /** What a client gets when it refreshes. */
  refresh(refreshToken: string, now = Date.now()): IssuedTokens {
    if (this.rotate(refreshToken)) return this.issued(now);
    throw new QBError("QB_RECONNECT", "the authorization server says invalid_grant");
  }
}
