// The clients of the soak. Each does one thing in its own way, and tells the fate of what it wrote as far as it knows.
import { spawn } from "node:child_process";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { QBClient } from "qbconnector";
import { AUTHORIZATION, PASSWORD, USER } from "./messages.mjs";

const silent = () => {};
const LOGGER = { debug: silent, info: silent, warn: silent, error: silent };
const HEADERS = { authorization: AUTHORIZATION, "content-type": "text/xml" };

function messageSet(id, write) {
  const request = write
    ? `<CustomerAddRq requestID="${id}"><CustomerAdd><Name>N</Name></CustomerAdd></CustomerAddRq>`
    : `<CustomerQueryRq requestID="${id}"/>`;
  return `<?xml version="1.0" encoding="utf-8"?>\n<?qbxml version="16.0"?>\n<QBXML><QBXMLMsgsRq onError="stopOnError">${request}</QBXMLMsgsRq></QBXML>`;
}

export function chance(probability) {
  return Math.random() < probability;
}

function sometime(milliseconds) {
  return Math.ceil(Math.random() * milliseconds);
}

/** QBClient, with and without a persistent connection; some calls are given up. */
export async function qbClient({ url, pin }, { ids, tell, going }) {
  const trust = pin === undefined ? "" : ` SSLPin='${pin}'`;
  while (going()) {
    const client = new QBClient(`URL='${url}' User='${USER}' Password='${PASSWORD}'${trust}`, {
      logger: LOGGER,
    });
    if (chance(0.5)) await client.openQBConnection().catch(silent);
    const calls = Array.from({ length: 20 }, async () => {
      const id = ids();
      const signal = chance(0.1) ? AbortSignal.timeout(sometime(20)) : undefined;
      const write = chance(0.7);
      await client.send(messageSet(id, write), signal === undefined ? {} : { signal }).then(
        () => write && tell(id, "ok"),
        ({ outcome = "unknown" }) => write && tell(id, outcome),
      );
    });
    await Promise.all(calls);
    // Half of them just go away, and their persistent connection with them.
    await (chance(0.5) ? client.close() : client.destroy()).catch(silent);
  }
}

/** node:http and node:https; some requests are torn down under way. */
export async function plainRequest({ url, pem }, { ids, tell, going }) {
  while (going()) {
    const id = ids();
    tell(id, await exchange(url, pem, messageSet(id, true), chance(0.2)));
  }
}

function exchange(url, ca, body, givesUp) {
  const request = url.startsWith("https:") ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const sent = request(url, { method: "POST", headers: HEADERS, ca, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      response
        .on("error", silent)
        .on("close", () => resolve(fateOf(response.statusCode, text, response.complete)));
    });
    sent.on("error", ({ code }) => resolve(code === "ECONNREFUSED" ? "not_applied" : "unknown"));
    sent.end(body);
    if (givesUp) setTimeout(() => sent.destroy(), sometime(8));
  });
}

function fateOf(status, text, complete) {
  if (!complete) return "unknown";
  return status === 200 ? "ok" : JSON.parse(text).outcome;
}

/** A foreign program, which is killed at times. */
export async function curl({ url, pin }, { ids, tell, going }) {
  const trust = pin === undefined ? [] : ["-k", "--pinnedpubkey", pin];
  const headers = Object.entries(HEADERS).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  while (going()) {
    const id = ids();
    const args = ["-q", "-sS", "--noproxy", "*", "--max-time", "20", ...trust, ...headers];
    const child = spawn("curl", [
      ...args,
      "-w",
      "\n%{http_code}",
      "--data-binary",
      messageSet(id, true),
      url,
    ]);
    if (chance(0.2)) setTimeout(() => child.kill("SIGKILL"), sometime(40));
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.resume();
    const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
    const end = output.lastIndexOf("\n");
    if (code === 0) tell(id, fateOf(Number(output.slice(end)), output.slice(0, end), true));
    else tell(id, code === 7 ? "not_applied" : "unknown");
  }
}

/** Opens persistent connections and never comes back. */
export async function ticketLeaver({ url, pem }, { going }) {
  while (going()) {
    await exchange(`${url}/tickets`, pem, "", false).catch(silent);
    await new Promise((resolve) => setTimeout(resolve, sometime(100)));
  }
}

const RUDENESS = [
  "",
  "POST / HT",
  "POST / HTTP/1.1\r\nHost: a\r\n",
  "\x16\x03\x01\x00\xff\x01",
  "GET /health HTTP/1.1\r\nHost: a\r\n\r\n".repeat(50),
  `POST / HTTP/1.1\r\nHost: a\r\nAuthorization: ${AUTHORIZATION}\r\nContent-Type: text/xml\r\nContent-Length: 500\r\n\r\n<`,
  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
];

/** Begins and does not go on, is reset, or just stays until it is cut off. */
export async function rude({ url }, { going }) {
  const { protocol, port } = new URL(url);
  while (going()) {
    const tcp = connect({ host: "127.0.0.1", port: Number(port) }).on("error", silent);
    const secures = protocol === "https:" && chance(0.5);
    const socket = secures ? connectTls({ socket: tcp, rejectUnauthorized: false }).on("error", silent) : tcp;
    socket.write(RUDENESS[Math.floor(Math.random() * RUDENESS.length)], "latin1");
    socket.resume();
    const closed = new Promise((resolve) => tcp.once("close", resolve));
    setTimeout(
      () => (chance(0.5) ? tcp.resetAndDestroy() : socket.destroy()),
      sometime(chance(0.1) ? 3_000 : 100),
    );
    await closed;
    socket.destroy();
  }
}
