import { readElement, readMessageSet, type MessageSet, type QBXMLElement } from "qbconnector/qbxml";
import type { QuickBooksSession, QuickBooksSettings } from "qbconnector";

export const SETTINGS: QuickBooksSettings = {
  applicationName: "Test suite",
  applicationId: "",
  companyFile: "",
  mode: "DoNotCare",
  authFlags: undefined,
  readOnly: false,
};

export interface SetOptions {
  readonly version?: string;
  /** Attributes of the message set. */
  readonly attributes?: string;
  readonly kind?: string;
}

export function messageSet(requests: string, options: SetOptions = {}): MessageSet {
  const { version = "16.0", attributes = 'onError="continueOnError"', kind = "QBXMLMsgsRq" } = options;
  const open = `<?xml version="1.0"?><?qbxml version="${version}"?><QBXML><${kind} ${attributes}>`;
  return readMessageSet(`${open}${requests}</${kind}></QBXML>`);
}

/** The document with which the session answers. */
export async function answerText(session: QuickBooksSession, set: MessageSet): Promise<string> {
  const answer = await session.process(set);
  return typeof answer === "string" ? answer : Buffer.from(answer).toString("utf8");
}

/** The response message set. */
export async function answerSet(
  session: QuickBooksSession,
  requests: string,
  options?: SetOptions,
): Promise<QBXMLElement> {
  const root = readElement(await answerText(session, messageSet(requests, options)));
  return root.children[0] as QBXMLElement;
}

export async function responses(
  session: QuickBooksSession,
  requests: string,
  options?: SetOptions,
): Promise<readonly QBXMLElement[]> {
  return (await answerSet(session, requests, options)).children;
}

/** The response to one request. */
export async function response(
  session: QuickBooksSession,
  request: string,
  options?: SetOptions,
): Promise<QBXMLElement> {
  return (await responses(session, request, options))[0] as QBXMLElement;
}

export function statusOf(element: QBXMLElement): [code: string | undefined, severity: string | undefined] {
  return [element.attributes["statusCode"], element.attributes["statusSeverity"]];
}
