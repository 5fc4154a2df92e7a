import { QBError } from "../../errors.js";
import type { LintFinding } from "../check/finding.js";
import { SourceText } from "./source-text.js";

/** What is said of bytes that are not in the encoding of their document, and where the first of them stands. */
export function undecodable(bytes: Uint8Array, error: unknown): LintFinding {
  if (!(error instanceof QBError)) throw error;
  const finding = { rule: "malformed", severity: "error", path: "" } as const;
  const { message } = error;
  if (!message.endsWith("not valid utf-8")) return Object.freeze({ ...finding, message, line: 1, column: 1 });
  const { before, byte } = firstNotUtf8(bytes);
  const document = new SourceText(before);
  return Object.freeze({
    ...finding,
    message: `the byte ${byte} is not UTF-8, which is the encoding of the document as long as it names no other`,
    repair:
      'save the document as UTF-8, or declare what it is in: <?xml version="1.0" encoding="windows-1252"?>',
    ...document.positionOf(document.bytes.length),
  });
}

function firstNotUtf8(bytes: Uint8Array): { readonly before: string; readonly byte: string } {
  const replaced = new TextDecoder().decode(bytes);
  let at = 0;
  for (const piece of replaced.split("\uFFFD")) {
    at += Buffer.byteLength(piece);
    const isItself = bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd;
    if (!isItself) break;
    at += 3;
  }
  const byte = (bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, "0");
  return { before: new TextDecoder().decode(bytes.subarray(0, at)), byte };
}
