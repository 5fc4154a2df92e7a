/** A query of the data API, read by the letter of Intuit's grammar. */
export interface SelectStatement {
  readonly entity: string;
  readonly counts: boolean;
  readonly conditions: readonly Condition[];
  readonly orders: readonly { readonly path: string; readonly isDescending: boolean }[];
  readonly start: number;
  readonly most: number;
}

interface Condition {
  readonly path: string;
  readonly operator: string;
  readonly values: readonly string[];
}

const TOKEN = /\s*(?:'((?:\\.|[^'\\])*)'|([\w.:*-]+)|(<=|>=|[=<>(),]))/sy;

/** Throws an Error whose message is what the service would tell. */
export function readSelect(text: string): SelectStatement {
  const tokens = tokensOf(text.trim());
  const word = (expected: string): boolean => {
    const matches = tokens[0]?.kind === "word" && tokens[0].text.toLowerCase() === expected;
    if (matches) tokens.shift();
    return matches;
  };
  const symbol = (expected: string): boolean => {
    const matches = tokens[0]?.kind === "symbol" && tokens[0].text === expected;
    if (matches) tokens.shift();
    return matches;
  };
  const take = (): string => {
    const token = tokens.shift();
    if (token === undefined) throw new Error("unexpected end");
    return token.text;
  };
  const number = (): number => {
    const value = take();
    if (!/^\d+$/.test(value)) throw new Error(`${value} is no number`);
    return Number(value);
  };
  if (!word("select")) throw new Error("expected select");
  const counts = word("count");
  if (counts) for (const _ of "(*)") take();
  else
    do take();
    while (symbol(","));
  if (!word("from")) throw new Error("expected from");
  const entity = take();
  const conditions: Condition[] = [];
  if (word("where"))
    do {
      const path = take();
      const operator = take().toLowerCase();
      if (operator !== "in") conditions.push({ path, operator, values: [take()] });
      else {
        const values: string[] = [];
        if (!symbol("(")) throw new Error("expected (");
        do values.push(take());
        while (symbol(","));
        if (!symbol(")")) throw new Error("expected )");
        conditions.push({ path, operator, values });
      }
    } while (word("and"));
  const orders: { path: string; isDescending: boolean }[] = [];
  if (word("orderby") || (word("order") && word("by")))
    do {
      const path = take();
      const isDescending = word("desc");
      if (!isDescending) word("asc");
      orders.push({ path, isDescending });
    } while (symbol(","));
  const start = word("startposition") ? number() : 1;
  const most = word("maxresults") ? number() : 100;
  if (tokens.length > 0) throw new Error(`unexpected ${tokens[0]?.text}`);
  if (most > 1_000 || start < 1) throw new Error("MAXRESULTS is 1000 at most, STARTPOSITION at least 1");
  return { entity, counts, conditions, orders, start, most };
}

interface Token {
  readonly kind: "literal" | "word" | "symbol";
  readonly text: string;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) throw new Error("encountered an invalid token");
    const [, literal, word, symbol] = match;
    if (literal !== undefined) tokens.push({ kind: "literal", text: literal.replace(/\\(.)/gs, "$1") });
    else if (word !== undefined) tokens.push({ kind: "word", text: word });
    else tokens.push({ kind: "symbol", text: symbol ?? "" });
  }
  return tokens;
}

/** The objects that a statement selects, in its order, before paging. */
export function select<Item extends object>(statement: SelectStatement, objects: readonly Item[]): Item[] {
  const found = objects.filter((object) =>
    statement.conditions.every((condition) => holds(condition, valueAt(object, condition.path))),
  );
  return found.sort((a, b) => {
    for (const { path, isDescending } of statement.orders) {
      const order = compare(valueAt(a, path), valueAt(b, path));
      if (order !== 0) return isDescending ? -order : order;
    }
    return 0;
  });
}

function holds({ operator, values }: Condition, value: string): boolean {
  const [first = ""] = values;
  const order = compare(value, first);
  switch (operator) {
    case "=":
      return value === first;
    case "<":
      return order < 0;
    case ">":
      return order > 0;
    case "<=":
      return order <= 0;
    case ">=":
      return order >= 0;
    case "in":
      return values.includes(value);
    case "like":
      return new RegExp(`^${first.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("%", ".*")}$`, "is").test(
        value,
      );
    default:
      throw new Error(`unknown operator ${operator}`);
  }
}

function compare(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  const [early, late] = [Date.parse(a), Date.parse(b)];
  if (/^\d{4}-/.test(a) && !Number.isNaN(early) && !Number.isNaN(late)) return early - late;
  return a < b ? -1 : a > b ? 1 : 0;
}

function valueAt(object: object, path: string): string {
  let value: unknown = object;
  for (const name of path.split(".")) value = (value as Record<string, unknown> | undefined)?.[name];
  return ["string", "number", "boolean"].includes(typeof value) ? String(value as string) : "";
}
