// Child processes that tell their own CPU time, and the arithmetic of medians.
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export const ROUNDS = Number(process.env.ROUNDS ?? 5);
export const SECONDS = Number(process.env.SECONDS ?? 3);

/** Starts `servers/NAME.mjs` on one core; it sends { port } when it listens and answers "cpu" with microseconds. */
export async function startServer(name, { core = 0, args = [] } = {}) {
  const file = fileURLToPath(new URL(`./servers/${name}.mjs`, import.meta.url));
  const child = fork(file, args, {
    execArgv: ["--expose-gc"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  pin(child.pid, core);
  const [{ port }] = await once(child, "message");
  return {
    port,
    pid: child.pid,
    async cpu() {
      child.send("cpu");
      const [{ cpu }] = await once(child, "message");
      return cpu;
    },
    async stop() {
      child.kill();
      await once(child, "exit");
    },
  };
}

export function pin(pid, core) {
  spawn("taskset", ["-a", "-p", "-c", String(core), String(pid)], { stdio: "ignore" }).on("error", () => {});
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Runs every case once a round, each round in another order; gives the results by case. */
export async function inTurns(cases, run) {
  const results = new Map(cases.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (let index = 0; index < cases.length; index++) {
      const name = cases[(index + round) % cases.length];
      results.get(name).push(await run(name));
    }
  }
  return results;
}

export function printTable(head, rows) {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => String(row[column]).length)),
  );
  const line = (cells) =>
    `| ${cells.map((cell, column) => String(cell).padEnd(widths[column])).join(" | ")} |`;
  console.log(line(head));
  console.log(`|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`);
  for (const row of rows) console.log(line(row));
}
