import type { ConnectionString } from "../connection-string.js";
import { QBError } from "../errors.js";
import type { CallClock } from "./call-clock.js";
import { isDistrust } from "./distrust.js";
import type { FailedExchange } from "./http-failure.js";
import type { DispatchedAnswer, DispatchedRequest, RequestDispatcher } from "./request-dispatcher.js";

/** Codes of errors that come only while a connection is made. */
const NEVER_CONNECTED = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

/** The dispatcher of the program. It is never closed here; only the requests of this client are ended. */
export class ForeignDispatcher {
  readonly #dispatcher: RequestDispatcher;
  readonly #running = new Set<AbortController>();

  constructor(dispatcher: RequestDispatcher) {
    this.#dispatcher = dispatcher;
  }

  async request(
    request: Omit<DispatchedRequest, "signal" | "headersTimeout" | "bodyTimeout">,
    clock: CallClock,
  ): Promise<DispatchedAnswer> {
    const controller = new AbortController();
    const { signal } = controller;
    clock.addEventListener("abort", () => controller.abort());
    this.#running.add(controller);
    try {
      const options = { ...request, signal, headersTimeout: 0, bodyTimeout: 0 } as const;
      const answer = await orAborted(signal, this.#dispatcher.request(options));
      answer.body.once("close", () => this.#running.delete(controller));
      return answer;
    } catch (error) {
      this.#running.delete(controller);
      throw error;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  destroy(): Promise<void> {
    for (const controller of this.#running) controller.abort(destroyed());
    return Promise.resolve();
  }
}

/** How far an exchange got of which nothing can be seen: to its end, unless the error tells that it cannot have begun. */
export function guessedProgress(cause: unknown): Pick<FailedExchange, "sent" | "answering" | "refusal"> {
  const { code = "", syscall } = (cause ?? {}) as NodeJS.ErrnoException;
  const begun = !NEVER_CONNECTED.has(code) && syscall !== "connect" && !isDistrust(code);
  return { sent: begun, answering: undefined, refusal: undefined };
}

/** Throws `QB_INVALID_ARGUMENT` when the connector's certificate could not be checked as the connection string asks. */
export function checkDispatcher(
  values: ConnectionString,
  { dispatcher, trustDispatcher }: { readonly dispatcher: unknown; readonly trustDispatcher: boolean },
): void {
  if (dispatcher === undefined || !/^https:/i.test(values.URL ?? "")) return;
  const check = (["SSLPin", "SSLAcceptServerCert"] as const).find((name) => values[name] !== undefined);
  if (check !== undefined)
    throw invalid(
      `${check} cannot be checked on the connections of the option dispatcher`,
      "Leave the one or the other out.",
    );
  if (!trustDispatcher)
    throw invalid(
      "with https: the option dispatcher is refused, because the connector's certificate could not be judged on its connections",
      "Leave the dispatcher out, or say trustDispatcher: true when it verifies certificates itself.",
    );
}

function invalid(message: string, advice: string): QBError {
  return new QBError("QB_INVALID_ARGUMENT", message, { advice });
}

function destroyed(): Error {
  return Object.assign(new Error("the client was destroyed"), { code: "UND_ERR_DESTROYED" });
}

/** A dispatcher may be slow to notice, or never notice, that its request is ended. */
function orAborted<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}
