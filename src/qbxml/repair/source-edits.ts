import type { FindingRule } from "../check/finding.js";

/** A piece of the source to replace, and why. */
export interface SourceEdit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  readonly rule: FindingRule;
  readonly path?: string;
  /** In words; without them the edit belongs to the one before it. */
  readonly what?: string;
}

/** The source with edits that do not overlap, and how places in it go back to places in the source before. */
export function applyEdits(
  source: string,
  edits: readonly SourceEdit[],
): { readonly source: string; readonly back: (offset: number) => number } {
  const sorted = edits.toSorted((left, right) => left.start - right.start || left.end - right.end);
  const shifts: { readonly from: number; readonly by: number }[] = [];
  let result = "";
  let done = 0;
  for (const { start, end, replacement } of sorted) {
    result += source.slice(done, start) + replacement;
    done = end;
    shifts.push({ from: result.length, by: done - result.length });
  }
  const back = (offset: number): number => offset + shiftAt(shifts, offset);
  return { source: result + source.slice(done), back };
}

function shiftAt(shifts: readonly { readonly from: number; readonly by: number }[], offset: number): number {
  let [low, high] = [-1, shifts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((shifts[middle]?.from ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return shifts[low]?.by ?? 0;
}
