import type { Socket } from "node:net";
import { constants } from "node:os";
import { eventArguments, type EventDispatch } from "../event-dispatch.js";
import { QBError } from "../errors.js";
import { withoutMapping, type AllowedClients } from "./allowed-clients.js";
import { noHeaderYet, type SeenHeader } from "./authenticator.js";
import type { QBConnectorEvents } from "./events.js";
import { Places } from "./places.js";
import { closing } from "./socket-waits.js";

/** One client's connection, from its acceptance to its end. */
export interface Connection {
  readonly id: number;
  readonly address: string;
  readonly port: number;
  /** False for a connection of an existing server, which also serves other requests. */
  readonly own: boolean;
  /** While listeners decide whether to take the connection; rejects, and stays, when it is refused. */
  deciding: Promise<void> | undefined;
  readonly breakage: Breakage;
  readonly lastHeader: SeenHeader;
  /** What calls want to be told of the end of the connection whose answers stand behind others. */
  readonly queued: Set<() => void>;
  /** Requests of this connection that are not answered yet. */
  active: number;
  /** What requests come from: the accepted socket, or the TLS on top of it. */
  socket: Socket;
  failure: NodeJS.ErrnoException | undefined;
  /** Whether `connected` has told of it. */
  announced: boolean;
}

export interface ConnectionsOptions {
  readonly dispatch: EventDispatch<QBConnectorEvents>;
  readonly allowed: () => AllowedClients;
  /** Open connections of the connector's own server. */
  readonly limit: number;
  readonly onRefused: (error: QBError, connectionId: number) => void;
  /** All places are taken. Told once, and again only after half of them were free. */
  readonly onFull: () => void;
}

/** Happens when what arrives is not HTTP any more; requests under way are still answered. */
export class Breakage {
  error: QBError | undefined;
  /** Who waits for a body on this connection. */
  listener: ((error: QBError) => void) | undefined;

  happen(error: QBError): void {
    this.error = error;
    this.listener?.(error);
  }
}

/** Numbers the connections, has them accepted, and tells of their coming and going. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #bySocket = new WeakMap<Socket, Connection>();
  readonly #open = new Set<Connection>();
  readonly #places = new Places();
  #tellsOfFullness = true;
  #lastId = 0;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** The connection of a socket; a socket that was not seen before is a new connection of an existing server. */
  of(socket: Socket): Connection {
    return this.#bySocket.get(socket) ?? this.#take(socket, { own: false, secures: false });
  }

  /**
   * A new connection of the connector's own server; undefined when it was turned away. One that `secures` is open only when
   * `secured` says so.
   */
  admit(socket: Socket, { secures }: { readonly secures: boolean }): Connection | undefined {
    if (!this.#makeRoom(socket)) return undefined;
    return this.#take(socket, { own: true, secures });
  }

  /** TLS is established on a connection; with a `refusal` that is what its requests are answered. */
  secured(connection: Connection, socket: Socket, refusal: QBError | undefined): void {
    connection.socket = socket;
    this.#bySocket.set(socket, connection);
    socket.on("error", (error) => (connection.failure = error));
    if (refusal === undefined) return this.#connected(connection, 0, "OK");
    connection.deciding = Promise.reject(refusal);
    connection.deciding.catch(() => {});
    this.#connected(connection, constants.errno.ECONNREFUSED, refusal.message);
  }

  /** TLS did not come about. */
  notSecured(connection: Connection, why: string): void {
    this.#connected(connection, constants.errno.EPROTO, why);
  }

  /** Somebody was authorized on a connection. */
  trust(connection: Connection): void {
    if (connection.own) this.#places.trust(connection);
  }

  /** Ends every connection now; of an existing server only those that wait for an answer from here. */
  destroyAll(): void {
    for (const { socket, own, active } of this.#open) if (own || active > 0) socket.destroy();
  }

  /** Ends the connections on which nothing is going on. */
  endIdle(): void {
    for (const { socket, own, active } of this.#open) if (own && active === 0) socket.destroy();
  }

  /** False when the new connection has to go. */
  #makeRoom(socket: Socket): boolean {
    if (this.#places.taken < this.#options.limit) return true;
    if (this.#tellsOfFullness) this.#options.onFull();
    this.#tellsOfFullness = false;
    const leaving = this.#places.nextToGo();
    if (leaving === undefined) socket.destroy();
    else this.#end(leaving);
    return leaving !== undefined;
  }

  /** Counts as gone at once, for the next one comes before the system has told of its end. */
  #end(connection: Connection): void {
    connection.socket.destroy();
    this.#forget(connection);
  }

  #take(socket: Socket, { own, secures }: { own: boolean; secures: boolean }): Connection {
    const connection: Connection = {
      id: ++this.#lastId,
      address: withoutMapping(socket.remoteAddress ?? ""),
      port: socket.remotePort ?? 0,
      own,
      deciding: undefined,
      breakage: new Breakage(),
      lastHeader: noHeaderYet(),
      queued: new Set(),
      active: 0,
      socket,
      failure: undefined,
      announced: false,
    };
    // Its end has been told already; a request can come late through an existing server.
    if (socket.destroyed) return connection;
    this.#bySocket.set(socket, connection);
    this.#remember(connection);
    this.#follow(socket, connection);
    this.#accept(connection, secures);
    return connection;
  }

  #remember(connection: Connection): void {
    this.#open.add(connection);
    if (connection.own) this.#places.take(connection);
  }

  #forget(connection: Connection): void {
    this.#open.delete(connection);
    this.#places.leave(connection);
    if (this.#places.taken <= this.#options.limit / 2) this.#tellsOfFullness = true;
  }

  #accept(connection: Connection, secures: boolean): void {
    const { dispatch, allowed } = this.#options;
    if (!allowed().allows(connection.address)) {
      const why = "the address is not on the list of allowed clients";
      connection.deciding = Promise.reject(this.#refuse(connection, why));
      connection.deciding.catch(() => {});
    } else if (dispatch.has("connectionRequest")) {
      connection.deciding = this.#decide(connection, secures);
      connection.deciding.catch(() => {});
    } else if (!secures) {
      this.#connected(connection, 0, "OK");
    }
  }

  async #decide(connection: Connection, secures: boolean): Promise<void> {
    const { address, port } = connection;
    const event = eventArguments({ address, port }, { accept: true });
    try {
      await this.#options.dispatch.decide("connectionRequest", event, closing(connection.socket));
    } catch {
      event.accept = false;
    }
    connection.deciding = undefined;
    if (event.accept !== true) throw this.#refuse(connection, "refused by a listener of connectionRequest");
    if (!secures) this.#connected(connection, 0, "OK");
  }

  #refuse(connection: Connection, why: string): QBError {
    this.#connected(connection, constants.errno.ECONNREFUSED, why);
    connection.socket.destroy();
    const refusal = new QBError("QB_CONNECTION_REFUSED", why);
    this.#options.onRefused(refusal, connection.id);
    return refusal;
  }

  #connected(connection: Connection, statusCode: number, description: string): void {
    if (connection.announced) return;
    connection.announced = true;
    this.#options.dispatch.notify("connected", () =>
      eventArguments({ connectionId: connection.id, statusCode, description }),
    );
  }

  #follow(socket: Socket, connection: Connection): void {
    socket.on("error", (error) => (connection.failure = error));
    socket.once("close", () => {
      this.#forget(connection);
      for (const listener of connection.queued) listener();
      const { failure } = connection;
      this.#connected(
        connection,
        constants.errno.ECONNRESET,
        failure?.message ?? "it ended before it was open",
      );
      this.#options.dispatch.notify("disconnected", () =>
        eventArguments({
          connectionId: connection.id,
          statusCode: systemNumber(failure),
          description: failure?.message ?? "OK",
        }),
      );
    });
  }
}

/** The number that the system gives such an error; that in `errno` is libuv's own on Windows. */
function systemNumber(failure: NodeJS.ErrnoException | undefined): number {
  const numbers: Readonly<Record<string, number>> = constants.errno;
  return numbers[failure?.code ?? ""] ?? Math.abs(failure?.errno ?? 0);
}
