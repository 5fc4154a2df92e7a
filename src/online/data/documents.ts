import { QBError } from "../../errors.js";
import { bytesOf, factsOf, objectOf, type ServiceAnswer } from "./answer-failure.js";
import type { CallOptions } from "./call-options.js";
import type { CompanyApi } from "./company-api.js";
import { detailsOf } from "./fault.js";
import { checkId, pathOf } from "./objects.js";

/** A form as the customer sees it, as PDF. */
export async function pdf(
  api: CompanyApi,
  entity: string,
  id: string,
  options: CallOptions,
): Promise<Uint8Array> {
  const path = `${pathOf(entity)}/${checkId(id)}/pdf`;
  return api.send({ path, accept: "application/pdf", ...options }, readPdf);
}

async function readPdf(answer: ServiceAnswer): Promise<Uint8Array> {
  const bytes = await bytesOf(answer);
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (content.subarray(0, 5).toString() === "%PDF-") return bytes;
  await objectOf(answer, bytes);
  throw new QBError("QB_ONLINE_UNAVAILABLE", "the answer is no PDF", { details: detailsOf(factsOf(answer)) });
}
