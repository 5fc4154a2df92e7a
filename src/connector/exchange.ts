import type { IncomingMessage, ServerResponse } from "node:http";
import type { DepartureSignal } from "../quickbooks/job.js";
import type { Connection } from "./connections.js";

/** One request on its way through. As a signal it tells that the client closed the connection before its answer. */
export class Exchange implements DepartureSignal {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: Connection;
  /** The path below where the connector is mounted. */
  readonly path: string;
  /** The client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
  /** The body was read to its end. */
  received = false;
  /** The message set as the client wrote it, when it is short enough to be explained. */
  sent: { readonly body: Buffer; readonly charset: string | undefined } | undefined;
  /** A request makes one call at most. */
  #onDeparture: (() => void) | undefined;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    { connection, path, expectsContinue }: Pick<Exchange, "connection" | "path" | "expectsContinue">,
  ) {
    this.request = request;
    this.response = response;
    this.connection = connection;
    this.path = path;
    this.expectsContinue = expectsContinue;
  }

  get aborted(): boolean {
    const { request, response } = this;
    return (response.destroyed || request.socket.destroyed) && !response.writableFinished;
  }

  addEventListener(_type: "abort", listener: () => void): void {
    this.#onDeparture = listener;
    // A response behind others has no socket yet, and does not hear of its end.
    if (this.response.socket === null) this.connection.queued.add(listener);
  }

  removeEventListener(): void {
    if (this.#onDeparture !== undefined) this.connection.queued.delete(this.#onDeparture);
    this.#onDeparture = undefined;
  }

  /** To be told of the end of the response; the call that is still under way has lost its client. */
  ended(): void {
    this.#onDeparture?.();
  }
}
