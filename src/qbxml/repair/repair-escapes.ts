import { HTML_ENTITIES } from "../lint/html-entities.js";
import { BARE_AMPERSAND } from "../lint/malformed.js";
import { piecesOf, type Piece } from "../lint/source-scan.js";
import type { SourceEdit } from "./source-edits.js";

const ENTITY = /^&([A-Za-z][A-Za-z0-9]*);/;
/** A reference without its semicolon: whether it is one cannot be known. */
const HALF_REFERENCE = /^&(?:#|(?:amp|lt|gt|quot|apos)(?![A-Za-z0-9]))/;

/** What makes text of a document's text; undefined when that is not certain. */
export function repairEscapes(source: string, from: number): readonly SourceEdit[] | undefined {
  const edits: SourceEdit[] = [];
  for (const piece of piecesOf(source)) {
    if (piece.start < from) continue;
    if (piece.kind === "stray") edits.push(edit(piece.start, 1, "&lt;", "< became &lt;"));
    if (piece.kind !== "text" && piece.kind !== "start") continue;
    const found = editsIn(source, piece);
    if (found === undefined) return undefined;
    for (const one of found) edits.push(one);
  }
  return edits;
}

function editsIn(source: string, { kind, start, end }: Piece): readonly SourceEdit[] | undefined {
  const text = source.slice(start, end);
  const edits: SourceEdit[] = [];
  for (const { index } of text.matchAll(new RegExp(BARE_AMPERSAND, "g"))) {
    const found = ampersand(text.slice(index, index + 40), start + index);
    if (found === undefined) return undefined;
    edits.push(found);
  }
  if (kind === "text")
    for (const { index } of text.matchAll(/\]\]>/g))
      edits.push(edit(start + index, 3, "]]&gt;", "]]> became ]]&gt;"));
  return edits;
}

function ampersand(text: string, at: number): SourceEdit | undefined {
  const name = ENTITY.exec(text)?.[1];
  if (name === undefined)
    return HALF_REFERENCE.test(text) ? undefined : edit(at, 1, "&amp;", "& became &amp;");
  const code = HTML_ENTITIES.get(name);
  if (code === undefined) return undefined;
  return edit(at, name.length + 2, `&#${code};`, `&${name}; became &#${code};`);
}

function edit(start: number, length: number, replacement: string, what: string): SourceEdit {
  return { start, end: start + length, replacement, what, rule: "malformed" };
}
