import type { TestContext } from "node:test";
import { UndiciClient } from "../../../dist/online/http/undici-client.js";
import { OAuthClient } from "../../../dist/online/oauth/oauth-client.js";
import { httpAnswer, startRawServer, type RawRequest, type Reply } from "../raw-server.js";
import { recordingLogger } from "./recording-logger.js";

export const SECRETS = {
  clientSecret: "kept-client-secret-0123456789",
  code: "code-that-is-secret-0123456789",
  accessToken: "access-token-that-is-secret",
  refreshToken: "refresh-token-that-is-secret",
} as const;

export interface ScriptedProvider {
  readonly url: string;
  readonly discoveryURL: URL;
  /** All but those for the discovery document. */
  readonly calls: () => readonly RawRequest[];
  readonly documents: () => number;
  readonly client: OAuthClient;
  readonly warnings: readonly string[];
}

export function jsonAnswer(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  return httpAnswer(
    status,
    { "content-type": "application/json;charset=UTF-8", ...headers },
    JSON.stringify(value),
  );
}

export const TOKEN_ANSWER = Object.freeze({
  token_type: "bearer",
  access_token: SECRETS.accessToken,
  expires_in: 3600,
  refresh_token: SECRETS.refreshToken,
  x_refresh_token_expires_in: 8_726_400,
  x_refresh_token_hard_expires_in: 157_680_000,
});

/** An authorization server on loopback whose token and revocation endpoints answer what the test says. */
export async function startProvider(
  t: TestContext,
  reply: Reply,
  { document = {}, now }: { readonly document?: object; readonly now?: () => number } = {},
): Promise<ScriptedProvider> {
  const isDocument = ({ head }: RawRequest): boolean => head.startsWith("GET /.well-known/");
  const server = await startRawServer(t, (socket, request) => {
    if (!isDocument(request)) return reply(socket, request);
    const { url } = server;
    const endpoints = {
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      revocation_endpoint: `${url}/revoke`,
    };
    socket.end(jsonAnswer(200, { issuer: url, ...endpoints, ...document }));
  });
  const discoveryURL = new URL("/.well-known/openid_configuration", server.url);
  const { logger, warnings } = recordingLogger();
  const http = new UndiciClient();
  t.after(() => http.close());
  const client = new OAuthClient({
    http,
    endpoints: { sandbox: true, discoveryURL },
    application: () => Promise.resolve({ clientId: "ABclientId", clientSecret: SECRETS.clientSecret }),
    logger,
    ...(now && { now }),
  });
  return {
    url: server.url,
    discoveryURL,
    calls: () => server.requests.filter((request) => !isDocument(request)),
    documents: () => server.requests.filter(isDocument).length,
    client,
    warnings,
  };
}
