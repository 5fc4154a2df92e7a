import { randomBytes } from "node:crypto";

export interface HelloOptions {
  readonly cipherSuites: readonly number[];
  readonly signatureAlgorithms?: readonly number[];
  /** Number and content of each; `signature_algorithms` and what ECDHE needs are added. Undefined: no extensions at all. */
  readonly extensions?: readonly (readonly [number, Uint8Array])[] | undefined;
}

const GROUPS = [0x001d, 0x0017];

/** The handshake message by which a client of TLS 1.2 begins, without the frame of a record. */
export function helloMessage({ cipherSuites, signatureAlgorithms = [], extensions }: HelloOptions): Buffer {
  const all: (readonly [number, Uint8Array])[] = [
    [13, prefixed(2, shorts(signatureAlgorithms))],
    [10, prefixed(2, shorts(GROUPS))],
    [11, prefixed(1, Buffer.from([0]))],
    ...(extensions ?? []),
  ];
  const encoded = all.map(([number, content]) => Buffer.concat([shorts([number]), prefixed(2, content)]));
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    randomBytes(32),
    prefixed(1, Buffer.alloc(0)),
    prefixed(2, shorts(cipherSuites)),
    prefixed(1, Buffer.from([0])),
    extensions === undefined ? Buffer.alloc(0) : prefixed(2, Buffer.concat(encoded)),
  ]);
  return Buffer.concat([Buffer.from([1]), prefixed(3, body)]);
}

/** The message in as many records as there are cuts, and one. */
export function records(message: Buffer, ...cuts: readonly number[]): Buffer {
  const ends = [...cuts, message.length];
  return Buffer.concat(
    ends.map((end, index) =>
      Buffer.concat([Buffer.from([0x16, 3, 1]), prefixed(2, message.subarray(ends[index - 1] ?? 0, end))]),
    ),
  );
}

function prefixed(bytes: number, content: Uint8Array): Buffer {
  const length = Buffer.alloc(bytes);
  length.writeUIntBE(content.length, 0, bytes);
  return Buffer.concat([length, content]);
}

function shorts(numbers: readonly number[]): Buffer {
  return Buffer.from(numbers.flatMap((number) => [number >> 8, number & 0xff]));
}
