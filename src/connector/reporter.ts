import { eventArguments, type EventDispatch } from "../event-dispatch.js";
import { QBError } from "../errors.js";
import type { Logger } from "../logger.js";
import type { QBConnectorEvents } from "./events.js";

/** Tells listeners and the logger what goes on and what went wrong. */
export class Reporter {
  readonly #dispatch: () => EventDispatch<QBConnectorEvents>;
  readonly #logger: Logger;

  constructor(dispatch: () => EventDispatch<QBConnectorEvents>, logger: Logger) {
    this.#dispatch = dispatch;
    this.#logger = logger;
  }

  /** What concerns the connector as a whole is for the log, too. */
  status(message: string, connectionId = 0): void {
    if (connectionId === 0) this.#logger.info({}, message);
    this.#tell(message, connectionId);
  }

  /** What the operator should see to. */
  warning(message: string): void {
    this.#logger.warn({}, message);
    this.#tell(message, 0);
  }

  #tell(message: string, connectionId: number): void {
    this.#dispatch().notify("status", () => eventArguments({ connectionId, message }));
  }

  /** What a client did wrong is its own matter, and everyday; credentials that are refused are worth a warning. */
  refusal(error: QBError, connectionId: number): void {
    this.#tell(`${error.code}: ${error.message}`, connectionId);
    const fields = { connectionId, code: error.code };
    const isWorthWarning = error.family === "credentials" && error.code !== "QB_CONNECTION_REFUSED";
    if (isWorthWarning) this.#logger.warn(fields, error.message);
    else this.#logger.info(fields, error.message);
  }

  /** To the `error` event; what nobody listens to goes to the logger. */
  failure(cause: unknown, connectionId = 0): void {
    const error =
      cause instanceof QBError ? cause : new QBError("QB_INTERNAL", "the connector failed", { cause });
    if (!this.#dispatch().has("error")) return this.#log(error, connectionId);
    this.#dispatch().notify("error", () =>
      eventArguments({ connectionId, errorCode: error.httpStatus, description: error.message, error }),
    );
  }

  listenerFailure(event: string, cause: unknown): void {
    const error =
      cause instanceof QBError
        ? cause
        : new QBError("QB_LISTENER", `a listener of ${event} failed`, { cause });
    if (event === "error") this.#log(error, 0);
    else this.failure(error);
  }

  #log(error: QBError, connectionId: number): void {
    const { code, outcome, hresult, cause } = error;
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : undefined;
    this.#logger.error({ connectionId, code, outcome, hresult, cause: reason }, error.message);
  }
}
