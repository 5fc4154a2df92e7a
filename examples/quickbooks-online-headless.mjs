// QuickBooks Online from a machine without a browser: open the printed URL on any other, paste the URL where it ends.
//   QBCONNECTOR_ONLINE="InitiateOAuth=GETANDREFRESH; OAuthClientId=...; OAuthClientSecret=...;
//     CallbackURL=https://example.com/callback" node quickbooks-online-headless.mjs
import { createInterface } from "node:readline/promises";
import { connect } from "qbconnector/online";

const terminal = createInterface({ input: process.stdin, output: process.stdout });
const connection = await connect(process.env.QBCONNECTOR_ONLINE, {
  // Asked only when nothing usable is stored. The page at its end need not exist: only its URL matters.
  readRedirectedURL: ({ url, signal }) =>
    terminal.question(`Open in a browser:\n${url.href}\nPaste the URL at which it ends:\n`, { signal }),
});
terminal.close();

const { companyName } = await connection.testConnection();
console.log("Connected to:", companyName);
await connection.close();
