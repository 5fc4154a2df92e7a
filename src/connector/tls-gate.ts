import type { Socket } from "node:net";
import { constants } from "node:crypto";
import { createServer, type Server, type TLSSocket } from "node:tls";
import { eventArguments, type EventDispatch } from "../event-dispatch.js";
import { QBError } from "../errors.js";
import type { ServerCertificate } from "./certificate/server-certificate.js";
import { fullChain, type ServerIdentity } from "./certificate/server-identity.js";
import { chooseIdentity } from "./certificate-choice.js";
import { judgeClient } from "./client-authentication.js";
import type { Connection, Connections } from "./connections.js";
import { answerEarly } from "./early-answer.js";
import type { QBConnectorEvents } from "./events.js";
import type { Reporter } from "./reporter.js";
import { arrival, firstByte, inTime } from "./socket-waits.js";

export interface TlsGateOptions {
  readonly certificate: ServerCertificate;
  readonly authenticateClients: boolean;
  /** PEM of those whose certificates of clients are trusted; undefined leaves that to Node.js. */
  readonly clientAuthorities: readonly string[] | undefined;
  /** Whether a listener of `sslConnectionRequest` has a say. */
  readonly asksForCertificate: () => boolean;
  /** For the first bytes to arrive, and again for the handshake. */
  readonly timeLimitMs: number;
  readonly connections: Connections;
  readonly dispatch: EventDispatch<QBConnectorEvents>;
  readonly report: Reporter;
}

const LEFT_HANDSHAKE = "the client left in the middle of the handshake; it may not trust the certificate";
/** What every TLS handshake begins with. */
const HANDSHAKE = 0x16;

/** Who speaks HTTP can be answered. */
class PlainHttp extends QBError {
  constructor() {
    super("QB_TLS", "plain HTTP came in where TLS is spoken");
  }
}

interface Handshake {
  readonly done: (secured: TLSSocket) => void;
  readonly failed: (cause: NodeJS.ErrnoException) => void;
}

/** Takes accepted sockets through the TLS handshake. */
export class TlsGate {
  readonly #options: TlsGateOptions;
  /** Node.js tells the truth about a client's certificate only to a server, and a server has one certificate. */
  readonly #servers = new WeakMap<ServerIdentity, Server>();
  /** Handshakes under way, by the socket below TLS. */
  readonly #handshakes = new WeakMap<Socket, Handshake>();

  constructor(options: TlsGateOptions) {
    this.#options = options;
  }

  /** Gives the socket to speak HTTP on; undefined when none came about, of which everybody was told. */
  async secure(socket: Socket, connection: Connection): Promise<TLSSocket | undefined> {
    try {
      await connection.deciding;
    } catch {
      return undefined;
    }
    try {
      await this.#expectHandshake(socket);
      const identity = await this.#identityFor(socket, connection);
      const secured = await this.#handshake(socket, connection, identity);
      await this.#admit(secured, connection);
      return secured;
    } catch (error) {
      this.#fail(socket, connection, asQBError(error));
      return undefined;
    }
  }

  async #expectHandshake(socket: Socket): Promise<void> {
    const byte = await inTime(this.#options.timeLimitMs, firstByte(socket), "nothing arrived in time");
    if (byte === HANDSHAKE) return;
    if (/[A-Za-z]/.test(String.fromCharCode(byte))) throw new PlainHttp();
    throw new QBError("QB_TLS", "what arrived is not TLS");
  }

  async #identityFor(socket: Socket, connection: Connection): Promise<ServerIdentity> {
    const { certificate, asksForCertificate, timeLimitMs, dispatch } = this.#options;
    if (!asksForCertificate()) return certificate.identity();
    const identity = await chooseIdentity({ socket, connection, certificate, dispatch, timeLimitMs });
    if (socket.destroyed) throw gone();
    return identity;
  }

  async #handshake(socket: Socket, connection: Connection, identity: ServerIdentity): Promise<TLSSocket> {
    this.#tell(connection, "the handshake begins");
    const server = this.#serverFor(identity);
    const { timeLimitMs } = this.#options;
    try {
      const secured = arrival<TLSSocket>(socket, LEFT_HANDSHAKE, (done, failed) => {
        this.#handshakes.set(socket, { done, failed });
        // Else TLS, which inherits it, would wait on after the client's end.
        socket.allowHalfOpen = false;
        server.emit("connection", socket);
      });
      return await inTime(timeLimitMs, secured, "the handshake was not complete in time");
    } catch (cause) {
      if (cause instanceof QBError) throw cause;
      throw new QBError("QB_TLS", `the handshake failed: ${reasonOf(cause)}`, { cause });
    } finally {
      this.#handshakes.delete(socket);
    }
  }

  async #admit(secured: TLSSocket, connection: Connection): Promise<void> {
    const { authenticateClients, connections, dispatch } = this.#options;
    const { standardName } = secured.getCipher();
    this.#tell(connection, `${secured.getProtocol() ?? "TLS"}, ${standardName}`);
    const refusal = authenticateClients ? await judgeClient(secured, connection, dispatch) : undefined;
    if (secured.destroyed) throw gone();
    if (refusal !== undefined) this.#tell(connection, refusal.message);
    connections.secured(connection, secured, refusal);
  }

  #serverFor(identity: ServerIdentity): Server {
    const known = this.#servers.get(identity);
    if (known !== undefined) return known;
    const server = this.#makeServer(identity);
    this.#servers.set(identity, server);
    return server;
  }

  #makeServer(identity: ServerIdentity): Server {
    const { authenticateClients, clientAuthorities } = this.#options;
    // A resumed session would bring back the client's certificate as it was judged once.
    const tickets = authenticateClients ? constants.SSL_OP_NO_TICKET : 0;
    const server = createServer({
      key: identity.key,
      cert: fullChain(identity),
      ALPNProtocols: ["http/1.1"],
      minVersion: "TLSv1.2",
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION | tickets,
      requestCert: authenticateClients,
      rejectUnauthorized: false,
      ...(clientAuthorities === undefined ? {} : { ca: [...clientAuthorities] }),
    });
    server.on("secureConnection", (socket: TLSSocket) => {
      // Nobody else listens while the client's certificate is judged.
      socket.on("error", () => {});
      this.#handshakes.get(below(socket))?.done(socket);
    });
    server.on("tlsClientError", (error, socket) => {
      this.#handshakes.get(below(socket))?.failed(error);
      socket.destroy();
    });
    return server;
  }

  #fail(socket: Socket, connection: Connection, error: QBError): void {
    const { connections, report } = this.#options;
    this.#tell(connection, error.message);
    if (error.code === "QB_TLS") report.refusal(error, connection.id);
    else if (error.code !== "QB_LISTENER") report.failure(error, connection.id);
    connections.notSecured(connection, error.message);
    if (error instanceof PlainHttp) answerEarly(socket, error);
    else socket.destroy();
  }

  #tell({ id }: Connection, message: string): void {
    this.#options.dispatch.notify("sslStatus", () => eventArguments({ connectionId: id, message }));
  }
}

/** Its address tells the connections apart no more when one was reset, so Node's own field has to. */
function below(secured: TLSSocket): Socket {
  return (secured as TLSSocket & { readonly _parent: Socket })._parent;
}

/** What a client brings about must never end the process, whatever it is. */
function asQBError(cause: unknown): QBError {
  return cause instanceof QBError ? cause : new QBError("QB_INTERNAL", "the connection failed", { cause });
}

function reasonOf(cause: unknown): string {
  const { reason, code, message } = cause as NodeJS.ErrnoException & { reason?: string };
  return reason ?? code ?? message;
}

function gone(): QBError {
  return new QBError("QB_TLS", "the client has gone");
}
