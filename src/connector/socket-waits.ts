import type { Socket } from "node:net";
import { QBError } from "../errors.js";

/** Waits for what `start` brings about; fails with `QB_TLS` and `complaint` when the socket ends before. */
export function arrival<Value>(
  socket: Socket,
  complaint: string,
  start: (done: (value: Value) => void, failed: (cause: unknown) => void) => void,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onEnd = (): void => settle(() => reject(new QBError("QB_TLS", complaint)));
    const settle = (how: () => void): void => {
      socket.off("end", onEnd).off("close", onEnd);
      how();
    };
    socket.on("end", onEnd).on("close", onEnd);
    if (socket.destroyed) return onEnd();
    start(
      (value) => settle(() => resolve(value)),
      (cause) => settle(() => reject(cause)),
    );
  });
}

/** Rejects with `QB_TLS` when the socket is closed: then nobody needs the decision about it any more. */
export function closing(socket: Socket): Promise<never> {
  return new Promise((_, reject) => {
    const onClose = (): void => reject(new QBError("QB_TLS", "the client has gone"));
    if (socket.destroyed) onClose();
    else socket.once("close", onClose);
  });
}

/** The first byte that arrives, which stays to be read. */
export function firstByte(socket: Socket): Promise<number> {
  return arrival(socket, "the client has gone before it sent anything", (done) => {
    const onReadable = (): void => {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      // Before the bytes are put back, which makes the socket readable again.
      socket.off("readable", onReadable);
      socket.unshift(chunk);
      done(chunk[0] as number);
    };
    socket.on("readable", onReadable);
  });
}

/** Fails with `QB_TLS` and `complaint` when the time is over first. */
export function inTime<Value>(milliseconds: number, work: Promise<Value>, complaint: string): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new QBError("QB_TLS", complaint)), milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
