// A road to QuickBooks of your own: two methods. The connector sees to it that sets come one at a time and well formed.
import { fromHresult, QBClient, QBConnector } from "qbconnector";

const processor = {
  async open(settings) {
    console.log(
      `open: application ${settings.applicationName}, ${settings.readOnly ? "read" : "read and write"}`,
    );
    if (settings.companyFile.startsWith("Z:")) throw fromHresult(0x80040403);
    return {
      companyFile: "C:\\Books\\Shop.qbw",
      async process(set) {
        console.log("process:", set.requests.map(({ name }) => name).join(", "));
        const responses = set.requests.map(
          ({ name }) =>
            `<${name.replace(/Rq$/, "Rs")} statusCode="0" statusSeverity="Info" statusMessage="Status OK"/>`,
        );
        return `<?xml version="1.0"?><QBXML><QBXMLMsgsRs>${responses.join("")}</QBXMLMsgsRs></QBXML>`;
      },
      async close() {
        console.log("close");
      },
    };
  },
};

const connector = new QBConnector({
  localPort: 0,
  quickbooks: processor,
  allowClientSettings: ["ApplicationName", "CompanyFile"],
});
connector.addUser("Foo", "Bar");
connector.on("error", ({ description }) => console.log("error event:", description));
await connector.listen();

const ask = async (settings) => {
  const client = new QBClient(
    `URL='http://127.0.0.1:${connector.localPort}' User='Foo' Password='Bar' ApplicationName='Web shop' ${settings}`,
  );
  const set = `<?qbxml version="16.0"?><QBXML><QBXMLMsgsRq onError="stopOnError"><CustomerQueryRq/></QBXMLMsgsRq></QBXML>`;
  const result = await client.send(set).then(
    (text) => text,
    (error) => `${error.code}, ${error.hresult}`,
  );
  await client.close();
  return result;
};
console.log("answer:", await ask(""));
console.log("failure:", await ask("CompanyFile='Z:\\Gone.qbw'"));

await connector.shutdown();
