import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { Client, type buildConnector, type Dispatcher } from "undici";
import type { QBError } from "../errors.js";
import { certificateRefusal, handshakeFailure } from "./handshake-failure.js";
import type { ServerAuthentication } from "./server-authentication.js";

interface Counters {
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** The connection that a client has now, and what had gone over it when it was made. */
interface Line {
  socket: Socket | undefined;
  atConnect: Counters;
  /** That the server did not accept the handshake, which with TLS 1.3 it says after the client has taken it for complete. */
  refusal: QBError | undefined;
}

const NOTHING: Counters = Object.freeze({ bytesRead: 0, bytesWritten: 0 });

/** How far one exchange got; undici's errors do not tell, because their counters belong to the whole connection. */
export class ExchangeProgress {
  #line: Line | undefined;
  #socket: Socket | undefined;
  #before: Counters = NOTHING;

  /** The line that takes the exchange; each carries one at a time. */
  startOn(line: Line): void {
    this.#line = line;
    this.#socket = line.socket;
    this.#before = countersOf(line.socket);
  }

  /** False when certainly nothing of the request has left. */
  get sent(): boolean {
    return this.#grew("bytesWritten");
  }

  /** True when at least one byte of an answer has come. */
  get answering(): boolean {
    return this.#grew("bytesRead");
  }

  /** Why the server has thrown the request away unread; undefined when that is not certain. */
  get refusal(): QBError | undefined {
    return this.sent && !this.answering ? this.#line?.refusal : undefined;
  }

  #grew(counter: keyof Counters): boolean {
    const line = this.#line;
    if (line?.socket === undefined) return false;
    const before = line.socket === this.#socket ? this.#before : line.atConnect;
    return line.socket[counter] > before[counter];
  }
}

/**
 * One connection at a time; exchanges whose `opaque` is an `ExchangeProgress` are followed. With https: a connection is used
 * only when its certificate has passed.
 */
export class WatchedClient extends Client {
  readonly #line: Line;

  constructor(origin: URL, options: Client.Options, authentication: ServerAuthentication) {
    const line: Line = { socket: undefined, atConnect: NOTHING, refusal: undefined };
    const connect = remembering(options.connect as buildConnector.connector, line);
    const judged = origin.protocol === "https:" ? judging(connect, line, authentication) : connect;
    super(origin, { ...options, connect: judged });
    this.#line = line;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { opaque } = options as { opaque?: unknown };
    if (opaque instanceof ExchangeProgress) opaque.startOn(this.#line);
    return super.dispatch(options, handler);
  }
}

function remembering(connect: buildConnector.connector, line: Line): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      line.socket = socket;
      line.atConnect = countersOf(socket);
      line.refusal = undefined;
      if (socket instanceof TLSSocket && socket.getProtocol() === "TLSv1.3") keepRefusal(socket, line);
      callback(null, socket);
    });
}

/**
 * With TLS 1.3 nothing is read of a client whose certificate is missing or bad, and later no certificate is asked for, because
 * Node.js does not offer that. With TLS 1.2 such an alert would belong to another handshake, after the request.
 */
function keepRefusal(socket: TLSSocket, line: Line): void {
  // The first error; undici adds its own when the connection ends.
  socket.once("error", (error) => {
    if (line.socket === socket && socket.bytesRead === line.atConnect.bytesRead)
      line.refusal = certificateRefusal(error);
  });
}

function judging(
  connect: buildConnector.connector,
  line: Line,
  authentication: ServerAuthentication,
): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error !== null) {
        const failure = handshakeFailure(error);
        authentication.tell(failure.message);
        return callback(failure, null);
      }
      void admitted(socket as TLSSocket, line, authentication, callback);
    });
}

async function admitted(
  socket: TLSSocket,
  line: Line,
  authentication: ServerAuthentication,
  callback: buildConnector.Callback,
): Promise<void> {
  try {
    await authentication.admit(socket);
    if (line.refusal !== undefined) throw line.refusal;
  } catch (error) {
    socket.destroy();
    const ended = (error as QBError).code === "QB_UNREACHABLE";
    return callback((ended ? line.refusal : undefined) ?? (error as Error), null);
  }
  callback(null, socket);
}

function countersOf(socket: Socket | undefined): Counters {
  return { bytesRead: socket?.bytesRead ?? 0, bytesWritten: socket?.bytesWritten ?? 0 };
}
