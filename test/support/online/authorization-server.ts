import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Configuration, KoaContextWithOIDC, Provider } from "oidc-provider";
import { consentPage, loginPage, type Company } from "./consent-pages.js";
import { ServerMemory } from "./memory-adapter.js";

export const SCOPE = "com.intuit.quickbooks.accounting";
export const CLIENT_ID = "AB-the-application";
export const CLIENT_SECRET = "the secret of the application: 100% +/";
export const BAKERY: Company = { id: "4620816365000000017", name: "Elm Street Bakery" };
export const GARAGE: Company = { id: "4620816365000000025", name: "North Road Garage" };

const ROUTES = {
  authorization: "/connect/oauth2",
  token: "/oauth2/v1/tokens/bearer",
  revocation: "/v2/oauth2/tokens/revoke",
};
const DOCUMENTS = ["/.well-known/openid_configuration", "/.well-known/openid_sandbox_configuration"];
const HUNDRED_DAYS = 8_640_000;
const FIVE_YEARS = 157_680_000;

export interface ServerOptions {
  /** The redirect URIs that are registered; compared letter by letter. */
  readonly callbackURLs: readonly string[];
  /** False: the discovery document does not mention PKCE, as Intuit's. */
  readonly pkce?: boolean;
}

/** One answer of the token endpoint. */
export interface TokenAnswer {
  readonly grantType: string;
  readonly status: number;
  readonly error: string | undefined;
}

/** oidc-provider on loopback, dressed like Intuit's: its paths, `realmId`, and the lifetimes of its refresh tokens. */
export class AuthorizationServer {
  readonly origin: string;
  readonly issuer: string;
  /** The address of the discovery document; the issuer is another, as with Intuit. */
  readonly discoveryURL: string;
  /** Every request of an authorization, as the browser brought it. */
  readonly authorizations: URLSearchParams[] = [];
  readonly tokenAnswers: TokenAnswer[] = [];
  /** Seconds. */
  accessTokenLifetime = 3600;
  /** Said in the discovery document instead of the issuer. */
  documentIssuer: string | undefined;
  /** Said in the callback instead of the issuer. */
  callbackIssuer: string | undefined;
  /** The token endpoint answers when this is done. */
  tokensWait: Promise<void> | undefined;
  readonly #listener: Server;
  readonly #memory = new ServerMemory();
  readonly #companies = new Map<string, Company>();
  readonly #pkce: boolean;
  readonly #provider: Provider;

  constructor(listener: Server, provider: typeof Provider, options: ServerOptions) {
    this.#listener = listener;
    this.origin = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
    this.issuer = `${this.origin}/op/v1`;
    this.discoveryURL = `${this.origin}${DOCUMENTS[1]}`;
    this.#pkce = options.pkce ?? true;
    this.#provider = new provider(this.issuer, this.#configuration(options));
    // The types of its middleware come from a package that is not there.
    const koa = this.#provider as unknown as { use(middleware: Middleware): void };
    koa.use((context, next) => this.#dress(context, next));
  }

  /** The company that an access token opens, undefined when it is not valid. */
  async companyOf(accessToken: string): Promise<Company | undefined> {
    const found = await this.#provider.AccessToken.find(accessToken);
    return found?.isValid === true ? this.#companies.get(found.grantId!) : undefined;
  }

  /** How often the token endpoint answered, by the type of grant. */
  answered(grantType: string): number {
    return this.tokenAnswers.filter((answer) => answer.grantType === grantType).length;
  }

  expireAccessTokens(): void {
    this.#memory.of("AccessToken").clear();
  }

  /** Every code and token that it has issued. */
  get secrets(): ReadonlySet<string> {
    return this.#memory.secrets;
  }

  /** How many could still be used. */
  get refreshTokens(): number {
    return this.#memory.of("RefreshToken").size;
  }

  /** What Intuit does when the user disconnects the application: nothing opens any more. */
  revokeAll(): void {
    for (const model of ["AccessToken", "RefreshToken", "Grant"]) this.#memory.of(model).clear();
  }

  close(): void {
    this.#listener.close();
    this.#listener.closeAllConnections();
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.origin);
    if (pathname === ROUTES.authorization) this.authorizations.push(searchParams);
    if (pathname === ROUTES.token) await this.tokensWait;
    if (!pathname.startsWith("/interaction/")) return this.#provider.callback()(request, response);
    const { uid, prompt, params } = await this.#provider.interactionDetails(request, response);
    const action = `/interaction/${uid}`;
    if (request.method === "GET") {
      const html = prompt.name === "login" ? loginPage(action) : consentPage(action, [BAKERY, GARAGE]);
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html);
      return undefined;
    }
    const form = new URLSearchParams(await text(request));
    const result = pathname.endsWith("/login")
      ? { login: { accountId: form.get("user") ?? "" } }
      : await this.#consent(form, request, response, String(params["scope"]));
    return this.#provider.interactionFinished(request, response, result);
  }

  async #consent(form: URLSearchParams, request: IncomingMessage, response: ServerResponse, scope: string) {
    if (form.get("answer") !== "connect") return { error: "access_denied" };
    const { session } = await this.#provider.interactionDetails(request, response);
    const grant = new this.#provider.Grant({ accountId: session!.accountId, clientId: CLIENT_ID });
    grant.addOIDCScope(scope);
    const grantId = await grant.save();
    this.#companies.set(
      grantId,
      [BAKERY, GARAGE].find(({ id }) => id === form.get("company"))!,
    );
    return { consent: { grantId } };
  }

  async #dress(context: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
    const isDocument = DOCUMENTS.includes(context.path);
    if (isDocument) context.path = "/.well-known/openid-configuration";
    await next();
    if (isDocument) this.#dressDocument(context.body as Record<string, unknown>);
    else if (context.path === ROUTES.token) this.#dressTokens(context);
    else if (context.path.startsWith(ROUTES.authorization)) this.#dressCallback(context);
  }

  #dressDocument(document: Record<string, unknown>): void {
    if (this.documentIssuer !== undefined) document["issuer"] = this.documentIssuer;
    if (!this.#pkce) delete document["code_challenge_methods_supported"];
  }

  #dressTokens(context: KoaContextWithOIDC): void {
    const body = context.body as Record<string, unknown>;
    const grantType = String(context.oidc.params?.["grant_type"]);
    this.tokenAnswers.push({
      grantType,
      status: context.status,
      error: body["error"] as string | undefined,
    });
    if (context.status !== 200) return;
    body["x_refresh_token_expires_in"] = HUNDRED_DAYS;
    if (context.get("x-include-refresh-token-hard-expires-in") === "true")
      body["x_refresh_token_hard_expires_in"] = FIVE_YEARS;
  }

  #dressCallback(context: KoaContextWithOIDC): void {
    const location = context.response.get("location");
    if (location === "" || location.startsWith(this.origin) || location.startsWith("/")) return;
    const callback = new URL(location);
    const company = this.#companies.get(context.oidc.entities.Grant?.jti ?? "");
    if (callback.searchParams.has("code") && company !== undefined)
      callback.searchParams.set("realmId", company.id);
    if (this.callbackIssuer !== undefined) callback.searchParams.set("iss", this.callbackIssuer);
    context.redirect(callback.href);
  }

  #configuration({ callbackURLs }: ServerOptions): Configuration {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    return {
      adapter: (model) => this.#memory.adapter(model),
      clients: [
        {
          client_id: CLIENT_ID,
          client_secret: CLIENT_SECRET,
          redirect_uris: [...callbackURLs],
          grant_types: ["authorization_code", "refresh_token"],
          response_types: ["code"],
          token_endpoint_auth_method: "client_secret_basic",
          id_token_signed_response_alg: "ES256",
        },
      ],
      cookies: { keys: [randomBytes(16).toString("hex")] },
      jwks: { keys: [privateKey.export({ format: "jwk" }) as { kty: string }] },
      routes: ROUTES,
      scopes: [SCOPE],
      pkce: { required: () => false },
      features: {
        devInteractions: { enabled: false },
        revocation: {
          enabled: true,
          allowedPolicy: (_context, client, token) => token.clientId === client.clientId,
        },
      },
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
      findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
      // A company is chosen each time, as with Intuit: no earlier grant is looked up.
      loadExistingGrant: async ({ oidc }) => {
        const grantId = oidc.result?.consent?.grantId;
        return grantId === undefined ? undefined : oidc.provider.Grant.find(grantId);
      },
      issueRefreshToken: () => true,
      rotateRefreshToken: () => true,
      expiresWithSession: () => false,
      ttl: {
        AccessToken: () => this.accessTokenLifetime,
        RefreshToken: HUNDRED_DAYS,
        Grant: FIVE_YEARS,
        Session: 3600,
        Interaction: 600,
      },
    };
  }
}

type Middleware = (context: KoaContextWithOIDC, next: () => Promise<void>) => Promise<void>;

/** Started on a free port of 127.0.0.1. Close it. */
export async function startAuthorizationServer(options: ServerOptions): Promise<AuthorizationServer> {
  const provider = await loadProvider();
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const server = new AuthorizationServer(listener, provider, options);
  listener.on("request", (request, response) => {
    server.handle(request, response).catch((error: unknown) => {
      response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
    });
  });
  return server;
}

/** It warns about Node 20, whose life has ended; what is used of it works there. Everything else that it says is heard. */
async function loadProvider(): Promise<typeof Provider> {
  const { warn } = console;
  console.warn = (message: unknown, ...more: unknown[]): void => {
    if (!String(message).includes("WARNING: Unsupported runtime")) warn(message, ...more);
  };
  try {
    return (await import("oidc-provider")).Provider;
  } finally {
    console.warn = warn;
  }
}
