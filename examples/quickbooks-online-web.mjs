// A web application (Express) that is connected to QuickBooks Online in the browser of whoever runs it.
//   QBCONNECTOR_ONLINE="OAuthClientId=...; OAuthClientSecret=...; CallbackURL=https://app.example.com/callback" \
//     PORT=8080 node quickbooks-online-web.mjs
// One company. With many, each customer's OAuthSettingsLocation is another file.
import { once } from "node:events";
import express from "express";
import { connect, parseOnlineConnectionString } from "qbconnector/online";

const { QBCONNECTOR_ONLINE, PORT = "8080" } = process.env;
const { CallbackURL } = parseOnlineConnectionString(QBCONNECTOR_ONLINE);
/** For the procedures only; `books` is for the data, and refreshes its tokens by itself. */
const login = await connect(`${QBCONNECTOR_ONLINE}; InitiateOAuth=OFF`);
let books;

const COOKIE = "quickbooks-state";
const cookieOptions = { httpOnly: true, sameSite: "lax", secure: CallbackURL.startsWith("https:") };

const application = express();

application.get("/connect", async (_request, response) => {
  const { URL: url, State: state } = await login.getOAuthAuthorizationURL({ AuthMode: "WEB" });
  // Ties the answer to this browser, so that nobody can be made to finish what another one has begun.
  response.cookie(COOKIE, state, { ...cookieOptions, maxAge: 600_000 });
  response.redirect(url);
});

application.get(new URL(CallbackURL).pathname, async (request, response) => {
  const state = new RegExp(`(?:^|; )${COOKIE}=([^;]+)`).exec(request.headers.cookie ?? "")?.[1];
  if (state === undefined) return response.status(400).send("This browser has begun nothing.");
  response.clearCookie(COOKIE, cookieOptions);
  const Verifier = new URL(request.url, CallbackURL).href;
  await login.getOAuthAccessToken({ AuthMode: "WEB", Verifier, State: decodeURIComponent(state) });
  return response.redirect("/");
});

application.get("/", async (_request, response) => {
  books ??= await connect(`${QBCONNECTOR_ONLINE}; InitiateOAuth=REFRESH`);
  const { companyName } = await books.testConnection();
  const customers = await books.query("select DisplayName from Customer").toArray();
  response.type("text").send([companyName, ...customers.map((customer) => customer.DisplayName)].join("\n"));
});

application.use((error, _request, response, next) => {
  if (response.headersSent) return next(error);
  if (["QB_NOT_CONNECTED", "QB_RECONNECT"].includes(error.code))
    return response.status(401).send(`<a href="/connect">Connect to QuickBooks</a>`);
  return response
    .status(500)
    .type("text")
    .send(`${error.message}\n${error.advice ?? ""}`);
});

const server = application.listen(Number(PORT), "127.0.0.1");
await once(server, "listening");
console.log(`Open http://127.0.0.1:${PORT}/`);
