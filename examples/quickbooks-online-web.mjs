// A web application (Express) that is connected to QuickBooks Online in a browser. Put it behind your own login.
//   QBCONNECTOR_ONLINE="OAuthClientId=...; OAuthClientSecret=...; CallbackURL=https://app.example.com/callback;
//     OAuthSettingsLocation=/srv/books/company.txt" PORT=8080 node quickbooks-online-web.mjs
// It has one company. With many, each customer's OAuthSettingsLocation is another file. Without one, OFF would keep nothing.
import { once } from "node:events";
import express from "express";
import { connect, parseOnlineConnectionString } from "qbconnector/online";

const { QBCONNECTOR_ONLINE, PORT = "8080" } = process.env;
const callbackURL = new URL(parseOnlineConnectionString(QBCONNECTOR_ONLINE).CallbackURL);
/** For the procedures. `books` is for the data, and refreshes its tokens by itself. */
const login = await connect(`${QBCONNECTOR_ONLINE}; InitiateOAuth=OFF`);
let books;

const application = express();

application.get("/", async (_request, response) => {
  books ??= await connect(`${QBCONNECTOR_ONLINE}; InitiateOAuth=REFRESH`);
  const { companyName } = await books.testConnection();
  const customers = await books.query("select DisplayName from Customer").toArray();
  response.send(
    page(
      companyName,
      customers.map(({ DisplayName }) => DisplayName),
    ),
  );
});

// The cookie ties the answer to this browser, so that nobody can be made to finish what another one has begun.
const COOKIE = "quickbooks-state";
const cookieOptions = { httpOnly: true, sameSite: "lax", secure: callbackURL.protocol === "https:" };

application.get("/connect", async (_request, response) => {
  const { URL: address, State } = await login.getOAuthAuthorizationURL({ AuthMode: "WEB" });
  response.cookie(COOKIE, State, { ...cookieOptions, maxAge: 600_000 }).redirect(address);
});

application.get(callbackURL.pathname, async (request, response) => {
  const State = new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? "")?.[1];
  if (State === undefined) return response.status(400).send(page("This browser has begun no login", []));
  const Verifier = new URL(request.url, callbackURL).href;
  await login.getOAuthAccessToken({ AuthMode: "WEB", Verifier, State });
  // Away from the address that holds the code.
  return response.clearCookie(COOKIE, cookieOptions).redirect("/");
});

application.use((error, _request, response, next) => {
  if (response.headersSent) return next(error);
  const { httpStatus = 500, message, advice = "" } = error;
  return response.status(httpStatus).send(page("Not connected", [message, advice]));
});

function page(title, lines) {
  const [heading, ...items] = [title, ...lines].map((text) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;"),
  );
  return `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>${heading}</title>
<h1>${heading}</h1><p>${items.join("<p>")}<p><a href="/connect">Connect to QuickBooks</a></p>`;
}

const server = application.listen(Number(PORT), "127.0.0.1");
await once(server, "listening");
console.log(`Open http://127.0.0.1:${PORT}/`);
