import fc from "fast-check";

/** Places are shares of the length, so that a change fits documents of any length. */
type Change =
  | { readonly kind: "delete"; readonly at: number; readonly length: number }
  | { readonly kind: "repeat"; readonly at: number; readonly length: number }
  | { readonly kind: "insert"; readonly at: number; readonly text: string }
  | { readonly kind: "move"; readonly at: number; readonly length: number; readonly to: number };

const place = fc.noBias(fc.integer({ min: 0, max: 999_999 })).map((millionths) => millionths / 1_000_000);
const length = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 120 }));

function changeOf(fragments: readonly string[]): fc.Arbitrary<Change> {
  return fc.oneof(
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete" as const), at: place, length }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("repeat" as const), at: place, length }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("move" as const), at: place, length, to: place }) },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant("insert" as const),
        at: place,
        text: fc.oneof(
          { weight: 9, arbitrary: fc.constantFrom(...fragments) },
          fc.string({ unit: "binary", maxLength: 3 }),
        ),
      }),
    },
  );
}

/** Most changes begin where markup begins or ends, or stand between tags: there they do more harm. */
function offsetOf(text: string, share: number): number {
  const offset = Math.floor(share * text.length);
  const choice = Math.floor(share * 1_000_000) % 4;
  if (choice === 0) return offset;
  const next = text.slice(offset).search(choice === 1 ? /[<>"\s]/ : />/);
  return next < 0 ? offset : offset + next + (choice === 1 ? 0 : 1);
}

function apply(text: string, change: Change): string {
  const at = offsetOf(text, change.at);
  if (change.kind === "insert") return text.slice(0, at) + change.text + text.slice(at);
  const end = at + change.length;
  const piece = text.slice(at, end);
  if (change.kind === "repeat") return text.slice(0, end) + piece + text.slice(end);
  const rest = text.slice(0, at) + text.slice(end);
  if (change.kind === "delete") return rest;
  const to = offsetOf(rest, change.to);
  return rest.slice(0, to) + piece + rest.slice(to);
}

/** One of the documents after one to three changes. */
export function mutated(documents: readonly string[], fragments: readonly string[]): fc.Arbitrary<string> {
  const change = changeOf(fragments);
  return fc
    .tuple(
      fc.constantFrom(...documents),
      fc.oneof(...[1, 1, 2, 3].map((count) => fc.array(change, { minLength: count, maxLength: count }))),
    )
    .map(([document, changes]) => changes.reduce(apply, document));
}

/** Replaces, removes and puts in single bytes. */
export function mutatedBytes(bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const edit = fc.record({
    at: place,
    remove: fc.integer({ min: 0, max: 2 }),
    add: fc.uint8Array({ maxLength: 3 }),
  });
  return fc.tuple(bytes, fc.array(edit, { maxLength: 2 })).map(([start, edits]) =>
    edits.reduce((current, { at, remove, add }) => {
      const offset = Math.floor(at * current.length);
      return Buffer.concat([current.subarray(0, offset), add, current.subarray(offset + remove)]);
    }, start),
  );
}
