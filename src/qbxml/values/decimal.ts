import { QBError } from "../../errors.js";

/** A decimal as an exact whole number of units of its last place. */
interface Scaled {
  readonly units: bigint;
  readonly places: number;
}

/** Sign, whole part, fraction: what the decimal types of qbXML take. No exponents. */
const DECIMAL = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))$/;

function parse(text: string): Scaled {
  const match = typeof text === "string" ? DECIMAL.exec(text) : null;
  if (match === null) throw refusal(`${shown(text)} is not a decimal; write it as text, as "97.50"`);
  const [, sign, whole = "", after, alone] = match;
  const fraction = after ?? alone ?? "";
  const magnitude = BigInt(whole + fraction);
  return { units: sign === "-" ? -magnitude : magnitude, places: fraction.length };
}

function write({ units, places }: Scaled): string {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, "0");
  const point = digits.length - places;
  const sign = units < 0n ? "-" : "";
  return places === 0 ? sign + digits : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Both in units of the finer one's last place. */
function aligned(left: string, right: string): { left: bigint; right: bigint; places: number } {
  const [one, other] = [parse(left), parse(right)];
  const places = Math.max(one.places, other.places);
  return { left: finer(one, places), right: finer(other, places), places };
}

function finer({ units, places }: Scaled, wanted: number): bigint {
  return units * 10n ** BigInt(wanted - places);
}

/** True for text that is a decimal: an optional sign, digits, and a point somewhere. No exponent, nothing around it. */
export function isDecimal(value: unknown): value is string {
  return typeof value === "string" && DECIMAL.test(value);
}

/** The exact sum, with as many decimals as the finer of the two: `"1.10"` and `"2.2"` make `"3.30"`. */
export function addDecimals(left: string, right: string): string {
  const values = aligned(left, right);
  return write({ units: values.left + values.right, places: values.places });
}

/** The exact difference, with as many decimals as the finer of the two. */
export function subtractDecimals(left: string, right: string): string {
  return addDecimals(left, negateDecimal(right));
}

/** The exact product; it has the decimals of both. Round it for an amount. */
export function multiplyDecimals(left: string, right: string): string {
  const [one, other] = [parse(left), parse(right)];
  return write({ units: one.units * other.units, places: one.places + other.places });
}

/** The same with the other sign; zero has none. */
export function negateDecimal(value: string): string {
  const { units, places } = parse(value);
  return write({ units: -units, places });
}

/** The exact sum of all; `"0"` of none. */
export function sumDecimals(values: Iterable<string>): string {
  let sum = "0";
  for (const value of values) sum = addDecimals(sum, value);
  return sum;
}

/** -1, 0 or 1, by value: `"1"` and `"1.00"` are equal. For `sort()`, too. */
export function compareDecimals(left: string, right: string): -1 | 0 | 1 {
  const values = aligned(left, right);
  return values.left < values.right ? -1 : values.left > values.right ? 1 : 0;
}

/** Equal by value: `"1"` and `"1.00"` are. */
export function equalDecimals(left: string, right: string): boolean {
  return compareDecimals(left, right) === 0;
}

/** With exactly so many decimals; halves go away from zero. */
export function roundDecimal(value: string, places: number): string {
  if (!Number.isInteger(places) || places < 0 || places > MOST_PLACES)
    throw refusal(`${places} is not a number of decimals from 0 to ${MOST_PLACES}`);
  return write(rounded(parse(value), places));
}

const MOST_PLACES = 100;

function rounded(value: Scaled, places: number): Scaled {
  if (value.places <= places) return { units: finer(value, places), places };
  const divisor = 10n ** BigInt(value.places - places);
  const half = value.units < 0n ? -divisor / 2n : divisor / 2n;
  return { units: (value.units + half) / divisor, places };
}

export interface DecimalFormatOptions {
  /** Round to the places of the type; without it a value with more decimals is refused. */
  readonly round?: boolean;
}

const AMOUNT = { name: "an amount", places: 2, digits: 13 };
const RATE = { name: "a price, quantity or percentage", places: 5, digits: 10 };

/** As QuickBooks takes an amount (AMTTYPE): exactly two decimals, at most 13 digits before the point. */
export function formatAmount(value: string, options: DecimalFormatOptions = {}): string {
  return write(fitted(value, AMOUNT, options));
}

/**
 * As QuickBooks takes a price, quantity or percentage (PRICETYPE, QUANTYPE, PERCENTTYPE): at most five decimals, and at most
 * ten digits before the point. Decimals are kept as they are; of more than five only zeros are dropped.
 */
export function formatRate(value: string, options: DecimalFormatOptions = {}): string {
  const text = write(fitted(value, RATE, options));
  return roundDecimal(text, Math.min(parse(value).places, RATE.places));
}

function fitted(value: string, type: typeof AMOUNT, { round = false }: DecimalFormatOptions): Scaled {
  const exact = parse(value);
  const result = rounded(exact, type.places);
  if (!round && !equalDecimals(write(result), value))
    throw refusal(`${shown(value)} has more than ${type.places} decimals; round it first`);
  const greatest = 10n ** BigInt(type.digits + type.places);
  if (result.units >= greatest || result.units <= -greatest)
    throw refusal(`${shown(value)} has more than the ${type.digits} digits of ${type.name}`);
  return result;
}

const SHOWN = 40;

function shown(value: unknown): string {
  const text =
    typeof value === "string" ? JSON.stringify(value) : typeof value === "number" ? `${value}` : typeof value;
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
}

function refusal(message: string): QBError {
  return new QBError("QB_INVALID_ARGUMENT", message);
}
