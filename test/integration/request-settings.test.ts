import assert from "node:assert/strict";
import { test } from "node:test";
import { formatConnectionString } from "qbconnector";
import { exchange, send, type Answer } from "../support/http-exchange.js";
import { add, query } from "../support/message-sets.js";
import { startConnector, type RunningConnector } from "../support/running-connector.js";

const ALL = [
  "ApplicationName",
  "ApplicationID",
  "CompanyFile",
  "ConnectionMode",
  "AuthFlags",
  "ReadOnly",
] as const;

function ask(
  running: RunningConnector,
  settings: string,
  body = query(),
  credentials = "Foo:Bar",
): Promise<Answer> {
  return send(running.url, body, { credentials, headers: { "qb-settings": encodeURIComponent(settings) } });
}

test("a listed user's own string wins; DefaultConnectionString is not his", async (t) => {
  const running = await startConnector(t, {
    authorizedUsers: [
      {
        user: "Foo",
        password: "Bar",
        qbConnectionString: "CompanyFile='C:\\Foo.qbw' ApplicationName='Foo App' ConnectionMode=MultiUser",
      },
      { user: "Plain", password: "pw" },
    ],
    defaultConnectionString: "CompanyFile='C:\\Default.qbw'",
  });
  assert.equal((await send(running.url, query())).status, 200);
  assert.equal((await send(running.url, query(), { credentials: "Plain:pw" })).status, 200);
  const [foo, plain] = running.processor.sessions.map(({ settings }) => settings);
  assert.deepEqual(
    { ...foo },
    {
      applicationName: "Foo App",
      applicationId: "",
      companyFile: "C:\\Foo.qbw",
      mode: "MultiUser",
      authFlags: undefined,
      readOnly: false,
    },
  );
  assert.equal(plain?.companyFile, "");
  assert.equal(plain?.applicationName, "qbconnector");
});

test("DefaultConnectionString holds for users whom a listener lets in", async (t) => {
  const running = await startConnector(t, { defaultConnectionString: "CompanyFile='C:\\Default.qbw'" });
  running.connector.on("authorization", (event) => {
    event.accept = true;
  });
  await send(running.url, query(), { credentials: "Guest:x" });
  running.connector.config("DefaultConnectionString=CompanyFile='C:\\Other.qbw'");
  await send(running.url, query(), { credentials: "Guest:x" });
  const files = running.processor.sessions.map(({ settings }) => settings.companyFile);
  assert.deepEqual(files, ["C:\\Default.qbw", "C:\\Other.qbw"]);
});

test("the request chooses only what allowClientSettings names; everything else is refused, never ignored", async (t) => {
  const running = await startConnector(t, {
    allowClientSettings: ["CompanyFile"],
    authorizedUsers: [{ user: "Foo", password: "Bar", qbConnectionString: "ApplicationName='Fixed'" }],
  });
  assert.equal((await ask(running, "CompanyFile='C:\\Books\\Mine.qbw'")).status, 200);
  assert.equal(running.processor.sessions[0]?.settings.companyFile, "C:\\Books\\Mine.qbw");
  for (const settings of [
    "ApplicationName='Other'",
    "ApplicationID='1'",
    "ConnectionMode=SingleUser",
    "AuthFlags=8",
    "ReadOnly=true",
    "ReadOnly=false",
    "URL='http://x'",
    "User='Foo'",
    "Password='Bar'",
    "Ticket='abc'",
    "CompanyFile='C:\\a.qbw' AuthFlags=8",
  ]) {
    const { status, json } = await ask(running, settings);
    assert.deepEqual([status, json.code], [403, "QB_SETTING_REFUSED"], settings);
  }
  assert.equal((await ask(running, "ApplicationName='Fixed'")).status, 200);
  assert.equal(running.processor.calls.length, 2);
});

test("what the server says cannot be overruled even where clients may choose", async (t) => {
  const running = await startConnector(t, {
    allowClientSettings: ALL,
    authorizedUsers: [{ user: "Foo", password: "Bar", qbConnectionString: "CompanyFile='C:\\Server.qbw'" }],
  });
  const { json } = await ask(running, "CompanyFile='C:\\Client.qbw'");
  assert.equal(json.code, "QB_SETTING_REFUSED");
  assert.deepEqual(json.details, { name: "CompanyFile" });
  assert.equal(running.processor.calls.length, 0);
});

test("every allowed setting arrives at the processor", async (t) => {
  const running = await startConnector(t, { allowClientSettings: ALL });
  await ask(
    running,
    "ApplicationName=A ApplicationID=I CompanyFile='D:/x/y.qbw' ConnectionMode=SingleUser AuthFlags=0x8 ReadOnly=true",
  );
  assert.deepEqual(
    { ...running.processor.sessions[0]?.settings },
    {
      applicationName: "A",
      applicationId: "I",
      companyFile: "D:/x/y.qbw",
      mode: "SingleUser",
      authFlags: 8,
      readOnly: true,
    },
  );
});

test("ReadOnly in a connection string makes the connector itself refuse writes", async (t) => {
  const running = await startConnector(t, {
    allowClientSettings: ALL,
    authorizedUsers: [
      { user: "Foo", password: "Bar" },
      { user: "Reader", password: "pw", qbConnectionString: "ReadOnly=true" },
    ],
  });
  assert.equal((await ask(running, "ReadOnly=true", add())).json.code, "QB_READ_ONLY");
  assert.equal((await send(running.url, add(), { credentials: "Reader:pw" })).json.code, "QB_READ_ONLY");
  assert.equal((await send(running.url, query(), { credentials: "Reader:pw" })).status, 200);
  assert.equal(running.processor.calls.length, 1);
});

test("a settings header that cannot be read is refused", async (t) => {
  const running = await startConnector(t, { allowClientSettings: ALL });
  for (const header of [
    "%",
    "%ff",
    "CompanyFile",
    "Unknown=1",
    "CompanyFile='a",
    "CompanyFile=a CompanyFile=b",
    "CompanyFile=%00",
  ]) {
    const { status, json } = await send(running.url, query(), { headers: { "qb-settings": header } });
    assert.deepEqual([status, json.code], [400, "QB_HEADER_INVALID"], header);
  }
  assert.equal(running.processor.calls.length, 0);
});

const UNSAFE = [
  "\\\\server\\share\\a.qbw",
  "//server/share/a.qbw",
  "\\/server\\share\\a.qbw",
  "/\\server/share/a.qbw",
  " \\\\server\\share\\a.qbw",
  "\u00a0\\\\server\\share\\a.qbw",
  '"\\\\server\\share\\a.qbw"',
  "\\\\?\\C:\\a.qbw",
  "//?/C:/a.qbw",
  "\\\\.\\C:\\a.qbw",
  "\\\\?\\UNC\\server\\share\\a.qbw",
  "\\\\?\\GLOBALROOT\\Device\\Mup\\server\\share",
  "\\??\\UNC\\server\\share\\a.qbw",
  "/??/C:/a.qbw",
  "\\\\server@SSL\\DavWWWRoot\\a.qbw",
  "\\\\127.0.0.1\\c$\\a.qbw",
  "\uff3c\uff3cserver\uff3cshare\uff3ca.qbw",
  "\uff0f\uff0fserver/share/a.qbw",
  "\u2215\u2215server/share",
  "\u2044\u2044server/share",
  "\u00a5\u00a5server\u00a5share",
  "http://server/a.qbw",
  "https:\\\\server\\a.qbw",
  "file://server/a.qbw",
  "file:///C:/a.qbw",
  "FILE:\\\\server\\a.qbw",
  " file://server/a.qbw",
  "file:a.qbw",
  "smb://server/a",
  "CON",
  "nul",
  "C:\\NUL",
  "C:\\Books\\nul.qbw",
  "C:\\Books\\nul .qbw",
  "C:\\Books\\NUL:",
  "COM1",
  "com\u00b9.qbw",
  "LPT9:",
  "aux.",
  "C:\\prn\\a.qbw",
  "conin$",
  "C:\\Books\\a.qbw:stream",
  "C:\\Books\\a.qbw::$DATA",
  "a.qbw:stream",
  ":stream",
  "1:\\a.qbw",
  "C:\\Books\\a?.qbw",
];

test("network, device, URL and stream paths of a client are refused in every spelling", async (t) => {
  const running = await startConnector(t, { allowClientSettings: ["CompanyFile"] });
  for (const path of UNSAFE) {
    const { status, json } = await ask(running, formatConnectionString({ CompanyFile: path }));
    assert.deepEqual([status, json.code], [403, "QB_COMPANY_FILE_PATH"], JSON.stringify(path));
  }
  const everyByte = [...Buffer.from("CompanyFile='\\\\server\\share\\a.qbw'")].map(
    (byte) => `%${byte.toString(16).padStart(2, "0")}`,
  );
  const escaped = await send(running.url, query(), { headers: { "qb-settings": everyByte.join("") } });
  assert.equal(escaped.json.code, "QB_COMPANY_FILE_PATH");
  const ticket = await exchange(running.url, {
    path: "/tickets",
    headers: { "qb-settings": "CompanyFile='//server/share/a.qbw'" },
  });
  assert.equal(ticket.json.code, "QB_COMPANY_FILE_PATH");
  assert.equal(running.processor.sessions.length, 0);
});

test("paths on a drive of the QuickBooks machine are not refused", async (t) => {
  const running = await startConnector(t, { allowClientSettings: ["CompanyFile"] });
  const safe = [
    "C:\\Books\\Shop.qbw",
    "d:/Books/Shop.qbw",
    "C:\\Books\\Con Brio.qbw",
    "C:\\Büro\\Käse & Co (2024).qbw",
    "Shop.qbw",
    "",
    "C:\\Contacts\\console.qbw",
  ];
  for (const path of safe) {
    const { status, body } = await ask(running, formatConnectionString({ CompanyFile: path }));
    assert.equal(status, 200, `${path}: ${body}`);
  }
});
