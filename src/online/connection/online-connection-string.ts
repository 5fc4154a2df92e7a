import { inspect } from "node:util";
import { closestName } from "../../closest-name.js";
import { QBError } from "../../errors.js";
import { ONLINE_PROPERTIES, ONLINE_PROPERTY_NAMES, type OnlinePropertyName } from "./properties.js";
import { canonicalOnlineValue, swallowedProperty, valueComplaint } from "./property-values.js";

/** What a connection string says, under the canonical names. Values that were not given, or empty, are absent. */
export type OnlineConnectionString = { readonly [Name in OnlinePropertyName]?: string | undefined };

/** A name and its value, and where they stand in the text: offsets from 0. */
interface Pair {
  readonly start: number;
  readonly written: string;
  readonly name: OnlinePropertyName | undefined;
  readonly valueStart: number;
  readonly value: string;
  readonly quoted: boolean;
}

/** Where and why a string is refused. Never holds a piece of a value. */
interface Fault {
  readonly offset: number;
  readonly problem: string;
  readonly name?: string | undefined;
  readonly suggestion?: string | undefined;
}

interface Scan {
  readonly pairs: readonly Pair[];
  readonly fault: Fault | undefined;
}

const namesByLowerCase = new Map(ONLINE_PROPERTY_NAMES.map((name) => [name.toLowerCase(), name]));

/**
 * Reads a connection string such as `InitiateOAuth=GETANDREFRESH; OAuthClientId=...; CallbackURL='...';`.
 *
 * Names may have any case and come back canonical. The object is frozen and shows no secret when it is inspected.
 * Throws `QB_CONNECTION_STRING`; `details.position` counts characters from 1, `details.name` is the property concerned,
 * `details.suggestion` the known name closest to an unknown one.
 */
export function parseOnlineConnectionString(text: string): OnlineConnectionString {
  if (typeof text !== "string") throw refusal("Connection string: expected a string", {});
  const { pairs, fault } = scan(text);
  const found = fault ?? findFault(pairs);
  if (found !== undefined) {
    const { offset, problem, ...details } = found;
    const position = offset + 1;
    throw refusal(`Connection string, character ${position}: ${problem}`, { position, ...details });
  }
  const values: { [Name in OnlinePropertyName]?: string } = {};
  for (const { name, value } of pairs)
    if (name !== undefined && value !== "") values[name] = canonicalOnlineValue(name, value);
  return Object.freeze(hideFromInspection(values));
}

/** Writes a connection string that `parseOnlineConnectionString()` reads back as the same values. */
export function formatOnlineConnectionString(values: OnlineConnectionString): string {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const known = namesByLowerCase.get(name.toLowerCase());
    if (known !== name) throw refusal(`Connection string: ${unknownProblem(name)}`, {});
    const complaint = typeof value === "string" ? valueComplaint(known, value) : "must be a string";
    if (complaint !== undefined) throw refusal(`Connection string: ${name} ${complaint}`, { name });
  }
  return ONLINE_PROPERTY_NAMES.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [`${name}=${quote(canonicalOnlineValue(name, value))};`];
  }).join(" ");
}

/**
 * The connection string for logs and messages: `***` stands for secrets. Never throws. Of a string that
 * `parseOnlineConnectionString()` would refuse, nothing behind the first secret or doubtful place is shown.
 */
export function redactOnlineConnectionString(text: string | OnlineConnectionString): string {
  if (typeof text !== "string") return typeof text === "object" && text !== null ? redactValues(text) : "";
  const { pairs, fault } = scan(text);
  const trusted = fault === undefined && findFault(pairs) === undefined;
  const shown: string[] = [];
  for (const pair of pairs) {
    if (!trusted && mayHoldSecret(pair)) break;
    shown.push(`${pair.name}=${mayHoldSecret(pair) ? "***" : quote(pair.value)};`);
  }
  return [...shown, ...(trusted ? [] : ["***"])].join(" ");
}

function redactValues(values: OnlineConnectionString): string {
  return ONLINE_PROPERTY_NAMES.flatMap((name) => {
    const value: unknown = values[name];
    if (value === undefined) return [];
    const hidden = typeof value !== "string" || isDoubtful(name, value);
    return [`${name}=${hidden ? "***" : quote(value)};`];
  }).join(" ");
}

function mayHoldSecret({ name, value }: Pair): boolean {
  return name === undefined || isDoubtful(name, value);
}

function isDoubtful(name: OnlinePropertyName, value: string): boolean {
  return (
    ONLINE_PROPERTIES[name].secret ||
    valueComplaint(name, value) !== undefined ||
    swallowedProperty(value) !== undefined
  );
}

function scan(text: string): Scan {
  const pairs: Pair[] = [];
  let offset = skip(/[\s;]*/y, text, 0);
  while (offset < text.length) {
    const next = scanPair(text, offset);
    if ("problem" in next) return { pairs, fault: next };
    pairs.push(next.pair);
    offset = skip(/[\s;]*/y, text, next.end);
  }
  return { pairs, fault: undefined };
}

function scanPair(text: string, start: number): { readonly pair: Pair; readonly end: number } | Fault {
  const equals = skip(/[^=;'"]*/y, text, start);
  const written = text.slice(start, equals).trim();
  if (text[equals] !== "=" || written === "")
    return {
      offset: start,
      problem: 'expected a name and "="; a value with a semicolon or a quote needs quotes around it',
    };
  const name = namesByLowerCase.get(written.toLowerCase());
  const valueStart = skip(/\s*/y, text, equals + 1);
  const mark = text.charAt(valueStart);
  const read = mark === "'" || mark === '"' ? scanQuoted(text, valueStart, mark) : scanBare(text, valueStart);
  if ("problem" in read) return { ...read, name };
  const { value, end, quoted } = read;
  return { pair: { start, written, name, valueStart, value, quoted }, end };
}

type Value = Pick<Pair, "value" | "quoted"> & { readonly end: number };

function scanQuoted(text: string, open: number, mark: string): Value | Fault {
  let close = text.indexOf(mark, open + 1);
  while (close !== -1 && text[close + 1] === mark) close = text.indexOf(mark, close + 2);
  if (close === -1) return { offset: open, problem: "the quote that begins here is never closed" };
  const end = skip(/\s*/y, text, close + 1);
  if (end < text.length && text[end] !== ";")
    return { offset: end, problem: "expected a semicolon; inside a value its own kind of quote is doubled" };
  return { value: text.slice(open + 1, close).replaceAll(mark + mark, mark), quoted: true, end };
}

function scanBare(text: string, start: number): Value | Fault {
  const end = skip(/[^;]*/y, text, start);
  const value = text.slice(start, end).trim();
  const stray = value.search(/['"]/);
  if (stray === -1) return { value, quoted: false, end };
  return { offset: start + stray, problem: "a value with a quote in it needs quotes around it" };
}

/** The offset behind what a sticky pattern matches. */
function skip(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset;
  pattern.test(text);
  return Math.max(offset, pattern.lastIndex);
}

function findFault(pairs: readonly Pair[]): Fault | undefined {
  const seen = new Map<OnlinePropertyName, number>();
  for (const [index, pair] of pairs.entries()) {
    const { name, start, valueStart, value, quoted } = pair;
    if (name === undefined) return unknownName(pair, pairs.slice(0, index));
    const first = seen.get(name);
    if (first !== undefined) {
      const problem = `${name} is given a second time; the first is at character ${first + 1}`;
      return { offset: start, problem, name };
    }
    const swallowed = quoted ? undefined : swallowedProperty(value);
    const complaint =
      swallowed === undefined
        ? valueComplaint(name, value)
        : `has ${swallowed}= in its value: a semicolon seems to be missing before it, or quotes around the value`;
    if (complaint !== undefined) return { offset: valueStart, problem: `${name} ${complaint}`, name };
    seen.set(name, start);
  }
  return undefined;
}

/** What stands behind a secret may be its rest, so it is not shown. */
function unknownName({ start, written }: Pair, before: readonly Pair[]): Fault {
  const showable = !before.some(mayHoldSecret) && /^[a-z][\w.-]{0,39}$/i.test(written);
  const name = showable ? written : undefined;
  const suggestion = closestName(written, ONLINE_PROPERTY_NAMES);
  return { offset: start, problem: unknownProblem(written, name), name, suggestion };
}

function unknownProblem(written: string, shown?: string): string {
  const closest = closestName(written, ONLINE_PROPERTY_NAMES);
  const advice = closest ?? `one of ${ONLINE_PROPERTY_NAMES.join(", ")}`;
  return `unknown name${shown === undefined ? "" : ` "${shown}"`}; did you mean ${advice}?`;
}

function quote(value: string): string {
  if (!/[;'"]|^\s|\s$/.test(value) && swallowedProperty(value) === undefined) return value;
  return value.includes("'") && !value.includes('"') ? `"${value}"` : `'${value.replaceAll("'", "''")}'`;
}

function refusal(message: string, details: Record<string, unknown>): QBError {
  const given = Object.entries(details).filter(([, detail]) => detail !== undefined);
  return new QBError("QB_CONNECTION_STRING", message, { details: Object.fromEntries(given) });
}

function hideFromInspection(values: OnlineConnectionString): OnlineConnectionString {
  return Object.defineProperty(values, inspect.custom, {
    value: () => `OnlineConnectionString <${redactValues(values)}>`,
  });
}
