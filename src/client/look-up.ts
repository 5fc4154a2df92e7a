/** Elements of a query that name the objects to give. */
const NAMING = ["ListID", "TxnID", "FullName", "Name", "RefNumber", "RefNumberCaseSensitive", "BarCodeValue"];

/** Which objects a query names, when it names them instead of filtering. */
export interface LookUp {
  readonly element: string;
  readonly values: readonly unknown[];
}

export function lookUpIn(body: object): LookUp | undefined {
  const fields = body as Readonly<Record<string, unknown>>;
  const element = NAMING.find((name) => fields[name] !== undefined);
  if (element === undefined) return undefined;
  const value = fields[element];
  return { element, values: Array.isArray(value) ? value : [value] };
}

export function namesObjects(body: object): boolean {
  return lookUpIn(body) !== undefined;
}
