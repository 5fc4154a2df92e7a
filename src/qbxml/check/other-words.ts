/** How other programs, QuickBooks Online among them, call what elements of qbXML hold. */
const OTHER_WORDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["Date", ["TxnDate"]],
  ["Description", ["Desc", "SalesDesc"]],
  ["FullyQualifiedName", ["FullName"]],
  ["Number", ["RefNumber"]],
  ["DocNumber", ["RefNumber"]],
  ["InvoiceNumber", ["RefNumber"]],
  ["Notes", ["Memo"]],
  ["Note", ["Memo", "Notes"]],
  ["PhoneNumber", ["Phone"]],
  ["EmailAddress", ["Email"]],
  ["Price", ["Rate", "SalesPrice"]],
  ["Qty", ["Quantity"]],
  ["Street", ["Addr1"]],
  ["UnitCost", ["Cost"]],
  ["UnitPrice", ["Rate", "SalesPrice"]],
  ["Zip", ["PostalCode"]],
  ["ZipCode", ["PostalCode"]],
]);

/** The element of a structure that holds what the name means elsewhere: `Quantity` for `Qty`, `CustomerRef` for `Customer`. */
export function otherWord(name: string, candidates: readonly string[]): string | undefined {
  const line = /^(?:Address|AddressLine|Line)([1-5])$/.exec(name)?.[1];
  const meant = [
    ...(OTHER_WORDS.get(name) ?? []),
    ...(line === undefined ? [] : [`Addr${line}`]),
    `${name}Ref`,
    `${name.replace(/(?:Name|ID|Id)$/, "")}Ref`,
  ];
  return meant.find((candidate) => candidates.includes(candidate));
}
