import { createServer, type AddressInfo, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

export interface RawRequest {
  readonly head: string;
  readonly body: string;
  /** From 1, in the order of arrival. */
  readonly number: number;
  readonly socket: Socket;
}

export type Reply = (socket: Socket, request: RawRequest) => void;

export interface RawServer {
  readonly port: number;
  readonly url: string;
  readonly requests: RawRequest[];
  readonly sockets: Set<Socket>;
  /** Connections that were ever made; with TLS: whose handshake was completed. */
  connections: number;
  /** Bytes that came on them; with TLS: after decryption. */
  received: number;
  close(): Promise<void>;
}

/** True when every connection on which a request came is closed; undici may have made others since. */
export function allCut({ requests }: RawServer): boolean {
  return requests.every(({ socket }) => socket.destroyed);
}

/**
 * A TCP server, or TLS server, that reads requests with Content-Length and has the test write whatever it likes as answer.
 */
export async function startRawServer(t: TestContext, reply: Reply, tls?: TlsOptions): Promise<RawServer> {
  const requests: RawRequest[] = [];
  const sockets = new Set<Socket>();
  const take = (socket: Socket): void => {
    state.connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    socket.on("data", (data: string) => (state.received += data.length));
    readRequests(socket, (head, body) => {
      const request = { head, body, number: requests.length + 1, socket };
      requests.push(request);
      reply(socket, request);
    });
  };
  const server = tls === undefined ? createServer(take) : createTlsServer(tls, take);
  // With TLS also those whose handshake is never completed.
  const raw = new Set<Socket>();
  server.on("connection", (socket: Socket) => raw.add(socket.once("close", () => raw.delete(socket))));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async (): Promise<void> => {
    for (const socket of [...sockets, ...raw]) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  t.after(close);
  const { port } = server.address() as AddressInfo;
  const state: RawServer = {
    port,
    url: tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    requests,
    sockets,
    connections: 0,
    received: 0,
    close,
  };
  return state;
}

function readRequests(socket: Socket, onRequest: (head: string, body: string) => void): void {
  let received = "";
  socket.setEncoding("latin1").on("data", (data: string) => {
    received += data;
    for (;;) {
      const end = received.indexOf("\r\n\r\n");
      if (end < 0) return;
      const head = received.slice(0, end);
      const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
      if (received.length < end + 4 + length) return;
      const body = received.slice(end + 4, end + 4 + length);
      received = received.slice(end + 4 + length);
      onRequest(head, body);
    }
  });
}

export function httpAnswer(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array = "",
): Buffer {
  const all = { "content-length": String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status} X\r\n${lines.join("")}\r\n`),
    Buffer.from(body as string),
  ]);
}

export const XML_ANSWER = httpAnswer(200, { "content-type": "text/xml; charset=utf-8" }, "<QBXML/>");
