const PLAIN = new Uint8Array(0x80).fill(1, 0x20, 0x7f);
for (const character of "&<>") PLAIN[character.charCodeAt(0)] = 0;

/** True when each character may stand in element content as it is. */
export function isPlain(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (PLAIN[text.charCodeAt(index)] !== 1) return false;
  }
  return true;
}

const TAB = 9;
const LINE_FEED = 10;
const MARKUP: Readonly<Record<number, string>> = { 0x26: "&amp;", 0x3c: "&lt;", 0x3e: "&gt;" };

/** Element content with everything above ASCII as a decimal reference, which QuickBooks always takes. */
export function escapeText(text: string): string {
  let escaped = "";
  let from = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (PLAIN[unit] === 1 || unit === TAB || unit === LINE_FEED) continue;
    const codePoint = text.codePointAt(index) as number;
    escaped += text.slice(from, index) + (MARKUP[unit] ?? `&#${codePoint};`);
    if (codePoint > 0xffff) index++;
    from = index + 1;
  }
  return escaped + text.slice(from);
}

/** Control characters, halves of pairs, and what is no character at all. */
const FORBIDDEN = /(?![\t\n\r\x7f])\p{Control}|[\ufffe\uffff]|\p{Surrogate}/u;
const ASCII_LINE = /^[\x20-\x7e]*$/;

/** The first character that XML, or QuickBooks, cannot hold in any form, as `U+0007 at 5`. */
export function firstForbidden(text: string): string | undefined {
  const found = ASCII_LINE.test(text) ? null : FORBIDDEN.exec(text);
  if (found === null) return undefined;
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  return `U+${code} at ${found.index + 1}`;
}
