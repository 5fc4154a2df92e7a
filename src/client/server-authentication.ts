import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { QBError } from "../errors.js";
import { eventArguments, type EventDispatch } from "../event-dispatch.js";
import { distinguishedName, publicKeyPin } from "../wire/certificate-facts.js";
import { explainDistrust } from "./distrust.js";
import type { QBClientEvents } from "./events.js";
import type { ServerTrust } from "./server-trust.js";

/** Judges the certificate that a connector shows, on each connection, before anything of a request is sent. */
export class ServerAuthentication {
  readonly #trust: ServerTrust;
  readonly #dispatch: EventDispatch<QBClientEvents>;
  readonly #judged = new Set<TLSSocket>();
  #shown: X509Certificate | undefined;

  constructor(trust: ServerTrust, dispatch: EventDispatch<QBClientEvents>) {
    this.#trust = trust;
    this.#dispatch = dispatch;
  }

  /**
   * Resolves when the connection may be used. Rejects with `QB_SERVER_CERTIFICATE` when it may not, with `QB_LISTENER` when a
   * listener failed, with `QB_UNREACHABLE` when the connection ended meanwhile; nothing was sent in all of these.
   */
  async admit(socket: TLSSocket): Promise<void> {
    this.#judged.add(socket);
    try {
      await this.#judge(socket);
      this.tell("certificate accepted");
    } catch (error) {
      this.tell((error as Error).message);
      throw error;
    } finally {
      this.#judged.delete(socket);
    }
  }

  /** The certificate of the last connection, whatever became of it. */
  get shown(): X509Certificate | undefined {
    return this.#shown;
  }

  /** Nobody waits any more for the connections that are being judged. */
  end(): void {
    for (const socket of this.#judged) socket.destroy();
  }

  /** To the listeners of `sslStatus`. */
  tell(message: string): void {
    this.#dispatch.notify("sslStatus", () => eventArguments({ message }));
  }

  async #judge(socket: TLSSocket): Promise<void> {
    this.tell(`${socket.getProtocol() ?? "TLS"} with ${socket.getCipher().standardName}`);
    const certificate = socket.getPeerX509Certificate();
    // Whatever a listener would say: there is nothing that it could judge.
    if (certificate === undefined) throw refusal("the connector showed no certificate", undefined);
    this.#shown = certificate;
    const pin = publicKeyPin(certificate);
    const distrust = this.#distrust(socket, pin);
    this.tell(
      `certificate of ${distinguishedName(certificate.subject)} with the pin ${pin}: ${distrust ?? "OK"}`,
    );
    const accepted = await this.#decide(socket, certificate, pin, distrust);
    if (!accepted) {
      const why = distrust ?? "a listener of sslServerAuthentication refused it";
      throw refusal(`the connector's certificate is refused: ${why}; its pin is ${pin}`, pin);
    }
  }

  /** Why the certificate is not trusted; undefined when it is. */
  #distrust(socket: TLSSocket, pin: string): string | undefined {
    const { pins, acceptedPin } = this.#trust;
    if (pins !== undefined) return pins.has(pin) ? undefined : "its pin is not the one in SSLPin";
    if (socket.authorized || pin === acceptedPin) return undefined;
    return explainDistrust(String(socket.authorizationError));
  }

  async #decide(
    socket: TLSSocket,
    certificate: X509Certificate,
    pin: string,
    distrust: string | undefined,
  ): Promise<boolean> {
    const preset = distrust === undefined;
    if (!this.#dispatch.has("sslServerAuthentication")) return preset;
    const event = eventArguments(
      {
        certEncoded: Buffer.from(certificate.raw),
        certSubject: distinguishedName(certificate.subject),
        certIssuer: distinguishedName(certificate.issuer),
        certPin: pin,
        status: distrust ?? "OK",
      },
      { accept: preset },
    );
    const { promise: ended, stop } = endOf(socket);
    try {
      await this.#dispatch.decide("sslServerAuthentication", event, ended);
    } catch (error) {
      throw (error as QBError).code === "QB_LISTENER" ? listenerFailure(error as QBError) : error;
    } finally {
      stop();
    }
    return event.accept === true;
  }
}

/** Rejects when the connection ends, unless it is stopped before. */
function endOf(socket: TLSSocket): { readonly promise: Promise<never>; readonly stop: () => void } {
  let onClose = (): void => {};
  const promise = new Promise<never>((_, reject) => {
    onClose = () => reject(endedMeanwhile(socket));
    socket.once("close", onClose);
  });
  return { promise, stop: () => void socket.off("close", onClose) };
}

function endedMeanwhile({ errored }: TLSSocket): QBError {
  const message = "the connection ended while the connector's certificate was judged";
  return new QBError("QB_UNREACHABLE", message, { cause: errored ?? undefined });
}

function refusal(message: string, pin: string | undefined): QBError {
  return new QBError("QB_SERVER_CERTIFICATE", message, { details: pin === undefined ? {} : { pin } });
}

function listenerFailure({ message, cause }: QBError): QBError {
  return new QBError("QB_LISTENER", message, {
    who: "developer",
    advice:
      "A listener of this program failed or took too long, so the certificate was refused; see its log.",
    cause,
  });
}
