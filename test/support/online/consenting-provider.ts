import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { text } from "node:stream/consumers";

export const APPLICATION = { clientId: "ABthe-client", clientSecret: "planted-client-secret-0815" } as const;
export const COMPANY = "4620816365000000017";

/** A token request that came, with what was asked for in the URL of its authorization. */
export interface TokenRequest {
  readonly form: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
}

/**
 * An authorization server on loopback whose user agrees to everything at once. Codes work once; refresh tokens rotate, and one
 * that was used is refused. All that is secret has `planted` in it.
 */
export class ConsentingProvider {
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #codes = new Map<string, URLSearchParams>();
  /** Parameters of each authorization. */
  readonly authorizations: URLSearchParams[] = [];
  readonly tokenRequests: TokenRequest[] = [];
  readonly revoked: string[] = [];
  readonly documents: string[] = [];
  /** Undefined: the redirect names none. */
  company: string | undefined = COMPANY;
  /** Answers every authorization with this error. */
  refusal: string | undefined;
  accessToken = "";
  refreshToken = "planted-refresh-0";
  url = "";
  #issued = 0;

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get discoveryURL(): string {
    return `${this.url}/.well-known/openid_configuration`;
  }

  /** How often tokens were asked for with this type of grant. */
  asked(grantType: string): number {
    return this.tokenRequests.filter(({ form }) => form.get("grant_type") === grantType).length;
  }

  /** What a browser does: logs in, agrees, and is sent to the redirect URI, which is not visited. */
  async consent(authorizationURL: string | URL): Promise<string> {
    const { headers } = await fetch(authorizationURL, { redirect: "manual" });
    return headers.get("location") ?? "";
  }

  /** As `consent`, and visits the redirect URI. Gives its page. */
  async browse(authorizationURL: string | URL): Promise<string> {
    return (await fetch(await this.consent(authorizationURL))).text();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "", this.url);
    const form = new URLSearchParams(await text(request).catch(() => ""));
    if (pathname === "/authorize") return this.#authorize(searchParams, response);
    if (pathname.startsWith("/.well-known/")) {
      this.documents.push(pathname);
      return json(response, 200, this.#document());
    }
    if (!isApplication(request)) return json(response, 401, { error: "invalid_client" });
    if (pathname === "/revoke") {
      this.revoked.push(form.get("token") ?? "");
      return json(response, 200, {});
    }
    this.tokenRequests.push({ form, headers: request.headers });
    this.#token(form, response);
  }

  #authorize(parameters: URLSearchParams, response: ServerResponse): void {
    this.authorizations.push(parameters);
    const callback = new URL(parameters.get("redirect_uri") ?? "");
    callback.searchParams.set("state", parameters.get("state") ?? "");
    if (this.refusal === undefined) {
      const code = `planted-code-${this.authorizations.length}`;
      this.#codes.set(code, parameters);
      callback.searchParams.set("code", code);
      if (this.company !== undefined) callback.searchParams.set("realmId", this.company);
    } else callback.searchParams.set("error", this.refusal);
    response.writeHead(302, { location: callback.href }).end();
  }

  #token(form: URLSearchParams, response: ServerResponse): void {
    const granted =
      form.get("grant_type") === "refresh_token"
        ? form.get("refresh_token") === this.refreshToken
        : this.#redeem(form);
    if (!granted) return json(response, 400, { error: "invalid_grant" });
    this.#issued++;
    this.accessToken = `planted-access-${this.#issued}`;
    this.refreshToken = `planted-refresh-${this.#issued}`;
    json(response, 200, {
      token_type: "bearer",
      access_token: this.accessToken,
      expires_in: 3600,
      refresh_token: this.refreshToken,
      x_refresh_token_expires_in: 8_640_000,
      x_refresh_token_hard_expires_in: 157_680_000,
    });
  }

  #redeem(form: URLSearchParams): boolean {
    const code = form.get("code") ?? "";
    const asked = this.#codes.get(code);
    this.#codes.delete(code);
    if (asked === undefined || asked.get("redirect_uri") !== form.get("redirect_uri")) return false;
    const proof = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    return asked.get("code_challenge") === proof;
  }

  #document(): object {
    return {
      issuer: this.url,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      revocation_endpoint: `${this.url}/revoke`,
      code_challenge_methods_supported: ["S256"],
    };
  }
}

/** RFC 6749 has both parts percent-encoded. */
function isApplication({ headers }: IncomingMessage): boolean {
  const [, basic = ""] = /^Basic (.+)$/.exec(headers.authorization ?? "") ?? [];
  const [clientId, clientSecret] = Buffer.from(basic, "base64").toString().split(":").map(decodeURIComponent);
  return clientId === APPLICATION.clientId && clientSecret === APPLICATION.clientSecret;
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

export async function startConsentingProvider(t: TestContext): Promise<ConsentingProvider> {
  const provider = new ConsentingProvider();
  await provider.listen();
  t.after(() => provider.close());
  return provider;
}
