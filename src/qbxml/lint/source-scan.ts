/** What a piece of a document is, whether the document is well-formed or not. */
export type PieceKind =
  | "text"
  | "start"
  | "end"
  | "comment"
  | "cdata"
  | "instruction"
  | "doctype"
  /** A `<` that begins nothing, because no name follows. */
  | "stray"
  /** Something that begins and does not end. */
  | "broken";

export interface Piece {
  readonly kind: PieceKind;
  readonly start: number;
  readonly end: number;
  /** Of a tag; the target of an instruction. */
  readonly name: string;
  /** `<A/>` */
  readonly empty: boolean;
}

const PIECE = new RegExp(
  [
    /(?<text>[^<]+)/,
    /(?<end><\/(?<endName>[^\s<>/]+)\s*>)/,
    /(?<start><(?<startName>[A-Za-z_:][^\s<>/"'=]*)(?:[^<>"']|"[^"<]*"|'[^'<]*')*>)/,
    /(?<comment><!--[^]*?-->)/,
    /(?<cdata><!\[CDATA\[[^]*?\]\]>)/,
    /(?<instruction><\?(?<target>[^\s?<>]+)[^]*?\?>)/,
    /(?<doctype><!DOCTYPE(?:[^<>"']|"[^"]*"|'[^']*')*>)/,
    /(?<broken><(?=[A-Za-z_:/!?]))/,
    /(?<stray><)/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "gy",
);
const KINDS: readonly PieceKind[] = [
  "text",
  "start",
  "end",
  "comment",
  "cdata",
  "instruction",
  "doctype",
  "broken",
  "stray",
];

/** The pieces of a document, of which nothing is asked, up to its end or to the first that is broken. */
export function* piecesOf(source: string): Generator<Piece> {
  const pattern = new RegExp(PIECE);
  for (let match = pattern.exec(source); match !== null; match = pattern.exec(source)) {
    const groups = match.groups as Readonly<Record<string, string | undefined>>;
    const piece: Piece = {
      kind: KINDS.find((kind) => groups[kind] !== undefined) as PieceKind,
      start: match.index,
      end: match.index + match[0].length,
      name: groups["startName"] ?? groups["endName"] ?? groups["target"] ?? "",
      empty: match[0].endsWith("/>"),
    };
    yield piece;
    if (piece.kind === "broken") return;
  }
}
