import { createHmac, timingSafeEqual } from "node:crypto";
import { QBError } from "../../errors.js";

/** As `node:http`, Express and Fastify give it; several are as wrong as none. */
export type WebhookSignature = string | readonly string[] | undefined;

/**
 * Whether Intuit signed this body: `signature` is the header `intuit-signature`, the tokens those of the application's
 * webhooks page (several while one is being replaced). Takes the same time wherever the signature is wrong.
 */
export function verifyWebhook(
  rawBody: Uint8Array | string,
  signature: WebhookSignature,
  verifierToken: string | readonly string[],
): boolean {
  checkRaw(rawBody);
  const tokens = checkedTokens(verifierToken);
  if (rawBody.length === 0 || typeof signature !== "string") return false;
  return tokens.map((token) => isSignedWith(token, rawBody, signature)).includes(true);
}

function isSignedWith(token: string, rawBody: Uint8Array | string, signature: string): boolean {
  const expected = Buffer.from(createHmac("sha256", token).update(rawBody).digest("base64"));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function checkRaw(rawBody: unknown): void {
  if (typeof rawBody === "string" || rawBody instanceof Uint8Array) return;
  const advice =
    'Give the body as it came: in Express mount express.raw({ type: "*/*" }) on the route before express.json(); ' +
    'in Fastify use addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => done(null, body)).';
  throw new QBError(
    "QB_INVALID_ARGUMENT",
    "the signature of a webhook is over the raw body, but this body is missing or was parsed already",
    { advice },
  );
}

function checkedTokens(verifierToken: unknown): readonly string[] {
  const tokens: readonly unknown[] = Array.isArray(verifierToken) ? verifierToken : [verifierToken];
  const isToken = (token: unknown): token is string => typeof token === "string" && token.trim() !== "";
  if (tokens.length > 0 && tokens.every(isToken)) return tokens;
  throw new QBError("QB_INVALID_ARGUMENT", "the verifier token of a webhook is missing or empty");
}
