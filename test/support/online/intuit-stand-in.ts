import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { IssuedTokens } from "../../../dist/online/oauth/issued-tokens.js";
import { RotatingTokens } from "./rotating-tokens.js";
import { APPLICATION } from "./test-vault.js";

const TOKEN_PATH = "/oauth2/v1/tokens/bearer";
const REVOKE_PATH = "/v2/oauth2/tokens/revoke";
const DISCOVERY_PATHS = ["/.well-known/openid_configuration", "/.well-known/openid_sandbox_configuration"];

/** A small, fast token endpoint on loopback: tokens rotate with each refresh, and one that was used is refused. */
export class IntuitStandIn {
  readonly tokens = new RotatingTokens();
  readonly #server: Server;
  /** Milliseconds between a rotation and its answer. */
  answerDelayMs = 0;
  /** Sees each refresh after the rotation and before its answer. */
  onRotated: (accessToken: string) => void = () => {};
  /** Tokens that were revoked. */
  readonly revoked: string[] = [];

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<IntuitStandIn> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new IntuitStandIn(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get tokenEndpoint(): string {
    return this.url + TOKEN_PATH;
  }

  get discoveryURL(): string {
    return this.url + DISCOVERY_PATHS[0];
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    try {
      for await (const chunk of request) body += String(chunk);
    } catch {
      return;
    }
    const path = (request.url ?? "").split("?")[0] ?? "";
    if (DISCOVERY_PATHS.includes(path)) return reply(response, 200, this.#discovery());
    if (request.method !== "POST") return reply(response, 404, {});
    if (!isApplication(request)) return reply(response, 401, { error: "invalid_client" });
    const form = new URLSearchParams(body);
    if (path === TOKEN_PATH) return this.#token(form, response);
    if (path !== REVOKE_PATH) return reply(response, 404, {});
    this.revoked.push(form.get("token") ?? "");
    reply(response, 200, {});
  }

  async #token(form: URLSearchParams, response: ServerResponse): Promise<void> {
    if (form.get("grant_type") !== "refresh_token")
      return reply(response, 400, { error: "unsupported_grant_type" });
    if (!this.tokens.rotate(form.get("refresh_token")))
      return reply(response, 400, { error: "invalid_grant" });
    const { accessToken, refreshToken } = this.tokens;
    this.onRotated(accessToken);
    if (this.answerDelayMs > 0) await pause(this.answerDelayMs);
    reply(response, 200, {
      access_token: accessToken,
      token_type: "bearer",
      expires_in: 3600,
      refresh_token: refreshToken,
      x_refresh_token_expires_in: 8_640_000,
    });
  }

  #discovery(): object {
    return {
      issuer: this.url,
      authorization_endpoint: `${this.url}/connect/oauth2`,
      token_endpoint: this.tokenEndpoint,
      revocation_endpoint: this.url + REVOKE_PATH,
      jwks_uri: `${this.url}/op/v1/jwks`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
    };
  }
}

/** RFC 6749 has both parts percent-encoded. */
function isApplication({ headers }: IncomingMessage): boolean {
  const basic = Buffer.from(headers.authorization?.replace(/^Basic /, "") ?? "", "base64").toString();
  return decodeURIComponent(basic) === `${APPLICATION.clientId}:${APPLICATION.clientSecret}`;
}

function reply(response: ServerResponse, status: number, body: object): void {
  const headers = {
    "content-type": "application/json",
    "cache-control": "no-store",
    intuit_tid: "1-stand-in",
  };
  response.writeHead(status, headers).end(JSON.stringify(body));
}

/** What a token endpoint's answer says, as `OAuthClient` reads it. */
export function tokensOf(answer: Record<string, unknown>, issuedAt: number): IssuedTokens {
  return {
    accessToken: String(answer["access_token"]),
    issuedAt,
    expiresIn: Number(answer["expires_in"]),
    refreshToken: String(answer["refresh_token"]),
    refreshTokenExpiresIn: Number(answer["x_refresh_token_expires_in"]),
    refreshTokenEndsIn: undefined,
    scope: undefined,
  };
}
