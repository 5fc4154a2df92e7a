import * as oauth from "oauth4webapi";
import { QBError } from "../../errors.js";
import type { Logger } from "../../logger.js";
import type { HttpClient } from "../http/http-client.js";
import { httpFetch } from "../http/http-fetch.js";
import type { Application, PendingAuthorization } from "../vault/vault-record.js";
import {
  authorizationServer,
  isProtected,
  type AuthorizationEndpoints,
  type AuthorizationServer,
} from "./authorization-server.js";
import type { IssuedTokens } from "./issued-tokens.js";
import { oauthFailure, type TokenCall } from "./oauth-failure.js";
import { checkRedirect, checkState, redirectFailure } from "./redirect.js";
import { issuedTokens } from "./token-answer.js";

const PENDING_MS = 600_000;
const ANSWER_MS = 30_000;

export interface OAuthClientOptions {
  readonly http: HttpClient;
  readonly endpoints: AuthorizationEndpoints;
  readonly application: () => Promise<Application>;
  readonly logger: Logger;
  readonly now?: () => number;
}

/** What came back from the browser, after it was checked. */
export interface ValidRedirect {
  readonly code: string;
  readonly companyId: string | undefined;
  /** For `exchange`. */
  readonly parameters: URLSearchParams;
}

/** Either what `validateRedirect` gave, or the bare code, of which nobody can say who asked for it. */
export type CodeToExchange = { readonly parameters: URLSearchParams } | { readonly code: string };

type TokenRequest = (
  server: AuthorizationServer,
  client: oauth.Client,
  authentication: oauth.ClientAuth,
  options: oauth.TokenEndpointRequestOptions,
) => Promise<Response>;

/** The application towards the authorization server. Sends each request once, whatever becomes of it. */
export class OAuthClient {
  readonly #options: OAuthClientOptions;
  readonly #now: () => number;

  constructor(options: OAuthClientOptions) {
    this.#options = { ...options };
    this.#now = options.now ?? Date.now;
  }

  /** The URL to open in a browser, and what has to be kept until it comes back. */
  async begin(options: {
    readonly callbackURL: string;
    readonly scope: string;
    readonly state?: string | undefined;
  }): Promise<{ url: URL; pending: PendingAuthorization }> {
    const { callbackURL, scope, state = oauth.generateRandomState() } = options;
    if (state === "") throw new QBError("QB_INVALID_ARGUMENT", "State is empty");
    const { clientId } = await this.#options.application();
    const server = await this.#server();
    const withProof = server.code_challenge_methods_supported?.includes("S256") === true;
    const codeVerifier = withProof ? oauth.generateRandomCodeVerifier() : undefined;
    const url = new URL(server.authorization_endpoint ?? "");
    const parameters = {
      client_id: clientId,
      response_type: "code",
      scope,
      redirect_uri: callbackURL,
      state,
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    if (codeVerifier !== undefined) {
      url.searchParams.set("code_challenge", await oauth.calculatePKCECodeChallenge(codeVerifier));
      url.searchParams.set("code_challenge_method", "S256");
    }
    const expiresAt = this.#now() + PENDING_MS;
    return { url, pending: { state, codeVerifier, callbackURL, scope, issuer: server.issuer, expiresAt } };
  }

  /** Checks the URL to which the browser was sent: it has to answer this very authorization. */
  async validateRedirect(redirected: URL, pending: PendingAuthorization): Promise<ValidRedirect> {
    checkState(redirected.searchParams, pending, this.#now());
    const server = await this.#server();
    if (server.issuer !== pending.issuer) {
      throw new QBError(
        "QB_AUTHORIZATION_STATE",
        "the authorization was begun at another authorization server",
      );
    }
    try {
      const client = await this.#client();
      const parameters = oauth.validateAuthResponse(server, client, redirected, pending.state);
      return { ...checkRedirect(parameters), parameters };
    } catch (error) {
      throw redirectFailure(error);
    }
  }

  /** Sent once: a code is used up by the first request that arrives, also when its answer does not. */
  async exchange(
    options: CodeToExchange & { readonly callbackURL: string; readonly codeVerifier?: string | undefined },
  ): Promise<IssuedTokens> {
    const { callbackURL, codeVerifier = oauth.nopkce } = options;
    const parameters = "parameters" in options ? options.parameters : await this.#bareCode(options.code);
    const code = parameters.get("code") ?? "";
    return this.#tokens("exchange", code, (server, client, authentication, more) =>
      oauth.authorizationCodeGrantRequest(
        server,
        client,
        authentication,
        parameters,
        callbackURL,
        codeVerifier,
        more,
      ),
    );
  }

  refresh(refreshToken: string): Promise<IssuedTokens> {
    return this.#tokens("refresh", refreshToken, (server, client, authentication, more) =>
      oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, more),
    );
  }

  /** Ends the connection of the company to the application. A token that had ended already is fine. */
  async revoke(token: string): Promise<void> {
    const { response, clientSecret } = await this.#send("revoke", (server, client, authentication, more) =>
      oauth.revocationRequest(server, client, authentication, token, more),
    );
    try {
      await oauth.processRevocationResponse(response);
    } catch (error) {
      const ended = ["invalid_token", "invalid_grant"];
      if (error instanceof oauth.ResponseBodyError && ended.includes(error.error)) return;
      throw oauthFailure(error, "revoke", response, [token, clientSecret]);
    }
  }

  async #tokens(call: TokenCall, sent: string, request: TokenRequest): Promise<IssuedTokens> {
    const issuedAt = this.#now();
    const { server, client, response, clientSecret } = await this.#send(call, request);
    try {
      const read =
        call === "exchange" ? oauth.processAuthorizationCodeResponse : oauth.processRefreshTokenResponse;
      return issuedTokens(response, await read(server, client, response), issuedAt);
    } catch (error) {
      throw oauthFailure(error, call, response, [sent, clientSecret]);
    }
  }

  async #send(
    call: TokenCall,
    request: TokenRequest,
  ): Promise<{
    server: AuthorizationServer;
    client: oauth.Client;
    response: Response;
    clientSecret: string;
  }> {
    const { clientId, clientSecret } = await this.#options.application();
    const server = await this.#server();
    const client = clientOf(clientId);
    try {
      const response = await request(server, client, oauth.ClientSecretBasic(clientSecret), {
        headers: { "x-include-refresh-token-hard-expires-in": "true" },
        [oauth.customFetch]: httpFetch(this.#options.http, ANSWER_MS),
        [oauth.allowInsecureRequests]: endpointsAreProtected(server),
      });
      // With a challenge oauth4webapi would not look at the error that the body names.
      response.headers.delete("www-authenticate");
      return { server, client, response, clientSecret };
    } catch (error) {
      throw oauthFailure(error, call, undefined);
    }
  }

  /** oauth4webapi exchanges only what went through its own check. */
  async #bareCode(code: string): Promise<URLSearchParams> {
    const { issuer } = await this.#server();
    const parameters = new URLSearchParams({ code });
    try {
      checkRedirect(parameters);
      return oauth.validateAuthResponse({ issuer }, await this.#client(), parameters, oauth.skipStateCheck);
    } catch (error) {
      throw redirectFailure(error);
    }
  }

  async #client(): Promise<oauth.Client> {
    return clientOf((await this.#options.application()).clientId);
  }

  #server(): Promise<AuthorizationServer> {
    const { http, endpoints, logger } = this.#options;
    return authorizationServer({ http, endpoints, logger, now: this.#now });
  }
}

/** No ID token is used here, so a clock that goes wrong must not cost a code that was exchanged. */
function clientOf(clientId: string): oauth.Client {
  return { client_id: clientId, [oauth.clockTolerance]: Number.MAX_SAFE_INTEGER };
}

function endpointsAreProtected({ token_endpoint, revocation_endpoint }: AuthorizationServer): boolean {
  return [token_endpoint, revocation_endpoint].every((url) => url === undefined || isProtected(new URL(url)));
}
