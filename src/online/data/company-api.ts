import type { Logger } from "../../logger.js";
import type { HttpClient, HttpRequest } from "../http/http-client.js";
import { failureOf, factsOf, readObject, type JsonObject, type ServiceAnswer } from "./answer-failure.js";
import type { CallOptions } from "./call-options.js";
import { detailsOf } from "./fault.js";
import { RateLimit } from "./rate-limit.js";
import { ServiceCall } from "./service-call.js";

export interface TokenSource {
  /** A token that works, another than the one that was refused. */
  token(options?: { refused?: string; signal?: AbortSignal }): Promise<{ readonly value: string }>;
}

export interface CompanyApiOptions {
  readonly http: HttpClient;
  readonly tokens: TokenSource;
  readonly serviceURL: URL;
  readonly companyId: () => Promise<string>;
  readonly minorVersion: string;
  readonly logger: Logger;
}

/** A request to the company; its path is below `/v3/company/ID/`. */
export interface CompanyRequest extends CallOptions {
  readonly path: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly accept?: string;
  /** Makes it a POST. `content` is made anew for each attempt. */
  readonly body?: {
    readonly type: string;
    readonly content: () => HttpRequest["body"];
    /** In bytes, when the content is a stream. */
    readonly length?: number | undefined;
  };
  /** Of a write, and only of it: the same in every attempt. */
  readonly requestId?: string;
}

/** The requests of one company: token, minor version, request id, limits, repetitions, faults. */
export class CompanyApi {
  readonly http: HttpClient;
  readonly logger: Logger;
  readonly #options: CompanyApiOptions;
  readonly #running = new Set<ServiceCall>();
  #isClosed = false;

  constructor(options: CompanyApiOptions) {
    this.http = options.http;
    this.logger = options.logger;
    this.#options = options;
  }

  companyId(): Promise<string> {
    return this.#options.companyId();
  }

  /** Ends the calls that wait, and takes no others; those that were sent end with the HTTP client. */
  close(): void {
    this.#isClosed = true;
    for (const { clock } of this.#running) clock.close();
  }

  get(
    path: string,
    parameters: Readonly<Record<string, string>>,
    { signal, deadlineMs }: CallOptions,
  ): Promise<JsonObject> {
    return this.send({ path, parameters, signal, deadlineMs });
  }

  /** A write when there is a request id. */
  post(request: Omit<CompanyRequest, "body">, object: object): Promise<JsonObject> {
    const text = JSON.stringify(object);
    return this.send({ ...request, body: { type: "application/json", content: () => text } });
  }

  send(request: CompanyRequest): Promise<JsonObject>;
  send<Result>(
    request: CompanyRequest,
    read: (answer: ServiceAnswer) => Result | Promise<Result>,
  ): Promise<Result>;
  async send(
    request: CompanyRequest,
    read: (answer: ServiceAnswer) => unknown = readObject,
  ): Promise<unknown> {
    const call = new ServiceCall(request, request.requestId);
    this.#running.add(call);
    if (this.#isClosed) call.clock.close();
    try {
      const companyId = await call.clock.during(this.#options.companyId());
      return await this.#repeatedly(call, companyId, request, read);
    } catch (error) {
      throw call.settled(error);
    } finally {
      call.clock.stop();
      this.#running.delete(call);
    }
  }

  async #repeatedly(
    call: ServiceCall,
    companyId: string,
    request: CompanyRequest,
    read: (answer: ServiceAnswer) => unknown,
  ): Promise<unknown> {
    const { serviceURL, tokens } = this.#options;
    const { clock } = call;
    const url = this.#urlOf(companyId, request);
    const signal = clock.caller === undefined ? {} : { signal: clock.caller };
    let refused: string | undefined;
    for (;;) {
      const wish = { ...signal, ...(refused === undefined ? {} : { refused }) };
      const { value } = await clock.during(tokens.token(wish));
      try {
        // Asked for anew each time: one that nobody uses is forgotten.
        return await RateLimit.of(`${serviceURL.origin} ${companyId}`).run(clock, () =>
          this.#attempt(url, request, value, { ...signal, timeoutMs: clock.timeoutMs }, read),
        );
      } catch (error) {
        if ((await call.after(error)) === "renew") refused = value;
      }
    }
  }

  async #attempt(
    url: URL,
    request: CompanyRequest,
    token: string,
    limits: Pick<HttpRequest, "signal" | "timeoutMs">,
    read: (answer: ServiceAnswer) => unknown,
  ): Promise<unknown> {
    const { accept = "application/json", body, path } = request;
    const began = performance.now();
    const received = await this.http.send({
      ...limits,
      url,
      method: body === undefined ? "GET" : "POST",
      headers: {
        accept,
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": body.type }),
        ...(body?.length === undefined ? {} : { "content-length": String(body.length) }),
      },
      body: body?.content(),
    });
    const answer: ServiceAnswer = { ...received, token };
    const milliseconds = Math.round(performance.now() - began);
    this.logger.debug({ path, ...detailsOf(factsOf(answer)), milliseconds }, "QuickBooks Online answered");
    if (answer.status < 200 || answer.status > 299) throw await failureOf(answer);
    return read(answer);
  }

  #urlOf(companyId: string, { path, parameters, requestId }: CompanyRequest): URL {
    const { serviceURL, minorVersion } = this.#options;
    const url = new URL(serviceURL);
    url.pathname = `${url.pathname.replace(/\/$/, "")}/v3/company/${encodeURIComponent(companyId)}/${path}`;
    const search = new URLSearchParams({ ...parameters, minorversion: minorVersion });
    if (requestId !== undefined) search.set("requestid", requestId);
    url.search = search.toString().replaceAll("+", "%20");
    return url;
  }
}
