/** An element or attribute name, made into a string once. */
export interface Name {
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly hash: number;
  /** Another name with the same place in the table. */
  readonly chained: Name | undefined;
  /** What stood behind it last time: guesses that make the next look-up a comparison. */
  firstChild: Name | undefined;
  nextSibling: Name | undefined;
  firstAttribute: Name | undefined;
  nextAttribute: Name | undefined;
}

const SLOTS = 4096;
const MAX_LENGTH = 128;
/** A document with more different names is refused; qbXML has some 1,100. */
export const MAX_NAMES = 20_000;
/** Differs in each process, so that nobody can choose names that collide. */
const SEED = Math.floor(Math.random() * 2 ** 31);
const PRIME = 0x01000193;

const NAME_START = 1;
const NAME_REST = 2;
const KINDS = kindsOfBytes();

function kindsOfBytes(): Uint8Array {
  const kinds = new Uint8Array(256);
  for (let byte = 0; byte < 128; byte++) {
    const character = String.fromCharCode(byte);
    if (/[A-Za-z_]/.test(character)) kinds[byte] = NAME_START | NAME_REST;
    else if (/[0-9.-]/.test(character)) kinds[byte] = NAME_REST;
  }
  return kinds;
}

export function isNameStart(byte: number | undefined): boolean {
  return byte !== undefined && ((KINDS[byte] as number) & NAME_START) !== 0;
}

/** The end of the name that begins at `at`; `at` itself when there is none. */
export function endOfName(bytes: Uint8Array, at: number, limit: number): number {
  if (at >= limit || !isNameStart(bytes[at])) return at;
  let end = at + 1;
  while (end < limit && ((KINDS[bytes[end] as number] as number) & NAME_REST) !== 0) end++;
  return end;
}

/** Where the name ends when it stands at `at`, else -1. The byte behind it is not looked at. */
export function endOfSameName(bytes: Uint8Array, at: number, limit: number, name: Name): number {
  const wanted = name.bytes;
  const end = at + wanted.length;
  if (end >= limit) return -1;
  for (let index = 0; index < wanted.length; index++) if (bytes[at + index] !== wanted[index]) return -1;
  return ((KINDS[bytes[end] as number] as number) & NAME_REST) === 0 ? end : -1;
}

/** Names by their bytes. */
export class NameTable {
  readonly #slots: (Name | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  size = 0;

  /** Undefined when it is too long. */
  nameOf(bytes: Uint8Array, start: number, end: number): Name | undefined {
    if (end - start > MAX_LENGTH) return undefined;
    let hash = SEED;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), PRIME);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    for (let name = this.#slots[slot]; name !== undefined; name = name.chained)
      if (name.hash === hash && isAt(bytes, start, end, name)) return name;
    // A copy: the slice of a Buffer would show what is written there later, and keep the document alive.
    return this.#add(Buffer.from(bytes.subarray(start, end)), hash, slot);
  }

  #add(bytes: Buffer, hash: number, slot: number): Name {
    const name: Name = {
      text: internalized(bytes.toString("latin1")),
      bytes,
      hash,
      chained: this.#slots[slot],
      firstChild: undefined,
      nextSibling: undefined,
      firstAttribute: undefined,
      nextAttribute: undefined,
    };
    this.#slots[slot] = name;
    this.size++;
    return name;
  }
}

function isAt(bytes: Uint8Array, start: number, end: number, name: Name): boolean {
  const wanted = name.bytes;
  if (wanted.length !== end - start) return false;
  for (let index = 0; index < wanted.length; index++)
    if (bytes[start + index] !== wanted[index]) return false;
  return true;
}

/** As a key of an object a string becomes the one that V8 compares by address. */
function internalized(text: string): string {
  return Object.keys({ [text]: 0 })[0] ?? text;
}

let shared = new NameTable();

/** The names of earlier documents, so that each is made into a string once; never more than twice `MAX_NAMES`. */
export function sharedNames(): NameTable {
  if (shared.size > MAX_NAMES) shared = new NameTable();
  return shared;
}
