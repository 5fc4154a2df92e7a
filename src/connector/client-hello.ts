import type { Socket } from "node:net";
import {
  CIPHER_SUITES,
  getExtensionData,
  isGREASE,
  readTlsClientHello,
  SIGNATURE_ALGORITHMS,
  type TlsClientHelloMessage,
} from "read-tls-client-hello";
import { QBError } from "../errors.js";
import { arrival } from "./socket-waits.js";

/** What a client offers before its handshake: names separated by commas, in the client's order. */
export interface ClientHello {
  readonly supportedCipherSuites: string;
  readonly supportedSignatureAlgs: string;
}

/** Offers that cannot be read, as of a hello in several records; the handshake will tell whether they are TLS. */
const UNREADABLE: ClientHello = Object.freeze({ supportedCipherSuites: "", supportedSignatureAlgs: "" });

/**
 * Reads the hello and puts it back, so that the handshake finds it. Waits until its first record is complete or the socket ends:
 * whoever calls bounds the time.
 */
export async function readClientHello(socket: Socket): Promise<ClientHello> {
  try {
    return describe(await untilEnd(socket));
  } catch (error) {
    if (error instanceof QBError) throw error;
    return UNREADABLE;
  }
}

/** The library itself does not notice the end of a client that may still be answered. */
function untilEnd(socket: Socket): Promise<TlsClientHelloMessage> {
  return arrival(socket, "the client left before its hello was complete", (read, failed) => {
    readTlsClientHello(socket).then(read, failed);
  });
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
