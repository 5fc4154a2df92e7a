import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

const watched = new WeakSet<Socket>();

/** Ends a connection whose client takes nothing of what waits for it, for `stallMs`; 0 waits for ever. */
export function endWhenUnread(socket: Socket, stallMs: number): void {
  if (stallMs === 0 || socket.writableLength === 0 || socket.destroyed || watched.has(socket)) return;
  watched.add(socket);
  let before = takenOf(socket);
  const stop = (): void => {
    clearInterval(timer);
    watched.delete(socket);
    socket.off("close", stop);
  };
  const timer = setInterval(() => {
    const taken = takenOf(socket);
    if (socket.writableLength === 0) stop();
    else if (taken === before) socket.destroy();
    before = taken;
  }, stallMs);
  socket.once("close", stop);
}

function takenOf({ bytesWritten, writableLength }: Socket): number {
  return bytesWritten - writableLength;
}

/** Ends the connection when the rest of a body that nobody reads has not arrived in time: it would hold it for ever. */
export function endWhenIncomplete(request: IncomingMessage, limitMs: number): void {
  const { socket } = request;
  if (request.complete || socket.destroyed) return;
  const stop = (): void => {
    clearTimeout(timer);
    request.off("close", stop);
    socket.off("close", stop);
  };
  const timer = setTimeout(() => socket.destroy(), limitMs);
  request.once("close", stop);
  // After its answer a request does not hear of the end of its connection.
  socket.once("close", stop);
}
