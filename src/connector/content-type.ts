import type { IncomingMessage } from "node:http";
import { QBError } from "../errors.js";

const XML = /^(?:text|application)\/xml\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i;

/** The charset that the Content-Type of a message set names, if any. Throws `QB_CONTENT_TYPE` for anything but XML. */
export function charsetOf({ headers }: IncomingMessage): string | undefined {
  const type = headers["content-type"] ?? "";
  if (!XML.test(type)) {
    throw new QBError(
      "QB_CONTENT_TYPE",
      `the Content-Type is "${type.slice(0, 80)}", not text/xml or application/xml`,
    );
  }
  const charset = CHARSET.exec(type);
  return charset?.[1] ?? charset?.[2];
}
