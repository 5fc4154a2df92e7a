import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { connectedCompany, type ConnectedCompany } from "./connected-company.js";

export interface SeenRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

export type Answering = (request: SeenRequest, response: ServerResponse) => void;

/** A data service that answers as a test says, and a company's requests to it. It ends with the test. */
export async function startService(
  test: TestContext,
  answering: Answering,
  beforeSending: () => void = () => {},
): Promise<ConnectedCompany & { seen: SeenRequest[]; close: () => Promise<unknown> }> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void record(request).then(
      (read) => {
        seen.push(read);
        answering(read, response);
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): Promise<unknown> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  test.after(close);
  const token = async (): Promise<{ value: string }> => {
    beforeSending();
    return { value: "access-token-secret" };
  };
  return { ...connectedCompany(test, { url, companyId: "4620816365" }, { token }), seen, close };
}

async function record(request: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = "", url = "", headers } = request;
  return { method, url: new URL(url, "http://localhost"), headers, body: Buffer.concat(chunks) };
}

export function answerJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json", intuit_tid: "1-tid" });
  response.end(JSON.stringify(value));
}
