import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

const watched = new WeakSet<Socket>();
/** The system takes from us by the megabyte, and in between a client that reads steadily looks as if it took nothing. */
const SHORTEST_MS = 5_000;
/** How often it is looked whether the client took something meanwhile. */
const LOOKS = 4;

/** Ends a connection whose client takes nothing of what waits for it, for `stallMs`; 0 waits for ever. */
export function endWhenUnread(socket: Socket, stallMs: number): void {
  if (stallMs === 0 || socket.destroyed || socket.writableLength === 0 || watched.has(socket)) return;
  watched.add(socket);
  watch(socket, stallMs, () => {
    if (socket.writableLength > 0) return false;
    return watched.delete(socket);
  });
}

/** The same for as long as an answer is being written, also while nothing of it waits. */
export function endWhenUnreadUntil(socket: Socket, answer: ServerResponse, stallMs: number): void {
  if (stallMs === 0 || socket.destroyed) return;
  const stop = watch(socket, stallMs, () => answer.writableFinished || answer.destroyed);
  // Not only at the next look: many answers may be over by then on a connection that is kept.
  answer.once("close", stop);
}

/** Gives what ends the watch. */
function watch(socket: Socket, stallMs: number, isOver: () => boolean): () => void {
  let before = takenOf(socket);
  let inVain = 0;
  const look = (): void => {
    const taken = takenOf(socket);
    inVain = socket.writableLength > 0 && taken === before ? inVain + 1 : 0;
    before = taken;
    if (isOver()) stop();
    else if (inVain >= LOOKS) socket.destroy();
  };
  const stop = (): void => {
    clearInterval(timer);
    socket.off("close", stop);
  };
  const timer = setInterval(look, Math.max(stallMs, SHORTEST_MS) / LOOKS);
  socket.once("close", stop);
  return stop;
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
