import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, posix } from "node:path";
import { Readable } from "node:stream";
import { QBError } from "../../errors.js";

/** A path, bytes, or a stream of bytes; a stream can be sent once only, also when the connection is lost. */
export type AttachmentSource = string | Uint8Array | Readable;

export interface NamedSource {
  readonly name: string;
  readonly contentType: string;
  /** Of a stream nobody knows it. */
  readonly size: number | undefined;
  /** The bytes, from their beginning. */
  readonly open: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

const LARGEST = 100 * 1024 * 1024;

/** What QuickBooks Online takes. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ai: "application/postscript",
  csv: "text/csv",
  doc: "application/msword",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  eps: "application/postscript",
  gif: "image/gif",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  ods: "application/vnd.oasis.opendocument.spreadsheet",
  pages: "application/vnd.apple.pages",
  pdf: "application/pdf",
  png: "image/png",
  rtf: "text/rtf",
  tif: "image/tiff",
  tiff: "image/tiff",
  txt: "text/plain",
  xls: "application/vnd.ms-excel",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  xml: "text/xml",
};

export async function namedSource(
  source: AttachmentSource,
  { name, contentType }: { readonly name?: string | undefined; readonly contentType?: string | undefined },
): Promise<NamedSource> {
  const given = name ?? (typeof source === "string" ? basename(source) : "");
  if (given === "") throw invalid("name: bytes and streams need one");
  // A name is no path: a backslash in it means nothing on any system.
  const ending = posix.extname(given).slice(1).toLowerCase();
  const type = contentType ?? (Object.hasOwn(CONTENT_TYPES, ending) ? CONTENT_TYPES[ending] : undefined);
  if (type === undefined || !/^[\w.+-]+\/[\w.+-]+$/.test(type))
    throw invalid("contentType: as application/pdf; it does not follow from the ending of this name");
  const opened = await opening(source);
  if ((opened.size ?? 0) > LARGEST) throw invalid("QuickBooks Online takes files of up to 100 MB");
  return { name: given, contentType: type, ...opened };
}

async function opening(source: AttachmentSource): Promise<Pick<NamedSource, "size" | "open">> {
  if (source instanceof Uint8Array) return { size: source.byteLength, open: () => [source] };
  if (source instanceof Readable) return { size: undefined, open: once(source) };
  if (typeof source !== "string") throw invalid("file: a path, bytes, or a stream");
  const stats = await stat(source).catch((cause: unknown) => {
    throw invalid(`the file cannot be read (${(cause as NodeJS.ErrnoException).code})`, cause);
  });
  if (!stats.isFile()) throw invalid("file: this path is no regular file");
  const { size } = stats;
  // No more than what was announced, when the file grows meanwhile.
  return { size, open: () => (size === 0 ? [] : createReadStream(source, { end: size - 1 })) };
}

function once(stream: Readable): () => Readable {
  let isRead = stream.readableDidRead;
  return () => {
    if (isRead)
      throw invalid(
        "the stream was read already; a path or bytes can be sent again when a connection is lost",
      );
    isRead = true;
    return stream;
  };
}

/** The body of an upload: what the file is and belongs to, then the file, as QuickBooks Online wants them. */
export class UploadBody {
  readonly type: string;
  /** Of the whole body. */
  readonly length: number | undefined;
  readonly #parts: readonly [Buffer, NamedSource, Buffer];

  constructor(metadata: object, source: NamedSource) {
    const boundary = `qbconnector-${randomUUID()}`;
    const head = Buffer.from(
      `--${boundary}\r\n` +
        'Content-Disposition: form-data; name="file_metadata_01"; filename="metadata.json"\r\n' +
        `Content-Type: application/json; charset=UTF-8\r\n\r\n${asciiJson(metadata)}\r\n` +
        `--${boundary}\r\n` +
        `Content-Disposition: form-data; name="file_content_01"; filename="${headerName(source.name)}"\r\n` +
        `Content-Type: ${source.contentType}\r\n\r\n`,
    );
    const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
    this.type = `multipart/form-data; boundary=${boundary}`;
    this.length = source.size === undefined ? undefined : head.length + source.size + tail.length;
    this.#parts = [head, source, tail];
  }

  content(): Readable {
    const [head, source, tail] = this.#parts;
    // Opened when it is asked for: a request that is never sent leaves no file open.
    async function* chunks(): AsyncGenerator<Uint8Array> {
      const bytes = source.open();
      yield head;
      yield* complete(bytes, source.size);
      yield tail;
    }
    return Readable.from(chunks(), { objectMode: false });
  }
}

async function* complete(
  bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  size: number | undefined,
): AsyncGenerator<Uint8Array> {
  let length = 0;
  try {
    for await (const chunk of bytes) {
      length += chunk.length;
      yield chunk;
    }
    if (length < (size ?? 0)) throw new Error("the file was made shorter meanwhile");
  } catch (cause) {
    throw invalid("the file could not be read to its end, so that nothing was attached", cause);
  }
}

/** In this part the name counts, and other letters arrive as they are, whatever the reader takes for its encoding. */
function asciiJson(object: object): string {
  return JSON.stringify(object).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function headerName(name: string): string {
  return name.replaceAll(/[^\x20-\x7e]|["\\]/gu, "_");
}

function invalid(message: string, cause?: unknown): QBError {
  return new QBError("QB_INVALID_ARGUMENT", message, cause === undefined ? {} : { cause });
}
