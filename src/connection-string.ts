import { closestName } from "./closest-name.js";
import {
  CONNECTION_STRING_NAMES,
  type ConnectionString,
  type ConnectionStringName,
  type ConnectionStringRow,
} from "./connection-string-names.js";
import { canonicalValue, findComplaint, isDoubtful } from "./connection-string-values.js";
import { QBError } from "./errors.js";

export {
  CONNECTION_STRING_NAMES,
  type ConnectionString,
  type ConnectionStringName,
  type ConnectionStringRow,
  type ConnectionStringType,
} from "./connection-string-names.js";

const NAMES = CONNECTION_STRING_NAMES.map(({ name }) => name);
const rowsByName = new Map(CONNECTION_STRING_NAMES.map((row) => [row.name.toLowerCase(), row]));

/** A name and its value, and where they stand in the text: offsets from 0, `end` behind the closing quote. */
interface Pair {
  readonly start: number;
  readonly written: string;
  /** Undefined for a name that is not known. */
  readonly row: ConnectionStringRow | undefined;
  readonly valueStart: number;
  readonly value: string;
  readonly bare: boolean;
  readonly end: number;
}

/** Where and why a string is refused. Never holds a piece of a value. */
interface Fault {
  readonly offset: number;
  readonly problem: string;
  readonly name?: string | undefined;
  /** Offset of a character that may be a slip: with a blank in its place the string could be right. */
  readonly slip?: number | undefined;
}

interface Scan {
  readonly pairs: readonly Pair[];
  /** Why reading ended before the end. */
  readonly fault: Fault | undefined;
}

/**
 * Reads a connection string such as `URL='http://127.0.0.1:2080' User='Foo' Password='Bar'`.
 *
 * Names may have any case and come back canonical. The empty string gives an empty object. The object is frozen, and
 * shows no secrets when it is inspected.
 *
 * Throws a `QBError` with code `QB_CONNECTION_STRING` for a string that breaks the grammar, a name that is unknown or
 * repeated, and a value that its name does not allow. `details.position` counts characters from 1; `details.name` is
 * the name concerned; `details.suggestion` is a corrected string when there is an obvious one. None holds a secret.
 */
export function parseConnectionString(text: string): ConnectionString {
  if (typeof text !== "string") throw refusal("Connection string: expected a string", {});
  const { pairs, fault } = scan(text);
  const found = fault ?? findFault(pairs);
  if (found !== undefined) throw positionedRefusal(text, pairs, found);
  const values: Partial<Record<ConnectionStringName, string>> = {};
  for (const { row, value } of pairs) if (row !== undefined) values[row.name] = canonicalValue(row, value);
  return Object.freeze(hideFromInspection(values));
}

/**
 * Writes a connection string that `parseConnectionString()` reads back as the same values. Pairs come in the order of
 * `CONNECTION_STRING_NAMES`; names whose value is undefined are left out.
 *
 * Throws a `QBError` with code `QB_CONNECTION_STRING` for an unknown name and for a value that its name does not allow.
 */
export function formatConnectionString(values: ConnectionString): string {
  if (typeof values !== "object" || values === null)
    throw refusal("Connection string: expected an object", {});
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) refuseUnfit(name, value);
  const written = new Map<string, string>(given);
  return CONNECTION_STRING_NAMES.flatMap((row) => {
    const value = written.get(row.name);
    return value === undefined ? [] : [`${row.name}=${quote(canonicalValue(row, value))}`];
  }).join(" ");
}

/**
 * The connection string for logs and messages: `***` stands for the values of `Password` and `Ticket`. Never throws.
 *
 * Of a string that `parseConnectionString()` would refuse, nothing behind the first secret or the first doubtful
 * place is shown, for it could belong to a password.
 */
export function redactConnectionString(text: string | ConnectionString): string {
  if (typeof text === "string") return redactText(text);
  return typeof text === "object" && text !== null ? redactValues(text) : "";
}

function scan(text: string): Scan {
  const pairs: Pair[] = [];
  let offset = skipBlanks(text, 0);
  while (offset < text.length) {
    const next = scanPair(text, offset);
    if ("problem" in next) return { pairs, fault: next };
    pairs.push(next);
    offset = skipBlanks(text, next.end);
  }
  return { pairs, fault: undefined };
}

function scanPair(text: string, start: number): Pair | Fault {
  const written = matchAt(/[^\s='"‘’“”„;]+/y, text, start);
  if (written === "") return misplaced(text, start);
  const row = rowsByName.get(written.toLowerCase());
  const equals = skipBlanks(text, start + written.length);
  if (text[equals] !== "=") return { offset: start, problem: 'expected a name and "="', name: row?.name };
  const valueStart = skipBlanks(text, equals + 1);
  const isQuoted = text[valueStart] === "'" || text[valueStart] === '"';
  const read = isQuoted ? scanQuoted(text, valueStart) : scanBare(text, valueStart);
  if (!("problem" in read)) return { start, written, row, valueStart, ...read };
  return row === undefined ? read : { ...read, name: row.name, problem: `${row.name}: ${read.problem}` };
}

function misplaced(text: string, offset: number): Fault {
  if (text[offset] === "=") return { offset, problem: 'expected a name before "="' };
  const slip = offset;
  if (text[offset] !== ";") return { offset, slip, problem: "expected a name, found a stray quote" };
  return {
    offset,
    slip,
    problem: 'pairs are separated by blanks, not by ";", and a value with ";" needs quotes',
  };
}

type Value = Pick<Pair, "value" | "bare" | "end">;

function scanQuoted(text: string, open: number): Value | Fault {
  const mark = text.charAt(open);
  const close = closingQuote(text, open, mark);
  if (close === -1) {
    const slip = text.length - 1 > open && text.endsWith(mark) ? text.length - 1 : undefined;
    return { offset: open, slip, problem: "the quote that begins here is never closed" };
  }
  const value = text.slice(open + 1, close).replaceAll(mark + mark, mark);
  return { value, bare: false, end: close + 1 };
}

function closingQuote(text: string, open: number, mark: string): number {
  let close = text.indexOf(mark, open + 1);
  while (close !== -1 && text[close + 1] === mark) close = text.indexOf(mark, close + 2);
  return close;
}

function scanBare(text: string, start: number): Value | Fault {
  const value = matchAt(/[^\s='"‘’“”„;]+/y, text, start);
  const end = start + value.length;
  const next = text.charAt(end);
  if (next === "=" || (next === ";" && value === "") || (next === "" && value === "")) {
    return { offset: start, problem: 'a value is missing, or needs quotes because it contains "=" or ";"' };
  }
  if (next === "" || next === ";" || /\s/.test(next)) return { value, bare: true, end };
  const slip = end === text.length - 1 ? end : undefined;
  return { offset: end, slip, problem: "an unquoted value cannot hold a quote; quote it with ' or \"" };
}

function skipBlanks(text: string, offset: number): number {
  return offset + matchAt(/\s+/y, text, offset).length;
}

function matchAt(pattern: RegExp, text: string, offset: number): string {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0] ?? "";
}

function findFault(pairs: readonly Pair[]): Fault | undefined {
  const seen = new Map<string, Pair>();
  for (const pair of pairs) {
    if (pair.row === undefined) return unknownName(pair, pairs);
    const { name } = pair.row;
    const first = seen.get(name);
    const repeat = first && `${name} is given a second time; the first is at character ${first.start + 1}`;
    if (repeat !== undefined) return { offset: pair.start, problem: repeat, name };
    const complaint = findComplaint(pair.row, pair.value);
    if (complaint !== undefined) return { offset: pair.valueStart, problem: `${name} ${complaint}`, name };
    seen.set(name, pair);
  }
  return undefined;
}

function unknownName(pair: Pair, pairs: readonly Pair[]): Fault {
  const before = pairs.slice(0, pairs.indexOf(pair));
  const showable = before.every((earlier) => !mayHoldSecret(earlier)) && isPlainWord(pair.written);
  const name = showable ? pair.written : undefined;
  return { offset: pair.start, name, problem: unknownNameProblem(pair.written, name) };
}

function unknownNameProblem(written: string, shown: string | undefined): string {
  const closest = closestName(written, NAMES);
  const advice = closest ?? `one of ${NAMES.join(", ")}`;
  return `unknown name${shown === undefined ? "" : ` "${shown}"`}; did you mean ${advice}?`;
}

function isPlainWord(written: string): boolean {
  return /^[a-z][\w.-]{0,39}$/i.test(written);
}

function refuseUnfit(name: string, value: unknown): void {
  const row = CONNECTION_STRING_NAMES.find((known) => known.name === name);
  const shown = isPlainWord(name) ? name : undefined;
  if (row === undefined)
    throw refusal(`Connection string: ${unknownNameProblem(name, shown)}`, { name: shown });
  const complaint = typeof value === "string" ? findComplaint(row, value) : "must be a string";
  if (complaint !== undefined) throw refusal(`Connection string: ${name} ${complaint}`, { name });
}

function quote(value: string): string {
  if (!value.includes("'")) return `'${value}'`;
  return value.includes('"') ? `'${value.replaceAll("'", "''")}'` : `"${value}"`;
}

function refusal(message: string, details: Record<string, unknown>): QBError {
  const given = Object.entries(details).filter(([, detail]) => detail !== undefined);
  return new QBError("QB_CONNECTION_STRING", message, { details: Object.fromEntries(given) });
}

function positionedRefusal(text: string, pairs: readonly Pair[], fault: Fault): QBError {
  const position = fault.offset + 1;
  const suggestion = fault.slip === undefined ? undefined : suggest(text);
  const hint = suggestion === undefined ? guessCause(pairs, fault) : `; did you mean: ${suggestion}`;
  const message = `Connection string, character ${position}: ${fault.problem}${hint}`;
  return refusal(message, { position, name: fault.name, suggestion });
}

function guessCause(pairs: readonly Pair[], fault: Fault): string {
  const greedy = pairs.find(
    ({ row, value }) => row !== undefined && value.includes("=") && isDoubtful(row, value),
  );
  if (greedy?.row !== undefined) return `; a quote may be missing at the value of ${greedy.row.name}`;
  const last = pairs.at(-1);
  const adjoins = last !== undefined && !last.bare && last.end === fault.offset;
  return adjoins ? "; inside a value, its own kind of quote is written twice" : "";
}

/** The string as it was probably meant, without secrets; undefined unless that string is valid. */
function suggest(text: string): string | undefined {
  const { pairs, fault } = mend(text);
  if (fault !== undefined || pairs.length === 0 || findFault(pairs) !== undefined) return undefined;
  // The text is a broken one: what follows a secret may be its rest.
  const firstHidden = pairs.findIndex(mayHoldSecret);
  return pairs
    .map(({ row, written, value }, index) => {
      const shown = firstHidden === -1 || index < firstHidden;
      return `${row?.name ?? written}=${shown ? quote(value) : "'***'"}`;
    })
    .join(" ");
}

/** Reads on behind slips. Offsets stay those of `text`, for a blank takes the place of each slip. */
function mend(text: string): Scan {
  let mended = text;
  let result = scan(mended);
  for (let slips = 0; slips < 20 && result.fault?.slip !== undefined; slips++) {
    const { slip } = result.fault;
    mended = `${mended.slice(0, slip)} ${mended.slice(slip + 1)}`;
    result = scan(mended);
  }
  return result;
}

function mayHoldSecret(pair: Pair): boolean {
  return pair.row === undefined || pair.row.secret || isDoubtful(pair.row, pair.value);
}

function redactText(text: string): string {
  const strict = scan(text);
  const trusted = strict.fault === undefined && findFault(strict.pairs) === undefined;
  const { pairs, fault } = trusted ? strict : mend(text);
  let redacted = "";
  let shownTo = 0;
  for (const pair of pairs.filter(mayHoldSecret)) {
    const isCertain = trusted && pair.row?.secret === true && !pair.bare;
    redacted += text.slice(shownTo, pair.row === undefined ? pair.start : pair.valueStart);
    if (!isCertain) return `${redacted}***`;
    redacted += "'***'";
    shownTo = pair.end;
  }
  if (fault === undefined) return redacted + text.slice(shownTo);
  return `${text.slice(0, pairs.at(-1)?.end ?? 0)} ${fault.name === undefined ? "" : `${fault.name}=`}***`.trimStart();
}

function redactValues(values: ConnectionString): string {
  return CONNECTION_STRING_NAMES.flatMap((row) => {
    const value: unknown = values[row.name];
    if (value === undefined) return [];
    const hidden = row.secret || typeof value !== "string" || isDoubtful(row, value);
    return [`${row.name}=${hidden ? "'***'" : quote(value)}`];
  }).join(" ");
}

function hideFromInspection(values: ConnectionString): ConnectionString {
  const inspect = Symbol.for("nodejs.util.inspect.custom");
  return Object.defineProperty(values, inspect, {
    value: () => `ConnectionString <${redactValues(values)}>`,
  });
}
