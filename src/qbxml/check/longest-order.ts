/** One element in a list that has an order. */
export interface Ranked {
  readonly rank: number;
  /** Of two in the wrong order the required one is taken to be right. */
  readonly required: boolean;
}

/** Weight of being one more element in order; what decides between equals stays far below it. */
const ONE = 1e6;

/**
 * The fewest elements that have to move for the rest to be in order, as their indexes; neighbours of the same rank move together.
 * Of two neighbours that were swapped it is the one at which a reader of the list, who goes on from element to element, would stop.
 */
export function outOfOrder(list: readonly Ranked[]): ReadonlySet<number> {
  const ranks = list.reduce((most, { rank }) => Math.max(most, rank), 0) + 1;
  const best = new Float64Array(ranks);
  const lastOf = new Int32Array(ranks).fill(-1);
  const previous = new Int32Array(list.length).fill(-1);
  for (const [index, item] of list.entries()) {
    const { rank } = item;
    if (list[index - 1]?.rank === rank) {
      // Whoever builds on the block builds on its last element.
      previous[index] = index - 1;
      lastOf[rank] = index;
      continue;
    }
    const top = heaviest(best, rank);
    previous[index] = at(lastOf, top);
    best[rank] = at(best, top) + ONE + preference(item, ranks);
    lastOf[rank] = index;
  }
  return without(list.length, previous, at(lastOf, heaviest(best, ranks - 1)));
}

function preference({ rank, required }: Ranked, ranks: number): number {
  return required ? 2 - rank / ranks : rank / ranks;
}

/** The rank with the greatest weight up to this one; of equals the last. */
function heaviest(best: Float64Array, rank: number): number {
  let top = rank;
  for (let lower = rank - 1; lower >= 0; lower--) if (at(best, lower) > at(best, top)) top = lower;
  return top;
}

function without(length: number, previous: Int32Array, last: number): ReadonlySet<number> {
  const out = new Set<number>(Array.from({ length }, (_, index) => index));
  for (let index = last; index >= 0; index = at(previous, index)) out.delete(index);
  return out;
}

function at(numbers: Float64Array | Int32Array, index: number): number {
  return numbers[index] as number;
}
