/** Start tags with their attributes, text, end tags, as strings; layout and comments are gone. */
export type Events = readonly string[];

const PIECE = /<!--[^]*?-->|<\?[^]*?\?>|<\/[^>]*>|<[^"<>]*(?:"[^"<]*"[^"<>]*)*>|[^<]+/gy;

interface Open {
  readonly start: number;
  hasElements: boolean;
}

/** Reads Canonical XML of any number of documents, and gives the events of each without comments and layout. */
export function readCanonical(text: string): Events[] {
  const documents: Events[] = [];
  let events: string[] = [];
  const open: Open[] = [];
  for (const [piece] of text.matchAll(PIECE)) {
    if (piece.startsWith("<!--") || piece.startsWith("<?")) continue;
    if (piece.startsWith("</")) {
      closeElement(events, open.pop() as Open, piece);
      if (open.length === 0) {
        documents.push(events);
        events = [];
      }
    } else if (piece.startsWith("<")) {
      const parent = open.at(-1);
      if (parent !== undefined) parent.hasElements = true;
      open.push({ start: events.push(piece), hasElements: false });
    } else if (open.length > 0) addText(events, piece);
  }
  return documents;
}

/** Comments that were left out must not cut text in two. */
function addText(events: string[], text: string): void {
  if (events.at(-1)?.startsWith("<") === false) events[events.length - 1] += text;
  else events.push(text);
}

function closeElement(events: string[], { start, hasElements }: Open, tag: string): void {
  if (hasElements) {
    const kept = events.slice(start).filter((event) => /[^ \t\r\n]/.test(event.replaceAll("&#xD;", "")));
    events.length = start;
    for (const event of kept) events.push(event);
  }
  events.push(tag);
}
