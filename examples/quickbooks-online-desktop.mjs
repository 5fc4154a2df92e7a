// QuickBooks Online from a program on the user's own machine. The browser opens once; later runs ask nobody.
//   QBCONNECTOR_ONLINE="InitiateOAuth=GETANDREFRESH; OAuthClientId=...; OAuthClientSecret=...;
//     CallbackURL=http://localhost:8080/callback; UseSandbox=true" node quickbooks-online-desktop.mjs
import { connect } from "qbconnector/online";

const connection = await connect(process.env.QBCONNECTOR_ONLINE);
const { companyName } = await connection.testConnection();
console.log("Connected to:", companyName);

const customers = connection.query("select DisplayName, Balance from Customer where Active = true");
for await (const { DisplayName, Balance } of customers) console.log(DisplayName, Balance);

const { daysLeft } = await connection.status();
console.log("Days until somebody has to log in again:", daysLeft);
await connection.close();
