// The same password check for every server that is not the connector.
import { createHash, timingSafeEqual } from "node:crypto";
import { PASSWORD, USER } from "../messages.mjs";

const expected = createHash("sha256").update(PASSWORD).digest();

export function authorized(header) {
  const text = Buffer.from(String(header).slice(6), "base64").toString("utf8");
  const colon = text.indexOf(":");
  const digest = createHash("sha256")
    .update(text.slice(colon + 1))
    .digest();
  return timingSafeEqual(digest, expected) && text.slice(0, colon) === USER;
}
