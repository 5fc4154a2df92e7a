/** Rows with aligned columns; those whose heading ends in `>` are set to the right. */
export function formatTable(headings: readonly string[], content: readonly (readonly string[])[]): string {
  const rows = content.map((row) => row.map(onOneLine));
  const titles = headings.map((heading) => heading.replace(/>$/, ""));
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        headings[column]?.endsWith(">") === true
          ? cell.padStart(widths[column] ?? 0)
          : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [line(titles), rule, ...rows.map(line)].map((text) => `${text}\n`).join("");
}

/** Text from elsewhere neither breaks a line nor steers the terminal. */
export function onOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]+/gu, " ");
}
