import type { Socket } from "node:net";
import { constants } from "node:os";
import { eventArguments, type EventDispatch } from "../event-dispatch.js";
import { QBError } from "../errors.js";
import { withoutMapping, type AllowedClients } from "./allowed-clients.js";
import type { HeaderDigest } from "./authenticator.js";
import type { QBConnectorEvents } from "./events.js";

/** One client's connection, from its acceptance to its end. */
export interface Connection {
  readonly id: number;
  readonly address: string;
  readonly port: number;
  /** False for a connection of an existing server, which also serves other requests. */
  readonly own: boolean;
  /** While listeners of connectionRequest decide; rejects when the connection is refused. */
  deciding: Promise<void> | undefined;
  readonly breakage: Breakage;
  readonly lastHeader: HeaderDigest;
  /** Requests of this connection that are not answered yet. */
  active: number;
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
  readonly #bySocket = new Map<Socket, Connection>();
  readonly #dispatch: EventDispatch<QBConnectorEvents>;
  readonly #allowed: () => AllowedClients;
  #lastId = 0;

  constructor(dispatch: EventDispatch<QBConnectorEvents>, allowed: () => AllowedClients) {
    this.#dispatch = dispatch;
    this.#allowed = allowed;
  }

  /** The connection of a socket; a socket that was not seen before is a new connection. */
  of(socket: Socket, own = false): Connection {
    const known = this.#bySocket.get(socket);
    if (known !== undefined) return known;
    const address = withoutMapping(socket.remoteAddress ?? "");
    const connection: Connection = {
      id: ++this.#lastId,
      address,
      port: socket.remotePort ?? 0,
      own,
      deciding: undefined,
      breakage: new Breakage(),
      lastHeader: { bytes: Buffer.alloc(0), digest: "" },
      active: 0,
    };
    // Its end has been told already; a request can come late through an existing server.
    if (socket.destroyed) return connection;
    this.#bySocket.set(socket, connection);
    this.#follow(socket, connection);
    this.#accept(socket, connection);
    return connection;
  }

  /** Ends every connection now; of an existing server only those that wait for an answer from here. */
  destroyAll(): void {
    for (const [socket, { own, active }] of this.#bySocket) if (own || active > 0) socket.destroy();
  }

  /** Ends the connections on which nothing is going on. */
  endIdle(): void {
    for (const [socket, { own, active }] of this.#bySocket) if (own && active === 0) socket.destroy();
  }

  #accept(socket: Socket, connection: Connection): void {
    if (!this.#allowed().allows(connection.address)) {
      const why = "the address is not on the list of allowed clients";
      connection.deciding = Promise.reject(this.#refuse(socket, connection, why));
      connection.deciding.catch(() => {});
    } else if (this.#dispatch.has("connectionRequest")) {
      connection.deciding = this.#decide(socket, connection);
      connection.deciding.catch(() => {});
    } else {
      this.#connected(connection, 0, "OK");
    }
  }

  async #decide(socket: Socket, connection: Connection): Promise<void> {
    const { address, port } = connection;
    const event = eventArguments({ address, port }, { accept: true });
    try {
      await this.#dispatch.decide("connectionRequest", event);
    } catch {
      event.accept = false;
    }
    connection.deciding = undefined;
    if (event.accept === true) this.#connected(connection, 0, "OK");
    else throw this.#refuse(socket, connection, "refused by a listener of connectionRequest");
  }

  #refuse(socket: Socket, connection: Connection, why: string): QBError {
    this.#connected(connection, constants.errno.ECONNREFUSED, why);
    socket.destroy();
    return new QBError("QB_CONNECTION_REFUSED", why);
  }

  #connected({ id }: Connection, statusCode: number, description: string): void {
    this.#dispatch.notify("connected", () => eventArguments({ connectionId: id, statusCode, description }));
  }

  #follow(socket: Socket, { id }: Connection): void {
    let failure: NodeJS.ErrnoException | undefined;
    socket.on("error", (error) => (failure = error));
    socket.once("close", () => {
      this.#bySocket.delete(socket);
      this.#dispatch.notify("disconnected", () =>
        eventArguments({
          connectionId: id,
          statusCode: Math.abs(failure?.errno ?? 0),
          description: failure?.message ?? "OK",
        }),
      );
    });
  }
}
