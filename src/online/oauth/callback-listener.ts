import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { QBError } from "../../errors.js";
import { isLoopback } from "../../wire/loopback.js";
import { within } from "../../within.js";
import { PAGE_HEADERS, failedPage, plainPage, type CallbackPage } from "./callback-page.js";
import { hostOf } from "./callback-url.js";

export interface CallbackListenerOptions {
  /** Where to listen: http on this machine; port 0 takes any. */
  readonly listener: URL;
  /** What Intuit sees. Another server may stand there and forward. */
  readonly callbackURL: string;
  /** Gives the page for a callback; called for each that comes, also for doubled ones. */
  readonly answer: (redirected: URL) => Promise<CallbackPage>;
}

export interface CallbackListener {
  readonly port: number;
  /** Ends when the pages under way were delivered, in any case after 2 s. */
  readonly close: () => Promise<void>;
}

const LIMITS = Object.freeze({
  maxHeaderSize: 16_384,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1000,
});
const MAX_CONNECTIONS = 64;
/** Longer than the exchange of a code may take, and the wait for the place where its tokens are kept. */
const IDLE_MS = 120_000;
const DELIVERY_MS = 2000;

/** Waits on this machine for the browser to come back. */
export async function listenForCallback(options: CallbackListenerOptions): Promise<CallbackListener> {
  const { listener } = options;
  const host = hostOf(listener);
  if (listener.protocol !== "http:" || !isLoopback(host)) {
    throw refusal(listener, "listening is for http on this machine, such as http://localhost:8080/callback");
  }
  const running = new Set<ServerResponse>();
  const open = (address: string, port: number): Promise<Server> =>
    opened(listener, address, port, (request, response) => {
      running.add(response.once("close", () => running.delete(response)));
      void respond(request, response, options);
    });
  const wanted = Number(listener.port || 80);
  const first = await open(host === "localhost" ? "127.0.0.1" : host, wanted);
  const servers = [first];
  const { port } = first.address() as AddressInfo;
  const close = async (): Promise<void> => {
    const delivered = [...running].map((response) => new Promise((done) => response.once("close", done)));
    await within(DELIVERY_MS, Promise.all(delivered));
    await Promise.all(servers.map((server) => closed(server)));
  };
  // A browser may take either address of localhost: nobody else must be listening on the other.
  if (host === "localhost" && wanted !== 0) {
    try {
      servers.push(await open("::1", wanted));
    } catch (error) {
      if (isTaken(error)) {
        await close();
        throw error;
      }
    }
  }
  return { port, close };
}

function opened(
  listener: URL,
  address: string,
  port: number,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  const server = createServer(LIMITS, handle);
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(IDLE_MS);
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(unheard(listener, cause)));
    server.listen({ host: address, port, exclusive: true }, () => resolve(server));
  });
}

async function closed(server: Server): Promise<void> {
  const end = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await end;
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: CallbackListenerOptions,
): Promise<void> {
  const { status, html } = await pageFor(request, options);
  response.writeHead(status, {
    ...PAGE_HEADERS,
    "content-length": Buffer.byteLength(html),
    connection: "close",
    ...(status === 405 ? { allow: "GET" } : {}),
  });
  response.end(html);
}

async function pageFor(request: IncomingMessage, options: CallbackListenerOptions): Promise<CallbackPage> {
  const { listener, callbackURL, answer } = options;
  const intended = new URL(callbackURL);
  if (!isOurs(request, intended)) return plainPage(421, "Wrong host");
  const [path = "", ...query] = (request.url ?? "").split("?");
  if (path !== listener.pathname && path !== intended.pathname) return plainPage(404, "Not found");
  if (request.method !== "GET") return plainPage(405, "Only GET");
  // A guess of the browser must not use up the login; it asks again when the page is really wanted.
  if (/prefetch|preview|prerender/i.test(purposeOf(request))) return plainPage(503, "Not in advance");
  intended.search = query.join("?");
  try {
    return await answer(intended);
  } catch {
    return failedPage("The program could not take the answer.", "Start again there.");
  }
}

function purposeOf({ headers }: IncomingMessage): string {
  return [headers["sec-purpose"], headers["purpose"], headers["x-moz"]].join(" ");
}

/** A page elsewhere whose name was made to point at this machine sends its own name as Host. */
function isOurs(request: IncomingMessage, intended: URL): boolean {
  const [host = "", ...more] = request.headersDistinct["host"] ?? [];
  if (more.length > 0) return false;
  const given = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
  if (given === undefined || given.pathname !== "/" || given.username !== "") return false;
  if (host.toLowerCase() === intended.host || given.hostname === intended.hostname) return true;
  return isLoopback(hostOf(given)) && Number(given.port || 80) === request.socket.localPort;
}

function isTaken(error: unknown): boolean {
  return (
    error instanceof QBError &&
    (error.details["reason"] === "EADDRINUSE" || error.details["reason"] === "EACCES")
  );
}

function unheard(listener: URL, cause: NodeJS.ErrnoException): QBError {
  const reason =
    cause.code === "EADDRINUSE"
      ? "another program listens on this port"
      : cause.code === "EACCES"
        ? "this user may not listen on this port"
        : cause.message;
  return refusal(listener, reason, cause);
}

function refusal(listener: URL, reason: string, cause?: NodeJS.ErrnoException): QBError {
  return new QBError("QB_CALLBACK_URL", `cannot listen at ${listener.origin}: ${reason}`, {
    advice:
      "End the other program, or choose another port for CallbackListener (and for CallbackURL, with the application, " +
      "where Intuit sends the browser straight here).",
    details: { listener: listener.origin, reason: cause?.code },
    cause,
  });
}
