import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { CompanyBooks, FaultAnswer } from "./company-books.js";

/** What the service does to requests instead of, or after, answering them. */
export type Mishap =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
      readonly afterApplying?: boolean;
    }
  | {
      readonly kind: "fault";
      readonly status: number;
      readonly code: string;
      readonly type?: string;
      readonly xml?: boolean;
      readonly headers?: Record<string, string>;
      readonly afterApplying?: boolean;
    }
  | { readonly kind: "html" | "cut" | "close"; readonly afterApplying?: boolean }
  | { readonly kind: "hold"; readonly until: Promise<unknown> };

export interface ServiceRequest {
  readonly method: string;
  /** Below the company: `customer/1`. */
  readonly path: string;
  readonly parameters: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

interface Planned {
  readonly matches: (request: ServiceRequest) => boolean;
  readonly mishap: Mishap;
  left: number;
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | Buffer;
}

const MOST_IN_BATCH = 30;
const AT_ONCE = 10;

/** A stand-in for the data service of QuickBooks Online, for one company, on loopback. */
export class DataService {
  readonly books = new CompanyBooks();
  readonly requests: ServiceRequest[] = [];
  readonly companyId: string;
  /** Which tokens are let in. */
  accepts: (token: string) => boolean = () => true;
  /** Requests a minute that are answered; more are refused with 429. */
  perMinute = 500;
  retryAfter: string | undefined = "1";
  /** Most requests that ran at the same time. */
  peak = 0;
  throttled = 0;
  url = "";
  readonly #planned: Planned[] = [];
  readonly #replays = new Map<string, Answer>();
  readonly #times: number[] = [];
  readonly #files = new Map<string, { readonly bytes: Buffer; readonly type: string }>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #running = 0;

  constructor(companyId: string) {
    this.companyId = companyId;
  }

  /** Requests whose answer has not gone out. */
  get running(): number {
    return this.#running;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Does `mishap` to the next requests (one by default) whose path begins so, or that are meant. */
  plan(which: string | ((request: ServiceRequest) => boolean), mishap: Mishap, times = 1): void {
    const matches = typeof which === "string" ? beginsWith(which) : which;
    this.#planned.push({ matches, mishap, left: times });
  }

  requestsTo(path: string): ServiceRequest[] {
    return this.requests.filter(beginsWith(path));
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    this.peak = Math.max(this.peak, ++this.#running);
    response.once("close", () => this.#running--);
    const { pathname, searchParams: parameters } = new URL(incoming.url ?? "/", this.url);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const bytes = Buffer.concat(chunks);
    const file = this.#files.get(pathname);
    if (file !== undefined)
      return void response.writeHead(200, { "content-type": file.type }).end(file.bytes);
    const prefix = `/v3/company/${this.companyId}/`;
    const path = pathname.startsWith(prefix) ? pathname.slice(prefix.length) : `elsewhere${pathname}`;
    const { method = "", headers } = incoming;
    const request = { method, path, parameters, headers, body: bytes.toString("latin1") };
    this.requests.push({ ...request, body: bytes.toString("utf8") });
    const mishap = this.#mishapFor(request);
    if (mishap?.kind === "hold") await mishap.until;
    const happens = mishap !== undefined && mishap.kind !== "hold" && !this.#isAnswered(request, mishap);
    if (happens && mishap.afterApplying !== true) return answerWith(response, mishap, undefined);
    const answer = this.#answer({ ...request, body: bytes.toString("utf8") }, bytes);
    if (happens) return answerWith(response, mishap, answer);
    send(response, answer);
  }

  /** The service gives the same answer to the same request id; it does not refuse then what it took before. */
  #isAnswered({ parameters }: ServiceRequest, mishap: Mishap): boolean {
    const isFault = mishap.kind === "fault" && mishap.status === 400;
    return isFault && this.#replays.has(parameters.get("requestid") ?? "");
  }

  #mishapFor(request: ServiceRequest): Mishap | undefined {
    const planned = this.#planned.find(({ matches, left }) => left > 0 && matches(request));
    if (planned !== undefined) planned.left--;
    return planned?.mishap;
  }

  #answer(request: ServiceRequest, bytes: Buffer): Answer {
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return refusal;
    const requestId = request.parameters.get("requestid");
    const replay = requestId === null ? undefined : this.#replays.get(requestId);
    if (replay !== undefined) return replay;
    const answer = this.#applied(request, bytes);
    if (requestId !== null && answer.status < 500) this.#replays.set(requestId, answer);
    return answer;
  }

  #refusal({ headers, path, parameters }: ServiceRequest): Answer | undefined {
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
    if (token === undefined || !this.accepts(token)) return authenticationFault();
    if (path.startsWith("elsewhere"))
      return fault(
        new FaultAnswer(
          403,
          "3100",
          "Application Authorization Failed",
          "wrong company",
          "AuthorizationFault",
        ),
      );
    if (parameters.get("minorversion") === null || Number(parameters.get("minorversion")) < 75)
      return fault(new FaultAnswer(400, "2030", "Invalid minor version", "the oldest is 75"));
    const now = Date.now();
    while (this.#times[0] !== undefined && this.#times[0] < now - 60_000) this.#times.shift();
    if (this.#running <= AT_ONCE && this.#times.push(now) <= this.perMinute) return undefined;
    this.throttled++;
    const answer = fault(
      new FaultAnswer(429, "3001", "ThrottleExceeded", "message=ThrottleExceeded", "SERVICE"),
    );
    return {
      ...answer,
      headers: {
        ...answer.headers,
        ...(this.retryAfter === undefined ? {} : { "retry-after": this.retryAfter }),
      },
    };
  }

  #applied(request: ServiceRequest, bytes: Buffer): Answer {
    try {
      const answer = this.#special(request, bytes);
      return answer ?? json(200, { ...this.#result(request), time: new Date().toISOString() });
    } catch (error) {
      if (error instanceof FaultAnswer) return fault(error);
      return fault(
        new FaultAnswer(500, "10000", "An application error has occurred", String(error), "SystemFault"),
      );
    }
  }

  /** Documents, files and reports. */
  #special({ path, headers }: ServiceRequest, bytes: Buffer): Answer | undefined {
    const pdf = /^(\w+)\/(\w+)\/pdf$/.exec(path);
    if (pdf !== null) {
      this.books.read(entityOf(pdf[1] ?? ""), pdf[2] ?? "");
      if (headers.accept !== "application/pdf")
        throw new FaultAnswer(406, "2030", "Not acceptable", "accept has to be application/pdf");
      const text = `%PDF-1.4\n% ${entityOf(pdf[1] ?? "")} ${pdf[2]}\n%%EOF\n`;
      return { status: 200, headers: { "content-type": "application/pdf" }, body: Buffer.from(text) };
    }
    const download = /^download\/(\w+)$/.exec(path);
    if (download !== null) {
      const { TempDownloadUri } = this.books.read("Attachable", download[1] ?? "");
      return { status: 200, headers: { "content-type": "text/plain" }, body: String(TempDownloadUri) };
    }
    if (path !== "upload") return undefined;
    return this.#upload(headers["content-type"] ?? "", bytes);
  }

  #upload(type: string, bytes: Buffer): Answer {
    const parts = partsOf(type, bytes);
    const content = parts.get("file_content_01");
    if (content === undefined)
      throw new FaultAnswer(400, "2020", "Required param missing", "file_content_01");
    const metadata = parts.get("file_metadata_01");
    const fields = metadata === undefined ? {} : (JSON.parse(metadata.bytes.toString("utf8")) as object);
    const object = this.books.create("Attachable", {
      FileName: content.fileName,
      ContentType: content.type,
      Size: content.bytes.length,
      ...fields,
    });
    const place = `/files/${object.Id}-${crypto.randomUUID()}`;
    this.#files.set(place, { bytes: content.bytes, type: content.type });
    Object.assign(object, { FileAccessUri: place, TempDownloadUri: `${this.url}${place}` });
    return json(200, { AttachableResponse: [{ Attachable: object }], time: new Date().toISOString() });
  }

  #result(request: ServiceRequest): object {
    const { method, path, parameters, body } = request;
    if (path === "query") {
      if (method === "POST" && request.headers["content-type"] !== "application/text")
        throw new FaultAnswer(400, "2030", "Invalid content type", "application/text is expected");
      return { QueryResponse: this.books.query(method === "POST" ? body : (parameters.get("query") ?? "")) };
    }
    if (path === "cdc") {
      const entities = (parameters.get("entities") ?? "").split(",");
      const since = Date.parse(parameters.get("changedSince") ?? "");
      return { CDCResponse: [{ QueryResponse: this.books.changes(entities, since) }] };
    }
    if (path === "batch") return this.#batch(JSON.parse(body) as { BatchItemRequest: BatchItem[] });
    const report = /^reports\/(\w+)$/.exec(path);
    if (report !== null) return reportOf(report[1] ?? "", parameters);
    const [name = "", id] = path.split("/");
    const entity = entityOf(name);
    if (method === "GET") return { [entity]: this.books.read(entity, id ?? "") };
    const operation = parameters.get("include") === "void" ? "void" : parameters.get("operation");
    return { [entity]: this.#write(entity, operation, JSON.parse(body) as Record<string, unknown>) };
  }

  #write(entity: string, operation: string | null | undefined, fields: Record<string, unknown>): object {
    if (operation === "delete") return this.books.delete(entity, fields);
    if (operation === "void") return this.books.void(entity, fields);
    return fields["Id"] === undefined ? this.books.create(entity, fields) : this.books.update(entity, fields);
  }

  #batch({ BatchItemRequest: items }: { BatchItemRequest: BatchItem[] }): object {
    if (items.length > MOST_IN_BATCH)
      throw new FaultAnswer(400, "1040", "Too many batch items", `at most ${MOST_IN_BATCH}`);
    return { BatchItemResponse: items.map((item) => this.#batchItem(item)) };
  }

  #batchItem({ bId, operation, optionsData, Query, ...rest }: BatchItem): object {
    try {
      if (Query !== undefined) return { bId, QueryResponse: this.books.query(Query) };
      const [entity, fields] = Object.entries(rest)[0] ?? ["", {}];
      const what = optionsData === "void" ? "void" : operation;
      return { bId, [entity]: this.#write(entity, what, fields as Record<string, unknown>) };
    } catch (error) {
      if (error instanceof FaultAnswer) return { bId, Fault: faultBody(error) };
      throw error;
    }
  }
}

const beginsWith = (path: string) => (request: ServiceRequest) => request.path.startsWith(path);

interface BatchItem {
  readonly bId: string;
  readonly operation?: string;
  readonly optionsData?: string;
  readonly Query?: string;
  readonly [entity: string]: unknown;
}

/** Starts one that ends with the test. */
export async function startDataService(t: TestContext, companyId = "4620816365"): Promise<DataService> {
  const service = new DataService(companyId);
  await service.listen();
  t.after(() => service.close());
  service.books.insert("CompanyInfo", { Id: companyId, CompanyName: "Sandbox Company", Country: "US" });
  return service;
}

function answerWith(response: ServerResponse, mishap: Mishap, answer: Answer | undefined): void {
  switch (mishap.kind) {
    case "status":
      return send(response, {
        status: mishap.status,
        headers: mishap.headers ?? {},
        body: mishap.body ?? "",
      });
    case "fault": {
      const { status, code, type = "ValidationFault", xml = false, headers = {} } = mishap;
      const made = fault(new FaultAnswer(status, code, "a planned fault", "planned by the test", type), xml);
      return send(response, { ...made, headers: { ...made.headers, ...headers } });
    }
    case "html":
      return send(response, {
        status: 200,
        headers: { "content-type": "text/html" },
        body: "<html><body>Sign in to the network</body></html>",
      });
    case "cut": {
      const body = answer?.body ?? '{"QueryResponse":{"Customer":[{"Id":"1"';
      response.writeHead(200, { "content-type": "application/json", "content-length": body.length + 10 });
      response.write(body.slice(0, Math.ceil(body.length / 2)), () => response.destroy());
      return;
    }
    case "close":
      response.destroy();
      return;
    case "hold":
      return;
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const tid = `1-${crypto.randomUUID().slice(0, 8)}`;
  response.writeHead(status, { intuit_tid: tid, ...headers, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

function json(status: number, value: object): Answer {
  return {
    status,
    headers: { "content-type": "application/json;charset=UTF-8" },
    body: JSON.stringify(value),
  };
}

function faultBody({ message, detail, code, element, type }: FaultAnswer): object {
  return { Error: [{ Message: message, Detail: detail, code, ...(element && { element }) }], type };
}

function fault(answer: FaultAnswer, xml = false): Answer {
  const { status, message, detail, code, type, element = "" } = answer;
  const time = new Date().toISOString();
  if (!xml) return json(status, { Fault: faultBody(answer), time });
  const body =
    `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><IntuitResponse xmlns="http://schema.intuit.com/finance/v3" time="${time}">` +
    `<Fault type="${type}"><Error code="${code}" element="${element}"><Message>${message}</Message><Detail>${detail}</Detail></Error></Fault></IntuitResponse>`;
  return { status, headers: { "content-type": "application/xml;charset=UTF-8" }, body };
}

function authenticationFault(): Answer {
  const error = {
    message: "message=AuthenticationFailed; errorCode=003200; statusCode=401",
    detail: "Token expired",
    code: "3200",
  };
  return json(401, { warnings: null, fault: { error: [error], type: "AUTHENTICATION" }, time: Date.now() });
}

const ENTITIES = [
  ..."Account Attachable Bill BillPayment Class CompanyInfo CreditMemo Customer Department Deposit Employee Estimate".split(
    " ",
  ),
  ..."Invoice Item JournalEntry Payment PaymentMethod Preferences Purchase PurchaseOrder RefundReceipt SalesReceipt".split(
    " ",
  ),
  ..."TaxCode TaxRate Term TimeActivity Transfer Vendor VendorCredit".split(" "),
];

function entityOf(path: string): string {
  const entity = ENTITIES.find((name) => name.toLowerCase() === path);
  if (entity === undefined) throw new FaultAnswer(400, "500", "Unsupported Operation", path);
  return entity;
}

function reportOf(name: string, parameters: URLSearchParams): object {
  if (!/^(ProfitAndLoss|BalanceSheet|CustomerBalance|GeneralLedger)/.test(name))
    throw new FaultAnswer(400, "5020", "Permission Denied Error", `no report ${name}`);
  return {
    Header: {
      ReportName: name,
      StartPeriod: parameters.get("start_date") ?? "",
      EndPeriod: parameters.get("end_date") ?? "",
      Option: [...parameters].map(([Name, Value]) => ({ Name, Value })),
    },
    Columns: {
      Column: [
        { ColTitle: "", ColType: "Account" },
        { ColTitle: "Total", ColType: "Money" },
      ],
    },
    Rows: { Row: [{ ColData: [{ value: "Income" }, { value: "10200.77" }], type: "Data" }] },
  };
}

interface Part {
  readonly bytes: Buffer;
  readonly type: string;
  readonly fileName: string;
}

function partsOf(contentType: string, bytes: Buffer): Map<string, Part> {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (!contentType.startsWith("multipart/form-data") || boundary === undefined)
    throw new FaultAnswer(400, "2030", "Invalid content type", "multipart/form-data is expected");
  const parts = new Map<string, Part>();
  for (const part of bytes.toString("latin1").split(`--${boundary}`).slice(1, -1)) {
    const end = part.indexOf("\r\n\r\n");
    const head = part.slice(0, end);
    const name = /[;\s]name="([^"]*)"/.exec(head)?.[1] ?? "";
    parts.set(name, {
      bytes: Buffer.from(part.slice(end + 4, -2), "latin1"),
      type: /^content-type: *(.+?)\r?$/im.exec(head)?.[1] ?? "",
      fileName: Buffer.from(/filename="([^"]*)"/.exec(head)?.[1] ?? "", "latin1").toString("utf8"),
    });
  }
  return parts;
}
