// A connector whose processor gives one large answer: "latin1" or "utf16" characters, or UTF-8 "bytes".
import { QBConnector } from "qbconnector";
import { PASSWORD, USER } from "../messages.mjs";
import { report } from "./report.mjs";

const [kind, megabytes] = [process.argv[2], Number(process.argv[3])];
const record =
  kind === "utf16"
    ? "<Notes>\u4e2d text of ordinary length</Notes>\n"
    : "<Notes>a text of ordinary length!</Notes>\n";
const parts = ["<QBXML>\n"];
for (let size = 0; size < megabytes * 1e6; size += Buffer.byteLength(record)) parts.push(record);
parts.push("</QBXML>\n");
const document = Buffer.from(parts.join(""));
parts.length = 0;
const answer = kind === "bytes" ? document : document.toString(kind === "utf16" ? "utf8" : "latin1");
const processor = {
  open: async () => ({ companyFile: "C:\\bench.qbw", process: async () => answer, close: async () => {} }),
};

const connector = new QBConnector({ localPort: 0, quickbooks: processor });
connector.addUser(USER, PASSWORD);
await connector.listen();
// What was left over from making the answer must not hide what sending it takes.
process.on("message", () => globalThis.gc());
report(connector.localPort);
