import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { TestContext } from "node:test";

export interface ProxyStandIn {
  readonly port: number;
  /** Host and port of each connection that was asked for. */
  readonly targets: string[];
  /** The logins that came with them, `user:password`; undefined for none. */
  readonly logins: (string | undefined)[];
}

interface ProxyOptions {
  /** Asked for when given. */
  readonly login?: string;
}

/** An HTTP proxy that makes tunnels to this machine only. */
export async function startTunnel(t: TestContext, { login }: ProxyOptions = {}): Promise<ProxyStandIn> {
  const targets: string[] = [];
  const logins: (string | undefined)[] = [];
  const server = createHttpServer((_request, response) => response.writeHead(501).end());
  server.on("connect", ({ url = "", headers }, socket: Socket) => {
    const basic = /^Basic (.+)$/.exec(headers["proxy-authorization"] ?? "")?.[1];
    const given = basic === undefined ? undefined : Buffer.from(basic, "base64").toString();
    targets.push(url);
    logins.push(given);
    socket.on("error", () => {});
    if (login !== undefined && given !== login)
      return void socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
    const port = Number(/^127\.0\.0\.1:(\d+)$/.exec(url)?.[1]);
    if (Number.isNaN(port)) return void socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
    pass(socket, port, "HTTP/1.1 200 OK\r\n\r\n");
  });
  return started(t, server, targets, logins);
}

/** A SOCKS5 proxy (RFC 1928, RFC 1929) that connects to this machine only. */
export async function startSocks5(t: TestContext, { login }: ProxyOptions = {}): Promise<ProxyStandIn> {
  const targets: string[] = [];
  const logins: (string | undefined)[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    let step: "greeting" | "login" | "request" = "greeting";
    let given: string | undefined;
    const take = (data: Buffer): void => {
      if (step === "greeting") {
        step = login === undefined ? "request" : "login";
        return void socket.write(Buffer.from([5, login === undefined ? 0 : 2]));
      }
      if (step === "login") {
        const length = data[1] ?? 0;
        given = `${data.toString("utf8", 2, 2 + length)}:${data.toString("utf8", 3 + length)}`;
        step = "request";
        return void socket.write(Buffer.from([1, given === login ? 0 : 1]));
      }
      socket.off("data", take);
      const { host, port } = addressIn(data);
      targets.push(`${host}:${port}`);
      logins.push(given);
      if (host !== "127.0.0.1") return void socket.end(Buffer.from([5, 2, 0, 1, 0, 0, 0, 0, 0, 0]));
      pass(socket, port, Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
    };
    socket.on("data", take);
  });
  return started(t, server, targets, logins);
}

/** Of a request whose address is an IPv4 address or a name. */
function addressIn(data: Buffer): { readonly host: string; readonly port: number } {
  const end = data[3] === 1 ? 8 : 5 + (data[4] ?? 0);
  const host = data[3] === 1 ? data.subarray(4, 8).join(".") : data.subarray(5, end).toString();
  return { host, port: data.readUInt16BE(end) };
}

function pass(socket: Socket, port: number, accepted: string | Buffer): void {
  const onward = connect(port, "127.0.0.1", () => {
    socket.write(accepted);
    socket.pipe(onward).pipe(socket);
  });
  onward.on("error", () => socket.destroy());
  socket.on("close", () => onward.destroy());
}

async function started(
  t: TestContext,
  server: Server,
  targets: string[],
  logins: (string | undefined)[],
): Promise<ProxyStandIn> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) =>
    sockets.add(socket.once("close", () => sockets.delete(socket))),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, targets, logins };
}
