import { closeSync, constants, fstatSync, openSync, type Stats } from "node:fs";

/** The opening of a pipe would wait for its other end, and with it the whole process. Windows has no such flag. */
const WITHOUT_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** What `read` gives for the opened file. Throws what `refusal` makes for folders, pipes and devices, else errors of the system. */
export function readRegularFile<Content>(
  file: string,
  read: (descriptor: number, stats: Stats) => Content,
  refusal: () => Error,
): Content {
  const descriptor = openSync(file, WITHOUT_WAITING);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw refusal();
    return read(descriptor, stats);
  } finally {
    closeSync(descriptor);
  }
}
