import type { Socket } from "node:net";
import type { QBError } from "../errors.js";
import { toProblem } from "../wire/problem.js";
import { PROBLEM_TYPE } from "../wire/protocol.js";

const LINGER_MS = 1_000;

/**
 * Answers a failure on a socket for which there is no request, and ends it. What is still on its way is thrown away for a
 * moment, for a connection that is closed with unread bytes is reset, and its client would never see why.
 */
export function answerEarly(socket: Socket, error: QBError): void {
  const body = JSON.stringify(toProblem(error));
  const head = [
    `HTTP/1.1 ${error.httpStatus} ${error.code}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("end", () => socket.destroy()).once("close", () => clearTimeout(timer));
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  socket.resume();
}
