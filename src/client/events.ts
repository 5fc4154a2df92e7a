/** The connector shows its certificate, on each new connection, before anything of a request is sent. */
export interface SSLServerAuthenticationEvent {
  /** The certificate, DER. */
  readonly certEncoded: Buffer;
  readonly certSubject: string;
  readonly certIssuer: string;
  /** The SHA-256 of its public key in the form of SSLPin. */
  readonly certPin: string;
  /** `OK`, or why it is not trusted. */
  readonly status: string;
  /** Preset: whether the certificate is trusted. What it is after all listeners is what counts. */
  accept: boolean;
}

/** Progress of a TLS connection. */
export interface SSLStatusEvent {
  readonly message: string;
}

/** The events of a QBClient with their argument objects. */
export interface QBClientEvents {
  sslServerAuthentication: SSLServerAuthenticationEvent;
  sslStatus: SSLStatusEvent;
}
