import { formatConnectionString } from "../connection-string.js";
import { messageSet } from "./demo-story.js";

export interface PasteValues {
  readonly URL: string;
  readonly User: string;
  readonly Password: string;
  readonly SSLPin: string;
}

/** Lines to be copied into a shell and a program. */
export function pasteLines(values: PasteValues): string {
  const { URL: url, User: user, Password: password, SSLPin: pin } = values;
  const connectionString = formatConnectionString(values);
  const request = messageSet('<HostQueryRq requestID="1"/><CustomerQueryRq requestID="2"/>');
  return `Ask it with curl, which knows the connector by the pin of its certificate:

curl --silent --show-error --insecure --pinnedpubkey '${pin}' --user '${user}:${password}' --header 'Content-Type: text/xml' --data-binary @- ${url}/ <<'END'
${request}
END

The connection string for QBClient:

${connectionString}

A program, to be saved as ask.mjs where qbconnector is installed:

import { QBClient } from "qbconnector";
const client = new QBClient("${connectionString}");
const request = \`<?qbxml version="16.0"?><QBXML><QBXMLMsgsRq onError="stopOnError"><CustomerQueryRq/></QBXMLMsgsRq></QBXML>\`;
console.log(await client.send(request));
await client.close();
`;
}
