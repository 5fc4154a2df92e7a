/** One line that Windows takes apart into these parts again, by the rules of Microsoft's C library, which Node.js follows. */
export function windowsCommandLine(parts: readonly string[]): string {
  return parts.map(quoted).join(" ");
}

/** Backslashes count as themselves, unless a quote follows them: then each of them, and the quote, needs one more. */
function quoted(part: string): string {
  if (part !== "" && !/[\s"]/.test(part)) return part;
  const escaped = part.replace(/(\\*)"/g, String.raw`$1$1\"`).replace(/(\\+)$/, "$1$1");
  return `"${escaped}"`;
}
