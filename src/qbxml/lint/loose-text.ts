import { piecesOf, type Piece } from "./source-scan.js";

const NOT_LAYOUT = /[^ \t\r\n]/;

interface OpenTag {
  readonly texts: Piece[];
  holdsElements: boolean;
}

/** Text that stands beside elements, in the order of a document whose tags fit each other. */
export function looseTextIn(source: string, from: number): readonly Piece[] {
  const open: OpenTag[] = [];
  const loose: Piece[] = [];
  for (const piece of piecesOf(source)) {
    const around = open.at(-1);
    if (piece.start < from) continue;
    if (piece.kind === "start") {
      if (around !== undefined) around.holdsElements = true;
      if (!piece.empty) open.push({ texts: [], holdsElements: false });
    } else if (piece.kind === "end") {
      const closed = open.pop();
      if (closed?.holdsElements === true) loose.push(...closed.texts);
    } else if (isText(piece, source)) around?.texts.push(piece);
  }
  return loose.sort((left, right) => left.start - right.start);
}

function isText({ kind, start, end }: Piece, source: string): boolean {
  return kind === "cdata" || (kind === "text" && NOT_LAYOUT.test(source.slice(start, end)));
}
