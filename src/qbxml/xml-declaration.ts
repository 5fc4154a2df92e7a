const DECLARATION =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[A-Za-z][A-Za-z0-9._-]*"|'[A-Za-z][A-Za-z0-9._-]*'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>$/;
const MAX_LENGTH = 1000;
const QUESTION = 0x3f;
const GREATER = 0x3e;
const SMALL_X = 0x78;
/** Any other is taken apart, which takes longer than all the rest of a small document. */
const USUAL = Buffer.from('<?xml version="1.0" encoding="utf-8"?>');

/** Where the `?>` of an instruction stands; -1 when it is not at hand. */
export function endOfInstruction(bytes: Uint8Array, start: number): number {
  for (let end = start; end + 1 < bytes.length; end++)
    if (bytes[end] === QUESTION && bytes[end + 1] === GREATER) return end;
  return -1;
}

/** The end of the declaration that most documents begin with; 0 when it is another. */
export function endOfUsualDeclaration(bytes: Uint8Array): number {
  return beginsWith(bytes, 0, USUAL) === true ? USUAL.length : 0;
}

/** What is wrong with a declaration. */
export function faultOfDeclaration(
  bytes: Buffer,
  at: number,
  end: number,
  first: boolean,
): string | undefined {
  if (!first || bytes[at + 2] !== SMALL_X)
    return "the XML declaration must stand at the very beginning, in lower case";
  const text = bytes.toString("latin1", at, Math.min(end, at + MAX_LENGTH));
  return DECLARATION.test(text)
    ? undefined
    : 'the XML declaration is not of the form <?xml version="1.0" encoding="utf-8"?>';
}

/** Undefined when more bytes decide. */
export function beginsWith(bytes: Uint8Array, at: number, prefix: Uint8Array): boolean | undefined {
  for (let index = 0; index < prefix.length; index++) {
    if (at + index >= bytes.length) return undefined;
    if (bytes[at + index] !== prefix[index]) return false;
  }
  return true;
}
