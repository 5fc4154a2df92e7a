// node:http with nothing around it: password check, body to string, answer.
// With stages named in its arguments it does, step by step, what the connector does; with `certificate=FILE` over TLS.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { readMessageSet } from "../../../dist/qbxml/index.js";
import { SessionQueue } from "../../../dist/quickbooks/session-queue.js";
import { RESPONSE } from "../messages.mjs";
import { authorized } from "./password.mjs";
import { instantProcessor, SETTINGS } from "./processor.mjs";
import { report } from "./report.mjs";

const stages = new Set(process.argv.slice(2));
const queue = new SessionQueue(instantProcessor, {
  maxWaiting: 1e6,
  deadlineMs: 600_000,
  companyFileWaitMs: 1,
  ticketIdleMs: 1,
});

const certificate = process.argv.find((argument) => argument.startsWith("certificate="))?.slice(12);
const pem = certificate === undefined ? undefined : readFileSync(certificate);
const server = pem === undefined ? createServer(serve) : createSecureServer({ key: pem, cert: pem }, serve);

function serve(request, response) {
  if (!authorized(request.headers.authorization)) return response.writeHead(401).end();
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => void answer(response, Buffer.concat(chunks).toString("utf8")));
}

async function answer(response, text) {
  const set = stages.has("gate") ? readMessageSet(text) : { writes: true, requests: [] };
  const result = stages.has("queue") ? await queue.process({ user: "x", settings: SETTINGS, set }) : RESPONSE;
  response.writeHead(200, {
    "content-type": "text/xml; charset=utf-8",
    "content-length": Buffer.byteLength(result),
  });
  response.end(result);
}

server.listen(0, "127.0.0.1", () => report(server.address().port));
