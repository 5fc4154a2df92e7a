import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { freePort } from "./free-port.js";
import { exchange } from "./http-exchange.js";

/** nginx in front of a connector, in the foreground, with its own folder; ends with the test. Gives its address. */
export async function startNginx(t: TestContext, connectorPort: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "nginx-"));
  const port = await freePort();
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const configuration = `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
    events { worker_connections 64; }
    http { access_log off; ${paths.join(" ")} client_max_body_size 20m;
      upstream connector { server 127.0.0.1:${connectorPort}; keepalive 4; }
      server { listen 127.0.0.1:${port};
        location /quickbooks/ { proxy_pass http://connector/; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_read_timeout 700s; }
        location / { return 404 "nginx itself"; } } }`;
  await writeFile(join(folder, "nginx.conf"), configuration);
  const child = spawn("nginx", ["-c", join(folder, "nginx.conf"), "-e", join(folder, "error.log")], {
    stdio: "inherit",
  });
  const ended = new Promise<Error>((resolve) => {
    child.once("error", (cause) =>
      resolve(new Error("this test needs nginx: apt-get install -y nginx-light", { cause })),
    );
    child.once("exit", (code) => resolve(new Error(`nginx ended with ${code}`)));
  });
  t.after(async () => {
    child.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    const first = await Promise.race([ended, exchange(url, { method: "GET" }).catch(() => undefined)]);
    if (first instanceof Error) throw first;
    if (first !== undefined) return url;
  }
}
