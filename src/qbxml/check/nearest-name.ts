/** The candidate that was probably meant: equal but for the case of letters, or off by a few letters. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  const wanted = name.toLowerCase();
  let limit = Math.min(3, Math.floor(name.length / 3));
  let best: string | undefined;
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    if (other === wanted) return candidate;
    const distance = editDistance(wanted, other, limit);
    if (distance > limit) continue;
    limit = distance - 1;
    best = candidate;
  }
  return best;
}

const MAX_LENGTH = 64;

/** Letters to insert, leave out, change, or swap with the next; more than `limit` when it is more. */
function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let at = 1; at <= right.length; at++) {
      const same = left[row - 1] === right[at - 1];
      let cost = Math.min(cell(last, at) + 1, cell(current, at - 1) + 1, cell(last, at - 1) + (same ? 0 : 1));
      const swapped = left[row - 1] === right[at - 2] && left[row - 2] === right[at - 1];
      if (swapped && row > 1) cost = Math.min(cost, cell(beforeLast, at - 2) + 1);
      current.push(cost);
    }
    if (Math.min(...current) > limit) return limit + 1;
    [beforeLast, last] = [last, current];
  }
  return cell(last, right.length);
}

function cell(row: readonly number[], at: number): number {
  return row[at] ?? Infinity;
}
