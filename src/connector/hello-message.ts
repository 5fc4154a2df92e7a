import type { Socket } from "node:net";
import { arrival } from "./socket-waits.js";

const HANDSHAKE = 0x16;
const CLIENT_HELLO = 1;
const RECORD_HEADER_BYTES = 5;
const MESSAGE_HEADER_BYTES = 4;
const LARGEST_RECORD = 16_384;
/** What fits into one record of the form, if not of the rules. OpenSSL takes longer ones, of which nobody is told. */
const LARGEST_MESSAGE = 0xffff;

/**
 * The handshake message with which a client begins, put together from its records; undefined when it is no hello. The bytes go
 * back into the socket. Fails with `QB_TLS` when the socket ends before; whoever calls bounds the time.
 */
export function helloMessage(socket: Socket): Promise<Buffer | undefined> {
  const assembly = new HelloAssembly();
  return arrival(socket, "the client left before its hello was complete", (done) => {
    const onReadable = (): void => {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      assembly.add(chunk);
      if (!assembly.isOver) return;
      socket.off("readable", onReadable);
      socket.unshift(assembly.received);
      done(assembly.message);
    };
    socket.on("readable", onReadable);
  });
}

class HelloAssembly {
  message: Buffer | undefined;
  isOver = false;
  readonly #chunks: Buffer[] = [];
  /** What came after the last whole record. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** So many pending bytes make the next step possible. */
  #neededBytes = RECORD_HEADER_BYTES;
  readonly #fragments: Buffer[] = [];
  #fragmentBytes = 0;
  #messageBytes: number | undefined;

  get received(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    while (!this.isOver && this.#pendingBytes >= this.#neededBytes) this.#step();
  }

  #step(): void {
    const [first] = this.#pending;
    const bytes = this.#pending.length === 1 && first !== undefined ? first : Buffer.concat(this.#pending);
    const length = bytes.readUInt16BE(3);
    // Records without content could go on for ever.
    if (bytes[0] !== HANDSHAKE || length === 0 || length > LARGEST_RECORD) return this.#end(undefined);
    const end = RECORD_HEADER_BYTES + length;
    const isWhole = bytes.length >= end;
    if (isWhole) this.#take(bytes.subarray(RECORD_HEADER_BYTES, end));
    this.#pending = [isWhole ? bytes.subarray(end) : bytes];
    this.#pendingBytes = isWhole ? bytes.length - end : bytes.length;
    this.#neededBytes = isWhole ? RECORD_HEADER_BYTES : end;
  }

  #take(fragment: Buffer): void {
    this.#fragments.push(fragment);
    this.#fragmentBytes += fragment.length;
    if (this.#fragmentBytes < MESSAGE_HEADER_BYTES) return;
    this.#messageBytes ??= this.#readHeader();
    if (this.#messageBytes > LARGEST_MESSAGE) this.#end(undefined);
    else if (this.#fragmentBytes >= this.#messageBytes)
      this.#end(Buffer.concat(this.#fragments, this.#messageBytes));
  }

  /** The length of the message; infinite when it is no hello. */
  #readHeader(): number {
    const header = Buffer.concat(this.#fragments, MESSAGE_HEADER_BYTES);
    return header[0] === CLIENT_HELLO ? MESSAGE_HEADER_BYTES + header.readUIntBE(1, 3) : Infinity;
  }

  #end(message: Buffer | undefined): void {
    this.message = message;
    this.isOver = true;
  }
}
