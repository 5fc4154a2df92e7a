import { get as httpGet, type IncomingMessage } from "node:http";
import { get as httpsGet } from "node:https";
import { createServer } from "node:net";
import { HEALTH_PATH } from "../../wire/protocol.js";
import type { PortState } from "./port-check.js";

const ANSWER_MS = 2_000;
const LONGEST_ANSWER = 1_000;
const EVERY_INTERFACE: Readonly<Record<string, string>> = Object.freeze({
  "0.0.0.0": "127.0.0.1",
  "::": "::1",
});

/** Whether a connector could listen there; takes the port for a moment. Asks whoever has it already whether it is a connector. */
export async function lookAtPort(host: string, port: number): Promise<PortState> {
  const code = await refusalOf(host, port);
  if (code === undefined) return "free";
  if (code !== "EADDRINUSE") return { refused: code };
  return (await isConnector(host, port)) ? "ours" : "taken";
}

function refusalOf(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", ({ code = "unknown" }: NodeJS.ErrnoException) => resolve(code));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

async function isConnector(host: string, port: number): Promise<boolean> {
  const address = {
    host: EVERY_INTERFACE[host] ?? host,
    port,
    path: HEALTH_PATH,
    timeout: ANSWER_MS,
    agent: false,
  };
  // No password goes there, and what comes back is hardly believed: the certificate does not matter.
  const secure = (listener: Listener) => httpsGet({ ...address, rejectUnauthorized: false }, listener);
  const plain = (listener: Listener) => httpGet(address, listener);
  return (await isAlive(secure)) || (await isAlive(plain));
}

type Listener = (response: IncomingMessage) => void;

function isAlive(ask: (listener: Listener) => ReturnType<typeof httpGet>): Promise<boolean> {
  return new Promise((resolve) => {
    const request = ask((response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
        if (text.length > LONGEST_ANSWER) request.destroy();
      });
      response.once("close", () => resolve(response.complete && /^\{"status":"ok"\}$/.test(text)));
    });
    const timer = setTimeout(() => request.destroy(), ANSWER_MS);
    request
      .once("error", () => resolve(false))
      .once("close", () => {
        clearTimeout(timer);
        resolve(false);
      });
  });
}
