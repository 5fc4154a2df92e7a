import { amountTooLarge } from "./request-failure.js";

/** Money as an exact number of cents. */
export type Cents = bigint;

const FIVE = 5;
const CENTS = 2;
const GREATEST = 10n ** 15n;

/** Reads a decimal text as a whole number of its smallest unit; `places` is 2 for amounts, 5 for rates and quantities. */
function scaled(text: string, places: number): bigint {
  const [, sign, whole = "", fraction = ""] = /^([+-]?)(\d*)\.?(\d*)$/.exec(text) ?? [];
  const magnitude = BigInt(whole + fraction.padEnd(places, "0"));
  return sign === "-" ? -magnitude : magnitude;
}

function plain(value: bigint, places: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(places + 1, "0");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** Divides and rounds half away from zero. */
function divide(dividend: bigint, divisor: bigint): bigint {
  const negative = dividend < 0n !== divisor < 0n;
  const [top, bottom] = [dividend < 0n ? -dividend : dividend, divisor < 0n ? -divisor : divisor];
  const quotient = (2n * top + bottom) / (2n * bottom);
  return negative ? -quotient : quotient;
}

export function parseAmount(text: string): Cents {
  return scaled(text, CENTS);
}

export function formatAmount(cents: Cents): string {
  if (cents >= GREATEST || cents <= -GREATEST) throw amountTooLarge();
  return plain(cents, CENTS);
}

/** Price or rate: two decimals, or up to five when it needs them. */
export function formatRate(text: string): string {
  return plain(scaled(text, FIVE), FIVE).replace(/0{1,3}$/, "");
}

/** Quantity or percentage: no more decimals than it needs. */
export function formatQuantity(text: string): string {
  return plain(scaled(text, FIVE), FIVE).replace(/\.?0+$/, "");
}

export function multiply(quantity: string, rate: string): Cents {
  return divide(scaled(quantity, FIVE) * scaled(rate, FIVE), 10n ** 8n);
}

/** The rate of one when the amount of all is known, or undefined for a quantity of nothing. */
export function rateOf(amount: Cents, quantity: string): string | undefined {
  const count = scaled(quantity, FIVE);
  return count === 0n ? undefined : formatRate(plain(divide(amount * 10n ** 8n, count), FIVE));
}
