// The messages of all benchmarks: some 600 bytes in, 2 KB out.
const PAD = "a note of ordinary length that a program might write ";

export const REQUEST = `<?xml version="1.0" encoding="utf-8"?>
<?qbxml version="16.0"?>
<QBXML>
<QBXMLMsgsRq onError="stopOnError">
<CustomerAddRq requestID="17">
<CustomerAdd>
<Name>Northern Instruments</Name>
<CompanyName>Northern Instruments &amp; Sons</CompanyName>
<FirstName>Sample</FirstName>
<LastName>Person</LastName>
<BillAddress>
<Addr1>1 Harbour Road</Addr1>
<City>Oslo</City>
<PostalCode>0150</PostalCode>
<Country>Norway</Country>
</BillAddress>
<Phone>555-0100</Phone>
<Email>user@example.com</Email>
<Notes>${PAD}</Notes>
</CustomerAdd>
</CustomerAddRq>
</QBXMLMsgsRq>
</QBXML>
`;

export const RESPONSE = `<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs>\n<CustomerAddRs requestID="17" statusCode="0" statusSeverity="Info" statusMessage="Status OK">\n<CustomerRet>\n${`<Notes>${PAD}</Notes>\n`.repeat(26)}</CustomerRet>\n</CustomerAddRs>\n</QBXMLMsgsRs>\n</QBXML>\n`;

export const USER = "bench";
export const PASSWORD = "a-password-for-the-benchmark";
export const AUTHORIZATION = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`;
