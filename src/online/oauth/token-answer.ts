import type { TokenEndpointResponse } from "oauth4webapi";
import type { IssuedTokens } from "./issued-tokens.js";

const YEAR_S = 366 * 86_400;
/** Of a server that does not say: better too long than to lose the tokens, for one that is refused is renewed. */
const ASSUMED_LIFETIME_S = 3_600;

/** Throws when something that oauth4webapi leaves open is not as it has to be. */
export function issuedTokens(
  response: Response,
  answer: TokenEndpointResponse,
  issuedAt: number,
): IssuedTokens {
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn } = answer;
  const type = response.headers.get("content-type") ?? "";
  if (!/^application\/json *(;|$)/i.test(type)) throw new Error("wrong content type");
  if (answer.token_type !== "bearer") throw new Error("wrong token_type");
  if (!isToken(accessToken) || (refreshToken !== undefined && !isToken(refreshToken))) {
    throw new Error("not a token");
  }
  const lifetime = expiresIn === undefined ? ASSUMED_LIFETIME_S : seconds(expiresIn, YEAR_S);
  if (lifetime === undefined) throw new Error("wrong expires_in");
  return {
    accessToken,
    issuedAt,
    expiresIn: lifetime,
    refreshToken,
    refreshTokenExpiresIn: seconds(answer["x_refresh_token_expires_in"], 20 * YEAR_S),
    refreshTokenEndsIn: seconds(answer["x_refresh_token_hard_expires_in"], 20 * YEAR_S),
    scope: answer.scope,
  };
}

/** Printable characters without blanks, so that it can stand in a header. */
function isToken(text: string): boolean {
  return /^[\x21-\x7e]{1,16384}$/.test(text);
}

function seconds(value: unknown, limit: number): number | undefined {
  const number = typeof value === "string" ? Number(value) : value;
  return Number.isSafeInteger(number) && (number as number) > 0 && (number as number) <= limit
    ? (number as number)
    : undefined;
}
