/** Windows counts the time of a processor in steps of 15.6 ms. */
const IN_STEPS = process.platform === "win32";
const SEVERAL_STEPS_US = 100_000;

/** The least time of the processor that one reading takes, in microseconds, so that a busy machine does not count. */
export function leastCost(read: () => unknown, rounds: number): number {
  if (IN_STEPS) return averageCost(read);
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    read();
    least = Math.min(least, usedSince(before));
  }
  return least;
}

function averageCost(read: () => unknown): number {
  const before = process.cpuUsage();
  for (let readings = 1; ; readings++) {
    read();
    const used = usedSince(before);
    if (used >= SEVERAL_STEPS_US) return used / readings;
  }
}

function usedSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
