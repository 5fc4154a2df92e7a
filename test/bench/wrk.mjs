// wrk on the second core, against one server at a time.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AUTHORIZATION, REQUEST } from "./messages.mjs";

const folder = mkdtempSync(join(tmpdir(), "qbconnector-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true }));
const script = join(folder, "post.lua");
writeFileSync(
  script,
  `wrk.method = "POST"\nwrk.headers["Content-Type"] = "text/xml"\nwrk.headers["Authorization"] = ${JSON.stringify(AUTHORIZATION)}\nwrk.body = [==[${REQUEST}]==]\n`,
);

/** Requests per second, and the server's CPU microseconds for each. `keepAlive` false: each on a connection of its own. */
export async function load(server, { seconds, scheme = "http", keepAlive = true }) {
  const before = await server.cpu();
  const close = keepAlive ? [] : ["-H", "Connection: close"];
  const url = `${scheme}://127.0.0.1:${server.port}/`;
  const args = ["-c", "1", "wrk", "-t1", "-c32", `-d${seconds}s`, "-s", script, ...close, url];
  const child = spawn("taskset", args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  await once(child, "close");
  const cpu = (await server.cpu()) - before;
  if (/Non-2xx/.test(output)) throw new Error(`requests were refused:\n${output}`);
  const requests = Number(/(\d+) requests in/.exec(output)[1]);
  return { perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(output)[1]), cpu: cpu / requests };
}

/** A row of a table for each name, with ratios to the first. */
export function rowsOf(names, results, median) {
  const speed = (name) => median(results.get(name).map((result) => result.perSecond));
  const cpu = (name) => median(results.get(name).map((result) => result.cpu));
  const [base] = names;
  return names.map((name) => [
    name,
    Math.round(speed(name)),
    (speed(name) / speed(base)).toFixed(2),
    cpu(name).toFixed(1),
    (cpu(name) / cpu(base)).toFixed(2),
  ]);
}
