/** A request that QuickBooks answers with a status instead of a result. */
export class RequestFailure extends Error {
  override readonly name = "RequestFailure";
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** The reason that QuickBooks adds to many of its sentences, with its two spaces. */
const NOT_IN_LIST =
  "  QuickBooks error message: Invalid argument.  The specified record does not exist in the list.";

/** 1030: what QuickBooks can do and this simulator cannot. */
export function notImitated(what: string): RequestFailure {
  return new RequestFailure(1030, `${what} is not supported: this simulator does not imitate it yet.`);
}

export function invalidObjectId(id: string, field: string): RequestFailure {
  return new RequestFailure(3000, `The given object ID "${id}" in the field "${field}" is invalid.`);
}

export function nameInUse(name: string): RequestFailure {
  return new RequestFailure(3100, `The name "${name}" of the list element is already in use.`);
}

export function objectNotFound(id: string): RequestFailure {
  return new RequestFailure(3120, `Object "${id}" specified in the request cannot be found.${NOT_IN_LIST}`);
}

export function invalidReference(kind: string, value: string, inObject: string): RequestFailure {
  return new RequestFailure(
    3140,
    `There is an invalid reference to QuickBooks ${kind} "${value}" in the ${inObject}.`,
  );
}

export function staleEditSequence(editSequence: string): RequestFailure {
  return new RequestFailure(3200, `The provided edit sequence "${editSequence}" is out-of-date.`);
}

/** The sentence is a guess; code 3150 for a missing element was seen. */
export function missingElement(field: string, inObject: string): RequestFailure {
  return new RequestFailure(3150, `There is a missing element: "${field}" in the ${inObject}.`);
}

/** A guess in code and sentence. */
export function conflictingElements(what: string): RequestFailure {
  return new RequestFailure(3153, `There is a conflict between elements: ${what}.`);
}

/** A guess in code and sentence. */
export function inUse(id: string): RequestFailure {
  return new RequestFailure(
    3160,
    `Cannot delete the object specified by the id = "${id}".  QuickBooks error message: The object is in use.`,
  );
}

/** A guess in code and sentence. */
export function missingPostingAccount(inObject: string): RequestFailure {
  return new RequestFailure(3270, `Missing posting account in the ${inObject}.`);
}

/** A guess in code and sentence. */
export function amountTooLarge(): RequestFailure {
  return new RequestFailure(3101, "The resulting amount is too large.");
}
