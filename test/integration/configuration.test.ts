import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { QBConnector } from "qbconnector";
import { send } from "../support/http-exchange.js";
import { messageSet, query } from "../support/message-sets.js";
import { eventsOf, recordEvents } from "../support/recorded-events.js";
import { makeConnector, startConnector } from "../support/running-connector.js";
import { until } from "../support/until.js";
import { add } from "../support/message-sets.js";

const refused = (code: string) => ({ name: "QBError", code });

test("AuthFlags arrives in the settings of the processor; empty and 0 send none", async (t) => {
  const { connector, processor, url } = await startConnector(t);
  const cases = [
    ["AuthFlags=0x80000008", "0x80000008", 0x80000008],
    ["AuthFlags=15", "0xF", 15],
    ["AuthFlags=0", "", undefined],
    ["AuthFlags=8", "0x8", 8],
    ["AuthFlags=", "", undefined],
  ] as const;
  for (const [text, read, flags] of cases) {
    assert.equal(connector.config(text), read);
    assert.equal(connector.config("AuthFlags"), read);
    await send(url, query());
    assert.equal(processor.sessions.at(-1)?.settings.authFlags, flags);
  }
  for (const value of ["-1", "x", "4294967296", "1.5"])
    assert.throws(() => connector.config(`AuthFlags=${value}`), refused("QB_INVALID_ARGUMENT"));
  connector.authorizedUsers.at(0).qbConnectionString = "AuthFlags=''";
  await send(url, query());
  assert.equal(processor.sessions.at(-1)?.settings.authFlags, undefined);
});

test("ConnectedToQB opens one session, keeps it for the requests, and closes it", async (t) => {
  const { connector, processor, url } = await startConnector(t);
  assert.equal(connector.config("ConnectedToQB"), "false");
  connector.config("ConnectedToQB=true");
  await until(() => connector.config("ConnectedToQB") === "true", "it is connected");
  assert.equal(connector.connectedToQB, true);
  await send(url, query());
  await send(url, query());
  assert.equal(processor.sessions.length, 1);
  assert.deepEqual(
    processor.calls.map(({ session }) => session),
    [0, 0],
  );
  connector.config("ConnectedToQB=false");
  await until(() => connector.config("ConnectedToQB") === "false", "it is disconnected");
  await until(() => processor.openSessions === 0, "the session is closed");
  await send(url, query());
  assert.equal(processor.sessions.length, 2);
});

test("ConnectedToQB uses DefaultConnectionString, and closes what it opened also when that changed meanwhile", async (t) => {
  const { connector, processor } = makeConnector(t, { defaultConnectionString: "CompanyFile='C:\\a.qbw'" });
  await connector.connectToQB();
  assert.equal(processor.sessions[0]?.settings.companyFile, "C:\\a.qbw");
  connector.config("DefaultConnectionString=CompanyFile='C:\\b.qbw'");
  connector.config("AuthFlags=8");
  await connector.disconnectFromQB();
  assert.equal(connector.connectedToQB, false);
  assert.equal(processor.openSessions, 0);
});

test("a failure to connect to QuickBooks shows in getter, error event and rejection", async (t) => {
  const { connector, processor } = makeConnector(t);
  const events = recordEvents(connector, ["error"]);
  const { fromHresult } = await import("qbconnector");
  processor.openFailures.push(fromHresult(0x80040408), fromHresult(0x80040408));
  await assert.rejects(connector.connectToQB(), refused("QB_QUICKBOOKS_UNREACHABLE"));
  assert.equal(events.length, 0);
  connector.connectedToQB = true;
  await until(() => events.length === 1, "the error event came");
  assert.equal(eventsOf(events, "error")[0]?.error.code, "QB_QUICKBOOKS_UNREACHABLE");
  assert.equal(connector.connectedToQB, false);
  assert.equal(connector.config("ConnectedToQB"), "false");
});

test("DefaultConnectionString reads back without secrets and takes no client's names", (t) => {
  const { connector } = makeConnector(t);
  assert.equal(connector.config("DefaultConnectionString"), "");
  const set = connector.config("DefaultConnectionString=CompanyFile = 'C:\\xy.qbw' ApplicationName=\"A\"");
  assert.match(set, /C:\\xy\.qbw/);
  for (const text of ["URL='http://x'", "User='u'", "Password='p'", "Ticket='t'", "Nonsense=1"])
    assert.throws(() => connector.config(`DefaultConnectionString=${text}`), refused("QB_CONNECTION_STRING"));
  assert.match(connector.config("DefaultConnectionString"), /C:\\xy\.qbw/);
});

test("ReadOnly[i] restricts the user with that index from the next request on", async (t) => {
  const { connector, url, processor } = await startConnector(t);
  connector.addUser("Second", "pw");
  assert.equal(connector.config("ReadOnly[0]"), "false");
  assert.equal(connector.config("ReadOnly[1]=true"), "true");
  assert.equal(connector.authorizedUsers.at(1).readOnly, true);
  assert.equal((await send(url, add(), { credentials: "Second:pw" })).json.code, "QB_READ_ONLY");
  assert.equal(processor.sessions.length, 0);
  assert.equal((await send(url, query(), { credentials: "Second:pw" })).status, 200);
  assert.equal(processor.sessions[0]?.settings.readOnly, true);
  assert.equal((await send(url, add())).status, 200);
  assert.equal(connector.config("readonly[1]=0"), "false");
  assert.equal((await send(url, add(), { credentials: "Second:pw" })).status, 200);
  assert.throws(() => connector.config("ReadOnly[2]"), refused("QB_INVALID_ARGUMENT"));
  assert.throws(() => connector.config("ReadOnly[0]=perhaps"), refused("QB_INVALID_ARGUMENT"));
  assert.throws(() => connector.config("ReadOnly"), refused("QB_UNKNOWN_SETTING"));
  assert.throws(() => connector.config("ReadOnly[-1]=true"), refused("QB_UNKNOWN_SETTING"));
});

test("UseInteractiveLogon reaches windowsLogon", async (t) => {
  const logons: unknown[] = [];
  const { connector, url } = await startConnector(t, {
    windowsLogon: async (logon) => (logons.push(logon), logon.password === "right"),
  });
  connector.addUser("CORP\\ann", "", "", "Windows");
  assert.equal(connector.config("UseInteractiveLogon"), "false");
  assert.equal((await send(url, query(), { credentials: "CORP\\ann:wrong" })).status, 401);
  assert.equal(connector.config("UseInteractiveLogon=true"), "true");
  assert.equal((await send(url, query(), { credentials: "CORP\\ann:right" })).status, 200);
  assert.deepEqual(logons, [
    { user: "CORP\\ann", password: "wrong", interactive: false },
    { user: "CORP\\ann", password: "right", interactive: true },
  ]);
});

test("a Windows user without windowsLogon is refused and the error event says why", async (t) => {
  const { connector, url } = await startConnector(t);
  connector.addUser("ann", "", "", 1);
  const events = recordEvents(connector, ["error"]);
  assert.equal((await send(url, query(), { credentials: "ann:x" })).status, 401);
  assert.equal(eventsOf(events, "error")[0]?.error.code, "QB_LOGON_UNAVAILABLE");
});

test("BuildInfo, GUIAvailable and LicenseInfo can only be read", (t) => {
  const { connector } = makeConnector(t);
  const { version, license } = JSON.parse(readFileSync("package.json", "utf8")) as Record<string, string>;
  assert.equal(
    connector.config("BuildInfo"),
    `qbconnector ${version}, Node.js ${process.version}, ${process.platform} ${process.arch}`,
  );
  assert.equal(connector.config("GUIAvailable"), "false");
  assert.equal(connector.config("LicenseInfo"), license);
  for (const name of ["BuildInfo", "GUIAvailable", "LicenseInfo"])
    assert.throws(() => connector.config(`${name}=true`), refused("QB_INVALID_ARGUMENT"));
});

test("UseInternalSecurityAPI takes true and false only", (t) => {
  const { connector } = makeConnector(t);
  assert.equal(connector.config("UseInternalSecurityAPI"), "true");
  assert.equal(connector.config("UseInternalSecurityAPI=false"), "false");
  assert.throws(() => connector.config("UseInternalSecurityAPI=2"), refused("QB_INVALID_ARGUMENT"));
});

test("SelectWaitMillis and ProcessIdleEvents refuse what they cannot be", (t) => {
  const { connector } = makeConnector(t);
  assert.equal(connector.config("SelectWaitMillis"), "20");
  assert.equal(connector.config("ProcessIdleEvents"), "true");
  for (const text of [
    "SelectWaitMillis=-1",
    "SelectWaitMillis=60001",
    "ProcessIdleEvents=",
    "CodePage=99999",
    "CodePage=x",
  ])
    assert.throws(() => connector.config(text), refused("QB_INVALID_ARGUMENT"), text);
});

test("unknown names are refused, known ones have any case and blanks around =", (t) => {
  const { connector } = makeConnector(t);
  for (const text of [
    "",
    "=",
    "Nonsense",
    "Nonsense=1",
    "AuthFlags[0]=1",
    "constructor",
    "__proto__",
    "toString=1",
    "Auth Flags=1",
  ])
    assert.throws(() => connector.config(text), refused("QB_UNKNOWN_SETTING"), text);
  assert.equal(connector.config(" authFLAGS = 8 "), "0x8");
});

const customer = (name: string): string =>
  messageSet(`<CustomerAddRq><CustomerAdd><Name>${name}</Name></CustomerAdd></CustomerAddRq>`);
const nameOf = (connectorText: string): string | undefined => /<Name>([^]*)<\/Name>/.exec(connectorText)?.[1];

test("CodePage: inside it numeric references, outside it refused with line, column and character", async (t) => {
  const { connector, processor, url } = await startConnector(t);
  assert.equal((await send(url, customer("Käse € –"))).status, 200);
  assert.equal(nameOf(processor.calls[0]?.set.text ?? ""), "K&#228;se &#8364; &#8211;");
  const document = messageSet(
    `<CustomerAddRq><CustomerAdd>\n  <Name>Łódź</Name></CustomerAdd></CustomerAddRq>`,
  );
  const { status, json } = await send(url, document);
  assert.deepEqual([status, json.code], [422, "QB_CHARACTERS"]);
  const lines = document.split("\n");
  assert.deepEqual(json.details, {
    line: lines.length,
    column: (lines.at(-1) ?? "").indexOf("Ł") + 1,
    character: "Ł",
  });
  assert.equal(processor.calls.length, 1);
  assert.equal(connector.config("CodePage=1250"), "1250");
  assert.equal((await send(url, document)).status, 200);
  assert.equal(nameOf(processor.calls[1]?.set.text ?? ""), "&#321;&#243;d&#378;");
  assert.equal((await send(url, customer("¾"))).json.code, "QB_CHARACTERS");
  connector.config("CodePage=65001");
  assert.equal((await send(url, customer("日本&#x1F600;"))).status, 200);
});

async function changed(
  connector: QBConnector,
  url: string,
): Promise<{ header: unknown; messages: string[]; status: number }> {
  const events = recordEvents(connector, ["status"]);
  const { headers, status } = await send(url, customer("Łó\u0119 &#337;"));
  const messages = eventsOf(events, "status")
    .map(({ message }) => message)
    .filter((message) => message.includes("became"));
  return { header: headers["qb-changed-characters"], messages, status };
}

test("outsideCodePage: transliterate writes the nearest spelling and reports each change", async (t) => {
  const { connector, processor, url } = await startConnector(t, { outsideCodePage: "transliterate" });
  const { header, messages } = await changed(connector, url);
  assert.equal(nameOf(processor.calls[0]?.set.text ?? ""), "L&#243;e o");
  assert.equal(header, "3");
  assert.equal(messages.length, 3);
  assert.match(messages[0] ?? "", /line 3, column \d+: "Ł" became "L"/);
  assert.equal((await send(url, customer("日"))).json.code, "QB_CHARACTERS");
});

test("outsideCodePage: replace writes ? and reports each change", async (t) => {
  const { connector, processor, url, log } = await startConnector(t, { outsideCodePage: "replace" });
  const { header, messages } = await changed(connector, url);
  assert.equal(nameOf(processor.calls[0]?.set.text ?? ""), "?&#243;? ?");
  assert.equal(header, "3");
  assert.equal(messages.length, 3);
  assert.equal(log.filter(({ level }) => level === "warn").length, 3);
  assert.equal((await send(url, customer("plain"))).headers["qb-changed-characters"], undefined);
});
