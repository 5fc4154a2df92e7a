/** What a token endpoint issued. */
export interface IssuedTokens {
  readonly accessToken: string;
  /** Milliseconds since 1970, by the clock of this machine, taken before the request was sent. */
  readonly issuedAt: number;
  /** Seconds. */
  readonly expiresIn: number;
  readonly refreshToken: string | undefined;
  /** Seconds until the refresh token ends when nobody uses it (`x_refresh_token_expires_in`). */
  readonly refreshTokenExpiresIn: number | undefined;
  /** Seconds until it ends whatever is done, five years after the user agreed (`x_refresh_token_hard_expires_in`). */
  readonly refreshTokenEndsIn: number | undefined;
  readonly scope: string | undefined;
}
