import type { QBError } from "../errors.js";
import type { CertificateStoreType } from "./certificate/store-types.js";

interface OfConnection {
  /** Numbers the connections of this connector from 1; 0 where there is none. */
  readonly connectionId: number;
}

export interface AuthorizationEvent extends OfConnection {
  /** Index in `authorizedUsers` of the user whose name and password match; -1 when nobody matches. */
  readonly userIndex: number;
  /** Blank when the client sent no credentials. */
  readonly user: string;
  readonly password: string;
  /** Preset: whether user and password match. What it is after all listeners is what counts. */
  accept: boolean;
  /** Only for a user who is not on the list it can be written; preset true. */
  readOnly: boolean;
}

export interface ConnectionRequestEvent {
  readonly address: string;
  readonly port: number;
  /** Preset true; false ends the connection before a request is answered. */
  accept: boolean;
}

/** `statusCode` 0 and `description` "OK", or the system's error number and text. */
export interface ConnectionEvent extends OfConnection {
  readonly statusCode: number;
  readonly description: string;
}

export interface HeaderEvent extends OfConnection {
  readonly field: string;
  /** The value of Authorization, cookies and the like is masked. */
  readonly value: string;
}

export interface RequestEvent extends OfConnection {
  /** The message set as it goes to QuickBooks. */
  readonly request: string;
}

export interface ResponseEvent extends OfConnection {
  /** The response document as it came from QuickBooks. */
  readonly response: string;
}

export interface SSLClientAuthenticationEvent extends OfConnection {
  /** The client's certificate as DER; empty when it showed none. */
  readonly certEncoded: Buffer;
  readonly certSubject: string;
  readonly certIssuer: string;
  /** `OK`, or why the certificate is not trusted. */
  readonly status: string;
  /** Preset: whether the certificate is trusted. */
  accept: boolean;
}

export interface SSLConnectionRequestEvent extends OfConnection {
  /** Names separated by commas, in the client's order; blank when its hello could not be read. */
  readonly supportedCipherSuites: string;
  readonly supportedSignatureAlgs: string;
  /** This and the next three: the certificate for this connection. Preset: the connector's own. */
  certStoreType: CertificateStoreType | number;
  certStore: string | Uint8Array;
  /** Preset blank, which stands for the connector's own where the store is its own. */
  certPassword: string;
  certSubject: string;
}

export interface SSLStatusEvent extends OfConnection {
  readonly message: string;
}

export interface StatusEvent extends OfConnection {
  readonly message: string;
}

export interface ErrorEvent extends OfConnection {
  /** The HTTP status that belongs to the error. */
  readonly errorCode: number;
  readonly description: string;
  readonly error: QBError;
}

/** The events of a QBConnector with their argument objects. */
export interface QBConnectorEvents {
  authorization: AuthorizationEvent;
  connectionRequest: ConnectionRequestEvent;
  connected: ConnectionEvent;
  disconnected: ConnectionEvent;
  header: HeaderEvent;
  request: RequestEvent;
  response: ResponseEvent;
  sslClientAuthentication: SSLClientAuthenticationEvent;
  sslConnectionRequest: SSLConnectionRequestEvent;
  sslStatus: SSLStatusEvent;
  status: StatusEvent;
  error: ErrorEvent;
}
