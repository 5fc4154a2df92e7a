import { QBError } from "../../errors.js";
import { isLoopback } from "../../wire/loopback.js";
import type { HttpBody } from "../http/http-client.js";
import { factsOf, readObject, textOf, type ServiceAnswer } from "./answer-failure.js";
import { requestIdOf, type CallOptions, type WriteOptions } from "./call-options.js";
import type { CompanyApi } from "./company-api.js";
import type { Attachable, AttachableInput } from "./entity-types-lists.js";
import { detailsOf, errorOfFault, faultIn } from "./fault.js";
import { checkEntity, checkId } from "./objects.js";
import { namedSource, UploadBody, type AttachmentSource } from "./upload-body.js";

export interface AttachmentTarget {
  readonly entity: string;
  readonly id: string;
  /** Whether it goes along when the transaction is sent to the customer. */
  readonly includeOnSend?: boolean | undefined;
}

export interface AttachOptions extends WriteOptions {
  readonly to?: readonly AttachmentTarget[] | undefined;
  /** Default: the last part of the path. */
  readonly name?: string | undefined;
  /** Default: what the ending of the name says. */
  readonly contentType?: string | undefined;
  readonly note?: string | undefined;
}

/** A file on its way. It has to be read or dumped. */
export interface DownloadedFile extends HttpBody {
  readonly contentType: string | undefined;
  readonly size: number | undefined;
}

const DOWNLOAD_MS = 600_000;

/** Uploads a file and links it to objects. */
export async function attach(
  api: CompanyApi,
  file: AttachmentSource,
  options: AttachOptions,
): Promise<Attachable> {
  const { to = [], note, signal, deadlineMs } = options;
  const requestId = requestIdOf(options);
  const links = to.map(({ entity, id, includeOnSend }) => ({
    EntityRef: { type: checkEntity(entity), value: checkId(id) },
    ...(includeOnSend === undefined ? {} : { IncludeOnSend: includeOnSend }),
  }));
  const source = await namedSource(file, options);
  const metadata: AttachableInput = {
    FileName: source.name,
    ContentType: source.contentType,
    ...(note === undefined ? {} : { Note: note }),
    ...(links.length === 0 ? {} : { AttachableRef: links }),
  };
  const { type, length, content } = uploadOf(new UploadBody(metadata, source));
  const request = { path: "upload", requestId, signal, deadlineMs, body: { type, length, content } };
  return api.send(request, readAttachable);
}

function uploadOf(body: UploadBody): Pick<UploadBody, "type" | "length" | "content"> {
  return { type: body.type, length: body.length, content: () => body.content() };
}

/** The answer has a list of results, each an object or a fault. */
async function readAttachable(answer: ServiceAnswer): Promise<Attachable> {
  const { AttachableResponse: results } = await readObject(answer);
  const result: unknown = Array.isArray(results) ? results[0] : undefined;
  const fault = faultIn(result);
  if (fault !== undefined) throw errorOfFault(fault, factsOf(answer));
  const { Attachable: attachable } = (result ?? {}) as { Attachable?: Attachable };
  if (typeof attachable?.Id === "string") return attachable;
  throw new QBError("QB_ONLINE_UNAVAILABLE", "the answer holds no Attachable", {
    outcome: "unknown",
    details: detailsOf(factsOf(answer)),
  });
}

/** The file of an attachment, from the place that QuickBooks Online names. That place is never shown the access token. */
export async function download(api: CompanyApi, id: string, options: CallOptions): Promise<DownloadedFile> {
  const began = performance.now();
  const path = `download/${checkId(id)}`;
  const request = { path, accept: "text/plain", ...options };
  const url = locationIn(await api.send(request, textOf));
  const { deadlineMs = DOWNLOAD_MS, signal } = options;
  const timeoutMs = Math.max(1, deadlineMs - (performance.now() - began));
  const answer = await api.http.send({ method: "GET", url, headers: { accept: "*/*" }, timeoutMs, signal });
  const { status, headers, body } = answer;
  if (status !== 200) {
    await body.dump();
    const message = `the place of the attachment (${url.host}) answered ${status}; it works for some minutes only`;
    throw new QBError("QB_ONLINE_UNAVAILABLE", message, { details: { status } });
  }
  const length = headers["content-length"];
  return {
    contentType: headers["content-type"],
    size: length === undefined || headers["content-encoding"] !== undefined ? undefined : Number(length),
    text: () => body.text(),
    bytes: () => body.bytes(),
    stream: () => body.stream(),
    dump: () => body.dump(),
    [Symbol.asyncIterator]: () => body[Symbol.asyncIterator](),
  };
}

/** The URL is as secret as the file: whoever has it can read it. */
function locationIn(answer: string): URL {
  const text = answer.trim().replace(/^"(.*)"$/s, "$1");
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
  if (url !== undefined && isSafe) return url;
  const what = url === undefined ? "no URL" : `a URL of ${url.protocol}//${url.host}`;
  const message = `QuickBooks Online was asked for the place of an attachment and gave ${what}, not one of https`;
  throw new QBError("QB_ONLINE_UNAVAILABLE", message, { retryable: false });
}
