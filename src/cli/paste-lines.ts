import { formatConnectionString } from "../connection-string.js";
import { messageSet } from "./demo-story.js";

/** Lines to be copied into a shell and a program. */
export function pasteLines(url: string, user: string, password: string): string {
  const connectionString = formatConnectionString({ URL: url, User: user, Password: password });
  const request = messageSet('<HostQueryRq requestID="1"/><CustomerQueryRq requestID="2"/>');
  return `Ask it with curl:

curl --silent --show-error --user '${user}:${password}' --header 'Content-Type: text/xml' --data-binary @- ${url}/ <<'END'
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
