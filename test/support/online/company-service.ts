import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { AuthorizationServer } from "./authorization-server.js";

export interface CompanyService {
  readonly url: string;
  /** The status of every answer. */
  readonly statuses: number[];
  close(): void;
}

const REFUSED = {
  fault: {
    error: [{ message: "message=AuthenticationFailed; errorCode=003200; statusCode=401", code: "3200" }],
    type: "AUTHENTICATION",
  },
};
const CUSTOMERS = [
  { Id: "1", SyncToken: "0", DisplayName: "Amy's Bird Sanctuary", Balance: 239 },
  { Id: "2", SyncToken: "3", DisplayName: "Bill's Windsurf Shop", Balance: 85 },
];

/** The company's name and two customers, for whoever brings a token that the authorization server gave for this company. */
export async function startCompanyService(server: AuthorizationServer): Promise<CompanyService> {
  const statuses: number[] = [];
  const listener = createServer((request, response) => {
    void answer(request, response, server).then(() => statuses.push(response.statusCode));
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    statuses,
    close: () => {
      listener.close();
      listener.closeAllConnections();
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  server: AuthorizationServer,
): Promise<void> {
  const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const company = await server.companyOf(token);
  const [, realm, resource = ""] = /^\/v3\/company\/(\d+)\/(\w+)/.exec(request.url ?? "") ?? [];
  const allowed = company !== undefined && company.id === realm;
  const body = !allowed
    ? REFUSED
    : resource === "companyinfo"
      ? { CompanyInfo: { Id: "1", CompanyName: company.name, Country: "US" } }
      : { QueryResponse: { Customer: CUSTOMERS, startPosition: 1, maxResults: CUSTOMERS.length } };
  response.setHeader("intuit_tid", "1-00000000-0000000000000000000000aa");
  response
    .writeHead(allowed ? 200 : 401, { "content-type": "application/json" })
    .end(JSON.stringify({ ...body, time: "2026-01-02T03:04:05.678-08:00" }));
}
