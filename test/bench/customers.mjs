// Writes a CustomerQueryRs of many customers, in QuickBooks' layout: node test/bench/customers.mjs COUNT FILE
import { closeSync, openSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";

const CITIES = ["Oslo", "Bergen", "Harbour Town", "Saint-Étienne", "Springfield", "Møre"];
const HEAD =
  '<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs>\n<CustomerQueryRs requestID="1" statusCode="0" statusSeverity="Info" statusMessage="Status OK">\n';
const TAIL = "</CustomerQueryRs>\n</QBXMLMsgsRs>\n</QBXML>\n";

/** The document in pieces. */
export function* customers(count) {
  let random = 42;
  const next = (limit) => (random = (random * 1103515245 + 12345) % 2147483648) % limit;
  let piece = HEAD;
  for (let number = 0; number < count; number++) {
    piece += customer(number, next);
    if (piece.length > 60_000) {
      yield piece;
      piece = "";
    }
  }
  yield piece + TAIL;
}

function customer(number, next) {
  const id = (number + 0x80000001).toString(16).toUpperCase();
  const amount = () => `${next(90000)}.${String(next(100)).padStart(2, "0")}`;
  const city = CITIES[next(CITIES.length)];
  const name = `${next(3) === 0 ? "Nord &amp; Sons" : "Northern Instruments"} ${number}`;
  const address = (kind) =>
    `<${kind}>\n<Addr1>${name}</Addr1>\n<Addr2>${next(900)} Harbour Road</Addr2>\n<City>${city}</City>\n<State>CA</State>\n<PostalCode>${10000 + next(80000)}</PostalCode>\n<Country>Norway</Country>\n</${kind}>\n`;
  return (
    `<CustomerRet>\n<ListID>${id}-1422671082</ListID>\n<TimeCreated>2015-01-31T02:24:42-08:00</TimeCreated>\n<TimeModified>2020-10-10T19:09:27-08:00</TimeModified>\n<EditSequence>${1600000000 + number}</EditSequence>\n` +
    `<Name>${name}</Name>\n<FullName>${name}</FullName>\n<IsActive>${next(10) > 0}</IsActive>\n<Sublevel>0</Sublevel>\n<CompanyName>${name}</CompanyName>\n<Salutation>Ms.</Salutation>\n<FirstName>Sample</FirstName>\n<LastName>Person ${next(1000)}</LastName>\n` +
    `${address("BillAddress")}<BillAddressBlock>\n<Addr1>${name}</Addr1>\n<Addr2>${city}, CA</Addr2>\n</BillAddressBlock>\n${address("ShipAddress")}` +
    `<Phone>555-${1000 + next(9000)}</Phone>\n<AltPhone>555-${1000 + next(9000)}</AltPhone>\n<Fax>555-0199</Fax>\n<Email>user${number}@example.com</Email>\n<Contact>Sample Person</Contact>\n` +
    `<CustomerTypeRef>\n<ListID>20000-933270541</ListID>\n<FullName>Commercial</FullName>\n</CustomerTypeRef>\n<TermsRef>\n<ListID>40000-933270542</ListID>\n<FullName>Net 30</FullName>\n</TermsRef>\n` +
    `<SalesRepRef>\n<ListID>70000-933272658</ListID>\n<FullName>NI</FullName>\n</SalesRepRef>\n<Balance>${amount()}</Balance>\n<TotalBalance>${amount()}</TotalBalance>\n<SalesTaxCodeRef>\n<ListID>10000-999022286</ListID>\n<FullName>Tax</FullName>\n</SalesTaxCodeRef>\n` +
    `<ItemSalesTaxRef>\n<ListID>2E0000-933272656</ListID>\n<FullName>San Tomas</FullName>\n</ItemSalesTaxRef>\n<ResaleNumber>${next(9999)}-77</ResaleNumber>\n<AccountNumber>${next(99999)}</AccountNumber>\n<CreditLimit>${amount()}</CreditLimit>\n` +
    `<PreferredPaymentMethodRef>\n<ListID>20000-933272659</ListID>\n<FullName>Check</FullName>\n</PreferredPaymentMethodRef>\n<JobStatus>None</JobStatus>\n<Notes>Calls every ${next(28) + 1} days; ${next(2) ? "prefers &quot;e-mail&quot;" : "no remarks so far about anything"}</Notes>\n</CustomerRet>\n`
  );
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = openSync(process.argv[3], "w");
  for (const piece of customers(Number(process.argv[2]))) writeSync(file, piece);
  closeSync(file);
}
