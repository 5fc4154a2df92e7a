/** A message set around the given requests. */
export function messageSet(requests: string, attributes = 'onError="stopOnError"', version = "16.0"): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n<?qbxml version="${version}"?>\n<QBXML><QBXMLMsgsRq ${attributes}>${requests}</QBXMLMsgsRq></QBXML>`;
}

/** A read, told apart by its request id. */
export function query(requestID = "1"): string {
  return messageSet(`<CustomerQueryRq requestID="${requestID}"/>`);
}

/** A write, told apart by its request id. */
export function add(requestID = "1"): string {
  return messageSet(
    `<CustomerAddRq requestID="${requestID}"><CustomerAdd><Name>N</Name></CustomerAdd></CustomerAddRq>`,
  );
}
