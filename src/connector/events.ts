import type { QBError } from "../errors.js";

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
  status: StatusEvent;
  error: ErrorEvent;
}
