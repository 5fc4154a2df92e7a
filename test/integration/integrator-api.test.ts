import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test, type TestContext } from "node:test";
import { QBConnector, type AuthorizedUser } from "qbconnector";
import { send } from "../support/http-exchange.js";
import { query } from "../support/message-sets.js";
import { eventsOf, recordEvents } from "../support/recorded-events.js";
import { makeConnector, sharedCertificateFile, startConnector } from "../support/running-connector.js";
import { failing } from "../support/scripted-processor.js";
import { until } from "../support/until.js";

const page = readFileSync("docs/reference/integrator-api.md", "utf8");

/** The rows of the table below a heading; code marks are taken off. */
function table(heading: string): string[][] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.replaceAll("`", "").trim()),
  );
}

const properties = table("Properties").map(([net, python, node, here = "", type = "", status]) => ({
  net,
  python,
  node,
  here,
  type,
  status,
}));
const methods = table("Methods").map(([net, python, node, here = "", status]) => ({
  net,
  python,
  node,
  here,
  status,
}));
const events = table("Events").map(([net, python, here = "", args = "", status]) => ({
  net,
  python,
  here,
  args: args.split(", "),
  status,
}));
const settings = table("Configuration settings").map(
  ([name = "", editions, access, value, fallback = ""]) => ({ name, editions, access, value, fallback }),
);

/** What the pages of the component list, written down from them and not from our table. */
const DOCUMENTED = {
  netProperties:
    "AuthorizedUsers ConnectedToQB EnableSSL Listening LocalHost LocalPort SSLAuthenticateClients SSLCert Timeout",
  userFields: "AuthMode Password QBConnectionString User",
  certificateFields: "Encoded Store StorePassword StoreType Subject",
  pythonProperties:
    "authorized_user_count authorized_auth_mode authorized_user authorized_user_password authorized_user_qb_connection_string " +
    "connected_to_qb enable_ssl listening local_host local_port ssl_authenticate_clients ssl_cert_encoded ssl_cert_store " +
    "ssl_cert_store_password ssl_cert_store_type ssl_cert_subject timeout",
  netMethods: "AddUser Config DoEvents Reset Shutdown",
  pythonMethods: "add_user config do_events reset shutdown",
  events:
    "Authorization Connected ConnectionRequest Disconnected Error Header Request Response SSLClientAuthentication " +
    "SSLConnectionRequest SSLStatus Status",
  netSettings:
    "AuthFlags ConnectedToQB DefaultConnectionString ReadOnly[i] UseInteractiveLogon BuildInfo GUIAvailable LicenseInfo UseInternalSecurityAPI",
  pythonSettings:
    "AuthFlags ConnectedToQB DefaultConnectionString ReadOnly[i] UseInteractiveLogon BuildInfo CodePage LicenseInfo ProcessIdleEvents " +
    "SelectWaitMillis UseInternalSecurityAPI",
};

const sorted = (values: Iterable<string | undefined>): string[] => [...new Set(values)].map(String).sort();
const words = (text: string): string[] => sorted(text.split(" "));

test("the tables hold every documented name of both editions, and no other", () => {
  const net = properties.map((row) => row.net ?? "");
  assert.deepEqual(sorted(net.map((name) => name.replace(/[[.].*/, ""))), words(DOCUMENTED.netProperties));
  const fields = (prefix: string) =>
    net.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  assert.deepEqual(sorted(fields("AuthorizedUsers[i].")), words(DOCUMENTED.userFields));
  assert.deepEqual(sorted(fields("SSLCert.")), words(DOCUMENTED.certificateFields));
  assert.deepEqual(sorted(properties.map((row) => row.python)), words(DOCUMENTED.pythonProperties));
  assert.deepEqual(sorted(methods.map((row) => row.net)), words(DOCUMENTED.netMethods));
  assert.deepEqual(sorted(methods.map((row) => row.python)), words(DOCUMENTED.pythonMethods));
  assert.deepEqual(sorted(events.map((row) => row.net?.replace(/^On/, ""))), words(DOCUMENTED.events));
  for (const { net, python } of events) assert.equal(python?.replaceAll("_", ""), net?.toLowerCase());
  const inEdition = (edition: string) =>
    settings.filter((row) => row.editions?.includes(edition)).map((row) => row.name);
  assert.deepEqual(sorted(inEdition(".NET")), words(DOCUMENTED.netSettings));
  assert.deepEqual(sorted(inEdition("Python")), words(DOCUMENTED.pythonSettings));
});

test("everything is there", () => {
  for (const { net, status } of [...properties, ...methods, ...events]) assert.equal(status, "yes", net);
});

/** Values to write into a property, other than its default. */
const samples = (certificateFile: string): Readonly<Record<string, unknown>> => ({
  "authorizedUsers.count": 4,
  "authorizedUsers.at(i).user": "Other",
  "authorizedUsers.at(i).password": "secret",
  "authorizedUsers.at(i).authMode": "Windows",
  "authorizedUsers.at(i).qbConnectionString": "CompanyFile='C:\\a.qbw'",
  localHost: "127.0.0.2",
  localPort: 4711,
  "sslCert.encoded": readFileSync(certificateFile, "utf8"),
  "sslCert.store": certificateFile,
  "sslCert.storePassword": "secret",
  "sslCert.storeType": "PEMKeyFile",
  "sslCert.subject": "*",
  timeout: 5,
});

test("every property of the table can be read and written, with its type", async (t) => {
  const { connector } = makeConnector(t);
  const { pem, subject } = connector.sslCert.exportPublic();
  const written = samples(sharedCertificateFile());
  const readBack: Readonly<Record<string, unknown>> = {
    ...written,
    "authorizedUsers.at(i).password": "",
    "sslCert.encoded": pem,
    "sslCert.storePassword": "",
    "sslCert.subject": subject,
  };
  for (const { here, type } of properties) {
    const { owner, name } = ownerOf(connector, here);
    const descriptor = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(owner), name);
    assert.ok(descriptor?.get !== undefined && descriptor.set !== undefined, `${here} has getter and setter`);
    const record = owner as Record<string, unknown>;
    assert.equal(typeof record[name], type, here);
    if (type === "boolean") {
      assert.equal(record[name], false);
      record[name] = true;
      await until(() => record[name] === true, `${here} is true`);
      record[name] = false;
      await until(() => record[name] === false, `${here} is false`);
    } else {
      record[name] = written[here];
      assert.equal(record[name], readBack[here], here);
    }
  }
});

function ownerOf(connector: QBConnector, here: string): { owner: object; name: string } {
  const name = here.slice(here.lastIndexOf(".") + 1);
  if (here.startsWith("authorizedUsers.at(i).")) return { owner: connector.authorizedUsers.at(0), name };
  if (here.startsWith("authorizedUsers.")) return { owner: connector.authorizedUsers, name };
  return { owner: here.startsWith("sslCert.") ? connector.sslCert : connector, name };
}

test("defaults are those of the page", (t) => {
  const connector = new QBConnector();
  t.after(() => connector.destroy());
  assert.equal(connector.localHost, "127.0.0.1");
  assert.equal(connector.localPort, 2080);
  assert.equal(connector.timeout, 60);
  assert.deepEqual([connector.enableSSL, connector.sslStartMode], [false, "None"]);
  assert.equal(connector.sslAuthenticateClients, false);
  assert.equal(connector.listening, false);
  assert.equal(connector.connectedToQB, false);
  assert.equal(connector.authorizedUsers.count, 0);
  const user: AuthorizedUser = connector.addUser("A", "b");
  assert.deepEqual([user.authMode, user.qbConnectionString, user.readOnly], ["Normal", "", false]);
  for (const { name, fallback } of settings) {
    if (fallback === "") continue;
    assert.equal(connector.config(name.replace("[i]", "[0]")), fallback === "empty" ? "" : fallback, name);
  }
});

test("every method of the table is one", (t) => {
  const { connector } = makeConnector(t);
  for (const { here } of methods)
    assert.equal(typeof (connector as unknown as Record<string, unknown>)[here], "function", here);
});

async function provokeEveryEvent(t: TestContext) {
  const { connector, url, processor } = await startConnector(t, {
    enableSSL: true,
    sslAuthenticateClients: true,
  });
  connector.on("sslConnectionRequest", () => {});
  connector.on("sslClientAuthentication", (e) => (e.accept = true));
  const recorded = recordEvents(connector);
  await send(url, query());
  processor.steps.push(failing(0x80040408));
  await send(url, query());
  await until(() => eventsOf(recorded, "disconnected").length === 2, "both connections ended");
  return recorded;
}

test("the arguments of every event are, in reality, those of the table, writable exactly where they are bold", async (t) => {
  const recorded = await provokeEveryEvent(t);
  for (const { here, args } of events) {
    const first = recorded.find(({ name }) => name === here);
    assert.ok(first, `${here} fired`);
    const descriptors = Object.getOwnPropertyDescriptors(first.event) as Record<string, PropertyDescriptor>;
    assert.deepEqual(
      Object.keys(descriptors).sort(),
      args.map((name) => name.replaceAll("*", "")).sort(),
      here,
    );
    const writable = Object.keys(descriptors).filter((name) => descriptors[name]?.writable === true);
    assert.deepEqual(
      writable.sort(),
      args
        .filter((name) => name.startsWith("**"))
        .map((name) => name.replaceAll("*", ""))
        .sort(),
      here,
    );
    assert.ok(Object.isSealed(first.event), `${here} takes no more fields`);
  }
});

const SETTING_SAMPLES: Readonly<Record<string, [write: string, read: string]>> = {
  AuthFlags: ["8", "0x8"],
  DefaultConnectionString: ["CompanyFile='C:\\a.qbw'", "CompanyFile='C:\\a.qbw'"],
  "ReadOnly[i]": ["true", "true"],
  UseInteractiveLogon: ["true", "true"],
  UseInternalSecurityAPI: ["false", "false"],
  CodePage: ["1250", "1250"],
  ProcessIdleEvents: ["false", "false"],
  SelectWaitMillis: ["7", "7"],
};

test("every setting of the table can be read, and written exactly where the table says so", async (t) => {
  const { connector } = makeConnector(t);
  for (const { name, access } of settings) {
    const real = name.replace("[i]", "[0]");
    assert.equal(typeof connector.config(real), "string", name);
    if (access === "read") {
      assert.throws(() => connector.config(`${real}=1`), { code: "QB_INVALID_ARGUMENT" }, name);
    } else if (name === "ConnectedToQB") {
      connector.config("ConnectedToQB=true");
      await until(() => connector.config("ConnectedToQB") === "true", "it is connected");
    } else {
      const [write, read] = SETTING_SAMPLES[name] ?? ["", ""];
      assert.equal(connector.config(`${real}=${write}`), read, name);
      assert.equal(connector.config(real), read, name);
    }
  }
});
