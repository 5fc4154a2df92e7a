import type { Socket } from "node:net";
import { Readable } from "node:stream";
import {
  CIPHER_SUITES,
  getExtensionData,
  isGREASE,
  readTlsClientHello,
  SIGNATURE_ALGORITHMS,
  type TlsClientHelloMessage,
} from "read-tls-client-hello";
import { helloMessage } from "./hello-message.js";

/** What a client offers before its handshake: names separated by commas, in the client's order. */
export interface ClientHello {
  readonly supportedCipherSuites: string;
  readonly supportedSignatureAlgs: string;
}

/** Offers that cannot be read; the handshake will tell whether they are TLS. */
const UNREADABLE: ClientHello = Object.freeze({ supportedCipherSuites: "", supportedSignatureAlgs: "" });

/** Reads the hello and leaves it to the handshake. Fails with `QB_TLS` when the socket ends before; whoever calls bounds the time. */
export async function readClientHello(socket: Socket): Promise<ClientHello> {
  const message = await helloMessage(socket);
  if (message === undefined) return UNREADABLE;
  try {
    return describe(await readTlsClientHello(inOneRecord(message)));
  } catch {
    return UNREADABLE;
  }
}

function inOneRecord(message: Buffer): Readable {
  const header = Buffer.from([0x16, 3, 1, message.length >> 8, message.length & 0xff]);
  return Readable.from([Buffer.concat([header, message])], { objectMode: false });
}

function describe(hello: TlsClientHelloMessage): ClientHello {
  const algorithms = getExtensionData(hello, "signature_algorithms")?.algorithms ?? [];
  return {
    supportedCipherSuites: names(hello.cipherSuites, CIPHER_SUITES),
    supportedSignatureAlgs: names(algorithms, SIGNATURE_ALGORITHMS),
  };
}

function names(numbers: readonly number[], known: Readonly<Record<number, string | undefined>>): string {
  return numbers
    .filter((number) => !isGREASE(number))
    .map((number) => known[number] ?? `0x${number.toString(16).padStart(4, "0")}`)
    .join(",");
}
