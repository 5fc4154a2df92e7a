import { entry } from "./error-entry.js";
import { ONLINE_ERROR_CODES } from "./online-error-codes.js";

export type { Actor, ErrorFamily, Outcome } from "./error-entry.js";

/** Every error code of this library, with what it means for the caller. Codes never change their meaning. */
export const ERROR_CATALOGUE = Object.freeze({
  // The program that calls this library.
  QB_INVALID_ARGUMENT: entry(
    "usage",
    400,
    false,
    "developer",
    "Correct the option or argument that the message names.",
  ),
  QB_CONNECTION_STRING: entry(
    "usage",
    400,
    false,
    "developer",
    "Correct the connection string; the message says where.",
  ),
  QB_PROPERTY_LOCKED: entry(
    "usage",
    409,
    false,
    "developer",
    "Stop listening, or let running calls end, before changing this property.",
  ),
  QB_UNKNOWN_SETTING: entry(
    "usage",
    400,
    false,
    "developer",
    "Use one of the documented configuration settings.",
  ),
  QB_CLOSED: entry("usage", 503, false, "developer", "The object was closed; make a new one."),
  QB_ABORTED: entry("usage", 499, false, "developer", "The caller's own signal ended the call."),
  QB_NO_ROAD: entry(
    "usage",
    501,
    false,
    "developer",
    "Give a request processor, for example `new Simulator()`, or a connection string with a URL.",
  ),

  QB_PLATFORM: entry(
    "usage",
    501,
    false,
    "operator",
    "This works on Windows only, with the optional package koffi.",
  ),
  QB_CERTIFICATE: entry(
    "usage",
    500,
    false,
    "operator",
    "Correct sslCert, or the file with the certificate and its private key.",
  ),

  // Between client and connector.
  QB_UNREACHABLE: entry(
    "network",
    502,
    true,
    "operator",
    "Check the URL, that the connector is running, and the firewall between.",
  ),
  QB_CONNECTION_LOST: entry(
    "network",
    502,
    false,
    "operator",
    "Look up whether the write happened before sending it again; reads may be repeated.",
  ),
  QB_TIMEOUT: entry(
    "network",
    504,
    false,
    "developer",
    "Look up whether the write happened before sending it again, or allow more time with deadlineMs.",
  ),
  QB_NOT_A_CONNECTOR: entry(
    "network",
    502,
    false,
    "operator",
    "What answered is not a qbconnector; check the URL and any proxy between.",
  ),

  QB_TLS: entry(
    "network",
    400,
    false,
    "operator",
    "Write https: in the URL when the connector uses TLS, http: when it does not.",
  ),
  QB_SERVER_CERTIFICATE: entry(
    "network",
    502,
    false,
    "operator",
    "Compare the pin in the message with what `qbconnector cert show` says on the connector's machine; if they are equal, put it " +
      "into the connection string as SSLPin.",
  ),

  // What was asked for in qbXML, and what QuickBooks said of it.
  QB_REQUEST_INVALID: entry(
    "usage",
    422,
    false,
    "developer",
    "Correct what `details.findings` names; nothing was sent.",
  ),
  QB_STATUS: entry(
    "quickbooks",
    422,
    false,
    "developer",
    "See `statusCode`, `meaning` and `advice` of the error: QuickBooks refused this one request.",
  ),
  QB_ITERATOR: entry(
    "quickbooks",
    410,
    false,
    "developer",
    "Begin the query anew, after the last record in `details` when the filter allows it; an iterator cannot be continued.",
  ),
  QB_RESPONSE: entry(
    "quickbooks",
    502,
    false,
    "operator",
    "What came back is not a readable response document; look up whether a write happened before sending it again.",
  ),

  // Who the caller is.
  QB_UNAUTHORIZED: entry(
    "credentials",
    401,
    false,
    "operator",
    "Check User and Password in the connection string against the connector's users.",
  ),
  QB_THROTTLED: entry(
    "credentials",
    429,
    true,
    "operator",
    "Too many failed logins; wait for the time that Retry-After gives.",
  ),
  QB_LOGON_UNAVAILABLE: entry(
    "credentials",
    501,
    false,
    "operator",
    "Windows accounts need a connector on Windows, or the option windowsLogon.",
  ),
  QB_CLIENT_CERTIFICATE: entry(
    "credentials",
    403,
    false,
    "operator",
    "Give the client a certificate that the connector trusts.",
  ),
  QB_CONNECTION_REFUSED: entry(
    "credentials",
    403,
    false,
    "operator",
    "The connector does not take connections from this address.",
  ),

  // A request that the connector will not pass on.
  QB_HTTP_MALFORMED: entry("refused", 400, false, "developer", "Send well-formed HTTP/1.1."),
  QB_HEADERS_TOO_LARGE: entry("refused", 431, false, "developer", "Send fewer or shorter headers."),
  QB_HEADER_INVALID: entry("refused", 400, false, "developer", "Correct the header that the message names."),
  QB_ORIGIN_REFUSED: entry(
    "refused",
    403,
    false,
    "developer",
    "Web pages may not call the connector; call it from a program, without an Origin header.",
  ),
  QB_NOT_FOUND: entry(
    "refused",
    404,
    false,
    "developer",
    "Send message sets with POST to / of the connector.",
  ),
  QB_METHOD_NOT_ALLOWED: entry(
    "refused",
    405,
    false,
    "developer",
    "Use the method that the Allow header names.",
  ),
  QB_CONTENT_TYPE: entry(
    "refused",
    415,
    false,
    "developer",
    "Send Content-Type: text/xml or application/xml.",
  ),
  QB_CONTENT_ENCODING: entry(
    "refused",
    415,
    false,
    "developer",
    "Send the body as it is, or compressed with gzip, deflate or br.",
  ),
  QB_BODY_TOO_LARGE: entry(
    "refused",
    413,
    false,
    "developer",
    "Split the message set, or raise limits.requestBytes on the connector.",
  ),
  QB_BODY_INCOMPLETE: entry("refused", 400, true, "developer", "The body ended early; send it whole."),
  QB_BODY_TIMEOUT: entry(
    "refused",
    408,
    true,
    "developer",
    "Send the request faster, or raise timeout on the connector.",
  ),
  QB_CHARACTER_ENCODING: entry(
    "refused",
    400,
    false,
    "developer",
    "Send the bytes in the encoding that Content-Type and the XML declaration name; UTF-8 is best.",
  ),
  QB_XML_MALFORMED: entry(
    "refused",
    400,
    false,
    "developer",
    "Correct the XML at the line and column in the message.",
  ),
  QB_MESSAGE_SET: entry(
    "refused",
    400,
    false,
    "developer",
    'Send one QBXML element with one QBXMLMsgsRq, after a <?qbxml version="..."?> instruction.',
  ),
  QB_CHARACTERS: entry(
    "refused",
    422,
    false,
    "developer",
    "QuickBooks cannot store the characters that the message names; leave them out or ask for transliteration.",
  ),
  QB_READ_ONLY: entry("refused", 403, false, "operator", "Give the user write access, or send only queries."),
  QB_SETTING_REFUSED: entry(
    "refused",
    403,
    false,
    "operator",
    "Leave the setting out, or let clients choose it with allowClientSettings.",
  ),
  QB_COMPANY_FILE_PATH: entry(
    "refused",
    403,
    false,
    "developer",
    "Name a company file on a drive of the QuickBooks machine.",
  ),
  QB_IDEMPOTENCY_KEY: entry(
    "refused",
    400,
    false,
    "developer",
    "Leave Idempotency-Key out: this connector keeps no journal that could honour it.",
  ),
  QB_TICKET: entry("refused", 404, false, "developer", "Open a new connection with openQBConnection()."),

  // The connector is occupied.
  QB_QUEUE_FULL: entry("busy", 503, true, "developer", "Wait as long as Retry-After says and send again."),
  QB_SHUTTING_DOWN: entry(
    "busy",
    503,
    true,
    "operator",
    "The connector is closing; send again when it is back.",
  ),
  QB_DEADLINE: entry(
    "busy",
    504,
    false,
    "developer",
    "Allow more time, ask for less at once, or see what keeps QuickBooks busy.",
  ),
  QB_COMPANY_FILE_HELD: entry(
    "busy",
    409,
    true,
    "operator",
    "Wait until the holder that the message names closes its connection.",
  ),

  // QuickBooks, or the road to it.
  QB_QUICKBOOKS_FAILED: entry(
    "quickbooks",
    502,
    false,
    "operator",
    "See the message and the connector's log.",
  ),
  QB_REQUEST_REFUSED: entry(
    "quickbooks",
    422,
    false,
    "developer",
    "Check element order, names and values against the declared qbXML version.",
  ),
  QB_VERSION_UNSUPPORTED: entry(
    "quickbooks",
    422,
    false,
    "developer",
    "Choose a qbXML version that HostQuery lists.",
  ),
  QB_QUICKBOOKS_UNREACHABLE: entry(
    "quickbooks",
    503,
    true,
    "operator",
    "Start QuickBooks in the same Windows session and with the same elevation as the connector.",
  ),
  QB_QUICKBOOKS_BUSY: entry(
    "quickbooks",
    503,
    true,
    "quickbooksUser",
    "Close the open dialog in QuickBooks, or wait until QuickBooks is ready.",
  ),
  QB_SESSION_LOST: entry(
    "quickbooks",
    503,
    true,
    "developer",
    "Open the session again; look up whether a write happened before sending it again.",
  ),
  QB_COMPANY_FILE: entry(
    "quickbooks",
    409,
    false,
    "quickbooksUser",
    "Open the right company file in QuickBooks, in the right mode, or name its full path.",
  ),
  QB_NOT_AUTHORIZED_IN_QUICKBOOKS: entry(
    "quickbooks",
    403,
    false,
    "quickbooksAdministrator",
    "Grant the application access in QuickBooks: Edit > Preferences > Integrated Applications.",
  ),
  QB_INSTALLATION: entry(
    "quickbooks",
    501,
    false,
    "operator",
    "Repair or update QuickBooks on the connector's machine.",
  ),
  QB_PROCESSOR_MISUSED: entry(
    "quickbooks",
    500,
    false,
    "developer",
    "The request processor was called out of order; this is a defect of the program that calls it.",
  ),

  ...ONLINE_ERROR_CODES,

  // Defects.
  QB_LISTENER: entry(
    "internal",
    500,
    false,
    "operator",
    "An event listener of the connector's program failed or took too long; see the connector's log.",
  ),
  QB_INTERNAL: entry("internal", 500, false, "operator", "See the connector's log; this is a defect."),
});

/** The stable codes. Match on these, never on messages. */
export type ErrorCode = keyof typeof ERROR_CATALOGUE;
