import type { CodePage } from "../code-page.js";
import { piecesOf } from "../lint/source-scan.js";
import type { SourceEdit } from "./source-edits.js";
import { textOf } from "../lint/source-text.js";

/** A character above ASCII, as its bytes in UTF-8. */
const RAW = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g;
const MOST_TOLD = 5;

/** What writes characters that QuickBooks can store as references, in texts and attributes, which say the same. */
export function repairCharacters(source: string, from: number, page: CodePage): readonly SourceEdit[] {
  const edits: SourceEdit[] = [];
  for (const { kind, start, end } of piecesOf(source)) {
    if (start < from || (kind !== "text" && kind !== "start")) continue;
    const found = [...source.slice(start, end).matchAll(RAW)].flatMap((match) => {
      const code = textOf(match[0]).codePointAt(0) as number;
      return page.has(code) ? [{ start: start + match.index, length: match[0].length, code }] : [];
    });
    for (const [index, { start: at, length, code }] of found.entries()) {
      const edit = { start: at, end: at + length, replacement: `&#${code};`, rule: "characters" } as const;
      edits.push(index === 0 ? { ...edit, what: told(found) } : edit);
    }
  }
  return edits;
}

function told(found: readonly { readonly code: number }[]): string {
  const codes = [...new Set(found.map(({ code }) => code))];
  const some = codes.slice(0, MOST_TOLD).map((code) => `${String.fromCodePoint(code)} became &#${code};`);
  return codes.length > MOST_TOLD ? `${some.join(", ")} ...` : some.join(", ");
}
